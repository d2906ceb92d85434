"""Train a version and weigh it against the one in use, without bringing it into use.

    python -m app.desk.training.trial < {"cases": [["text", "intent"], …]}

A process of its own, so that drafts go on within milliseconds. It prints a JSON object a line: {"stage", "done"} as it
goes, and at the end {"version"} or {"error"}; what it found is kept in `report.json` beside the model.
"""

import fcntl
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from app.desk.training.verdict import REPORT, Change, Report, Side
from app.errors import ArtefactError, MiaohuiError, RequestError
from app.evaluate.compare import compare, sample
from app.evaluate.metrics import Case, Judged
from app.evaluate.run import judge
from app.models import Store
from app.pipeline import Knowledge, load_knowledge
from app.settings import read_settings
from app.training import fit
from app.understand.artefact import Artefact, Card
from app.understand.classify import Classifier

_LOCK = "training.lock"
_MOST_SHOWN = 60
_TRAINED, _BEFORE = 0.8, 0.9
"""Shares of the work that are done once the model is trained, and once the old one has been judged."""
_GENTLY = 10


def run(cases: Sequence[tuple[str, str]], say: "Say") -> str:
    """Train, weigh, keep, and name the version."""
    knowledge = load_knowledge(read_settings())
    store = Store(knowledge.settings.models)
    store.folder.mkdir(parents=True, exist_ok=True)
    with _alone(store.folder / _LOCK):
        old = _in_use(store)
        model = fit(
            knowledge, knowledge.catalogue.lines(), own=True, progress=lambda stage, done: say(stage, done * _TRAINED)
        )
        report = _weigh(knowledge, old, model, cases, say)
        version = store.add(model)
        whole = report.model_copy(update={"after": _side(version, model.card)})
        (store.folder / version / REPORT).write_text(whole.model_dump_json(indent=1), encoding="utf-8")
        store.prune(knowledge.settings.keep_models)
    return version


def _in_use(store: Store) -> tuple[str, Artefact] | None:
    try:
        version = store.in_use()
        return version, store.load(version)
    except ArtefactError:  # none, or one that cannot be read: there is nothing to weigh against
        return None


def _weigh(
    knowledge: Knowledge, old: tuple[str, Artefact] | None, new: Artefact, told: Sequence[tuple[str, str]], say: "Say"
) -> Report:
    drawn = sample(knowledge.catalogue.lines())
    cases = [*drawn, *(Case(text, intent, frozenset({intent})) for text, intent in told)]

    def judged(model: Artefact) -> list[Judged]:
        return judge(Classifier(model, knowledge.reader, knowledge.catalogue), cases)

    say("比较", _TRAINED)
    before = judged(old[1]) if old else None
    say("比较", _BEFORE)
    after = judged(new)
    found = compare((before or after)[: len(drawn)], after[: len(drawn)])
    heard = zip((before or after)[len(drawn) :], after[len(drawn) :], strict=True)
    return Report(
        before=_side(old[0], old[1].card) if old else None,
        after=_side("", new.card),
        sampled=found.count,
        right=found.accuracy,
        p=found.p,
        lost=tuple(Change(**_fields(one)) for one in found.lost[:_MOST_SHOWN]),
        won=tuple(Change(**_fields(one)) for one in found.won[:_MOST_SHOWN]),
        lost_count=len(found.lost),
        won_count=len(found.won),
        told=tuple(
            Change(text=then.case.text, intent=then.case.intent, before=then.top if old else "", after=now.top)
            for then, now in heard
        ),
    )


def _fields(one: Any) -> dict[str, str]:
    return {name: getattr(one, name) for name in Change.model_fields}


def _side(version: str, card: Card) -> Side:
    return Side(
        version=version, lines=card.lines, intents=card.intents, held_out=card.scores.get("held_out_accuracy", 0.0)
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep a second training out while the block runs, from whatever process."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RequestError("training_already", "另一个训练正在跑，等它完了再来") from error
        yield


class Say:
    """Print progress, a JSON object a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, stage: str, done: float) -> None:
        self.line(stage=stage, done=round(done, 3))

    def line(self, **fields: Any) -> None:
        """Print one object."""
        self._stream.write(json.dumps(fields, ensure_ascii=False) + "\n")
        self._stream.flush()


def main() -> int:
    """Train with the cases on standard input; give the exit status."""
    say = Say(sys.stdout)
    os.nice(_GENTLY)
    try:
        cases = [(str(text), str(intent)) for text, intent in json.load(sys.stdin)["cases"]]
        say.line(version=run(cases, say))
    except MiaohuiError as error:
        say.line(error=str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
