"""Drive the agent's page in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

SAMPLE = "我拍的耙子怎么发来个铲子"
DRAFTS = "**/v1/drafts"
RECORD = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.blockedURI))"


@pytest.fixture
def faults() -> list[str]:  # what the browser complains about
    return []


@pytest.fixture
def desk(browser: Browser, page_url: str, faults: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.add_init_script(RECORD)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(page_url)
    yield page
    context.close()


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def clipboard(page: Page) -> object:
    return page.evaluate("navigator.clipboard.readText()")


def first_draft(page: Page) -> str:
    return page.locator(".card .text").first.text_content() or ""


def draft(text: str, **changes: object) -> dict[str, object]:
    return {"style": "brief", "text": text, "segments": [], "blanks": [], "findings": [], "sendable": True} | changes


def answer_with(page: Page, *drafts: dict[str, object], remark: dict[str, object] | None = None) -> None:
    """Answer every request with these drafts, where the wording must not depend on the shop's scripts."""
    body = {
        "id": "d", "shop": "demo", "conversation_id": "c", "decision": "reply", "flow": "aftersales", "stage": "solve",
        "intents": [{"name": "wrong_item", "title": "发错货", "confidence": 0.9}],
        "ranking": [{"name": "wrong_item", "confidence": 0.9}], "slots": [], "missing": [], "drafts": list(drafts),
        "remark": remark, "authority": None, "todo": [], "follow_up": None, "risk": [],
        "why": {"words": [], "nearest": []}, "took_ms": 1.0,
    }  # fmt: skip
    page.route(DRAFTS, lambda route: route.fulfill(json=body))


def test_has_a_title_and_waits_in_the_textarea(desk: Page) -> None:
    expect(desk).to_have_title("秒回 · 客服回复助手")
    expect(desk.locator("#text")).to_be_focused()


def test_paste_and_key_1_are_enough(desk: Page) -> None:
    paste(desk, SAMPLE)
    desk.keyboard.press("1")  # without waiting for the answer
    expect(desk.locator("#toast")).to_contain_text("已复制")
    expect(desk.locator(".card").first).to_have_class("card copied")
    assert clipboard(desk) == first_draft(desk)


def test_next_paste_goes_out_with_the_turns_before(desk: Page) -> None:
    paste(desk, SAMPLE)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    said = first_draft(desk)
    with desk.expect_request(DRAFTS) as asked:
        paste(desk, "那快点")
    sent = [(turn["role"], turn["text"]) for turn in asked.value.post_data_json["messages"]]
    assert sent == [("buyer", SAMPLE), ("agent", said), ("buyer", "那快点")]
    desk.keyboard.press("Escape")
    expect(desk.locator("#turns li")).to_have_count(0)


@pytest.mark.parametrize("text", ["{{7*7}}", "<img src=x onerror=alert(1)>", "<b>发错了</b>"])
def test_buyer_text_stays_literal(desk: Page, faults: list[str], text: str) -> None:
    answer_with(desk, draft(f"您说的{text}吗"), remark={"text": text, "flag": True})
    paste(desk, text)
    expect(desk.locator(".card .text")).to_have_text(f"您说的{text}吗")
    expect(desk.locator("#note")).to_contain_text(text)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    paste(desk, SAMPLE)
    expect(desk.locator("#turns li").first).to_contain_text(text)
    expect(desk.locator("main img, main p b")).to_have_count(0)
    assert not faults


def test_nothing_is_sent_while_an_input_method_composes(desk: Page) -> None:
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.method))
    keyboard = desk.context.new_cdp_session(desk)
    keyboard.send("Input.imeSetComposition", {"text": "fa cuo", "selectionStart": 6, "selectionEnd": 6})
    desk.wait_for_timeout(500)
    assert "POST" not in sent
    with desk.expect_request(DRAFTS) as asked:
        keyboard.send("Input.insertText", {"text": "发错了"})
    assert asked.value.post_data_json["messages"][-1]["text"] == "发错了"


def test_order_state_changes_the_request(desk: Page) -> None:
    with desk.expect_request(DRAFTS) as asked:
        paste(desk, SAMPLE)
    assert "order" not in asked.value.post_data_json
    with desk.expect_request(DRAFTS) as asked:
        desk.get_by_role("button", name="已签收").click()
    assert asked.value.post_data_json["order"] == {"status": "signed"}


