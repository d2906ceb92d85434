"""Counts against hand-computed cases, and against scikit-learn where it counts the same thing."""

import random

import pytest
from sklearn.metrics import precision_recall_fscore_support

from app.evaluate import metrics
from app.evaluate.metrics import Judged
from tests.evaluate.conftest import Make


def few(make: Make) -> list[Judged]:
    return [make("a", "a"), make("a", "b"), make("b", "b"), make("b", "c", also="c"), make("c", "")]


def test_precision_recall_f1_by_hand(make: Make) -> None:
    scores = metrics.by_intent(few(make))
    assert (scores["a"].precision, scores["a"].recall, scores["a"].support) == (1.0, 0.5, 2)
    assert scores["a"].f1 == pytest.approx(2 / 3)
    assert scores["b"].precision == pytest.approx(2 / 3)  # the acceptable c counts as b
    assert scores["b"].recall == 1.0
    assert scores["c"].f1 == 0.0
    assert metrics.macro(scores).recall == pytest.approx(0.5)
    assert metrics.weighted(scores).recall == pytest.approx(3 / 5)
    assert metrics.accuracy(few(make)) == pytest.approx(3 / 5)
    assert metrics.worst(scores, 2) == ["c", "a"]


def test_groups_forgive_a_neighbour(make: Make) -> None:
    scores = metrics.by_group(few(make), {"a": "x", "b": "x", "c": "y"})
    assert (scores["x"].recall, scores["x"].support) == (1.0, 4)
    assert scores["y"].recall == 0.0


def test_confusions_are_counted_with_their_messages(make: Make) -> None:
    judged = [make("a", "b", text="一"), make("a", "b", text="二"), make("b", "a"), make("a", "a")]
    found = metrics.confusions(judged)
    assert [(one.intent, one.predicted, len(one.judged)) for one in found] == [("a", "b", 2), ("b", "a", 1)]
    assert [one.case.text for one in found[0].judged] == ["一", "二"]


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_averages_agree_with_scikit_learn(make: Make, average: str) -> None:
    rng = random.Random(7)  # noqa: S311 - no secret
    pairs = [(rng.choice("abcd"), rng.choice("abcdd")) for _ in range(200)]
    truth, guess = zip(*pairs, strict=True)
    scores = metrics.by_intent([make(*pair) for pair in pairs])
    ours = metrics.macro(scores) if average == "macro" else metrics.weighted(scores)
    theirs = precision_recall_fscore_support(truth, guess, average=average, zero_division=0)
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx(theirs[:3])


def test_nothing_judged_scores_nothing() -> None:
    assert metrics.accuracy([]) == 0.0
    assert metrics.macro({}).support == 0
    assert metrics.parts([]) == {}
