"""Put messages that are like one another together: cosine over the features of the classifier, in a fixed order."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from app.records import Utterance
from app.understand.features import FAMILY_WEIGHTS, Floats, Indices, Vectoriser, terms

TOGETHER = 0.14
"""A message joins the group that it is at least this like; tried on messages nobody had understood."""
_ENDS = ("\ue0fe", "\ue0ff")
"""The marks of where a message begins and ends, which all messages share."""


def groups(texts: Sequence[str], read: Callable[[str], Utterance], vectoriser: Vectoriser) -> list[list[int]]:
    """Give the places of `texts` by group; each joins the likeliest group of those before it, or begins its own.

    What comes later never moves what came before, so a group keeps its head while its lines are dealt with.
    """
    likeness = _likeness([_weights(read(text), vectoriser) for text in texts])
    group = np.full(len(texts), -1, dtype=np.int32)
    found: list[list[int]] = []
    for at in range(len(texts)):
        near = _nearness(likeness[at, :at], group[:at], len(found))
        best = int(np.argmax(near)) if found else -1
        if best >= 0 and near[best] >= TOGETHER:
            found[best].append(at)
        else:
            best = len(found)
            found.append([at])
        group[at] = best
    return found


def _nearness(likeness: Floats, group: Indices, count: int) -> Floats:
    """Say how like the groups a message is: the mean of its likest message in each and of all of them."""
    most = np.zeros(count, dtype=np.float32)
    np.maximum.at(most, group, likeness)
    sizes = np.maximum(np.bincount(group, minlength=count), 1)
    means = np.bincount(group, weights=likeness, minlength=count) / sizes
    return np.asarray((most + means) / 2, dtype=np.float32)


def _weights(utterance: Utterance, vectoriser: Vectoriser) -> dict[str, float]:
    """Weigh the features of a message by family; one that the classifier does not know counts as its rarest.

    Rare features count more than in the classifier (idf squared): 能…吗 makes no two messages one matter.
    """
    rarest = float(vectoriser.idf.max()) if len(vectoriser.idf) else 1.0
    weights: dict[str, float] = {}
    for family, listed in terms(utterance, vectoriser.pinyin).items():
        part = {}
        for term, count in Counter(term for term in listed if not term.startswith(_ENDS)).items():
            column = vectoriser.columns.get(f"{family}:{term}")
            idf = rarest if column is None else float(vectoriser.idf[column])
            part[f"{family}:{term}"] = (1.0 + math.log(count)) * idf * idf
        norm = math.sqrt(sum(weight * weight for weight in part.values())) or 1.0
        weights |= {term: weight / norm * FAMILY_WEIGHTS[family] for term, weight in part.items()}
    return weights


def _likeness(rows: Sequence[dict[str, float]]) -> Floats:
    """Give the cosine of every two messages."""
    columns = {term: at for at, term in enumerate(dict.fromkeys(term for row in rows for term in row))}
    matrix = np.zeros((len(rows), len(columns)), dtype=np.float32)
    for at, row in enumerate(rows):
        matrix[at, [columns[term] for term in row]] = list(row.values())
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix /= np.where(norms > 0, norms, 1.0)
    return np.asarray(matrix @ matrix.T, dtype=np.float32)
