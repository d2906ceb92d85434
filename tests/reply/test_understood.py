"""What a message says of product, number, amount and body is read, and what is unclear stays unknown."""

from decimal import Decimal
from typing import Any

import pytest

from app.records import Item, Order
from tests.reply.desk import CAMPAIGN, FLASH, NOW, briefed, demo, items, shop_with

NUTS, WALNUT, CUP = "每日坚果", "琥珀核桃仁", "白瓷盖碗"


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ({"text": "每日坚果还有吗"}, NUTS),
        ({"text": "混合坚果还有吗"}, NUTS),
        ({"text": "617204835101 这个有货吗"}, NUTS),
        ({"text": "这个有货吗", "product": "LS001"}, NUTS),
        ({"text": "这个有货吗", "product": "617204835101"}, NUTS),
        ({"text": "这个有货吗", "order": Order("signed", items=items("LS001"))}, NUTS),
        ({"text": "这个有货吗", "order": Order("signed", items=(Item("混合坚果果干500g"),))}, NUTS),
        ({"text": "这个有货吗", "earlier": [("buyer", "琥珀核桃仁多少钱"), ("agent", "29.9元")]}, WALNUT),
        ({"text": "琥珀核桃仁呢", "product": "LS001"}, WALNUT),
        ({"text": "这个呢", "product": "CJ001", "earlier": [("buyer", "每日坚果多少钱"), ("agent", "嗯")]}, CUP),
        ({"text": "这个呢", "order": Order("signed", items=items("LS001")), "earlier": [("buyer", "白瓷盖碗")]}, CUP),
        ({"text": "每日坚果和白瓷盖碗都要"}, None),
        ({"text": "这个有货吗"}, None),
        ({"text": "这个有货吗", "product": "XX1"}, None),
        ({"text": "这个有货吗", "order": Order("signed", items=items("LS001", "CJ001"))}, None),
    ],
    ids=[
        "named", "alias", "item number", "card by sku", "card by number", "ordered", "ordered by title", "earlier turn",
        "named over card", "card over earlier", "earlier over order", "two named", "nothing", "unknown card",
        "two ordered",
    ],
)  # fmt: skip
def test_the_product_talked_about(message: dict[str, Any], name: str | None) -> None:
    briefing = briefed(**message)
    assert (briefing.product and briefing.product.name) == name
    assert briefing.variables.get("product", "") == (name or "")


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("要3件", 3),
        ("来两袋", 2),
        ("要十个", 10),
        ("要十二个", 12),
        ("要二十个", 20),
        ("要二十五个", 25),
        ("要一百个", 100),
        ("一百五十个", 150),
        ("一百五十五个", 155),
        ("99999件", 9999),
        ("1.5斤", 0),
        ("半斤", 0),
        ("几个", 0),
        ("三四个", 0),
        ("有货吗", 0),
    ],
)
def test_quantities(text: str, quantity: int) -> None:
    assert briefed(text).variables["asked_qty"] == quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("赔5元", "5"),
        ("赔￥12.50", "12.5"),
        ("赔3块5", "3.5"),
        ("赔五块钱", "5"),
        ("赔九块九", "9.9"),
        ("9块9包邮", "9.9"),
        ("十块一包", "10"),
        ("10块3包", "10"),
        ("几块几", None),
        ("赔十块", "10"),
        ("赔二十五元", "25"),
        ("赔一百块", "100"),
        ("赔两百块", "200"),
        ("赔一百五十块", "150"),
        ("赔一百零五块", "105"),
        ("赔一千块", "1000"),
        ("赔5百块", "500"),
        ("赔2万元", "20000"),
        ("赔几块钱", None),
        ("赔十几块", None),
        ("赔两三百块", None),
        ("赔我点钱", None),
    ],
)
def test_amounts(text: str, amount: str | None) -> None:
    assert briefed(text).asked_amount == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("我160高90斤穿什么码", "S"),
        ("身高1米6体重90斤", "S"),
        ("1米68体重118", "L"),
        ("1m60 45kg", "S"),
        ("体重150 身高160", ""),
        ("90斤 身高157", "S"),
        ("59公斤 168cm", "L"),
        ("118斤 166", "L"),
        ("138斤身高170穿多大", "XL"),
        ("162 99斤", "M"),
        ("身高163", ""),
        ("体重98斤", ""),
        ("穿多大", ""),
    ],
)
def test_body_measures_pick_a_size(text: str, size: str) -> None:
    assert briefed(text, product="FS001").variables["size_pick"] == size


def test_a_product_without_sizes_picks_none() -> None:
    assert briefed("160 90斤", product="LS001").variables["size_pick"] == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [("25号发货", "25号"), ("下周五发", "下周五"), ("明天发", "明天"), ("什么时候发", ""), ("[日期]发", "")],
)
def test_the_day_is_given_as_it_was_said(text: str, day: str) -> None:
    assert briefed(text).variables["asked_date"] == day


def test_a_total_needs_a_number() -> None:
    assert briefed("每日坚果两盒多少钱").variables["total"] == "99.8"
    assert briefed("每日坚果多少钱").variables["total"] == ""


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("[图片]", {"photo_given"}),
        ("电话13812345678", {"phone_given"}),
        ("浙江省杭州市西湖区文三路12号", {"address_given"}),
        ("订单240101-123456789012345", {"order_no_given"}),
        ("160 90斤穿什么码", {"body_given"}),
        ("在吗", set()),
    ],
)
def test_what_was_given_is_not_asked_again(text: str, given: set[str]) -> None:
    known = briefed(text).variables
    names = {"photo_given", "phone_given", "address_given", "order_no_given", "body_given"}
    assert {name for name in names if known[name]} == given


def test_an_earlier_photo_counts() -> None:
    assert briefed("坏了", earlier=[("buyer", "[图片]")]).variables["photo_given"]


@pytest.mark.parametrize(
    ("now", "title", "end", "flash"),
    [
        (NOW, "日常满减", "", False),
        (CAMPAIGN, "年终囤货节", "12月13日", False),
        (FLASH, "双12晚间抢购", "12月12日", True),
    ],
    ids=["standing", "campaign", "flash"],
)
def test_the_most_pressing_promotion_is_told(now: Any, title: str, end: str, flash: bool) -> None:
    known = briefed("琥珀核桃仁有活动吗", now=now).variables
    assert (known["promo_title"], known["promo_end"], known["flash"]) == (title, end, flash)


def test_a_flash_sale_of_other_goods_is_not_told() -> None:
    assert briefed("白瓷盖碗有活动吗", now=FLASH).variables["promo_title"] == "年终囤货节"


@pytest.mark.parametrize(
    ("hour", "weekend", "before"), [(12, True, True), (15, True, True), (16, True, False), (12, False, False)]
)
def test_the_cutoff_counts_on_working_days(hour: int, weekend: bool, before: bool) -> None:
    shop = shop_with("shipping", weekend=weekend)
    assert briefed("今天发吗", shop=shop, now=NOW.replace(hour=hour)).variables["before_cutoff"] is before


@pytest.mark.parametrize(("text", "dear"), [("在吗", demo().facts.dear), ("骗子！！气死了", ""), ("孩子住院了", "")])
def test_no_cheer_for_the_angry_or_the_sad(text: str, dear: str) -> None:
    assert briefed(text).variables["dear"] == dear
