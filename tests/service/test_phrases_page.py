"""Phrase search as agents meet it: the route, and the dialog in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect
from starlette.testclient import TestClient

from tests.service.desk import SAMPLE, clipboard, paste

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHRASES = "**/v1/phrases?*"
FIELDS = {"kind", "name", "title", "text", "group", "why", "product", "blanks"}


# the route


def test_the_route_gives_the_best_first(client: TestClient) -> None:
    found = client.get("/v1/phrases", params={"q": "wlbd", "status": "shipped"}).json()["phrases"]
    assert (found[0]["name"], found[0]["group"], found[0]["why"]) == ("logistics_stalled", "物流", "拼音")
    assert set(found[0]) == FIELDS
    assert len(client.get("/v1/phrases", params={"q": "f"}).json()["phrases"]) == 12
    assert "订单号" not in found[0]["text"], "the order is at hand"


def test_the_route_lists_and_names(client: TestClient) -> None:
    every = client.get("/v1/phrases").json()["phrases"]
    assert {one["kind"] for one in every} == {"script", "faq"}
    wanted = [every[-1]["name"], "thanks"]
    assert [one["name"] for one in client.get("/v1/phrases", params={"name": wanted}).json()["phrases"]] == wanted
    assert len(client.get("/v1/phrases", params={"limit": 3}).json()["phrases"]) == 3


@pytest.mark.parametrize(
    ("params", "field", "code"),
    [
        ({"status": "sent"}, "status", 422),
        ({"limit": "0"}, "limit", 422),
        ({"q": "发" * 101}, "q", 422),
        ({"shop": "nowhere"}, "shop", 404),
    ],
)
def test_the_route_says_what_is_wrong(client: TestClient, params: dict[str, str], field: str, code: int) -> None:
    answer = client.get("/v1/phrases", params=params)
    assert answer.status_code == code
    assert field in answer.json()["error"]["field"] or code == 404


# the dialog


@pytest.fixture
def inserted(desk: Page) -> list[dict[str, str]]:
    """Collect what is handed to the page."""
    said: list[dict[str, str]] = []
    desk.expose_function("heard", lambda detail: said.append(detail))
    desk.evaluate("document.addEventListener('miaohui:insert', ({ detail }) => heard(detail))")
    return said


@pytest.fixture
def keyboard(desk: Page) -> CDPSession:
    return desk.context.new_cdp_session(desk)


def opened(page: Page, words: str = "") -> Locator:
    """Open the dialog as the page does, and type."""
    page.evaluate("document.dispatchEvent(new CustomEvent('miaohui:phrases'))")
    dialog = page.locator("#phrases")
    expect(page.locator("#phrase-query")).to_be_focused()
    expect(dialog.locator(".phrase").first).to_be_visible()
    if words:
        with page.expect_response(lambda response: "q=" in response.url):
            page.keyboard.type(words)
        expect(dialog.locator("[aria-selected=true]")).to_have_count(1)
    return dialog


def test_slash_type_enter_puts_a_phrase_into_the_draft(desk: Page, inserted: list[dict[str, str]]) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("/")
    expect(desk.locator("#phrase-query")).to_be_focused()
    desk.keyboard.type("fhsj")
    desk.keyboard.press("Enter")  # without waiting for the answer
    expect(desk.locator("#phrases")).to_be_hidden()
    assert [one["name"] for one in inserted] == ["ship_time_query"]
    expect(desk.locator("textarea.edit")).to_be_focused()
    assert inserted[0]["text"] in desk.locator("textarea.edit").input_value()


def test_arrows_choose_and_the_listener_is_told(desk: Page, inserted: list[dict[str, str]], faults: list[str]) -> None:
    dialog = opened(desk, "fahuo")
    titles = dialog.locator(".phrase b").all_text_contents()
    assert "发货时间" in titles[:3]
    box = desk.locator("#phrase-query")
    for key, at in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowUp", 0), ("ArrowUp", len(titles) - 1)):
        desk.keyboard.press(key)
        expect(box).to_have_attribute("aria-activedescendant", f"phrase-{at}")
        expect(dialog.locator("[aria-selected=true] b")).to_have_text(titles[at])
    expect(dialog.locator("[aria-live]")).to_have_text(f"找到 {len(titles)} 条话术")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert len(inserted) == 1
    assert not faults
    assert desk.evaluate("broken") == []


def test_shift_enter_copies_and_the_focus_returns(desk: Page, inserted: list[dict[str, str]]) -> None:
    desk.locator("#text").focus()
    dialog = opened(desk, "xiexie")
    said = dialog.locator("[aria-selected=true] .said").text_content()
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#toast")).to_contain_text("已复制")
    assert clipboard(desk) == said
    assert inserted == []
    expect(desk.locator("#text")).to_be_focused()
    dialog = opened(desk)
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.locator("#text")).to_be_focused()


def test_favourites_and_recent_come_first_and_are_the_shops_own(desk: Page) -> None:
    opened(desk, "kfp")
    desk.keyboard.press("Alt+s")
    expect(desk.locator("#phrase-note")).to_contain_text("收藏了")
    first = desk.locator("[aria-selected=true] b").text_content() or ""
    desk.keyboard.press("Escape")
    opened(desk, "posun")
    desk.keyboard.press("Enter")
    desk.reload()
    dialog = opened(desk)
    groups = dialog.get_by_role("group")
    expect(groups.nth(0).locator("h3")).to_have_text("收藏")
    expect(groups.nth(0).locator("b")).to_have_text([first])
    expect(groups.nth(1).locator("h3")).to_have_text("最近用过")
    expect(groups.nth(1).locator("b")).to_have_text(["破损"])
    expect(groups.nth(2).locator("h3")).to_have_text("风险话术")
    desk.keyboard.press("ArrowDown")
    expect(dialog.locator(".actions button").nth(2)).to_have_text(re.compile("取消收藏"))
    groups.nth(0).locator(".star").click()
    expect(desk.locator("#phrase-note")).to_contain_text("取消了收藏")
    kept = desk.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('miaohui.phrases'))")
    assert kept == [["miaohui.phrases.demo", '{"favourites":[],"recent":["damaged_item"]}']]


@pytest.mark.parametrize("spoilt", ["{", "[]", "null", '{"favourites": 3, "recent": {"a": 1}}'])
def test_what_the_browser_kept_may_be_spoilt(desk: Page, faults: list[str], spoilt: str) -> None:
    desk.evaluate("text => localStorage.setItem('miaohui.phrases.demo', text)", spoilt)
    opened(desk, "fapiao")
    desk.keyboard.press("Alt+s")
    expect(desk.locator("#phrase-note")).to_contain_text("收藏了")
    assert not faults


def test_nothing_is_looked_for_or_chosen_while_an_input_method_composes(
    desk: Page, keyboard: CDPSession, inserted: list[dict[str, str]]
) -> None:
    dialog = opened(desk)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    keyboard.send("Input.imeSetComposition", {"text": "fa huo", "selectionStart": 6, "selectionEnd": 6})
    desk.wait_for_timeout(250)
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Process", "windowsVirtualKeyCode": 229})
    desk.evaluate(
        "document.getElementById('phrase-query').dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    assert asked == []
    with desk.expect_response(PHRASES):
        keyboard.send("Input.insertText", {"text": "发货"})
    expect(dialog.locator("[aria-selected=true]")).to_have_count(1)
    assert inserted == []


def test_the_words_follow_the_order_on_the_page(desk: Page) -> None:
    desk.locator("#status [data-status=shipped]").click()
    dialog = opened(desk, "催发货")
    expect(dialog.locator("select")).to_have_value("shipped")
    expect(dialog.locator("[aria-selected=true] .said")).to_contain_text("已经发出")
    dialog.locator("select").select_option("unshipped")
    expect(dialog.locator("[aria-selected=true] .said")).not_to_contain_text("已经发出")
    expect(desk.locator("#phrase-query")).to_be_focused()


def test_letters_typed_fast_are_one_question(desk: Page) -> None:
    opened(desk)
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    with desk.expect_response(PHRASES):
        desk.keyboard.type("fahuoshijian", delay=10)
    assert len(asked) == 1


def test_says_so_where_nothing_is_found_and_where_nobody_answers(desk: Page) -> None:
    dialog = opened(desk)
    desk.keyboard.type("zzzzqqqq")
    expect(desk.locator("#phrase-note")).to_contain_text("没有找到")
    expect(dialog.locator(".actions button").first).to_be_disabled()
    desk.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    desk.route(PHRASES, lambda route: route.abort())
    desk.locator("#phrase-query").fill("发货")
    expect(desk.locator("#phrase-note")).to_contain_text("连不上服务")
    desk.unroute(PHRASES)
    desk.locator("#phrase-query").fill("发票")
    expect(dialog.locator("[aria-selected=true] b")).to_have_text("发票")


def test_blanks_stand_out_and_are_not_copied_unfilled(desk: Page) -> None:
    phrase = {
        "kind": "script",
        "name": "x",
        "title": "<b>粗</b>",
        "text": "您的码是【尺码】",
        "group": "售前",
        "why": "名称",
    }
    body = {"phrases": [phrase | {"product": "", "blanks": ["尺码"]}]}
    desk.route(PHRASES, lambda route: route.fulfill(json=body))
    dialog = opened(desk, "x")
    expect(dialog.locator(".said mark.blank")).to_have_text("【尺码】")
    expect(dialog.locator("[aria-selected=true] b")).to_have_text("<b>粗</b>")
    desk.keyboard.press("Shift+Enter")
    expect(desk.locator("#phrase-note")).to_contain_text("还有空白要填：尺码")
    expect(dialog).to_be_visible()


@pytest.fixture(params=[(1366, 768, "light", "zh"), (360, 740, "dark", "en")], ids=["wide", "narrow"])
def looked(request: pytest.FixtureRequest, browser: Browser, page_url: str) -> Iterator[Page]:
    width, height, scheme, lang = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{page_url}/?lang={lang}")
    yield page
    context.close()


def test_nobody_is_shut_out(looked: Page) -> None:
    dialog = opened(looked, "tuihuo")
    looked.evaluate(AXE)
    for _ in range(2):
        found = looked.evaluate("axe.run('#phrases')")["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        looked.locator("#phrase-query").fill("")
        expect(dialog.get_by_role("group").first).to_be_visible()
    assert looked.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sheet = dialog.bounding_box()
    assert sheet is not None
    assert sheet["x"] >= 0
    assert sheet["x"] + sheet["width"] <= looked.evaluate("innerWidth")


def test_results_stand_there_soon_after_the_last_letter(desk: Page) -> None:
    opened(desk, "fh")
    took: list[float] = []
    for letter in "sjsjsj":
        begun = monotonic()
        with desk.expect_response(PHRASES):
            desk.keyboard.press("Backspace" if len(took) % 2 else letter)
        took.append(monotonic() - begun)
    assert min(took) < 0.2, took  # the best of six: others may be busy on this machine
