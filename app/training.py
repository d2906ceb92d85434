"""Train, and keep the result."""

from collections.abc import Sequence
from pathlib import Path

from app.pipeline import Knowledge, fingerprint
from app.understand import artefact as artefacts
from app.understand.artefact import Artefact
from app.understand.train import Progress, train

Lines = Sequence[tuple[str, str]]


def save_trained(knowledge: Knowledge, lines: Lines, folder: Path, *, own: bool, progress: Progress) -> Artefact:
    """Train on `lines` and write the model; `own` says that they are this installation's intents."""
    data_hash = fingerprint(knowledge) if own else artefacts.data_hash(lines)
    model = train(lines, knowledge.reader, data_hash=data_hash, progress=progress)
    artefacts.save(model, folder)
    return model
