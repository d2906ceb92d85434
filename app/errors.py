"""The error tree. Every message names the place, the value and the way to mend it.

MiaohuiError
├── DataError        a file in intents/, scripts_zh/, rules_zh/, lexicon_zh/ or shops/ is wrong: mend the file
├── ArtefactError    the model is missing, stale, foreign or damaged: train again
├── StoreError       the database cannot be opened: mend its address or its place
└── RequestError     a caller sent something that cannot be answered: mend the call
    └── NotFoundError    it named a shop, intent or draft that does not exist
"""

from collections.abc import Sequence
from dataclasses import dataclass


class MiaohuiError(Exception):
    """Say what went wrong in words that its reader can act on."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Name one fault in a data file: where it is, what is there and what to do."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.message}"


class DataError(MiaohuiError):
    """Carry every problem found in the data, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ArtefactError(MiaohuiError):
    """Tell why a trained model cannot be used."""


class StoreError(MiaohuiError):
    """Tell why the database cannot be used."""


class RequestError(MiaohuiError):
    """Tell a caller which field to mend; `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        self.code = code
        self.message = message
        self.field = field
        super().__init__(message)


class NotFoundError(RequestError):
    """Tell a caller that what they named does not exist."""
