"""The shop's settings: every fact explained, nothing written unless all is right, used at once, and the way back."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from app.cli import open_pipeline
from app.pipeline import Pipeline
from app.service import explained
from app.service.places import LOCALE
from app.service.web import create_app
from app.settings import Settings
from app.shop.load import load_shop
from app.strict_yaml import load_file
from tests.service.conftest import database, served

LATE = "几点前拍今天能发"
CSV = "货号,价格,库存\nLS001,52.90,860\nLS002,29.90,0\n"


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Give a pipeline whose home, what it keeps included, is a copy."""
    home = tmp_path_factory.mktemp("home")
    for name in ("intents", "scripts_zh", "rules_zh", "lexicon_zh", "shops"):
        shutil.copytree(settings.home / name, home / name)
    (home / "models").symlink_to(settings.models)
    (home / "var").mkdir()
    for cache in settings.var.glob("jieba*"):
        (home / "var" / cache.name).symlink_to(cache)
    return open_pipeline(Settings(home=home), train=False)


@pytest.fixture
def home(own: Pipeline, settings: Settings) -> Path:
    """Give that home with the shop as it is shipped."""
    home = own.knowledge.settings.home
    shutil.rmtree(home / "shops")
    shutil.copytree(settings.shops, home / "shops")
    own.reopen("demo")
    return home


@pytest.fixture
def client(own: Pipeline, home: Path, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(own, database=database(tmp_path)), headers={"accept": "text/html"}) as client:
        yield client


@pytest.fixture
def page(browser: Browser, own: Pipeline, home: Path, tmp_path: Path, faults: list[str]) -> Iterator[Page]:
    with served(own, tmp_path) as address:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address, locale="zh-CN")
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        context.close()


def text_of(home: Path, name: str) -> str:
    return (home / "shops" / "demo" / name).read_text(encoding="utf-8")


def drafts(client: TestClient, text: str) -> str:
    body = client.post("/v1/drafts", json={"text": text, "now": "2026-11-25T10:00:00+08:00"}).json()
    return " ".join(one["text"] for one in body["drafts"])


