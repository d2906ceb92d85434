"""Find what makes the figures doubtful or the data weak: suspect labels, leaks, thin intents, confused neighbours."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.evaluate.metrics import Case, Judged
from app.understand.catalogue import Catalogue

SUSPECT = 0.8
ALIKE = 0.8
"""Share of character pairs from which two messages count as nearly the same."""
_ALIKE_FROM = 5
"""Shorter messages differ by one telling character and are only compared whole."""
_SHORT = 3
THIN_LINES = 80
THIN_TESTED = 5

Lines = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Leak:
    """An evaluated message that the training set holds, word for word or nearly."""

    case: Case
    line: str
    label: str
    exact: bool

    @property
    def short(self) -> bool:
        """Tell whether it is so short (好的) that meeting it again says nothing."""
        return len(self.case.text) <= _SHORT


@dataclass(frozen=True, slots=True)
class Thin:
    """An intent with few training lines, or too few evaluated messages to be measured; `tested` None: not counted."""

    intent: str
    lines: int
    tested: int | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two intents that name each other as near misses, and how often one was taken for the other."""

    one: str
    other: str
    count: int
    confused: tuple[Judged, ...]

    @property
    def rate(self) -> float:
        return len(self.confused) / self.count if self.count else 0.0


def suspects(judged: Iterable[Judged]) -> list[Judged]:
    """List messages that a model which has not seen them gives to another intent with confidence."""
    found = [one for one in judged if not one.right() and one.confidence >= SUSPECT]
    return sorted(found, key=lambda one: -one.confidence)


def leaks(cases: Sequence[Case], lines: Lines, fold: Callable[[str], str]) -> list[Leak]:
    """Compare evaluated messages with training lines after `fold`; one leak a message at most."""
    known = {_bare(fold(text)): (text, label) for text, label in lines}
    pairs = {text: _pairs(text) for text in known if len(text) >= _ALIKE_FROM}
    holders: dict[str, list[str]] = {}
    for text, grams in pairs.items():
        for gram in grams:
            holders.setdefault(gram, []).append(text)
    found = []
    for case in cases:
        bare = _bare(fold(case.text))
        if bare in known:
            found.append(Leak(case, *known[bare], exact=True))
        elif len(bare) >= _ALIKE_FROM and (near := max(_alike(bare, pairs, holders), default=None)):
            found.append(Leak(case, *known[near[1]], exact=False))
    return found


def _alike(bare: str, pairs: dict[str, frozenset[str]], holders: dict[str, list[str]]) -> Iterator[tuple[float, str]]:
    """Give likeness and text of near lines: a line as like as that must share one of the rarest pairs."""
    grams = _pairs(bare)
    rarest = sorted(grams, key=lambda gram: (len(holders.get(gram, ())), gram))[: int(len(grams) * (1 - ALIKE)) + 1]
    for other in {other for gram in rarest for other in holders.get(gram, ())}:
        likeness = len(grams & pairs[other]) / len(grams | pairs[other])
        if likeness >= ALIKE:
            yield likeness, other


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _bare(text: str) -> str:
    """Strip everything but letters, digits and symbols such as emoji; all of it where nothing else is there."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LNS") or text


def thin(lines: Lines, cases: Sequence[Case] | None) -> list[Thin]:
    """List intents with few training lines or, where `cases` are given, few evaluated messages."""
    have = Counter(label for _, label in lines)
    tested = Counter(case.intent for case in cases or ())
    found = [Thin(intent, have[intent], None if cases is None else tested[intent]) for intent in sorted(have | tested)]
    return [one for one in found if one.lines < THIN_LINES or (one.tested is not None and one.tested < THIN_TESTED)]


def neighbours(judged: Sequence[Judged], catalogue: Catalogue) -> list[Neighbours]:
    """Count the confusions of every pair that names each other, the most confused first."""
    counts = Counter(one.case.intent for one in judged)
    mixed: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        if not one.right() and one.top:
            first, second = sorted((one.case.intent, one.top))
            mixed.setdefault((first, second), []).append(one)
    found = [
        Neighbours(first, second, counts[first] + counts[second], tuple(mixed.get((first, second), ())))
        for first, second in combinations(sorted(intent.name for intent in catalogue), 2)
        if catalogue.confusable(first, second) and counts[first] + counts[second]
    ]
    return sorted(found, key=lambda pair: (-len(pair.confused), -pair.rate, pair.one, pair.other))
