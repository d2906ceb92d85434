"""What holds for every page: a title, no scrolling sideways, nobody shut out, the policy kept, little weight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.desk.store import DeskStore
from app.pipeline import Pipeline
from tests.desk.fortnight import fill
from tests.service.conftest import database, served
from tests.service.weight import weigh

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = ("/", "/?mini=1", "/followups", "/insights", "/messages", "/training", "/scripts", "/settings", "/tools")
SIZES = {"wide": (1366, 768), "narrow": (360, 740)}
MOST_BYTES = 150_000
_RECORD = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective))"


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    path: str
    size: str
    scheme: str
    lang: str


LOOKS = [
    *(Look(path, size, "light", "zh") for path in PAGES for size in SIZES),
    *(Look(path, "wide", "dark", "en") for path in PAGES),
]


@pytest.fixture(scope="module")
def full(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a shop that has been at work for a fortnight."""
    folder = tmp_path_factory.mktemp("full")
    store = DeskStore(database(folder))
    fill(store, None, datetime.now(UTC))
    store.close()
    with served(pipeline, folder) as address:
        yield address


def look(browser: Browser, address: str, how: Look) -> tuple[Page, list[str]]:
    width, height = SIZES[how.size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if how.scheme == "dark" else "light"
    )
    page, faults = context.new_page(), list[str]()
    page.add_init_script(_RECORD)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    separator = "&" if "?" in how.path else "?"
    page.goto(f"{address}{how.path}{separator}lang={how.lang}", wait_until="load")
    page.wait_for_timeout(250)
    return page, faults


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.path} {how.size} {how.scheme} {how.lang}")
def test_a_page_is_sound(browser: Browser, how: Look, full: str) -> None:
    check(*look(browser, full, how), lang=how.lang)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_before_anything_happened(browser: Browser, path: str, page_url: str) -> None:
    check(*look(browser, page_url, Look(path, "narrow", "dark", "zh")), lang="zh")


def check(page: Page, faults: list[str], *, lang: str) -> None:
    """Look for what shuts people out, scrolls sideways or breaks the policy; close the page."""
    try:
        assert page.title().endswith(("· 秒回", "· Miaohui")), page.title()
        page.evaluate(AXE)
        found: list[dict[str, Any]] = page.evaluate("axe.run().then((found) => found.violations)")
        grave = [
            (one["id"], one["nodes"][0]["target"], one["nodes"][0].get("failureSummary"))
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert grave == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
        assert page.evaluate("broken") == []
        assert faults == []
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]
    finally:
        page.context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light(full: str, path: str) -> None:
    parts = weigh(full, path)
    assert len(parts) > 3
    assert sum(parts.values()) <= MOST_BYTES, parts
