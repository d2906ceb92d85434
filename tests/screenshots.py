"""Draw docs/screenshots: every page with a fortnight's work in it, wide, narrow and dark; empty, in error, in English.

python -m tests.screenshots [NAME …]
"""

import io
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.cli import open_pipeline
from app.desk.store import DeskStore
from app.settings import Settings
from tests.desk.fortnight import fill
from tests.service.conftest import CHROMIUM, database, served

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
LOOKS = {
    "wide": ({"width": 1366, "height": 768}, "light"),
    "narrow": ({"width": 360, "height": 740}, "light"),
    "dark": ({"width": 1366, "height": 768}, "dark"),
}
FURIOUS = "我拍的九齿耙你们给我发个园艺铲过来 什么仓库啊这是 赶紧给我解决"
CHATS = (
    ("小王", "昨天拍的今天能发出来不", {"status": "unshipped"}),
    ("秋天的猫", "物流停在郑州两天了 到底咋回事", {"status": "shipped"}),
    ("阿May", "这个坚果礼盒孕妇能吃不", None),
    ("老陈五金", "20个能开专票吗 几天到货", None),
)


def _paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")
    page.wait_for_selector("#drafts .card")
    page.wait_for_timeout(400)


def _answered(page: Page) -> None:
    _paste(page, FURIOUS)
    page.locator('[data-status="signed"]').first.click()
    page.wait_for_timeout(400)


def _phrases(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("h1, .brand").first.focus()
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open]")
    page.keyboard.type("fahuo")
    page.wait_for_timeout(500)


def _nothing(page: Page) -> None:
    page.wait_for_timeout(500)


PLACES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "desk-empty": ("/", _nothing),
    "desk": ("/", _answered),
    "desk-english": ("/?lang=en", _answered),
    "mini": ("/?mini=1", _answered),
    "phrases": ("/", _phrases),
    "followups": ("/followups", _nothing),
    "insights": ("/insights?period=30", _nothing),
    "messages": ("/messages?period=30", _nothing),
    "training": ("/training", _nothing),
    "models": ("/training/models", _nothing),
    "scripts": ("/scripts", _nothing),
    "script": ("/scripts/aftersales/wrong_item", _nothing),
    "settings": ("/settings", _nothing),
    "promotions": ("/settings/promotions?month=2026-12", _nothing),
    "products": ("/settings/products", _nothing),
    "import": ("/settings/products/import", _nothing),
    "tools": ("/tools", _nothing),
    "error-404": ("/nothing", _nothing),
}
FULL = ("desk", "mini", "tools")
"""Pages shown in their whole length where they are narrow."""
_COLOURS = 128


def _draw(browser: Browser, address: str, name: str) -> None:
    path, act = PLACES[name]
    for look, (size, scheme) in LOOKS.items():
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[call-overload]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"{address}{path}")
        act(page)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=look == "narrow" and name in FULL)))
        picture.convert("RGB").quantize(_COLOURS).save(FOLDER / f"{name}-{look}.png", optimize=True)
        if act is _answered:  # the next picture shows its own chat alone
            page.keyboard.press("x")
            page.wait_for_timeout(300)
        context.close()


def main(names: list[str]) -> None:
    """Draw the pages named, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = DeskStore(database(Path(folder)))
        fill(store, None, datetime.now(UTC))
        store.close()
        with served(open_pipeline(Settings()), Path(folder)) as address, sync_playwright() as play:
            for at, (buyer, text, order) in enumerate(CHATS):
                message = {
                    "conversation_id": f"pdd-{at}",
                    "message_id": f"m-{at}",
                    "text": text,
                    "buyer": {"id": buyer},
                }
                httpx2.post(f"{address}/v1/messages", json=message | ({"order": order} if order else {}))
            browser = play.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            )
            for name in names or list(PLACES):
                _draw(browser, address, name)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
