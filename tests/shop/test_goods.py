"""A product is found by whatever a buyer or a platform calls it, and never guessed."""

import pytest

from app.records import Item
from app.shop.facts import Product
from app.shop.goods import Goods, size_for, specs_text

SIZES = {"M": "身高155-164 体重90-110斤", "L": "身高162-170 体重110-130斤", "均码": "随意"}


def product(sku: str, name: str, *aliases: str, price: str = "10", **more: object) -> Product:
    fields = {"category": "纸品", "stock": 5, "title": name, **more}
    return Product.model_validate({"sku": sku, "name": name, "aliases": aliases, "price": price, **fields})


PRODUCTS = (
    product("A", "原木抽纸", "抽纸", "Wood纸", item_id="1001", price="39.90", goes_with=("C", "B")),
    product("B", "无芯卷纸", "卷纸", "纸巾", price="30", sizes=SIZES),
    product("C", "手口湿巾", "湿巾", "纸巾", price="39", stock=0),
    product(
        "D", "厨房抽纸", "厨房纸", price="42", attributes={"材质": "木浆", "规格": "6包", "香味": "无", "产地": "浙江"}
    ),
    product("E", "电水壶", price="59", category="小家电"),
)
GOODS = Goods(
    {one.sku: one for one in PRODUCTS}, {"材质": ["什么做的", "材质"], "尺寸": ["多大"], "规格": ["几包", "做的几"]}
)


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("原木抽纸还有吗", "A"),
        ("抽纸有吗", "A"),
        ("厨房抽纸有吗", "D"),
        ("wood纸有吗", "A"),
        ("纸巾有吗", None),
        ("卷纸和湿巾都要", None),
        ("原木抽纸和湿巾", "A"),
        ("原木抽纸和厨房抽纸", None),
        ("卷纸，就是那个卷纸", "B"),
        ("在吗", None),
        ("", None),
    ],
)
def test_the_longest_name_wins_and_a_tie_is_nothing(text: str, sku: str | None) -> None:
    found = GOODS.in_text(text)
    assert (found and found.sku) == sku


def test_a_shop_without_products_finds_nothing() -> None:
    assert Goods({}, {}).in_text("抽纸") is None


@pytest.mark.parametrize(("key", "sku"), [("A", "A"), ("1001", "A"), ("", None), ("9999", None), ("a", None)])
def test_by_key_takes_sku_and_item_number(key: str, sku: str | None) -> None:
    found = GOODS.by_key(key)
    assert (found and found.sku) == sku


@pytest.mark.parametrize(
    ("item", "sku"),
    [
        (Item("随便什么", sku="B"), "B"),
        (Item("随便什么", sku="1001"), "A"),
        (Item("整箱WOOD纸24包", sku="X9"), "A"),
        (Item("拖鞋", sku="X9"), None),
    ],
    ids=["sku", "item number", "title", "neither"],
)
def test_an_order_line_is_found_by_key_then_title(item: Item, sku: str | None) -> None:
    found = GOODS.of_item(item)
    assert (found and found.sku) == sku


@pytest.mark.parametrize(
    ("sku", "text", "found"),
    [
        ("D", "这是什么做的", ("材质", "木浆")),
        ("D", "一箱几包", ("规格", "6包")),
        ("D", "什么做的几包", ("材质", "木浆")),
        ("D", "多大", None),
        ("A", "什么做的", None),
        ("D", "在吗", None),
    ],
)
def test_an_attribute_is_given_only_where_the_product_has_it(
    sku: str, text: str, found: tuple[str, str] | None
) -> None:
    assert GOODS.attribute(GOODS.products[sku], text) == found


def test_a_partner_is_in_stock() -> None:
    partner = GOODS.partner(GOODS.products["A"])
    assert partner is not None
    assert partner.sku == "B"
    assert GOODS.partner(GOODS.products["B"]) is None


def test_an_alternative_is_of_the_same_kind_in_stock_and_nearest_in_price() -> None:
    cups = [
        product("P", "保温杯", price="59", stock=0),
        product("Q", "玻璃杯", price="19"),
        product("R", "马克杯", price="49"),
        product("S", "茶壶", price="59"),
        product("T", "加湿器", price="60"),
        product("U", "吸尘器", price="60"),
    ]
    goods = Goods({one.sku: one for one in cups}, {})
    other = goods.alternative(cups[0])
    assert other is not None
    assert other.sku == "R"
    assert goods.alternative(cups[3]) is None
    assert goods.alternative(cups[4]) is None


def test_specs_are_the_first_three() -> None:
    assert specs_text(GOODS.products["D"]) == "材质木浆，规格6包，香味无"
    assert specs_text(GOODS.products["A"]) == ""


@pytest.mark.parametrize(
    ("height", "weight", "size"),
    [
        (160, 100, "M"),
        (155, 90, "M"),
        (168, 120, "L"),
        (163, 110, ""),
        (160, None, "M"),
        (163, None, ""),
        (None, 125, "L"),
        (180, 100, ""),
        (160, 130, ""),
        (None, None, ""),
    ],
    ids=[
        "inside",
        "at the edge",
        "larger",
        "both fit",
        "height only",
        "two heights",
        "weight only",
        "tall",
        "torn",
        "none",
    ],
)
def test_a_size_is_given_only_where_one_fits(height: float | None, weight: float | None, size: str) -> None:
    assert size_for(GOODS.products["B"], height, weight) == size
