"""Fold a message into one spelling: width, case, Traditional to Simplified, repeats, stray spaces.

Total and idempotent; every character of the result knows where it came from.
"""

import re
import unicodedata
from functools import lru_cache

from app.records import Normalised

SPACE = " "
_KEPT_REPEATS = 2
_RUN = re.compile(r"(\D)\1\1")
_MAX_PASSES = 4


class Normaliser:
    """Fold text; holds the Traditional-to-Simplified table."""

    def __init__(self) -> None:
        from opencc import OpenCC

        self._simplify = OpenCC("t2s").convert

    def __call__(self, raw: str) -> Normalised:
        chars: list[str] = []
        offsets: list[int] = []
        for at, char in enumerate(raw):
            for folded in _fold(char):
                chars.append(folded)
                offsets.append(at)
        text = self._simplified("".join(chars))
        if SPACE in text:
            text, offsets = _drop_spaces(text, offsets)
        if _RUN.search(text):
            text, offsets = _cut_repeats(text, offsets)
        return Normalised(raw, text, tuple(offsets))

    def _simplified(self, text: str) -> str:
        for _ in range(_MAX_PASSES):
            simple: str = self._simplify(text)
            if len(simple) != len(text):
                simple = "".join(_one(self._simplify(char), char) for char in text)
            if simple == text:
                break
            text = simple
        return text


def _one(converted: str, char: str) -> str:
    return converted if len(converted) == 1 else char


@lru_cache(maxsize=20_000)
def _fold(char: str) -> str:
    """Fold one character to zero or more: control and invisible ones vanish, blanks become a space."""
    if char.isspace():
        return SPACE
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co") or char == "\ufe0f":
        return ""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).lower())
    return "".join(SPACE if part.isspace() else part for part in folded)


def is_han(char: str) -> bool:
    """Tell whether `char` is a Chinese character."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def _wordlike(char: str) -> bool:
    return char.isalnum() and not is_han(char)


def _drop_spaces(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """Keep one space between Latin words or numbers, none elsewhere."""
    out: list[str] = []
    places: list[int] = []
    pending: int | None = None
    for char, at in zip(text, offsets, strict=True):
        if char == SPACE:
            if pending is None:
                pending = at
            continue
        if pending is not None and out and _wordlike(out[-1]) and _wordlike(char):
            out.append(SPACE)
            places.append(pending)
        pending = None
        out.append(char)
        places.append(at)
    return "".join(out), places


def _cut_repeats(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """Cut runs of one character to two, except digits."""
    out: list[str] = []
    places: list[int] = []
    run = 0
    for char, at in zip(text, offsets, strict=True):
        run = run + 1 if out and char == out[-1] else 1
        if run > _KEPT_REPEATS and not char.isdigit():
            continue
        out.append(char)
        places.append(at)
    return "".join(out), places
