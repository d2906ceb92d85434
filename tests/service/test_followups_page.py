"""The page of follow-ups, by mouse, by keyboard and without scripts; and the same as JSON."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.desk import followups
from app.desk.store import DeskStore
from app.desk.tables import Conversation
from app.pipeline import Pipeline
from app.service.web import create_app
from tests.service.conftest import database, served

NOW = datetime.now(UTC)


def job(session: Session) -> None:
    session.add(Conversation(shop="demo", key="chat 1", buyer="小明", opened_at=NOW, last_at=NOW, risk=[]))
    session.flush()
    for what, hours, kind in (
        ("催圆通查件", -3, "follow_up"),
        ("最晚发货", -1, "deadline"),
        ("问补货", 200, "follow_up"),
    ):
        followups.add(
            session, shop="demo", what=what, due_at=NOW + timedelta(hours=hours), now=NOW, kind=kind, agent="小林",
            conversation="chat 1" if kind == "follow_up" else "",
        )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = DeskStore(database(tmp_path))
    store.write(job).result()
    store.close()
    return tmp_path


@pytest.fixture
def client(pipeline: Pipeline, folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(pipeline, database=database(folder))) as client:
        yield client


@pytest.fixture
def board(browser: Browser, pipeline: Pipeline, folder: Path) -> Iterator[Page]:
    with served(pipeline, folder) as address:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/followups")
        yield page
        context.close()


def whats(page: Page) -> list[str]:
    return page.locator(".item .what b").all_inner_texts()


def test_by_keyboard_alone(board: Page) -> None:
    expect(board.locator(".top .count")).to_have_text("2")
    assert whats(board) == ["催圆通查件", "最晚发货", "问补货"]
    board.keyboard.press("j")
    board.keyboard.press("d")
    expect(board.locator(".flash")).to_contain_text("完成：催圆通查件")
    expect(board.locator(".top .count")).to_have_text("1")
    expect(board.locator(".item").first).to_be_focused()  # the next one, without a key in between
    board.keyboard.press("2")
    expect(board.locator(".flash")).to_contain_text("推迟到")
    expect(board.locator(".top .count")).to_be_hidden()
    assert whats(board) == ["最晚发货", "问补货"]


def test_giving_up_asks_for_a_reason(board: Page) -> None:
    board.keyboard.press("j")
    board.keyboard.press("x")
    reason = board.locator("#item-1 .why input")
    expect(reason).to_be_focused()
    board.keyboard.press("Enter")
    expect(board.locator(".flash")).to_have_count(0)
    reason.fill("买家自己取了")
    board.keyboard.press("Enter")
    expect(board.locator(".flash")).to_contain_text("不跟了：催圆通查件")
    board.get_by_role("button", name="撤销").click()
    expect(board.locator(".flash")).to_contain_text("重新打开")
    assert whats(board)[0] == "催圆通查件"


def test_keys_do_nothing_while_somebody_writes(board: Page) -> None:
    board.keyboard.press("n")
    what = board.get_by_label("做什么")
    expect(what).to_be_focused()
    board.keyboard.type("djx1")
    expect(what).to_have_value("djx1")
    board.get_by_label("什么时候").select_option("2h")
    board.get_by_role("button", name="记下").click()
    expect(board.locator(".flash")).to_contain_text("记下了")
    assert "djx1" in whats(board)
    board.locator(".item").first.dispatch_event("keydown", {"key": "d", "isComposing": True, "bubbles": True})
    assert len(whats(board)) == 4


def test_a_row_leads_to_its_conversation_and_its_messages(board: Page) -> None:
    row = board.locator("#item-1")
    expect(row.get_by_role("link", name="小明")).to_have_attribute("href", "/?conversation=chat%201")
    row.get_by_role("link", name="消息").click()
    expect(board).to_have_title("消息 · 秒回")
    expect(board.locator(".chip")).to_contain_text("会话：chat 1")


def test_without_scripts_forms_do_the_same(client: TestClient) -> None:
    answered = client.post("/followups/1?who=小林", data={"action": "done"}, follow_redirects=False)
    assert (answered.status_code, answered.headers["location"]) == (303, "/followups?who=%E5%B0%8F%E6%9E%97")
    assert "催圆通查件" not in client.get("/followups").text
    assert "催圆通查件" in client.get("/followups?view=done").text
    added = client.post(
        "/followups", data={"what": "<b>回电 13812345678</b>", "due": "at", "due_at": "2030-01-02T03:04"}
    )
    assert added.status_code == 200
    assert "&lt;b&gt;回电 138****5678&lt;/b&gt;" in added.text
    assert "2030-01-02 03:04" in added.text
    refused = client.post("/followups", data={"what": "没时间", "due": "at", "due_at": ""})
    assert refused.status_code == 422
    assert "选一个时间" in refused.text
    assert 'value="没时间"' in refused.text


def test_json_lists_adds_closes_and_puts_off(client: TestClient) -> None:
    listed = client.get("/v1/followups").json()
    assert [(one["what"], one["when"], one["conversation_id"]) for one in listed["followups"]] == [
        ("催圆通查件", "overdue", "chat 1"),
        ("最晚发货", "overdue", ""),
        ("问补货", "later", "chat 1"),
    ]
    assert listed["due"] == 2
    due = (NOW + timedelta(days=1)).isoformat()
    added = client.post("/v1/followups", json={"what": "回电", "due_at": due, "conversation_id": "chat 1"}).json()
    assert (added["buyer"], added["when"] in ("today", "later")) == ("小明", True)
    number = added["id"]
    assert client.post("/v1/followups/1", json={"action": "done", "agent": "小周"}).json()["done_by"] == "小周"
    assert client.post("/v1/followups/2", json={"action": "snooze", "delay": "30m"}).json()["when"] in (
        "today",
        "later",
    )
    dropped = client.post(f"/v1/followups/{number}", json={"action": "drop", "note": "不用了"}).json()
    assert (dropped["when"], dropped["note"]) == ("dropped", "不用了")
    closed = client.get("/v1/followups?state=closed").json()
    assert {one["what"] for one in closed["followups"]} == {"催圆通查件", "回电"}
    assert client.get("/v1/followups").json()["due"] == 0


WRONG = {
    "no such one": ("/v1/followups/99", {"action": "done"}, 404, "id"),
    "no number": ("/v1/followups/0", {"action": "done"}, 422, "path.number"),
    "too large": ("/v1/followups/99999999999", {"action": "done"}, 422, "path.number"),
    "put off to nowhere": ("/v1/followups/1", {"action": "snooze"}, 422, "until"),
    "put off to the past": ("/v1/followups/1", {"action": "snooze", "until": "2020-01-01T00:00:00Z"}, 422, "until"),
    "given up without a reason": ("/v1/followups/1", {"action": "drop"}, 422, "note"),
    "unknown action": ("/v1/followups/1", {"action": "burn"}, 422, "action"),
    "nothing to do": ("/v1/followups", {"what": " ", "due_at": "2030-01-01T00:00:00Z"}, 422, "what"),
    "no such chat": (
        "/v1/followups",
        {"what": "回", "due_at": "2030-01-01T00:00:00Z", "conversation_id": "x"},
        404,
        "conversation_id",
    ),
    "no such shop": ("/v1/followups", {"what": "回", "due_at": "2030-01-01T00:00:00Z", "shop": "x"}, 404, "shop"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_json_names_what_is_wrong(client: TestClient, case: tuple[str, dict[str, str], int, str]) -> None:
    path, body, status, field = case
    answered = client.post(path, json=body)
    assert (answered.status_code, answered.json()["error"]["field"]) == (status, field)


def test_what_was_acknowledged_is_in_the_store(client: TestClient, folder: Path) -> None:
    client.post("/v1/followups/1", json={"action": "done"})
    other = DeskStore(database(folder))
    with other.read() as session:
        assert followups.get(session, "demo", 1).state == "done"
    other.close()
