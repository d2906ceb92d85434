"""Show an evaluation: to people in the terminal, to programs as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from app.evaluate.metrics import Judged, by_intent, confusions, score

_WORST, _CONFUSIONS, _LINES = 10, 12, 3


def parts(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Split into all, self-contained, context-bound and by source, leaving out empty and equal parts."""
    alone = [one for one in judged if not one.case.needs_context]
    found = {"全部": list(judged)}
    if len(alone) != len(judged):
        found |= {"脱离上文可判": alone, "要看上文": [one for one in judged if one.case.needs_context]}
    for source in sorted({one.case.source for one in judged} - {""}):
        found[source] = [one for one in alone if one.case.source == source]
    return {name: part for name, part in found.items() if part}


def as_json(judged: Sequence[Judged]) -> dict[str, Any]:
    """Give every figure as plain data."""
    return {
        "scores": {name: asdict(score(part)) for name, part in parts(judged).items()},
        "intents": {name: asdict(scores) for name, scores in by_intent(judged).items()},
        "confusions": [
            {"intent": label, "predicted": predicted, "count": len(texts), "texts": texts}
            for label, predicted, texts in confusions(judged)
        ],
    }


def show(judged: Sequence[Judged], console: Console, *, title: str) -> None:
    """Print scores, the worst intents and the commonest confusions with their messages."""
    table = Table(title=title, title_justify="left")
    for column in ("范围", "句数", "首选对", "前三对", "校准误差"):
        table.add_column(column, justify="left" if column == "范围" else "right")
    for name, part in parts(judged).items():
        scores = score(part)
        table.add_row(
            name, str(scores.count), f"{scores.at_1:.3f}", f"{scores.at_3:.3f}", f"{scores.calibration_error:.3f}"
        )
    console.print(table)
    worst = sorted(by_intent(judged).items(), key=lambda pair: pair[1].f1)[:_WORST]
    table = Table(title="最弱的意图", title_justify="left")
    for column in ("意图", "精确率", "召回率", "F1", "句数"):
        table.add_column(column, justify="left" if column == "意图" else "right")
    for name, intent in worst:
        table.add_row(name, f"{intent.precision:.2f}", f"{intent.recall:.2f}", f"{intent.f1:.2f}", str(intent.support))
    console.print(table)
    table = Table(title="最常混的", title_justify="left")
    for column in ("应为", "判成", "次数", "例句"):
        table.add_column(column, overflow="fold")
    for label, predicted, texts in confusions(judged)[:_CONFUSIONS]:
        table.add_row(label, predicted, str(len(texts)), " / ".join(text[:30] for text in texts[:_LINES]))
    console.print(table)
