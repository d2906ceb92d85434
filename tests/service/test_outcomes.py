"""What an agent does with a draft is safe once it is answered; what they choose and correct is drafted and learnt."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.desk.chats import Chats
from app.desk.store import DeskStore
from app.desk.tables import Conversation, Draft, Feedback, FollowUp, Outcome
from app.pipeline import Pipeline
from app.service.web import create_app
from tests.service.conftest import database
from tests.service.live import START, Body, Desk, at, refused


@pytest.fixture
def desk(pipeline: Pipeline, tmp_path: Path) -> Iterator[Desk]:
    with TestClient(create_app(pipeline, database=database(tmp_path)), raise_server_exceptions=False) as client:
        yield Desk(client, tmp_path)


def test_an_outcome_is_answered_when_it_is_written(desk: Desk) -> None:
    reply = desk.say("收到的坚果碎了", order={"status": "signed", "signed_at": at(-3600)})["reply"]
    done = desk.post(
        "/v1/outcomes", draft_id=reply["id"], style="standard", outcome="edited", text="亲，拍张照", agent="小林",
        at=at(50), key="k-1",
    )  # fmt: skip
    (outcome,) = desk.rows(Outcome)
    assert done["outcome_id"] == outcome.id
    assert (outcome.text, outcome.agent, outcome.waited_s, outcome.in_time) == ("亲，拍张照", "小林", 50, True)
    assert done["conversation"]["waiting_since"] is None
    assert done["conversation"]["last"]["text"] == "亲，拍张照"
    noted = {one.kind: one for one in desk.rows(FollowUp)}
    assert set(noted) == {"follow_up", "deadline"}
    assert done["follow_up"] == {
        "id": noted["follow_up"].id, "at": reply["follow_up"]["at"], "what": reply["follow_up"]["what"],
    }  # fmt: skip
    again = desk.post("/v1/outcomes", draft_id=reply["id"], style="standard", outcome="edited", key="k-1")
    assert (again["outcome_id"], again["follow_up"]) == (done["outcome_id"], done["follow_up"])
    assert len(desk.get("/v1/conversations/c-1")["turns"]) == 2
    assert len(desk.rows(Outcome)) == 1


def test_a_rejected_draft_leaves_the_buyer_waiting(desk: Desk) -> None:
    reply = desk.say("收到的坚果碎了")["reply"]
    done = desk.post("/v1/outcomes", draft_id=reply["id"], outcome="rejected")
    assert done["conversation"]["waiting_since"] == at(0)
    assert done["follow_up"] is None


def test_wrong_outcomes_are_refused(desk: Desk) -> None:
    reply = desk.say("收到的坚果碎了")["reply"]
    gone = desk.post("/v1/outcomes", status=404, draft_id="d-none", outcome="copied")
    refused(gone, "unknown_draft", "draft_id")
    wrong = desk.post("/v1/outcomes", status=422, draft_id=reply["id"], outcome="rejected", intent="nonsense")
    refused(wrong, "unknown_intent", "intent")
    odd = desk.post("/v1/outcomes", status=422, draft_id=reply["id"], outcome="loved")
    refused(odd, "invalid_request", "outcome")
    assert desk.rows(Outcome) == []


def test_a_typed_draft_gets_a_conversation_when_it_is_used(desk: Desk) -> None:
    draft = desk.post("/v1/drafts", text="收到的坚果碎了")
    assert desk.rows(Draft) == []
    desk.post("/v1/outcomes", draft_id=draft["id"], outcome="rejected", conversation_id="page-1")
    desk.get("/v1/conversations/page-1", status=404)
    done = desk.post("/v1/outcomes", draft_id=draft["id"], style="brief", outcome="copied", conversation_id="page-1")
    assert (done["conversation"]["id"], done["conversation"]["source"]) == ("page-1", "page")
    turns = desk.get("/v1/conversations/page-1")["turns"]
    assert [one["role"] for one in turns] == ["buyer", "agent"]
    assert turns[1]["text"] == next(one["text"] for one in draft["drafts"] if one["style"] == "brief")
    assert [one["id"] for one in desk.get("/v1/conversations")["conversations"]] == ["page-1"]


def test_everything_is_there_after_a_restart(pipeline: Pipeline, tmp_path: Path) -> None:
    with TestClient(create_app(pipeline, database=database(tmp_path))) as client:
        before = Desk(client, tmp_path)
        now = datetime.now(UTC).isoformat()
        reply = before.post("/v1/messages", conversation_id="c-1", message_id="1", text="收到的坚果碎了", at=now)[
            "reply"
        ]
        whole = before.get("/v1/conversations/c-1")
    with TestClient(create_app(pipeline, database=database(tmp_path))) as client:
        after = Desk(client, tmp_path)
        assert after.get("/v1/conversations/c-1")["turns"] == whole["turns"]
        assert [one["id"] for one in after.get("/v1/conversations")["conversations"]] == ["c-1"]
        again = after.post("/v1/messages", conversation_id="c-1", message_id="1", text="收到的坚果碎了")
        assert (again["duplicate"], again["reply"]) == (True, reply)
        done = after.post("/v1/outcomes", draft_id=reply["id"], style="brief", outcome="copied")
        assert done["conversation"]["waiting_since"] is None
        assert done["conversation"]["last"]["text"] == next(
            one["text"] for one in reply["drafts"] if one["style"] == "brief"
        )


def test_a_client_that_only_asks_for_drafts_waits_anew_each_time(desk: Desk, tmp_path: Path) -> None:
    for key, seconds in (("1", 0), ("2", 600)):
        asked: Body = {"conversation_id": "c-1", "message_id": key, "text": "收到的坚果碎了"}
        draft = desk.post("/v1/drafts", now=at(seconds), **asked)
    assert desk.post("/v1/drafts", now=at(700), **asked) == draft
    assert [one.waiting_since for one in desk.rows(Conversation)] == [START + timedelta(seconds=600)]
    desk.post("/v1/outcomes", draft_id=draft["id"], style="brief", outcome="sent", at=at(620))
    assert [one.waited_s for one in desk.rows(Outcome)] == [20]
    assert desk.get("/v1/conversations")["conversations"] == []
    store = DeskStore(database(tmp_path))
    chat = Chats(store).get("demo", "c-1")
    assert chat is not None
    assert (chat.asked, chat.waiting_since) == ([("damaged_item",), ("damaged_item",)], None)
    store.close()


def test_a_chosen_intent_is_answered_and_learnt_from(desk: Desk) -> None:
    heard = desk.post("/v1/drafts", text="收到的坚果碎了")
    chosen = desk.post("/v1/drafts", text="收到的坚果碎了", intent="wrong_item")
    assert [(one["name"], one["confidence"]) for one in chosen["intents"]] == [("wrong_item", 1.0)]
    assert chosen["ranking"] == heard["ranking"]
    assert chosen["drafts"] != heard["drafts"]
    (row,) = desk.rows(Feedback)
    assert (row.text, row.heard, row.chosen) == ("收到的坚果碎了", heard["ranking"][0]["name"], "wrong_item")
    assert row.source == "corrected"
    desk.post("/v1/drafts", text="收到的坚果碎了", intent=heard["ranking"][0]["name"])  # nothing to learn
    assert len(desk.rows(Feedback)) == 1
    wrong = desk.post("/v1/drafts", status=422, text="在吗", intent="nonsense")
    refused(wrong, "unknown_intent", "intent")


def test_what_was_not_understood_is_kept_for_the_training_desk(desk: Desk) -> None:
    for key in ("c-1", "c-2"):
        assert desk.say("唔哩哇啦咕噜", key=key)["reply"]["intents"][0]["name"] == "unknown"
    (row,) = desk.rows(Feedback)
    assert (row.text, row.source, row.chosen, row.state) == ("唔哩哇啦咕噜", "unknown", "", "open")


def test_a_corrected_value_changes_the_draft(desk: Desk) -> None:
    said = "地址改成浙江省杭州市西湖区文三路123号"
    order = {"status": "unshipped"}
    before = desk.post("/v1/drafts", text=said, order=order)
    mended = [{"name": "address", "value": "浙江省宁波市海曙区中山路8号"}]
    after = desk.post("/v1/drafts", text=said, order=order, slots=mended)
    assert "文三路" in json.dumps(before["remark"], ensure_ascii=False)
    assert "中山路8号" in json.dumps(after["remark"], ensure_ascii=False)
    assert [one["value"] for one in after["slots"] if one["name"] == "address"] == [mended[0]["value"]]
    none = desk.post("/v1/drafts", text=said, order=order, slots=[{"name": "address", "value": ""}])
    assert not [one for one in none["slots"] if one["name"] == "address"]
    wrong = desk.post("/v1/drafts", status=422, text=said, slots=[{"name": "mood", "value": "好"}])
    refused(wrong, "invalid_request", "slots.0.name")
