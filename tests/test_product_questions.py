"""What buyers ask about goods: a fact where the shop has one, an honest word where it has none."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.pipeline import Pipeline
from app.strict_yaml import load_file
from tests.test_golden import Case

FOLDER = Path(__file__).parent / "sets"
FLOORS = {
    "yes_no": 0.85,
    "value": 0.9,
    "compare": 1.0,
    "stock": 1.0,
    "fit": 1.0,
    "usage": 0.6,
    "size": 1.0,
    "unanswerable": 0.93,
}
"""Share of each kind that must be answered right; money and gifts are held elsewhere."""
OVERALL = 0.9
HONEST = re.compile("确认|核实|厂家|没标|没写")


class Asked(NamedTuple):
    """A question about goods, and what its answer holds."""

    case: Case
    kind: str
    says: tuple[str, ...]
    never: tuple[str, ...]


class Result(NamedTuple):
    """How a question was answered."""

    asked: Asked
    texts: tuple[str, ...]
    intents: tuple[str, ...]
    missing: tuple[str, ...]
    invented: tuple[str, ...]

    @property
    def right(self) -> bool:
        return not self.missing and not self.invented


def asked(row: dict[str, Any]) -> Asked:
    """Read one row of the set."""
    turns = [{"role": role, "text": text} for turn in row.get("before", ()) for role, text in turn.items()]
    turns.append({"role": "buyer", "text": row["ask"]})
    case = Case.model_validate({"case": row["ask"], "messages": turns, "product": row.get("product", "")})
    return Asked(case, row["kind"], tuple(row.get("says", ())), tuple(row["never"]))


@cache
def questions() -> tuple[Asked, ...]:
    return tuple(asked(row) for row in load_file(FOLDER / "product_questions.yaml", root=FOLDER))


def ask(pipeline: Pipeline, question: Asked) -> Result:
    """Draft an answer and hold it against what it must and must not say."""
    reply = question.case.reply(pipeline)
    drafts = {draft.style: draft.text for draft in reply.drafts}
    texts = (drafts["brief"], drafts["standard"])
    missing = [one for one in question.says if not any(way in text for way in one.split("|") for text in texts)]
    if question.kind == "unanswerable" and not all(HONEST.search(text) for text in texts):
        missing.append("老实说没有这项、去问")
    invented = [one for one in question.never if any(one in text for text in drafts.values())]
    intents = tuple(answer.intent for answer in reply.decision.answers)
    return Result(question, texts, intents, tuple(missing), tuple(invented))


@pytest.fixture(scope="module")
def results(pipeline: Pipeline) -> list[Result]:
    return [ask(pipeline, question) for question in questions()]


def failures(results: list[Result]) -> str:
    wrong = [one for one in results if not one.right]
    return "\n".join(f"{one.asked.kind} {one.asked.case.case}：{one.texts}，缺 {one.missing}" for one in wrong)


def test_the_set_is_whole() -> None:
    kinds = Counter(question.kind for question in questions())
    assert kinds.total() == 120
    assert kinds["unanswerable"] == 30
    assert all(question.says or question.kind == "unanswerable" for question in questions())


def test_nothing_is_invented(results: list[Result]) -> None:
    assert [(one.asked.case.case, one.invented, one.texts) for one in results if one.invented] == []


def test_most_questions_are_answered(results: list[Result]) -> None:
    assert sum(one.right for one in results) / len(results) >= OVERALL, failures(results)


@pytest.mark.parametrize("kind", FLOORS)
def test_each_kind_is_answered(results: list[Result], kind: str) -> None:
    rows = [one for one in results if one.asked.kind == kind]
    assert sum(one.right for one in rows) / len(rows) >= FLOORS[kind], failures(rows)
