"""What stands beside the drafts: goods, values found, other meanings, authority, hand-over; and the page's own ways."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.desk import DRAFTS, MESSAGES, SAMPLE, answer_with, clipboard, draft, first_draft, paste


def test_a_product_is_found_and_the_drafts_speak_of_it(desk: Page) -> None:
    paste(desk, "还有货吗")
    expect(desk.locator(".card").first).to_be_visible()
    desk.get_by_role("combobox", name="在看的商品").fill("核桃")
    expect(desk.get_by_role("option")).to_have_text(["琥珀核桃仁¥29.90 · 库存 430"])
    with desk.expect_request(DRAFTS) as asked:
        desk.keyboard.press("Enter")
    assert asked.value.post_data_json["product"] == "LS002"
    card = desk.locator("#good")
    expect(card).to_contain_text("琥珀核桃仁")
    expect(card).to_contain_text("¥29.90")
    expect(card).to_contain_text("满99减5")
    expect(desk.locator("#drafts")).to_be_focused()
    with desk.expect_request(DRAFTS) as asked:
        card.get_by_role("button", name="不看这件商品了").click()
    assert "product" not in asked.value.post_data_json
    expect(card).to_be_empty()


def test_a_product_that_the_message_names_is_one_click_away(desk: Page) -> None:
    paste(desk, "琥珀核桃仁还有吗")
    with desk.expect_request(DRAFTS) as asked:
        desk.locator("#named button").click()
    assert asked.value.post_data_json["product"] == "LS002"
    expect(desk.locator("#good")).to_contain_text("琥珀核桃仁")
    expect(desk.locator("#named")).to_be_hidden()


def test_a_search_without_a_hit_says_so(desk: Page) -> None:
    field = desk.get_by_role("combobox", name="在看的商品")
    field.fill("飞机")
    expect(desk.locator("#goods")).to_have_text("没有找到这样的商品")
    field.press("Escape")
    expect(desk.locator("#goods")).to_be_hidden()


def test_a_value_found_is_corrected_by_a_click(desk: Page) -> None:
    paste(desk, "能发圆通吗 要M码")
    expect(desk.locator("#slots .chip")).to_have_text(["快递公司圆通", "码数M码"])
    desk.locator("#slots .chip").first.click()
    with desk.expect_request(DRAFTS) as asked:
        desk.keyboard.insert_text("顺丰")
        desk.keyboard.press("Enter")
    assert asked.value.post_data_json["slots"] == [{"name": "courier", "value": "顺丰"}]
    expect(desk.locator("#slots .mended")).to_have_text("快递公司顺丰")
    expect(desk.locator(".card .text").first).to_contain_text("顺丰")
    desk.locator("#slots .chip").first.click()
    desk.keyboard.insert_text("中通")
    desk.keyboard.press("Escape")
    expect(desk.locator("#slots .mended")).to_have_text("快递公司顺丰")


def test_another_meaning_redrafts_and_there_is_a_way_back(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator("#others button")).to_have_count(5)
    other = (desk.locator("#others button").first.text_content() or "").removesuffix("⇧1")
    heard = first_draft(desk)
    with desk.expect_request(DRAFTS) as asked:
        desk.keyboard.press("Shift+1")
    assert asked.value.post_data_json["intent"]
    expect(desk.locator(".changed")).to_contain_text(f"已改成「{other}」")
    expect(desk.locator(".card .text").first).not_to_have_text(f"{heard}\u200b")
    with desk.expect_request(DRAFTS) as asked:
        desk.get_by_role("button", name="改回「发错货」").click()
    assert "intent" not in asked.value.post_data_json
    expect(desk.locator(".changed")).to_have_count(0)
    expect(desk.locator("#summary")).to_contain_text("发错货")


def test_any_meaning_can_be_chosen_where_none_offered_is_right(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    desk.locator("#why summary").click()
    with desk.expect_request(DRAFTS) as asked:
        desk.locator("#any-intent").fill("发票")
        desk.keyboard.press("Tab")
    assert asked.value.post_data_json["intent"] == "invoice_request"
    expect(desk.locator(".changed")).to_contain_text("已改成「发票」")


def test_authority_promises_and_hand_over_stand_beside(desk: Page) -> None:
    answer_with(
        desk, draft("好的"), decision="hand_over", promised=["今天补发"], todo=["查库存"],
        authority={"granted": "3–5元", "limit": "5元", "needs": "lead", "why": "差价在保价期内"},
        hand_over={"lines": ["诉求：发错货"], "text": "诉求：发错货\n下一步：补发"},
        follow_up={"at": "2026-11-22T06:40:00+00:00", "what": "看补发没有"},
    )  # fmt: skip
    paste(desk, SAMPLE)
    facts = desk.locator("#facts")
    expect(facts).to_contain_text("您可以给：3–5元，因为差价在保价期内")
    expect(facts).to_contain_text("再多要主管点头")
    expect(facts).to_contain_text("之前答应过今天补发")
    expect(facts).to_contain_text("看补发没有")
    expect(facts.get_by_text("诉求：发错货")).to_be_visible()
    desk.keyboard.press("h")
    expect(desk.locator("#toast")).to_contain_text("已复制交接")
    assert clipboard(desk) == "诉求：发错货\n下一步：补发"


def test_why_names_words_and_lines(desk: Page) -> None:
    paste(desk, SAMPLE)
    desk.locator("#why summary").click()
    for title in ("看这些词", "像这些问法", "可能在问"):
        expect(desk.locator("#reasons")).to_contain_text(title)


def test_order_details_stay_with_their_chat(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    desk.locator("#order summary").click()
    with desk.expect_request(DRAFTS) as asked:
        desk.locator("[name=amount]").fill("39.90")
    assert asked.value.post_data_json["order"] == {"amount": "39.90"}
    desk.locator("#drafts").focus()
    desk.keyboard.press("Escape")
    expect(desk.locator("[name=amount]")).to_have_value("")
    desk.locator("#chats li", has_text=SAMPLE).locator(".pick").click()
    expect(desk.locator("[name=amount]")).to_have_value("39.90")


def test_coming_back_reads_the_clipboard_once_it_may(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    copy = "text => navigator.clipboard.writeText(text)"
    back = "dispatchEvent(new Event('focus'))"
    desk.evaluate(copy, "先前的")
    desk.get_by_label("切回来就读剪贴板").check()
    desk.evaluate(back)
    desk.wait_for_timeout(150)
    expect(desk.locator("#text")).to_have_value("")  # what lay there before was not meant
    desk.evaluate(copy, SAMPLE)
    desk.evaluate(back)
    expect(desk.locator("#text")).to_have_value(SAMPLE)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    desk.evaluate(back)
    desk.wait_for_timeout(150)
    expect(desk.locator("#text")).to_have_value(SAMPLE)  # our own copy is no message
    desk.keyboard.press("Escape")
    desk.reload()
    expect(desk.get_by_label("切回来就读剪贴板")).to_be_checked()
    desk.evaluate(copy, SAMPLE)
    desk.evaluate(back)
    desk.wait_for_timeout(150)
    expect(desk.locator("#text")).to_have_value("")  # nor is the same text a second one


def test_another_module_may_hand_over_a_text_and_hears_the_slash(desk: Page) -> None:
    take = "text => document.dispatchEvent(new CustomEvent('miaohui:take', { detail: { text } }))"
    with desk.expect_request(MESSAGES) as asked:
        desk.evaluate(take, SAMPLE)
    assert asked.value.post_data_json["text"] == SAMPLE
    expect(desk.locator(".card").first).to_be_visible()
    desk.evaluate("document.addEventListener('miaohui:phrases', () => { window.phrases = true; })")
    desk.keyboard.press("/")
    assert desk.evaluate("phrases")


def test_keys_may_be_kept_behind_alt(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    desk.locator("#help").click()
    desk.get_by_label("按键一律要加 Alt").check()
    desk.keyboard.press("Escape")
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("1")
    desk.wait_for_timeout(150)
    assert clipboard(desk) == SAMPLE
    desk.keyboard.press("Alt+1")
    expect(desk.locator(".card.copied")).to_have_count(1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_small_window_works_at_360_by_600(desk: Page, page_url: str, faults: list[str], lang: str) -> None:
    desk.set_viewport_size({"width": 360, "height": 600})
    desk.goto(f"{page_url}/?mini=1&lang={lang}")
    expect(desk.locator("#queue")).to_be_hidden()
    expect(desk.locator("header.top")).to_be_hidden()
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_in_viewport()
    expect(desk.locator("#clock")).not_to_be_empty()
    desk.keyboard.press("e")
    desk.keyboard.type("。")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".card.copied")).to_have_count(1)
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
    desk.locator("#mini-fresh").click()
    expect(desk.locator("#text")).to_be_focused()
    assert not faults


def test_english_view_speaks_english(desk: Page, page_url: str) -> None:
    desk.goto(f"{page_url}/?lang=en")
    paste(desk, SAMPLE)
    expect(desk.locator(".card h2").first).to_have_text("Brief")
    expect(desk.locator("#summary")).to_contain_text("发错货")
    desk.goto(f"{page_url}/?lang=zh")
