"""A shop's folder is read strictly, and every fault is named with its place and its remedy."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.errors import DataError, NotFoundError
from app.shop.load import list_shops, load_shop
from tests.shop import minimal

# name → (file, what stands there, what is written instead, key or line that is named, words of the message)
BROKEN = {
    "money in words": ("shop", "fee: 6", "fee: 六元", "shipping.fee", ("六元", "写成 39")),
    "money below zero": ("shop", "fee: 6", "fee: -6", "shipping.fee", ("-6", "不能为负")),
    "money in mills": ("shop", "free_over: 39", "free_over: 39.999", "shipping.free_over", ("39.999", "两位小数")),
    "money without end": ("shop", "fee: 6", "fee: Infinity", "shipping.fee", ("Infinity", "不是金额")),
    "unknown key": ("shop", "name: 小店\n", "name: 小店\nnmae: 小店\n", "nmae", ("不认识这个键",)),
    "unknown key inside": ("shop", "  fee: 6\n", "  fee: 6\n  fees: 6\n", "shipping.fees", ("不认识这个键",)),
    "missing key": ("shop", "warranty: 质保1年\n", "", "warranty", ("缺这个键",)),
    "empty text": ("shop", "name: 小店", "name: ''", "name", ("不能为空",)),
    "too long text": ("shop", "name: 小店", f"name: {'店' * 401}", "name", ("最多 400 字",)),
    "no couriers": ("shop", "default: [中通]", "default: []", "couriers.default", ("不能为空",)),
    "couriers not a list": ("shop", "default: [中通]", "default: 中通", "couriers.default", ("中通", "列表")),
    "clock past midnight": ("shop", "cutoff: 16:00", "cutoff: 25:00", "shipping.cutoff", ("25:00", "写成 16:00")),
    "clock without minutes": ("shop", "cutoff: 16:00", "cutoff: 16", "shipping.cutoff", ("16", "写成 16:00")),
    "clock with seconds": ("shop", "opens: 08:00", "opens: 08:00:00", "reply_clock.opens", ("写成 16:00",)),
    "duration without unit": ("shop", "soon: 30m", "soon: 30", "follow_up.soon", ("30", "30m")),
    "duration in words": ("shop", "today: 4h", "today: 四小时", "follow_up.today", ("四小时", "4h")),
    "yes or no in English": ("shop", "weekend: 否", "weekend: no", "shipping.weekend", ("no", "应写 是 或 否")),
    "count in words": ("shop", "bulk_from: 10", "bulk_from: 十", "bulk_from", ("十", "整数")),
    "count below zero": ("shop", "bulk_from: 10", "bulk_from: -1", "bulk_from", ("-1", "不能小于 0")),
    "unknown platform": ("shop", "platform: taobao", "platform: ebay", "platform", ("ebay", "只能写", "taobao")),
    "unknown timezone": ("shop", "name: 小店", "name: 小店\ntimezone: Asia/Hangzhou", "timezone", ("Asia/Hangzhou",)),
    "timezone is a folder": ("shop", "name: 小店", "name: 小店\ntimezone: America", "timezone", ("Asia/Shanghai",)),
    "tier without product": ("shop", "sku: G1", "sku: G9", "gift_tiers", ("G9", "products.csv")),
    "goodwill upside down": ("shop", "{min: 3, max: 5}", "{min: 6, max: 5}", "authority.goodwill", ("min", "max")),
    "brace nobody fills": ("shop", '"{month}月{day}日发货"', '"{year}年{month}月"', "remarks.delay", ("day、month",)),
    "brace without name": ("shop", 'note: "{text}"', 'note: "{}{text}"', "remarks.note", ("text",)),
    "brace with attribute": ("shop", 'note: "{text}"', 'note: "{text.real}"', "remarks.note", ("text",)),
    "brace left open": ("shop", 'note: "{text}"', 'note: "{text"', "remarks.note", ("text",)),
    "brace closed twice": ("shop", 'note: "{text}"', 'note: "{text}}"', "remarks.note", ("text",)),
    "key twice": ("shop", "hours: 9点到18点", "hours: 9点到18点\nhours: 全天", "第 7 行", ("hours", "两次")),
    "malformed YAML": ("shop", "  default: [中通]", "  default: [中通", "行", ("YAML 读不懂", "缩进")),
    "not a mapping": ("shop", minimal.SHOP, "小店", "shop.yaml", ("键: 值",)),
    "sku twice": (
        "products",
        "\nG1,1002,小礼包",
        "\nA1,1003,纸,纸,,纸品,1,1,,\nG1,1002,小礼包",
        "A1",
        ("抽纸", "重了"),
    ),
    "item number twice": ("products", "G1,1002", "G1,1001", "G1", ("1001", "A1", "重了")),
    "name twice": ("products", "1002,小礼包", "1002,抽纸", "G1", ("抽纸", "A1", "重了")),
    "goes with nothing": ("products", "规格=24包,G1", "规格=24包,G1|Z9", "A1.goes_with", ("Z9",)),
    "too few cells": ("products", ",5,材质=木浆|规格=24包,G1", ",5", "第 2 行", ("应为 10 列",)),
    "too many cells": ("products", "规格=24包,G1", "规格=24包,G1,多,了", "第 2 行", ("应为 10 列",)),
    "attribute without value": ("products", "材质=木浆", "材质", "第 2 行", ("材质", "名称=内容")),
    "price of a product": ("products", "9.90,100", "九块九,100", "第 3 行: price", ("九块九", "写成 39")),
    "stock of a product": ("products", "9.90,100", "9.90,很多", "第 3 行: stock", ("很多", "整数")),
    "empty cell": ("products", "A1,1001,抽纸,", "A1,1001,,", "第 2 行: name", ("不能为空",)),
    "no header": ("products", minimal.PRODUCTS.split("\n")[0] + "\n", "", "第 1 行: sku", ("缺这一列",)),
    "unknown column": ("products", ",stock,", ",kucun,", "第 1 行: kucun", ("不认识这一列",)),
    "column twice": ("products", ",item_id,", ",sku,", "第 1 行: sku", ("两次",)),
    "open quote": ("products", "A1,1001,抽纸", 'A1,1001,"抽纸', "行", ("引号",)),
    "GBK": ("products", minimal.PRODUCTS, minimal.PRODUCTS.encode("gbk"), "products.csv", ("UTF-8",)),
    "GBK shop": ("shop", minimal.SHOP, minimal.SHOP.encode("gbk"), "shop.yaml", ("UTF-8",)),
    "end before start": ("promotions", "end: 2027", "end: 2025", "winter", ("end 要晚于 start",)),
    "naive time": ("promotions", "start: 2026-01-01T00:00:00+08:00", "start: 2026-01-01T00:00:00", "start", ("时区",)),
    "time in words": ("promotions", "start: 2026-01-01T00:00:00+08:00", "start: 元旦", "start", ("元旦", "+08:00")),
    "promotion of nothing": ("promotions", "[A1]", "[A2]", "winter.skus", ("A2",)),
    "gift tier of a promotion": (
        "promotions",
        "skus: [A1]",
        "gift_tiers: [{over: 9, sku: Q, name: 礼}]",
        "winter.gift_tiers",
        ("Q",),
    ),
    "promotions not a list": ("promotions", minimal.PROMOTIONS, "id: winter", "promotions.yaml", ("列表",)),
    "promotion not a mapping": ("promotions", minimal.PROMOTIONS, "- winter", "第 1 个活动", ("键: 值",)),
    "faq of nothing": ("faq", "不掉屑。,A1", "不掉屑。,A7", "掉屑吗", ("A7",)),
    "faq without answer": ("faq", "满39元包邮。", "", "第 2 行: answer", ("缺这个键",)),
}


def faults(shops: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        load_shop(shops, "mini")
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_shop_loads(tmp_path: Path) -> None:
    minimal.write(tmp_path)
    shop = load_shop(tmp_path, "mini")
    paper = shop.products["A1"]
    assert (paper.price, paper.aliases, paper.goes_with) == (Decimal("39.90"), ("面巾纸", "纸巾"), ("G1",))
    assert paper.attributes == {"材质": "木浆", "规格": "24包"}
    assert (paper.no_reason, shop.facts.shipping.weekend, shop.facts.returns.insured) == (True, False, True)
    assert [one.id for one in shop.promotions] == ["winter"]
    assert [row.asks for row in shop.faq] == [("包邮吗", "邮费多少"), ("掉屑吗", "起毛吗")]
    assert str(shop.zone) == "Asia/Shanghai"


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_names_file_place_value_and_remedy(
    tmp_path: Path, case: tuple[str, str, str | bytes, str, tuple[str]]
) -> None:
    stem, old, new, place, words = case
    source = minimal.FILES[next(name for name in minimal.FILES if name.startswith(stem))]
    assert old in source
    minimal.write(tmp_path, **{stem: new if isinstance(new, bytes) else source.replace(old, new, 1)})
    problems = faults(tmp_path)
    found = [text for text in problems if f"mini/{stem}" in text and place in text.split("「")[0]]
    assert found, problems
    assert all(word in found[0] for word in words), found
    assert "Value error" not in found[0]


def test_one_fault_is_one_problem(tmp_path: Path) -> None:
    minimal.write(tmp_path, products=minimal.PRODUCTS.replace("39.90", "三十九"))
    assert len(faults(tmp_path)) == 1


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    minimal.write(
        tmp_path,
        shop=minimal.SHOP.replace("fee: 6", "fee: 六").replace("weekend: 否", "weekend: 不"),
        products=minimal.PRODUCTS.replace("G1\nG1,1002", "Z9\nG1,1001"),
        promotions=minimal.PROMOTIONS.replace("[A1]", "[A2]").replace("end: 2027", "end: 2025"),
        faq=minimal.FAQ.replace(",A1", ",A7"),
    )
    places = [text.split(": ")[:2] for text in faults(tmp_path)]
    assert sorted(map(tuple, places)) == [
        ("mini/faq.csv", "掉屑吗"),
        ("mini/products.csv", "A1.goes_with"),
        ("mini/products.csv", "G1"),
        ("mini/promotions.yaml", "winter"),
        ("mini/promotions.yaml", "winter.skus"),
        ("mini/shop.yaml", "shipping.fee"),
        ("mini/shop.yaml", "shipping.weekend"),
    ]


def test_optional_files_may_be_missing(tmp_path: Path) -> None:
    home = minimal.write(tmp_path)
    (home / "promotions.yaml").unlink()
    (home / "faq.csv").unlink()
    shop = load_shop(tmp_path, "mini")
    assert (shop.promotions, shop.faq) == ((), ())


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    minimal.write(tmp_path, products=minimal.PRODUCTS.encode("utf-8-sig"))
    assert set(load_shop(tmp_path, "mini").products) == {"A1", "G1"}


@pytest.mark.parametrize(
    "name", ["nobody", "", ".", "..", "../mini", "mini/../mini", "/etc", "MINI", "mini\n", "mini\0", "a" * 50, "迷你"]
)
def test_an_unknown_shop_is_not_found(tmp_path: Path, name: str) -> None:
    minimal.write(tmp_path / "shops")
    minimal.write(tmp_path, "mini")
    with pytest.raises(NotFoundError) as caught:
        load_shop(tmp_path / "shops", name)
    assert (caught.value.code, caught.value.field) == ("unknown_shop", "shop")
    assert "现有：mini" in str(caught.value)


def test_shops_are_those_with_a_shop_file(tmp_path: Path) -> None:
    minimal.write(tmp_path, "b")
    minimal.write(tmp_path, "a")
    (tmp_path / "notes").mkdir()
    assert list_shops(tmp_path) == ["a", "b"]
