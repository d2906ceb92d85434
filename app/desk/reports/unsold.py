"""Tell which buyers asked before buying and never bought, and what they asked about last."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from app.desk.reports.rows import Asked, seconds
from app.desk.reports.scope import Names, Scope
from app.desk.reports.tables import Cell, Column, Table, share
from app.desk.tables import Conversation

PATIENCE = timedelta(hours=2)
"""How long a buyer has been silent before the enquiry counts as ended."""
NO_ANSWER, NO_REASON = "没及时回", "没说原因"
_PAID = frozenset({"unshipped", "shipped", "signed", "refunding"})
_BOUGHT = frozenset({"order_placed"})
_AFTER_BUYING = frozenset({"logistics", "aftersales"})


def with_unsold(session: Session, rows: Sequence[Asked], scope: Scope, names: Names, now: datetime) -> list[Asked]:
    """Mark the last message of every conversation that asked before buying and ended without a paid order."""
    told: dict[int, list[Asked]] = {}
    for row in rows:  # newest first
        if row.conversation is not None:
            told.setdefault(row.conversation, []).append(row)
    presale = {name for name, group in names.groups.items() if group == "presale"}
    asking = {
        number: turns
        for number, turns in told.items()
        if any(one.intent in presale for one in turns) and not any(_has_bought(one.intent, names) for one in turns)
    }
    marks = {
        asking[number][0].id: _reason(asking[number], names)
        for number, last_at, state, order in _conversations(session, scope)
        if number in asking
        and (state == "closed" or now.timestamp() - last_at > PATIENCE.total_seconds())
        and not _paid(order)
    }
    return [row._replace(unsold=marks[row.id]) if row.id in marks else row for row in rows]


def _has_bought(intent: str, names: Names) -> bool:
    """Tell whether only a buyer who has an order says so."""
    return intent in _BOUGHT or (names.groups.get(intent) in _AFTER_BUYING and intent not in names.reasons)


def _paid(order: str | None) -> bool:
    facts = json.loads(order) if order else None
    return isinstance(facts, dict) and facts.get("status") in _PAID


def _reason(turns: Sequence[Asked], names: Names) -> str:
    last = turns[0]
    if last.clock == "missed" or (last.outcome in ("none", "rejected") and last.waited is None):
        return NO_ANSWER
    return next((names.reasons[one.intent] for one in turns if one.intent in names.reasons), NO_REASON)


def _conversations(session: Session, scope: Scope) -> Iterable[Any]:
    """Give the conversations that may have ended, their order as JSON text: few of them have to be read."""
    query = select(
        Conversation.id, seconds(Conversation.last_at), Conversation.state, cast(Conversation.order, Text)
    ).where(Conversation.shop == scope.shop, Conversation.last_at >= scope.period.start)
    return session.connection().execute(query)


def unsold(rows: Sequence[Asked]) -> Table:
    """Count the enquiries that ended without an order by the reason."""
    counted = Counter(row.unsold for row in rows if row.unsold)
    whole = sum(counted.values())
    lines = tuple(
        (Cell(reason), Cell(count, {"unsold": (reason,)}), Cell(share(count, whole)))
        for reason, count in counted.most_common()
    )
    columns = (Column("原因", "label"), Column("会话"), Column("占比", "share"))
    return Table("unsold", "问了没买", columns, lines, NOTE)


NOTE = (
    "问过售前问题、停了两小时以上（或已关闭）、没见到付款订单、也没问过物流售后的会话，每个会话算一次。"
    "最后一句没回或回晚了的算“没及时回”，其余看最后问到什么。"
)
