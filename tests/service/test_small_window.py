"""Drive the small window: floating above all, as a pop-up, and as the bookmark's partner in another back office."""

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.service.office import BUYER, WATCH, back_office, select, sent

WATCH_SIZE = """() => {
  const real = documentPictureInPicture.requestWindow.bind(documentPictureInPicture);
  documentPictureInPicture.requestWindow = (size) => real(window.asked = size);
}"""


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    with back_office() as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def desk(context: BrowserContext, page_url: str) -> Page:
    page = context.new_page()
    page.goto(page_url)
    return page


@pytest.fixture
def bookmark(context: BrowserContext, page_url: str) -> str:
    """Give the code of the bookmark as it is dragged from the page."""
    page = context.new_page()
    page.goto(f"{page_url}/tools")
    href = page.locator("#bookmark").get_attribute("href") or ""
    page.close()
    assert href.startswith("javascript:")
    return unquote(href.removeprefix("javascript:"))


def opened(context: BrowserContext, bookmark: str, page: Page) -> Page:
    """Do what a click on the bookmark does: run its code in the page that is open."""
    with context.expect_page() as waited:
        page.evaluate(bookmark)
    return waited.value


def first(mini: Page) -> str:
    expect(mini.locator(".card .text").first).to_be_visible()
    return (mini.locator(".card .text").first.text_content() or "").strip("\u200b")


def test_floats_on_top_and_answers_there(context: BrowserContext, desk: Page) -> None:
    expect(desk.locator("#float")).to_have_text("小窗W")
    desk.evaluate(WATCH_SIZE)
    with context.expect_page() as waited:
        desk.locator("#float").click()
    assert desk.evaluate("asked") == {"width": 380, "height": 640}
    mini = waited.value.frame_locator("iframe")
    expect(mini.locator("body.mini")).to_be_visible()
    expect(desk.locator("#float")).to_have_attribute("aria-pressed", "true")
    mini.locator("#text").fill(BUYER)
    expect(mini.locator(".card .text").first).to_be_visible()
    desk.locator("#float").click()
    expect(desk.locator("#float")).to_have_attribute("aria-pressed", "false")
    assert waited.value.is_closed()


@pytest.mark.parametrize(
    "gone",
    [
        "delete window.documentPictureInPicture",
        "documentPictureInPicture.requestWindow = () => Promise.reject(Error())",
    ],
)
def test_opens_a_narrow_popup_where_it_cannot_float(context: BrowserContext, desk: Page, gone: str) -> None:
    desk.evaluate(f"() => {{ {gone} }}")
    with context.expect_page() as waited:
        desk.locator("#float").click()
    mini = waited.value
    mini.wait_for_load_state()
    assert mini.url.endswith("/?mini=1&shop=demo")
    expect(mini.locator("body.mini")).to_be_visible()
    expect(mini.locator("#float")).to_have_count(0)


def test_the_key_opens_it_but_not_while_typing(context: BrowserContext, desk: Page) -> None:
    desk.locator("#text").focus()
    desk.keyboard.press("w")
    expect(desk.locator("#text")).to_have_value("w")
    assert len(context.pages) == 1
    with context.expect_page():
        desk.keyboard.press("Alt+w")
    desk.bring_to_front()
    expect(desk.locator("#float")).to_have_attribute("aria-pressed", "true")


def test_says_where_pop_ups_are_blocked(desk: Page) -> None:
    desk.evaluate("delete window.documentPictureInPicture; window.open = () => null")
    desk.locator("#float").click()
    expect(desk.locator("#toast")).to_have_text("浏览器拦下了小窗，请在地址栏里允许弹出窗口")


HELD = "place => { const { value, innerText } = document.querySelector(place); return value ?? innerText }"
BAR = "section.flash"


@pytest.fixture
def chat(context: BrowserContext, office: str) -> Iterator[Page]:
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(office)
    yield page
    assert page.evaluate("window.broken") == []
    assert sent(page) == []


@pytest.fixture
def mini(context: BrowserContext, bookmark: str, office: str, chat: Page) -> Page:
    """Open the small window from the bookmark with the buyer's words, and agree to the site."""
    select(chat)
    page = opened(context, bookmark, chat)
    expect(page.locator(BAR)).to_contain_text(f"{office.partition('//')[2]} 要把选中的话交给秒回")
    expect(page.locator("#text")).to_have_value("")
    page.get_by_role("button", name="允许").click()
    return page


