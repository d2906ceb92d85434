"""How much of a message is made of words that the training lines know."""

import pytest

from app.understand.familiar import Familiarity
from app.understand.reader import Reader

KNOWN = {"w:有没有", "w:货", "w:发货", "w:什么", "w:时候"}
SURE = 0.7


@pytest.fixture(scope="module")
def familiarity() -> Familiarity:
    return Familiarity(KNOWN)


@pytest.mark.parametrize("raw", ["有没有货", "什么时候发货", "有没有货？？", "😀"])
def test_known_words_and_mere_marks_set_no_bound(familiarity: Familiarity, reader: Reader, raw: str) -> None:
    assert familiarity(reader(raw)) == 1.0


def test_unknown_words_bound_the_confidence_by_their_length(familiarity: Familiarity, reader: Reader) -> None:
    some, most, all_ = (familiarity(reader(raw)) for raw in ("什么时候发货呀", "宇宙有没有尽头", "阑尾炎"))
    assert 1 > some > most > all_ == 0
    assert most < SURE


@pytest.mark.parametrize("raw", ["13800138000", "175 130", "4426521969352810568", "[图片]", "39.9元", "https://a.cn/x"])
def test_a_value_alone_is_what_buyers_send(familiarity: Familiarity, reader: Reader, raw: str) -> None:
    assert familiarity(reader(raw)) == 1.0


@pytest.mark.parametrize("raw", ["127.0.0.1", "2 4 8 16 32", "0.1+0.2", "√2≈1.414", "3.1415926535"])
def test_sums_versions_and_rows_of_numbers_are_never_sure(familiarity: Familiarity, reader: Reader, raw: str) -> None:
    assert familiarity(reader(raw)) < SURE
