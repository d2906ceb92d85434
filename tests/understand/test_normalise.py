"""Folding is total and idempotent, and every folded character knows where it stood."""

import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.understand.normalise import Normaliser

NORMALISE = Normaliser()
TRICKY = "乾隆發貨裡后麼換着著 　\t\n\u200b\u0301\ufe0f\ud800\ue000ａＡ1１!！。…~ßİﬁ½㍿㎏👍🏽货"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(TRICKY)), max_size=40)


@given(TEXTS)
def test_folding_twice_changes_nothing(raw: str) -> None:
    text = NORMALISE(raw).text
    assert NORMALISE(text).text == text


@given(TEXTS)
def test_offsets_map_every_character_in_order(raw: str) -> None:
    folded = NORMALISE(raw)
    assert folded.raw == raw
    assert len(folded.offsets) == len(folded.text)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= at < len(raw) for at in folded.offsets)


@given(TEXTS, st.data())
def test_raw_span_lies_inside_the_raw_text(raw: str, data: st.DataObject) -> None:
    folded = NORMALISE(raw)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.raw_span(start, end)
    assert 0 <= first <= last <= len(raw)
    assert (first == last) == (start == end)


@given(TEXTS)
def test_each_character_comes_from_where_its_offset_points(raw: str) -> None:
    folded = NORMALISE(raw)
    latin = [(char, at) for char, at in zip(folded.text, folded.offsets, strict=True) if char.isascii() and char != " "]
    assert all(char in NORMALISE(raw[at]).text for char, at in latin)


def test_no_single_character_is_unstable() -> None:
    assigned = [char for char in map(chr, range(sys.maxunicode + 1)) if category(char) not in ("Cn", "Co", "Cs")]
    texts = {char: NORMALISE(char).text for char in assigned}
    assert [char for char, text in texts.items() if text != char and NORMALISE(text).text != text] == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        # width and case
        ("ＡＢＣ１２３", "abc123"),
        ("发货？！", "发货?!"),
        ("２件，￥３９．９", "2件,¥39.9"),
        ("ＸＬ码", "xl码"),
        ("①件", "1件"),
        ("10㎏", "10kg"),
        # Traditional
        ("什麼時候發貨", "什么时候发货"),
        ("我想換貨 顏色不適合", "我想换货颜色不适合"),
        ("乾隆年間的碗", "乾隆年间的碗"),
        ("乾淨嗎 不會乾掉吧", "干净吗不会干掉吧"),
        ("裡面少了東西", "里面少了东西"),
        ("發票", "发票"),
        # blanks
        ("什么 时候 发货", "什么时候发货"),
        ("什么　时候\t发\n货", "什么时候发货"),
        ("hello   world", "hello world"),
        ("iphone 15 有 吗", "iphone 15有吗"),
        ("15 斤", "15斤"),
        ("  退货  ", "退货"),
        ("138 1234 5678", "138 1234 5678"),
        ("   ", ""),
        ("", ""),
        # repeats
        ("啊啊啊啊啊", "啊啊"),
        ("快点！！！！！", "快点!!"),
        ("在吗？？？", "在吗??"),
        ("好 好 好 好", "好好"),
        ("......", ".."),
        ("👍👍👍👍", "👍👍"),
        ("okkkkk", "okk"),
        # digits are never cut
        ("1000000", "1000000"),
        ("１１１１", "1111"),
        ("订单111122223333", "订单111122223333"),
        # invisible characters
        ("发\u200b货", "发货"),
        ("发\ufeff货\u2060", "发货"),
        ("发\x00货\x07", "发货"),
        ("\ud800货", "货"),
        ("\ue001退货", "退货"),
        # emoji
        ("太好了😊", "太好了😊"),
        ("❤️", "❤"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        # one character
        ("在", "在"),
        ("1", "1"),
        ("？", "?"),
    ],
)
def test_folds(raw: str, text: str) -> None:
    assert NORMALISE(raw).text == text


@pytest.mark.parametrize(
    ("raw", "part", "raw_part"),
    [
        ("发 \u200b货了", "发货", "发 \u200b货"),
        ("啊啊啊啊退款", "退款", "退款"),
        ("我要２０㎏的", "20kg", "２０㎏"),
        ("请  ＡＢ  ＣＤ 吧", "ab cd", "ＡＢ  ＣＤ"),
        ("👍👍👍換貨", "换货", "換貨"),
    ],
)
def test_raw_span_finds_the_words_as_they_were_written(raw: str, part: str, raw_part: str) -> None:
    folded = NORMALISE(raw)
    at = folded.text.index(part)
    assert raw[slice(*folded.raw_span(at, at + len(part)))] == raw_part


def test_an_empty_span_stands_where_its_character_stands() -> None:
    folded = NORMALISE("发 货")
    assert [folded.raw_span(at, at) for at in range(3)] == [(0, 0), (2, 2), (3, 3)]
