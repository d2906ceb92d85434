"""Drive the userscript on a chat back office of another origin: it fills, and nothing is ever sent."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.service.office import BUYER, WATCH, back_office, select, sent
from tests.service.script_manager import SHIM, Wire, answer, draft, finding

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PANEL = "miaohui-panel .panel"


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    with back_office() as address:
        yield address


@pytest.fixture
def chat(browser: Browser, page_url: str, office: str, wire: Wire) -> Iterator[Page]:
    """Open the chat page with the userscript as served, run at the start of the document."""
    with urllib.request.urlopen(f"{page_url}/miaohui.user.js?agent=%E5%B0%8F%E7%BE%8E") as response:  # noqa: S310
        script = response.read().decode()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.expose_function("gmCall", wire.call)
    page.add_init_script(f"{WATCH}\n(() => {{{SHIM}{script}\n}})();")
    page.goto(office)
    yield page
    assert errors == []
    assert page.evaluate("window.broken") == []
    assert sent(page) == []
    context.close()


def ask(page: Page) -> None:
    select(page)
    page.keyboard.press("Alt+M")
    expect(page.locator(f"{PANEL} .card").first).to_be_visible()


def shown(page: Page) -> str:
    return page.locator(f"{PANEL} .card .text").first.text_content() or ""


def test_selection_to_a_filled_input_in_two_keys(chat: Page, wire: Wire) -> None:
    chat.locator("#controlled").focus()
    ask(chat)
    text = shown(chat)
    chat.keyboard.press("1")
    expect(chat.locator("#controlled")).to_have_value(text)
    chat.wait_for_timeout(100)  # three re-renders of the controlled textarea
    assert chat.evaluate("[model, document.activeElement.id]") == [text, "controlled"]
    expect(chat.locator(PANEL)).to_be_hidden()
    expect(chat.locator("miaohui-panel .toast")).to_have_text("填好了，看一眼再按发送")
    (outcome,) = wire.outcomes()
    assert wire.asked[0] == ("/v1/drafts", {"text": BUYER, "shop": "demo"})
    assert {key: outcome[key] for key in ("style", "outcome", "text", "agent")} == {
        "style": "brief", "outcome": "copied", "text": text, "agent": "小美",
    }  # fmt: skip
    assert wire.statuses == [200, 200]


@pytest.mark.parametrize("place", ["#rich", "#line"])
def test_fills_what_is_no_textarea(chat: Page, place: str) -> None:
    chat.locator(place).click()
    ask(chat)
    text = shown(chat)
    chat.keyboard.press("1")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("填好了，看一眼再按发送")
    held = chat.evaluate(
        "place => { const { value, innerText } = document.querySelector(place); return value ?? innerText }", place
    )
    assert held == text


def test_keeps_what_was_typed_and_replaces_what_it_filled(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("第一条"), draft("第二条"))
    chat.locator("#controlled").focus()
    chat.keyboard.type("亲，")
    ask(chat)
    chat.keyboard.press("1")
    expect(chat.locator("#controlled")).to_have_value("亲，第一条")
    chat.locator("#controlled").fill("")
    ask(chat)
    chat.keyboard.press("1")
    expect(chat.locator("#controlled")).to_have_value("第一条")
    ask(chat)
    chat.keyboard.press("2")
    expect(chat.locator("#controlled")).to_have_value("第二条")


@pytest.mark.parametrize("blocker", ["node.readOnly = true", "node.remove()"])
def test_copies_where_no_input_can_be_filled(chat: Page, wire: Wire, blocker: str) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.locator("#controlled").focus()
    chat.evaluate(f"for (const node of document.querySelectorAll('textarea, [contenteditable]')) {blocker}")
    ask(chat)
    chat.keyboard.press("1")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("没找到输入框，已复制，按 Ctrl+V 粘贴")
    assert chat.evaluate("clips") == ["今天发"]


def test_an_editor_that_takes_pastes_only(chat: Page, wire: Wire) -> None:
    """Some editors cancel every editing command and read the clipboard event themselves."""
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.evaluate("""() => {
      rich.addEventListener("beforeinput", (event) => event.preventDefault());
      rich.addEventListener("paste", (event) => {
        event.preventDefault();
        setTimeout(() => { rich.textContent += event.clipboardData.getData("text/plain"); }, 20);
      });
    }""")
    chat.locator("#rich").click()
    ask(chat)
    chat.keyboard.press("1")
    expect(chat.locator("#rich")).to_have_text("今天发")
    assert chat.evaluate("clips") == []


def test_enter_held_on_a_button_never_reaches_the_chat(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.locator("#controlled").focus()
    ask(chat)
    chat.locator(f"{PANEL} .primary").focus()
    for _ in range(3):
        chat.keyboard.down("Enter")  # from the second time on a repeat, when the focus is in the chat's input
    chat.keyboard.up("Enter")
    expect(chat.locator("#controlled")).to_have_value("今天发")
    assert sent(chat) == []
    chat.keyboard.press("Enter")  # the agent's own
    assert "keydown" in str(sent(chat))
    chat.evaluate("window.sent = []")


def test_a_held_digit_is_not_typed_into_the_chat(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.locator("#controlled").focus()
    ask(chat)
    for _ in range(4):
        chat.keyboard.down("1")
    chat.keyboard.up("1")
    expect(chat.locator("#controlled")).to_have_value("今天发")


def test_blanks_are_filled_first(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("单号【单号】，【怎么办】", blanks=["单号", "怎么办"], sendable=False))
    chat.locator("#controlled").focus()
    ask(chat)
    chat.keyboard.press("1")
    box = chat.locator(f"{PANEL} textarea")
    expect(box).to_be_focused()
    chat.keyboard.type("YT123")
    chat.keyboard.press("Control+Enter")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("还有空没填")
    expect(chat.locator("#controlled")).to_have_value("")
    chat.keyboard.type("我去查")  # the blank that is left was selected
    chat.keyboard.press("Control+Enter")
    expect(chat.locator("#controlled")).to_have_value("单号YT123，我去查")
    (outcome,) = wire.outcomes()
    assert (outcome["outcome"], outcome["text"]) == ("edited", "单号YT123，我去查")


def test_tab_goes_from_blank_to_blank(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("【甲】和【乙】", blanks=["甲", "乙"], sendable=False))
    chat.locator("#controlled").focus()
    ask(chat)
    chat.keyboard.press("1")
    chat.keyboard.press("Tab")
    chat.keyboard.type("糖")
    expect(chat.locator(f"{PANEL} textarea")).to_have_value("【甲】和糖")
    chat.keyboard.press("Escape")
    expect(chat.locator(f"{PANEL} .card")).to_be_visible()


def test_a_violation_needs_a_second_press(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("全网最低", findings=[finding(0, 4)], sendable=False))
    chat.locator("#controlled").focus()
    ask(chat)
    expect(chat.locator(f"{PANEL} mark.block")).to_have_text("全网最低")
    chat.keyboard.press("1")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("这条会违规，再按一次 1 才填")
    expect(chat.locator("#controlled")).to_have_value("")
    assert wire.outcomes() == []
    chat.keyboard.press("1")
    expect(chat.locator("#controlled")).to_have_value("全网最低")


def test_an_edit_is_checked_before_it_is_filled(chat: Page, wire: Wire) -> None:
    wire.answers |= {"/v1/drafts": answer(draft("价格实在")), "/v1/lint": {"findings": [finding(0, 2)]}}
    chat.locator("#controlled").focus()
    ask(chat)
    chat.get_by_role("button", name="改一改 简短 1").click()
    chat.locator(f"{PANEL} textarea").fill("最低价")
    chat.keyboard.press("Control+Enter")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("还会违规，再按一次才填")
    expect(chat.locator(f"{PANEL} .findings")).to_contain_text("极限词")
    expect(chat.locator("#controlled")).to_have_value("")
    chat.keyboard.press("Control+Enter")
    expect(chat.locator("#controlled")).to_have_value("最低价")


def test_points_at_the_input_once_per_site(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    ask(chat)
    chat.keyboard.press("p")
    chat.locator("#send").click()  # no place to type, and no press of it may go through
    expect(chat.locator("miaohui-panel .toast")).to_have_text("这里不能打字，点聊天输入框")
    chat.locator("#rich").click()
    expect(chat.locator("miaohui-panel .toast")).to_have_text("记住了，这个网站以后都填这里")
    chat.reload()
    chat.locator("#controlled").focus()
    ask(chat)
    chat.keyboard.press("1")
    expect(chat.locator("#rich")).to_have_text("今天发")
    expect(chat.locator("#controlled")).to_have_value("")


def test_does_nothing_while_an_input_method_composes(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.locator("#controlled").focus()
    ask(chat)
    devtools = chat.context.new_cdp_session(chat)
    compose(devtools, "1", "Digit1")
    chat.wait_for_timeout(50)
    expect(chat.locator("#controlled")).to_have_value("")
    expect(chat.locator(PANEL)).to_be_visible()
    compose(devtools, "Escape", "Escape")
    expect(chat.locator(PANEL)).to_be_visible()


def compose(devtools: CDPSession, key: str, code: str) -> None:
    """Press a key that belongs to the input method: the browser tells pages 229 instead of its number."""
    for kind in ("rawKeyDown", "keyUp"):
        devtools.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": code, "windowsVirtualKeyCode": 229})


def test_escape_closes_and_gives_the_focus_back(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    chat.locator("#controlled").fill(BUYER)
    chat.locator("#controlled").select_text()
    chat.keyboard.press("Alt+M")
    expect(chat.locator(PANEL)).to_be_focused()
    chat.keyboard.press("Escape")
    expect(chat.locator(PANEL)).to_be_hidden()
    expect(chat.locator("#controlled")).to_be_focused()
    expect(chat.locator("#controlled")).to_have_value(BUYER)


def test_a_button_stands_beside_a_selection(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    pick = chat.get_by_role("button", name="秒回", exact=True)
    expect(pick).to_have_count(0)
    select(chat)
    pick.click()
    expect(chat.locator(f"{PANEL} .card")).to_be_visible()
    expect(pick).to_be_hidden()


def test_copies_the_remark(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("好"), remark={"text": "补发耙子", "flag": True, "payment_note": None})
    ask(chat)
    chat.keyboard.press("r")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("备注已复制")
    assert chat.evaluate("clips") == ["补发耙子"]


def test_asks_for_a_selection(chat: Page, wire: Wire) -> None:
    chat.locator("#controlled").focus()
    chat.keyboard.press("Alt+M")
    expect(chat.locator("miaohui-panel .toast")).to_have_text("先选中买家的话，再按 Alt+M")
    assert wire.asked == []


def test_says_where_it_cannot_reach_us(chat: Page, wire: Wire, page_url: str) -> None:
    wire.down = True
    select(chat)
    chat.keyboard.press("Alt+M")
    expect(chat.locator(f"{PANEL} .trouble")).to_have_text(f"连不上秒回（{page_url}），看看它开着没有")


def test_says_what_the_service_refused(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = {}
    chat.evaluate("buyer.textContent = '　'")
    chat.evaluate("buyer.textContent = '？'.repeat(1999) + '\\ud83d'")
    wire.answers.clear()
    select(chat)
    chat.keyboard.press("Alt+M")
    expect(chat.locator(f"{PANEL} .trouble")).not_to_be_empty()
    assert wire.statuses == [422]


def test_markup_stays_text(chat: Page, wire: Wire) -> None:
    nasty = "<img src=x onerror=send('x')>"
    wire.answers["/v1/drafts"] = answer(draft(nasty), risk=[{"name": "r", "why": nasty}])
    chat.evaluate("text => { buyer.textContent = text }", nasty)
    chat.locator("#controlled").focus()
    ask(chat)
    assert shown(chat) == nasty
    assert chat.evaluate("document.querySelector('miaohui-panel').shadowRoot.querySelectorAll('img').length") == 0
    chat.keyboard.press("1")
    expect(chat.locator("#controlled")).to_have_value(nasty)


def test_the_panel_is_accessible(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("全网最低", findings=[finding(0, 4)], sendable=False), draft("好"))
    ask(chat)
    found = chat.evaluate(f"{AXE}; axe.run({{ include: ['miaohui-panel'] }}).then((found) => found.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_styles_leak_neither_in_nor_out(chat: Page, wire: Wire) -> None:
    wire.answers["/v1/drafts"] = answer(draft("今天发"))
    look = "(node) => ['fontSize', 'letterSpacing', 'color'].map((name) => getComputedStyle(node)[name])"
    before = chat.locator("#controlled").evaluate(look)
    ask(chat)
    assert chat.locator(f"{PANEL} .text").evaluate(look)[:2] == ["14px", "normal"]
    assert chat.locator("#controlled").evaluate(look) == before == ["31px", "7px", before[2]]
    box = chat.locator(PANEL).bounding_box()
    assert box is not None
    assert box["width"] == 360
