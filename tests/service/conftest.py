"""The service as clients meet it: in process, over a real socket, and in a real browser."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.testclient import TestClient

from app.pipeline import Pipeline
from app.service.web import create_app
from tests.service.desk import RECORD, close_all

CHROMIUM = "/usr/bin/chromium"
_START_SECONDS = 20

expect.set_options(timeout=20_000)  # a busy machine is slow, not broken


def database(folder: Path) -> str:
    """Name a store of its own below a folder."""
    return f"sqlite:///{folder / 'desk.db'}"


@pytest.fixture(scope="session")
def client(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give a client that sees what a client sees: a crash is an answer, not an exception."""
    app = create_app(pipeline, database=database(tmp_path_factory.mktemp("client")))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def served(pipeline: Pipeline, folder: Path) -> Iterator[str]:
    """Serve on a free port from a thread while the block runs; give the address without a slash at the end.

    What happens at the desk is kept below `folder`.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            create_app(pipeline, database=database(folder)),
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="page-server")
        thread.start()
        try:
            until = time.monotonic() + _START_SECONDS
            while not server.started:
                if not thread.is_alive() or time.monotonic() > until:
                    pytest.fail("the page server did not start", pytrace=False)
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


@pytest.fixture(scope="session")
def page_url(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo shop; give the address without a slash at the end."""
    with served(pipeline, tmp_path_factory.mktemp("desk")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Launch Debian's chromium; without it the test fails, in CI and at home alike."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing, get it with: apt-get install chromium fonts-noto-cjk", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """Collect what the browser complains about."""
    return []


@pytest.fixture
def desk(browser: Browser, page_url: str, faults: list[str]) -> Iterator[Page]:
    """Open the agent's page, with no chat but those that the test brings."""
    close_all(page_url)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.add_init_script(RECORD)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(page_url)
    yield page
    context.close()
