"""Hear what a public review is about: troubles and praise by cause, and signals for the agent, from word lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.errors import DataError, Problem
from app.records import Normalised
from app.strict_yaml import load_model, yes_or_no

CauseClass = Literal["客服服务", "快递", "商品", "发货速度", "售后服务", "恶意评价", "追加评价", "其他"]
OTHER = "other"
_NOT = re.compile(r"(?:不是?|没有?|无|毫无|并非)(?:任何|什么|一点|半点|太|怎么|那么|这么|很|多|算|够|是)?$")
_NOT_WITHIN = 4
"""How many characters a negation and its adverb may fill."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
Words = tuple[Word, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cause(_Part):
    """One cause of a review: its class for the shop's statistics and how buyers complain of it or praise it."""

    dsr: CauseClass = Field(alias="class")
    title: Word
    grave: Annotated[bool, BeforeValidator(yes_or_no)] = False
    """Only taken in and passed on: the public reply may not conclude."""
    words: Words = Field(min_length=1)
    praise: Words = ()


class Note(_Part):
    """What an agent is told beside the draft."""

    title: Word
    note: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Signal(Note):
    """Something else that a review names; two points make it suspected of malice."""

    weight: Annotated[int, Field(ge=0, le=2)]
    words: Words = Field(min_length=1)


class Notes(_Part):
    suspected: Note
    low_praise: Note
    high_trouble: Note
    grave: Note
    off_topic: Note


class CausesFile(_Part):
    """The content of `lexicon_zh/causes.yaml`."""

    causes: dict[str, Cause]
    blank: Words = Field(min_length=1)
    """What platforms write where the buyer wrote nothing."""
    follow_up: Words = Field(min_length=1)
    signals: dict[str, Signal]
    suspicious_traits: dict[str, Word]
    notes: Notes
    keep: Words = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class HeardCause:
    """A cause and the words of the review that show it, as they were written."""

    name: str
    cause: Cause
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeardSignal:
    signal: Signal
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeardReview:
    """What a review says; troubles and praise with the gravest, then the first named, in front."""

    troubles: tuple[HeardCause, ...]
    praises: tuple[HeardCause, ...]
    signals: tuple[HeardSignal, ...]
    follow_up: tuple[str, ...]
    wordless: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    name: str
    bad: bool

    def within(self, other: "_Hit") -> bool:
        """Tell whether a longer hit covers this one; of two equally long ones neither does."""
        return other.start <= self.start and self.end <= other.end and other.end - other.start > self.end - self.start


class Causes:
    """Hold the word lists of causes and signals, compiled."""

    def __init__(self, file: CausesFile) -> None:
        self.file = file
        self._lists = [
            (name, bad, _any_of(words))
            for name, cause in file.causes.items()
            for bad, words in ((True, cause.words), (False, cause.praise))
            if words
        ]
        self._signals = [(signal, _any_of(signal.words)) for signal in file.signals.values()]
        self._follow_up = _any_of(file.follow_up)
        self._blank = _any_of(file.blank)

    def __call__(self, text: Normalised) -> HeardReview:
        """Hear a folded review; total for every text."""
        wordless = not any(char.isalnum() for char in self._blank.sub("", text.text))
        hits = [] if wordless else self._hits(text.text)
        signals = [(signal, _said(regex, text)) for signal, regex in self._signals]
        return HeardReview(
            self._heard([hit for hit in hits if hit.bad], text),
            self._heard([hit for hit in hits if not hit.bad], text),
            tuple(HeardSignal(signal, words) for signal, words in signals if words),
            _said(self._follow_up, text),
            wordless,
        )

    def _hits(self, text: str) -> list[_Hit]:
        """Find every word that no longer one covers, turned round where it is negated."""
        found = [
            _turned(_Hit(match.start(), match.end(), name, bad), text)
            for name, bad, regex in self._lists
            for match in regex.finditer(text)
        ]
        return sorted(
            (hit for hit in found if not any(hit.within(other) for other in found)), key=lambda hit: hit.start
        )

    def _heard(self, hits: Sequence[_Hit], text: Normalised) -> tuple[HeardCause, ...]:
        """Gather the words of each cause; the fallback counts only where nothing finer is named."""
        words: dict[str, list[str]] = {}
        for hit in hits:
            start, end = text.raw_span(hit.start, hit.end)
            words.setdefault(hit.name, []).append(text.raw[start:end])
        if len(words) > 1:
            words.pop(OTHER, None)
        heard = [HeardCause(name, self.file.causes[name], tuple(dict.fromkeys(said))) for name, said in words.items()]
        return tuple(sorted(heard, key=lambda one: not one.cause.grave))


def _turned(hit: _Hit, text: str) -> _Hit:
    """Take the negation before a word into it: 不太好用 is a trouble, 没有异味 is none."""
    negation = _NOT.search(text, max(0, hit.start - _NOT_WITHIN), hit.start)
    return _Hit(negation.start(), hit.end, hit.name, not hit.bad) if negation else hit


def _said(regex: re.Pattern[str], text: Normalised) -> tuple[str, ...]:
    spans = [text.raw_span(*match.span()) for match in regex.finditer(text.text)]
    return tuple(dict.fromkeys(text.raw[start:end] for start, end in spans))


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def load(lexicon: Path) -> Causes:
    """Read `causes.yaml`; raise DataError where it is wrong."""
    file = load_model(lexicon / "causes.yaml", CausesFile, root=lexicon.parent)
    if OTHER not in file.causes:
        raise DataError([Problem("lexicon_zh/causes.yaml", f"causes.{OTHER}", "缺这个原因，听不出是什么事时要用")])
    return Causes(file)
