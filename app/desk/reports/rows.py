"""Read what the reports count: one row for each run of buyer messages, with what became of its draft and of its clock.

Everything is worked out in Python from plain columns, so that SQLite and PostgreSQL give the same figures, and a list
of messages is filtered from the very rows that its figure was counted from. Moments are seconds since 1970 here: a
page may count a hundred thousand messages.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.desk.reports.scope import NOBODY, Names, Scope
from app.desk.tables import Conversation, Draft, Message, Outcome

_RANK = {"": 0, "rejected": 1, "copied": 2, "sent": 3, "edited": 4}
_ANSWERED = _RANK["copied"]
_NAMED = {"": "none", "rejected": "rejected", "copied": "accepted", "sent": "accepted", "edited": "edited"}
_LATE, _LATER = timedelta(days=1), timedelta(days=30)
"""How long after the period an agent's own answer, and word of what became of a draft, is still looked for."""
_BATCH = 2_000
_STEP = 900
"""Every zone is off by a whole number of these seconds."""


class Asked(NamedTuple):
    """One run of buyer messages; a named tuple, as there may be very many."""

    id: str
    second: int
    """When it was drafted, since 1970."""
    day: date
    hour: int
    intent: str
    outcome: str
    """accepted, edited, rejected or none."""
    clock: str
    """kept, missed, or uncounted where the platform does not count it or the time still runs."""
    waited: int | None
    """Seconds from the buyer's words to the answer; None where there was none."""
    agent: str
    causes: tuple[str, ...]
    classes: tuple[str, ...]
    courier: str
    product: str
    conversation: int | None
    unsold: str
    """Why the buyer of this conversation did not buy; only on the last message of one that ended so."""
    negative: bool
    """Whether a complaint was heard."""

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.second, UTC)


class _Used(NamedTuple):
    """The best that became of a draft: edited before sent, sent before copied, any of them before rejected."""

    outcome: str
    agent: str
    waited: int | None
    in_time: bool | None


_NOTHING = _Used("", "", None, None)


