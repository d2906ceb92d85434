"""The training desk in a real browser: decide by keyboard, train, look at the report, use it, go back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from app import pipeline as pipelines
from app.desk.store import DeskStore
from app.desk.training.feedback import Tally, tally
from app.models import Store
from app.pipeline import Pipeline
from app.service.web import create_app
from app.settings import Settings
from app.training import fit
from app.understand.catalogue import load
from tests.desk.training_home import seed, shrink
from tests.service.conftest import database, served

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PATIENCE = 120_000
SAID = ("你们这发票抬头能开俩不呀", "开票抬头能写俩单位不", "月球上有没有水", "打13812345678给我开票", "取消吧")
MARK = "document.addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective))"


@dataclass(frozen=True)
class Desk:
    """A page on a small home with its own store."""

    page: Page
    home: Path
    url: str

    def tally(self) -> Tally:
        store = DeskStore(self.url)
        with store.read() as session:
            found = tally(session, "demo")
        store.close()
        return found

    def lines(self, intent: str) -> tuple[str, ...]:
        return load(self.home / "intents")[intent].file.examples

    def current(self) -> str:
        return self.page.locator(".one[aria-current] .text").inner_text()

    def go(self, text: str) -> None:
        """Select a line and wait until its choices are there."""
        self.page.locator(".one", has_text=text).click()
        expect(self.page.locator("#wording")).to_have_value(text)


@pytest.fixture
def small(home: Path, pipeline: Pipeline) -> Pipeline:
    """Give a pipeline of three intents with a model in use."""
    shrink(home, pipeline.knowledge.catalogue)
    knowledge = pipelines.load_knowledge(Settings(home=home))
    model = fit(knowledge, knowledge.catalogue.lines(), own=True, progress=lambda _stage, _done: None)
    store = Store(home / "models")
    store.promote(store.add(model))
    return pipelines.build(knowledge, model)


@pytest.fixture
def desk(browser: Browser, small: Pipeline, home: Path, faults: list[str]) -> Iterator[Desk]:
    url = database(home)
    store = DeskStore(url)
    seed(store, *SAID)
    store.close()
    with served(small, home) as address:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(MARK)
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/training")
        expect(page.locator("#wording")).to_be_visible()
        yield Desk(page, home, url)
        page.close()


def test_decide_by_keyboard(desk: Desk, faults: list[str]) -> None:
    page = desk.page
    desk.go(SAID[0])
    first = page.locator(".choice").first
    expect(first).to_contain_text("发票")
    page.keyboard.press("1")
    expect(page.locator(".one", has_text=SAID[0])).to_be_hidden()
    expect(page.locator("#open")).to_have_text("4")
    assert desk.current() == SAID[1], "the next one of the group is at hand"
    expect(page.locator(".one[aria-current]")).to_be_focused()

    desk.go(SAID[2])
    page.keyboard.press("x")
    expect(page.locator(".one", has_text=SAID[2])).to_be_hidden()
    desk.go(SAID[3])
    expect(page.locator("#warnings")).to_contain_text("电话")
    page.keyboard.press("1")
    expect(page.locator(".fault:not(:empty)")).to_contain_text("电话")
    expect(page.locator(".one", has_text=SAID[3])).to_be_visible()
    page.keyboard.press("e")
    page.locator("#wording").fill("打电话给我开票")
    expect(page.locator("#warnings p")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("发票")
    page.keyboard.press("Enter")
    expect(page.locator(".one", has_text=SAID[3])).to_be_hidden()
    expect(page.locator("#open")).to_have_text("2")
    page.wait_for_function("document.querySelectorAll('li:not([hidden]) .one').length == 2")
    page.keyboard.press("u")
    expect(page.locator(".one", has_text=SAID[3])).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".one", has_text=SAID[2])).to_be_visible()
    expect(page.locator("#open")).to_have_text("4")
    assert desk.tally() == Tally(4, 0, 1, 0)
    assert desk.lines("invoice_request")[-1] == SAID[0]
    assert faults == []


def test_a_conflict_is_shown_and_keeps_the_line_open(desk: Desk, faults: list[str]) -> None:
    page = desk.page
    desk.go("取消吧")
    expect(page.locator("#warnings")).to_contain_text("「取消订单」里已经有「取消吧」")
    page.keyboard.press("/")
    page.keyboard.type("invoice")
    expect(page.locator("#found [aria-selected=true]")).to_contain_text("发票")
    page.keyboard.press("Enter")
    expect(page.locator(".fault:not(:empty)")).to_contain_text("已经有")
    expect(page.locator("#open")).to_have_text("5")
    assert desk.tally() == Tally(5, 0, 0, 0)
    assert faults == []


def test_a_whole_group_and_a_new_intent(desk: Desk, faults: list[str]) -> None:
    page = desk.page
    desk.go(SAID[0])
    page.keyboard.press("a")
    expect(page.locator("#whole-note")).to_contain_text("2 句")
    page.keyboard.press("1")
    expect(page.locator("#open")).to_have_text("3")
    desk.go(SAID[2])
    page.keyboard.press("n")
    page.locator("#new-name").fill("问天上")
    page.locator("#new-id").fill("sky_query")
    page.keyboard.press("Enter")
    expect(page.locator("#new-intent")).to_be_hidden()
    expect(page.locator("#open")).to_have_text("2")
    page.get_by_role("link", name="新意图").click()
    expect(page.locator(".panel")).to_contain_text("1 / 80 句")
    expect(page.get_by_role("button", name="启用")).to_be_disabled()
    assert desk.tally() == Tally(2, 0, 3, 0)
    assert desk.lines("invoice_request")[-2:] == SAID[:2]
    assert len(load(desk.home / "intents")) == 3
    assert faults == []


def test_a_link_waits_for_decisions_under_way(desk: Desk, faults: list[str]) -> None:
    page = desk.page

    def late(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/training/decide*", late)
    for line in (SAID[2], SAID[4]):
        desk.go(line)
        page.keyboard.press("x")
    page.get_by_role("link", name="新意图").click()
    expect(page).to_have_url(re.compile("/training/intents$"))
    assert desk.tally() == Tally(3, 0, 0, 2)
    assert faults == []


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)], ids=["wide", "narrow"])
def test_nobody_is_shut_out(desk: Desk, size: tuple[int, int]) -> None:
    page = desk.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    desk.go("取消吧")
    page.locator(".whole").first.click()
    page.locator("#find").fill("票")
    expect(page.locator("#found")).to_be_visible()
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then((found) => found.violations)")
    assert [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_are_silent_while_somebody_types(desk: Desk) -> None:
    page = desk.page
    desk.go(SAID[0])
    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1', isComposing: true}))")
    page.locator("#wording").focus()
    page.keyboard.type("1xna")
    page.locator("#agent").focus()
    page.keyboard.type("1x")
    expect(page.locator("#open")).to_have_text("5")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_decision_shows_at_once(desk: Desk) -> None:
    page = desk.page
    desk.go(SAID[0])
    took = page.evaluate(
        """() => new Promise((done) => {
            const line = document.querySelector('.one[aria-current]').closest('li'), began = performance.now();
            const look = () => line.hidden && done(performance.now() - began);
            new MutationObserver(look).observe(line, {attributes: true});
            line.firstChild.dispatchEvent(new KeyboardEvent('keydown', {key: '1', code: 'Digit1', bubbles: true}));
        })"""
    )
    assert took <= 50, took


def test_train_promote_and_go_back(desk: Desk, faults: list[str]) -> None:
    page, store = desk.page, Store(desk.home / "models")
    old = store.current()
    desk.go(SAID[0])
    page.keyboard.press("1")
    expect(page.locator("#open")).to_have_text("4")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="模型").click()
    expect(page.locator(".badge.warn")).to_have_text("有新句子还没学进去")
    page.get_by_role("button", name="重新训练").click()
    expect(page.locator("#progress progress")).to_be_visible()
    page.goto(page.url.replace("/models", ""))  # it goes on while nobody looks
    page.goto(f"{page.url}/models")
    report = page.locator("#report")
    expect(report).to_be_visible(timeout=PATIENCE)
    expect(report).to_contain_text("首选对")
    expect(report).to_contain_text(SAID[0])
    assert store.current() == old, "nobody has asked for it"
    report.get_by_role("button", name="启用").click()
    expect(page.locator(".flash")).to_contain_text("现在用")
    new = store.current()
    assert new != old
    expect(page.locator(".badge", has_text="句子都学进去了")).to_be_visible()
    page.get_by_role("button", name="退回上一个").click()
    expect(page.locator(".flash").first).to_contain_text(old)
    assert (store.current(), store.previous()) == (old, "")
    assert faults == []


@pytest.fixture
def client(small: Pipeline, home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(small, database=database(home)), raise_server_exceptions=False) as client:
        yield client


def test_what_cannot_be_done_is_told(client: TestClient, home: Path) -> None:
    missing = client.post("/training/decide", json={"action": "reject", "lines": [{"ids": [99]}]})
    assert (missing.status_code, missing.json()["error"]["code"]) == (422, "decided_already")
    assert client.post("/training/decide", json={"action": "burn", "lines": []}).status_code == 422
    assert client.post("/training/undo").json()["error"]["code"] == "nothing_to_undo"
    named = {"group": "presale", "name": "../x", "title": "坏", "flow": "reception"}
    assert client.post("/training/intents", json=named).status_code == 422
    assert client.post("/training/intents/enable", data={"name": "none"}).status_code == 404
    for path, data in (("promote", {"version": "none"}), ("rollback", {})):
        told = client.post(f"/training/models/{path}", data=data)
        assert told.status_code == 422
        assert 'role="alert"' in told.text
    assert client.get("/training/progress").headers["hx-refresh"] == "true", "nothing runs: the list is shown anew"
    (home / "models" / "current").unlink()
    assert client.get("/training/models").status_code == 200
    assert client.post("/training/undo", headers={"sec-fetch-site": "cross-site"}).status_code == 403
