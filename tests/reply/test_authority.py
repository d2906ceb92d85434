"""What an agent may grant alone: each rule at, below and above its limit, and never a word of it to the buyer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.records import STATUSES, STYLES, Answer, Authority, Decision, History, Order, Status
from app.reply.authority import RULED
from app.reply.drafting import Task
from tests.reply.desk import CAMPAIGN, FLASH, NOW, briefed, decided, demo, demo_desk, knowledge, noted, shop_with

DAY = timedelta(days=1)
GOODWILL = sorted(
    RULED - {"price_protection", "gift_query", "bargain", "change_address", "change_order", "refund_only"}
)


def granted(intent: str, text: str = "在吗", **message: Any) -> Authority | None:
    return decided(intent, text=text, **message).authority


@pytest.mark.parametrize("intent", GOODWILL)
@pytest.mark.parametrize(
    ("asked", "needs"),
    [
        ("", None),
        ("赔4.99元", None),
        ("赔5元", None),
        ("赔5.01元", "lead"),
        ("赔三块五", None),
        ("赔五块五", "lead"),
        ("赔5块5", "lead"),
        ("赔两百块", "lead"),
    ],
)
def test_goodwill_ends_at_the_shops_most(intent: str, asked: str, needs: str | None) -> None:
    found = granted(intent, asked or "在吗", order=Order("signed"))
    assert found is not None
    assert (found.granted, found.needs) == ("安抚金3–5元", needs)
    assert "5元" in found.limit


@pytest.mark.parametrize(
    ("status", "needs"), [(None, "lead"), ("unpaid", "lead"), *((one, None) for one in STATUSES[1:])]
)
def test_goodwill_needs_an_order_that_is_paid(status: Status | None, needs: str | None) -> None:
    found = granted("damaged_item", order=Order(status))
    assert found is not None
    assert (found.needs, bool(found.granted)) == (needs, needs is None)


def test_a_shop_that_grants_nothing_leaves_it_to_the_lead() -> None:
    goodwill = demo().facts.authority.goodwill.model_copy(update={"min": Decimal(0), "max": Decimal(0)})
    cases = (
        ("damaged_item", shop_with("authority", goodwill=goodwill)),
        ("price_protection", shop_with("authority", price_protection_days=0)),
        ("gift_query", replace(demo(), facts=demo().facts.model_copy(update={"gift_tiers": ()}))),
    )
    for intent, shop in cases:
        found = granted(intent, order=Order("signed"), shop=shop)
        assert found is not None
        assert (found.granted, found.needs) == ("", "lead")
        assert "看不到" not in found.why


def test_goodwill_follows_the_shops_settings() -> None:
    goodwill = demo().facts.authority.goodwill.model_copy(update={"max": Decimal(20)})
    found = granted("damaged_item", "赔20元", order=Order("signed"), shop=shop_with("authority", goodwill=goodwill))
    assert found is not None
    assert (found.granted, found.needs) == ("安抚金3–20元", None)


@pytest.mark.parametrize(
    ("order", "more", "grant", "needs", "why"),
    [
        (Order("signed", signed_at=NOW - 14 * DAY), {}, "退差价", None, "价保期内"),
        (Order("signed", signed_at=NOW - 15 * DAY), {}, "退差价", None, "价保期内"),
        (Order("signed", signed_at=NOW - 16 * DAY), {}, "", "lead", "已签收16天"),
        (Order("signed", signed_at=NOW), {"text": "秒杀价更低"}, "", "lead", "抢购"),
        (Order("signed", signed_at=FLASH), {"now": FLASH}, "", "lead", "抢购"),
        (Order("signed"), {}, "", None, "不知道签收日期"),
        (Order(), {}, "", None, "不知道签收日期"),
    ],
    ids=["below", "at the limit", "above", "flash said", "flash running", "day unknown", "no order"],
)
def test_price_protection(order: Order, more: dict[str, Any], grant: str, needs: str | None, why: str) -> None:
    product = {"product": "LS002"} if more.get("now") is FLASH else {}
    found = granted("price_protection", **{"text": "降价了", **more, **product}, order=order)
    assert found is not None
    assert (found.granted, found.needs) == (grant, needs)
    assert why in found.why
    assert found.limit == "签收15天内，限时抢购除外"


@pytest.mark.parametrize("intent", ["gift_query", "bargain"])
@pytest.mark.parametrize(
    ("amount", "now", "grant", "needs", "why"),
    [
        ("193", NOW, "加赠暖冬礼包", None, "只差6元"),
        ("189", NOW, "加赠暖冬礼包", None, "只差10元"),
        ("188.99", NOW, "", "lead", "还差10.01元"),
        ("60", NOW, "", "lead", "还差39元"),
        ("225", CAMPAIGN, "", "lead", "大促期间"),
        ("100", CAMPAIGN, "", "lead", "大促期间"),
        (None, NOW, "", None, "看不到订单金额"),
        ("199", NOW, "", None, "已够最高的满199元"),
    ],
)
def test_a_gift_closes_a_small_gap(
    intent: str, amount: str | None, now: Any, grant: str, needs: str | None, why: str
) -> None:
    order = Order("unpaid", amount=Decimal(amount) if amount else None)
    found = granted(intent, order=order, now=now)
    assert found is not None
    assert (found.granted, found.needs) == (grant, needs)
    assert why in found.why


def test_a_shop_may_give_gifts_in_a_campaign() -> None:
    shop = shop_with("authority", gifts_in_campaign=True)
    found = granted("gift_query", order=Order("unpaid", amount=Decimal(225)), now=CAMPAIGN, shop=shop)
    assert found == Authority("加赠茶样礼包", "差10元以内可加赠满赠礼包", None, "离满229元只差4元")


@pytest.mark.parametrize("intent", ["change_address", "change_order"])
@pytest.mark.parametrize("status", [None, *STATUSES])
def test_what_has_left_is_changed_by_the_courier_alone(intent: str, status: Status | None) -> None:
    found = granted(intent, order=Order(status))
    assert (found is not None) is (status == "shipped")


@pytest.mark.parametrize(
    ("status", "needs"),
    [(None, "lead"), ("unpaid", ""), ("unshipped", ""), ("shipped", "lead"), ("signed", "lead"), ("closed", "lead")],
)
def test_money_without_goods_needs_the_lead(status: Status | None, needs: str) -> None:
    found = granted("refund_only", order=Order(status))
    assert (found.needs if found else "") == needs


def test_every_risk_goes_to_the_lead() -> None:
    risky = [intent.name for intent in knowledge().catalogue if intent.flow == "risk"]
    assert len(risky) >= 4
    for name in risky:
        found = granted(name, "赔1元", order=Order("signed"))
        assert found is not None
        assert (found.needs, found.granted) == ("lead", "受理并收凭证"), name


def test_nothing_is_granted_where_nothing_is_asked() -> None:
    asked = [one.name for one in knowledge().catalogue if one.flow != "risk" and one.name not in RULED]
    assert [name for name in asked if granted(name, order=Order("signed")) is not None] == []


def texts(intent: str, order: Order, said: str) -> tuple[Decision, list[str]]:
    decision = decided(intent, text=said, order=order)
    task = Task(decision, briefed(said, order=order), noted(said, order=order), History(), "pinduoduo", STYLES, "s")
    return decision, [draft.text for draft in demo_desk().drafter(task).drafts]


@pytest.mark.parametrize("status", [None, *STATUSES])
def test_no_draft_tells_the_limits(status: Status | None) -> None:
    order = Order(status, amount=Decimal(193), signed_at=NOW - DAY if status == "signed" else None)
    for intent in knowledge().catalogue:
        for said in ("在吗", "赔50元"):
            decision, drafts = texts(intent.name, order, said)
            found = decision.authority
            assert decision.answers[0] == Answer(intent.name, decision.answers[0].script, 0.9)
            hidden = [found.limit, found.why, *([found.granted] if "安抚金" in found.granted else [])] if found else []
            for text in drafts:
                assert not any(part and part in text for part in (*hidden, "安抚金", "上限", "权限", "3–5元")), (
                    intent.name
                )
