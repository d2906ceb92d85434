"""Draw docs/screenshots from a running page: `miaohui serve`, then `python -m tests.screenshots`.

The page is opened wide, narrow and dark, with an answer, empty and in error.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
BROWSER = {
    "executable_path": "/usr/bin/chromium",
    "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
}
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
FURIOUS = "我拍的九齿耙你们给我发个园艺铲过来 什么仓库啊这是 赶紧给我解决"


def _ask(page: Page, text: str, state: str = "") -> None:
    if state:
        page.get_by_text(state, exact=True).first.click()
    page.locator("#text").fill(text)
    page.wait_for_selector("#drafts article, #drafts .card, #drafts li, #drafts > *")
    page.wait_for_timeout(300)


def main(url: str) -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(**BROWSER)
        for name, size, scheme in (("wide", WIDE, "light"), ("narrow", NARROW, "light"), ("dark", WIDE, "dark")):
            page = browser.new_page(viewport=size, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai")
            page.goto(url)
            page.screenshot(path=FOLDER / f"desk-empty-{name}.png")
            _ask(page, FURIOUS, "已签收")
            page.screenshot(path=FOLDER / f"desk-{name}.png", full_page=name == "narrow")
            page.close()
        page = browser.new_page(viewport=WIDE, locale="zh-CN")
        page.goto(f"{url}/nothing")
        page.screenshot(path=FOLDER / "error-404.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
