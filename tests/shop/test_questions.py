"""A stored answer is given to its own question and to no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings
from app.shop.facts import Faq
from app.shop.load import load_shop
from app.shop.questions import Questions
from app.understand import reader as readers

SETTINGS = Settings()
READER = readers.build(SETTINGS.lexicon, cache=SETTINGS.var)


def asked(*rows: tuple[str, str, str]) -> Questions:
    faq = [Faq(asks=tuple(asks.split("|")), answer=answer, sku=sku) for asks, answer, sku in rows]
    return Questions(faq, cut=READER.cut, cut_folded=READER.cut_folded)


SHOP = asked(
    ("新疆包邮吗|西藏怎么收运费", "偏远补运费。", ""),
    ("掉不掉屑|会掉毛吗", "不掉屑。", "A1"),
    ("会不会漏水", "不漏。", "B1"),
    ("多久发货", "48小时内。", ""),
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("新疆包邮吗", "偏远补运费。"),
        ("请问新疆包邮吗？", "偏远补运费。"),
        ("新疆包邮吗亲", "偏远补运费。"),
        ("包邮吗", ""),
        ("包邮", ""),
        ("新疆", ""),
        ("多久发货呢", "48小时内。"),
        ("多久到货", ""),
        ("我昨天买的那箱苹果坏了三个你们多久发货给我补上", ""),
        ("在吗", ""),
        ("吗呢啊", ""),
        ("", ""),
        ("？？？", ""),
    ],
)
def test_only_the_question_itself_is_answered(text: str, answer: str) -> None:
    assert SHOP.answer(text) == answer


@pytest.mark.parametrize(
    ("sku", "answer"), [("A1", "不掉屑。"), ("B1", ""), ("", "")], ids=["this product", "another", "none"]
)
def test_a_product_answers_only_where_it_is_talked_about(sku: str, answer: str) -> None:
    assert SHOP.answer("掉不掉屑", sku=sku) == answer


def test_the_shops_answers_hold_beside_any_product() -> None:
    assert SHOP.answer("多久发货", sku="A1") == "48小时内。"


def test_a_shop_without_questions_answers_nothing() -> None:
    assert asked().answer("包邮吗") == ""


def test_every_question_of_the_demo_shop_finds_its_answer() -> None:
    rows = load_shop(SETTINGS.shops, "demo").faq
    questions = Questions(rows, cut=READER.cut, cut_folded=READER.cut_folded)
    lost = [
        (ask, found)
        for row in rows
        for ask in row.asks
        if (found := questions.answer(READER.normaliser(ask).text, sku=row.sku)) != row.answer
    ]
    assert lost == []


@given(text=st.text(max_size=40), sku=st.sampled_from(["", "A1", "B1", "?"]))
def test_any_text_gets_a_stored_answer_or_none(text: str, sku: str) -> None:
    allowed = {"", "偏远补运费。", "48小时内。"} | {{"A1": "不掉屑。", "B1": "不漏。"}.get(sku, "")}
    assert SHOP.answer(text, sku=sku) in allowed
