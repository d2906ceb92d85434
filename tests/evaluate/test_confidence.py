"""What confidence is worth, by hand and against scikit-learn."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from app.evaluate import confidence, curves
from app.evaluate.confidence import Point
from app.evaluate.metrics import Case, Judged
from app.records import Scored
from tests.evaluate.conftest import Make


def test_calibration_error_by_hand(make: Make) -> None:
    judged = [make("a", "a", 0.95), make("a", "b", 0.95), make("a", "a", 0.35), make("a", "a", 1.0)]
    # bin 0.9–1.0: sure 2.9/3, right 2/3; bin 0.3–0.4: sure 0.35, right 1
    assert confidence.calibration_error(judged) == pytest.approx((0.9 + 0.65) / 4)
    bins = confidence.reliability(judged)
    assert [(one.low, one.count) for one in bins] == [(0.3, 1), (0.9, 3)]
    assert [sum(one.holds(case) for case in judged) for one in bins] == [1, 3]
    assert confidence.calibration_error([]) == confidence.brier([]) == 0.0


def test_brier_agrees_with_scikit_learn(make: Make) -> None:
    rng = random.Random(3)  # noqa: S311 - no secret
    judged = [make("a", rng.choice("ab"), rng.random()) for _ in range(50)]
    theirs = brier_score_loss([one.right() for one in judged], [one.confidence for one in judged])
    assert confidence.brier(judged) == pytest.approx(theirs)


def test_coverage_is_the_widest_that_is_right_enough(make: Make) -> None:
    right, wrong = ("a", "a"), ("a", "b")
    judged = [make(*right, 0.9), make(*wrong, 0.8), make(*right, 0.7), make(*right, 0.6), make(*wrong, 0.5)]
    assert confidence.safe_coverage(judged, 0.95) == Point(0.9, 0.2, 0.0)
    assert confidence.safe_coverage(judged, 0.75) == Point(0.6, 0.8, 0.25)
    assert confidence.safe_coverage(judged, 0.6).coverage == 1.0
    assert confidence.safe_coverage([make(*wrong)]).coverage == 0.0
    assert confidence.safe_coverage([]).coverage == 0.0


def test_messages_of_equal_confidence_go_together(make: Make) -> None:
    judged = [make("a", "a", 0.9), make("a", "b", 0.9)]
    assert confidence.risk_coverage(judged) == [Point(0.9, 1.0, 0.5)]


SURE = st.floats(0, 1)


@given(st.lists(st.tuples(SURE, st.booleans()), min_size=1))
def test_every_message_falls_into_one_bin_and_the_curve_ends_at_all(rows: list[tuple[float, bool]]) -> None:
    judged = [Judged(Case("", "a", frozenset("a")), (Scored("a" if good else "b", sure),)) for sure, good in rows]
    bins = confidence.reliability(judged)
    assert all(sum(one.holds(case) for one in bins) == 1 for case in judged)
    points = confidence.risk_coverage(judged)
    assert points[-1].coverage == 1.0
    assert points[-1].risk <= curves.highest(points)


@given(st.lists(SURE, min_size=1), st.lists(SURE, min_size=1))
def test_auroc_agrees_with_scikit_learn(inside: list[float], outside: list[float]) -> None:
    labels = [1] * len(inside) + [0] * len(outside)
    assert confidence.auroc(inside, outside) == pytest.approx(roc_auc_score(labels, inside + outside))


def test_auroc_of_nothing_is_a_toss() -> None:
    assert confidence.auroc([], [0.3]) == 0.5
