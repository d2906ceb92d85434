"""A chat back office on an origin of its own, with a strict content policy, as the userscript meets it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; require-trusted-types-for 'script'"
BUYER = "我拍的耙子怎么发来个铲子"
WATCH = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.effectiveDirective));"


class _Office(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@contextmanager
def back_office() -> Iterator[str]:
    """Serve the chat page on a free port while the block runs; give its address."""
    handler = partial(_Office, directory=Path(__file__).with_name("back_office"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="back-office")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def select(page: Page, selector: str = "#buyer") -> None:
    """Select what the buyer wrote, the way three clicks on it do."""
    page.locator(selector).click(click_count=3)


def sent(page: Page) -> object:
    """Tell what the chat page took for sending."""
    return page.evaluate("window.sent")
