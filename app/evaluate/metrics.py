"""Score rankings against labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled message: a prediction is right where it is in `acceptable`."""

    text: str
    intent: str
    acceptable: frozenset[str]
    source: str = ""
    needs_context: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what was predicted for it, likeliest first."""

    case: Case
    predicted: tuple[str, ...]
    confidence: float

    def right(self, top: int = 1) -> bool:
        return any(name in self.case.acceptable for name in self.predicted[:top])


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares between 0 and 1 over `count` messages."""

    count: int
    at_1: float
    at_3: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class IntentScores:
    precision: float
    recall: float
    f1: float
    support: int


def score(judged: Sequence[Judged]) -> Scores:
    """Give accuracy at 1 and 3 and the expected calibration error over ten bins."""
    count = len(judged)
    if not count:
        return Scores(0, 0.0, 0.0, 0.0)
    return Scores(
        count,
        sum(one.right() for one in judged) / count,
        sum(one.right(3) for one in judged) / count,
        _calibration_error(judged),
    )


def _calibration_error(judged: Sequence[Judged], bins: int = 10) -> float:
    binned: dict[int, list[Judged]] = {}
    for one in judged:
        binned.setdefault(min(int(one.confidence * bins), bins - 1), []).append(one)
    gaps = (abs(sum(one.right() for one in part) - sum(one.confidence for one in part)) for part in binned.values())
    return sum(gaps) / len(judged)


def by_intent(judged: Sequence[Judged]) -> dict[str, IntentScores]:
    """Give precision, recall and F1 of every intent; an acceptable prediction counts as the label itself."""
    support: Counter[str] = Counter()
    given: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for one in judged:
        predicted = one.case.intent if one.right() else one.predicted[0] if one.predicted else ""
        support[one.case.intent] += 1
        given[predicted] += 1
        hit[one.case.intent] += predicted == one.case.intent
    scores = {}
    for name in sorted(support):
        precision = hit[name] / given[name] if given[name] else 0.0
        recall = hit[name] / support[name]
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        scores[name] = IntentScores(precision, recall, f1, support[name])
    return scores


def confusions(judged: Sequence[Judged]) -> list[tuple[str, str, list[str]]]:
    """List (label, prediction, messages) of the wrong ones, the most frequent first."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in judged:
        if not one.right() and one.predicted:
            pairs.setdefault((one.case.intent, one.predicted[0]), []).append(one.case.text)
    ranked = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [(label, predicted, texts) for (label, predicted), texts in ranked]
