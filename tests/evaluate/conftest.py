"""Small judgements made by hand."""

from collections.abc import Callable

import pytest

from app.evaluate.metrics import Case, Judged
from app.records import Scored

Make = Callable[..., Judged]


@pytest.fixture
def make() -> Make:
    """Make one judgement: label, prediction, confidence."""

    def judged(intent: str, predicted: str, confidence: float = 0.5, *, text: str = "话", also: str = "") -> Judged:
        scored = (Scored(predicted, confidence),) if predicted else ()
        return Judged(Case(text, intent, frozenset({intent, also} - {""})), scored)

    return judged