def asked(session: Session, scope: Scope, names: Names, now: datetime, *, text: str = "") -> list[Asked]:
    """Give the messages of a scope, newest first; `text` keeps those whose words hold it."""
    read = session.connection().execute
    used = _used(_flowing(read(_outcomes(scope))))
    heard_in, classes_of = _Heard(), _Classes(names)
    typed = _typed(read(_answers(scope)))
    when, ends = _Calendar(scope.period.zone), now.timestamp()
    found: dict[object, Asked] = {}
    ranks: dict[object, int] = {}
    for row in _flowing(read(_drafts(scope, text))):
        id_, second, intent, product, courier, waited, limit, counts, conversation, minder, stale, message, said = row
        best = used.get(id_, _NOTHING)
        rank = _RANK[best.outcome]
        if stale and not rank:
            continue  # a newer draft took its place before anybody judged it
        name = message if message is not None else id_
        if ranks.get(name, -1) >= rank:
            continue  # one message drafted several times counts once
        ranks[name] = rank
        found.pop(name, None)  # so that the list stays in the order of time
        wait = best.waited
        if rank < _ANSWERED:
            wait = None if stale else _typed_wait(typed.get(conversation, ()), second, waited)
        heard = heard_in[said]
        day, hour = when[second // _STEP]
        found[name] = Asked(
            id_,
            second,
            day,
            hour,
            intent,
            _NAMED[best.outcome],
            _clock(best, wait, second, waited, limit, ends) if counts and limit and not stale else "uncounted",
            wait,
            best.agent or minder or "",
            heard,
            classes_of[heard],
            courier,
            product,
            conversation,
            "",
            bool(heard),
        )  # fmt: skip
    rows = list(found.values())
    if scope.agent:
        wanted = "" if scope.agent == NOBODY else scope.agent
        rows = [row for row in rows if row.agent == wanted]
    return rows


def _flowing(result: Any) -> Iterator[Any]:
    """Give the rows of an answer some at a time: a hundred thousand held at once keep the collector busy."""
    for part in result.partitions(_BATCH):
        yield from part


class _Calendar(dict[int, tuple[date, int]]):
    """Tell day and hour in a zone of a step since 1970, each worked out once."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, step: int) -> tuple[date, int]:
        local = datetime.fromtimestamp(step * _STEP, self._zone)
        self[step] = local.date(), local.hour
        return self[step]


class _Heard(dict[str, tuple[str, ...]]):
    """Read the causes that stand as JSON, each text once: there are few different ones."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = tuple(json.loads(text))
        return self[text]


class _Classes(dict[tuple[str, ...], tuple[str, ...]]):
    """Give the classes of some causes, each worked out once."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, causes: tuple[str, ...]) -> tuple[str, ...]:
        self[causes] = tuple(dict.fromkeys(self._names.dsr(cause) for cause in causes))
        return self[causes]


def agents(session: Session, shop: str) -> list[str]:
    """List the agents who did something."""
    said = session.scalars(select(Outcome.agent).where(Outcome.shop == shop, Outcome.agent != "").distinct())
    minding = session.scalars(
        select(Conversation.agent).where(Conversation.shop == shop, Conversation.agent != "").distinct()
    )
    return sorted({*said, *minding})


class seconds(FunctionElement[int]):  # noqa: N801 - it is written as a function
    """Give the whole seconds since 1970 of a column, in the words of either database."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds)
def _of_sqlite(element: seconds, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(STRFTIME('%s', {compiler.process(element.clauses, **more)}) AS INTEGER)"


@compiles(seconds, "postgresql")
def _of_postgresql(element: seconds, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


def _drafts(scope: Scope, text: str) -> Any:
    found = (
        select(
            Draft.id,
            seconds(Draft.at),
            Draft.intent,
            Draft.product,
            Draft.courier,
            Draft.waited_s,
            Draft.limit_s,
            Draft.counts,
            Draft.conversation_id,
            Conversation.agent,
            Draft.stale,
            Draft.message_id,
            cast(Draft.causes, Text),
        )
        .outerjoin(Conversation, Draft.conversation_id == Conversation.id)
        .where(*_within(scope))
        .order_by(Draft.at.desc(), Draft.id)
    )
    if text:
        found = found.where(func.lower(Draft.text).contains(text.lower(), autoescape=True))
    return found


def _within(scope: Scope) -> tuple[Any, ...]:
    return Draft.shop == scope.shop, Draft.at >= scope.period.start, Draft.at < scope.period.end


def _outcomes(scope: Scope) -> Any:
    return (
        select(Outcome.draft_id, Outcome.outcome, Outcome.agent, Outcome.waited_s, Outcome.in_time)
        .where(
            Outcome.shop == scope.shop,
            Outcome.at >= scope.period.start,
            Outcome.at < scope.period.end + _LATER,
        )
        .order_by(Outcome.id)
    )


def _used(outcomes: Any) -> dict[str, _Used]:
    found: dict[str, _Used] = {}
    for draft, outcome, agent, waited, in_time in outcomes:
        before = found.get(draft)
        if before is None or _RANK[before.outcome] < _ANSWERED:
            found[draft] = _Used(outcome, agent, waited, in_time)
        elif _RANK[outcome] > _RANK[before.outcome]:
            # the answer went out the first time: how long it took is not counted anew
            found[draft] = before._replace(outcome=outcome)
    return found


def _answers(scope: Scope) -> Any:
    """Ask for what agents wrote themselves: words of ours bear the style of their draft."""
    return (
        select(Message.conversation_id, seconds(Message.at))
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(
            Conversation.shop == scope.shop,
            Message.role == "agent",
            Message.style == "",
            Message.at >= scope.period.start,
            Message.at < scope.period.end + _LATE,
        )
        .order_by(Message.at)
    )


def _typed(answers: Any) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for conversation, second in answers:
        found.setdefault(conversation, []).append(second)
    return found


def _typed_wait(answers: Sequence[int], second: int, waited: int | None) -> int | None:
    """Give the seconds until the first answer of an agent's own after a draft."""
    place = bisect_left(answers, second)
    return None if place == len(answers) else (waited or 0) + answers[place] - second


def _clock(best: _Used, wait: int | None, second: int, waited: int | None, limit: int, now: float) -> str:
    if best.in_time is not None and _RANK[best.outcome] >= _ANSWERED:
        return "kept" if best.in_time else "missed"
    if wait is not None:
        return "kept" if wait <= limit else "missed"
    return "missed" if now > second + limit - (waited or 0) else "uncounted"
