"""Messages come in over HTTP, drafts go out, conversations stand in their order."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.desk.tables import Conversation, Draft, Message
from app.pipeline import Pipeline
from app.service.web import create_app
from tests.service.conftest import database
from tests.service.live import Body, Desk, at, refused


@pytest.fixture
def desk(pipeline: Pipeline, tmp_path: Path) -> Iterator[Desk]:
    with TestClient(create_app(pipeline, database=database(tmp_path)), raise_server_exceptions=False) as client:
        yield Desk(client, tmp_path)


def test_a_message_is_answered_with_its_conversation(desk: Desk) -> None:
    order = {"status": "signed", "amount": "49.90"}
    buyer = {"id": "b-1", "traits": ["refund_only_habit"]}
    got = desk.say(
        "收到的坚果碎了", order=order, buyer=buyer, product="LS001", platform="jd", agent="小林", message_id="1"
    )
    assert set(got) == {"conversation", "duplicate", "stale", "reply"}
    assert (got["duplicate"], got["stale"]) == (False, [])
    summary, reply = got["conversation"], got["reply"]
    assert (summary["id"], summary["source"], summary["buyer"], summary["platform"]) == ("c-1", "api", "b-1", "jd")
    assert (summary["agent"], summary["state"], summary["unanswered"]) == ("小林", "open", 1)
    assert summary["last"] == {"role": "buyer", "text": "收到的坚果碎了", "at": at(0)}
    assert summary["waiting_since"] == at(0)
    assert summary["clock"]["limit_s"] == 180
    assert summary["intent"] == reply["intents"][0]
    assert (summary["draft_id"], summary["stage"]) == (reply["id"], reply["stage"])
    assert reply["conversation_id"] == "c-1"
    assert any("买家标记" in one["name"] for one in reply["risk"])
    whole = desk.get("/v1/conversations/c-1")
    assert whole["turns"] == [{"id": "1", "role": "buyer", "text": "收到的坚果碎了", "at": at(0), "style": ""}]
    assert (whole["reply"], whole["product"], whole["order"]["amount"]) == (reply, "LS001", "49.90")


def test_a_message_id_counts_once(desk: Desk) -> None:
    first = desk.say("收到的坚果碎了", message_id="m-1")
    again = desk.say("收到的坚果碎了", 5, message_id="m-1")
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert again["reply"] == first["reply"]
    assert again["stale"] == []
    assert len(desk.get("/v1/conversations/c-1")["turns"]) == 1
    assert [len(desk.rows(model)) for model in (Conversation, Message, Draft)] == [1, 1, 1]
    other = desk.say("收到的坚果碎了", key="c-2", message_id="m-1")
    assert other["duplicate"] is False


def test_without_an_id_every_message_counts(desk: Desk) -> None:
    for _ in range(2):
        assert desk.say("在吗")["duplicate"] is False
    assert len(desk.get("/v1/conversations/c-1")["turns"]) == 2


def test_a_burst_is_answered_together(desk: Desk) -> None:
    first = desk.say("在吗", 0, message_id="1")
    second = desk.say("收到的坚果碎了", 3, message_id="2")
    third = desk.say("怎么赔", 6, message_id="3")
    assert second["stale"] == [first["reply"]["id"]]
    assert third["stale"] == [second["reply"]["id"]]
    assert third["conversation"]["unanswered"] == 3
    assert third["conversation"]["waiting_since"] == at(0)
    assert third["reply"]["clock"]["waited_s"] == 6
    alone = desk.post("/v1/drafts", messages=[
        {"role": "buyer", "text": text} for text in ("在吗", "收到的坚果碎了", "怎么赔")
    ])  # fmt: skip
    assert [one["name"] for one in third["reply"]["intents"]] == [one["name"] for one in alone["intents"]]
    drafts = {one.id: one for one in desk.rows(Draft)}
    assert [drafts[got["reply"]["id"]].stale for got in (first, second, third)] == [True, True, False]
    assert drafts[third["reply"]["id"]].text == "在吗\n收到的坚果碎了\n怎么赔"


def test_a_burst_longer_than_a_message_is_answered_by_its_end(desk: Desk) -> None:
    for number in range(4):
        got = desk.say("坚果碎了" * 200 + str(number), number, message_id=str(number))
    assert got["conversation"]["unanswered"] == 4
    assert got["reply"]["intents"][0]["name"] == "damaged_item"


def test_an_agents_message_stops_the_clock(desk: Desk) -> None:
    desk.say("收到的坚果碎了")
    got = desk.say("拍张照片我看看", 20, role="agent", message_id="a-1")
    assert (got["reply"], got["stale"], got["duplicate"]) == (None, [], False)
    summary = got["conversation"]
    assert (summary["waiting_since"], summary["clock"], summary["unanswered"]) == (None, None, 0)
    assert summary["last"]["role"] == "agent"
    again = desk.say("拍张照片我看看", 21, role="agent", message_id="a-1")
    assert again["duplicate"] is True
    after = desk.say("照片发了", 60)
    assert after["conversation"]["waiting_since"] == at(60)
    assert after["conversation"]["unanswered"] == 1


def test_a_copied_draft_that_the_client_reports_is_one_turn(desk: Desk) -> None:
    reply = desk.say("收到的坚果碎了")["reply"]
    draft = reply["drafts"][0]
    desk.post("/v1/outcomes", draft_id=reply["id"], style=draft["style"], outcome="copied", at=at(20))
    got = desk.say(draft["text"], 25, role="agent", message_id="a-1")
    assert got["duplicate"] is True
    turns = desk.get("/v1/conversations/c-1")["turns"]
    assert [(one["role"], one["style"]) for one in turns] == [("buyer", ""), ("agent", draft["style"])]
    assert [one.role for one in desk.rows(Message)] == ["buyer", "agent"]
    assert desk.say("别的话", 30, role="agent")["duplicate"] is False


BAD = {
    "empty": ({"text": ""}, "empty_text", "text"),
    "only spaces": ({"text": " \u200b\n"}, "empty_text", "text"),
    "too long": ({"text": "碎" * 2001}, "text_too_long", "text"),
    "half a character": ({"text": "\ud83d"}, "invalid_request", "text"),
    "no conversation": ({"text": "在吗", "conversation_id": ""}, "invalid_request", "conversation_id"),
    "an odd conversation": ({"text": "在吗", "conversation_id": "a\0b"}, "invalid_request", "conversation_id"),
    "an odd message": ({"text": "在吗", "message_id": "\ud800"}, "invalid_request", "message_id"),
    "another role": ({"text": "在吗", "role": "robot"}, "invalid_request", "role"),
    "unknown field": ({"text": "在吗", "colour": "red"}, "invalid_request", "colour"),
}


@pytest.mark.parametrize(("fields", "code", "field"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_read_leaves_nothing(desk: Desk, fields: Body, code: str, field: str) -> None:
    sent = json.dumps({"conversation_id": "c-1", "order": {"status": "signed"}} | fields)
    response = desk.client.post("/v1/messages", content=sent, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    refused(response.json(), code, field)
    refused(desk.get("/v1/conversations/c-1", status=404), "unknown_conversation", "conversation_id")
    assert desk.get("/v1/conversations")["conversations"] == []
    assert desk.rows(Conversation) == []


def test_what_cannot_be_answered_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say("在吗", 0, message_id="1")
    before = desk.get("/v1/conversations/c-1")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "reply", broken)
        desk.post("/v1/messages", status=500, conversation_id="c-1", message_id="2", text="碎了", product="LS001")
    after = desk.get("/v1/conversations/c-1")
    for body in (before, after):
        body["conversation"].pop("clock")
    assert after == before
    assert desk.say("碎了", 5, message_id="2")["duplicate"] is False


def test_those_who_wait_longest_stand_first(desk: Desk) -> None:
    now = datetime.now(UTC)
    for key, ago in (("b", 60), ("a", 120), ("answered", 300), ("c", 10)):
        when = (now - timedelta(seconds=ago)).isoformat()
        desk.post("/v1/messages", conversation_id=key, text="几点发货", at=when)
    desk.post("/v1/messages", conversation_id="answered", text="今天", role="agent")
    got = desk.get("/v1/conversations")
    assert [one["id"] for one in got["conversations"]] == ["a", "b", "c", "answered"]
    assert datetime.fromisoformat(got["now"]).utcoffset() is not None


@pytest.mark.parametrize(
    ("method", "path", "code", "field"),
    [
        ("GET", "/v1/conversations/nobody", "unknown_conversation", "conversation_id"),
        ("GET", "/v1/conversations/%00", "unknown_conversation", "conversation_id"),
        ("POST", "/v1/conversations/nobody/close", "unknown_conversation", "conversation_id"),
        ("GET", "/v1/conversations?shop=nowhere", "unknown_shop", "shop"),
        ("GET", "/v1/conversations/c-1?shop=nowhere", "unknown_shop", "shop"),
        ("GET", "/v1/events?shop=nowhere", "unknown_shop", "shop"),
    ],
)
def test_what_is_not_there_is_said_in_one_shape(desk: Desk, method: str, path: str, code: str, field: str) -> None:
    response = desk.client.request(method, path)
    assert response.status_code == 404
    refused(response.json(), code, field)


def test_closing_takes_a_conversation_off_the_list_until_it_goes_on(desk: Desk) -> None:
    desk.say("几点发货", message_id="1")
    closed = desk.post("/v1/conversations/c-1/close")
    assert (closed["state"], closed["waiting_since"], closed["unanswered"]) == ("closed", None, 0)
    assert desk.get("/v1/conversations")["conversations"] == []
    assert [one.state for one in desk.rows(Conversation)] == ["closed"]
    again = desk.say("还在吗", 90, message_id="2")
    assert again["stale"] == []
    assert (again["conversation"]["state"], again["conversation"]["waiting_since"]) == ("open", at(90))
    assert again["conversation"]["unanswered"] == 1
