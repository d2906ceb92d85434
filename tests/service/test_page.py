"""Drive the agent's page in a real browser: from a pasted message to a copied reply."""

from time import monotonic

import pytest
from playwright.sync_api import Page, Route, expect

from tests.service.desk import (
    DRAFTS,
    MESSAGES,
    OUTCOMES,
    SAMPLE,
    answer_with,
    clipboard,
    draft,
    first_draft,
    paste,
)


def test_has_a_title_explains_itself_and_waits_in_the_textarea(desk: Page) -> None:
    expect(desk).to_have_title("客服工作台 · 秒回")
    expect(desk.locator("#text")).to_be_focused()
    expect(desk.locator("#empty li")).to_have_count(4)
    desk.locator("#sample").click()
    expect(desk.locator(".card").first).to_be_visible()
    expect(desk.locator("#empty")).to_be_hidden()


def test_paste_and_key_1_are_enough_and_are_recorded(desk: Page) -> None:
    with desk.expect_response(OUTCOMES) as recorded:
        paste(desk, SAMPLE)
        desk.keyboard.press("1")  # without waiting for the answer
    expect(desk.locator("#toast")).to_contain_text("已复制")
    expect(desk.locator(".card").first).to_have_class("card copied selected")
    assert clipboard(desk) == first_draft(desk)
    sent = recorded.value.request.post_data_json
    assert (sent["style"], sent["outcome"]) == ("brief", "copied")
    assert recorded.value.json()["conversation"]["last"] == {
        "role": "agent",
        "text": first_draft(desk),
        "at": recorded.value.json()["conversation"]["last"]["at"],
    }


def test_a_chat_keeps_its_turns_and_escape_starts_another(desk: Page) -> None:
    with desk.expect_request(MESSAGES) as first:
        paste(desk, SAMPLE)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    said = first_draft(desk)
    with desk.expect_request(MESSAGES) as second:
        paste(desk, "那快点")
    before, after = first.value.post_data_json, second.value.post_data_json
    assert before["conversation_id"] == after["conversation_id"]
    assert before["message_id"] != after["message_id"]
    assert desk.locator("#turns li").all_text_contents() == [f"买家{SAMPLE}", f"我{said}"]
    desk.keyboard.press("Escape")
    expect(desk.locator("#turns li")).to_have_count(0)
    with desk.expect_request(MESSAGES) as third:
        paste(desk, "在吗")
    assert third.value.post_data_json["conversation_id"] != after["conversation_id"]


def test_a_message_that_is_displaced_uncopied_was_rejected(desk: Page) -> None:
    told = answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    paste(desk, "在吗")
    expect(desk.locator("#turns li")).to_have_text([f"买家{SAMPLE}"])
    assert [one["outcome"] for one in told] == ["rejected"]


def test_a_second_paste_of_the_same_is_no_second_message(desk: Page) -> None:
    told = answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    paste(desk, SAMPLE)
    desk.wait_for_timeout(150)
    expect(desk.locator("#turns li")).to_have_count(0)
    assert told == []