@pytest.mark.parametrize("place", ["#controlled", "#rich", "#line"])
def test_the_bookmark_fills_what_was_chosen(chat: Page, mini: Page, place: str) -> None:
    text = first(mini)
    chat.bring_to_front()
    chat.locator(place).click()
    mini.bring_to_front()
    mini.keyboard.press("1")
    expect(mini.locator(BAR)).to_contain_text("填好了，看一眼再按发送")
    assert chat.evaluate(HELD, place) == text


def test_the_bookmark_asks_for_the_input_where_there_are_several(chat: Page, mini: Page) -> None:
    text = first(mini)
    mini.keyboard.press("1")
    expect(mini.locator(BAR)).to_contain_text("点一下那边的聊天输入框，就填进去")
    chat.bring_to_front()
    chat.locator("#rich").click()
    expect(chat.locator("#rich")).to_have_text(text)
    expect(mini.locator(BAR)).to_contain_text("填好了，看一眼再按发送")
    expect(chat.locator("#controlled")).to_have_value("")


def test_the_bookmark_reaches_into_a_frame_of_the_same_site(context: BrowserContext, chat: Page, bookmark: str) -> None:
    for place in ("#chat", "#rich", "#line"):
        chat.locator(place).evaluate("(node) => node.remove()")
    chat.evaluate("""() => new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.onload = resolve;
      frame.src = "/index.html";
      document.body.append(frame);
    })""")
    inside = chat.frames[1]
    inside.locator("#rich").evaluate("(node) => node.remove()")
    inside.locator("#buyer").click(click_count=3)
    mini = opened(context, bookmark, chat)
    mini.get_by_role("button", name="允许").click()
    text = first(mini)
    mini.keyboard.press("1")
    expect(mini.locator(BAR)).to_contain_text("填好了，看一眼再按发送")
    assert inside.evaluate("window.model") == text


def test_the_bookmark_takes_the_next_message_to_the_same_window(
    context: BrowserContext, chat: Page, mini: Page, bookmark: str
) -> None:
    first(mini)
    chat.bring_to_front()
    chat.evaluate("buyer.textContent = '几天能到'")
    select(chat)
    chat.evaluate(bookmark)
    expect(mini.locator("#text")).to_have_value("几天能到")
    assert len(context.pages) == 2


def test_an_agreed_site_is_not_asked_about_again(
    context: BrowserContext, chat: Page, mini: Page, bookmark: str
) -> None:
    first(mini)
    mini.close()
    chat.bring_to_front()
    select(chat)
    again = opened(context, bookmark, chat)
    expect(again.locator(BAR)).to_contain_text("选好的会填回")
    first(again)
    again.get_by_role("button", name="断开").click()
    again.keyboard.press("1")
    again.wait_for_timeout(200)
    assert chat.evaluate("controlled.value + rich.innerText") == ""


def test_a_refused_site_gets_nothing(context: BrowserContext, chat: Page, bookmark: str) -> None:
    select(chat)
    page = opened(context, bookmark, chat)
    page.get_by_role("button", name="不要").click()
    expect(page.locator(BAR)).to_have_count(0)
    chat.locator("#controlled").focus()
    page.bring_to_front()
    page.evaluate("text => document.dispatchEvent(new CustomEvent('miaohui:copied', { detail: { text } }))", "别给")
    page.wait_for_timeout(200)
    expect(chat.locator("#controlled")).to_have_value("")


def test_the_window_hears_its_opener_only(chat: Page, mini: Page) -> None:
    first(mini)
    fake = "postMessage({ miaohui: 'take', text: '假的' }, '*')"
    mini.evaluate("() => void document.body.append(document.createElement('iframe'))")
    mini.frames[1].evaluate(f"parent.{fake}")
    mini.evaluate(fake)
    mini.wait_for_timeout(100)
    expect(mini.locator("#text")).to_have_value(BUYER)


def test_the_bookmark_hears_our_window_only(chat: Page, mini: Page) -> None:
    chat.locator("#controlled").focus()
    chat.evaluate("postMessage({ miaohui: 'fill', text: '假的' }, '*')")
    chat.wait_for_timeout(100)
    expect(chat.locator("#controlled")).to_have_value("")