def form_in(html: str, action: str) -> dict[str, list[str]]:
    """Read what a form of a page would post, as a browser does; templates are no part of it."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}[^"]*".*?</form>', html, re.DOTALL)
    assert form is not None
    body = re.sub(r"<template>.*?</template>", "", form[0], flags=re.DOTALL)
    found: dict[str, list[str]] = {}
    for tag in re.finditer(
        r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"|<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>|'
        r'<select[^>]*name="([^"]+)".*?<option value="([^"]*)" selected',
        body, re.DOTALL,
    ):  # fmt: skip
        name, value = next((one, two) for one, two in (tag.group(1, 2), tag.group(3, 4), tag.group(5, 6)) if one)
        found.setdefault(name, []).append(value.replace("&#34;", '"').replace("&amp;", "&"))
    return found


class TestWords:
    def test_every_fact_is_explained_and_nothing_is_stale(self) -> None:
        known = explained.load()
        assert sorted(set(known.needed())) == sorted(known.words)

    def test_every_fact_stands_in_one_section(self) -> None:
        known = explained.load()
        placed = [one.key for section in known.sections for one in known.within(section)]
        assert sorted(placed) == sorted(one.key for one in known.shop)
        assert all(known.within(section) for section in known.sections)

    def test_every_choice_has_its_name(self) -> None:
        known = explained.load()
        offered = {choice for form in (known.shop, known.promotion) for one in form for choice in one.choices}
        assert offered == set(known.choices)

    def test_every_name_and_meaning_has_its_english(self) -> None:
        known = explained.load()
        english = {key for path in (LOCALE / "en").glob("*.yaml") for key in load_file(path, root=LOCALE)}
        said = {text for word in known.words.values() for text in (word.label, word.meaning, word.unit, *word.pair)}
        said |= {*known.choices.values(), *(section.title for section in known.sections), "是", "否"}
        assert sorted(said - english - {""}) == []


class TestFacts:
    def test_posting_the_page_back_writes_nothing_new(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "shop.yaml")
        form = form_in(client.get("/settings").text, "/settings?")
        response = client.post("/settings?shop=demo", data=form, follow_redirects=False)
        assert response.status_code == 303
        assert text_of(home, "shop.yaml") == before
        assert "还没有改动" in client.get("/settings/history").text

    def test_a_change_is_written_used_and_kept(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "shop.yaml")
        assert "16点" in drafts(client, LATE)
        form = form_in(client.get("/settings").text, "/settings?")
        form["shipping.cutoff"] = ["17:30"]
        client.cookies.set("miaohui_agent", "%E5%B0%8F%E6%9E%97")
        assert "已保存" in client.post("/settings?shop=demo", data=form).text
        assert text_of(home, "shop.yaml") == before.replace("cutoff: 16:00", "cutoff: 17:30")
        assert "17点30" in drafts(client, LATE)
        history = client.get("/settings/history").text
        assert all(word in history for word in ("小林", "-   cutoff: 16:00", "+   cutoff: 17:30", "改动前"))

    def test_wrong_values_are_shown_at_their_fields(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "shop.yaml")
        form = form_in(client.get("/settings").text, "/settings?")
        response = client.post("/settings?shop=demo", data=form | {"shipping.fee": ["六块"], "name": [""]})
        assert response.status_code == 422
        html = response.text
        assert "有 2 处不对" in html
        fee = html[html.index('id="f-shipping-fee"') : html.index('id="f-shipping-free_over"')]
        assert 'aria-invalid="true"' in fee
        assert "「六块」不是金额" in fee
        assert 'value="六块"' in fee
        html = client.post("/settings?shop=demo", data=form | {"gift_tiers~sku": ["", "NOPE", "LP199", ""]}).text
        assert "货号 NOPE 不在 products.csv 里" in html[html.index('id="f-gift_tiers-hint"') :][:400]
        assert text_of(home, "shop.yaml") == before

    def test_another_change_in_between_is_not_written_over(self, client: TestClient, home: Path) -> None:
        form = form_in(client.get("/settings").text, "/settings?")
        path = home / "shops" / "demo" / "shop.yaml"
        path.write_text(text_of(home, "shop.yaml") + "# 手改\n", encoding="utf-8")
        response = client.post("/settings?shop=demo", data=form | {"name": ["新店名"]})
        assert response.status_code == 422
        assert "刚被别人改过" in response.text
        assert "新店名" not in text_of(home, "shop.yaml")

    def test_files_changed_by_hand_are_offered_and_faults_named(self, client: TestClient, home: Path) -> None:
        path = home / "shops" / "demo" / "shop.yaml"
        good = text_of(home, "shop.yaml")
        path.write_text(good.replace("cutoff: 16:00", "cutoff: 18:00"), encoding="utf-8")
        assert "换成新的" in client.get("/settings").text
        assert "16点" in drafts(client, LATE)
        assert "换成新的" not in client.post("/settings/reload?shop=demo").text
        assert "18点" in drafts(client, LATE)
        path.write_text(good.replace("cutoff: 16:00", "cutoff: [16"), encoding="utf-8")
        broken = client.get("/settings")
        assert broken.status_code == 200
        assert "现在读不懂" in broken.text

    def test_a_former_state_comes_back(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "shop.yaml")
        form = form_in(client.get("/settings").text, "/settings?")
        client.post("/settings?shop=demo", data=form | {"shipping.cutoff": ["17:30"]})
        html = client.get("/settings/history?file=shop.yaml").text
        oldest = re.findall(r'action="(/settings/history/\d+\?shop=demo)"', html)[-1]
        seen = form_in(html, oldest)["seen"][0]
        assert "已恢复到" in client.post(oldest, data={"seen": seen}).text
        assert text_of(home, "shop.yaml") == before
        assert "16点" in drafts(client, LATE)

    def test_a_shop_that_is_not_there_is_no_page(self, client: TestClient) -> None:
        assert client.get("/settings?shop=nope").status_code == 404
        assert client.post("/settings?shop=..", data={"name": "x"}).status_code == 404
        assert client.post("/settings/history/99?shop=demo", data={}).status_code == 404


class TestPromotions:
    NEW: ClassVar[dict[str, object]] = {
        "title": "暖冬节", "kind": "campaign", "start": "2026-12-12T00:00", "end": "2026-12-20T00:00",
        "text": "全店满99减12", "cuts~over": ["", "99"], "cuts~off": ["", "12"],
    }  # fmt: skip

    def seen(self, client: TestClient) -> dict[str, str]:
        form = form_in(client.get("/settings/promotions/edit").text, "/settings/promotions/edit")
        return {"seen": form["seen"][0]}

    def test_one_is_added_at_the_end_and_removed_again(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "promotions.yaml")
        answer = client.post("/settings/promotions/edit?shop=demo", data=self.NEW | self.seen(client))
        assert "暖冬节" in answer.text
        after = text_of(home, "promotions.yaml")
        assert after.startswith(before)
        assert load_shop(home / "shops", "demo").promotions[-1].id == "campaign-2026-12-12"
        assert "start: 2026-12-12T00:00:00+08:00" in after
        client.post("/settings/promotions/remove?shop=demo&promotion=campaign-2026-12-12", data=self.seen(client))
        assert text_of(home, "promotions.yaml").rstrip() == before.rstrip()

    def test_posting_one_back_changes_nothing(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "promotions.yaml")
        for name in ("standing-99-5", "year-end-2026", "flash-2026-12-12"):
            path = f"/settings/promotions/edit?shop=demo&promotion={name}"
            html = client.get(path).text
            form = form_in(html, path.replace("&", "&amp;"))
            assert client.post(path, data=form, follow_redirects=False).status_code == 303
            assert text_of(home, "promotions.yaml") == before

    @pytest.mark.parametrize(
        ("change", "field", "word"),
        [
            ({"end": "2026-12-01T00:00"}, "end", "结束要晚于开始"),
            ({"end": ""}, "end", "时间"),
            ({"skus": ["NOPE"]}, "skus", "NOPE"),
            ({"per_buyer": "多"}, "per_buyer", "整数"),
            ({"id": "year-end-2026"}, "id", "别的活动用着"),
            ({"prices~key": ["LS001", "LS001"], "prices~value": ["1", "2"]}, "prices", "写了两行"),
        ],
    )
    def test_faults_stand_at_their_fields(
        self, client: TestClient, home: Path, change: dict[str, object], field: str, word: str
    ) -> None:
        before = text_of(home, "promotions.yaml")
        response = client.post("/settings/promotions/edit?shop=demo", data=self.NEW | self.seen(client) | change)
        assert response.status_code == 422
        place = response.text.index(f'id="f-{field}-hint"')
        assert word in response.text[place : place + 600]
        assert text_of(home, "promotions.yaml") == before

    def test_the_calendar_shows_states_and_overlaps(self, client: TestClient) -> None:
        html = client.get("/settings/promotions?month=2026-12").text
        day = html[html.index('datetime="2026-12-12"') :].split("</td>")[0]
        assert day.count('class="run') == 2
        assert html.count("时间重叠") == 2
        assert client.get("/settings/promotions/edit?promotion=nope").status_code == 404


class TestTables:
    def test_goods_are_found_and_changed_row_by_row(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "products.csv")
        assert "XD003" not in client.get("/settings/products?q=核桃 零食").text
        path = "/settings/products/edit?shop=demo&row=1"
        form = form_in(client.get("/settings/products/edit?sku=LS002").text, path.replace("&", "&amp;"))
        assert client.post(path, data=form, follow_redirects=False).status_code == 303
        assert text_of(home, "products.csv") == before
        client.post(path, data=form | {"stock": ["5"]})
        assert text_of(home, "products.csv") == before.replace("29.90,430,", "29.90,5,")
        assert "快卖完的" in client.get("/settings/products").text

    def test_a_product_that_is_needed_stays(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "products.csv")
        form = form_in(client.get("/settings/products/edit?sku=LS002").text, "/settings/products/remove")
        response = client.post("/settings/products/remove?shop=demo&row=1", data=form)
        assert response.status_code == 422
        assert "货号 LS002 不在 products.csv 里" in response.text
        assert text_of(home, "products.csv") == before

    def test_faults_of_a_product_stand_at_their_fields(self, client: TestClient) -> None:
        path = "/settings/products/edit?shop=demo&row=1"
        form = form_in(client.get("/settings/products/edit?sku=LS002").text, path.replace("&", "&amp;"))
        html = client.post(path, data=form | {"price": ["贵"], "goes_with": ["NOPE"]}).text
        assert "「贵」不是金额" in html[html.index('id="f-price-hint"') :][:400]
        html = client.post(path, data=form | {"goes_with": ["NOPE"]}).text
        assert "NOPE" in html[html.index('id="f-goes_with-hint"') :][:400]

    def test_a_question_is_added_answered_and_removed(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "faq.csv")
        form = form_in(client.get("/settings/faq/edit").text, "/settings/faq/edit")
        asked = {
            "seen": form["seen"],
            "asks": ["仓库能不能上门参观", "想去你们仓库看看"],
            "answer": "仓库不对外开放，想看什么我拍视频给您。",
        }
        client.post("/settings/faq/edit?shop=demo", data=asked)
        assert (
            text_of(home, "faq.csv")
            == before + "仓库能不能上门参观|想去你们仓库看看,仓库不对外开放，想看什么我拍视频给您。,\n"
        )
        assert "拍视频给您" in drafts(client, "仓库能不能上门参观")
        last = before.count("\n") - 1
        form = form_in(client.get(f"/settings/faq/edit?row={last}").text, "/settings/faq/remove")
        client.post(f"/settings/faq/remove?shop=demo&row={last}", data=form)
        assert text_of(home, "faq.csv") == before


class TestImport:
    def upload(self, client: TestClient, table: str = CSV, mode: str = "merge") -> str:
        files = {"file": ("表.csv", table.encode("gb18030"))}
        return client.post("/settings/products/import?shop=demo", data={"mode": mode}, files=files).text

    def test_shows_then_writes_exactly_that(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "products.csv")
        html = self.upload(client)
        assert all(
            f"<del>{old}</del></td><td><ins>{new}</ins>" in html for old, new in (("49.90", "52.90"), ("430", "0"))
        )
        assert text_of(home, "products.csv") == before
        answer = client.post(
            "/settings/products/import/apply?shop=demo", data=form_in(html, "/settings/products/import/apply")
        )
        assert "改动 2 款" in answer.text
        assert text_of(home, "products.csv") == before.replace("49.90,860", "52.90,860").replace("29.90,430", "29.90,0")
        assert list((home / "var" / "imports").iterdir()) == []
        assert "导入 表.csv" in client.get("/settings/history").text

    def test_is_shown_again_where_the_list_changed_meanwhile(self, client: TestClient, home: Path) -> None:
        form = form_in(self.upload(client), "/settings/products/import/apply")
        path = home / "shops" / "demo" / "products.csv"
        path.write_text(text_of(home, "products.csv").replace("49.90,860", "48.00,860"), encoding="utf-8")
        answer = client.post("/settings/products/import/apply?shop=demo", data=form)
        assert answer.status_code == 422
        assert "被改过" in answer.text
        assert "48.00" in answer.text
        assert "52.90" not in text_of(home, "products.csv")

    def test_faults_name_row_and_column_and_cannot_be_applied(self, client: TestClient, home: Path) -> None:
        before = text_of(home, "products.csv")
        html = self.upload(client, "货号,价格\nLS001,贵\n")
        assert re.search(r'<td class="num">2</td><td>价格</td><td>「贵」不是金额', html)
        assert "照这样导入" not in html
        assert text_of(home, "products.csv") == before

    def test_what_is_no_table_is_said_at_the_field(self, client: TestClient) -> None:
        files = {"file": ("a.pdf", b"%PDF")}
        answer = client.post("/settings/products/import", files=files)
        assert (answer.status_code, "只收 CSV" in answer.text) == (422, True)
        assert "先选一个" in client.post("/settings/products/import", data={"mode": "merge"}).text
        assert client.get("/settings/products/import?token=../../shops").status_code == 404


class TestInTheBrowser:
    def test_a_new_cut_off_is_in_the_next_draft(self, page: Page, faults: list[str]) -> None:
        page.goto("/settings")
        page.get_by_label("当天发货截止").fill("17:30")
        expect(page.get_by_text("有改动还没保存")).to_be_visible()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已保存，马上生效。")).to_be_visible()
        body = {"text": LATE, "now": "2026-11-25T10:00:00+08:00"}
        said = page.request.post("/v1/drafts", data=body).json()["drafts"]
        assert any("17点30" in one["text"] for one in said)
        assert not faults

    def test_a_wrong_value_takes_the_focus(self, page: Page, home: Path) -> None:
        before = text_of(home, "shop.yaml")
        page.goto("/settings")
        page.get_by_label("满多少包邮").fill("三十九")
        page.get_by_role("button", name="保存").click()
        expect(page.locator("#f-shipping-free_over")).to_be_focused()
        expect(page.locator(".field", has=page.locator("#f-shipping-free_over")).locator(".fault")).to_contain_text(
            "不是金额"
        )
        assert text_of(home, "shop.yaml") == before

    def test_rows_come_and_go(self, page: Page, home: Path) -> None:
        page.goto("/settings")
        rows = page.locator("fieldset", has_text="默认快递").locator("[data-rows]")
        rows.get_by_role("button", name="加一行").click()
        page.keyboard.type("申通")
        rows.locator("[data-remove]").nth(1).click()
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已保存，马上生效。")).to_be_visible()
        assert load_shop(home / "shops", "demo").facts.couriers.default == ("中通", "申通")

    def test_a_promotion_shows_in_the_calendar(self, page: Page) -> None:
        page.goto("/settings/promotions")
        page.get_by_role("link", name="加一个活动").click()
        page.get_by_label("活动名").fill("元旦小聚")
        page.get_by_label("开始时间").fill("2027-01-01T00:00")
        page.get_by_label("结束时间").fill("2027-01-03T00:00")
        page.get_by_label("规则", exact=True).fill("全店满99减9")
        page.get_by_role("button", name="保存").click()
        page.goto("/settings/promotions?month=2027-01")
        shown = page.locator("td", has=page.locator(".run", has_text="元旦小聚")).locator("time")
        expect(shown).to_have_text(["1", "2"])

    def test_an_import_is_shown_then_applied(self, page: Page, home: Path, tmp_path: Path) -> None:
        table = tmp_path / "表.csv"
        table.write_text(CSV, encoding="utf-8-sig")
        page.goto("/settings/products")
        page.get_by_role("link", name="从表格导入").click()
        page.get_by_label("表格文件").set_input_files(table)
        page.get_by_role("button", name="先看会改什么").click()
        expect(page.locator("table.changes tbody tr")).to_have_count(2)
        page.get_by_role("button", name="照这样导入").click()
        expect(page.get_by_text("导入好了：新增 0 款，改动 2 款")).to_be_visible()
        assert load_shop(home / "shops", "demo").products["LS002"].stock == 0
