"""Train from the intents or from labelled tables, and keep the result."""

import csv
from collections.abc import Sequence
from pathlib import Path

from app.errors import RequestError
from app.pipeline import Knowledge, fingerprint
from app.understand import artefact as artefacts
from app.understand import catalogue as catalogues
from app.understand.artefact import Artefact
from app.understand.train import Progress, train

Lines = Sequence[tuple[str, str]]


def save_trained(knowledge: Knowledge, lines: Lines, folder: Path, *, own: bool, progress: Progress) -> Artefact:
    """Train on `lines` and write the model; `own` says that they are this installation's intents."""
    data_hash = fingerprint(knowledge) if own else artefacts.data_hash(lines)
    model = train(lines, knowledge.reader, data_hash=data_hash, progress=progress)
    artefacts.save(model, folder)
    return model


def read_lines(sources: Sequence[Path]) -> list[tuple[str, str]]:
    """Read training lines from intent folders and from tables with the columns label and text."""
    lines: dict[str, str] = {}
    for source in sources:
        if source.is_dir():
            lines.update(catalogues.load(source).lines())
        elif source.suffix in (".tsv", ".csv"):
            lines.update(_table(source))
        else:
            raise RequestError("bad_data", f"--data {source.name}：要 intents 文件夹，或 .tsv、.csv 文件")
    return list(lines.items())


def _table(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            if not {"label", "text"} <= set(reader.fieldnames or ()):
                raise RequestError("bad_data", f"{path.name} 第一行要有列名 label 和 text")
            rows = [(row["text"], row["label"]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError("bad_data", f"读不到 {path.name}，要 UTF-8 的表格") from error
    for number, (text, label) in enumerate(rows, 2):
        if not (text or "").strip() or not (label or "").strip():
            raise RequestError("bad_data", f"{path.name} 第 {number} 行的 label 或 text 是空的")
    return rows
