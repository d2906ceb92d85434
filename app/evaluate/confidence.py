"""Ask what the confidence is worth: calibration, how much can be answered safely, what is told apart from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.evaluate.metrics import Judged

BINS = 10
PRECISION = 0.95
SURE = 0.7


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages of like confidence: how sure the model was on average, and how often it was right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float

    def holds(self, one: Judged) -> bool:
        return self.low <= one.confidence < self.high or one.confidence >= 1 <= self.high


@dataclass(frozen=True, slots=True)
class Point:
    """What answering from `threshold` on means: which share is answered, which share of that is wrong."""

    threshold: float
    coverage: float
    risk: float


def reliability(judged: Sequence[Judged], bins: int = BINS) -> list[Bin]:
    """Sort messages into bins of equal width by confidence; empty bins are left out."""
    binned: dict[int, list[Judged]] = {}
    for one in judged:
        binned.setdefault(_bin(one.confidence, bins), []).append(one)
    return [
        Bin(
            at / bins,
            (at + 1) / bins,
            len(part),
            sum(one.confidence for one in part) / len(part),
            sum(one.right() for one in part) / len(part),
        )
        for at, part in sorted(binned.items())
    ]


def _bin(confidence: float, bins: int) -> int:
    """Choose the bin whose low end is the last not above the confidence."""
    return max(at for at in range(bins) if at / bins <= confidence)


def calibration_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """Give the expected calibration error: the mean gap between confidence and being right."""
    found = reliability(judged, bins)
    return sum(one.count * abs(one.right - one.confidence) for one in found) / len(judged) if judged else 0.0


def brier(judged: Sequence[Judged]) -> float:
    """Give the mean squared gap between the first guess's confidence and its being right (0 or 1)."""
    return sum((one.confidence - one.right()) ** 2 for one in judged) / len(judged) if judged else 0.0


def risk_coverage(judged: Sequence[Judged]) -> list[Point]:
    """List what every threshold means, the strictest first; messages of equal confidence go together."""
    ranked = sorted(judged, key=lambda one: -one.confidence)
    points = []
    wrong = 0
    for at, one in enumerate(ranked, 1):
        wrong += not one.right()
        if at == len(ranked) or ranked[at].confidence < one.confidence:
            points.append(Point(one.confidence, at / len(ranked), wrong / at))
    return points


def safe_coverage(judged: Sequence[Judged], precision: float = PRECISION) -> Point:
    """Find the threshold that answers most while `precision` of the answered are right; nothing where none does."""
    safe = [point for point in risk_coverage(judged) if 1 - point.risk >= precision - 1e-12]
    return safe[-1] if safe else Point(1.01, 0.0, 0.0)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Give the chance that a score from inside exceeds one from outside; ties count half."""
    if not inside or not outside:
        return 0.5
    ranked = sorted([(value, True) for value in inside] + [(value, False) for value in outside])
    wins, below, at = 0.0, 0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        ins = sum(own for _, own in ranked[at:end])
        outs = end - at - ins
        wins += ins * (below + outs / 2)
        below += outs
        at = end
    return wins / (len(inside) * len(outside))
