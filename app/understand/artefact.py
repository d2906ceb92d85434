"""The trained model on disk: numbers in npz, words in json, and a card that says what it was made from.

Reading executes nothing: numpy loads with pickles refused, json holds text and numbers only.
"""

import hashlib
import json
import tokenize
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import ArtefactError
from app.understand.features import Floats, Indices, Vectoriser

FORMAT = 3
"""Raise when features or layout change: an older artefact is then trained again."""

_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,  # numpy reads an odd header as Python source
    zipfile.BadZipFile,
)
_WEIGHTS, _WORDS, _CARD = "weights.npz", "words.json", "card.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What the model was made from and how well it did."""

    format: int
    data_hash: str
    lines: int
    intents: int
    features: int
    seed: int
    versions: Mapping[str, str]
    trained_at: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Artefact:
    """A model ready to score: `weights` is (features, intents), `rows` hold the training lines sparsely."""

    card: Card
    labels: tuple[str, ...]
    vectoriser: Vectoriser
    weights: Floats
    intercept: Floats
    temperature: float
    floor: float
    lines: tuple[str, ...]
    line_labels: Indices
    row_starts: Indices
    row_columns: Indices
    row_values: Floats


def data_hash(lines: Iterable[tuple[str, str]], *more: str) -> str:
    """Fingerprint training lines and whatever else the features depend on."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for text, label in lines:
        digest.update(f"{label}\0{text}\n".encode())
    for part in more:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def with_scores(artefact: Artefact, scores: Mapping[str, float]) -> Artefact:
    """Give the artefact with the scores of an evaluation added to its card."""
    return replace(artefact, card=replace(artefact.card, scores={**artefact.card.scores, **scores}))


def save(artefact: Artefact, folder: Path) -> None:
    """Write the artefact; the card comes last, so a torn write is seen as a missing card."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _CARD).unlink(missing_ok=True)
    with (folder / _WEIGHTS).open("wb") as file:
        np.savez(
            file,
            weights=artefact.weights.astype(np.float16),
            intercept=artefact.intercept,
            idf=artefact.vectoriser.idf,
            line_labels=artefact.line_labels,
            row_starts=artefact.row_starts,
            row_columns=artefact.row_columns,
            row_values=artefact.row_values.astype(np.float16),
        )
    words = {
        "labels": artefact.labels,
        "columns": list(artefact.vectoriser.columns),
        "pinyin": dict(artefact.vectoriser.pinyin),
        "temperature": artefact.temperature,
        "floor": artefact.floor,
        "lines": artefact.lines,
    }
    (folder / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    card = asdict(artefact.card) | {"files": {name: _digest(folder / name) for name in (_WEIGHTS, _WORDS)}}
    (folder / _CARD).write_text(json.dumps(card, ensure_ascii=False, indent=2), encoding="utf-8")


def load(folder: Path) -> Artefact:
    """Read an artefact; raise ArtefactError with the reason where that is impossible."""
    card = verify(folder)
    try:
        # opened here, since numpy leaves a file that is no archive open
        with (folder / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            numbers = {name: arrays[name] for name in arrays.files}
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        return _assemble(card, numbers, words)
    except _DAMAGED as error:
        raise ArtefactError(f"模型 {folder.name} 读不出来（{type(error).__name__}），请运行 miaohui train") from error


def verify(folder: Path) -> Card:
    """Read the card and check the files against it, without reading the model."""
    for name, digest in _card(folder)["files"].items():
        if _digest(folder / name) != digest:
            raise ArtefactError(
                f"模型文件 {folder.name}/{name} 与登记的校验值不符（可能写坏或被改过），请运行 miaohui train"
            )
    return read_card(folder)


def read_card(folder: Path) -> Card:
    """Read the card alone; whether the files fit it is not looked at."""
    card = _card(folder)
    del card["files"]
    try:
        return Card(**card)
    except TypeError as error:
        raise ArtefactError(f"模型说明 {folder.name}/{_CARD} 读不出来（{error}），请运行 miaohui train") from error


def _card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtefactError(f"还没有模型（{folder.name}/{_CARD} 不存在），请运行 miaohui train") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactError(f"模型说明 {folder.name}/{_CARD} 读不出来，请运行 miaohui train") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise ArtefactError(f"模型 {folder.name} 是别的版本做的，请运行 miaohui train")
    if not isinstance(card.get("files"), dict) or set(card["files"]) != {_WEIGHTS, _WORDS}:
        raise ArtefactError(f"模型说明 {folder.name}/{_CARD} 不完整，请运行 miaohui train")
    return card


def _assemble(card: Card, numbers: Mapping[str, Any], words: Mapping[str, Any]) -> Artefact:
    columns = {term: column for column, term in enumerate(words["columns"])}
    weights = numbers["weights"]
    if weights.shape != (len(columns), len(words["labels"])):
        raise ValueError("shapes disagree")
    return Artefact(
        card=card,
        labels=tuple(words["labels"]),
        vectoriser=Vectoriser(columns, numbers["idf"], dict(words["pinyin"])),
        weights=weights.astype(np.float32),
        intercept=numbers["intercept"],
        temperature=float(words["temperature"]),
        floor=float(words["floor"]),
        lines=tuple(words["lines"]),
        line_labels=numbers["line_labels"],
        row_starts=numbers["row_starts"],
        row_columns=numbers["row_columns"],
        row_values=numbers["row_values"].astype(np.float32),
    )


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
