"""Keep what somebody has to come back to: due, put off, done or dropped; deadlines of after-sales cases beside them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.desk.tables import Conversation, Draft, FollowUp
from app.errors import NotFoundError, RequestError

Kind = Literal["follow_up", "deadline"]
Delay = Literal["30m", "2h", "tomorrow"]
GRACE = timedelta(hours=1)
"""How long a reminder is merely due before it is overdue; a deadline is overdue at once."""
_MORNING = time(9)
_LONGEST_WHAT, _LONGEST_NOTE = 300, 300
_SHOWN_OPEN, _SHOWN_DONE = 500, 200


@dataclass(frozen=True, slots=True)
class Item:
    """One follow-up with the conversation and the message that it came from."""

    id: int
    what: str
    kind: str
    state: str
    due_at: datetime
    created_at: datetime
    agent: str
    done_at: datetime | None
    done_by: str
    note: str
    conversation: str
    """The client's name of the conversation; empty where there is none."""
    buyer: str
    draft_id: str
    said: str
    """What the buyer wrote when it was noted."""
    intent: str


@dataclass(frozen=True, slots=True)
class Board:
    """Open follow-ups by when they are due, soonest first, and closed ones, latest first."""

    overdue: tuple[Item, ...]
    due: tuple[Item, ...]
    today: tuple[Item, ...]
    later: tuple[Item, ...]
    done: tuple[Item, ...]

    @property
    def open(self) -> tuple[Item, ...]:
        return self.overdue + self.due + self.today + self.later


def due_count(session: Session, shop: str, now: datetime) -> int:
    """Count the open follow-ups whose time has come."""
    counted = select(func.count()).where(FollowUp.shop == shop, FollowUp.state == "open", FollowUp.due_at <= now)
    return session.scalar(counted) or 0


def board(
    session: Session, shop: str, now: datetime, zone: tzinfo, *, agent: str = "", kind: str = "", done: bool = False
) -> Board:
    """Sort a shop's follow-ups, of one agent or kind where named; closed ones only where `done` asks for them."""
    asked = _items().where(FollowUp.shop == shop)
    if agent:
        asked = asked.where(FollowUp.agent == agent)
    if kind:
        asked = asked.where(FollowUp.kind == kind)
    opened = asked.where(FollowUp.state == "open").order_by(FollowUp.due_at, FollowUp.id)
    items = [_item(row) for row in session.execute(opened.limit(_SHOWN_OPEN))]
    closed: list[Item] = []
    if done:
        ended = asked.where(FollowUp.state != "open").order_by(FollowUp.done_at.desc(), FollowUp.id.desc())
        closed = [_item(row) for row in session.execute(ended.limit(_SHOWN_DONE))]
    groups: dict[str, list[Item]] = {"overdue": [], "due": [], "today": [], "later": []}
    for item in items:
        groups[when(item, now, zone)].append(item)
    overdue, due, today, later = map(tuple, groups.values())
    return Board(overdue, due, today, later, tuple(closed))


def due_between(session: Session, shop: str, start: datetime, end: datetime, *, agent: str = "") -> list[Item]:
    """List all follow-ups, closed ones too, that are or were due in a time, soonest first."""
    asked = _items().where(FollowUp.shop == shop, FollowUp.due_at >= start, FollowUp.due_at < end)
    if agent:
        asked = asked.where(FollowUp.agent == agent)
    return [_item(row) for row in session.execute(asked.order_by(FollowUp.due_at, FollowUp.id))]


def when(item: Item, now: datetime, zone: tzinfo) -> str:
    """Tell which group an open follow-up belongs to."""
    if item.due_at <= now:
        return "overdue" if item.kind == "deadline" or now - item.due_at > GRACE else "due"
    return "today" if item.due_at.astimezone(zone).date() == now.astimezone(zone).date() else "later"


def agents(session: Session, shop: str) -> list[str]:
    """List who has follow-ups."""
    found = session.scalars(select(FollowUp.agent).where(FollowUp.shop == shop, FollowUp.agent != "").distinct())
    return sorted(found)


def get(session: Session, shop: str, number: int) -> Item:
    """Give one follow-up; raise NotFoundError where the shop has none of that number."""
    row = session.execute(_items().where(FollowUp.shop == shop, FollowUp.id == number)).first()
    if row is None:
        raise _missing(number)
    return _item(row)


