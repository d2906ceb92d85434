"""What replies to reviews share: the causes that are heard, and how each is worded to the buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from app.errors import DataError, Problem
from app.strict_yaml import load_file, problems_of
from app.understand import causes as hearing
from app.understand.causes import Causes

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30, pattern="[^。！？]$")]


class Wording(BaseModel):
    """How one cause is put into a reply, each without a stop at its end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    named: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8)]
    """What the trouble is called."""
    hurt: Phrase
    """What it was like for the buyer."""
    look: Phrase
    """What the shop looks into."""
    help: Phrase
    """What the buyer may do, and what the shop then does."""
    praise: Annotated[str, StringConstraints(strip_whitespace=True, max_length=16)] = ""
    """The answer where the buyer praises it; empty where nobody does."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """The causes and their wordings, by the name of the cause."""

    causes: Causes
    wordings: Mapping[str, Wording]


def load(lexicon: Path, scripts: Path) -> Ratings:
    """Read `causes.yaml` and `ratings.yaml`; raise DataError where one is wrong or they name different causes."""
    causes = hearing.load(lexicon)
    data = load_file(scripts / "ratings.yaml", root=scripts.parent)
    file = "scripts_zh/ratings.yaml"
    if not isinstance(data, dict):
        raise DataError([Problem(file, "", "应当是「原因: 各种说法」")])
    wordings: dict[str, Wording] = {}
    problems = [Problem(file, name, "缺这个原因的说法，请补上") for name in causes.file.causes.keys() - data.keys()]
    problems += [
        Problem(file, name, "lexicon_zh/causes.yaml 里没有这个原因") for name in data.keys() - causes.file.causes.keys()
    ]
    for name, entry in data.items():
        try:
            wordings[name] = Wording.model_validate(entry)
        except ValidationError as error:
            problems.extend(problems_of(error, name=f"{file} {name}"))
    if problems:
        raise DataError(sorted(problems, key=str))
    return Ratings(causes, wordings)
