"""Put one evaluation together: judge, look for doubts, compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.evaluate import doubts, rivals
from app.evaluate.confidence import SURE, auroc
from app.evaluate.doubts import Leak, Neighbours, Thin
from app.evaluate.metrics import Case, Judged
from app.evaluate.rivals import Bench, Rival
from app.evaluate.run import Progress, cross_validate, judge
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.reader import Reader

OTHER = "other"


@dataclass(frozen=True, slots=True)
class OffDomain:
    """How messages from elsewhere fare: `answered` are those taken for one of our intents with confidence."""

    judged: tuple[Judged, ...]
    answered: tuple[Judged, ...]
    auroc: float

    @property
    def share(self) -> float:
        return len(self.answered) / len(self.judged)


@dataclass(frozen=True)
class Evaluation:
    """Everything measured, for all outputs; `folds` 0: a held-out file."""

    title: str
    folds: int
    judged: tuple[Judged, ...]
    lines: int
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    suspects: tuple[Judged, ...]
    leaks: tuple[Leak, ...]
    thin: tuple[Thin, ...]
    neighbours: tuple[Neighbours, ...]
    off_domain: OffDomain | None
    rivals: tuple[Rival, ...]

    def name(self, intent: str) -> str:
        """Call an intent as people do."""
        return self.titles.get(intent, intent) or "没看懂"


@dataclass(frozen=True)
class Plan:
    """What to evaluate: `cases` None means cross-validation over the training set."""

    title: str
    cases: Sequence[Case] | None
    off_domain: Sequence[str]
    folds: int
    ablation: bool
    baselines: bool


def assess(
    plan: Plan, reader: Reader, catalogue: Catalogue, classifier: Classifier | None, progress: Progress
) -> Evaluation:
    """Carry out the plan; a file and messages from elsewhere need a trained classifier."""
    groups = {intent.name: intent.group for intent in catalogue}
    if plan.cases is not None and classifier is not None:
        folds, lines = 0, _trained_on(classifier)
        judged = judge(classifier, plan.cases, progress)
        progress("找重复", 0.0)
        leaks = doubts.leaks(plan.cases, lines, lambda text: reader.normaliser(text).text)
    else:
        folds, lines, leaks = plan.folds, catalogue.lines(), []
        judged = cross_validate(lines, reader, folds=folds, progress=progress)
    bench = Bench(judged, lines, folds, reader, catalogue)
    found: list[Rival] = rivals.ablations(bench, progress) if plan.ablation else []
    found += rivals.simple(bench, progress) if plan.baselines else []
    outside = _outside(plan.off_domain, judged, groups, classifier, progress)
    return Evaluation(
        title=plan.title,
        folds=folds,
        judged=tuple(judged),
        lines=len(lines),
        titles={intent.name: intent.title for intent in catalogue},
        groups=groups,
        suspects=tuple(doubts.suspects(judged)),
        leaks=tuple(leaks),
        thin=tuple(doubts.thin(lines, None if folds else [one.case for one in judged])),
        neighbours=tuple(doubts.neighbours(judged, catalogue)),
        off_domain=outside,
        rivals=tuple(found),
    )


def _trained_on(classifier: Classifier) -> list[tuple[str, str]]:
    model = classifier.artefact
    return [(text, model.labels[int(at)]) for text, at in zip(model.lines, model.line_labels, strict=True)]


def _outside(
    texts: Sequence[str],
    inside: Sequence[Judged],
    groups: Mapping[str, str],
    classifier: Classifier | None,
    progress: Progress,
) -> OffDomain | None:
    """Judge messages from elsewhere and tell how well confidence sets them apart from our own."""
    if not texts or classifier is None:
        return None

    def ours(one: Judged) -> float:
        """Give the confidence that the message is about the shop at all."""
        return sum(scored.confidence for scored in one.scored if groups.get(scored.name) != OTHER)

    judged = judge(classifier, [Case(text, "", frozenset()) for text in texts], progress)
    answered = [one for one in judged if one.known and groups.get(one.top) != OTHER and one.confidence >= SURE]
    own = [ours(one) for one in inside if groups.get(one.case.intent) != OTHER]
    ranked = sorted(answered, key=lambda one: -one.confidence)
    return OffDomain(tuple(judged), tuple(ranked), auroc(own, [ours(one) for one in judged]))
