"""The lead's figures of some days: how much was asked, how soon answered, what became of the drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk.reports.complaints import causes, classes, couriers, products
from app.desk.reports.rows import Asked, asked
from app.desk.reports.scope import NOBODY, Names, Scope
from app.desk.reports.tables import REST, UNNAMED, Cell, Column, Table, Tally, Where, share, tallies, total
from app.desk.reports.unsold import unsold, with_unsold
from app.desk.tables import FollowUp

TOP = 15
"""Intents that have a bar of their own."""


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of one scope."""

    total: Tally
    open: int
    """Follow-ups that wait, whatever the days."""
    overdue: int
    unsold: int
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table | None:
        return next((one for one in self.tables if one.name == name), None)


def read(session: Session, scope: Scope, names: Names, now: datetime, *, text: str = "") -> list[Asked]:
    """Give the messages of a scope with all that the reports count, newest first."""
    return with_unsold(session, asked(session, scope, names, now, text=text), scope, names, now)


def report(session: Session, scope: Scope, names: Names, now: datetime) -> Report:
    """Work out every figure of a scope."""
    rows = read(session, scope, names, now)
    waiting, overdue = _follow_ups(session, scope, now)
    by_intent = tallies(rows, "intent")
    return Report(
        total(by_intent.values()),
        waiting,
        overdue,
        sum(bool(row.unsold) for row in rows),
        (
            intents(by_intent, len(rows), names),
            hours(rows),
            days(rows, scope),
            outcomes(by_intent, names),
            by_agent(rows),
            classes(rows, names),
            causes(rows, names),
            couriers(rows),
            products(rows, names),
            unsold(rows),
        ),
    )


def _follow_ups(session: Session, scope: Scope, now: datetime) -> tuple[int, int]:
    waiting = select(func.count()).where(FollowUp.shop == scope.shop, FollowUp.state == "open")
    if scope.agent:
        waiting = waiting.where(FollowUp.agent == ("" if scope.agent == NOBODY else scope.agent))
    return session.scalar(waiting) or 0, session.scalar(waiting.where(FollowUp.due_at <= now)) or 0


def intents(counted: Mapping[str, Tally], whole: int, names: Names) -> Table:
    """Count messages by intent, the rarer ones together at the end."""
    lines = [
        _line(names.intent(name), tally, {"intent": (name,)}, whole) for name, tally in list(counted.items())[:TOP]
    ]
    rest = dict(list(counted.items())[TOP:])
    if rest:
        lines.append(_line(REST, total(rest.values()), {"intent": tuple(rest)}, whole))
    columns = (Column("意图", "text"), Column("消息"), Column("占比", "share"), *_CLOCK)
    return Table("intents", "问什么", columns, tuple(lines))


_CLOCK = (Column("按时"), Column("超时"), Column("不计时"))
_OUTCOMES = (Column("直接用"), Column("改了用"), Column("不合用"), Column("没处理"), Column("采用率", "share"))


def _line(title: str, tally: Tally, where: Where, whole: int) -> tuple[Cell, ...]:
    return Cell(title), Cell(tally.total, where), Cell(share(tally.total, whole)), *_clock(tally, where)


def _clock(tally: Tally, where: Where) -> tuple[Cell, ...]:
    return tuple(Cell(getattr(tally, name), {**where, "in_time": (name,)}) for name in ("kept", "missed", "uncounted"))


def _outcome(tally: Tally, where: Where) -> tuple[Cell, ...]:
    counts = tuple(
        Cell(getattr(tally, name), {**where, "outcome": (name,)}) for name in ("accepted", "edited", "rejected", "none")
    )
    return *counts, Cell(tally.acceptance)


def hours(rows: Sequence[Asked]) -> Table:
    """Count messages by the hour of the day, all 24."""
    counted = tallies(rows, "hour")
    lines = []
    for hour in range(24):
        tally, where = counted.get(hour, Tally()), {"hour": (str(hour),)}
        lines.append((Cell(f"{hour:02}:00"), Cell(tally.total, where), *_clock(tally, where)))
    return Table("hours", "什么时候问", (Column("钟点", "text"), Column("消息"), *_CLOCK), tuple(lines))


def days(rows: Sequence[Asked], scope: Scope) -> Table:
    """Count how the platform's clock was kept, day by day."""
    counted = tallies(rows, "day")
    lines = []
    for day in scope.period.days:
        tally, where = counted.get(day, Tally()), {"day": (day.isoformat(),)}
        lines.append(
            (
                Cell(day.isoformat()),
                Cell(tally.total, where),
                *_clock(tally, where),
                Cell(tally.kept_share),
                Cell(tally.wait(0.5)),
                Cell(tally.wait(0.9)),
            )
        )
    columns = (Column("日期", "text"), Column("消息"), *_CLOCK, Column("按时率", "share"), *_WAITS)
    return Table("days", "每天回得及时吗", columns, tuple(lines))


_WAITS = (Column("等待中位", "seconds"), Column("九成等待", "seconds"))


def outcomes(counted: Mapping[str, Tally], names: Names) -> Table:
    """Count what became of the drafts of every intent."""
    lines = []
    for name, tally in counted.items():
        where = {"intent": (name,)}
        lines.append((Cell(names.intent(name)), Cell(tally.total, where), *_outcome(tally, where)))
    columns = (Column("意图", "text"), Column("出稿"), *_OUTCOMES)
    return Table("outcomes", "草稿用没用上（按意图）", columns, tuple(lines))


def by_agent(rows: Sequence[Asked]) -> Table:
    """Count what every agent did with the drafts, and how soon."""
    lines = []
    for name, tally in tallies(rows, "agent").items():
        where = {"agent": (name or NOBODY,)}
        lines.append(
            (
                Cell(name or UNNAMED),
                Cell(tally.total, where),
                *_outcome(tally, where),
                *_clock(tally, where)[:2],
                Cell(tally.kept_share),
                Cell(tally.wait(0.5)),
            )
        )
    columns = (
        Column("客服", "text"),
        Column("出稿"),
        *_OUTCOMES,
        *_CLOCK[:2],
        Column("按时率", "share"),
        Column("等待中位", "seconds"),
    )
    return Table("agents", "草稿用没用上（按客服）", columns, tuple(lines))
