"""Sums are worked out as by hand, and hold what every sum must hold."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import Order
from app.reply.arrival import arrival_values, waited
from app.settings import Settings
from app.shop.load import ShopData, load_shop
from app.shop.sums import Line, Sum, add_up, pieces_until, unit_price
from tests.reply.desk import CAMPAIGN, FLASH, NOW, briefed, demo, shop_with

SKUS = [sku for sku, product in demo().products.items() if product.stock]
REGIONS = ["", "浙江", "新疆", "西藏", "海南", "香港"]


def other_shop(name: str) -> ShopData:
    return load_shop(Settings().home / "tests" / "shops", name)


def summed(*bought: tuple[str, int], region: str = "", at: datetime = NOW, shop: ShopData | None = None) -> Sum | None:
    shop = shop or demo()
    lines = [Line(shop.products[sku], count) for sku, count in bought]
    running = [one for one in shop.promotions if one.runs(at)]
    return add_up(lines, running, shop.facts.shipping, region)


@pytest.mark.parametrize(
    ("bought", "region", "text"),
    [
        ([("ZP001", 3)], "", "39.9×3=119.7元，满99减5，付114.7元，包邮"),
        ([("ZP001", 2)], "", "39.9×2=79.8元，包邮"),
        ([("ZP001", 1)], "", "39.9元，包邮"),
        ([("FS006", 1)], "", "19.9元，运费6元，付25.9元"),
        ([("FS006", 1)], "新疆", "19.9元，运费21元，付40.9元"),
        ([("FS006", 2)], "新疆", "19.9×2=39.8元，运费15元，付54.8元"),
        ([("FS006", 2)], "香港", "19.9×2=39.8元"),
        ([("CJ005", 1), ("CJ007", 1)], "", "刻字保温杯69+茉莉花茶32.8=101.8元，满99减5，付96.8元，包邮"),
        ([("FS003", 2), ("YY004", 1)], "", "珊瑚绒睡衣79×2+气压喷壶13.9=171.9元，满99减5，付166.9元，包邮"),
        ([("XD001", 1)], "", "99元，满99减5，付94元，包邮"),
    ],
)
def test_hand_worked_sums(bought: list[tuple[str, int]], region: str, text: str) -> None:
    found = summed(*bought, region=region)
    assert found
    assert found.text == text


def test_the_next_cut_and_free_postage_are_so_far_away() -> None:
    found = summed(("ZP001", 2))
    assert found
    assert (found.next_over, found.next_gap, found.next_off) == (Decimal(99), Decimal("19.2"), Decimal(5))
    few = summed(("LS006", 3))
    assert few
    assert few.free_gap == Decimal("9.3")


def test_cuts_of_two_promotions_do_not_add_up() -> None:
    found = summed(("CJ002", 1), at=CAMPAIGN)
    assert found
    assert (found.off, found.next_gap, found.next_off) == (Decimal(10), Decimal(31), Decimal(25))
    top = summed(("CJ008", 1), at=CAMPAIGN)
    assert top
    assert (top.off, top.next_gap) == (Decimal(25), None)


@pytest.mark.parametrize(("count", "goods"), [(1, "19.9"), (2, "39.8"), (3, None)])
def test_a_flash_price_counts_up_to_its_limit(count: int, goods: str | None) -> None:
    found = summed(("LS002", count), at=FLASH)
    assert (found and str(found.goods).rstrip("0")) == goods


def test_a_sale_without_a_written_limit_gives_no_sum() -> None:
    digital = other_shop("digital")
    november = datetime.fromisoformat("2026-11-05T12:00:00+08:00")
    assert summed(("EJ02", 1), at=november, shop=digital) is None


def test_goods_that_take_no_part_reach_no_cut() -> None:
    digital = other_shop("digital")
    december = datetime.fromisoformat("2026-12-09T12:00:00+08:00")
    found = summed(("XJ03", 1), at=december, shop=digital)
    assert found
    assert (found.off, found.next_gap) == (0, None)


@given(
    bought=st.lists(
        st.tuples(st.sampled_from(SKUS), st.integers(1, 40)), min_size=1, max_size=4, unique_by=lambda b: b[0]
    ),
    region=st.sampled_from(REGIONS),
    at=st.sampled_from([NOW, CAMPAIGN, FLASH]),
)
def test_laws_of_every_sum(bought: list[tuple[str, int]], region: str, at: datetime) -> None:
    found = summed(*bought, region=region, at=at)
    if found is None:
        return
    assert 0 <= found.to_pay <= found.goods + (found.postage or 0)
    assert found.to_pay == found.goods - found.off + (found.postage or 0)
    assert found.next_gap is None or (found.next_gap > 0 and found.next_off is not None and found.next_off > found.off)
    more = summed(*bought[:-1], (bought[-1][0], bought[-1][1] + 1), region=region, at=at)
    if more is not None and more.next_over == found.next_over and more.next_gap and found.next_gap:
        assert more.next_gap < found.next_gap
    if more is not None:
        assert more.goods > found.goods
        assert more.off >= found.off


@pytest.mark.parametrize(
    ("text", "product", "expected"),
    [
        ("两件睡衣加一个喷壶多少钱", "", {"total": "171.9", "to_pay": "166.9", "several": True}),
        ("坚果拿3盒瓜子2袋多少钱", "", {"total": "175.5", "to_pay": "170.5"}),
        ("刻字杯加一份花茶合一起多少", "", {"to_pay": "96.8"}),
        ("两箱够满减了吗", "ZP001", {"cut_gap": "19.2", "cut_off": "5", "to_pay": "79.8"}),
        ("两件睡衣加一个壶多少钱", "", {"sum_text": "", "total": ""}),
        ("睡衣多少钱", "", {"sum_text": "", "cut_gap": "20"}),
        ("紫砂壶还差多少能拿暖冬礼包", "", {"gift_gap": "31", "product": "紫砂小壶"}),
        ("两份寄新疆", "FS006", {"region_postage": "15", "to_pay": "54.8"}),
        ("豆干要几份才包邮", "", {"free_qty": 4, "free_gap": "29.1"}),
        ("双12抢购琥珀核桃啥价", "", {"next_price": "19.9", "next_promo_start": 21}),
        ("芒果干算下来一袋几块钱", "", {"unit_text": "18.9元3袋，一袋合6.3元"}),
        ("五双袜子多少钱", "", {"sum_text": "", "product": "中筒棉袜"}),
        ("3件多少钱", "XD003", {"total": "137.7"}),
    ],
)
def test_what_a_message_comes_to(text: str, product: str, expected: dict[str, object]) -> None:
    values = briefed(text, product=product).variables
    assert {name: values[name] for name in expected} == expected


def test_earlier_goods_join_where_the_buyer_asks_for_all() -> None:
    values = briefed("再来两袋瓜子 一共多少", earlier=[("buyer", "坚果要3盒"), ("agent", "好的")]).variables
    assert values["to_pay"] == "170.5"


def test_flash_beyond_the_limit_gives_no_total() -> None:
    assert briefed("3件多少钱", product="XD003", now=FLASH).variables["total"] == ""
    assert briefed("2件多少钱", product="XD003", now=FLASH).variables["total"] == "71.8"


def test_units_and_pieces() -> None:
    mango, beans = demo().products["LS005"], demo().products["LS006"]
    assert unit_price(mango, mango.price, "袋") == (3, "6.3")
    assert unit_price(beans, beans.price, "包") == (20, "约0.5")
    assert unit_price(mango, mango.price, "瓶") == (0, "")
    assert pieces_until(Decimal(39), Decimal("9.9")) == 4
    assert pieces_until(Decimal(39), Decimal(0)) == 0


@pytest.mark.parametrize(
    ("region", "now", "eta", "dates"),
    [
        ("", "2026-11-21T14:10", "一般2-4天", "今天发的话大概23到25号"),
        ("新疆", "2026-11-21T14:10", "一般5-8天", "今天发的话大概26到29号"),
        ("", "2026-11-21T16:00", "一般2-4天", "明天发的话大概24到26号"),
        ("", "2026-11-28T14:10", "一般2-4天", "今天发的话大概11月30号到12月2号"),
        ("香港", "2026-11-21T14:10", "香港暂时发不到", ""),
    ],
)
def test_arrival_is_a_range(region: str, now: str, eta: str, dates: str) -> None:
    shop = demo()
    found = arrival_values(shop.facts.shipping, shop.zone, datetime.fromisoformat(f"{now}:00+08:00"), Order(), region)
    assert found == {"eta_text": eta, "eta_dates": dates}


def test_a_shop_without_weekends_ships_on_monday() -> None:
    shop = other_shop("digital")
    found = arrival_values(shop.facts.shipping, shop.zone, NOW, Order(), "")
    assert found["eta_dates"] == "周一发的话大概24到26号"


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-11-20T23:00", 3),
        ("2026-11-21T12:00", 4),
        ("2026-11-23T00:00", 4),
        ("2026-11-23T20:00", 24),
        ("2026-11-23T21:00", 25),
    ],
)
def test_hours_count_on_shipping_days_only(now: str, hours: int) -> None:
    """Paid on Friday at 20:00 where nothing ships at weekends."""
    shop = other_shop("digital")
    friday = datetime.fromisoformat("2026-11-20T20:00:00+08:00")
    at = datetime.fromisoformat(f"{now}:00+08:00")
    assert waited(shop.facts.shipping, shop.zone, friday, at) == timedelta(hours=hours)


@pytest.mark.parametrize(("now", "overdue"), [("2026-11-21T22:00", False), ("2026-11-23T21:00", True)])
def test_an_order_of_friday_is_not_overdue_on_saturday(now: str, *, overdue: bool) -> None:
    order = Order("unshipped", paid_at=datetime.fromisoformat("2026-11-20T20:00:00+08:00"))
    at = datetime.fromisoformat(f"{now}:00+08:00")
    values = briefed("还没发吗", shop=other_shop("digital"), order=order, now=at).variables
    assert values["overdue"] is overdue
    assert values["in_promise"] is not overdue


def test_a_surcharge_of_nothing_is_not_named() -> None:
    values = briefed("寄到青海要加钱吗", shop=other_shop("snacks")).variables
    assert (values["region_far"], values["region_fee"], values["region_postage"]) == (True, "", "")


def test_no_price_protection_protects_nothing() -> None:
    order = Order("signed", signed_at=NOW)
    assert briefed("降价了", shop=other_shop("snacks"), order=order).variables["protection"] == ""
    shop = shop_with("authority", price_protection_days=0)
    assert briefed("降价了", shop=shop, order=order).variables["protection"] == ""
