"""What a lead does with messages that nobody understood: look, accept into an intent, reject, open an intent, undo."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeVar

import numpy as np
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.check import bare_text
from app.desk import revisions
from app.desk.masking import Mask
from app.desk.revisions import Change
from app.desk.store import DeskStore
from app.desk.training import feedback
from app.desk.training.feedback import Before, Said, Tally
from app.desk.training.lines import Changed, TrainingLines, Warned, refusal
from app.desk.training.parked import Parked
from app.errors import NotFoundError, RequestError
from app.pipeline import Pipeline
from app.records import UNKNOWN
from app.understand.artefact import Artefact
from app.understand.features import Floats

T = TypeVar("T")
_CHOICES, _NEAREST, _KEPT = 3, 5, 50
_LONGEST_NOTE = 300
_LEAST_LIKE = 0.15


@dataclass(frozen=True, slots=True)
class Look:
    """What helps to decide on a line: intents to choose from, the training lines most like it, what is odd."""

    choices: tuple[tuple[str, float], ...]
    nearest: tuple[tuple[str, str], ...]
    """Line and intent."""
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One line to decide on; an empty `text` stands for what the buyer wrote."""

    ids: tuple[int, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was left as it is, and why."""

    item: Item
    why: Warned


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided at one stroke, with all that undoing it needs."""

    state: Literal["accepted", "rejected"]
    intent: str
    before: tuple[Before, ...]
    changed: Changed | None
    refused: tuple[Refused, ...] = ()


class Trainer:
    """Decide on messages; the last decisions of everybody are kept so that they can be undone."""

    def __init__(self, pipeline: Pipeline, store: DeskStore, mask: Mask) -> None:
        settings, normaliser = pipeline.knowledge.settings, pipeline.knowledge.reader.normaliser
        self.lines = TrainingLines(settings, lambda text: normaliser(text).text, mask)
        self.parked = Parked(settings)
        self._pipeline = pipeline
        self._store = store
        self._normalise = lambda text: bare_text(normaliser(text).text)
        self._done: dict[tuple[str, str], deque[Decision]] = {}
        self._turn = threading.Lock()

    def open_messages(self, shop: str) -> tuple[list[tuple[Said, ...]], Tally]:
        """Give the open messages by likeness, and the counts."""
        with self._store.read() as session:
            said, tally = feedback.open_messages(session, shop, self._normalise), feedback.tally(session, shop)
        model = self._pipeline.classifier.artefact
        return feedback.by_likeness(said, self._pipeline.knowledge.reader, model.vectoriser), tally

    def live(self) -> set[str]:
        """Name the intents that a training would learn."""
        return set(self.lines.titles()) - {one.name for one in self.parked.all()}

    def look(self, text: str, chosen: str = "") -> Look:
        """Look at a line; what an agent said it means stands first among the choices."""
        classifier = self._pipeline.classifier
        utterance, ranking = classifier(text)
        heard = {one.name: one.confidence for one in ranking.scored if one.name != UNKNOWN}
        if chosen:
            heard = {chosen: heard.get(chosen, 0.0)} | heard
        choices = tuple(heard.items())[:_CHOICES]
        columns, values = classifier.artefact.vectoriser(utterance)
        dense = np.zeros(len(classifier.artefact.vectoriser.columns), dtype=np.float32)
        dense[columns] = values
        return Look(choices, _nearest(classifier.artefact, dense), self.lines.warnings(text))

    def accept(self, shop: str, items: Sequence[Item], intent: str, *, agent: str) -> Decision:
        """Put lines into an intent; what may not go there stays open."""
        with self._turn:
            stored = self._texts(shop, items)
            wanted = [(item, item.text or stored[item.ids]) for item in items if item.ids in stored]
            faults = {item: refusal(self.lines.warnings(text), intent) for item, text in wanted}
            refused = tuple(Refused(item, why) for item, why in faults.items() if why is not None)
            taken = [(item, text) for item, text in wanted if faults[item] is None]
            if not taken:
                return Decision("accepted", intent, (), None, refused)
            changed = self.lines.add(intent, [text for _, text in taken])
            ids = [number for item, _ in taken for number in item.ids]
            try:
                before = self._close(shop, ids, state="accepted", intent=intent, changed=changed, agent=agent)
            except (SQLAlchemyError, RequestError):
                if changed is not None:
                    self.lines.remove(intent, changed.lines)
                raise
            return self._keep(shop, agent, Decision("accepted", intent, before, changed, refused))

    def reject(self, shop: str, items: Sequence[Item], *, agent: str) -> Decision:
        """Leave messages out of the training."""
        with self._turn:
            ids = [number for item in items for number in item.ids]
            before = self._close(shop, ids, state="rejected", intent="", changed=None, agent=agent)
            return self._keep(shop, agent, Decision("rejected", "", before, None))

    def undo(self, shop: str, *, agent: str) -> Decision:
        """Take back the last decision of this agent; raise NotFoundError where there is none."""
        with self._turn:
            done = self._done.get((shop, agent))
            if not done:
                raise NotFoundError("nothing_to_undo", "没有可以撤销的了（重启以后就撤销不了以前的）")
            last = done.pop()
            changed = self.lines.remove(last.intent, last.changed.lines) if last.changed else None
            self._store.write(_noted(shop, feedback.reopen(last.before), changed, agent, "撤销")).result()
            return last

    def undoable(self, shop: str, agent: str) -> int:
        """Count the decisions that this agent may take back."""
        return len(self._done.get((shop, agent), ()))

    def _texts(self, shop: str, items: Sequence[Item]) -> dict[tuple[int, ...], str]:
        """Give what was written, by item; those that somebody else has dealt with are left out."""
        with self._store.read() as session:
            rows = feedback.find_open(session, shop, [number for item in items for number in item.ids])
        texts = {row.id: row.text for row in rows}
        found = {item.ids: [texts[number] for number in item.ids if number in texts] for item in items}
        return {ids: said[-1] for ids, said in found.items() if said}

    def _close(
        self, shop: str, ids: Sequence[int], *, state: str, intent: str, changed: Changed | None, agent: str
    ) -> tuple[Before, ...]:
        job = feedback.decide(shop, ids, state=state, intent=intent, at=datetime.now(UTC))
        return self._store.write(_noted(shop, job, changed, agent, "加进例句")).result()

    def _keep(self, shop: str, agent: str, decision: Decision) -> Decision:
        self._done.setdefault((shop, agent), deque(maxlen=_KEPT)).append(decision)
        return decision


def _noted(
    shop: str, job: Callable[[Session], T], changed: Changed | None, agent: str, note: str
) -> Callable[[Session], T]:
    """Give the job that also keeps the state of the intent file that a decision has changed."""
    if changed is None:
        return job
    note = f"{note}：{'、'.join(changed.lines)}"[:_LONGEST_NOTE]
    kept = revisions.record(
        Change(shop, "intent", changed.name, changed.text, datetime.now(UTC), agent, note, before=changed.before)
    )

    def both(session: Session) -> T:
        got = job(session)
        kept(session)
        return got

    return both


def _nearest(model: Artefact, message: Floats) -> tuple[tuple[str, str], ...]:
    """Find the training lines most like a message, whatever their intent."""
    shares = np.append(message[model.row_columns] * model.row_values, np.float32(0))
    likeness = np.add.reduceat(shares, model.row_starts[:-1])
    best = np.argsort(-likeness, kind="stable")[:_NEAREST]
    return tuple(
        (model.lines[at], model.labels[model.line_labels[at]]) for at in best.tolist() if likeness[at] > _LEAST_LIKE
    )
