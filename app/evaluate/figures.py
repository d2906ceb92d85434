"""Give an evaluation as plain data: for `--json`, and the headline figures for every output."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.evaluate import confidence, metrics
from app.evaluate.assess import Evaluation
from app.evaluate.metrics import Judged


@dataclass(frozen=True, slots=True)
class Scores:
    """The headline figures: shares between 0 and 1 over `count` messages."""

    count: int
    at_1: float
    at_3: float
    calibration_error: float
    brier: float
    coverage_at_95: float
    """The most that can be answered while 95 % of it is right …"""
    threshold_at_95: float
    """… which is from this confidence on; above 1 where nothing can."""


def score(judged: Sequence[Judged]) -> Scores:
    """Give the headline figures."""
    safe = confidence.safe_coverage(judged)
    return Scores(
        len(judged),
        metrics.accuracy(judged),
        metrics.accuracy(judged, 3),
        confidence.calibration_error(judged),
        confidence.brier(judged),
        safe.coverage,
        safe.threshold,
    )


def without_leaks(found: Evaluation) -> float:
    """Give the accuracy on messages that the training set does not hold."""
    leaked = {leak.case.text for leak in found.leaks}
    return metrics.accuracy([one for one in found.judged if one.case.text not in leaked])


def as_json(found: Evaluation) -> dict[str, Any]:
    """Give every figure as plain data."""
    intents = metrics.by_intent(found.judged)
    return {
        "title": found.title,
        "folds": found.folds,
        "scores": {name: asdict(score(part)) for name, part in metrics.parts(found.judged).items()},
        "averages": {"macro": asdict(metrics.macro(intents)), "weighted": asdict(metrics.weighted(intents))},
        "groups": {name: asdict(one) for name, one in metrics.by_group(found.judged, found.groups).items()},
        "intents": {name: asdict(scores) for name, scores in intents.items()},
        "worst": metrics.worst(intents),
        "confusions": [
            {
                "intent": one.intent,
                "predicted": one.predicted,
                "count": len(one.judged),
                "texts": [wrong.case.text for wrong in one.judged],
            }
            for one in metrics.confusions(found.judged)
        ],
        "reliability": [asdict(one) for one in confidence.reliability(found.judged)],
        "risk_coverage": [asdict(one) for one in confidence.risk_coverage(found.judged)],
        **_doubts(found),
        "rivals": [asdict(one) for one in found.rivals],
    }


def _doubts(found: Evaluation) -> dict[str, Any]:
    outside = found.off_domain
    return {
        "suspects": [_message(one) for one in found.suspects],
        "leaks": [
            {"text": one.case.text, "intent": one.case.intent, "line": one.line, "label": one.label, "exact": one.exact}
            for one in found.leaks
        ],
        "at_1_without_leaks": without_leaks(found),
        "thin": [asdict(one) for one in found.thin],
        "near_misses": [
            {
                "intents": [one.one, one.other],
                "count": one.count,
                "confused": len(one.confused),
                "rate": one.rate,
                "texts": [wrong.case.text for wrong in one.confused],
            }
            for one in found.neighbours
        ],
        "off_domain": outside
        and {
            "count": len(outside.judged),
            "auroc": outside.auroc,
            "answered": outside.share,
            "texts": [one.case.text for one in outside.answered],
        },
    }


def _message(one: Judged) -> dict[str, Any]:
    return {
        "text": one.case.text,
        "intent": one.case.intent,
        "predicted": one.top,
        "confidence": one.confidence,
    }
