"""What a report is about: a shop, some days in its time zone, perhaps one agent; and how its names are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path

from app.errors import DataError, Problem, RequestError
from app.pipeline import Knowledge
from app.shop.load import ShopData
from app.strict_yaml import load_file, named_lists

CLASSES = ("客服服务", "快递", "商品", "发货速度", "售后服务", "恶意评价", "追加评价", "其他")
"""The eight classes in which shops count what buyers complain of."""
CHOICES = {"today": 1, "7": 7, "30": 30}
"""Periods that end today → their days."""
NOBODY = "-"
"""How a filter names messages whose agent nobody told."""
_LONGEST_DAYS = 400
_EPOCH, _LAST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included, in the shop's zone."""

    since: date
    until: date
    zone: tzinfo
    choice: str = "free"

    @property
    def start(self) -> datetime:
        return datetime.combine(self.since, time(), tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """Give the first moment after the period."""
        return datetime.combine(self.until + timedelta(days=1), time(), tzinfo=self.zone)

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=at) for at in range((self.until - self.since).days + 1)]


@dataclass(frozen=True, slots=True)
class Scope:
    """The messages that a report counts."""

    shop: str
    period: Period
    agent: str = ""


def period_of(choice: str, since: str, until: str, *, now: datetime, zone: tzinfo) -> Period:
    """Read a period: a choice of CHOICES, or from one day to another; raise RequestError where it is none."""
    today = now.astimezone(zone).date()
    if not since and not until:
        choice = choice or "7"
        if choice not in CHOICES:
            raise RequestError("bad_period", f"没有时间范围「{choice[:20]}」，可写 today、7 或 30", "period")
        return Period(today - timedelta(days=CHOICES[choice] - 1), today, zone, choice)
    last = _day(until, "until") if until else today
    first = _day(since, "since") if since else last - timedelta(days=CHOICES["30"] - 1)
    last = last if until else max(last, first)
    if last < first:
        raise RequestError("bad_period", f"开始日 {first} 晚于结束日 {last}，对调一下", "since")
    if (last - first).days >= _LONGEST_DAYS:
        raise RequestError("bad_period", f"一次最多看 {_LONGEST_DAYS} 天，把开始日改近一些", "since")
    choice = next((name for name, days in CHOICES.items() if last == today and (last - first).days + 1 == days), "free")
    return Period(first, last, zone, choice)


def _day(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise RequestError("bad_period", f"「{text[:20]}」不是日期，写成 2026-11-01", field) from error
    if not _EPOCH <= day <= _LAST:
        raise RequestError("bad_period", f"「{text}」太远，写 2000 年到 2100 年之间的日期", field)
    return day


@dataclass(frozen=True, slots=True)
class Names:
    """How intents, causes and goods are called, and why a buyer who asked did not buy."""

    intents: Mapping[str, str]
    groups: Mapping[str, str]
    causes: Mapping[str, str]
    """Cause → title."""
    classes: Mapping[str, str]
    """Cause → one of CLASSES."""
    products: Mapping[str, str]
    reasons: Mapping[str, str]
    """Intent → the reason it points to."""

    def intent(self, name: str) -> str:
        return self.intents.get(name, "没看懂" if name in ("", "unknown") else name)

    def cause(self, name: str) -> str:
        return self.causes.get(name, name)

    def dsr(self, cause: str) -> str:
        """Give the class of a cause; a class stands for itself."""
        return cause if cause in CLASSES else self.classes.get(cause, CLASSES[-1])


def names_of(knowledge: Knowledge, shop: ShopData) -> Names:
    """Gather the names that the reports of one shop use."""
    causes = knowledge.ratings.causes.file.causes
    return Names(
        {one.name: one.title for one in knowledge.catalogue},
        {one.name: one.group for one in knowledge.catalogue},
        {name: cause.title for name, cause in causes.items()},
        {name: cause.dsr for name, cause in causes.items()},
        {sku: product.name for sku, product in shop.products.items()},
        load_reasons(knowledge.settings.lexicon),
    )


def load_reasons(lexicon: Path) -> dict[str, str]:
    """Read `unsold.yaml`, reason → intents, and turn it round; raise DataError where an intent has two reasons."""
    name = "lexicon_zh/unsold.yaml"
    lists = named_lists(load_file(lexicon / "unsold.yaml", root=lexicon.parent), name=name)
    reasons: dict[str, str] = {}
    for reason, intents in lists.items():
        for intent in intents:
            if intent in reasons:
                raise DataError([Problem(name, reason, f"{intent} 已经归在「{reasons[intent]}」，只留一处")])
            reasons[intent] = reason
    return reasons
