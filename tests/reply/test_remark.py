"""Order notes are written in the shop's formats; what nobody said stays a named blank."""

from decimal import Decimal
from typing import Any

import pytest

from app.outgoing import Remark
from app.records import Order
from app.reply.remark import write
from app.settings import Settings
from app.shop.load import ShopData, list_shops, load_shop
from tests.reply.desk import CAMPAIGN, NOW, knowledge, noted, shop_with


def written(wish: str, text: str = "在吗", **message: Any) -> str:
    remark = write(wish, noted(text, **message))
    assert remark is not None
    return remark.text


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (
            "浙江省杭州市西湖区文三路12号3栋 张三 13812345678",
            "浙江省杭州市西湖区文三路12号3栋 张三 13812345678",
        ),
        (
            "改成：浙江省 杭州市 西湖区 文三路12号 收件人：张小三 138 1234 5678",
            "浙江省杭州市西湖区文三路12号 张小三 138 1234 5678",
        ),
        ("浙江杭州市西湖区文三路12号 张三", "浙江杭州市西湖区文三路12号 张三 【电话】"),
        ("北京市朝阳区建国路88号 李四 13912345678", "北京市朝阳区建国路88号 李四 13912345678"),
        ("上海市浦东新区世纪大道100号", "上海市浦东新区世纪大道100号 【收件人】 【电话】"),
        ("重庆渝北区龙溪街道5号", "重庆市渝北区龙溪街道5号 【收件人】 【电话】"),
        (
            "新疆维吾尔自治区乌鲁木齐市天山区人民路1号",
            "新疆维吾尔自治区乌鲁木齐市天山区人民路1号 【收件人】 【电话】",
        ),
        ("吉林省吉林市昌邑区江湾路5号", "吉林省吉林市昌邑区江湾路5号 【收件人】 【电话】"),
        ("昆山市玉山镇人民路5号", "【省】昆山市玉山镇人民路5号 【收件人】 【电话】"),
        ("广东省天河区体育西路5号", "广东省【市】天河区体育西路5号 【收件人】 【电话】"),
        ("我要改地址", "【省】【市】【区】【详细地址】 【收件人】 【电话】"),
        ("改下电话13812345678", "【省】【市】【区】【详细地址】 【收件人】 13812345678"),
        ("麻烦 帮我改下 谢谢", "【省】【市】【区】【详细地址】 【收件人】 【电话】"),
        ("送到这里 北京市朝阳区建国路88号", "北京市朝阳区建国路88号 【收件人】 【电话】"),
    ],
    ids=["full", "spaced", "no 省", "municipality", "new district", "municipality without 市", "autonomous",
         "city like province", "county city", "no city", "nothing", "phone only", "words are no name", "words before"],
)  # fmt: skip
def test_address(text: str, remark: str) -> None:
    assert written("address", text) == remark


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("明天再发", "11月22日发货"),
        ("周五发货", "11月27日发货"),
        ("下周五发货", "11月27日发货"),
        ("25号发货", "11月25日发货"),
        ("3号再发", "12月3日发货"),
        ("12月3日发", "12月3日发货"),
        ("下个月25号发", "12月25日发货"),
        ("月底再发", "【几】月【几】日发货"),
        ("31号发", "【几】月【几】日发货"),
        ("晚点发", "【几】月【几】日发货"),
    ],
)
def test_delay(text: str, remark: str) -> None:
    assert written("delay", text) == remark


def test_tomorrow_is_the_shops_tomorrow() -> None:
    late = NOW.replace(hour=23, minute=30)
    assert written("delay", "明天发", now=late) == "11月22日发货"
    assert written("delay", "明天发", now=NOW.fromisoformat("2026-11-21T16:30:00+00:00")) == "11月23日发货"


@pytest.mark.parametrize("wish", ["gift", "tier_swap"])
@pytest.mark.parametrize(
    ("amount", "now", "remark"),
    [
        ("93", NOW, "加送尝鲜礼包 LP099*1"),
        ("193", NOW, "去掉99，送199，LP199*1"),
        ("193", CAMPAIGN, None),
        ("150", NOW, None),
        ("300", NOW, None),
        (None, NOW, None),
    ],
    ids=["first tier", "swapped", "campaign", "gap too wide", "above all tiers", "amount unknown"],
)
def test_gift_and_tier_swap(wish: str, amount: str | None, now: Any, remark: str | None) -> None:
    order = Order("unshipped", amount=Decimal(amount) if amount else None)
    found = write(wish, noted("有赠品吗", order=order, now=now))
    assert found == (Remark(remark, flag=False) if remark else None)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("差价5元退我", "7天内退差价5元"),
        ("退我两块五", "7天内退差价2.5元"),
        ("退我十二块", "7天内退差价12元"),
        ("退差价", "7天内退差价【金额】元"),
    ],
)
def test_refund_is_flagged(text: str, remark: str) -> None:
    assert write("refund:7天内", noted(text)) == Remark(remark, flag=True, payment_note=f"{remark}，请查收")


def test_a_refund_alone_comes_with_words_for_the_payment_form() -> None:
    own = shop_with("remarks", payment="退您{amount}元")
    plain = shop_with("remarks", payment="")
    assert [paid("refund:破损", shop) for shop in (own, plain)] == ["退您5元", "破损退差价5元"]
    assert [paid(wish, own) for wish in ("note:话", "address", "delay")] == ["", "", ""]


def paid(wish: str, shop: ShopData) -> str:
    remark = write(wish, noted("退5元", shop=shop))
    return remark.payment_note if remark else ""


def test_the_words_of_the_payment_form_may_be_sent() -> None:
    for name in list_shops(Settings().shops):
        shop = load_shop(Settings().shops, name)
        found = knowledge().linter(
            paid("refund:15天内", shop), platform=shop.facts.platform, category=shop.facts.category
        )
        assert [one for one in found if one.level == "block"] == []


@pytest.mark.parametrize("text", ["备注一下", "{name}{0}{{7*7}}"])
def test_note_takes_the_scripts_words(text: str) -> None:
    assert write(f"note:{text}", noted("在吗")) == Remark(text, flag=False)


@pytest.mark.parametrize("wish", ["", "other", "other:词", ":词", "Note:词"])
def test_no_wish_is_no_note(wish: str) -> None:
    assert write(wish, noted("浙江省杭州市西湖区文三路12号")) is None


def test_the_shops_own_formats_are_used() -> None:
    shop = shop_with("remarks", refund="退{amount}（{reason}）", note="备注：{text}")
    assert written("refund:破损", "退5元", shop=shop) == "退5（破损）"
    assert written("note:轻放", shop=shop) == "备注：轻放"


def test_braces_of_a_buyer_stay_as_they_are() -> None:
    assert "{0.x}" not in written("address", "{0.x} 13812345678")


def test_every_shop_can_write_every_format() -> None:
    for name in list_shops(Settings().shops):
        shop = load_shop(Settings().shops, name)
        for wish in ("address", "delay", "refund:原因", "note:话"):
            assert written(wish, shop=shop)