def test_alt_digit_copies_while_typing(desk: Page) -> None:
    answer_with(desk, draft("第一句"), draft("第二句", style="standard"))
    desk.keyboard.type("在吗")
    expect(desk.locator(".card")).to_have_count(2)
    desk.keyboard.press("Alt+2")
    expect(desk.locator("#toast")).to_have_text("已复制：第二句")
    assert clipboard(desk) == "第二句"
    expect(desk.locator("#text")).to_be_focused()


def test_remark_has_its_own_copy(desk: Page) -> None:
    answer_with(desk, draft("好的"), remark={"text": "7天内退差价5元", "flag": True})
    paste(desk, SAMPLE)
    expect(desk.locator("#note")).to_have_text("插旗7天内退差价5元")
    desk.keyboard.press("r")
    expect(desk.locator("#toast")).to_contain_text("已复制备注")
    assert clipboard(desk) == "7天内退差价5元"


def test_a_hand_over_is_summed_up(desk: Page) -> None:
    paste(desk, "几点发货")
    expect(desk.locator(".card")).not_to_have_count(0)
    expect(desk.locator("#facts")).not_to_contain_text("交接")
    paste(desk, "再不解决我打12315投诉你们")
    expect(desk.locator("#facts")).to_contain_text("交接")
    expect(desk.locator("#facts")).to_contain_text("诉求：")


def test_blanks_and_findings_are_marked_and_a_blocked_draft_asks_twice(desk: Page) -> None:
    finding = {"rule": "r", "level": "block", "span": [1, 3], "message": "说死了", "rewrite": "尽快"}
    blocked = draft("😊一定到", findings=[finding], sendable=False)
    answer_with(desk, blocked, draft("【日期】发出", blanks=["日期"], sendable=False))
    paste(desk, SAMPLE)
    expect(desk.locator("mark.block")).to_have_text("一定")
    expect(desk.locator("mark.blank")).to_have_text("【日期】")
    desk.keyboard.press("2")
    expect(desk.locator("#toast")).to_contain_text("还有空白要填：日期")
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_have_text("这句会违规，再按一次仍要复制")
    assert clipboard(desk) == "【日期】发出"
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_have_text("已复制：😊一定到")


def test_older_answer_never_overwrites_a_newer_one(desk: Page) -> None:
    held: list[Route] = []
    desk.route(DRAFTS, lambda route: held.append(route))
    paste(desk, "第一条")
    expect(desk.locator("#answer")).to_have_class("waiting")
    answer_with(desk, draft("新的"))
    paste(desk, "第二条")
    expect(desk.locator(".card .text")).to_have_text("新的")
    held[0].fulfill(status=500)
    desk.wait_for_timeout(200)
    expect(desk.locator(".card .text")).to_have_text("新的")
    expect(desk.locator("#notice")).to_be_hidden()


def test_error_is_shown_in_place_and_old_drafts_are_not_copied(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    body = {"error": {"code": "bad", "message": "没有这个店铺，请换一个", "field": "shop"}}
    desk.route(DRAFTS, lambda route: route.fulfill(status=422, json=body))
    paste(desk, "在吗")
    expect(desk.locator("#notice")).to_have_text("没有这个店铺，请换一个")
    expect(desk.locator("#answer")).to_have_class("failed")
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_contain_text("没有复制")


def test_offline_says_so_and_recovers_by_itself(desk: Page) -> None:
    desk.context.set_offline(True)
    paste(desk, SAMPLE)
    expect(desk.locator("#notice")).to_have_text("连不上服务，正在重试")
    desk.context.set_offline(False)
    expect(desk.locator(".card").first).to_be_visible()
    expect(desk.locator("#notice")).to_be_hidden()


def test_page_is_clean_and_fits_360_pixels(desk: Page, faults: list[str]) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    paste(desk, SAMPLE + "a" * 400)
    expect(desk.locator(".card").first).to_be_visible()
    desk.locator("#order summary").click()
    desk.locator("#why summary").click()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    assert desk.evaluate("window.broken") == []
    assert not faults
