"""Turn figures into points of inline SVG charts. Charts are 100 by 100, the origin at the top left."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.evaluate.confidence import Bin, Point

SIZE = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bin of the reliability chart: where it stands, how high it is, how high it should be."""

    bin: Bin
    x: float
    width: float
    top: float
    wanted: float


def reliability(bins: Sequence[Bin]) -> list[Bar]:
    """Give one bar a bin: its height is how often the model was right."""
    return [
        Bar(
            one,
            round(one.low * SIZE + 0.6, 2),
            round((one.high - one.low) * SIZE - 1.2, 2),
            round((1 - one.right) * SIZE, 2),
            round((1 - one.confidence) * SIZE, 2),
        )
        for one in bins
    ]


def risk_coverage(points: Sequence[Point], *, highest: float, most: int = 400) -> str:
    """Give the path of precision over coverage, from `highest` wrong (bottom) to none (top), thinned to `most`."""
    step = max(len(points) // most, 1)
    kept = [point for at, point in enumerate(points) if at % step == 0 or at == len(points) - 1]
    return " ".join(f"{point.coverage * SIZE:.2f},{min(point.risk / highest, 1.0) * SIZE:.2f}" for point in kept)


def highest(points: Sequence[Point]) -> float:
    """Choose the bottom of the risk axis: the next tenth above the risk of answering everything."""
    return min(1.0, (int(points[-1].risk * 10) + 1) / 10) if points else 1.0
