"""Count rankings against labels: accuracy, precision, recall and F1 by intent and by group, confusions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.records import Scored


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled message: a prediction is right where it is in `acceptable`."""

    text: str
    intent: str
    acceptable: frozenset[str]
    source: str = ""
    needs_context: bool = False
    before: tuple[str, ...] = ()
    """What was said before it, by either side, the latest last."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what was predicted for it, likeliest first."""

    case: Case
    scored: tuple[Scored, ...]
    known: bool = True
    """Whether the classifier would act on its first guess."""

    @property
    def top(self) -> str:
        """Give the first guess, empty where nothing was recognised."""
        return self.scored[0].name if self.scored else ""

    @property
    def confidence(self) -> float:
        return self.scored[0].confidence if self.scored else 0.0

    def right(self, top: int = 1) -> bool:
        return any(one.name in self.case.acceptable for one in self.scored[:top])

    def counted_as(self) -> str:
        """Give the prediction, where an acceptable one counts as the label itself."""
        return self.case.intent if self.right() else self.top


@dataclass(frozen=True, slots=True)
class IntentScores:
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Confusion:
    """Messages of one intent that were taken for another."""

    intent: str
    predicted: str
    judged: tuple[Judged, ...]


def accuracy(judged: Sequence[Judged], top: int = 1) -> float:
    """Give the share of messages that are right within the first `top` guesses."""
    return sum(one.right(top) for one in judged) / len(judged) if judged else 0.0


def by_intent(judged: Sequence[Judged]) -> dict[str, IntentScores]:
    """Give the scores of every labelled intent."""
    return _scores([(one.case.intent, one.counted_as()) for one in judged])


def by_group(judged: Sequence[Judged], groups: Mapping[str, str]) -> dict[str, IntentScores]:
    """Give the scores of every group: a guess within the right group is right."""
    return _scores([(groups.get(one.case.intent, ""), groups.get(one.counted_as(), "")) for one in judged])


def _scores(pairs: Sequence[tuple[str, str]]) -> dict[str, IntentScores]:
    support = Counter(label for label, _ in pairs)
    given = Counter(predicted for _, predicted in pairs)
    hit = Counter(label for label, predicted in pairs if label == predicted)
    scores = {}
    for name in sorted(support):
        precision = hit[name] / given[name] if given[name] else 0.0
        recall = hit[name] / support[name]
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        scores[name] = IntentScores(precision, recall, f1, support[name])
    return scores


def macro(scores: Mapping[str, IntentScores]) -> IntentScores:
    """Average over intents, each counting the same."""
    return _average(scores, dict.fromkeys(scores, 1))


def weighted(scores: Mapping[str, IntentScores]) -> IntentScores:
    """Average over intents, each counting as often as it occurs."""
    return _average(scores, {name: one.support for name, one in scores.items()})


def _average(scores: Mapping[str, IntentScores], weights: Mapping[str, int]) -> IntentScores:
    total = sum(weights.values()) or 1
    return IntentScores(
        sum(one.precision * weights[name] for name, one in scores.items()) / total,
        sum(one.recall * weights[name] for name, one in scores.items()) / total,
        sum(one.f1 * weights[name] for name, one in scores.items()) / total,
        sum(one.support for one in scores.values()),
    )


def worst(scores: Mapping[str, IntentScores], count: int = 10) -> list[str]:
    """Name the intents with the lowest F1, the more frequent first among equals."""
    return sorted(scores, key=lambda name: (scores[name].f1, -scores[name].support, name))[:count]


def confusions(judged: Sequence[Judged]) -> list[Confusion]:
    """Collect the wrong ones by label and prediction, the most frequent first."""
    pairs: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if not one.right():
            pairs.setdefault((one.case.intent, one.top), []).append(one)
    ranked = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [Confusion(label, predicted, tuple(found)) for (label, predicted), found in ranked]


def parts(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Split into all, self-contained, context-bound and by source, leaving out empty and equal parts."""
    alone = [one for one in judged if not one.case.needs_context]
    found = {"全部": list(judged)}
    if len(alone) != len(judged):
        found |= {"脱离上文可判": alone, "要看上文": [one for one in judged if one.case.needs_context]}
    for source in sorted({one.case.source for one in judged} - {""}):
        found[source] = [one for one in alone if one.case.source == source]
    return {name: part for name, part in found.items() if part}


def self_contained(judged: Sequence[Judged]) -> list[Judged]:
    """Keep the messages that can be judged alone; all where none can."""
    return [one for one in judged if not one.case.needs_context] or list(judged)
