"""Show how long an agent waits at the page, in a real browser on this machine, beside what an empty page would take.

python -m tests.bench_page
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.cli import open_pipeline
from app.settings import Settings
from tests.service.conftest import CHROMIUM, served
from tests.service.test_every_page import PAGES
from tests.service.weight import weigh

_TIMES = 50
_WATCH = """
window.shown = [];
window.pasted = window.heard = 0;
const isAnswer = ({ name }) => name.endsWith("/v1/messages");
const answers = () => performance.getEntriesByType("resource").filter(isAnswer).length;
addEventListener("paste", () => { pasted = performance.now(); heard = answers(); }, true);
new MutationObserver((changes) => {
  if (!pasted || answers() === heard || !changes.some((one) => one.target.closest?.("#drafts"))) return;
  const from = pasted;
  pasted = 0;
  requestAnimationFrame(() => requestAnimationFrame(() => shown.push(performance.now() - from)));
}).observe(document, { subtree: true, childList: true, characterData: true });
window.interactions = [];
new PerformanceObserver((list) => {
  list.getEntries().forEach((one) => one.interactionId && interactions.push(one.duration));
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
_FRAMES = """
() => new Promise((done) => {
  const from = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
})
"""


def _median(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):>9.0f}{ordered[int(len(ordered) * 0.95)]:>9.0f}"


def _paste(page: Page, text: str, count: int) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")
    page.wait_for_function("count => shown.length >= count", arg=count, timeout=5_000)
    page.keyboard.press("1")
    page.wait_for_timeout(60)


def main() -> None:
    """Print the table."""
    pipeline = open_pipeline(Settings())
    lines = pipeline.knowledge.catalogue.lines()
    texts = [text for text, _ in lines][:: len(lines) // _TIMES]
    with tempfile.TemporaryDirectory() as folder, served(pipeline, Path(folder)) as address, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.add_init_script(_WATCH)
        page.goto(address)
        page.wait_for_timeout(500)
        for count, text in enumerate(texts[:_TIMES], 1):
            _paste(page, text, count)
        frames = [page.evaluate(_FRAMES) for _ in range(_TIMES)]
        shown, felt = page.evaluate("shown"), page.evaluate("interactions")
        browser.close()
        weights = {path: sum(weigh(address, path).values()) for path in PAGES}
    print(f"{'':28}{'p50 ms':>9}{'p95 ms':>9}")
    print(f"{'paste → first draft painted':28}{_median(shown)}   ({len(shown)} pastes)")
    print(f"{'two empty frames':28}{_median(frames)}")
    quick = 2 * _TIMES - len(felt)
    times = [*felt, *([16.0] * max(quick, 0))]
    print(f"{'key press → next paint':28}{_median(times)}   (longest {max(times):.0f}; under 16 counts as 16)")
    print("\nfirst visit, compressed: " + "  ".join(f"{path} {size / 1000:.0f} kB" for path, size in weights.items()))


if __name__ == "__main__":
    main()
