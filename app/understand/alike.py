"""Find training lines that are too like one another to belong to different intents."""

from collections.abc import Iterator

ALIKE = 0.9
"""Share of character pairs that two lines of different intents must not exceed."""
ALIKE_FROM = 7
"""Shorter lines differ by one telling character (能退吗, 能换吗) and are only compared whole."""


class Alike:
    """Hold bare lines by their pairs of characters."""

    def __init__(self) -> None:
        self._pairs: dict[str, frozenset[str]] = {}
        self._holders: dict[str, set[str]] = {}

    def add(self, text: str) -> None:
        """Take in a line; one that is too short to be compared is passed over."""
        if len(text) < ALIKE_FROM or text in self._pairs:
            return
        self._pairs[text] = _pairs(text)
        for pair in self._pairs[text]:
            self._holders.setdefault(pair, set()).add(text)

    def discard(self, text: str) -> None:
        """Forget a line."""
        for pair in self._pairs.pop(text, ()):
            self._holders[pair].discard(text)

    def __call__(self, text: str) -> Iterator[str]:
        """Give the other lines that are too like `text`, which need not be held itself."""
        if len(text) < ALIKE_FROM:
            return
        pairs = _pairs(text)
        # who shares nine tenths of the pairs shares one of the rarest fifth
        rarest = sorted(pairs, key=lambda pair: (len(self._holders.get(pair, ())), pair))[: len(pairs) // 5 + 1]
        for other in sorted({other for pair in rarest for other in self._holders.get(pair, ())} - {text}):
            held = self._pairs[other]
            if len(pairs & held) / len(pairs | held) >= ALIKE:
                yield other


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))
