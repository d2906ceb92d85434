"""Turn a message into weighted features: words, characters and pinyin, each family TF-IDF weighted and normed.

Training and serving share this code, so they cannot drift apart.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.records import Utterance

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

FAMILIES = ("w", "c", "p")
"""Words and pairs of words; one to three characters; one or two syllables."""
FAMILY_WEIGHTS: Mapping[str, float] = {"w": 0.6, "c": 1.0, "p": 0.9}
_START, _END = "\ue0fe", "\ue0ff"


def terms(utterance: Utterance, pinyin: Mapping[str, str]) -> dict[str, list[str]]:
    """List the features of a message by family; `pinyin` maps a character to its syllable.

    Longer runs were tried and bring nothing on real messages.
    """
    chars = f"{_START}{utterance.masked}{_END}"
    sounds = [pinyin.get(char, char) for char in chars]
    tokens = (_START, *utterance.tokens, _END)
    last = len(chars)
    return {
        "w": [*tokens, *(f"{one}|{two}" for one, two in pairwise(tokens))],
        "c": [
            *chars,
            *(chars[at : at + 2] for at in range(last - 1)),
            *(chars[at : at + 3] for at in range(last - 2)),
        ],
        "p": [*sounds, *(f"{one} {two}" for one, two in pairwise(sounds))],
    }


@dataclass(frozen=True)
class Vectoriser:
    """Map features to columns with their inverse document frequency."""

    columns: Mapping[str, int]
    """Column by term, which its family and a colon go before: w:发货, c:发, p:fa huo."""
    idf: Floats
    pinyin: Mapping[str, str]

    @cached_property
    def _by_family(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {family: {} for family in FAMILIES}
        for term, column in self.columns.items():
            found[term[0]][term[2:]] = column
        return found

    def __call__(self, utterance: Utterance) -> tuple[Indices, Floats]:
        """Give the columns of a message and their weights; both empty where nothing is known."""
        columns: list[int] = []
        parts: list[Floats] = []
        for family, found in terms(utterance, self.pinyin).items():
            known = self._by_family[family]
            hits = [column for term in found if (column := known.get(term)) is not None]
            if not hits:
                continue
            counts = Counter(hits)
            columns.extend(counts)
            weights: Floats = self.idf[list(counts)]
            if len(counts) < len(hits):
                repeats = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
                weights = (weights * (1.0 + np.log(repeats))).astype(np.float32)
            scale = FAMILY_WEIGHTS[family] / math.sqrt(float(weights @ weights))
            parts.append((weights * scale).astype(np.float32))
        if not parts:
            return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
        return np.array(columns, dtype=np.int32), np.concatenate(parts)
