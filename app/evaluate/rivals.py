"""Compare with simpler models on the same messages: baselines, and our own model without one kind of features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.evaluate import baselines
from app.evaluate.compare import mcnemar
from app.evaluate.metrics import Judged
from app.evaluate.run import Progress, cross_validate, judge
from app.records import Utterance
from app.understand import train as training
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.features import FAMILIES
from app.understand.reader import Reader

Kind = Literal["ablation", "baseline"]
Lines = Sequence[tuple[str, str]]
_FAMILY_NAMES = {"w": "不用词", "c": "不用字", "p": "不用拼音"}


@dataclass(frozen=True, slots=True)
class Rival:
    """Another model on the same messages; `p_value` is McNemar's, exact and two-sided."""

    name: str
    kind: Kind
    accuracy: float
    only_ours: int
    """Messages that only our model gets right."""
    only_theirs: int
    p_value: float


@dataclass(frozen=True)
class Bench:
    """What all models are trained on and judged by; `folds` 0: trained on `lines`, judged on other messages."""

    judged: Sequence[Judged]
    lines: Lines
    folds: int
    reader: Reader
    catalogue: Catalogue


def compare(name: str, kind: Kind, ours: Sequence[bool], theirs: Sequence[bool]) -> Rival:
    """Set two models' right and wrong answers side by side."""
    only_ours = sum(one and not other for one, other in zip(ours, theirs, strict=True))
    only_theirs = sum(other and not one for one, other in zip(ours, theirs, strict=True))
    share = sum(theirs) / len(theirs) if theirs else 0.0
    return Rival(name, kind, share, only_ours, only_theirs, mcnemar(only_ours, only_theirs))


def ablations(bench: Bench, progress: Progress) -> list[Rival]:
    """Train again without words, without characters, without pinyin."""
    ours = [one.right() for one in bench.judged]
    found = []
    for at, family in enumerate(FAMILIES):
        progress(_FAMILY_NAMES[family], at / len(FAMILIES))
        rest = [other for other in FAMILIES if other != family]
        if bench.folds:
            judged = cross_validate(bench.lines, bench.reader, folds=bench.folds, families=rest)
        else:
            model = training.train(bench.lines, bench.reader, data_hash="", families=rest)
            judged = judge(Classifier(model, bench.reader, bench.catalogue), [one.case for one in bench.judged])
        found.append(compare(_FAMILY_NAMES[family], "ablation", ours, [one.right() for one in judged]))
    progress("去掉一类特征", 1.0)
    return found


def simple(bench: Bench, progress: Progress) -> list[Rival]:
    """Train and judge every baseline."""
    ours = [one.right() for one in bench.judged]
    known = [bench.reader(text) for text, _ in bench.lines]
    labels = [label for _, label in bench.lines]
    asked = known if bench.folds else [bench.reader(one.case.text) for one in bench.judged]
    found = []
    models = baselines.available()
    for at, (name, model) in enumerate(models.items()):
        progress(name, at / len(models))
        guessed = _folded(model, known, labels, bench.folds) if bench.folds else model(known, labels, asked)
        right = [guess in one.case.acceptable for guess, one in zip(guessed, bench.judged, strict=True)]
        found.append(compare(name, "baseline", ours, right))
    progress("基线", 1.0)
    return found


def _folded(
    model: Callable[[Sequence[Utterance], Sequence[str], Sequence[Utterance]], list[str]],
    known: Sequence[Utterance],
    labels: Sequence[str],
    folds: int,
) -> list[str]:
    """Guess every line by a model trained on the other folds, split as our own model's are."""
    from sklearn.model_selection import KFold

    guessed = [""] * len(known)
    for seen, unseen in KFold(folds, shuffle=True, random_state=training.SEED).split(labels):
        guesses = model([known[at] for at in seen], [labels[at] for at in seen], [known[at] for at in unseen])
        for at, guess in zip(unseen, guesses, strict=True):
            guessed[at] = guess
    return guessed
