"""The shape of a report: a table whose every figure names the messages behind it; and the counting they share."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from operator import attrgetter
from typing import Any, Literal

from app.desk.reports.rows import Asked

Kind = Literal["text", "label", "count", "share", "seconds"]
"""A label is one of our own words, a text is data."""
Where = Mapping[str, tuple[str, ...]]
"""A filter of the list of messages: parameter → values, any of which fits."""


REST, UNNAMED = "其余", "没登记"
"""Our own words among the data."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Kind = "count"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and the filter that lists its messages; a share is between 0 and 1."""

    value: str | int | float | None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """How it is counted, for whoever reads it."""


@dataclass
class Tally:
    """What became of some messages."""

    total: int = 0
    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    none: int = 0
    kept: int = 0
    missed: int = 0
    uncounted: int = 0
    negative: int = 0
    waits: list[int] = field(default_factory=list)

    @property
    def acceptance(self) -> float | None:
        return (self.accepted + self.edited) / self.total if self.total else None

    @property
    def kept_share(self) -> float | None:
        return self.kept / (self.kept + self.missed) if self.kept + self.missed else None

    def wait(self, share: float) -> int | None:
        """Give the wait that `share` of the answers did not exceed."""
        return quantile(self.waits, share)


def quantile(values: Iterable[int], share: float) -> int | None:
    """Give the smallest value that `share` of all do not exceed; None of none."""
    ranked = sorted(values)
    return ranked[max(ceil(share * len(ranked)) - 1, 0)] if ranked else None


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def tallies(rows: Sequence[Asked], name_of: str) -> dict[Any, Tally]:
    """Count messages by one of their fields, the most frequent first; waits are those that the platform counts."""
    counted = Counter(map(attrgetter(name_of, "outcome", "clock", "negative"), rows))
    found: dict[Any, Tally] = {}
    for (name, outcome, clock, negative), count in counted.items():
        tally = found.setdefault(name, Tally())
        tally.total += count
        setattr(tally, outcome, getattr(tally, outcome) + count)
        setattr(tally, clock, getattr(tally, clock) + count)
        tally.negative += count * negative
    named = attrgetter(name_of)
    for row in rows:
        if row.waited is not None and row.clock != "uncounted":
            found[named(row)].waits.append(row.waited)
    return dict(sorted(found.items(), key=lambda one: (-one[1].total, str(one[0]))))


def total(some: Iterable[Tally]) -> Tally:
    """Add tallies up."""
    whole = Tally()
    for one in some:
        for name in ("total", "accepted", "edited", "rejected", "none", "kept", "missed", "uncounted", "negative"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.waits += one.waits
    return whole
