"""Messages that nobody understood or that an agent corrected: list them by likeness, and note what became of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk.tables import Feedback
from app.desk.training.likeness import groups
from app.errors import RequestError
from app.records import Utterance
from app.understand.features import Vectoriser

MOST = 400
"""So many open messages are shown at a time, the newest ones."""


@dataclass(frozen=True, slots=True)
class Said:
    """One wording with the entries that hold it; `chosen` is what an agent said it means, "" where nobody did."""

    ids: tuple[int, ...]
    text: str
    heard: str
    confidence: float
    chosen: str
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries there are by state; `corrected` counts the open ones that an agent corrected."""

    open: int
    corrected: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Before:
    """An entry as it was before a decision."""

    id: int
    chosen: str


def open_messages(session: Session, shop: str, bare: Callable[[str], str], *, most: int = MOST) -> list[Said]:
    """List the open messages, oldest first; those that differ only in marks and spaces are one."""
    wanted = select(Feedback).where(Feedback.shop == shop, Feedback.state == "open")
    rows = session.scalars(wanted.order_by(Feedback.at.desc(), Feedback.id.desc()).limit(most)).all()
    together: dict[str, list[Feedback]] = {}
    for row in reversed(rows):
        together.setdefault(bare(row.text) or row.text, []).append(row)
    return [_said(same) for same in together.values()]


def _said(rows: Sequence[Feedback]) -> Said:
    last = rows[-1]
    told = next((row for row in reversed(rows) if row.chosen), last)
    ids = tuple(row.id for row in rows)
    return Said(ids, last.text, last.heard, last.confidence, told.chosen, told.agent, last.at)


def by_likeness(
    said: Sequence[Said], read: Callable[[str], Utterance], vectoriser: Vectoriser
) -> list[tuple[Said, ...]]:
    """Group messages that are like one another, the largest groups first, neighbours by what was heard."""
    found = [tuple(said[at] for at in members) for members in groups([one.text for one in said], read, vectoriser)]
    return sorted(found, key=lambda group: (-sum(len(one.ids) for one in group), group[0].heard, group[0].ids))


def tally(session: Session, shop: str) -> Tally:
    """Count the entries of a shop."""
    counted = select(Feedback.state, func.count()).where(Feedback.shop == shop).group_by(Feedback.state)
    states = dict(session.execute(counted).all())
    told = select(func.count()).where(Feedback.shop == shop, Feedback.state == "open", Feedback.source == "corrected")
    return Tally(states.get("open", 0), session.scalar(told) or 0, states.get("accepted", 0), states.get("rejected", 0))


def find_open(session: Session, shop: str, ids: Sequence[int]) -> list[Feedback]:
    """Give the entries that are still open; raise RequestError where none of them is."""
    wanted = select(Feedback).where(Feedback.id.in_(ids), Feedback.shop == shop, Feedback.state == "open")
    rows = list(session.scalars(wanted.order_by(Feedback.id)))
    if not rows:
        raise RequestError("decided_already", "这句别人刚处理过，刷新一下再看", "ids")
    return rows


def decide(
    shop: str, ids: Sequence[int], *, state: str, intent: str, at: datetime
) -> Callable[[Session], tuple[Before, ...]]:
    """Give the job that closes open entries as accepted into `intent`, or as rejected."""

    def job(session: Session) -> tuple[Before, ...]:
        rows = find_open(session, shop, ids)
        before = tuple(Before(row.id, row.chosen) for row in rows)
        for row in rows:
            row.state, row.decided_at = state, at
            if state == "accepted":
                row.chosen = intent
        return before

    return job


def reopen(before: Iterable[Before]) -> Callable[[Session], int]:
    """Give the job that opens entries again as they were, and counts them."""

    def job(session: Session) -> int:
        count = 0
        for one in before:
            row = session.get(Feedback, one.id)
            if row is not None and row.state != "open":
                row.state, row.chosen, row.decided_at = "open", one.chosen, None
                count += 1
        return count

    return job


def accepted_since(session: Session, since: datetime | None, *, most: int = MOST) -> list[tuple[str, str]]:
    """Give messages of all shops accepted after `since`, with the intent they went into, the newest first."""
    wanted = select(Feedback.text, Feedback.chosen).where(Feedback.state == "accepted")
    if since is not None:
        wanted = wanted.where(Feedback.decided_at > since)
    found = session.execute(wanted.order_by(Feedback.decided_at.desc(), Feedback.id.desc()).limit(most))
    return [(text, chosen) for text, chosen in found]
