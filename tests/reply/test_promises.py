"""What agents said before: promises are found, offers and questions are none, and a grant counts once."""

from decimal import Decimal

import pytest

from app.records import Order, Turn
from app.reply.promises import granted_before, promised, requested
from tests.reply.desk import NOW, decided, noted


def agent(*said: str) -> list[Turn]:
    return [Turn("agent", text) for text in said]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("抱歉，补发今天就安排。您放心～", ("抱歉，补发今天就安排",)),
        ("您看退还是补？", ()),
        ("在的，您说～", ()),
        ("主管看了回您；差价我去申请", ("主管看了回您", "差价我去申请")),
        ("会不会是放门口了？", ()),
    ],
)
def test_promises_are_sentences_that_bind(said: str, kept: tuple[str, ...]) -> None:
    assert promised(agent(said)) == kept


def test_what_a_buyer_says_promises_nothing() -> None:
    assert promised([Turn("buyer", "你们马上补发")]) == ()
    assert granted_before([Turn("buyer", "已经退您5元了")], "") == ""
    assert requested([Turn("buyer", "订单号发我")]) == ""


GRANTED = [
    "已给您退了差价5元，请查收",
    "差价已经退给您了",
    "已补偿您5元",
    "5元已经打给您了",
    "运费给您退了",
    "之前给您补偿过一次",
    "刚给您打款了",
    "退您5元了，注意查收",
    "已经加赠尝鲜礼包",
]
NOT_GRANTED = [
    "差价我帮您申请",
    "还没退差价给您",
    "差价退了吗？",
    "您看是退差价还是换？",
    "已经发货了",
    "已经登记给您补发",
    "可以退货",
    "退款已经在处理",
    "满99元送尝鲜礼包",
    "已经帮您催了",
]


@pytest.mark.parametrize("said", GRANTED)
def test_a_grant_is_heard(said: str) -> None:
    assert granted_before(agent("在的", said), "") == said[:24]


@pytest.mark.parametrize("said", NOT_GRANTED)
def test_an_offer_is_no_grant(said: str) -> None:
    assert granted_before(agent(said), "") == ""


@pytest.mark.parametrize("remark", ["7天内退差价5元", "加送尝鲜礼包 LP099*1", "去掉99，送199，LP199*1", "补偿3元"])
def test_the_order_note_tells_of_a_grant(remark: str) -> None:
    assert granted_before([], remark) == f"备注：{remark}"


@pytest.mark.parametrize(
    "remark", ["", "放门口", "11月23日发货", "浙江省杭州市西湖区文三路12号 张三 13812345678", "未补偿"]
)
def test_other_order_notes_grant_nothing(remark: str) -> None:
    assert granted_before([], remark) == ""


@pytest.mark.parametrize(
    ("intent", "order"),
    [
        ("compensation_request", Order("signed")),
        ("damaged_item", Order("signed")),
        ("price_protection", Order("signed", signed_at=NOW)),
        ("gift_query", Order("unpaid", amount=Decimal(193))),
    ],
)
def test_a_second_grant_needs_the_lead(intent: str, order: Order) -> None:
    first = decided(intent, order=order).authority
    second = decided(intent, order=order, earlier=[("agent", "已给您退了差价5元")]).authority
    assert first is not None
    assert second is not None
    assert (first.needs, bool(first.granted)) == (None, True)
    assert (second.needs, second.granted) == ("lead", "")
    assert "已给您退了差价5元" in second.why


def test_nothing_is_noted_for_a_second_gift() -> None:
    order = Order("unpaid", amount=Decimal(193))
    assert noted("有赠品吗", order=order).briefing.variables["gift_near"]
    again = noted("有赠品吗", order=order, earlier=[("agent", "已经加赠尝鲜礼包")]).briefing.variables
    assert (again["gift_near"], again["given_before"]) == (False, True)
