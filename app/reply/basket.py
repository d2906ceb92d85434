"""Read what a buyer wants to buy: each product with its own quantity."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from app.records import Order
from app.reply.counter import Counter, Heard
from app.shop.facts import Product
from app.shop.sums import Line, packed_in
from app.understand.numbers import han_number, quantity

_JOINT = re.compile(r"另外|外加|还有|[加和跟与带配再还、,;+\n]")
"""Words between goods that end what belongs to the first: 两件睡衣加一个壶."""
_TOGETHER = re.compile(r"一共|总共|加起来|合计|合一起|合起来|一起多少|全部多少")
_COUNT = re.compile(
    r"(\d{1,4}|[一二两三四五六七八九十]{1,3})(?=[个件包袋盒箱份提瓶双条套本罐桶支只片卷组台把块根颗单])"
)
_GIVEN = re.compile("[送拿换赠够差领凑得]")
_MEASURES = ("斤", "kg", "克", "g", "层", "抽")
"""Units that measure and do not count pieces: 128g is no order for 128."""
_Hit = tuple[int, int, Product | None, int]
"""Start, end, and the product (None where its name fits several) or the quantity."""


def basket(counter: Counter, heard: Heard, product: Product | None) -> tuple[Line, ...]:
    """Give the lines to add up: named in the message, else named before, else the product at hand; () where unclear."""
    lines = _wanted(counter, heard, product)
    units = {slot.norm[-1] for slot in heard.utterance.slots if slot.name == "quantity"}
    if any(packed_in(line.product, unit) for line in lines for unit in units):
        return (Line(lines[0].product, 1, said=False),) if len(lines) == 1 else ()
    return lines


def _wanted(counter: Counter, heard: Heard, product: Product | None) -> tuple[Line, ...]:
    hits = _hits(counter, heard)
    named = any(not count for *_, count in hits)
    lines = _lines(heard.text, hits) if named else ()
    if named and lines is None:
        return ()
    if _TOGETHER.search(heard.text) and (earlier := _named_before(counter, heard)):
        merged = {line.product.sku: line for line in earlier} | {line.product.sku: line for line in lines or ()}
        return tuple(merged.values())
    if lines:
        return lines
    if product is not None:
        counts = [count for *_, count in hits if count]
        return (Line(product, counts[0] if len(counts) == 1 else 1, len(counts) == 1),)
    return _ordered(counter, heard.message.order)


def _hits(counter: Counter, heard: Heard) -> list[_Hit]:
    """List the goods and quantities of the message in reading order."""
    goods = [hit for hit in counter.goods.mentions(heard.text) if not _as_gift(counter, heard.text, hit[2])]
    hits: list[_Hit] = [(start, end, product, 0) for start, end, product in goods]
    for slot in heard.utterance.slots:
        at = bisect_left(heard.utterance.normalised.offsets, slot.span[0])
        inside = any(start <= at < end for start, end, _ in goods)
        follows = heard.text[at + len(slot.norm) : at + len(slot.norm) + 1]
        pieces = slot.name == "quantity" and not slot.norm.endswith(_MEASURES) and follows != "套"
        if pieces and not inside and (count := quantity(slot)):
            hits.append((at, at + len(slot.norm), None, count))
    return sorted(hits, key=lambda hit: hit[0])


def _as_gift(counter: Counter, text: str, product: Product | None) -> bool:
    """Tell whether the product is named as the gift that it is: 还差多少能拿暖冬礼包."""
    tiers = [*counter.shop.facts.gift_tiers, *(tier for one in counter.shop.promotions for tier in one.gift_tiers)]
    return product is not None and product.sku in {tier.sku for tier in tiers} and bool(_GIVEN.search(text))


def _lines(text: str, hits: Sequence[_Hit]) -> tuple[Line, ...] | None:
    """Give each product its quantity; None where it is unclear which belongs to which."""
    found: dict[str, Line] = {}
    products = {hit[2].sku for hit in hits if hit[2] is not None}
    counts = [count for *_, count in hits if count]
    if any(product is None for _, _, product, count in hits if not count):
        return None
    if len(products) == 1:
        only = next(product for _, _, product, _ in hits if product is not None)
        return (Line(only, counts[0] if counts else 1, bool(counts)),) if len(counts) < 2 else None
    for piece in _pieces(text, hits):
        goods = [product for _, _, product, _ in piece if product is not None]
        numbers = [count for *_, count in piece if count]
        if not goods and not numbers:
            continue
        if len(goods) != len(numbers) and not (len(goods) == 1 and not numbers):
            return None
        for product, number in zip(goods, numbers or [1], strict=True):
            found[product.sku] = Line(product, number)
    return tuple(found.values())


def _pieces(text: str, hits: Sequence[_Hit]) -> Iterator[list[_Hit]]:
    """Split the hits where a joining word stands between two of them."""
    piece: list[_Hit] = []
    for hit in hits:
        if piece and _JOINT.search(text[piece[-1][1] : hit[0]]):
            yield piece
            piece = []
        piece.append(hit)
    if piece:
        yield piece


def _named_before(counter: Counter, heard: Heard) -> tuple[Line, ...]:
    """Give what the buyer put into the conversation with a quantity, before this message."""
    found: dict[str, Line] = {}
    for turn in heard.message.turns:
        text = turn.text.lower()
        goods: list[_Hit] = [(start, end, product, 0) for start, end, product in counter.goods.mentions(text)]
        counts: list[_Hit] = [
            (match.start(), match.end(), None, int(match[1]) if match[1].isdigit() else han_number(match[1]))
            for match in _COUNT.finditer(text)
            if all(not start <= match.start() < end for start, end, *_ in goods)
        ]
        hits = sorted([*goods, *(hit for hit in counts if hit[3])], key=lambda hit: hit[0])
        if turn.role == "buyer" and goods and counts:
            found |= {line.product.sku: line for line in _lines(text, hits) or ()}
    return tuple(found.values())


def _ordered(counter: Counter, order: Order) -> tuple[Line, ...]:
    """Give the lines of an unpaid order whose goods are all known."""
    goods = [counter.goods.of_item(item) for item in order.items]
    if order.status != "unpaid" or order.amount is not None or not all(goods):
        return ()
    lines = zip(goods, order.items, strict=True)
    return tuple(Line(product, item.qty) for product, item in lines if product is not None)
