"""Count features over many messages: the training side of `features`, with scipy."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from app.records import Utterance
from app.understand.features import FAMILIES, FAMILY_WEIGHTS, Floats, Indices, Vectoriser, terms


class Corpus:
    """Hold the feature counts of many messages, so that several models can be fitted without reading them again."""

    def __init__(
        self, utterances: Sequence[Utterance], pinyin: Mapping[str, str], *, families: Sequence[str] = FAMILIES
    ) -> None:
        """Count the features of the chosen families; a vectoriser fitted here knows no others."""
        self._pinyin = pinyin
        ids: dict[str, int] = {}
        starts: list[int] = [0]
        columns: list[int] = []
        counts: list[int] = []
        for utterance in utterances:
            known = terms(utterance, pinyin)
            found = Counter(f"{family}:{term}" for family in families for term in known[family])
            columns.extend(ids.setdefault(term, len(ids)) for term in found)
            counts.extend(found.values())
            starts.append(len(columns))
        order = sorted(ids)
        place = np.empty(len(ids), dtype=np.int32)
        place[[ids[term] for term in order]] = np.arange(len(ids), dtype=np.int32)
        self._terms = np.array(order)
        self._family = np.array([FAMILIES.index(term[0]) for term in order])
        shape = (len(utterances), len(ids))
        self._counts = csr_matrix((np.array(counts, np.float32), place[columns], np.array(starts)), shape=shape)

    def fit(self, rows: Indices, *, min_lines: int) -> "Fitted":
        """Learn columns and idf from some of the messages; a feature must occur in `min_lines` of them."""
        lines = np.bincount(self._counts[rows].indices, minlength=len(self._terms))
        kept = np.flatnonzero(lines >= min_lines).astype(np.int32)
        idf = (np.log((1 + len(rows)) / (1 + lines[kept])) + 1.0).astype(np.float32)
        vectoriser = Vectoriser({str(term): at for at, term in enumerate(self._terms[kept])}, idf, self._pinyin)
        return Fitted(vectoriser, self._weigh(kept, idf))

    def _weigh(self, kept: Indices, idf: Floats) -> csr_matrix:
        """Weigh all messages as the vectoriser does."""
        counts = self._counts[:, kept]
        family = self._family[kept][counts.indices]
        values = (1.0 + np.log(counts.data)) * idf[counts.indices]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        cell = row * len(FAMILIES) + family
        norms = np.sqrt(np.bincount(cell, values**2, minlength=counts.shape[0] * len(FAMILIES)))
        scale = np.array([FAMILY_WEIGHTS[name] for name in FAMILIES])
        values = (values / norms[cell] * scale[family]).astype(np.float32)
        return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


@dataclass(frozen=True)
class Fitted:
    """A vectoriser and the weighted messages of the corpus, one a row."""

    vectoriser: Vectoriser
    rows: csr_matrix
