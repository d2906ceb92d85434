"""Train the classifier: a linear model over TF-IDF features, calibrated on lines it has not seen."""

import importlib.metadata
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
from scipy.sparse import csr_matrix

from app.errors import DataError, Problem
from app.understand.artefact import FORMAT, Artefact, Card
from app.understand.corpus import Corpus
from app.understand.features import FAMILIES, Floats, Indices
from app.understand.reader import Reader

SEED = 20261121
FOLDS = 2
MIN_LINES = 2
PENALTY = 0.25
"""Inverse regularisation strength of the linear model, chosen by cross-validation."""
_CLEARER = 1.4
"""Training lines are written along the borders of the intents; what buyers send lies clearer of them, by this much.
Measured on labelled chats as the expected calibration error."""
_BELOW_FLOOR = 0.3
"""A guess at the floor is right no more often than this: better to ask than to guess."""
_NEIGHBOURS = 60
"""Guesses are judged together with the sixtieth part of all that are nearest in confidence."""

Progress = Callable[[str, float], None]


def train(
    lines: Sequence[tuple[str, str]],
    reader: Reader,
    *,
    data_hash: str,
    families: Sequence[str] = FAMILIES,
    progress: Progress = lambda _stage, _done: None,
) -> Artefact:
    """Fit on (text, intent) lines; `families` are the kinds of features used, `progress` hears stage and share done."""
    labels = tuple(sorted({label for _, label in lines}))
    if len(labels) < 2 or len(lines) < FOLDS:
        have = f"现在有 {len(labels)} 个、{len(lines)} 句"
        raise DataError([Problem("训练数据", "", f"至少要两个意图、{FOLDS} 句话，{have}，请补上例句")])
    progress("读句子", 0.0)
    lines = sorted(lines, key=lambda line: line[1])  # rows of one label lie together, which serving relies on
    utterances = [reader(text) for text, _ in lines]
    pinyin = syllables("".join(text for text, _ in lines))
    index = {label: at for at, label in enumerate(labels)}
    targets = np.array([index[label] for _, label in lines], dtype=np.int32)
    progress("取特征", 0.15)
    corpus = Corpus(utterances, pinyin, families=families)
    progress("训练", 0.3)
    fitted = corpus.fit(np.arange(len(targets), dtype=np.int32), min_lines=MIN_LINES)
    weights, intercept = fit_linear(fitted.rows, targets, len(labels))
    progress("校准", 0.6)
    margins = held_out_margins(corpus, targets, len(labels))
    temperature = _CLEARER * calibrate(margins, targets)
    sure = softmax(margins * temperature)
    rows = fitted.rows
    progress("完成", 1.0)
    return Artefact(
        card=Card(
            format=FORMAT,
            data_hash=data_hash,
            lines=len(lines),
            intents=len(labels),
            features=len(fitted.vectoriser.columns),
            seed=SEED,
            versions=_versions(),
            trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
            scores={"held_out_accuracy": round(float((margins.argmax(1) == targets).mean()), 4)},
        ),
        labels=labels,
        vectoriser=fitted.vectoriser,
        weights=weights.astype(np.float16).astype(np.float32),  # as they will be read back
        intercept=intercept,
        temperature=temperature,
        floor=floor(sure, targets),
        lines=tuple(text for text, _ in lines),
        line_labels=targets,
        row_starts=rows.indptr.astype(np.int32),
        row_columns=rows.indices.astype(np.int32),
        row_values=rows.data.astype(np.float32),
    )


def fit_linear(rows: csr_matrix, targets: Indices, labels: int) -> tuple[Floats, Floats]:
    """Fit one linear separator per label; give weights (features, labels) and intercepts."""
    from sklearn.svm import LinearSVC

    weights = np.zeros((rows.shape[1], labels), dtype=np.float32)
    intercept = np.full(labels, -1.0, dtype=np.float32)
    present = np.unique(targets)
    if len(present) == 1:  # a fold of few lines may hold one intent only
        intercept[present] = 1.0
        return weights, intercept
    model = LinearSVC(C=PENALTY, random_state=SEED)
    model.fit(rows, targets)
    if len(model.classes_) == 2:
        weights[:, model.classes_] = np.stack([-model.coef_[0], model.coef_[0]], axis=1)
        intercept[model.classes_] = (-model.intercept_[0], model.intercept_[0])
    else:
        weights[:, model.classes_] = model.coef_.T
        intercept[model.classes_] = model.intercept_
    return weights, intercept


def held_out_margins(corpus: Corpus, targets: Indices, labels: int, *, folds: int = FOLDS) -> Floats:
    """Score every line by a model that has not seen it; shape (lines, labels).

    One fold after the other: the solver's random numbers are shared by all threads of the process,
    and fits side by side would not come out alike.
    """
    from sklearn.model_selection import KFold

    margins = np.zeros((len(targets), labels), dtype=np.float32)
    for seen, unseen in KFold(folds, shuffle=True, random_state=SEED).split(targets):
        rows = corpus.fit(seen, min_lines=MIN_LINES).rows
        weights, intercept = fit_linear(rows[seen], targets[seen], labels)
        margins[unseen] = rows[unseen] @ weights + intercept
    return margins


def calibrate(margins: Floats, targets: Indices) -> float:
    """Find the temperature that makes softmax(margins × temperature) likeliest."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(targets))

    def loss(temperature: float) -> float:
        return -float(np.log(softmax(margins * temperature)[rows, targets] + 1e-12).mean())

    return float(minimize_scalar(loss, bounds=(0.5, 20.0), method="bounded").x)


def softmax(scores: Floats) -> Floats:
    """Turn scores into probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def floor(probabilities: Floats, targets: Indices) -> float:
    """Choose the confidence at which a guess, among its neighbours in confidence, is right too seldom."""
    top = probabilities.max(axis=1)
    order = np.argsort(top)
    right = (probabilities.argmax(axis=1) == targets)[order].astype(np.float64)
    window = max(len(order) // _NEIGHBOURS, 1)
    share = np.convolve(right, np.ones(window) / window, mode="valid")
    below = np.flatnonzero(share <= _BELOW_FLOOR)
    return float(top[order[min(below[-1] + window // 2 + 1, len(order) - 1)]]) if len(below) else 0.0


def syllables(text: str) -> dict[str, str]:
    """Give the usual syllable of every Chinese character of the GB 2312 set and of `text`."""
    from pypinyin import lazy_pinyin

    common = bytes(byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    chars = sorted({char for char in common.decode("gb2312", "ignore") + text if "\u4e00" <= char <= "\u9fff"})
    return dict(zip(chars, lazy_pinyin(chars), strict=True))


def _versions() -> dict[str, str]:
    packages = ("numpy", "scikit-learn", "jieba", "pypinyin", "opencc")
    return {"python": ".".join(map(str, sys.version_info[:3]))} | {
        package: importlib.metadata.version(package) for package in packages
    }
