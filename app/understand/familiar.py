"""Tell how much of a message is made of words that the training lines use.

A linear model is as sure of 月球上有没有水 as of 有没有货: it hears 有没有 and nothing else.
"""

from collections.abc import Container

from app.records import Slot, Utterance

_SHARPNESS = 1.5
"""Confidence is bounded by the known share to this power: a message of which a fifth is unknown cannot be sure."""
_BARE_VALUES = 2
"""Two numbers may be a height and a weight; a row of them is no message to a shop."""
_OPERATORS = frozenset("+=^√≈≠≤≥<>∫∑∏∞÷×|{}\\²³")
_ODD = 0.5


class Familiarity:
    """Bound the confidence in any reading of a message by how much of it is known."""

    def __init__(self, terms: Container[str]) -> None:
        self._terms = terms

    def __call__(self, utterance: Utterance) -> float:
        """Give the bound, from 0 to 1."""
        known = total = 0
        for token in utterance.tokens:
            if token.isalnum() and not token.isdigit():
                total += len(token)
                known += len(token) * self._knows(token)
        if total:
            return float((known / total) ** _SHARPNESS)
        return _ODD if _odd_numbers(utterance.tokens, utterance.slots) else 1.0

    def _knows(self, word: str) -> bool:
        """Tell whether the lines use a word, or the verb that it doubles: 比比看."""
        return f"w:{word}" in self._terms or (word[:2] == 2 * word[0] and f"w:{word[0]}" in self._terms)


def _odd_numbers(tokens: tuple[str, ...], slots: tuple[Slot, ...]) -> bool:
    """Tell whether a message without words is a sum, a version, a row of numbers: no value that a buyer sends."""
    bare = sum(slot.name == "number" for slot in slots)
    left_over = any(token.isdigit() for token in tokens)
    return bare > _BARE_VALUES or left_over or any(char in _OPERATORS for token in tokens for char in token)
