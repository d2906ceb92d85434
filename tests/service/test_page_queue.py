"""Many chats: the list is live, its clocks tick, and the most urgent is one key away."""

import re

from playwright.sync_api import Page, Route, expect

from tests.service.desk import DRAFTS, MESSAGES, OUTCOMES, SAMPLE, call, first_draft, paste, push

COUNTED = {"limit_s": 180, "due_at": "2026-11-22T12:00:00+08:00", "counts": True}


def names(page: Page) -> list[str]:
    return page.locator("#chats .name").all_text_contents()


def waits(name: str, waited: int, **changes: object) -> dict[str, object]:
    """Give the line of a chat whose buyer has waited so long, whatever hour it is now."""
    return {
        "id": name, "source": "api", "buyer": name, "platform": "pinduoduo", "agent": "", "state": "open",
        "last": {"role": "buyer", "text": "在吗", "at": "2026-11-22T11:00:00+08:00"},
        "waiting_since": "2026-11-22T11:00:00+08:00", "clock": COUNTED | {"waited_s": waited},
        "intent": {"name": "greeting", "title": "打招呼", "confidence": 0.9}, "anger": 0, "risk": [], "unanswered": 1,
        "draft_id": "d", "stage": "greet",
    } | changes  # fmt: skip


def list_only(page: Page, *rows: dict[str, object]) -> None:
    page.route("**/v1/conversations?*", lambda route: route.fulfill(json={"conversations": list(rows), "now": ""}))
    page.reload()
    expect(page.locator("#chats li")).to_have_count(len(rows))


def test_what_a_client_pushes_appears_by_itself(desk: Page, page_url: str) -> None:
    expect(desk.locator("#no-chats")).to_be_visible()
    push(page_url, "live-1", "几点发货", buyer={"id": "小雨"})
    line = desk.locator("#chats li", has_text="小雨")
    expect(line).to_contain_text("几点发货")
    expect(line).to_contain_text("发货时间")
    expect(line).to_contain_text("接口")
    push(page_url, "live-1", "今天能走不", buyer={"id": "小雨"})
    expect(line).to_contain_text("2 句没回")
    line.locator(".pick").click()
    expect(desk.locator("#text")).to_have_value("今天能走不")
    expect(desk.locator("#turns li")).to_have_text(["买家几点发货"])
    expect(desk.locator(".card")).not_to_have_count(0)


def test_clocks_tick_and_warn_at_90_and_150_seconds(desk: Page) -> None:
    quiet = {**COUNTED, "waited_s": 400, "counts": False}
    list_only(desk, waits("甲", 60), waits("乙", 88), waits("丙", 149), waits("丁", 400, clock=quiet))
    clock = {name: desk.locator("#chats li", has_text=name).locator(".clock") for name in "甲乙丙丁"}
    expect(clock["甲"]).to_have_class("clock calm")
    expect(clock["乙"]).to_have_class("clock soon")
    expect(clock["丙"]).to_have_class("clock late")
    expect(clock["丁"]).to_have_text("不计时")
    expect(clock["丙"]).to_have_text(re.compile(r"2:3\d"))
    assert names(desk) == ["丙", "乙", "甲", "丁"]


def test_one_key_goes_to_the_most_urgent_and_letters_move(desk: Page, page_url: str) -> None:
    for name, ago in (("早", 100), ("中", 50), ("晚", 5)):
        push(page_url, f"next-{name}", "在吗", ago=ago, buyer={"id": name})
    expect(desk.locator("#chats li")).to_have_count(3)
    desk.locator("#drafts").focus()
    here = desk.locator(".pick[aria-current=true] .name")
    for key, name in (("n", "早"), ("n", "中"), ("j", "晚"), ("k", "中"), ("Alt+ArrowUp", "早")):
        desk.keyboard.press(key)
        expect(here).to_have_text(name)
    with desk.expect_response(OUTCOMES):
        desk.keyboard.press("1")
    expect(desk.locator("#chats li", has_text="早").locator(".clock")).to_have_text("")
    assert names(desk) == ["中", "晚", "早"]


