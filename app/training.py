"""Train, and keep the result as a version that comes into use where it is not worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import ArtefactError
from app.models import SLACK, Store
from app.pipeline import Knowledge, fingerprint
from app.understand import artefact as artefacts
from app.understand.artefact import Artefact
from app.understand.train import Progress, train

Lines = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The version that was written; `objection` says why it did not come into use and is empty where it did."""

    version: str
    objection: str


def fit(knowledge: Knowledge, lines: Lines, *, own: bool, progress: Progress) -> Artefact:
    """Train on `lines`; `own` says that they are this installation's intents."""
    data_hash = fingerprint(knowledge) if own else artefacts.data_hash(lines)
    return train(lines, knowledge.reader, data_hash=data_hash, progress=progress)


def keep(knowledge: Knowledge, model: Artefact, *, force: bool, scores: Mapping[str, float] | None = None) -> Kept:
    """Write a version, bring it into use unless it is worse (`force`: in any case), and remove the oldest."""
    store = Store(knowledge.settings.models)
    objection = "" if force else _objection(knowledge, store, model)
    version = store.add(model, scores=scores)
    if not objection:
        store.promote(version)
    store.prune(knowledge.settings.keep_models)
    return Kept(version, objection)


def _objection(knowledge: Knowledge, store: Store, model: Artefact) -> str:
    data_hash = fingerprint(knowledge)
    if model.card.data_hash != data_hash:
        return "它不是用 intents/ 里的训练数据练的"
    try:
        card = store.verify(store.in_use())
    except ArtefactError:  # missing, damaged or of another format: anything is better
        return ""
    was, now = (one.scores.get("held_out_accuracy", 0.0) for one in (card, model.card))
    if card.data_hash != data_hash or round(was - now, 6) <= SLACK:
        return ""
    return f"交叉验证首选对 {now:.3f}，比在用的 {was:.3f} 低"
