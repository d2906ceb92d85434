"""Find the product a buyer means, the attribute they ask for, and what goes with it."""

from collections.abc import Mapping, Sequence

import ahocorasick

from app.records import Item
from app.shop.facts import Product

_CORE_ATTRIBUTES = 3
_ANYTHING = frozenset("器机具品包子")
"""Endings that say nothing of the kind: a 加湿器 is no 吸尘器."""


class Goods:
    """The products of a shop, indexed by everything a buyer or a platform may call them.

    `attribute_words` names how buyers ask for each attribute.
    """

    def __init__(self, products: Mapping[str, Product], attribute_words: Mapping[str, Sequence[str]]) -> None:
        self.products = products
        self._attribute_words = attribute_words
        self._items = {product.item_id: product for product in products.values() if product.item_id}
        self._names = ahocorasick.Automaton()
        for product in products.values():
            for name in (product.name, *product.aliases):
                size, skus = self._names.get(name.lower(), (len(name), ()))
                self._names.add_word(name.lower(), (size, (*skus, product.sku)))
        self._names.make_automaton()

    def by_key(self, key: str) -> Product | None:
        """Find a product by sku or by the platform's item number."""
        return self.products.get(key) or self._items.get(key)

    def in_text(self, text: str) -> Product | None:
        """Find the product that `text` names; the longest name wins, and two equally good ones are none."""
        if not self.products:
            return None
        best: set[str] = set()
        length = 1
        for _, (size, skus) in self._names.iter(text):
            if size > length:
                best, length = set(skus), size
            elif size == length:
                best.update(skus)
        return self.products[best.pop()] if len(best) == 1 else None

    def of_item(self, item: Item) -> Product | None:
        """Find the product of an order line."""
        return self.by_key(item.sku) or self.in_text(item.title.lower())

    def attribute(self, product: Product, text: str) -> tuple[str, str] | None:
        """Give the attribute that `text` asks for and its value, where the product has it."""
        for name, words in self._attribute_words.items():
            if name in product.attributes and any(word in text for word in words):
                return name, product.attributes[name]
        return None

    def partner(self, product: Product) -> Product | None:
        """Give something in stock that goes with the product."""
        return next((one for sku in product.goes_with if (one := self.products[sku]).stock), None)

    def alternative(self, product: Product) -> Product | None:
        """Give the thing in stock of the same kind that is nearest in price.

        Chinese names end in their noun: a 保温杯 may stand for a 玻璃杯, a rake not for a hose.
        """
        nouns = {name[-1] for name in (product.name, *product.aliases)} - _ANYTHING
        rivals = [
            one
            for one in self.products.values()
            if one.category == product.category and one.sku != product.sku and one.stock and one.name[-1] in nouns
        ]
        return min(rivals, key=lambda one: (abs(one.price - product.price), one.sku), default=None)


def specs_text(product: Product) -> str:
    """Name the first few attributes in one phrase."""
    parts = [f"{name}{value}" for name, value in list(product.attributes.items())[:_CORE_ATTRIBUTES]]
    return "，".join(parts)


def size_for(product: Product, height_cm: float | None, weight_jin: float | None) -> str:
    """Give the size whose measures hold the buyer's height and weight; "" where none or several do."""
    fitting = [size for size, measures in product.sizes.items() if _holds(measures, height_cm, weight_jin)]
    return fitting[0] if len(fitting) == 1 else ""


def _holds(measures: str, height_cm: float | None, weight_jin: float | None) -> bool:
    checked = False
    for word, value in (("身高", height_cm), ("体重", weight_jin)):
        bounds = _range_after(measures, word)
        if bounds is None or value is None:
            continue
        checked = True
        if not bounds[0] <= value <= bounds[1]:
            return False
    return checked


def _range_after(measures: str, word: str) -> tuple[float, float] | None:
    _, found, rest = measures.partition(word)
    low, dash, rest = rest.partition("-")
    digits = ""
    for char in rest:
        if not char.isdigit():
            break
        digits += char
    return (float(low), float(digits)) if found and dash and low.isdigit() and digits else None
