"""Drafts for several things at once: what is spoken, what goes into the order's note, when to look again."""

from datetime import timedelta

import pytest

from app.outgoing import Remark, Reply
from app.pipeline import Pipeline
from app.records import Message, Order, Status, Style, Turn
from app.reply.remark import together
from tests.reply.desk import NOW, knowledge

HOME = "浙江省杭州市余杭区文一西路969号 王丽 13812345678"


def reply(pipeline: Pipeline, text: str, status: Status) -> Reply:
    return pipeline.reply(Message((Turn("buyer", text),), NOW, Order(status)), shop="demo")


def test_the_note_holds_what_every_answer_needs(pipeline: Pipeline) -> None:
    found = reply(pipeline, f"催了好几遍了还不发货\n再帮我把地址改到公司 {HOME}", "unshipped")
    assert [answer.intent for answer in found.decision.answers] == ["urge_shipment", "change_address"]
    assert found.remark is not None
    assert found.remark.text == f"买家催发货，优先出；{HOME}"
    assert found.follow_up is not None
    assert found.follow_up.at - NOW == timedelta(minutes=30), "the address cannot wait as long as the parcel"
    assert "地址" in found.follow_up.what


@pytest.mark.parametrize(
    ("text", "status", "note"),
    [
        ("收到就碎了 我要退款", "signed", "破损"),
        ("物流五天没动了 我要退款", "shipped", "退款"),
    ],
)
def test_a_demand_leaves_the_note_to_its_cause(pipeline: Pipeline, text: str, status: Status, note: str) -> None:
    found = reply(pipeline, text, status)
    assert found.decision.answers[-1].intent == "refund_request"
    assert len(found.decision.answers) == 2
    assert found.remark is not None
    assert note in found.remark.text
    assert "；" not in found.remark.text


@pytest.mark.parametrize(
    ("notes", "remark"),
    [
        ((), None),
        ((Remark("买家催发货", flag=False),), Remark("买家催发货", flag=False)),
        ((Remark("一样", flag=False), Remark("一样", flag=True)), Remark("一样", flag=True)),
        (
            (Remark("加送梳子", flag=False), Remark("退差价5元", flag=True, payment_note="退您5元")),
            Remark("加送梳子；退差价5元", flag=True, payment_note="退您5元"),
        ),
    ],
    ids=["none", "one", "twice the same", "two"],
)
def test_notes_become_one(notes: tuple[Remark, ...], remark: Remark | None) -> None:
    assert together(notes) == remark


@pytest.mark.parametrize(
    ("style", "at", "of", "stages"),
    [
        ("soothing", 0, 1, {"respond", "apologise", "understand", "solve", "follow_up"}),
        ("soothing", 0, 2, {"respond", "apologise", "understand", "solve"}),
        ("soothing", 1, 2, {"solve", "follow_up"}),
        ("standard", 1, 2, {"solve"}),
        ("brief", 0, 2, {"apologise", "solve"}),
    ],
)
def test_the_first_answer_opens_and_the_last_closes(style: Style, at: int, of: int, stages: set[str]) -> None:
    assert knowledge().styles(style, "aftersales", at=at, of=of) == stages