def add(
    session: Session,
    *,
    shop: str,
    what: str,
    due_at: datetime,
    now: datetime,
    kind: Kind = "follow_up",
    agent: str = "",
    conversation: str = "",
) -> Item:
    """Note a follow-up by hand; raise RequestError where it says nothing or names no conversation of the shop."""
    words = what.strip()
    if not words:
        raise RequestError("empty_text", "跟进什么还没写，写一句要做的事", "what")
    if len(words) > _LONGEST_WHAT:
        raise RequestError("text_too_long", f"跟进内容有 {len(words)} 字，最多 {_LONGEST_WHAT} 字", "what")
    known = select(Conversation.id).where(Conversation.shop == shop, Conversation.key == conversation)
    found = session.scalar(known) if conversation else None
    if conversation and found is None:
        raise NotFoundError("unknown_conversation", f"没有会话「{conversation[:40]}」，留空也行", "conversation_id")
    entry = FollowUp(
        shop=shop, conversation_id=found, due_at=due_at, what=words, kind=kind, agent=agent, created_at=now
    )
    session.add(entry)
    session.flush()
    return get(session, shop, entry.id)


def finish(session: Session, shop: str, number: int, *, agent: str, now: datetime, note: str = "") -> Item:
    """Close a follow-up as done; closing it twice changes nothing."""
    return _close(session, shop, number, "done", agent=agent, now=now, note=note)


def drop(session: Session, shop: str, number: int, *, agent: str, now: datetime, note: str) -> Item:
    """Give a follow-up up; the note says why."""
    if not note.strip():
        raise RequestError("empty_text", "不跟了要写一句为什么", "note")
    return _close(session, shop, number, "dropped", agent=agent, now=now, note=note)


def reopen(session: Session, shop: str, number: int) -> Item:
    """Take a closed follow-up up again."""
    entry = _entry(session, shop, number)
    entry.state, entry.done_at, entry.done_by = "open", None, ""
    session.flush()
    return get(session, shop, number)


def snooze(session: Session, shop: str, number: int, until: datetime, *, now: datetime) -> Item:
    """Put an open follow-up off; raise RequestError where it is closed or the time has passed."""
    entry = _entry(session, shop, number)
    if entry.state != "open":
        raise RequestError("closed", "这件已经了结，先点“重新打开”再推迟", "action")
    if until <= now:
        raise RequestError("past_time", "推迟到的时间已经过了，选一个以后的时间", "until")
    entry.due_at = until
    session.flush()
    return get(session, shop, number)


def delayed(delay: Delay, now: datetime, zone: tzinfo) -> datetime:
    """Give the moment that a delay from now means: tomorrow is nine in the morning in the shop's zone."""
    if delay == "tomorrow":
        day = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(day, _MORNING, tzinfo=zone)
    return now + (timedelta(minutes=30) if delay == "30m" else timedelta(hours=2))


def _close(session: Session, shop: str, number: int, state: str, *, agent: str, now: datetime, note: str) -> Item:
    entry = _entry(session, shop, number)
    if len(note) > _LONGEST_NOTE:
        raise RequestError("text_too_long", f"备注有 {len(note)} 字，最多 {_LONGEST_NOTE} 字", "note")
    if entry.state != state:
        entry.state, entry.done_at, entry.done_by = state, now, agent
    entry.note = note.strip() or entry.note
    session.flush()
    return get(session, shop, number)


def _entry(session: Session, shop: str, number: int) -> FollowUp:
    entry = session.get(FollowUp, number)
    if entry is None or entry.shop != shop:
        raise _missing(number)
    return entry


def _missing(number: int) -> NotFoundError:
    return NotFoundError("unknown_follow_up", f"没有第 {number} 号跟进，刷新页面再看", "id")


_COLUMNS = (
    FollowUp.id,
    FollowUp.what,
    FollowUp.kind,
    FollowUp.state,
    FollowUp.due_at,
    FollowUp.created_at,
    FollowUp.agent,
    FollowUp.done_at,
    FollowUp.done_by,
    FollowUp.note,
    Conversation.key,
    Conversation.buyer,
    FollowUp.draft_id,
    Draft.text,
    Draft.intent,
)


def _items() -> Any:
    return (
        select(*_COLUMNS)
        .outerjoin(Conversation, FollowUp.conversation_id == Conversation.id)
        .outerjoin(Draft, FollowUp.draft_id == Draft.id)
    )


def _item(row: Row[Any]) -> Item:
    names = [column.key for column in _COLUMNS[:10]]
    own, (key, buyer, draft, said, intent) = list(row)[:10], list(row)[10:]
    return Item(
        **dict(zip(names, own, strict=True)),
        conversation=key or "",
        buyer=buyer or "",
        draft_id=draft or "",
        said=said or "",
        intent=intent or "",
    )
