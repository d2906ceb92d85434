"""Set products side by side: price, then what differs, the asked attribute first."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from app.shop.facts import Product, money

Price = Callable[[Product], Decimal]

COMPARING = re.compile(
    "哪个|哪款|哪种|哪一|区别|差别|差在|不同|不一样|对比|比较|相比|比一?[下比]|还是|谁更|选哪|怎么选"
)
_BESIDE = re.compile("[跟和与比同]")
_CHEAP = re.compile("便宜|实惠|划算|低价")
_DEAR = re.compile("贵")
_LARGE = re.compile("大|装得?多|能装|多")
_SMALL = re.compile("小|轻|少")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(千克|克|斤|升|毫升|厘米|毫米|米|瓦)?")
_SCALE = {"千克": 1000, "克": 1, "斤": 500, "升": 1000, "毫升": 1, "米": 1000, "厘米": 10, "毫米": 1}
_SHOWN = 2
_MOST = 3
_MEASURES = ("容量", "重量", "净含量", "功率", "尺寸")


def beside(text: str) -> bool:
    """Tell whether `text` sets something beside what was talked about."""
    return bool(COMPARING.search(text) and _BESIDE.search(text))


def compare(products: Sequence[Product], asked: Sequence[str], text: str, price: Price) -> str:
    """Say in one phrase how two or three products differ, the one that is more of what is asked first."""
    products = list(products[:_MOST])
    name = next((one for one in asked if all(one in product.attributes for product in products)), "")
    if not name and _LARGE.search(text) and all("容量" in product.attributes for product in products):
        name = "容量"
    if _CHEAP.search(text) or _DEAR.search(text):
        products.sort(key=price, reverse=bool(_DEAR.search(text)) and not _CHEAP.search(text))
    elif name and all(measure(one.attributes[name]) is not None for one in products):
        products.sort(key=lambda one: measure(one.attributes[name]) or 0, reverse=not _SMALL.search(text))
    names = [name] if name else _differing(products)
    return "；".join(_one(product, names, price) for product in products)


def extreme(products: Sequence[Product], text: str, price: Price) -> Product | None:
    """Give the cheapest, largest or lightest of `products`, None where the text asks for none or two tie."""
    keys: Mapping[str, Callable[[Product], Decimal]] = {}
    stocked = [one for one in products if one.stock]
    if _CHEAP.search(text):
        keys = {one.sku: price for one in stocked}
        best = min(stocked, key=price, default=None)
        return best if best and [price(one) for one in stocked].count(price(best)) == 1 and keys else None
    for wanted, name, most in ((_LARGE, "容量", True), (re.compile("轻"), "重量", False)):
        if wanted.search(text):
            known = {one.sku: value for one in stocked if (value := measure(one.attributes.get(name, ""))) is not None}
            if known:
                sku = max(known, key=known.__getitem__) if most else min(known, key=known.__getitem__)
                return next(one for one in stocked if one.sku == sku)
    return None


def measure(value: str) -> Decimal | None:
    """Read the first figure of a value in the smallest unit of its kind."""
    match = _NUMBER.search(value)
    return Decimal(match[1]) * _SCALE.get(match[2], 1) if match else None


def _differing(products: Sequence[Product]) -> list[str]:
    shared = [name for name in products[0].attributes if all(name in one.attributes for one in products)]
    differing = [name for name in shared if len({one.attributes[name] for one in products}) == len(products)]
    first = [name for name in ("口味", "容量", "材质", "功率", "厚薄") if name in differing]
    return [*first, *(name for name in differing if name not in (*first, "产地", "包装", "规格"))][:_SHOWN]


def _one(product: Product, names: Sequence[str], price: Price) -> str:
    values = "，".join(f"{name if name in _MEASURES else ''}{product.attributes[name]}" for name in names)
    return f"{product.name}{money(price(product))}元" + (f"，{values}" if values else "")
