"""A briefing states what message, order, product and shop prove, and leaves the rest empty."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import STYLES, Order, Status
from app.reply.variables import NAMES
from app.shop.facts import money
from tests.reply.desk import CAMPAIGN, FLASH, NOW, briefed, items, shop_with

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def values(text: str, **message: Any) -> dict[str, Any]:
    return dict(briefed(text, **message).variables)


def ordered(status: Status, **order: Any) -> dict[str, Any]:
    return values("在吗", order=Order(status, **order))


@pytest.mark.parametrize(
    ("waited", "in_promise", "overdue"),
    [
        (HOUR, True, False),
        (48 * HOUR, True, False),
        (48 * HOUR + timedelta(seconds=1), False, True),
        (9 * DAY, False, True),
    ],
    ids=["new", "at the limit", "just over", "long over"],
)
def test_the_dispatch_promise_is_kept_or_over(waited: timedelta, in_promise: bool, overdue: bool) -> None:
    known = ordered("unshipped", paid_at=NOW - waited)
    assert (known["in_promise"], known["overdue"]) == (in_promise, overdue)


@pytest.mark.parametrize("status", ["unpaid", "shipped", "signed", "refunding", "closed"])
def test_only_an_unshipped_order_waits_for_dispatch(status: Status) -> None:
    known = ordered(status, paid_at=NOW - 9 * DAY)
    assert (known["in_promise"], known["overdue"]) == (False, False)


def test_an_unknown_payment_time_proves_nothing() -> None:
    known = ordered("unshipped")
    assert (known["in_promise"], known["overdue"], known["paid_ago"]) == (False, False, "")


@pytest.mark.parametrize(
    ("since", "days", "stalled", "long"),
    [
        (23 * HOUR, 0, False, False),
        (DAY, 1, True, False),
        (2 * DAY, 2, True, False),
        (3 * DAY - HOUR, 2, True, False),
        (3 * DAY, 3, True, True),
        (5 * DAY, 5, True, True),
    ],
)
def test_a_parcel_stalls_by_whole_days(since: timedelta, days: int, stalled: bool, long: bool) -> None:
    known = ordered("shipped", shipped_at=NOW - 6 * DAY, last_scan_at=NOW - since)
    assert (known["stalled_days"], known["stalled"], known["stalled_long"]) == (days, stalled, long)
    assert not known["unscanned"]


@pytest.mark.parametrize(
    ("order", "unscanned"),
    [
        (Order("shipped", shipped_at=NOW - DAY), True),
        (Order("shipped", shipped_at=NOW - DAY, last_scan_at=NOW), False),
        (Order("shipped"), False),
        (Order("unshipped", shipped_at=NOW), False),
    ],
    ids=["never scanned", "scanned", "dispatch unknown", "not shipped"],
)
def test_a_parcel_is_unscanned_where_dispatch_is_known_and_no_scan(order: Order, unscanned: bool) -> None:
    known = values("在吗", order=order)
    assert (known["unscanned"], known["stalled_days"]) == (unscanned, 0)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("signed", "now", "days"),
    [
        ("2026-11-20T23:59:00+08:00", "2026-11-21T00:01:00+08:00", 1),
        ("2026-11-21T00:01:00+08:00", "2026-11-21T23:59:00+08:00", 0),
        ("2026-11-20T15:59:00+00:00", "2026-11-20T16:01:00+00:00", 1),
        ("2026-11-20T23:00:00+00:00", "2026-11-21T01:00:00+00:00", 0),
        ("2026-11-22T10:00:00+08:00", "2026-11-21T10:00:00+08:00", 0),
        ("2026-10-31T10:00:00+08:00", "2026-11-21T10:00:00+08:00", 21),
    ],
    ids=["over midnight", "same day", "midnight in Shanghai", "midnight in London only", "future", "month end"],
)
def test_signed_days_follow_the_shops_calendar(signed: str, now: str, days: int) -> None:
    assert values("在吗", order=Order("signed", signed_at=at(signed)), now=at(now))["signed_days"] == days


@pytest.mark.parametrize(
    ("signed_days", "within"),
    [(None, True), (0, True), (7, True), (8, False)],
    ids=["unknown", "today", "last", "over"],
)
def test_returns_without_reason_end_after_the_last_day(signed_days: int | None, within: bool) -> None:
    signed = None if signed_days is None else NOW - signed_days * DAY
    assert ordered("signed", signed_at=signed)["within_no_reason"] is within


@pytest.mark.parametrize(
    ("order", "more", "state"),
    [
        (Order("signed", signed_at=NOW - 15 * DAY), {}, "ok"),
        (Order("signed", signed_at=NOW - 16 * DAY), {}, "late"),
        (Order("signed"), {}, ""),
        (Order("unshipped"), {}, "ok"),
        (Order("shipped"), {}, "ok"),
        (Order("unpaid"), {}, ""),
        (Order("refunding", signed_at=NOW), {}, ""),
        (Order(), {}, ""),
        (Order("signed", signed_at=NOW), {"text": "秒杀价比我买的低"}, "flash"),
        (Order("signed", signed_at=NOW - 16 * DAY), {"text": "限时抢购便宜了"}, "flash"),
        (Order("signed", signed_at=FLASH, items=items("LS002")), {"now": FLASH}, "flash"),
        (Order("signed", signed_at=FLASH, items=items("CJ001")), {"now": FLASH}, "ok"),
    ],
    ids=[
        "ok",
        "late",
        "unknown",
        "unshipped",
        "shipped",
        "unpaid",
        "refunding",
        "none",
        "said",
        "both",
        "sale",
        "other",
    ],
)
def test_price_protection(order: Order, more: dict[str, Any], state: str) -> None:
    assert values(more.pop("text", "降价了"), order=order, **more)["protection"] == state


def test_a_shop_may_protect_prices_against_flash_sales() -> None:
    shop = shop_with("authority", price_protection_on_flash=True)
    assert values("秒杀便宜了", shop=shop, order=Order("signed", signed_at=NOW))["protection"] == "ok"


@pytest.mark.parametrize(
    ("amount", "now", "gift", "gap", "near", "have"),
    [
        ("193", NOW, "暖冬礼包", "6", True, "尝鲜礼包"),
        ("189", NOW, "暖冬礼包", "10", True, "尝鲜礼包"),
        ("188.99", NOW, "暖冬礼包", "10.01", False, "尝鲜礼包"),
        ("98.5", NOW, "尝鲜礼包", "0.5", True, ""),
        ("20", NOW, "尝鲜礼包", "79", False, ""),
        ("99", NOW, "暖冬礼包", "100", False, "尝鲜礼包"),
        ("199", NOW, "", "", False, "暖冬礼包"),
        (None, NOW, "", "", False, ""),
        ("193", CAMPAIGN, "茶样礼包", "36", False, "囤货礼包"),
        ("225", CAMPAIGN, "茶样礼包", "4", False, "囤货礼包"),
    ],
)
def test_gift_tiers(amount: str | None, now: datetime, gift: str, gap: str, near: bool, have: str) -> None:
    known = values("有赠品吗", order=Order("unpaid", amount=Decimal(amount) if amount else None), now=now)
    assert (known["gift"], known["gift_gap"], known["gift_near"], known["gift_have"]) == (gift, gap, near, have)
    assert known["campaign"] is (now is CAMPAIGN)


def test_a_shop_may_give_gifts_in_a_campaign() -> None:
    shop = shop_with("authority", gifts_in_campaign=True)
    assert values("有赠品吗", shop=shop, order=Order("unpaid", amount=Decimal(225)), now=CAMPAIGN)["gift_near"]


def test_gifts_are_reckoned_from_what_is_asked_where_nothing_is_ordered() -> None:
    assert values("每日坚果来两盒有赠品吗")["gift_gap"] == "99.2"
    assert values("每日坚果有赠品吗")["gift_gap"] == "49.1"


@pytest.mark.parametrize(
    ("text", "region", "far", "served", "fee"),
    [
        ("新疆包邮吗", "新疆", True, True, "15"),
        ("乌鲁木齐能发吗", "新疆", True, True, "15"),
        ("发台湾吗", "台湾", False, False, ""),
        ("杭州几天到", "浙江", False, True, ""),
        ("包邮吗", "", False, True, ""),
    ],
)
def test_regions(text: str, region: str, far: bool, served: bool, fee: str) -> None:
    known = values(text)
    found = (known["asked_region"], known["region_far"], known["region_served"], known["region_fee"])
    assert found == (region, far, served, fee)


@pytest.mark.parametrize(
    ("text", "courier", "ok", "refused", "note"),
    [
        ("能发中通吗", "中通", True, False, ""),
        ("发顺丰行吗", "顺丰", True, False, "补运费差价"),
        ("发SF可以吗", "顺丰", True, False, "补运费差价"),
        ("发天天快递吗", "天天", False, True, ""),
        ("发韵达吗", "韵达", False, False, ""),
        ("发什么快递", "", False, False, ""),
    ],
)
def test_couriers(text: str, courier: str, ok: bool, refused: bool, note: str) -> None:
    known = values(text)
    assert (known["asked_courier"], known["asked_courier_ok"]) == (courier, ok)
    assert (known["asked_courier_refused"], known["asked_courier_note"]) == (refused, note)


@pytest.mark.parametrize("now", [NOW, CAMPAIGN, FLASH], ids=["plain", "campaign", "flash"])
@given(text=st.text(max_size=30), seconds=st.integers(-(10**7), 10**7))
def test_every_style_can_speak_of_any_message(now: datetime, text: str, seconds: int) -> None:
    then = now - timedelta(seconds=seconds)
    briefing = briefed(text, now=now, order=Order("signed", paid_at=then, last_scan_at=then, signed_at=then))
    for style in STYLES:
        spoken = briefing.speak(style, second=False, more=False, repeat=0)
        assert set(spoken) == set(NAMES)
        assert [one for one in STYLES if spoken[one]] == [style]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("39.00", "39"), ("39.90", "39.9"), ("0", "0"), ("100", "100"), ("0.05", "0.05"), ("1E+2", "100")],
)
def test_money_has_no_idle_zeros(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text
