"""What a page of figures was asked: the days, the agent, the filters; and the addresses that ask for something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import select

from app.desk.reports.listing import FILTERS
from app.desk.reports.scope import CHOICES, Names, Period, Scope, names_of, period_of
from app.desk.reports.tables import Where
from app.desk.tables import Conversation
from app.errors import NotFoundError, RequestError
from app.service.parts import Parts

_LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for, in a shop's names."""

    scope: Scope
    names: Names
    where: Where
    text: str
    conversation: str
    """The client's name of the one conversation asked for; its number stands among the filters."""
    fault: str
    """Why the days could not be read; then they are the usual ones."""
    now: datetime

    @property
    def days(self) -> dict[str, str]:
        """Give the days as parameters."""
        period = self.scope.period
        if period.choice in CHOICES:
            return {"period": period.choice}
        return {"since": period.since.isoformat(), "until": period.until.isoformat()}

    def link(self, path: str, where: Where | None = None, **changes: str) -> str:
        """Give the address of other filters over the same days; a change to "" leaves that parameter out."""
        asked: dict[str, tuple[str, ...]] = {"shop": (self.scope.shop,)}
        asked |= {name: (value,) for name, value in self.days.items()}
        if self.scope.agent:
            asked["agent"] = (self.scope.agent,)
        asked |= {name: tuple(values) for name, values in (where or {}).items()}
        if {"period", "since", "until"} & changes.keys():
            asked = {name: values for name, values in asked.items() if name not in ("period", "since", "until")}
        asked |= {name: (value,) for name, value in changes.items()}
        pairs = [(name, value) for name, values in asked.items() for value in values if value]
        return f"{path}?{urlencode(pairs)}"

    def again(self, path: str, **changes: str) -> str:
        """Give the address of the same question with something changed."""
        kept: dict[str, tuple[str, ...]] = {
            name: tuple(values) for name, values in self.where.items() if name != "conversation"
        }
        if self.text:
            kept["q"] = (self.text,)
        if self.conversation:
            kept["conversation"] = (self.conversation,)
        return self.link(path, kept, **changes)


def question(parts: Parts, request: Request) -> Question:
    """Read what a page of figures was asked; raise RequestError or NotFoundError where that cannot be read."""
    shop, now, asked = parts.shop_of(request), datetime.now(UTC), request.query_params
    data = parts.pipeline.shop(shop).counter.shop
    where: dict[str, tuple[str, ...]] = {
        name: tuple(value for value in asked.getlist(name) if value) for name in FILTERS if name != "agent"
    }
    where = {name: values for name, values in where.items() if values}
    key, period, fault = asked.get("conversation", ""), None, ""
    if key:
        number, period = _conversation(parts, shop, key, data.zone)
        where["conversation"] = (str(number),)
    if period is None or any(asked.get(name) for name in ("period", "since", "until")):
        period, fault = _period(asked, now, data.zone)
    return Question(
        Scope(shop, period, asked.get("agent", "")[:40]),
        names_of(parts.pipeline.knowledge, data),
        where,
        asked.get("q", "").strip()[:_LONGEST_TEXT],
        key,
        fault,
        now,
    )


def _period(asked: Mapping[str, str], now: datetime, zone: tzinfo) -> tuple[Period, str]:
    given = asked.get("period", ""), asked.get("since", ""), asked.get("until", "")
    try:
        return period_of(*given, now=now, zone=zone), ""
    except RequestError as error:
        return period_of("", "", "", now=now, zone=zone), str(error)


def _conversation(parts: Parts, shop: str, key: str, zone: tzinfo) -> tuple[int, Period]:
    """Find a conversation and all its days."""
    wanted = select(Conversation.id, Conversation.opened_at, Conversation.last_at).where(
        Conversation.shop == shop, Conversation.key == key
    )
    with parts.store.read() as session:
        found = session.execute(wanted).first()
    if found is None:
        raise NotFoundError("unknown_conversation", f"没有会话「{key[:40]}」", "conversation")
    number, opened, last = found
    days = [moment.astimezone(zone).date() for moment in (opened, last)]
    return number, Period(days[0], days[1], zone)
