"""Lines that can be found by their characters or by their sound: 发货, fahuo, fh, fahuosj."""

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

Field = Literal["title", "about", "question", "asked", "text"]
"""What a line is to its phrase: its name, what it is about, a stored question, a line of training, what it says."""
_END, _SYLLABLE = "\n", "'"
_SOUND = re.compile("[a-z0-9]+")
_LONGEST_SOUND = 40
"""More letters than this are no pinyin that anybody types."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a phrase; `owner` names the phrase."""

    owner: str
    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a line holds what was typed: how much of the line that is, and whether the line begins with it."""

    line: Line
    share: float
    leads: bool
    exact: float = 1.0
    """The share of its letters that were typed, for what was found by sound."""


class Lines:
    """Hold folded lines; `pinyin` maps a character to its syllable."""

    def __init__(self, lines: Sequence[Line], *, fold: Callable[[str], str], pinyin: Mapping[str, str]) -> None:
        self._lines = lines
        folded = [fold(one.text) for one in lines]
        self._sizes = [max(len(text), 1) for text in folded]
        self._text, self._text_starts = _joined(folded)
        sounds = ["".join(_SYLLABLE + pinyin.get(char, char) for char in text if char.isalnum()) for text in folded]
        self._syllables = [max(sound.count(_SYLLABLE), 1) for sound in sounds]
        self._sounds, self._sound_starts = _joined(sounds)

    def holding(self, words: str) -> Iterator[Hit]:
        """Give the lines that hold folded `words` as they stand."""
        at = self._text.find(words)
        while at >= 0:
            line = bisect_right(self._text_starts, at) - 1
            leads = at == self._text_starts[line]
            yield Hit(self._lines[line], len(words) / self._sizes[line], leads)
            at = self._text.find(words, self._text.find(_END, at))

    def sounding(self, letters: str) -> Iterator[Hit]:
        """Give the lines that sound like `letters`, of which each syllable may be cut short after its first letter."""
        if not _SOUND.fullmatch(letters) or len(letters) > _LONGEST_SOUND:
            return
        pattern = re.compile(_SYLLABLE + f"(?:[a-z0-9]*{_SYLLABLE})??".join(letters))
        found = pattern.search(self._sounds)
        while found:
            line = bisect_right(self._sound_starts, found.start()) - 1
            end = _syllable_end(self._sounds, found.end())
            heard = self._sounds[found.start() : end]
            count = heard.count(_SYLLABLE)
            yield Hit(
                self._lines[line],
                count / self._syllables[line],
                found.start() == self._sound_starts[line],
                len(letters) / (len(heard) - count),
            )
            found = pattern.search(self._sounds, self._sounds.find(_END, found.start()))

    def resembling(self, words: str) -> Iterator[tuple[str, float]]:
        """Give the owners whose lines together hold some of folded `words`, and the share; a rare pair counts more."""
        most = len(self._pairs)
        weights = {pair: math.log((1 + most) / (1 + self._seen[pair])) + 1 for pair in _pairs(words)}
        whole = sum(weights.values())
        for owner, pairs in self._pairs.items():
            if held := sum(weight for pair, weight in weights.items() if pair in pairs):
                yield owner, held / whole

    @cached_property
    def _pairs(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for line, text in zip(self._lines, self._text.split(_END), strict=False):
            found[line.owner].update(_pairs(text))
        return found

    @cached_property
    def _seen(self) -> Counter[str]:
        return Counter(pair for pairs in self._pairs.values() for pair in pairs)


def _joined(texts: Iterable[str]) -> tuple[str, list[int]]:
    """Join texts by line ends; give where each begins as well."""
    starts: list[int] = []
    at = 0
    kept = []
    for text in texts:
        starts.append(at)
        kept.append(text)
        at += len(text) + 1
    return _END.join([*kept, ""]), starts


def _pairs(text: str) -> list[str]:
    return [one + other for one, other in pairwise(text) if one.isalnum() and other.isalnum()]


def _syllable_end(sounds: str, at: int) -> int:
    while at < len(sounds) and sounds[at] not in (_SYLLABLE, _END):
        at += 1
    return at
