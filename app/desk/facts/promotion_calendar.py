"""Lay a shop's promotions out by month, and tell which run at the same time."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Literal
from zoneinfo import ZoneInfo

from app.shop.facts import Promotion

State = Literal["ended", "running", "coming"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One promotion with its place in the file, its state, and what runs at the same time."""

    at: int
    promotion: Promotion
    state: State
    beside: tuple[str, ...]
    """Titles of other campaigns that overlap with it."""
    priced_twice: tuple[str, ...]
    """Skus that have a price in another promotion at the same time."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month's table; days of the months around it are not `inside`."""

    day: date
    inside: bool
    today: bool
    running: tuple[Listed, ...]


def listed(promotions: Sequence[Promotion], now: datetime) -> list[Listed]:
    """List promotions by their start; standing ones overlap with all and are not flagged."""
    beside: dict[int, list[str]] = {}
    priced: dict[int, set[str]] = {}
    for (one, first), (other, second) in combinations(enumerate(promotions), 2):
        if not (first.start < second.end and second.start < first.end):
            continue
        both = set(first.prices) & set(second.prices)
        for at in (one, other):
            priced.setdefault(at, set()).update(both)
        if "standing" not in (first.kind, second.kind):
            beside.setdefault(one, []).append(second.title)
            beside.setdefault(other, []).append(first.title)
    found = [
        Listed(at, one, _state(one, now), tuple(beside.get(at, ())), tuple(sorted(priced.get(at, ()))))
        for at, one in enumerate(promotions)
    ]
    return sorted(found, key=lambda one: (one.promotion.start, one.promotion.end))


def _state(promotion: Promotion, now: datetime) -> State:
    if promotion.runs(now):
        return "running"
    return "coming" if now < promotion.start else "ended"


def month_of(text: str, default: date) -> date:
    """Read 2026-12 as the first day of that month; anything else is the month of `default`."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return default.replace(day=1)


def beside(month: date) -> tuple[str, str]:
    """Name the month before and the month after."""
    before, after = month - timedelta(days=1), month.replace(day=28) + timedelta(days=4)
    return before.strftime("%Y-%m"), after.strftime("%Y-%m")


def weeks(month: date, found: Sequence[Listed], zone: ZoneInfo, today: date) -> list[list[Day]]:
    """Lay out the weeks of a month from Monday on, with the campaigns of each day in the shop's own time."""
    shown = [one for one in found if one.promotion.kind != "standing"]
    table = []
    for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
        days = []
        for day in week:
            start = datetime.combine(day, time(), zone)
            end = datetime.combine(day + timedelta(days=1), time(), zone)
            running = tuple(one for one in shown if one.promotion.start < end and one.promotion.end > start)
            days.append(Day(day, day.month == month.month, day == today, running))
        table.append(days)
    return table
