"""Edit drafts where they stand: the rules look on, blanks are filled one by one."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.service.desk import OUTCOMES, SAMPLE, answer_with, clipboard, draft, first_draft, paste

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
BLANKS = draft("您的单【日期】发出，走【快递】。", blanks=["日期", "快递"], sendable=False)


def box(page: Page) -> str:
    return page.locator("textarea.edit").input_value()


def selected(page: Page) -> object:
    return page.evaluate("getSelection().toString()")


def test_an_edit_is_checked_as_it_is_typed_and_mended_by_one_click(desk: Page) -> None:
    paste(desk, SAMPLE)
    expect(desk.locator(".card").first).to_be_visible()
    said = first_draft(desk)
    desk.keyboard.press("e")
    desk.keyboard.type("这是最好的")
    card = desk.locator(".card").first
    expect(card.locator("mark.block")).to_have_text("最好")
    expect(card.locator(".state")).to_have_text("会违规")
    card.locator("button.rewrite").click()
    expect(card.locator("mark.block")).to_have_count(0)
    expect(card.locator(".state")).to_have_text("改过，可以发")
    mended = box(desk)
    assert mended.startswith(said)
    assert "最好" not in mended
    with desk.expect_request(OUTCOMES) as told:
        desk.keyboard.press("Control+Enter")
    assert clipboard(desk) == mended
    sent = told.value.post_data_json
    assert (sent["outcome"], sent["text"]) == ("edited", mended)


def test_a_copy_waits_for_the_rules(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("e")
    desk.keyboard.insert_text("，这是最好的")
    desk.keyboard.press("Alt+1")  # before the rules have looked
    expect(desk.locator("#toast")).to_have_text("这句会违规，再按一次仍要复制")
    assert clipboard(desk) == SAMPLE


def test_a_draft_with_blanks_opens_at_the_first_one(desk: Page) -> None:
    answer_with(desk, BLANKS)
    paste(desk, SAMPLE)
    expect(desk.locator("mark.blank")).to_have_text(["【日期】", "【快递】"])
    desk.keyboard.press("1")
    expect(desk.locator("#toast")).to_have_text("先填「日期」再复制")
    assert selected(desk) == "【日期】"
    assert clipboard(desk) == SAMPLE
    desk.keyboard.insert_text("明天")
    desk.keyboard.press("Tab")
    assert selected(desk) == "【快递】"
    desk.keyboard.press("Alt+1")
    expect(desk.locator("#toast")).to_have_text("先填「快递」再复制")
    desk.keyboard.insert_text("中通")
    expect(desk.locator("mark.blank")).to_have_count(0)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toast")).to_contain_text("已复制")
    assert clipboard(desk) == "您的单明天发出，走中通。"


def test_tab_leaves_the_box_where_no_blank_is_left(desk: Page) -> None:
    answer_with(desk, BLANKS)
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("1")
    expect(desk.locator("textarea.edit")).to_be_focused()
    desk.keyboard.press("Tab")
    assert selected(desk) == "【快递】"
    desk.keyboard.press("Shift+Tab")
    assert selected(desk) == "【日期】"
    desk.keyboard.press("Tab")
    desk.keyboard.press("Tab")
    expect(desk.locator("textarea.edit")).not_to_be_focused()


def test_nothing_moves_when_a_draft_opens_and_escape_keeps_what_was_written(desk: Page) -> None:
    long = "在的，我看到了，这就去仓库问清楚。" * 9
    answer_with(desk, draft(long), draft("第二句", style="standard"))
    paste(desk, SAMPLE)
    second = desk.locator(".card").nth(1)
    before = second.bounding_box()
    desk.locator(".card .text").first.click()
    expect(desk.locator("textarea.edit")).to_be_focused()
    assert second.bounding_box() == before
    assert desk.evaluate("(box => box.scrollHeight <= box.clientHeight + 1)(document.querySelector('textarea.edit'))")
    desk.keyboard.press("Control+End")
    desk.keyboard.type("好")
    desk.keyboard.press("Escape")
    expect(desk.locator("textarea.edit")).to_have_count(0)
    assert first_draft(desk) == f"{long}好"
    desk.get_by_role("button", name="还原").click()
    assert first_draft(desk) == long


def test_arrows_choose_which_draft_is_edited(desk: Page) -> None:
    answer_with(desk, draft("第一句"), draft("第二句", style="standard"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(2)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("e")
    assert box(desk) == "第二句"


def test_keys_type_in_the_box_and_an_input_method_is_left_alone(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("e")
    desk.keyboard.type("1n/")
    assert box(desk) == "好的1n/"
    keyboard = desk.context.new_cdp_session(desk)
    keyboard.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    press = "init => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"
    for key in ("Escape", "Tab"):
        desk.evaluate(press, {"code": key, "key": key, "isComposing": True})
    expect(desk.locator("textarea.edit")).to_be_focused()
    keyboard.send("Input.insertText", {"text": "您"})
    assert box(desk) == "好的1n/您"
    assert clipboard(desk) == SAMPLE


def test_a_phrase_goes_into_the_box_or_the_clipboard(desk: Page) -> None:
    insert = "text => document.dispatchEvent(new CustomEvent('miaohui:insert', { detail: { text } }))"
    desk.evaluate(insert, "一句话术")
    expect(desk.locator("#toast")).to_have_text("已复制：一句话术")
    answer_with(desk, draft("好的。"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.evaluate(insert, "单号【单号】")
    assert box(desk) == "好的。单号【单号】"
    assert selected(desk) == "【单号】"
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toast")).to_have_text("先填「单号」再复制")


def test_what_was_edited_stays_while_the_draft_is_the_same(desk: Page) -> None:
    answer_with(desk, draft("好的"))
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("e")
    desk.keyboard.type("呀")
    desk.get_by_role("button", name="已签收").click()
    expect(desk.get_by_role("button", name="已签收")).to_have_attribute("aria-pressed", "true")
    desk.wait_for_timeout(200)
    assert box(desk) == "好的呀"


def test_others_hear_what_was_copied(desk: Page) -> None:
    desk.evaluate("document.addEventListener('miaohui:copied', ({ detail }) => { window.heard = detail; })")
    answer_with(desk, draft("好的"), id="d-1")
    paste(desk, SAMPLE)
    expect(desk.locator(".card")).to_have_count(1)
    desk.keyboard.press("1")
    expect(desk.locator(".card.copied")).to_have_count(1)
    assert desk.evaluate("heard") == {"text": "好的", "style": "brief", "draft_id": "d-1"}


def grave(page: Page) -> list[object]:
    found: list[dict[str, object]] = page.evaluate("axe.run().then((found) => found.violations)")
    return [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")]


def test_nobody_is_shut_out_of_what_the_page_becomes(desk: Page) -> None:
    desk.evaluate(AXE)
    paste(desk, "琥珀核桃仁能发圆通吗 再不发我投诉你们")
    expect(desk.locator(".card").first).to_be_visible()
    assert grave(desk) == [], "answered"
    desk.keyboard.press("e")
    desk.keyboard.type("这是最好的")
    expect(desk.locator("mark.block")).to_be_visible()
    assert grave(desk) == [], "edited"
    desk.keyboard.press("Escape")
    desk.keyboard.press("Shift+1")
    expect(desk.locator(".changed")).to_be_visible()
    desk.get_by_role("combobox", name="在看的商品").fill("核桃")
    expect(desk.get_by_role("option").first).to_be_visible()
    assert grave(desk) == [], "searched"
    desk.keyboard.press("Enter")
    expect(desk.locator("#good")).to_contain_text("琥珀核桃仁")
    desk.locator("#help").click()
    assert grave(desk) == [], "helped"
