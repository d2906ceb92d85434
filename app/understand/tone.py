"""Hear how a buyer sounds and which risks the message names, from word lists alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.errors import DataError
from app.records import Risk, Tone
from app.strict_yaml import load_file, load_model, problems_of, yes_or_no
from app.understand.slots import MARKS

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
    lead: Annotated[bool, BeforeValidator(yes_or_no)] = False
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    """Where given, the message must also hold one of these, or an amount or a number."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A risk that the message names, and the intent that must then be answered first ("" for none)."""

    risk: Risk
    intent: str
    lead: bool = False
    """Whether nothing may be granted without the lead: money is asked for silence."""


@dataclass(frozen=True, slots=True)
class _Alert:
    """A signal with its words and exceptions compiled."""

    alarm: Alarm
    words: re.Pattern[str]
    unless: re.Pattern[str] | None
    beside: re.Pattern[str] | None = None

    def sounds(self, text: str) -> bool:
        """Tell whether a word stands in `text` unexcused."""
        hits = [match.span() for match in self.words.finditer(text)]
        if self.beside is not None and not self.beside.search(text):
            return False
        if not hits or self.unless is None:
            return bool(hits)
        excuses = [match.span() for match in self.unless.finditer(text)]
        return any(
            not any(start < stop and begin <= end + _EXCUSES_WITHIN for start, end in excuses) for begin, stop in hits
        )


class Ear:
    """Hold the word lists for tone and risk."""

    def __init__(self, tone: _Words, signals: Mapping[str, _Signal]) -> None:
        self._furious, self._upset, self._sad = map(_any_of, (tone.furious, tone.upset, tone.sad))
        self._harmless = _any_of(tone.harmless) if tone.harmless else None
        self._alerts = [
            _Alert(
                Alarm(Risk(signal.title, signal.note), signal.intent, signal.lead),
                _any_of(signal.words),
                _any_of(signal.unless) if signal.unless else None,
                _any_of((*signal.beside, MARKS["amount"], MARKS["number"])) if signal.beside else None,
            )
            for signal in signals.values()
        ]

    @property
    def intents(self) -> Sequence[str]:
        """List the intents that a risk may call for."""
        return [alert.alarm.intent for alert in self._alerts if alert.alarm.intent]

    def tone(self, text: str) -> Tone:
        """Judge folded text."""
        if self._harmless is not None:
            text = self._harmless.sub("", text)
        anger = 2 * (self._furious.search(text) is not None)
        anger += len(set(self._upset.findall(text)))
        anger += text.count("!!") + text.count("??")
        return Tone(min(anger, MOST_ANGRY), self._sad.search(text) is not None)

    def alarms(self, text: str) -> tuple[Alarm, ...]:
        """List the risks that folded text names."""
        return tuple(alert.alarm for alert in self._alerts if alert.sounds(text))


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Match any of the words; a hotline's digits count only by themselves, not inside a longer number."""
    parts = [rf"(?<![a-z\d]){word}(?!\d)" if word.isdigit() else re.escape(word) for word in words]
    return re.compile("|".join(sorted(parts, key=len, reverse=True)))


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
