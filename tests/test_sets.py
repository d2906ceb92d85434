"""Our own test sets: messages that ask several things, and lines that no shop can answer."""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from app.evaluate.confidence import auroc
from app.pipeline import Pipeline
from app.records import Message, Ranking, Turn
from app.strict_yaml import load_file

FOLDER = Path(__file__).parent / "sets"
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SURE = 0.7
EXACT_FLOOR, F1_FLOOR = 0.72, 0.9
"""Of the messages that ask several things: whole sets found, and the F1 score over all intents."""
ANSWERED_FLOOR, INVENTED_CEILING = 0.6, 0.05
"""Of the same messages: those of which all is answered, and the share of answers to what nobody asked."""
SMALL_TALK = ("chat", "other")
COUNTS = {"multi_intent": 170, "off_domain": 220, "near_domain": 110}
LONGEST = 100


class Asked(NamedTuple):
    """A message and what it asks, in the order of answering."""

    text: str
    intents: tuple[str, ...]


class Limits(NamedTuple):
    """How a set from outside must do: the share that is surely taken for shop talk, and the area under the curve."""

    surely_wrong: float
    auroc: float


LIMITS = {"off_domain": Limits(0.04, 0.95), "near_domain": Limits(0.2, 0.95)}


def several() -> list[Asked]:
    rows = load_file(FOLDER / "multi_intent.yaml", root=FOLDER)
    assert all(row.keys() == {"text", "intents"} for row in rows)
    return [Asked(row["text"], tuple(row["intents"])) for row in rows]


def lines(name: str) -> list[str]:
    if name == "multi_intent":
        return [asked.text for asked in several()]
    rows: list[str] = load_file(FOLDER / f"{name}.yaml", root=FOLDER)
    return rows


def bare(text: str) -> str:
    """Leave only letters and digits, or the text itself where it has none."""
    return re.sub(r"[\W_]+", "", text.lower()) or text


def about_the_shop(pipeline: Pipeline, name: str) -> bool:
    catalogue = pipeline.knowledge.catalogue
    return name in catalogue and catalogue[name].group != "other"


def shop_score(pipeline: Pipeline, ranking: Ranking) -> float:
    """Give how surely a message is the shop's business at all."""
    return sum(scored.confidence for scored in ranking.scored if about_the_shop(pipeline, scored.name))


@pytest.mark.parametrize("name", COUNTS)
def test_set_is_large_and_without_repetition(name: str) -> None:
    texts = lines(name)
    assert len(texts) >= COUNTS[name]
    assert [text for text, times in Counter(map(bare, texts)).items() if times > 1] == []
    assert [text for text in texts if not 0 < len(text) <= LONGEST or text != text.strip()] == []


@pytest.mark.parametrize("name", COUNTS)
def test_no_line_was_trained_on(pipeline: Pipeline, name: str) -> None:
    trained = {bare(text) for text, _ in pipeline.knowledge.catalogue.lines()}
    assert [text for text in lines(name) if bare(text) in trained] == []


def test_no_line_stands_in_two_sets() -> None:
    texts = Counter(bare(text) for name in COUNTS for text in lines(name))
    assert [text for text, times in texts.items() if times > 1] == []


def test_intents_exist_and_stand_in_the_order_of_answering(pipeline: Pipeline) -> None:
    catalogue = pipeline.knowledge.catalogue
    for asked in several():
        assert all(name in catalogue and catalogue[name].group not in SMALL_TALK for name in asked.intents), asked
        assert len(set(asked.intents)) == len(asked.intents) <= 3, asked
        assert list(asked.intents) == sorted(asked.intents, key=catalogue.rank), asked


def test_messages_ask_several_things_in_many_ways(pipeline: Pipeline) -> None:
    asked = several()
    catalogue = pipeline.knowledge.catalogue
    assert sum(len(one.intents) > 1 for one in asked) >= COUNTS["multi_intent"]
    assert sum(len(one.intents) == 3 for one in asked) >= 10
    assert all(8 <= len(one.text) <= 60 for one in asked)
    assert {catalogue[name].group for one in asked for name in one.intents} >= {
        "risk", "aftersales", "logistics", "order", "presale", "review"
    }  # fmt: skip


def test_several_questions_are_found(pipeline: Pipeline) -> None:
    exact = hit = wanted = found = 0
    for asked in several():
        heard = {scored.name for scored in pipeline.classifier(asked.text)[1].intents}
        exact += heard == set(asked.intents)
        hit += len(heard & set(asked.intents))
        wanted += len(asked.intents)
        found += len(heard)
    assert exact / len(several()) >= EXACT_FLOOR
    assert 2 * hit / (wanted + found) >= F1_FLOOR


def test_several_questions_are_answered(pipeline: Pipeline) -> None:
    whole = invented = said = 0
    for asked in several():
        decision = pipeline.reply(Message((Turn("buyer", asked.text),), NOON), shop="demo").decision
        answered = {answer.intent for answer in decision.answers}
        whole += answered == set(asked.intents)
        invented += len(answered - set(asked.intents))
        said += len(answered)
    assert whole / len(several()) >= ANSWERED_FLOOR
    assert invented / said <= INVENTED_CEILING


@pytest.mark.parametrize("name", LIMITS)
def test_lines_from_outside_are_not_taken_for_shop_talk(pipeline: Pipeline, name: str) -> None:
    outside = [pipeline.classifier(text)[1] for text in lines(name)]
    inside = [pipeline.classifier(asked.text)[1] for asked in several()]
    tops = [ranking.scored[0] for ranking in outside]
    wrong = sum(top.confidence >= SURE and about_the_shop(pipeline, top.name) for top in tops)
    assert wrong / len(tops) <= LIMITS[name].surely_wrong
    scores = [[shop_score(pipeline, ranking) for ranking in side] for side in (inside, outside)]
    assert auroc(*scores) >= LIMITS[name].auroc
