"""The script library in a real browser: a wording is changed, tried, saved, said by the API, compared, brought back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from app.pipeline import Pipeline
from app.service.web import create_app
from app.settings import Settings
from tests.service.conftest import database, served
from tests.service.test_every_page import AXE

SCRIPT = "logistics/urge_shipment"
PAGE = f"/scripts/{SCRIPT}"
WORDING = "出库了我给您留言。"
_RECORD = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective))"
_GRAVE = """axe.run().then((found) => found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => [one.id, one.nodes[0].target]))"""


@pytest.fixture
def own(pipeline: Pipeline, home: Path) -> Pipeline:
    """Give the pipeline of a home of its own."""
    knowledge = replace(pipeline.knowledge, settings=Settings(home=home))
    return replace(pipeline, knowledge=knowledge, _shops={}, _opening=threading.Lock())


@pytest.fixture
def address(own: Pipeline, tmp_path: Path) -> Iterator[str]:
    with served(own, tmp_path) as address:
        yield address


@pytest.fixture
def desk(own: Pipeline, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(own, database=database(tmp_path)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
    context.add_cookies([{"name": "miaohui_agent", "value": quote("小李"), "url": address}])
    page = context.new_page()
    page.add_init_script(_RECORD)
    yield page
    assert page.evaluate("broken") == []
    context.close()


def drafts(address: str) -> list[str]:
    asked = {"text": "怎么还不发货", "order": {"status": "unshipped"}}
    answer = httpx2.post(f"{address}/v1/drafts", json=asked)
    return [draft["text"] for draft in answer.json()["drafts"]]


def form(desk: TestClient, **fields: str) -> dict[str, str]:
    """Fill the editor as a browser does."""
    seen = desk.get(PAGE).text.partition('name="seen" value="')[2].partition('"')[0]
    return {"mode": "stages", "seen": seen, "ask": "0"} | {
        name.replace("__", "."): text for name, text in fields.items()
    }


def test_a_wording_goes_round(page: Page, address: str, home: Path) -> None:
    before = drafts(address)
    page.goto("/scripts")
    page.get_by_role("searchbox").fill("催发货")
    page.keyboard.press("Enter")
    expect(page.locator(".shelf .said").first).to_contain_text("待发货")
    page.get_by_role("link", name="催发货", exact=True).click()

    late = page.locator("#preview .row", has=page.get_by_role("heading", name="待发货（超时）"))
    expect(late.locator(".now")).to_have_count(3)
    expect(late.locator(".before")).to_have_count(0)
    page.get_by_label("本店的话").nth(4).fill(WORDING)
    expect(late.locator("[data-style=standard] .now")).to_contain_text(WORDING)
    expect(late.locator("[data-style=standard] .before")).not_to_contain_text(WORDING)
    assert drafts(address) == before
    page.get_by_label("为什么改").fill("客人爱问")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".flash")).to_contain_text("存好了")

    assert WORDING in drafts(address)[1]
    assert (home / "shops" / "demo" / "scripts" / f"{SCRIPT}.j2").is_file()
    expect(page.locator("#stage-follow_up")).to_have_value(WORDING)
    page.locator("#stage-follow_up").fill("")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".flash")).to_contain_text("存好了")
    assert drafts(address) == before

    page.get_by_role("link", name="历史").click()
    expect(page.locator(".revision")).to_have_count(2)
    first = page.locator(".revision").last
    expect(first).to_contain_text("小李")
    expect(first).to_contain_text("客人爱问")
    expect(first.locator("ins").last).to_contain_text(WORDING)
    expect(page.locator(".revision").first.locator("del").last).to_contain_text(WORDING)
    first.get_by_role("button", name="恢复").click()
    expect(page.locator(".flash")).to_contain_text("恢复好了")
    assert WORDING in drafts(address)[1]


def test_the_preview_marks_what_is_blocked_and_save_refuses_it(page: Page, address: str) -> None:
    before = drafts(address)
    page.goto(PAGE)
    page.locator("#stage-follow_up").fill("加我微信聊。")
    expect(page.locator("#preview mark.block").first).to_have_text("微信")
    expect(page.locator("#preview .faults").first).to_contain_text("不能发")
    page.get_by_role("button", name="保存").click()
    verdict = page.get_by_role("alert")
    expect(verdict).to_contain_text("没有存")
    expect(verdict).to_contain_text("跟踪")
    expect(verdict).to_contain_text("改法")
    expect(page.locator("#stage-follow_up")).to_have_value("加我微信聊。")
    page.evaluate(AXE)
    assert page.evaluate(_GRAVE) == []
    page.locator("#stage-follow_up").fill("{{ 'a' * 10**9 }}")
    expect(page.locator("#preview .fault, #preview .faults").first).to_contain_text("乘")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("乘")
    assert drafts(address) == before


def test_a_message_of_ones_own_in_one_order_state(page: Page) -> None:
    page.goto(PAGE)
    expect(page.locator("#preview .row").nth(2)).to_be_visible()
    page.get_by_label("订单状态").select_option("未付款")
    expect(page.locator("#preview .row")).to_have_count(1)
    page.get_by_label("买家的话").select_option("own")
    page.locator("#message").fill("能开发票吗")
    expect(page.locator("#preview")).to_contain_text("平常会听成「发票」")


def test_a_common_wording_is_copied_and_a_stage_is_left_unsaid(page: Page) -> None:
    page.goto(PAGE)
    page.locator("[data-copy=apologise]").click()
    expect(page.locator("#stage-apologise")).to_have_value(page.locator("#common-apologise").text_content() or "-")
    expect(page.locator("#preview .row").first).to_be_visible()
    expect(page.locator("#preview .row.changed")).to_have_count(0)
    page.locator("input[name='silent.apologise']").check()
    expect(page.locator("#stage-apologise")).to_be_disabled()
    expect(page.locator("#preview .row.changed").first).to_be_visible()


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_editor_is_sound(page: Page, size: tuple[int, int], lang: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in (PAGE, f"{PAGE}/history", "/scripts?q=没有这样的话"):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        if path == PAGE:
            expect(page.locator("#preview .row").first).to_be_visible()
        page.evaluate(AXE)
        assert page.evaluate(_GRAVE) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_list_is_narrowed(desk: TestClient) -> None:
    def found(query: str) -> list[str]:
        return [line.split('"')[0] for line in desk.get(f"/scripts?{query}").text.split('<h2><a href="/scripts/')[1:]]

    every = found("")
    assert len(every) > 80
    assert set(found("flow=risk")) < set(every)
    assert all(name.startswith("logistics/") for name in found("group=logistics"))
    assert SCRIPT in found("stage=solve&q=仓库")
    assert "chat/greeting" not in found("stage=solve")
    assert found("own=1") == []
    assert "还没有改过脚本" in desk.get("/scripts?own=1").text
    assert desk.post(PAGE, data=form(desk, stage__follow_up=WORDING), follow_redirects=False).status_code == 303
    assert found("own=1") == [SCRIPT]
    assert WORDING in desk.get(f"/scripts/said?name={SCRIPT}&stage=follow_up").text


def test_warnings_are_saved_once_they_are_ticked(desk: TestClient) -> None:
    fields = form(desk, stage__follow_up="不清楚的话您自己看详情页。")
    warned = desk.post(PAGE, data=fields)
    assert warned.status_code == 422
    mark = warned.text.partition('name="accept" value="')[2].partition('"')[0]
    assert mark
    assert desk.post(PAGE, data=fields | {"accept": "1"}).status_code == 422
    assert desk.post(PAGE, data=fields | {"accept": mark}, follow_redirects=False).status_code == 303


def test_the_other_way_of_editing_keeps_what_was_written(desk: TestClient) -> None:
    whole = desk.post(PAGE, data=form(desk, stage__follow_up=WORDING, turn="whole")).text
    assert "{% block follow_up %}" + WORDING + "{% endblock %}" in whole
    source = '{% extends "base/' + SCRIPT + '.j2" %}\n{# 双十一 #}\n{% block follow_up %}' + WORDING + "{% endblock %}"
    fields = form(desk, source=source) | {"mode": "whole"}
    assert "只能整份改" in desk.post(PAGE, data=fields | {"turn": "stages"}).text
    assert desk.post(PAGE, data=fields, follow_redirects=False).status_code == 303
    kept = desk.get(PAGE).text
    assert "按阶段分不开" in kept
    assert "{# 双十一 #}" in kept
    plain = form(desk, source=source.replace("{# 双十一 #}\n", "")) | {"mode": "whole", "turn": "stages"}
    assert f">{WORDING}</textarea>" in desk.post(PAGE, data=plain).text


def test_two_leads_at_once(desk: TestClient) -> None:
    first, second = form(desk, stage__follow_up=WORDING), form(desk, stage__follow_up="单号一出就发您。")
    assert desk.post(PAGE, data=first, follow_redirects=False).status_code == 303
    late = desk.post(PAGE, data=second)
    assert late.status_code == 409
    assert "刚才有人改过" in late.text
    assert "单号一出就发您。" in late.text


def test_what_does_not_exist_is_not_found(desk: TestClient) -> None:
    assert desk.get("/scripts/x/y").status_code == 404
    assert desk.get("/scripts/_flow/risk").status_code == 404
    assert desk.get("/scripts/said?name=../../etc").status_code == 404
    assert desk.post(f"{PAGE}/restore", data={"revision": "9"}).status_code == 404
    torn = desk.post(PAGE, data=form(desk, stage__follow_up="好{% endblock %}{% block todo %}"))
    assert (torn.status_code, "不能再写 block" in torn.text) == (422, True)