def test_our_own_reply_pasted_here_is_no_message_of_the_buyer(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    desk.keyboard.press("Control+V")
    expect(desk.locator("#toast")).to_have_text("这是刚复制的回复，到聊天窗口里去粘贴")
    expect(desk.locator("#text")).to_have_value(SAMPLE)


def test_typed_text_is_drafted_with_the_turns_and_kept_once_it_is_used(desk: Page) -> None:
    paste(desk, SAMPLE)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    said = first_draft(desk)
    with desk.expect_request(DRAFTS) as asked:
        desk.locator("#text").fill("那快点发")
    turns = [(turn["role"], turn["text"]) for turn in asked.value.post_data_json["messages"]]
    assert turns == [("buyer", SAMPLE), ("agent", said), ("buyer", "那快点发")]
    with desk.expect_request(MESSAGES) as kept:
        desk.keyboard.press("Alt+1")
    assert kept.value.post_data_json["text"] == "那快点发"


def test_an_outcome_that_nobody_took_is_told_again(desk: Page) -> None:
    keys: list[str] = []

    def cut_once(route: Route) -> None:
        keys.append(route.request.post_data_json["key"])
        route.abort() if len(keys) == 1 else route.continue_()

    desk.route(OUTCOMES, cut_once)
    paste(desk, SAMPLE)
    with desk.expect_response(OUTCOMES) as taken:
        desk.keyboard.press("1")
    assert taken.value.ok
    assert len(keys) == 2
    assert keys[0] == keys[1]


@pytest.mark.parametrize("text", ["{{7*7}}", "<img src=x onerror=alert(1)>", "<b>发错了</b>"])
def test_buyer_text_stays_literal(desk: Page, faults: list[str], text: str) -> None:
    answer_with(desk, draft(f"您说的{text}吗"), remark={"text": text, "flag": True, "payment_note": None})
    paste(desk, text)
    expect(desk.locator(".card .text")).to_have_text(f"您说的{text}吗\u200b")
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


def test_keys_do_nothing_while_an_input_method_composes(desk: Page) -> None:
    answer_with(desk, draft("第一句"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    press = "init => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"
    desk.evaluate(press, {"code": "Digit1", "key": "1", "isComposing": True})
    desk.evaluate(press, {"code": "Digit1", "key": "Process", "keyCode": 229})
    desk.evaluate(press, {"code": "KeyN", "key": "n", "isComposing": True})
    desk.wait_for_timeout(200)
    assert clipboard(desk) == SAMPLE
    desk.evaluate(press, {"code": "Digit1", "key": "1"})
    expect(desk.locator("#toast")).to_contain_text("已复制")
    assert clipboard(desk) == "第一句"


def test_text_that_came_before_the_page_was_ready_is_answered(desk: Page) -> None:
    def late(route: Route) -> None:
        desk.locator("#text").fill(SAMPLE)
        route.continue_()

    desk.route("**/static/desk.js*", late)
    desk.reload(wait_until="commit")
    expect(desk.locator(".card")).to_have_count(3)
    expect(desk.locator("#text")).to_have_value(SAMPLE)


def test_order_state_changes_the_request(desk: Page) -> None:
    with desk.expect_request(MESSAGES) as posted:
        paste(desk, SAMPLE)
    assert "order" not in posted.value.post_data_json
    expect(desk.locator(".card")).to_have_count(3)
    with desk.expect_request(DRAFTS) as asked:
        desk.get_by_role("button", name="已签收").click()
    assert asked.value.post_data_json["order"] == {"status": "signed"}


def test_order_state_chosen_while_the_message_is_on_its_way(desk: Page) -> None:
    def late(route: Route) -> None:
        desk.get_by_role("button", name="已签收").click()
        route.continue_()

    desk.route(MESSAGES, late)
    with desk.expect_request(DRAFTS) as asked:
        paste(desk, SAMPLE)
    assert asked.value.post_data_json["order"] == {"status": "signed"}
    expect(desk.locator(".card")).to_have_count(3)


def test_alt_digit_copies_while_typing(desk: Page) -> None:
    answer_with(desk, draft("第一句"), draft("第二句", style="standard"))
    desk.keyboard.type("在吗")
    expect(desk.locator(".card")).to_have_count(2)
    desk.keyboard.press("Alt+2")
    expect(desk.locator("#toast")).to_have_text("已复制：第二句")
    assert clipboard(desk) == "第二句"


def test_remark_has_its_own_copy(desk: Page) -> None:
    answer_with(desk, draft("好的"), remark={"text": "7天内退差价5元", "flag": True, "payment_note": None})
    paste(desk, SAMPLE)
    expect(desk.locator("#note")).to_have_text("插旗7天内退差价5元")
    desk.keyboard.press("r")
    expect(desk.locator("#toast")).to_contain_text("已复制备注")
    assert clipboard(desk) == "7天内退差价5元"


def test_a_blocked_draft_asks_twice(desk: Page) -> None:
    finding = {"rule": "r", "level": "block", "span": [1, 3], "message": "说死了", "rewrite": "尽快"}
    told = answer_with(desk, draft("😊一定到", findings=[finding], sendable=False))
    paste(desk, SAMPLE)
    expect(desk.locator("mark.block")).to_have_text("一定")
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_have_text("这句会违规，再按一次仍要复制")
    assert clipboard(desk) == SAMPLE
    assert told == []
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_have_text("已复制：😊一定到")
    assert clipboard(desk) == "😊一定到"


def test_older_answer_never_overwrites_a_newer_one(desk: Page) -> None:
    held: list[Route] = []
    desk.route(MESSAGES, lambda route: held.append(route))
    paste(desk, "第一条")
    expect(desk.locator("#answer")).to_have_class("waiting")
    answer_with(desk, draft("新的"))
    paste(desk, "第二条")
    expect(desk.locator(".card .text")).to_have_text("新的\u200b")
    held[0].fulfill(status=500)
    desk.wait_for_timeout(200)
    expect(desk.locator(".card .text")).to_have_text("新的\u200b")
    expect(desk.locator("#notice")).to_be_hidden()


def test_error_is_shown_in_place_and_old_drafts_are_not_copied(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    error = {"error": {"code": "bad", "message": "没有这个店铺，请换一个", "field": "shop"}}
    desk.route(MESSAGES, lambda route: route.fulfill(status=422, json=error))
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


def test_drafts_come_at_once_and_nothing_shifts(desk: Page) -> None:
    watch = """() => { window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((one) => {
      shifts.push(one.value); })).observe({ type: 'layout-shift', buffered: true }); }"""
    desk.evaluate(watch)
    times = []
    for number in range(5):
        answered = "text => document.querySelector('#text').value === text && document.querySelector('#drafts .card')"
        text = f"{SAMPLE} {number}"
        desk.evaluate("text => navigator.clipboard.writeText(text)", text)
        started = monotonic()
        desk.keyboard.press("Control+V")
        desk.wait_for_function(answered, arg=text, polling="raf")
        times.append(monotonic() - started)
        desk.keyboard.press("Escape")
    assert sorted(times)[2] < 0.5, times  # how fast exactly is measured where nothing else runs
    assert desk.evaluate("shifts.reduce((sum, one) => sum + one, 0)") < 0.1


def test_page_is_clean_and_fits_360_pixels(desk: Page, faults: list[str]) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    paste(desk, SAMPLE + "a" * 400)
    expect(desk.locator(".card").first).to_be_visible()
    desk.locator("#order summary").click()
    desk.locator("#why summary").click()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    assert desk.evaluate("window.broken") == []
    assert not faults
