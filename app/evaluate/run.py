"""Judge messages: by a trained model, or each training line by a model that has not seen it."""

from collections.abc import Callable, Sequence

import numpy as np

from app.evaluate.metrics import Case, Judged
from app.records import Scored
from app.understand import train as training
from app.understand.classify import RANKED, Classifier
from app.understand.corpus import Corpus
from app.understand.features import FAMILIES
from app.understand.reader import Reader

Progress = Callable[[str, float], None]


def judge(
    classifier: Classifier, cases: Sequence[Case], progress: Progress = lambda _stage, _done: None
) -> list[Judged]:
    """Classify every case."""
    judged = []
    for at, case in enumerate(cases):
        _, ranking = classifier(case.text, case.before)
        judged.append(Judged(case, ranking.scored, ranking.known))
        if at % 50 == 0:
            progress("分类", at / len(cases))
    progress("分类", 1.0)
    return judged


def cross_validate(
    lines: Sequence[tuple[str, str]],
    reader: Reader,
    *,
    folds: int,
    families: Sequence[str] = FAMILIES,
    progress: Progress = lambda _stage, _done: None,
) -> list[Judged]:
    """Judge every training line by a model that has not seen it."""
    labels = sorted({label for _, label in lines})
    index = {label: at for at, label in enumerate(labels)}
    targets = np.array([index[label] for _, label in lines], dtype=np.int32)
    progress("读句子", 0.0)
    utterances = [reader(text) for text, _ in lines]
    corpus = Corpus(utterances, training.syllables("".join(text for text, _ in lines)), families=families)
    progress("交叉验证", 0.3)
    margins = training.held_out_margins(corpus, targets, len(labels), folds=folds)
    probabilities = training.softmax(margins * training.calibrate(margins, targets))
    progress("交叉验证", 1.0)
    order = np.argsort(-probabilities, axis=1)[:, :RANKED]
    return [
        Judged(
            Case(text, label, frozenset({label})),
            tuple(Scored(labels[int(at)], float(probabilities[row, at])) for at in order[row]),
        )
        for row, (text, label) in enumerate(lines)
    ]