def test_a_new_chat_keeps_the_others_and_their_edits(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("e")
    desk.keyboard.type("呀")
    said = first_draft(desk)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    expect(desk.locator(".card")).to_have_count(0)
    paste(desk, "几点发货")
    expect(desk.locator("#chats li")).to_have_count(2)
    desk.locator("#chats li", has_text=SAMPLE).locator(".pick").click()
    expect(desk.locator("#text")).to_have_value(SAMPLE)
    assert first_draft(desk) == said


def test_a_newer_message_brings_its_drafts_by_itself(desk: Page, page_url: str) -> None:
    push(page_url, "newer", "在吗", buyer={"id": "阿强"})
    desk.locator("#chats li", has_text="阿强").locator(".pick").click()
    expect(desk.locator("#summary")).to_contain_text("打招呼")
    push(page_url, "newer", SAMPLE, buyer={"id": "阿强"})
    expect(desk.locator("#text")).to_have_value(SAMPLE)
    expect(desk.locator("#summary")).to_contain_text("发错货")
    expect(desk.locator("#stale")).to_be_hidden()


def test_a_pushed_chat_brings_its_order_and_keeps_what_the_agent_tells_of_it(desk: Page, page_url: str) -> None:
    push(page_url, "order", "在吗", buyer={"id": "阿强"}, order={"courier": "中通"}, product="LS002")
    desk.locator("#chats li", has_text="阿强").locator(".pick").click()
    expect(desk.locator("#good")).to_contain_text("琥珀核桃仁")
    expect(desk.locator("[name=courier]")).to_have_value("中通")
    with desk.expect_response(DRAFTS):
        desk.get_by_role("button", name="已签收").click()
    with desk.expect_request(DRAFTS) as asked:
        push(page_url, "order", SAMPLE, buyer={"id": "阿强"})
    sent = asked.value.post_data_json["order"]
    assert (sent["courier"], sent["status"]) == ("中通", "signed")
    assert asked.value.post_data_json["messages"][-1]["text"] == SAMPLE
    expect(desk.get_by_role("button", name="已签收")).to_have_attribute("aria-pressed", "true")


def test_drafts_under_edit_are_marked_stale_not_taken_away(desk: Page, page_url: str) -> None:
    push(page_url, "stale", "在吗", buyer={"id": "阿强"})
    desk.locator("#chats li", has_text="阿强").locator(".pick").click()
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("e")
    desk.keyboard.type("我在")
    push(page_url, "stale", SAMPLE, buyer={"id": "阿强"})
    expect(desk.locator("#stale")).to_be_visible()
    expect(desk.locator("textarea.edit")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toast")).to_have_text("买家又说了一句，再按一次仍复制这条")
    desk.get_by_role("button", name="看新回复").click()
    expect(desk.locator("#summary")).to_contain_text("发错货")
    expect(desk.locator("#stale")).to_be_hidden()


def test_what_a_colleague_sent_shows_that_nothing_waits(desk: Page, page_url: str) -> None:
    push(page_url, "done", "在吗", buyer={"id": "阿强"})
    desk.locator("#chats li", has_text="阿强").locator(".pick").click()
    expect(desk.locator(".card").first).to_be_visible()
    push(page_url, "done", "在的，您说", role="agent")
    expect(desk.locator("#answered-already")).to_be_visible()
    expect(desk.locator(".card")).to_have_count(0)
    expect(desk.locator("#turns li")).to_have_text(["买家在吗", "我在的，您说"])


def test_closing_takes_a_chat_off_the_list_until_the_buyer_writes(desk: Page, page_url: str) -> None:
    push(page_url, "shut", "在吗", buyer={"id": "阿强"})
    line = desk.locator("#chats li", has_text="阿强")
    line.locator(".pick").click()
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("x")
    expect(line).to_have_count(0)
    expect(desk.locator("#text")).to_have_value("")
    assert call(f"{page_url}/v1/conversations")["conversations"] == []
    push(page_url, "shut", "人呢", buyer={"id": "阿强"})
    expect(line).to_contain_text("人呢")


def test_a_reload_finds_the_pasted_chats_again(desk: Page) -> None:
    with desk.expect_response(MESSAGES):
        paste(desk, SAMPLE)
    with desk.expect_response(OUTCOMES):
        desk.keyboard.press("1")
    said = first_draft(desk)
    desk.reload()
    desk.locator("#chats li", has_text=said[:6]).locator(".pick").click()
    expect(desk.locator("#turns li")).to_have_text([f"买家{SAMPLE}", f"我{said}"])


def test_a_cut_line_says_so_and_comes_back(desk: Page, page_url: str, faults: list[str]) -> None:
    desk.route("**/v1/events?*", lambda route: route.abort())
    desk.reload()
    expect(desk.locator("#link")).to_have_text("实时更新断了，正在重连")
    push(page_url, "missed", "在吗", buyer={"id": "阿强"})
    desk.unroute("**/v1/events?*")
    expect(desk.locator("#link")).to_be_hidden()
    expect(desk.locator("#chats li", has_text="阿强")).to_be_visible()
    assert all("ERR_FAILED" in one for one in faults)


def test_what_happens_while_the_list_is_read_is_not_lost(desk: Page, page_url: str) -> None:
    held: list[Route] = []
    desk.goto("about:blank")  # the page before asks no more
    desk.route("**/v1/conversations?*", lambda route: held.append(route))
    with desk.expect_request("**/v1/conversations?*"):
        desk.goto(page_url)
    push(page_url, "between", "在吗", buyer={"id": "阿强"})
    line = desk.locator("#chats li", has_text="阿强")
    expect(line).to_be_visible()
    held[0].fulfill(json={"conversations": [], "now": ""})
    desk.wait_for_timeout(150)
    expect(line).to_be_visible()


def test_half_typed_words_wait_in_the_list(desk: Page, page_url: str) -> None:
    push(page_url, "other", "在吗", buyer={"id": "阿强"})
    desk.locator("#text").fill("能便宜点")
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("Alt+n")
    expect(desk.locator("#text")).to_have_value("在吗")
    desk.locator("#chats li", has_text="能便宜点").locator(".pick").click()
    expect(desk.locator("#text")).to_have_value("能便宜点")
    expect(desk.locator(".card").first).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#chats li", has_text="能便宜点")).to_have_count(0)


def test_a_chat_that_failed_shows_no_drafts_of_another(desk: Page, page_url: str) -> None:
    push(page_url, "fine", "在吗", buyer={"id": "阿强"})
    error = {"error": {"code": "bad", "message": "没有这个店铺", "field": "shop"}}
    desk.route(MESSAGES, lambda route: route.fulfill(status=422, json=error))
    paste(desk, SAMPLE)
    expect(desk.locator("#notice")).to_have_text("没有这个店铺")
    desk.locator("#chats li", has_text="阿强").locator(".pick").click()
    expect(desk.locator(".card").first).to_be_visible()
    expect(desk.locator("#notice")).to_be_hidden()
    desk.locator("#chats li", has_text=SAMPLE).locator(".pick").click()
    expect(desk.locator("#notice")).to_have_text("没有这个店铺")
    expect(desk.locator(".card")).to_have_count(0)
