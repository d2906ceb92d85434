"""Write an evaluation as one page that needs nothing else: no scripts, no fonts, no pictures from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import html_page
from app.evaluate import confidence, curves, metrics
from app.evaluate.advice import advise
from app.evaluate.assess import Evaluation
from app.evaluate.curves import Bar
from app.evaluate.figures import score, without_leaks
from app.evaluate.metrics import IntentScores, Judged
from app.understand.catalogue import GROUP_TITLES

_TEMPLATES = Path(__file__).parent / "templates"
_FAIR, _GOOD = 0.7, 0.85


@dataclass(frozen=True, slots=True)
class Row:
    """An intent or group with its scores and the messages behind them; `stray` were wrongly given to it."""

    name: str
    title: str
    scores: IntentScores
    right: tuple[Judged, ...]
    wrong: tuple[Judged, ...]
    stray: tuple[Judged, ...]

    @property
    def grade(self) -> str:
        """Name the colour of its bar."""
        return "good" if self.scores.f1 >= _GOOD else "fair" if self.scores.f1 >= _FAIR else "poor"


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the reliability chart with its wrong messages."""

    bar: Bar
    wrong: tuple[Judged, ...]


def write(found: Evaluation, path: Path) -> None:
    """Render the page into `path`."""
    html_page.save(render(found), path)


def render(found: Evaluation) -> str:
    """Give the page as HTML; every message is escaped."""
    templates = html_page.templates(_TEMPLATES)
    scores = score(found.judged)
    points = confidence.risk_coverage(found.judged)
    highest = curves.highest(points)
    intents = metrics.by_intent(found.judged)
    answered = [one for one in found.judged if one.confidence >= scores.threshold_at_95]
    return templates.get_template("report.html").render(
        found=found,
        scores=scores,
        parts={name: score(part) for name, part in metrics.parts(found.judged).items()},
        steps=advise(found),
        macro=metrics.macro(intents),
        weighted=metrics.weighted(intents),
        groups=_groups(found),
        intents=_intents(found),
        confusions=metrics.confusions(found.judged),
        missed=[one for one in found.judged if not one.right(3)],
        bins=_bins(found.judged),
        path=curves.risk_coverage(points, highest=highest),
        highest=highest,
        answered=len(answered),
        answered_wrong=_surest([one for one in answered if not one.right()]),
        mixed=[pair for pair in found.neighbours if pair.confused],
        unleaked=without_leaks(found),
    )


def _intents(found: Evaluation) -> list[Row]:
    """List the intents, the weakest first."""
    rows: dict[str, tuple[list[Judged], list[Judged], list[Judged]]] = {}
    for one in found.judged:
        rows.setdefault(one.case.intent, ([], [], []))[0 if one.right() else 1].append(one)
    for one in found.judged:
        if not one.right() and one.top in rows:
            rows[one.top][2].append(one)
    scores = metrics.by_intent(found.judged)
    return [
        Row(name, found.name(name), scores[name], *(tuple(_surest(part)) for part in rows[name]))
        for name in metrics.worst(scores, len(scores))
    ]


def _groups(found: Evaluation) -> list[Row]:
    scores = metrics.by_group(found.judged, found.groups)
    return [
        Row(name, GROUP_TITLES.get(name, name or "未分组"), scores[name], (), (), ())
        for name in metrics.worst(scores, len(scores))
    ]


def _bins(judged: Sequence[Judged]) -> list[Step]:
    return [
        Step(bar, tuple(_surest([one for one in judged if not one.right() and bar.bin.holds(one)])))
        for bar in curves.reliability(confidence.reliability(judged))
    ]


def _surest(judged: Sequence[Judged]) -> list[Judged]:
    return sorted(judged, key=lambda one: -one.confidence)
