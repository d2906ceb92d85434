"""Compare two models that judged the same messages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from app.evaluate.metrics import Case, Judged, accuracy

SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """A message on which one model is right and the other is wrong."""

    text: str
    intent: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Accuracy of both (shares), what the second lost and won, and how likely chance alone makes such a difference."""

    count: int
    accuracy: tuple[float, float]
    lost: tuple[Change, ...]
    won: tuple[Change, ...]
    p: float


def compare(before: Sequence[Judged], after: Sequence[Judged]) -> Comparison:
    """Compare judgements of the same cases in the same order."""
    pairs = list(zip(before, after, strict=True))
    lost = tuple(_change(one, other) for one, other in pairs if one.right() and not other.right())
    won = tuple(_change(one, other) for one, other in pairs if other.right() and not one.right())
    shares = (accuracy(before), accuracy(after))
    return Comparison(len(pairs), shares, lost, won, mcnemar(len(lost), len(won)))


def _change(before: Judged, after: Judged) -> Change:
    return Change(before.case.text, before.case.intent, before.top, after.top)


def mcnemar(lost: int, won: int) -> float:
    """Give the exact two-sided p of McNemar's test: the changes as tosses of a fair coin."""
    changed = lost + won
    tail = sum(comb(changed, count) for count in range(min(lost, won) + 1))
    return min(1.0, tail / (1 << changed) * 2)


def sample(lines: Sequence[tuple[str, str]], size: int = SAMPLE) -> list[Case]:
    """Choose lines by their digests: the same ones every time, and hardly others when lines are added."""
    chosen = sorted(lines, key=lambda line: hashlib.sha256(line[0].encode()).digest())[:size]
    return [Case(text, label, frozenset({label})) for text, label in chosen]
