"""Questions that share words with a product's facts: no verdict that the facts do not prove."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.pipeline import Pipeline, open_shop
from app.shop.load import load_shop
from app.strict_yaml import load_file
from tests.test_golden import Case
from tests.test_product_questions import FOLDER, HONEST, Asked, Result, asked

SHOPS = Path(__file__).parent / "shops"
VERDICT = re.compile(
    "(?:^|[，。～ ])(?:是的|不是的|对的|会的|不会的|有的|没有的|能的|不能的|可以的|不可以|不建议|合适的)(?=[，。])"
)
OF_GOODS = {"product_spec", "product_suitability", "usage_help"}
ANSWERED = 0.75
HONESTLY = 0.75


@cache
def traps() -> tuple[Asked, ...]:
    rows: list[dict[str, Any]] = load_file(FOLDER / "product_traps.yaml", root=FOLDER)
    return tuple(in_shop(row) for row in rows)


def in_shop(row: dict[str, Any]) -> Asked:
    found = asked(row)
    case = Case.model_validate({**found.case.model_dump(exclude_unset=True), "shop": row.get("shop", "demo")})
    return found._replace(case=case)


@pytest.fixture(scope="module")
def results(pipeline: Pipeline) -> list[Result]:
    desks = {name: open_shop(pipeline.knowledge, load_shop(SHOPS, name)) for name in ("digital", "snacks")}
    everywhere = replace(pipeline, _shops=desks)
    return [answer(everywhere, trap) for trap in traps()]


def answer(pipeline: Pipeline, trap: Asked) -> Result:
    """Draft an answer; a trap must get no verdict at all, unless its row says what half of it is answered with."""
    reply = trap.case.reply(pipeline)
    texts = tuple(draft.text for draft in reply.drafts)
    missing = [one for one in trap.says if not any(way in text for way in one.split("|") for text in texts)]
    intents = tuple(one.intent for one in reply.decision.answers)
    if trap.kind == "silent" and not trap.says and not any(HONEST.search(text) for text in texts):
        missing.append("老实说没有这项、去问")
    if trap.kind == "statement" and OF_GOODS.intersection(intents):
        missing.append("不当成商品问题")
    invented = [one for one in trap.never if any(one in text for text in texts)]
    if trap.kind in ("silent", "statement", "nameless") and not trap.says:
        invented += [found[0] for text in texts if (found := VERDICT.search(text))]
    return Result(trap, texts, intents, tuple(missing), tuple(invented))


def told(results: list[Result]) -> str:
    return "\n".join(
        f"{one.asked.kind} {one.asked.case.case} {one.intents}：{one.texts[:2]}，多说 {one.invented} 缺 {one.missing}"
        for one in results
    )


def test_the_set_is_whole() -> None:
    kinds = Counter(trap.kind for trap in traps())
    assert kinds == {"silent": 45, "statement": 15, "yes_no": 22, "value": 18, "nameless": 20}


def test_no_verdict_is_false(results: list[Result]) -> None:
    wrong = [one for one in results if one.invented]
    assert not wrong, told(wrong)


@pytest.mark.parametrize(
    ("kinds", "floor"), [(("yes_no", "value"), ANSWERED), (("silent",), HONESTLY), (("statement",), 0.9)]
)
def test_enough_is_answered_or_admitted(results: list[Result], kinds: tuple[str, ...], floor: float) -> None:
    rows = [one for one in results if one.asked.kind in kinds]
    lacking = [one for one in rows if one.missing]
    assert 1 - len(lacking) / len(rows) >= floor, told(lacking)


@pytest.mark.parametrize(
    ("shop", "product", "text"),
    [
        ("demo", "LS005", "含坚果吗"),  # 坚果 names another product
        ("demo", "CJ005", "滤网是316的吗"),  # both in the title, of two parts
        ("demo", "CJ005", "盖子单独卖吗"),
        ("demo", "XD003", "充电的时候能用吗"),
        ("demo", "FS001", "黑色的会掉色吗"),
        ("demo", "CJ004", "能放冰箱吗"),
        ("snacks", "LS03", "枣有核吗"),  # 核桃 is no 核
        ("snacks", "LS07", "有豆沙馅的吗"),  # in stock, but is it that kind
    ],
)
def test_what_was_once_answered_falsely(pipeline: Pipeline, shop: str, product: str, text: str) -> None:
    desks = {} if shop == "demo" else {shop: open_shop(pipeline.knowledge, load_shop(SHOPS, shop))}
    trap = in_shop({"ask": text, "shop": shop, "product": product, "kind": "silent", "never": []})
    assert answer(replace(pipeline, _shops=desks), trap).invented == ()
