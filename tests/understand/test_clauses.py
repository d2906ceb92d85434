"""A message is split where the buyer turns to something else, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.understand.clauses import split


@pytest.mark.parametrize(
    ("raw", "clauses"),
    [
        ("什么颜色，多少钱", ["什么颜色", "多少钱"]),
        ("什么时候发货？能发顺丰吗？", ["什么时候发货", "能发顺丰吗"]),
        ("在吗 发货了没", ["在吗", "发货了没"]),
        ("退货\n还有货吗", ["退货", "还有货吗"]),
        ("坏了能换吗顺便开个发票", ["坏了能换吗", "顺便开个发票"]),
        ("几点发货另外送什么", ["几点发货", "另外送什么"]),
        ("发什么快递对了有赠品没", ["发什么快递", "对了有赠品没"]),
        ("收到了还有就是发票呢", ["收到了", "还有就是发票呢"]),
        ("坏了…退款", ["坏了", "退款"]),
        # one question stays one
        ("还有货吗", ["还有货吗"]),
        ("还有多久发货", ["还有多久发货"]),
        ("还有优惠吗", ["还有优惠吗"]),
        ("然后呢", ["然后呢"]),
        ("iphone 15 pro 有吗", ["iphone 15 pro 有吗"]),
        # a clause of one character says nothing by itself
        ("好，发货", ["发货"]),
        # nothing to split
        ("在", ["在"]),
        ("？？？", ["？？？"]),
        ("", [""]),
    ],
)
def test_splits(raw: str, clauses: list[str]) -> None:
    assert split(raw) == clauses


@given(st.text(st.sampled_from("退货还有吗顺便另外a1 ,，。！\n"), max_size=30))
def test_clauses_stand_in_the_message_one_after_another(raw: str) -> None:
    at = 0
    clauses = split(raw)
    assert clauses
    for clause in clauses:
        at = raw.index(clause, at) + len(clause)
