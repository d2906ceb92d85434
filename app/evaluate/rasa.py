"""Write the files that `rasa test nlu` writes, for tools that read them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from app.errors import RequestError
from app.evaluate import charts, metrics
from app.evaluate.assess import Evaluation
from app.evaluate.metrics import IntentScores


def write(found: Evaluation, folder: Path) -> None:
    """Write report, errors, confusion matrix and histogram into `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _json(folder / "intent_report.json", report(found))
        _json(folder / "intent_errors.json", errors(found))
        charts.confusion_matrix(found.judged).save(folder / "intent_confusion_matrix.png")
        charts.histogram(found.judged).save(folder / "intent_histogram.png")
    except OSError as error:
        raise RequestError("bad_report", f"--report 写不进 {folder}：{error.strerror}", "report") from error


def report(found: Evaluation) -> dict[str, Any]:
    """Give scikit-learn's report of the labelled intents, with what each was taken for."""
    scores = metrics.by_intent(found.judged)
    taken: dict[str, Counter[str]] = {name: Counter() for name in scores}
    for one in found.judged:
        if not one.right():
            taken[one.case.intent][one.top] += 1
    return {
        **{name: _entry(one) | {"confused_with": dict(taken[name].most_common())} for name, one in scores.items()},
        "accuracy": metrics.accuracy(found.judged),
        "macro avg": _entry(metrics.macro(scores)),
        "weighted avg": _entry(metrics.weighted(scores)),
    }


def errors(found: Evaluation) -> list[dict[str, Any]]:
    """List the wrong ones as Rasa does."""
    return [
        {
            "text": one.case.text,
            "intent": one.case.intent,
            "intent_prediction": {"name": one.top, "confidence": one.confidence},
        }
        for one in found.judged
        if not one.right()
    ]


def _entry(one: IntentScores) -> dict[str, Any]:
    return {"precision": one.precision, "recall": one.recall, "f1-score": one.f1, "support": one.support}


def _json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
