"""Hear how a buyer sounds and which risks the message names, from word lists alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import DataError
from app.records import Risk, Tone
from app.strict_yaml import load_file, load_model, problems_of

MOST_ANGRY = 3
_EXCUSES_WITHIN = 4
"""An exception excuses a word that it overlaps or that follows it within so many characters: 会不会起红疹,
but not 起红疹了会不会是这个引起的."""


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    furious: tuple[str, ...]
    upset: tuple[str, ...]
    sad: tuple[str, ...]
    harmless: tuple[str, ...] = ()


class _Signal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    note: str
    intent: str = ""
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A risk that the message names, and the intent that must then be answered first ("" for none)."""

    risk: Risk
    intent: str


class Ear:
    """Hold the word lists for tone and risk."""

    def __init__(self, tone: _Words, signals: Mapping[str, _Signal]) -> None:
        self._tone = tone
        self._signals = signals

    @property
    def intents(self) -> Sequence[str]:
        """List the intents that a risk may call for."""
        return [signal.intent for signal in self._signals.values() if signal.intent]

    def tone(self, text: str) -> Tone:
        """Judge folded text."""
        for word in self._tone.harmless:
            text = text.replace(word, "")
        anger = 2 * any(word in text for word in self._tone.furious)
        anger += sum(word in text for word in self._tone.upset)
        anger += text.count("!!") + text.count("??")
        return Tone(min(anger, MOST_ANGRY), any(word in text for word in self._tone.sad))

    def alarms(self, text: str) -> tuple[Alarm, ...]:
        """List the risks that folded text names."""
        return tuple(
            Alarm(Risk(signal.title, signal.note), signal.intent)
            for signal in self._signals.values()
            if _named(text, signal)
        )


def _named(text: str, signal: _Signal) -> bool:
    """Tell whether a word of the signal stands in `text` unexcused."""
    hits = [span for word in signal.words for span in _spans(text, word)]
    excuses = [span for word in signal.unless for span in _spans(text, word)] if hits else []
    return any(
        not any(start < stop and begin <= end + _EXCUSES_WITHIN for start, end in excuses) for begin, stop in hits
    )


def _spans(text: str, word: str) -> list[tuple[int, int]]:
    """Find `word`; a hotline's digits count only by themselves, not inside a longer number."""
    pattern = rf"(?<![a-z\d]){word}(?!\d)" if word.isdigit() else re.escape(word)
    return [match.span() for match in re.finditer(pattern, text)] if word in text else []


def load(lexicon: Path) -> Ear:
    """Read `tone.yaml` and `risk.yaml`."""
    root = lexicon.parent
    data = load_file(lexicon / "risk.yaml", root=root)
    signals, problems = {}, []
    for name, entry in (data or {}).items():
        try:
            signals[name] = _Signal.model_validate(entry)
        except ValidationError as error:
            problems.extend(problems_of(error, name=f"lexicon_zh/risk.yaml {name}"))
    if problems:
        raise DataError(problems)
    return Ear(load_model(lexicon / "tone.yaml", _Words, root=root), signals)
