"""Run an evaluation: on a labelled file, or by cross-validation over the training set."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import RequestError
from app.evaluate.metrics import Case, Judged
from app.understand import train as training
from app.understand.classify import RANKED, Classifier
from app.understand.corpus import Corpus
from app.understand.reader import Reader

Progress = Callable[[str, float], None]


def read_cases(path: Path) -> list[Case]:
    """Read JSON lines with text, intent, and optionally acceptable, source and needs_context."""
    cases = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise RequestError("bad_data", f"{path.name} 不是 UTF-8 编码", "data") from error
    except OSError as error:
        raise RequestError("bad_data", f"读不到 {path}：{error.strerror}", "data") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RequestError(
                "bad_data", f"{path.name} 第 {number} 行读不懂：每行要有 text 和 intent", "data"
            ) from error
    if not cases:
        raise RequestError("bad_data", f"{path.name} 里没有一句话", "data")
    return cases


def _case(row: dict[str, Any]) -> Case:
    text, intent = row["text"], row["intent"]
    if not isinstance(text, str) or not isinstance(intent, str):
        raise TypeError
    acceptable = frozenset(row.get("acceptable") or ()) | {intent}
    return Case(text, intent, acceptable, str(row.get("source", "")), bool(row.get("needs_context", False)))


def judge(
    classifier: Classifier, cases: Sequence[Case], progress: Progress = lambda _stage, _done: None
) -> list[Judged]:
    """Classify every case."""
    judged = []
    for at, case in enumerate(cases):
        _, ranking = classifier(case.text)
        confidence = ranking.scored[0].confidence if ranking.scored else 0.0
        judged.append(Judged(case, tuple(scored.name for scored in ranking.scored), confidence))
        if at % 50 == 0:
            progress("分类", at / len(cases))
    progress("分类", 1.0)
    return judged


def cross_validate(
    lines: Sequence[tuple[str, str]], reader: Reader, *, folds: int, progress: Progress = lambda _stage, _done: None
) -> list[Judged]:
    """Judge every training line by a model that has not seen it."""
    labels = sorted({label for _, label in lines})
    index = {label: at for at, label in enumerate(labels)}
    targets = np.array([index[label] for _, label in lines], dtype=np.int32)
    progress("读句子", 0.0)
    utterances = [reader(text) for text, _ in lines]
    corpus = Corpus(utterances, training.syllables("".join(text for text, _ in lines)))
    progress("交叉验证", 0.3)
    margins = training.held_out_margins(corpus, targets, len(labels), folds=folds)
    probabilities = training.softmax(margins * training.calibrate(margins, targets))
    progress("交叉验证", 1.0)
    order = np.argsort(-probabilities, axis=1)[:, :RANKED]
    return [
        Judged(
            Case(text, label, frozenset({label})),
            tuple(labels[int(at)] for at in order[row]),
            float(probabilities[row, order[row, 0]]),
        )
        for row, (text, label) in enumerate(lines)
    ]
