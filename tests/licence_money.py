"""Work out anew what a purchase comes to, what begins next and when a parcel arrives."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from itertools import product as choices
from math import ceil
from typing import Protocol

from app.records import Message
from app.shop.facts import Product, Promotion
from app.shop.load import ShopData
from tests.facts import Fact


class Licence(Protocol):
    """What may be said, as far as money needs it."""

    facts: set[Fact]

    def allow(self, role: str, *values: object) -> None: ...
    def quote(self, *texts: str) -> None: ...


def bought(
    shop: ShopData, said_counts: set[int], said: str, product: Product | None
) -> list[list[tuple[Product, int]]]:
    """List what the message may mean to buy: the product in play or any named together, in any number said."""
    named = [
        (min(said.find(name.lower()) for name in (one.name, *one.aliases) if name.lower() in said), one)
        for one in shop.products.values()
        if any(name.lower() in said for name in (one.name, *one.aliases))
    ]
    order = [one for _, one in sorted(named, key=lambda pair: pair[0])][:5]
    groups = [[one] for one in {one.sku: one for one in [*filter(None, [product]), *order]}.values()]
    groups += [list(group) for size in (2, 3) for group in combinations(order, size)]
    counts = sorted({1, *(count for count in said_counts if 0 < count <= 9999)})[:6]
    return [list(zip(group, some, strict=True)) for group in groups for some in choices(counts, repeat=len(group))]


def summed(licence: Licence, shop: ShopData, bought: list[tuple[Product, int]], running: Sequence[Promotion]) -> None:
    """Add what such a purchase comes to, and how far it is from the next cut and from free postage."""
    shipping = shop.facts.shipping
    prices = [
        min([one.price, *(sale.prices[one.sku] for sale in running if one.sku in sale.prices)]) for one, _ in bought
    ]
    total = sum((price * count for price, (_, count) in zip(prices, bought, strict=True)), Decimal(0))
    terms = [
        f"{price.normalize():f}{f'×{count}' if count > 1 else ''}"
        for price, (_, count) in zip(prices, bought, strict=True)
    ]
    names = [one.name for one, _ in bought]
    expression = "+".join(name + term for name, term in zip(names, terms, strict=True))
    licence.allow("sum", expression, total)
    licence.allow("total", sum(count for _, count in bought), total)
    if len(bought) == 1:
        licence.allow("sum", terms[0], total)
        if bought[0][1] == 1:
            licence.allow("yuan", total)
    cuts = [cut for one in running for cut in one.cuts]
    off = max((cut.off for cut in cuts if cut.over <= total), default=Decimal(0))
    for cut in cuts:
        if cut.off >= off:
            licence.allow("cut", cut.over, cut.off)
        if cut.over > total and cut.off > off:
            licence.allow("cutgap", cut.over - total, cut.off)
            licence.allow("cutgap", cut.over - total)
    paid = total - off
    free = paid >= shipping.free_over
    if not free:
        licence.allow("freegap", shipping.free_over - paid)
    far = [surcharge for name, surcharge in shipping.far.items() if ("region", name) in licence.facts]
    for surcharge in [Decimal(0), *far]:
        postage = surcharge + (0 if free else shipping.fee)
        licence.allow("fee", postage)
        licence.allow("pay", paid + postage)
    if len(bought) == 1 and prices[0]:
        licence.allow("pieces", ceil(shipping.free_over / prices[0]))
        found = re.match(r"(?:一[盒箱袋])?(\d+)小?([\u4e00-\u9fff])", bought[0][0].attributes.get("规格", ""))
        if found and int(found[1]) > 1:
            licence.allow("yuan", prices[0])
            licence.allow("number", found[1], found[2])
            licence.allow("yuan", round(prices[0] / int(found[1]) + Decimal("1e-9"), 2))


def ahead(licence: Licence, shop: ShopData, product: Product | None, now: datetime) -> None:
    """Add the promotions that begin within a month."""
    for one in shop.promotions:
        if now < one.start <= now + timedelta(days=30):
            begins = one.start.astimezone(shop.zone)
            licence.quote(one.text, one.limit)
            clock = [begins.hour] if begins.hour else []
            licence.allow("begins", one.title, begins.month, begins.day, *clock)
            licence.allow("rule", one.title)
            if product and product.sku in one.prices:
                price = one.prices[product.sku]
                licence.allow("price", product.name, price)
                licence.allow("sale", price)
                licence.allow("sale", one.title, price, begins.month, begins.day, *clock)


def arrival(licence: Licence, shop: ShopData, message: Message) -> None:
    """Add the dates that the usual days come to, from the day of dispatch."""
    shipping, zone = shop.facts.shipping, shop.zone
    local = message.now.astimezone(zone)
    late = f"{local:%H:%M}" >= shipping.cutoff
    sent = local.date() + timedelta(days=late)
    while not shipping.weekend and f"{sent:%a}" in ("Sat", "Sun"):
        sent += timedelta(days=1)
    if message.order.shipped_at:
        sent = message.order.shipped_at.astimezone(zone).date()
    for text in (shipping.days, shipping.far_days):
        first, last = (sent + timedelta(days=int(days)) for days in re.findall(r"\d+", text))
        same = first.month == last.month
        licence.allow("arrival", *((first.day, last.day) if same else (first.month, first.day, last.month, last.day)))
