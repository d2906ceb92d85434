"""Rank intents: gather the weights of a message's features, add, calibrate. numpy only, data only."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.records import UNKNOWN, Ranking, Scored, Utterance
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.clauses import split
from app.understand.features import Floats, Indices
from app.understand.reader import Reader

RANKED = 10
CLAUSE_FLOOR = 0.65
"""A clause must be this sure of its own intent to add it."""
_CONFUSED_FLOOR = 0.8
"""… and this sure where the intent is easily taken for another one heard: it may be one trouble told twice."""
WHOLE_WEIGHT = 0.6
"""How much the whole message counts against its clauses."""
_SURE_ALONE = 0.7
"""A message this sure of itself needs nothing said before it."""
_CONTEXT_TURNS, _CONTEXT_TAIL, _CONTEXT_WEIGHT = 2, 30, 0.55
"""How many turns back are read, how many characters of each, and how much they count."""
_MERE_NOTICES = frozenset({"received_notice"})
"""Said on the way to what is wanted: 收到了，少个扳手."""
_SMALL_TALK = frozenset({"chat", "other"})
_WORDS_SHOWN, _LINES_SHOWN, _MOST_INTENTS = 4, 3, 3


class Classifier:
    """Rank the intents of messages; the catalogue says in which order several are answered."""

    def __init__(self, artefact: Artefact, reader: Reader, catalogue: Catalogue) -> None:
        self.artefact = artefact
        self._reader = reader
        self._catalogue = catalogue
        self._terms = tuple(artefact.vectoriser.columns)

    def __call__(self, raw: str, before: Sequence[str] = ()) -> tuple[Utterance, Ranking]:
        """Give the utterance and what it asks for, surest first in `scored`, in answering order in `intents`.

        `before` holds what was said last, by either side: a message that is unsure by itself is read with it.
        """
        utterance = self._reader(raw)
        columns, values = self.artefact.vectoriser(utterance)
        if not len(columns):
            return utterance, Ranking((), (Scored(UNKNOWN, 0.0),))
        whole = self.probabilities(columns, values)
        probabilities, asked = self._with_clauses(raw, whole)
        if before and probabilities.max() < _SURE_ALONE:
            probabilities = self._with_context(raw, before, probabilities)
        order = np.argsort(-probabilities)[:RANKED]
        scored = tuple(Scored(self.artefact.labels[at], float(probabilities[at])) for at in order)
        top = int(order[0])
        return utterance, Ranking(
            scored,
            self._intents(scored[0], asked),
            self._words(columns, values, top),
            self._nearest(columns, values, top),
        )

    def probabilities(self, columns: Indices, values: Floats) -> Floats:
        """Give one calibrated probability per label."""
        margins = values @ self.artefact.weights[columns].astype(np.float32) + self.artefact.intercept
        scaled = margins * self.artefact.temperature
        powers = np.exp(scaled - scaled.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def _with_clauses(self, raw: str, whole: Floats) -> tuple[Floats, dict[str, float]]:
        """Blend the whole message with its clauses; list intents that a clause is sure of."""
        clauses = split(raw)
        if len(clauses) == 1:
            return whole, {}
        asked: dict[str, float] = {}
        parts: list[Floats] = []
        for clause in clauses:
            columns, values = self.artefact.vectoriser(self._reader(clause))
            if not len(columns):
                continue
            part = self.probabilities(columns, values)
            top = int(part.argmax())
            name = self.artefact.labels[top]
            if self._small_talk(name):
                continue
            parts.append(part)
            if part[top] >= CLAUSE_FLOOR:
                asked[name] = max(asked.get(name, 0.0), float(part[top]))
        if not parts:
            return whole, {}
        blended = WHOLE_WEIGHT * whole + (1 - WHOLE_WEIGHT) * np.mean(parts, axis=0)
        return np.asarray(blended, dtype=np.float32), asked

    def _with_context(self, raw: str, before: Sequence[str], alone: Floats) -> Floats:
        """Blend in how the message reads right behind what was said before it."""
        lead = " ".join(text[-_CONTEXT_TAIL:] for text in before[-_CONTEXT_TURNS:])
        columns, values = self.artefact.vectoriser(self._reader(f"{lead} {raw}"))
        together = self.probabilities(columns, values)
        return np.asarray((1 - _CONTEXT_WEIGHT) * alone + _CONTEXT_WEIGHT * together, dtype=np.float32)

    def _intents(self, top: Scored, asked: Mapping[str, float]) -> tuple[Scored, ...]:
        if top.confidence < self.artefact.floor and not asked:
            return (Scored(UNKNOWN, top.confidence),)
        found = {top.name: top.confidence}
        for name in sorted(asked, key=lambda name: -asked[name]):
            easily_confused = any(self._catalogue.confusable(name, other) for other in found)
            if not easily_confused or asked[name] >= _CONFUSED_FLOOR:
                found.setdefault(name, asked[name])
        if len(found) > 1 and self._small_talk(top.name):
            del found[top.name]
        if len(found) > 1:
            found = {name: sure for name, sure in found.items() if name not in _MERE_NOTICES} or found
        place = {name: at for at, name in enumerate(asked)}
        ordered = sorted(found, key=lambda name: (self._catalogue.rank(name), place.get(name, -1)))
        return tuple(Scored(name, found[name]) for name in ordered[:_MOST_INTENTS])

    def _small_talk(self, name: str) -> bool:
        return name in self._catalogue and self._catalogue[name].group in _SMALL_TALK

    def _words(self, columns: Indices, values: Floats, label: int) -> tuple[str, ...]:
        """Name the words that spoke loudest for `label`."""
        pull = values * self.artefact.weights[columns, label]
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
        model = self.artefact
        first, last = np.searchsorted(model.line_labels, (label, label + 1))
        start, end = model.row_starts[first], model.row_starts[last]
        dense = np.zeros(len(self._terms), dtype=np.float32)
        dense[columns] = values
        shares = np.append(dense[model.row_columns[start:end]] * model.row_values[start:end], np.float32(0))
        likeness = np.add.reduceat(shares, model.row_starts[first:last] - start)
        best = np.argsort(-likeness)[:_LINES_SHOWN]
        return tuple(model.lines[int(first + at)] for at in best if likeness[at] > 0)
