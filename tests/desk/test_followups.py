"""Follow-ups: when they are due, and what becomes of them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.desk import followups
from app.desk.followups import Item
from app.desk.store import DeskStore
from app.desk.tables import Conversation
from app.errors import NotFoundError, RequestError

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in the morning at the shop


def add(store: DeskStore, due: datetime, what: str = "催件", **more: str) -> Item:
    def job(session: Session) -> Item:
        return followups.add(session, shop=more.pop("shop", "demo"), what=what, due_at=due, now=NOW, **more)  # type: ignore[arg-type]

    return store.write(job).result()


def groups(store: DeskStore, **asked: object) -> dict[str, list[str]]:
    with store.read() as session:
        board = followups.board(session, "demo", NOW, ZONE, **asked)  # type: ignore[arg-type]
    return {name: [item.what for item in getattr(board, name)] for name in ("overdue", "due", "today", "later", "done")}


def count(store: DeskStore, shop: str = "demo") -> int:
    with store.read() as session:
        return followups.due_count(session, shop, NOW)


def test_sorts_by_when_they_are_due(store: DeskStore) -> None:
    add(store, NOW - timedelta(hours=3), "晚了")
    add(store, NOW - timedelta(minutes=1), "时限刚过", kind="deadline")
    add(store, NOW, "到点")
    add(store, NOW - followups.GRACE, "到点一小时")
    add(store, NOW + timedelta(seconds=1), "马上")
    add(store, datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "今天末")
    add(store, datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "明天零点")
    add(store, NOW, "别家的", shop="other")
    assert groups(store) == {
        "overdue": ["晚了", "时限刚过"],
        "due": ["到点一小时", "到点"],
        "today": ["马上", "今天末"],
        "later": ["明天零点"],
        "done": [],
    }
    assert (count(store), count(store, "other"), count(store, "nobody")) == (4, 1, 0)


def test_filters_by_agent_and_kind(store: DeskStore) -> None:
    add(store, NOW, "小林的", agent="小林")
    add(store, NOW, "小周的时限", agent="小周", kind="deadline")
    assert groups(store, agent="小林")["due"] == ["小林的"]
    assert groups(store, kind="deadline")["overdue"] == ["小周的时限"]
    with store.read() as session:
        assert followups.agents(session, "demo") == ["小周", "小林"]


def test_done_leaves_the_board_and_can_be_taken_up_again(store: DeskStore) -> None:
    item = add(store, NOW)
    done = store.write(lambda one: followups.finish(one, "demo", item.id, agent="小林", now=NOW)).result()
    assert (done.state, done.done_by, done.done_at) == ("done", "小林", NOW)
    again = store.write(
        lambda one: followups.finish(one, "demo", item.id, agent="小周", now=NOW + timedelta(hours=1))
    ).result()
    assert (again.done_by, again.done_at) == ("小林", NOW)
    assert count(store) == 0
    assert groups(store, done=True)["done"] == ["催件"]
    store.write(lambda one: followups.reopen(one, "demo", item.id)).result()
    assert groups(store, done=True) == {"overdue": [], "due": ["催件"], "today": [], "later": [], "done": []}


def test_giving_up_needs_a_reason(store: DeskStore) -> None:
    item = add(store, NOW)
    with pytest.raises(RequestError) as refused:
        store.write(lambda one: followups.drop(one, "demo", item.id, agent="小林", now=NOW, note="  ")).result()
    assert (refused.value.code, refused.value.field) == ("empty_text", "note")
    dropped = store.write(
        lambda one: followups.drop(one, "demo", item.id, agent="小林", now=NOW, note=" 买家退款了 ")
    ).result()
    assert (dropped.state, dropped.note) == ("dropped", "买家退款了")


def test_putting_off_moves_only_what_is_open_and_only_ahead(store: DeskStore) -> None:
    item = add(store, NOW)
    until = followups.delayed("30m", NOW, ZONE)
    moved = store.write(lambda one: followups.snooze(one, "demo", item.id, until, now=NOW)).result()
    assert moved.due_at == NOW + timedelta(minutes=30)
    with pytest.raises(RequestError, match="已经过了"):
        store.write(lambda one: followups.snooze(one, "demo", item.id, NOW, now=NOW)).result()
    store.write(lambda one: followups.finish(one, "demo", item.id, agent="", now=NOW)).result()
    with pytest.raises(RequestError, match="重新打开"):
        store.write(lambda one: followups.snooze(one, "demo", item.id, until, now=NOW)).result()


def test_tomorrow_is_nine_in_the_shops_zone() -> None:
    late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # already the 23rd at the shop
    assert followups.delayed("tomorrow", late, ZONE) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert followups.delayed("2h", late, ZONE) == late + timedelta(hours=2)


def test_one_added_by_hand_may_name_a_conversation(store: DeskStore) -> None:
    store.write(
        lambda one: one.add(Conversation(shop="demo", key="会话/1", buyer="小明", opened_at=NOW, last_at=NOW, risk=[]))
    ).result()
    assert (add(store, NOW, conversation="会话/1").buyer, add(store, NOW).conversation) == ("小明", "")
    with pytest.raises(NotFoundError, match="没有会话「没有」"):
        add(store, NOW, conversation="没有")


@pytest.mark.parametrize("what", ["", "  \n", "长" * 301])
def test_one_that_says_nothing_or_too_much_is_refused(store: DeskStore, what: str) -> None:
    with pytest.raises(RequestError) as refused:
        add(store, NOW, what)
    assert refused.value.field == "what"


def test_another_shops_follow_up_does_not_exist(store: DeskStore) -> None:
    item = add(store, NOW, shop="other")
    with pytest.raises(NotFoundError):
        store.write(lambda one: followups.finish(one, "demo", item.id, agent="", now=NOW)).result()
    with store.read() as session, pytest.raises(NotFoundError):
        followups.get(session, "demo", item.id)
