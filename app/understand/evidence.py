"""Show why an intent was heard: the words that pulled, and the training lines most like the message."""

import numpy as np

from app.records import Evidence, Utterance
from app.understand.artefact import Artefact
from app.understand.features import Floats, Indices

_WORDS_SHOWN, _LINES_SHOWN = 4, 3


class Witness:
    """Give the evidence for an intent; asked for only where a person looks at it."""

    def __init__(self, artefact: Artefact) -> None:
        self._model = artefact
        self._terms = tuple(artefact.vectoriser.columns)
        self._place = {label: at for at, label in enumerate(artefact.labels)}

    def __call__(self, utterance: Utterance, intent: str) -> Evidence:
        """Give the evidence in `utterance` for `intent`; nothing where the model does not know either."""
        columns, values = self._model.vectoriser(utterance)
        if intent not in self._place or not len(columns):
            return Evidence()
        label = self._place[intent]
        return Evidence(self._words(columns, values, label), self._nearest(columns, values, label))

    def _words(self, columns: Indices, values: Floats, label: int) -> tuple[str, ...]:
        """Name the words that spoke loudest for `label`."""
        pull = values * self._model.weights[columns, label]
        words: list[str] = []
        for at in np.argsort(-pull):
            term = self._terms[int(columns[at])]
            word = term[2:].replace("|", "")
            if pull[at] <= 0 or len(words) == _WORDS_SHOWN:
                break
            if term[0] != "p" and word.isalnum() and not any(word in seen or seen in word for seen in words):
                words.append(word)
        return tuple(words)

    def _nearest(self, columns: Indices, values: Floats, label: int) -> tuple[str, ...]:
        """Find the training lines of `label` most like the message."""
        model = self._model
        first, last = np.searchsorted(model.line_labels, (label, label + 1))
        start, end = model.row_starts[first], model.row_starts[last]
        dense = np.zeros(len(self._terms), dtype=np.float32)
        dense[columns] = values
        shares = np.append(dense[model.row_columns[start:end]] * model.row_values[start:end], np.float32(0))
        likeness = np.add.reduceat(shares, model.row_starts[first:last] - start)
        best = np.argsort(-likeness)[:_LINES_SHOWN]
        return tuple(model.lines[int(first + at)] for at in best if likeness[at] > 0)
