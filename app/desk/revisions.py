"""Keep every state of what a shop may change — scripts, facts, goods — to compare it and to bring it back."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk.tables import Revision
from app.errors import NotFoundError

FOUND = "改动前"
"""The note on a state that somebody else had left and that was kept before it was written over."""
_SHOWN = 50
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Change:
    """What is written of one change; `before` is what stood there, None where nobody looked."""

    shop: str
    kind: str
    name: str
    text: str
    at: datetime
    agent: str = ""
    note: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison; `sign` is +, -, a blank, or … where equal lines were left out."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One state with what it changed."""

    id: int
    kind: str
    name: str
    at: datetime
    agent: str
    note: str
    lines: tuple[Line, ...]
    added: int
    removed: int


def record(*changes: Change) -> Callable[[Session], None]:
    """Give the job that writes changes down; a state that history has not seen is kept before the change."""

    def job(session: Session) -> None:
        for one in changes:
            last = _latest(session, one.shop, one.kind, one.name)
            if one.before and (last is None or last.text != one.before):
                session.add(
                    Revision(shop=one.shop, kind=one.kind, name=one.name, text=one.before, at=one.at, note=FOUND)
                )
                session.flush()
            session.add(
                Revision(
                    shop=one.shop, kind=one.kind, name=one.name, text=one.text,
                    at=one.at, agent=one.agent, note=one.note,
                )
            )  # fmt: skip

    return job


def history(session: Session, shop: str, kinds: Sequence[str], name: str = "") -> list[Entry]:
    """List the changes of one kind or several, the latest first, each compared with the state before it."""
    wanted = select(Revision).where(Revision.shop == shop, Revision.kind.in_(kinds))
    if name:
        wanted = wanted.where(Revision.name == name)
    rows = session.scalars(wanted.order_by(Revision.id.desc()).limit(_SHOWN + 1)).all()
    return [_entry(row, _before(session, row, rows[at + 1 :])) for at, row in enumerate(rows[:_SHOWN])]


def find(session: Session, shop: str, number: int) -> Revision:
    """Give one state; raise NotFoundError where the shop has no such one."""
    row = session.get(Revision, number)
    if row is None or row.shop != shop:
        raise NotFoundError("unknown_revision", f"没有第 {number} 号历史记录，请刷新历史再选", "revision")
    return row


def compare(before: str, after: str) -> tuple[Line, ...]:
    """Compare two texts by lines; what is equal is shown only around a change."""
    lines: list[Line] = []
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for at, group in enumerate(matcher.get_grouped_opcodes(_AROUND)):
        if at:
            lines.append(Line("…", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                lines += [Line(" ", text) for text in old[old_from:old_to]]
                continue
            lines += [Line("-", text) for text in old[old_from:old_to]]
            lines += [Line("+", text) for text in new[new_from:new_to]]
    return tuple(lines)


def _latest(session: Session, shop: str, kind: str, name: str) -> Revision | None:
    wanted = select(Revision).where(Revision.shop == shop, Revision.kind == kind, Revision.name == name)
    return session.scalars(wanted.order_by(Revision.id.desc()).limit(1)).first()


def _before(session: Session, row: Revision, older: Sequence[Revision]) -> str:
    """Give the text of the state before `row`, from the rows at hand where it is among them."""
    for one in older:
        if (one.kind, one.name) == (row.kind, row.name):
            return one.text
    wanted = select(Revision.text).where(
        Revision.shop == row.shop, Revision.kind == row.kind, Revision.name == row.name, Revision.id < row.id
    )
    return session.scalars(wanted.order_by(Revision.id.desc()).limit(1)).first() or ""


def _entry(row: Revision, before: str) -> Entry:
    lines = compare(before, row.text) if row.note != FOUND else ()
    added, removed = (sum(line.sign == sign for line in lines) for sign in "+-")
    return Entry(row.id, row.kind, row.name, row.at, row.agent, row.note, lines, added, removed)
