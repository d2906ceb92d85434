"""Work out what a buyer would pay: goods, the cut they reach, postage, and how much more the next step takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from app.shop.facts import Cut, Product, Promotion, Shipping, money

_NONE = Decimal(0)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one product; `said` where the buyer named the number."""

    product: Product
    quantity: int
    said: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What the goods come to, in yuan; `postage` is None where the region is not served."""

    goods: Decimal
    cut: Cut | None
    off: Decimal
    postage: Decimal | None
    to_pay: Decimal
    next_over: Decimal | None
    next_gap: Decimal | None
    next_off: Decimal | None
    free_gap: Decimal
    """How much more until postage is free; 0 where it is."""
    text: str


def price_of(product: Product, promotions: Sequence[Promotion]) -> Decimal:
    """Give what the product costs now: the lowest price of a running sale, else its own."""
    return min((one.prices[product.sku] for one in promotions if product.sku in one.prices), default=product.price)


def add_up(lines: Sequence[Line], promotions: Sequence[Promotion], shipping: Shipping, region: str = "") -> Sum | None:
    """Add up the lines at the running promotions; None where the shop's facts do not settle the sum.

    A sale price counts up to its written limit per buyer only, and whether it counts towards a cut nobody wrote down.
    """
    prices = [price_of(line.product, promotions) for line in lines]
    if not lines or any(not line.quantity or _beyond(line, promotions) for line in lines):
        return None
    goods = sum((price * line.quantity for price, line in zip(prices, lines, strict=True)), _NONE)
    plain = [line for price, line in zip(prices, lines, strict=True) if price == line.product.price]
    cut, following = _reached(lines, prices, promotions)
    if len(plain) < len(lines) and cut is not None:
        return None
    off = min(cut.off, goods) if cut else _NONE
    postage = _postage(goods - off, shipping, region)
    to_pay = goods - off + (postage or _NONE)
    free_gap = max(shipping.free_over - (goods - off), _NONE)
    settled = len(plain) == len(lines) and following is not None
    return Sum(
        goods=goods,
        cut=cut,
        off=off,
        postage=postage,
        to_pay=to_pay,
        next_over=following[0].over if settled and following else None,
        next_gap=following[1] if settled and following else None,
        next_off=following[0].off if settled and following else None,
        free_gap=free_gap,
        text=_text(lines, prices, goods, cut, postage, to_pay),
    )


def _beyond(line: Line, promotions: Sequence[Promotion]) -> bool:
    """Tell whether a sale price is asked for more pieces than its written limit allows, or has none written."""
    sales = [one for one in promotions if one.prices.get(line.product.sku) == price_of(line.product, promotions)]
    limit = max((one.per_buyer for one in sales), default=0)
    return bool(sales) and price_of(line.product, promotions) != line.product.price and line.quantity > limit


def _reached(
    lines: Sequence[Line], prices: Sequence[Decimal], promotions: Sequence[Promotion]
) -> tuple[Cut | None, tuple[Cut, Decimal] | None]:
    """Give the cut that takes off most, and the nearest cut that takes off more with the gap to it."""
    best: Cut | None = None
    ahead: list[tuple[Cut, Decimal]] = []
    for one in promotions:
        counted = [price * line.quantity for price, line in zip(prices, lines, strict=True) if one.covers(line.product)]
        total = sum(counted, _NONE)
        for cut in one.cuts if counted else ():
            if cut.over > total:
                ahead.append((cut, cut.over - total))
            elif best is None or cut.off > best.off:
                best = cut
    more = [(cut, gap) for cut, gap in ahead if best is None or cut.off > best.off]
    return best, min(more, key=lambda pair: (pair[1], -pair[0].off), default=None)


def _postage(paid: Decimal, shipping: Shipping, region: str) -> Decimal | None:
    if region in shipping.not_served:
        return None
    fee = _NONE if paid >= shipping.free_over else shipping.fee
    return fee + shipping.far.get(region, _NONE)


def _text(
    lines: Sequence[Line],
    prices: Sequence[Decimal],
    goods: Decimal,
    cut: Cut | None,
    postage: Decimal | None,
    to_pay: Decimal,
) -> str:
    """Show the sum so that anyone can check it: 39.9×3=119.7元，满99减5，付114.7元，包邮."""
    several = len(lines) > 1
    terms = [
        (line.product.name if several else "") + money(price) + (f"×{line.quantity}" if line.quantity > 1 else "")
        for line, price in zip(lines, prices, strict=True)
    ]
    shown = "+".join(terms)
    parts = [f"{shown}={money(goods)}元" if several or lines[0].quantity > 1 else f"{money(goods)}元"]
    if cut:
        parts.append(f"满{money(cut.over)}减{money(cut.off)}")
    if postage:
        parts.append(f"运费{money(postage)}元")
    if to_pay != goods:
        parts.append(f"付{money(to_pay)}元")
    if postage == 0:
        parts.append("包邮")
    return "，".join(parts)


def pieces_until(over: Decimal, price: Decimal) -> int:
    """Count how many pieces at `price` reach `over`; 0 where they never do."""
    return int((over / price).to_integral_value(ROUND_CEILING)) if price > 0 else 0


def packed_in(product: Product, unit: str) -> bool:
    """Tell whether one piece holds several of `unit`: five pairs of socks may be one pack or five."""
    held = (product.attributes.get(name, "") for name in ("规格", "款式"))
    return any(int(count) > 1 for text in held for count in re.findall(rf"(\d+)小?{re.escape(unit)}", text))


def unit_price(product: Product, price: Decimal, unit: str) -> tuple[int, str]:
    """Give how many of `unit` one piece holds and what one of them comes to; (0, "") where its 规格 does not say."""
    found = re.match(rf"(?:一[盒箱袋])?(\d+)小?{re.escape(unit)}", product.attributes.get("规格", ""))
    count = int(found[1]) if found else 0
    if count < 2:
        return 0, ""
    each = (price / count).quantize(_CENT, ROUND_HALF_UP)
    return count, ("" if each * count == price else "约") + money(each)
