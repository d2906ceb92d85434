"""Turn a message into weighted features: words, characters and pinyin, each family TF-IDF weighted and normed.

Training and serving share this code, so they cannot drift apart.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.records import Utterance

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

WORD_ORDERS = (1, 2)
CHAR_ORDERS = (1, 2, 3, 4)
PINYIN_ORDERS = (1, 2, 3)
FAMILIES = ("w", "c", "p")
FAMILY_WEIGHTS: Mapping[str, float] = {"w": 0.6, "c": 1.0, "p": 0.9}
_START, _END = "\ue0fe", "\ue0ff"


def _grams(units: Sequence[str], orders: Iterable[int], prefix: str, joint: str) -> Iterator[str]:
    for order in orders:
        for at in range(len(units) - order + 1):
            yield prefix + joint.join(units[at : at + order])


def terms(utterance: Utterance, pinyin: Mapping[str, str]) -> dict[str, list[str]]:
    """List the features of a message by family; `pinyin` maps a character to its syllable."""
    chars = [_START, *utterance.masked, _END]
    syllables = [pinyin.get(char, char) for char in chars]
    tokens = [_START, *utterance.tokens, _END]
    return {
        "w": [*_grams(tokens, WORD_ORDERS, "w:", "|")],
        "c": [*_grams(chars, CHAR_ORDERS, "c:", "")],
        "p": [*_grams(syllables, PINYIN_ORDERS, "p:", " ")],
    }


@dataclass(frozen=True)
class Vectoriser:
    """Map features to columns with their inverse document frequency."""

    columns: Mapping[str, int]
    idf: Floats
    pinyin: Mapping[str, str]

    def __call__(self, utterance: Utterance) -> tuple[Indices, Floats]:
        """Give the columns of a message and their weights; both empty where nothing is known."""
        columns: list[int] = []
        parts: list[Floats] = []
        for family, found in terms(utterance, self.pinyin).items():
            counts: dict[int, int] = {}
            for term in found:
                column = self.columns.get(term)
                if column is not None:
                    counts[column] = counts.get(column, 0) + 1
            if not counts:
                continue
            columns.extend(counts)
            at = np.fromiter(counts, dtype=np.int32, count=len(counts))
            tf = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            weights: Floats = (np.float32(1.0) + np.log(tf)) * self.idf[at]
            scale = FAMILY_WEIGHTS[family] / math.sqrt(float(weights @ weights))
            parts.append((weights * scale).astype(np.float32))
        if not parts:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        return np.array(columns, dtype=np.int32), np.concatenate(parts)
