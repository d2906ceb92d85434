"""Rank intents: gather the weights of a message's features, add, calibrate. numpy only, data only."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.records import UNKNOWN, Ranking, Scored, Utterance
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.clauses import split
from app.understand.familiar import Familiarity
from app.understand.features import Floats, Indices
from app.understand.reader import Reader

RANKED = 10
CLAUSE_FLOOR = 0.6
"""A clause must be this sure of its own intent to add it."""
_CONFUSED_FLOOR = 0.8
"""… and this sure where it is easily taken for another trouble heard: it may be one trouble told twice."""
_HEARD_IN_WHOLE = -0.8
"""To this margin the whole message must speak of what a clause asks: 寄成都 alone sounds like a new address."""
WHOLE_WEIGHT = 0.6
"""How much the whole message counts against its clauses."""
_SURE_ALONE = 0.7
"""A message this sure of itself needs nothing said before it."""
_CONTEXT_TURNS, _CONTEXT_TAIL, _CONTEXT_WEIGHT = 2, 30, 0.65
"""How many turns back are read, how many characters of each, and how much they count."""
_MERE_NOTICES = frozenset({"received_notice", "order_placed"})
"""Said on the way to what is wanted: 收到了，少个扳手."""
_SMALL_TALK = frozenset({"chat", "other"})
_PERSON = "human_agent"
"""To ask for a person is no small talk, though it stands in the group chat."""
_MOST_INTENTS = 3
_TWO_IN_ONE = -0.4
"""Two separators above this margin: a message without marks may ask two things, and is cut where both are heard."""
_SHORTEST_RUN, _SHORTEST_HALF, _HALF_FLOOR = 8, 3, 0.8
"""How many characters such a message and each half of it need, and how sure a half must be of its own intent."""


class Classifier:
    """Rank the intents of messages; the catalogue says in which order several are answered."""

    def __init__(self, artefact: Artefact, reader: Reader, catalogue: Catalogue) -> None:
        self.artefact = artefact
        self._reader = reader
        self._catalogue = catalogue
        self._familiarity = Familiarity(artefact.vectoriser.columns)
        self._place = {name: at for at, name in enumerate(artefact.labels)}
        self._chatty = np.array([self._small_talk(name) for name in artefact.labels])

    def __call__(self, raw: str, before: Sequence[str] = ()) -> tuple[Utterance, Ranking]:
        """Give the utterance and what it asks for, surest first in `scored`, in answering order in `intents`.

        `before` holds what was said last, by either side: a message that is unsure by itself is read with it.
        """
        utterance = self._reader(raw)
        columns, values = self.artefact.vectoriser(utterance)
        if not len(columns):
            return utterance, Ranking((), (Scored(UNKNOWN, 0.0),))
        margins = self._margins(columns, values)
        whole = self._calibrated(margins)
        clauses = split(raw)
        if len(clauses) > 1:
            probabilities, asked = self._with_clauses(clauses, whole, margins)
        else:
            probabilities, asked = whole, self._in_halves(utterance, margins)
        known = self._familiarity(utterance)
        if before and probabilities.max() < _SURE_ALONE:
            probabilities, known = self._with_context(raw, before, probabilities)
        order = np.argsort(-probabilities)[:RANKED]
        bound = min(1.0, known / float(probabilities[order[0]]))
        likeliest = zip(order.tolist(), probabilities[order].tolist(), strict=True)
        scored = tuple(Scored(self.artefact.labels[at], bound * sure) for at, sure in likeliest)
        return utterance, Ranking(scored, self._intents(scored[0], asked))

    def probabilities(self, columns: Indices, values: Floats) -> Floats:
        """Give one calibrated probability per label."""
        return self._calibrated(self._margins(columns, values))

    def _margins(self, columns: Indices, values: Floats) -> Floats:
        return np.asarray(values @ self.artefact.weights[columns] + self.artefact.intercept)

    def _calibrated(self, margins: Floats) -> Floats:
        powers = np.exp((margins - margins.max()) * self.artefact.temperature)
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def _with_clauses(self, clauses: Sequence[str], whole: Floats, margins: Floats) -> tuple[Floats, dict[str, float]]:
        """Blend the whole message with its clauses; list intents that a clause is sure of."""
        asked: dict[str, float] = {}
        parts: list[Floats] = []
        for clause in clauses:
            part = self._part(self._reader(clause))
            if part is None:
                continue
            name, sure = self._surest(part)
            if self._small_talk(name):
                continue
            parts.append(part)
            if sure >= CLAUSE_FLOOR and margins[self._place[name]] > _HEARD_IN_WHOLE:
                asked[name] = max(asked.get(name, 0.0), sure)
        if not parts:
            return whole, {}
        blended = WHOLE_WEIGHT * whole + (1 - WHOLE_WEIGHT) * np.mean(parts, axis=0)
        return np.asarray(blended, dtype=np.float32), asked

    def _in_halves(self, utterance: Utterance, margins: Floats) -> dict[str, float]:
        """Find two questions run together without a mark: the cut at which both halves are surest of what they ask."""
        if len(utterance.masked) < _SHORTEST_RUN or np.count_nonzero((margins > _TWO_IN_ONE) & ~self._chatty) < 2:
            return {}
        best: dict[str, float] = {}
        surest = 0.0
        for halves in _halves(utterance):
            heard = dict(self._surest(part) for half in halves if (part := self._part(half)) is not None)
            sure = math.prod(heard.values())
            if sure > surest and self._both_asked(heard, margins):
                best, surest = heard, sure
        return best

    def _both_asked(self, heard: Mapping[str, float], margins: Floats) -> bool:
        """Tell whether two halves ask two things, of each of which the whole message speaks."""
        if len(heard) < 2 or min(heard.values()) < _HALF_FLOOR or any(map(self._small_talk, heard)):
            return False
        places = [self._place[name] for name in heard]
        return bool(margins[places].min() > _TWO_IN_ONE) and not self._catalogue.may_be_one(*heard)

    def _part(self, part: Utterance) -> Floats | None:
        columns, values = self.artefact.vectoriser(part)
        return self.probabilities(columns, values) if len(columns) else None

    def _surest(self, probabilities: Floats) -> tuple[str, float]:
        top = int(probabilities.argmax())
        return self.artefact.labels[top], float(probabilities[top])

    def _with_context(self, raw: str, before: Sequence[str], alone: Floats) -> tuple[Floats, float]:
        """Blend in how the message reads right behind what was said before it; tell how much of both is known."""
        lead = " ".join(text[-_CONTEXT_TAIL:] for text in before[-_CONTEXT_TURNS:])
        utterance = self._reader(f"{lead} {raw}")
        together = self.probabilities(*self.artefact.vectoriser(utterance))
        blended = (1 - _CONTEXT_WEIGHT) * alone + _CONTEXT_WEIGHT * together
        return np.asarray(blended, dtype=np.float32), self._familiarity(utterance)

    def _intents(self, top: Scored, asked: Mapping[str, float]) -> tuple[Scored, ...]:
        if top.confidence < self.artefact.floor and not asked:
            return (Scored(UNKNOWN, top.confidence),)
        found = {top.name: top.confidence}
        for name in sorted(asked, key=lambda name: -asked[name]):
            told_twice = any(self._catalogue.one_trouble(name, other) for other in found)
            if not told_twice or asked[name] >= _CONFUSED_FLOOR:
                found.setdefault(name, asked[name])
        if len(found) > 1 and self._small_talk(top.name):
            del found[top.name]
        if len(found) > 1:
            found = {name: sure for name, sure in found.items() if name not in _MERE_NOTICES} or found
        place = {name: at for at, name in enumerate(asked)}
        ordered = sorted(found, key=lambda name: (self._catalogue.rank(name), place.get(name, -1)))
        return tuple(Scored(name, found[name]) for name in ordered[:_MOST_INTENTS])

    def _small_talk(self, name: str) -> bool:
        return name in self._catalogue and self._catalogue[name].group in _SMALL_TALK and name != _PERSON


def _halves(utterance: Utterance) -> Iterator[tuple[Utterance, Utterance]]:
    """Cut an utterance in two at every word where neither half is too short."""
    at = 0
    for words, token in enumerate(utterance.tokens, 1):
        at += len(token)
        if min(at, len(utterance.masked) - at) >= _SHORTEST_HALF:
            yield (
                replace(utterance, masked=utterance.masked[:at], tokens=utterance.tokens[:words]),
                replace(utterance, masked=utterance.masked[at:], tokens=utterance.tokens[words:]),
            )
