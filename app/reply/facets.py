"""Hear which side of an intent a buyer asks about: of a coupon how it is used, or whether it stacks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import DataError, Problem
from app.strict_yaml import load_file

FILE = "facets.yaml"
_NAME = re.compile(r"[a-z][a-z_]*")


@dataclass(frozen=True)
class Facets:
    """Hold, by intent, the sides it has and how buyers word them, the first that fits being the one."""

    patterns: Mapping[str, Mapping[str, re.Pattern[str]]]

    def __call__(self, intent: str, text: str) -> str:
        """Name the side of `intent` that folded `text` asks about; "" where it names none."""
        sides = self.patterns.get(intent, {})
        return next((name for name, pattern in sides.items() if pattern.search(text)), "")


def load(lexicon: Path) -> Facets:
    """Read `facets.yaml`; raise DataError with all faults."""
    name = f"{lexicon.name}/{FILE}"
    data = load_file(lexicon / FILE, root=lexicon.parent)
    if not isinstance(data, dict):
        raise DataError([Problem(name, "", "应当是「意图: {面: [说法, …]}」")])
    problems: list[Problem] = []
    found: dict[str, dict[str, re.Pattern[str]]] = {}
    for intent, sides in data.items():
        if not isinstance(sides, dict):
            problems.append(Problem(name, intent, "应当是「面: [说法, …]」"))
            continue
        for side, words in sides.items():
            pattern = _pattern(words)
            if pattern is None or not _NAME.fullmatch(side):
                advice = "面的名字用英文小写，说法是一列不空的正则；检查括号配不配"
                problems.append(Problem(name, f"{intent}.{side}", advice))
            else:
                found.setdefault(intent, {})[side] = pattern
    if problems:
        raise DataError(problems)
    return Facets(found)


def _pattern(words: object) -> re.Pattern[str] | None:
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        return None
    try:
        pattern = re.compile("|".join(words))
    except re.error:
        return None
    return None if pattern.search("") else pattern
