"""Show how training time, speed and size grow with the number of intents and of training lines.

The larger sets are made from our own lines: more intents speak other languages of the same statistics, more lines
are halves of two lines of one intent put together.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.cells import set_cell_size

from app.pipeline import Knowledge
from app.understand import artefact as artefacts
from app.understand.classify import Classifier
from app.understand.train import train

Lines = list[tuple[str, str]]
Timed = Callable[[Callable[[str], object], list[str]], list[float]]
_LINES = 8_000
_TIMES, _BOTH = 10, 3
_ASKED = 300
_SEED = 20261121


@dataclass(frozen=True, slots=True)
class Grown:
    """What one size of training set costs."""

    intents: int
    lines: int
    train: float
    classify: float
    megabytes: float


def growth(knowledge: Knowledge, timed: Timed) -> None:
    """Print one row per size, each as a ratio to the first."""
    own = _spread(knowledge.catalogue.lines(), _LINES)
    sets = (
        ("现在的意图、八千句", lambda: own),
        (f"意图 ×{_TIMES}，句数不变", lambda: _spread(more_intents(own, _TIMES), _LINES)),
        (f"意图不变，句数 ×{_TIMES}", lambda: more_lines(own, _TIMES)),
        (f"意图 ×{_TIMES}，句数 ×{_BOTH}", lambda: _spread(more_intents(own, _TIMES), _LINES * _BOTH)),
    )
    print("\n意图、句子变多以后，×是对第一行的倍数")
    print(f"{'':<26}{'意图':>4}{'句':>7}{'训练 s':>12}{'分类 p50 ms':>14}{'模型 MB':>12}")
    base: Grown | None = None
    for name, lines in sets:
        row = _measure(knowledge, lines(), timed)
        base = base or row
        print(set_cell_size(name, 26) + _row(row, base), flush=True)


def _row(row: Grown, base: Grown) -> str:
    def cell(digits: int, value: float, first: float) -> str:
        return f"{value:>9.{digits}f} ×{value / first:<5.1f}"

    return (
        f"{row.intents:>6}{row.lines:>8}"
        f"{cell(1, row.train, base.train)}{cell(3, row.classify, base.classify)}"
        f"{cell(1, row.megabytes, base.megabytes)}"
    )


def _measure(knowledge: Knowledge, lines: Lines, timed: Timed) -> Grown:
    started = time.perf_counter()
    model = train(lines, knowledge.reader, data_hash="bench")
    took = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        artefacts.save(model, Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
    classifier = Classifier(model, knowledge.reader, knowledge.catalogue)
    asked = [text for text, _ in _spread(lines, _ASKED)]
    return Grown(model.card.intents, model.card.lines, took, statistics.median(timed(classifier, asked)), size)


def more_intents(lines: Sequence[tuple[str, str]], times: int) -> Lines:
    """Add copies of every intent, each written in the alphabet turned by another step."""
    alphabet = sorted({char for text, _ in lines for char in text if "\u4e00" <= char <= "\u9fff"})
    grown: Lines = []
    for copy in range(times):
        turn = copy * len(alphabet) // times
        other = str.maketrans(dict(zip(alphabet, alphabet[turn:] + alphabet[:turn], strict=True)))
        grown += [(text.translate(other), f"{label}~{copy}") for text, label in lines]
    return grown


def more_lines(lines: Sequence[tuple[str, str]], times: int) -> Lines:
    """Add lines until there are `times` as many: the front of one line and the back of another of its intent."""
    chance = random.Random(_SEED)  # noqa: S311 - made-up lines, not secrets
    of: dict[str, list[str]] = {}
    for text, label in lines:
        of.setdefault(label, []).append(text)
    grown = dict(lines)
    while len(grown) < len(lines) * times:
        label = chance.choice(lines)[1]
        front, back = chance.choices(of[label], k=2)
        grown.setdefault(front[: (len(front) + 1) // 2] + back[len(back) // 2 :], label)
    return list(grown.items())


def _spread(lines: Sequence[tuple[str, str]], count: int) -> Lines:
    """Take `count` lines at even distances."""
    return [lines[at * len(lines) // count] for at in range(count)]
