"""Match a buyer's question to the shop's own answers in `faq.csv`."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from app.shop.facts import Faq

_ENOUGH = 0.62
"""Cosine likeness from which the stored answer is taken as an answer to just this question."""
_COVERED = 0.75
"""Share of the stored question (by weight) that the buyer's words must hold: 包邮吗 is not 新疆包邮吗."""

Cut = Callable[[str], list[str]]


class Questions:
    """Hold the shop's questions as weighted word vectors."""

    def __init__(self, rows: Sequence[Faq], *, cut: Cut, cut_folded: Cut) -> None:
        self._cut_folded = cut_folded
        asked = [(row, Counter(_words(cut(ask)))) for row in rows for ask in row.asks]
        seen = Counter(word for _, words in asked for word in words)
        self._weights = {word: 1.0 + math.log((1 + len(asked)) / (1 + count)) for word, count in seen.items()}
        self._rare = 1.0 + math.log(1 + len(asked))
        self._asked = [(row, self._unit(words)) for row, words in asked]
        self._holders: dict[str, list[int]] = {}
        for at, (_, unit) in enumerate(self._asked):
            for word in unit:
                self._holders.setdefault(word, []).append(at)

    def answer(self, text: str, *, sku: str = "") -> str:
        """Give the stored answer to folded `text`, or "" where no question is close enough.

        Answers of a product are given only where that product is talked about.
        """
        said = _words(self._cut_folded(text))
        words, last = self._unit(Counter(said)), said[-1] if said else ""
        best, found = 0.0, ""
        for at in sorted({at for word in words for at in self._holders.get(word, ())}):
            row, asked = self._asked[at]
            if row.sku and (row.sku != sku or not _about(last, row)):
                continue
            likeness = sum(weight * words.get(word, 0.0) for word, weight in asked.items())
            covered = sum(weight for word, weight in asked.items() if word in words)
            if likeness > best and covered >= _COVERED * sum(asked.values()):
                best, found = likeness, row.answer
        return found if best >= _ENOUGH else ""

    def _unit(self, words: Counter[str]) -> dict[str, float]:
        weighted = {word: count * self._weights.get(word, self._rare) for word, count in words.items()}
        norm = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {word: weight / norm for word, weight in weighted.items()}


def _about(last: str, row: Faq) -> bool:
    """Tell whether a stored answer may be about the last word, which is mostly what is asked."""
    return len(last) < _WHOLE_WORD or any(char in row.answer or char in "".join(row.asks) for char in last)


_WHOLE_WORD = 2
_EMPTY = frozenset("吗呢啊呀吧的了么嘛哦哈是亲你您请问我这个款")


def _words(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if token not in _EMPTY and any(char.isalnum() for char in token)]
