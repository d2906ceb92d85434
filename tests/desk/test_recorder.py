"""What is written down of a conversation: each thing once, in its place."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.desk.chats import Chat, Made, Said
from app.desk.recorder import Recorded, Recorder, Report, deadlines
from app.desk.store import DeskStore
from app.desk.tables import Base, Conversation, Draft, Feedback, FollowUp, Message, Outcome
from app.errors import NotFoundError
from app.pipeline import Pipeline
from app.service import web
from app.shop.load import ShopData
from tests.desk.scene import NOW, agent, body, buyer, heard, later, report

T = TypeVar("T", bound=Base)
PLAN = {"at": later(7200).isoformat(), "what": "看照片"}


@pytest.fixture(scope="module")
def recorder(pipeline: Pipeline) -> Recorder:
    return web.recorder(pipeline.knowledge)


@pytest.fixture(scope="module")
def shop(pipeline: Pipeline) -> ShopData:
    return pipeline.shop("demo").counter.shop


def rows(store: DeskStore, model: type[T], *order: Any) -> Sequence[T]:
    with store.read() as session:
        return session.scalars(select(model).order_by(*order or (inspect(model).primary_key[0],))).all()


Write = Callable[..., Recorded]


@pytest.fixture
def write(store: DeskStore, recorder: Recorder, shop: ShopData) -> Write:
    """Give what writes an outcome and waits for it."""

    def call(told: Report, chat: Chat | None = None, said: Said | None = None, made: Made | None = None) -> Recorded:
        return store.write(recorder.outcome(told, chat=chat, said=said, made=made, shop=shop)).result()

    return call


def test_a_message_becomes_a_conversation_a_turn_and_a_draft(store: DeskStore, recorder: Recorder) -> None:
    chat = Chat("demo", "c-1", buyer="b-1", agent="小林", product="LS001", order={"status": "signed"})
    made, stale = heard(chat, buyer("坚果碎了", name="m-1"), "d-1", risk=[{"name": "差评", "why": "说要差评"}])
    store.write(recorder.chat(chat, chat.said[-1], made, stale)).result()
    (row,), (turn,), (draft,) = rows(store, Conversation), rows(store, Message), rows(store, Draft)
    assert (row.shop, row.key, row.source, row.buyer, row.agent) == ("demo", "c-1", "api", "b-1", "小林")
    assert (row.order, row.product, row.state, row.stage) == ({"status": "signed"}, "LS001", "open", "solve")
    assert (row.opened_at, row.last_at, row.waiting_since) == (NOW, NOW, NOW)
    assert (row.intent, row.confidence, row.anger, row.risk) == ("broken", 0.9, 1, ["说要差评"])
    assert (turn.conversation_id, turn.key, turn.role, turn.text) == (row.id, "m-1", "buyer", "坚果碎了")
    assert (turn.intent, turn.confidence, turn.anger, turn.draft_id) == ("broken", 0.9, 1, "d-1")
    assert (draft.id, draft.conversation_id, draft.message_id, draft.at) == ("d-1", row.id, turn.id, NOW)
    assert (draft.ranking, draft.intents, draft.causes) == ([["broken", 0.9]], ["broken"], ["damaged"])
    assert (draft.reply, draft.stale, draft.limit_s, draft.counts) == (made.body, False, 180, True)


def test_the_same_message_is_written_once(store: DeskStore, recorder: Recorder) -> None:
    chat = Chat("demo", "c-1")
    made, stale = heard(chat, buyer("在吗", name="m-1"), "d-1")
    for _ in range(2):
        store.write(recorder.chat(chat, chat.said[-1], made, stale)).result()
    assert [len(rows(store, model)) for model in (Conversation, Message, Draft)] == [1, 1, 1]


def test_a_burst_makes_the_drafts_before_it_stale(store: DeskStore, recorder: Recorder) -> None:
    chat = Chat("demo", "c-1")
    for at, text in enumerate(("在吗", "坚果碎了", "怎么办")):
        made, stale = heard(chat, buyer(text, later(at), f"m-{at}"), f"d-{at}")
        assert stale == ([f"d-{at - 1}"] if at else [])
        store.write(recorder.chat(chat, chat.said[-1], made, stale)).result()
    drafts = rows(store, Draft)
    assert [one.stale for one in drafts] == [True, True, False]
    assert [one.text for one in drafts] == ["在吗", "在吗\n坚果碎了", "在吗\n坚果碎了\n怎么办"]
    (row,) = rows(store, Conversation)
    assert (row.waiting_since, row.last_at) == (NOW, later(2))


def test_an_outcome_writes_the_turn_and_stops_the_clock(store: DeskStore, recorder: Recorder, write: Write) -> None:
    chat = Chat("demo", "c-1")
    made, stale = heard(chat, buyer("坚果碎了"), "d-1")
    store.note(recorder.chat(chat, chat.said[-1], made, stale))
    said = agent("拍张照给我，给您补发。", later(20), "standard")
    chat.answer(said, "d-1")
    done = write(report("d-1", at=later(20)), chat, said, made)
    (outcome,), (row,) = rows(store, Outcome), rows(store, Conversation)
    assert (outcome.id, outcome.draft_id, outcome.shop, outcome.style) == (done.outcome_id, "d-1", "demo", "standard")
    assert (outcome.outcome, outcome.agent, outcome.waited_s, outcome.in_time) == ("copied", "小林", 20, True)
    assert row.waiting_since is None
    turns = rows(store, Message)
    assert [(one.role, one.text, one.style, one.draft_id) for one in turns] == [
        ("buyer", "坚果碎了", "", "d-1"),
        ("agent", "拍张照给我，给您补发。", "standard", "d-1"),
    ]


@pytest.mark.parametrize(
    ("told", "in_time"),
    [
        (report("d-1", waited_s=180), True),
        (report("d-1", waited_s=181), False),
        (report("d-1", waited_s=181, counts=False), None),
        (report("d-1", waited_s=20, limit_s=None), None),
        (report("d-1", waited_s=None), None),
        (report("d-1", waited_s=20, outcome="rejected"), None),
    ],
)
def test_in_time_is_told_where_it_counts(store: DeskStore, write: Write, told: Report, in_time: bool | None) -> None:
    write(told, None, None, Made("demo", "", "在吗", body("d-1"), NOW))
    assert [one.in_time for one in rows(store, Outcome)] == [in_time]


def test_a_key_counts_once(store: DeskStore, write: Write) -> None:
    chat = Chat("demo", "c-1")
    made, _ = heard(chat, buyer("坚果碎了"), "d-1", follow_up=PLAN)
    told = report("d-1", key="k-1")
    first, again = (write(told, chat, agent("好", later(9), "standard"), made) for _ in range(2))
    assert (first.repeated, again.repeated) == (False, True)
    assert first.outcome_id == again.outcome_id
    assert first.follow_up is not None
    assert again.follow_up is not None
    assert first.follow_up.id == again.follow_up.id
    assert len(rows(store, Outcome)) == len(rows(store, FollowUp)) == 1
    assert write(report("d-1", key="k-2"), chat, None, made).outcome_id != first.outcome_id


def test_an_outcome_of_an_unknown_draft_leaves_nothing(store: DeskStore, write: Write) -> None:
    chat = Chat("demo", "c-1")
    chat.hear(buyer("在吗"))
    with pytest.raises(NotFoundError, match="d-none"):
        write(report("d-none"), chat, agent("在", style="short"))
    assert [rows(store, model) for model in (Conversation, Message, Outcome)] == [[], [], []]


def test_a_follow_up_is_noted_once_a_conversation(store: DeskStore, write: Write) -> None:
    first, second = Chat("demo", "c-1"), Chat("demo", "c-2")
    for chat in (first, second, first):  # two buyers wrote the same words, which are one draft
        made, _ = heard(chat, buyer("坚果碎了"), "d-1", follow_up=PLAN)
        done = write(report("d-1"), chat, agent("好", later(9), "standard"), made)
        assert done.follow_up is not None
        assert done.follow_up.due_at == later(7200)
    keys = {one.id: one.key for one in rows(store, Conversation)}
    noted = rows(store, FollowUp)
    assert [keys[one.conversation_id or 0] for one in noted] == ["c-1", "c-2"]
    assert {(one.what, one.kind, one.state, one.agent) for one in noted} == {("看照片", "follow_up", "open", "小林")}


def test_a_rejected_draft_plans_nothing(store: DeskStore, write: Write) -> None:
    made = Made("demo", "", "坚果碎了", body("d-1", follow_up=PLAN), NOW)
    assert write(report("d-1", outcome="rejected"), None, None, made).follow_up is None
    assert rows(store, FollowUp) == []


def test_deadlines_come_from_the_order(store: DeskStore, write: Write, shop: ShopData) -> None:
    paid = {"status": "unshipped", "paid_at": later(-3600).isoformat()}
    chat = Chat("demo", "c-1", order=paid)
    for order, count in ((paid, 1), (paid, 1), (paid | {"paid_at": NOW.isoformat()}, 2), ({"status": "shipped"}, 2)):
        chat.order = order
        made, _ = heard(chat, buyer("几点发货"), "d-1")
        write(report("d-1"), chat, agent("今天", style="short"), made)
        noted = rows(store, FollowUp)
        assert len(noted) == count
    hours = timedelta(hours=shop.facts.shipping.promise_hours)
    assert [one.due_at for one in noted] == [later(-3600) + hours, NOW + hours]
    assert all(one.kind == "deadline" and str(shop.facts.shipping.promise_hours) in one.what for one in noted)


@pytest.mark.parametrize(
    "order",
    [{}, {"status": "unshipped"}, {"status": "signed"}, {"status": "shipped", "paid_at": NOW.isoformat()}],
)
def test_no_deadline_without_its_facts(order: dict[str, Any], shop: ShopData) -> None:
    assert deadlines(order, shop) == []


def test_a_deadline_that_is_over_is_not_noted(store: DeskStore, write: Write) -> None:
    chat = Chat("demo", "c-1", order={"status": "signed", "signed_at": later(-90 * 86_400).isoformat()})
    made, _ = heard(chat, buyer("还能退吗"), "d-1")
    write(report("d-1"), chat, agent("过期了", style="short"), made)
    assert rows(store, FollowUp) == []


def test_a_corrected_intent_is_feedback_once(store: DeskStore, write: Write) -> None:
    made = Made("demo", "", "坚果碎了", body("d-1"), NOW)
    for chosen in ("wrong_item", "refund", "broken"):  # the last is what was heard
        write(report("d-1", intent=chosen), None, None, made)
    (row,) = rows(store, Feedback)
    assert (row.text, row.heard, row.confidence, row.chosen) == ("坚果碎了", "broken", 0.9, "refund")
    assert (row.source, row.state, row.agent, row.draft_id) == ("corrected", "open", "小林", "d-1")
    assert [one.intent for one in rows(store, Outcome)] == ["wrong_item", "refund", "broken"]


def test_what_nobody_understood_is_feedback_once(store: DeskStore, recorder: Recorder) -> None:
    for at in range(3):
        unknown = body(f"d-{at}", intents=[], ranking=[{"name": "broken", "confidence": 0.11}])
        store.note(recorder.draft(Made("demo", "", "蓝色的那种感觉", unknown, NOW)))
    store.write(recorder.feedback(Made("demo", "", "蓝色的那种感觉", unknown, NOW), "colour", "阿敏")).result()
    (row,) = rows(store, Feedback)
    assert (row.text, row.heard, row.confidence) == ("蓝色的那种感觉", "broken", 0.11)
    assert (row.chosen, row.source, row.agent) == ("colour", "corrected", "阿敏")


def test_what_was_decided_may_come_again(store: DeskStore, recorder: Recorder) -> None:
    made = Made("demo", "", "嗯哼", body("d-1", intents=[]), NOW)
    store.write(recorder.feedback(made, "", "")).result()

    def decide(session: Session) -> None:
        session.scalars(select(Feedback)).one().state = "rejected"

    store.write(decide).result()
    store.write(recorder.feedback(made, "", "")).result()
    assert [one.state for one in rows(store, Feedback)] == ["rejected", "open"]


def test_nul_reaches_no_column(store: DeskStore, recorder: Recorder) -> None:
    chat = Chat("demo", "c-1", buyer="b\0", order={"order_no": "1\0", "courier": "\0"})
    made, stale = heard(chat, buyer("在\0吗"), "d-1", drafts=[{"style": "standard", "text": "在的\0"}])
    store.write(recorder.chat(chat, chat.said[-1], made, stale)).result()
    assert [one.text for one in rows(store, Message)] == ["在\ufffd吗"]
