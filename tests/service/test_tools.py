"""Check the page that brings drafts into other back offices, and the scripts that it hands out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from app.service.places import TEMPLATES
from app.service.userscript import home_of, sites_of
from app.service.words import load_words, used
from tests.service.office import WATCH

SCRIPT = "/miaohui.user.js"
SENDS = re.compile(
    r"\.(click|submit|requestSubmit)\(|KeyboardEvent|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\("
)


def header(text: str) -> list[tuple[str, str]]:
    """Read the block that script managers read."""
    block = text.partition("// ==/UserScript==")[0]
    return re.findall(r"^// @(\S+)\s+(.+)$", block, re.MULTILINE)


def constant(text: str, name: str) -> object:
    return json.JSONDecoder().raw_decode(text.partition(f" {name} = ")[2])[0]


def test_the_script_is_made_out_for_the_address_it_came_from(client: TestClient) -> None:
    answer = client.get(f"{SCRIPT}?shop=demo", headers={"host": "192.168.1.8:8000"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    said = header(answer.text)
    assert constant(answer.text, "HOME") == "http://192.168.1.8:8000"
    assert ("connect", "192.168.1.8") in said
    assert [value for key, value in said if key == "grant"] == [
        "GM_xmlhttpRequest", "GM_setClipboard", "GM_getValue", "GM_setValue",
    ]  # fmt: skip
    matches = [value for key, value in said if key == "match"]
    assert matches[:3] == ["http://192.168.1.8:8000/tools*", "http://192.168.1.8/tools*", "https://mms.pinduoduo.com/*"]
    assert not any(match.startswith(("*://*/", "https://*/", "http://*/")) for match in matches)
    assert ("updateURL", f"http://192.168.1.8:8000{SCRIPT}?shop=demo&lang=zh") in said
    assert "__" not in re.sub(r"__proto__", "", answer.text)


def test_a_site_of_ones_own_is_matched_and_kept_for_updates(client: TestClient) -> None:
    text = client.get(SCRIPT, params={"site": "https://Kefu.example.com:8443/chat，*.shop.cn"}).text
    said = header(text)
    assert {("match", "*://kefu.example.com/*"), ("match", "*://*.shop.cn/*")} <= set(said)
    (source,) = [value for key, value in said if key == "updateURL"]
    assert client.get(source.removeprefix("http://testserver")).text == text


@pytest.mark.parametrize(
    "site", ["a b\n// @match *://*/*", "*", "*.*", "坏.例", "a_b.cn", "<script>", " ".join(["x.cn"] * 21)]
)
def test_refuses_what_is_no_site(client: TestClient, site: str) -> None:
    answer = client.get(SCRIPT, params={"site": site})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "site"


@pytest.mark.parametrize("host", ['x";alert(1);"', "a b", "x/../y", "x\\y"])
def test_no_host_breaks_out_of_the_script(client: TestClient, host: str) -> None:
    answer = client.get(SCRIPT, headers={"host": host})
    if answer.status_code == 200:  # not read as part of the address at all
        assert constant(answer.text, "HOME") == "http://testserver"
    else:
        assert answer.status_code in (400, 422)


def test_a_name_stays_a_string(client: TestClient) -> None:
    agent = '"; alert(1); //\n\u2028</script>'
    assert constant(client.get(SCRIPT, params={"agent": agent}).text, "AGENT") == agent


def test_an_unknown_shop_is_refused(client: TestClient) -> None:
    assert client.get(SCRIPT, params={"shop": "nowhere"}).status_code == 404


def test_speaks_english_where_asked(client: TestClient) -> None:
    text = client.get(f"{SCRIPT}?lang=en").text
    words = constant(text, "WORDS")
    assert isinstance(words, dict)
    assert words["填进去"] == "Fill in"
    assert ("name", "Miaohui") in header(text)
    assert constant(client.get(SCRIPT).text, "WORDS") == {}


@pytest.mark.parametrize("path", sorted((TEMPLATES / "tools").glob("*.js")), ids=lambda path: path.name)
def test_every_word_of_the_scripts_has_its_english(path: Path) -> None:
    english = load_words()("en")
    assert [word for word in used(path) if english(word) == word] == []


def test_the_scripts_have_no_means_to_send(client: TestClient) -> None:
    href = re.search(r'href="(javascript:[^"]+)"', client.get("/tools").text)
    assert href is not None
    for text in (client.get(SCRIPT).text, unquote(href[1])):
        assert SENDS.findall(text) == []
        assert re.findall(r'new (\w*Event)\("(\w+)"', text) == [("InputEvent", "input"), ("ClipboardEvent", "paste")]


def test_the_bookmark_is_short_and_has_no_comments(client: TestClient) -> None:
    text = client.get("/tools").text
    code = unquote(re.findall(r'href="javascript:([^"]+)"', text)[0])
    assert len(code) < 6000
    assert "// " not in code
    assert constant(code, "HOME") == "http://testserver"
    assert "/?mini=1&shop=demo`" in code


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/", "https://miaohui.example.com", "http://[::1]:8000"])
def test_addresses_that_work(address: str) -> None:
    assert home_of(address) == address.rstrip("/")


def test_sites_are_read_once_each() -> None:
    assert sites_of(" a.cn  http://a.cn/x, *.b.cn ") == ("a.cn", "*.b.cn")


@pytest.fixture
def tools(browser: Browser, page_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, faults = context.new_page(), list[str]()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(WATCH)
    page.goto(f"{page_url}/tools")
    yield page
    assert page.evaluate("window.broken") == []
    assert faults == []
    context.close()


def test_the_page_copies_the_bookmark_and_runs_none(tools: Page) -> None:
    expect(tools).to_have_title("用在别的后台里 · 秒回")
    tools.locator("#copy").click()
    expect(tools.locator("#toast")).to_have_text("已复制，新建一个书签，网址处粘贴")
    href = tools.locator("#bookmark").get_attribute("href")
    assert tools.evaluate("navigator.clipboard.readText()") == href
    tools.locator("#bookmark").click()
    expect(tools.locator("#toast")).to_have_text("不用点，把它拖到书签栏")


def test_the_code_is_shown_where_there_is_no_clipboard(tools: Page) -> None:
    tools.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(Error()) }")
    tools.locator("#copy").click()
    expect(tools.locator("#code textarea")).to_be_visible()
    code = tools.locator("#code textarea")
    whole, chosen = code.evaluate(
        "({ value, selectionStart, selectionEnd }) => [value.length, selectionEnd - selectionStart]"
    )
    assert whole == chosen > 500


def test_a_site_is_added_by_the_form(tools: Page, page_url: str) -> None:
    tools.locator("#site").fill("https://kefu.example.com/chat")
    tools.get_by_role("button", name="加进脚本").click()
    expect(tools.locator("#site")).to_have_value("kefu.example.com")
    source = tools.locator("#install").get_attribute("href") or ""
    assert source.startswith(f"{SCRIPT}?")
    assert "// @match        *://kefu.example.com/*" in tools.request.get(page_url + source).text()


def test_the_practice_counts_what_was_sent(tools: Page) -> None:
    expect(tools.locator("#sent")).to_have_text("发送被按了 0 次")
    tools.locator("#reply").press("Enter")
    tools.get_by_role("button", name="发送", exact=True).click()
    expect(tools.locator("#sent")).to_have_text("发送被按了 2 次")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fits_a_narrow_screen(tools: Page, page_url: str, lang: str) -> None:
    tools.set_viewport_size({"width": 360, "height": 640})
    tools.goto(f"{page_url}/tools?lang={lang}")
    assert tools.evaluate("document.documentElement.scrollWidth") == 360
