"""Find the product a buyer means, the attribute they ask for, and what goes with it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property

import ahocorasick

from app.records import Item
from app.shop.facts import Product

_CORE_ATTRIBUTES = 3
_ANYTHING = frozenset("器机具品包子")
"""Endings that say nothing of the kind: a 加湿器 is no 吸尘器."""
_DESCRIBED = 3.0
"""Weight of the shared character pairs from which a description is taken to mean a product …"""
_SHARED = 2
"""How many such pairs it takes, the head noun counted as one …"""
_CLEARLY = 1.5
"""… and by what factor it must lead the next one."""
_POINTING = re.compile("那个|那把|那套|那款|那件|那条|那双|那瓶|那盒|那袋|那种|那台|这套|这把|这件|这台|的那")
_HEAD = re.compile(r"(的|那个)(.)(?!\2)")
_ITEM = re.compile(r"(?<!\d)\d{10,15}(?!\d)")
_SKU = re.compile(r"(?<![a-z\d])[a-z]{1,5}-?\d{2,8}(?![\da-z])")
_OF_THE_KIND = 2
"""How much it counts that a name holds what was asked for: 茶叶 is rather a 绿茶 than a 保温杯."""
_HINT = re.compile("[送给用]|办公室|宿舍|孩子|老人|长辈|老师|家里|户外|出门|怕冷|厨房|阳台")


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

    def all_in_text(self, text: str) -> list[Product]:
        """List every product that `text` names by name or sku, each once."""
        named = [one for _, _, one in self.mentions(text) if one is not None]
        named += [one for key in _SKU.findall(text) if (one := self.products.get(key.upper()))]
        return list({one.sku: one for one in named}.values())

    def numbered(self, text: str) -> Product | None:
        """Find the product whose sku or item number stands in folded `text`, in a link or alone."""
        keys = (*_ITEM.findall(text), *(found.upper() for found in _SKU.findall(text)))
        return next((one for key in keys if (one := self.by_key(key))), None)

    def described(self, text: str) -> Product | None:
        """Find the one product that `text` describes in other words: 剪树枝那把; None where it is not clear."""
        pointed = bool(_POINTING.search(text))
        meant = {head for _, head in _HEAD.findall(text)}
        if not (pointed or meant):
            return None
        said = {pair for pair in _pairs(text) if not pair.isascii()}
        scores = []
        for sku, pairs in self._described.items():
            shared = said & pairs
            headed = not self._heads[sku].isdisjoint(meant)
            if (pointed or headed) and len(shared) + headed >= _SHARED:
                scores.append((sum(self._rarity[pair] for pair in shared) + headed, sku))
        scores.sort(reverse=True)
        if not scores or scores[0][0] < _DESCRIBED:
            return None
        second = scores[1][0] if len(scores) > 1 else 0.0
        return self.products[scores[0][1]] if scores[0][0] >= _CLEARLY * second else None

    @cached_property
    def _described(self) -> Mapping[str, frozenset[str]]:
        """Give the character pairs of what each product is called and for."""
        return {
            one.sku: frozenset(
                pair
                for part in (one.name, one.title, *one.aliases, one.fits, one.attributes.get("适用", ""))
                for pair in _pairs(part.lower())
            )
            for one in self.products.values()
        }

    @cached_property
    def _heads(self) -> Mapping[str, frozenset[str]]:
        """Give the last letters of what each product is called: its nouns."""
        return {one.sku: frozenset(name[-1] for name in (one.name, *one.aliases)) for one in self.products.values()}

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        holders = Counter(pair for pairs in self._described.values() for pair in pairs)
        return {pair: math.log(len(self.products) / count) for pair, count in holders.items()}

    def mentions(self, text: str) -> list[tuple[int, int, Product | None]]:
        """List where `text` names goods (start, end, product), in reading order; None where a name fits several."""
        if not self.products:
            return []
        hits = [(end + 1 - size, end + 1, skus) for end, (size, skus) in self._names.iter(text)]
        taken: list[tuple[int, int, Product | None]] = []
        for start, end, skus in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
            if end - start > 1 and all(end <= other[0] or start >= other[1] for other in taken):
                taken.append((start, end, self.products[skus[0]] if len(skus) == 1 else None))
        return sorted(taken, key=lambda hit: hit[0])

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
        """Give the thing in stock of the same kind that is nearest in use, then in price.

        Chinese names end in their noun: a 保温杯 may stand for a 玻璃杯, a rake not for a hose.
        """
        nouns = {name[-1] for name in (product.name, *product.aliases)} - _ANYTHING
        rivals = [
            one
            for one in self.products.values()
            if one.category == product.category and one.sku != product.sku and one.stock and one.name[-1] in nouns
        ]
        use = _pairs(product.fits)
        return min(
            rivals,
            key=lambda one: (-len(use & _pairs(one.fits)), abs(one.price - product.price), one.sku),
            default=None,
        )

    def category(self, text: str) -> str:
        """Give the shop's category that `text` names, whole or by half of its name; "" for none or several."""
        names = dict.fromkeys(one.category for one in self.products.values())
        turned = re.sub("小?电器|家电", "小家电", text)
        found = [name for name in names if any(part in turned for part in (name, name[:2], name[2:]) if part[1:])]
        return found[0] if len(found) == 1 else ""

    def recommend(self, text: str, budget: Decimal | None) -> list[tuple[Product, str]]:
        """Pick one or two things in stock by use, person and budget; the reason is what the facts say of it."""
        needs = _pairs(text)
        kind = self.category(text)
        said = next((half for half in (kind[2:], kind[:2]) if half and half in text), "")
        if not (_HINT.search(text) or kind) or (budget is None and not kind and len(text) < 3):
            return []
        ranked = []
        for one in self.products.values():
            if not one.stock or (budget is not None and one.price > budget) or (kind and one.category != kind):
                continue
            uses = [part for part in re.split("[，、；。]", one.fits) if part and "不适合" not in part]
            best = max(uses, key=lambda part: len(_pairs(part) & needs), default="")
            hits = len(_pairs(best) & needs) + _OF_THE_KIND * any(char in one.name for char in said)
            if hits or (kind and budget is not None and best):
                ranked.append((-hits, -one.price if budget is not None else one.price, one.sku, one, best))
        return [(one, f"标注适合{reason}") for *_, one, reason in sorted(ranked, key=lambda row: row[:3])[:2]]


def _pairs(text: str) -> frozenset[str]:
    """Give every pair of neighbouring letters, and person words of one meaning as one."""
    text = re.sub("老人|爷爷|奶奶|爸妈?|妈妈?|父母", "长辈", text)
    whole = (text[at : at + 2] for at in range(len(text) - 1))
    return frozenset(pair for pair in whole if pair.isalnum())


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
