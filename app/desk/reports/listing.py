"""The messages behind a figure: a filter over the very rows that it was counted from, and the words of those left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk.reports.rows import Asked
from app.desk.reports.scope import CLASSES, NOBODY
from app.desk.reports.tables import Where
from app.desk.tables import Conversation, Draft, Outcome
from app.errors import RequestError

ANY = "any"
CHOICES: Mapping[str, Mapping[str, str]] = {
    "outcome": {
        "used": "用了",
        "accepted": "直接用",
        "edited": "改了用",
        "rejected": "不合用",
        "none": "没处理",
    },
    "in_time": {"kept": "按时", "missed": "超时", "uncounted": "不计时"},
}
"""Filters of fixed values → value → what it is called."""
FILTERS = ("intent", "hour", "day", "outcome", "agent", "in_time", "cause", "courier", "product", "unsold")
"""What a list of messages may be asked for; `conversation`, by the store's number, beside them."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the list shows it, with what was answered."""

    asked: Asked
    text: str
    reply: str
    """The words that went out; empty where nothing of ours did."""
    style: str
    confidence: float
    platform: str
    conversation: str
    buyer: str


def chosen(rows: Iterable[Asked], where: Where) -> list[Asked]:
    """Keep the rows that every filter lets pass; raise RequestError where a filter cannot be read."""
    tests = [_test(name, values) for name, values in where.items() if values]
    return [row for row in rows if all(test(row) for test in tests)]


def _test(name: str, values: Sequence[str]) -> Callable[[Asked], bool]:
    wanted = frozenset(values)
    if name in CHOICES and not wanted <= CHOICES[name].keys():
        raise RequestError("bad_filter", f"{name} 可写：{'、'.join(CHOICES[name])}", name)
    if name == "outcome" and "used" in wanted:
        wanted |= {"accepted", "edited"}
    if name == "cause":
        return _cause(wanted)
    if name == "unsold":
        return lambda row: bool(row.unsold) and (ANY in wanted or row.unsold in wanted)
    if name == "agent":
        return lambda row: (row.agent or NOBODY) in wanted
    plain: dict[str, Callable[[Asked], Any]] = {
        "intent": lambda row: row.intent,
        "outcome": lambda row: row.outcome,
        "in_time": lambda row: row.clock,
        "courier": lambda row: row.courier,
        "product": lambda row: row.product,
        "hour": lambda row: row.hour,
        "day": lambda row: row.day,
        "conversation": lambda row: row.conversation,
    }
    if name not in plain:
        raise RequestError("bad_filter", f"不能按「{name[:20]}」筛选，可用：{'、'.join(FILTERS)}", name)
    readers: dict[str, Callable[[str], Any]] = {"hour": _hour, "day": _day, "conversation": int}
    take, read = plain[name], readers.get(name, str)
    exact = frozenset(read(value) for value in wanted)
    return lambda row: take(row) in exact


def _cause(wanted: frozenset[str]) -> Callable[[Asked], bool]:
    if ANY in wanted:
        return lambda row: bool(row.causes)
    groups, causes = wanted & set(CLASSES), wanted - set(CLASSES)
    return lambda row: not groups.isdisjoint(row.classes) or not causes.isdisjoint(row.causes)


def _hour(value: str) -> int:
    if not value.isdecimal() or int(value) > 23:
        raise RequestError("bad_filter", f"hour 写 0 到 23，现在是「{value[:20]}」", "hour")
    return int(value)


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise RequestError("bad_filter", f"day 写成 2026-11-01，现在是「{value[:20]}」", "day") from error


def lines(session: Session, rows: Sequence[Asked]) -> list[Line]:
    """Read the words of some messages and of their answers, in the order of `rows`."""
    found: dict[str, tuple[Any, ...]] = {}
    outcomes: dict[str, list[Any]] = {}
    for at in range(0, len(rows), _BATCH):  # databases allow only so many values in one question
        ids = [row.id for row in rows[at : at + _BATCH]]
        drafts = (
            select(
                Draft.id,
                Draft.text,
                Draft.reply,
                Draft.confidence,
                Draft.platform,
                Conversation.key,
                Conversation.buyer,
            )
            .outerjoin(Conversation, Draft.conversation_id == Conversation.id)
            .where(Draft.id.in_(ids))
        )
        found |= {row[0]: tuple(row[1:]) for row in session.execute(drafts)}
        told = select(Outcome).where(Outcome.draft_id.in_(ids)).order_by(Outcome.id)
        for outcome in session.scalars(told):
            outcomes.setdefault(outcome.draft_id, []).append(outcome)
    return [_line(row, found[row.id], outcomes.get(row.id, [])) for row in rows if row.id in found]


def _line(row: Asked, known: tuple[Any, ...], outcomes: Sequence[Any]) -> Line:
    text, body, confidence, platform, key, buyer = known
    used = [one for one in outcomes if one.outcome != "rejected"]
    last = used[-1] if used else None
    style = last.style if last else ""
    given = next((one["text"] for one in body.get("drafts", []) if one.get("style") == style), "")
    return Line(
        row, text, (last.text or given) if last else "", style, confidence, platform or "", key or "", buyer or ""
    )
