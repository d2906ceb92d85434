"""Say what the goods come to, how far the next step is, and what is on sale next."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.reply.counter import Counter, Heard
from app.shop.facts import Product, Promotion, money
from app.shop.sums import Line, Sum, pieces_until, price_of, unit_price

_FLASH = re.compile("抢购|秒杀|限时|闪购|双12|双十二|双11|双十一|大促")
_PIECES = re.compile("(?:几|多少)(?:[件份袋盒个双条瓶罐箱]|包(?!邮))")
_NEXT_SHOWN = timedelta(days=30)
_UNIT = re.compile(r"(?:一|每|单)([包袋盒罐瓶片卷抽个支只条双颗块])")
_PER_UNIT = re.compile(
    r"算下来|算起来|平均|折合|合多少|合几|单价|一[包袋盒罐瓶片卷抽支只条双颗块](?:几块|多少钱|几毛|多钱)"
)


def money_values(counter: Counter, lines: Sequence[Line], found: Sum | None, region: str) -> dict[str, Any]:
    """Give the sum and the steps ahead; the sum itself only where the buyer named a number or several goods."""
    shipping = counter.shop.facts.shipping
    served = region not in shipping.not_served
    values: dict[str, Any] = {"several": len(lines) > 1}
    if region and served and (far := shipping.far.get(region)) is not None:
        values["region_postage"] = money(far) if far else ""
    if found is None:
        return values
    if any(line.said for line in lines):
        values |= {
            "sum_text": found.text,
            "total": money(found.goods),
            "to_pay": money(found.to_pay),
            "sum_qty": sum(line.quantity for line in lines),
            "cut_now": f"满{money(found.cut.over)}减{money(found.cut.off)}" if found.cut else "",
            "sum_free": found.postage == 0,
        }
    if found.next_gap is not None and found.next_over is not None and found.next_off is not None:
        values |= {
            "cut_over": money(found.next_over),
            "cut_gap": money(found.next_gap),
            "cut_off": money(found.next_off),
            "cut_near": found.next_gap <= found.goods,
        }
    if found.free_gap and served:
        values["free_gap"] = money(found.free_gap)
    return values


def step_values(
    counter: Counter, heard: Heard, product: Product | None, running: Sequence[Promotion]
) -> dict[str, Any]:
    """Give how many pieces of the product make postage free, and what one unit of its packing comes to."""
    asked: dict[str, Any] = {
        "flash_asked": bool(_FLASH.search(heard.text)),
        "pieces_asked": bool(_PIECES.search(heard.text)),
    }
    if product is None:
        return asked
    price, over = price_of(product, running), counter.shop.facts.shipping.free_over
    values = asked
    if price == product.price and over:
        values["free_qty"] = pieces_until(over, price)
    unit = _UNIT.search(heard.text)
    if unit and _PER_UNIT.search(heard.text):
        count, each = unit_price(product, price, unit[1])
        if count:
            values["unit_text"] = (
                f"{money(price)}元{count}{unit[1]}，一{unit[1]}{'' if each[0] == '约' else '合'}{each}元"
            )
    return values


def next_promotion_values(
    promotions: Sequence[Promotion], now: datetime, counter: Counter, product: Product | None
) -> dict[str, Any]:
    """Give the promotion that begins next, one with a price for the product first."""
    ahead = [
        one
        for one in promotions
        if now < one.start <= now + _NEXT_SHOWN and (not one.skus or (product is not None and product.sku in one.skus))
    ]
    if not ahead:
        return {}
    following = min(ahead, key=lambda one: (product is None or product.sku not in one.prices, one.start))
    zone = counter.shop.zone
    begins = following.start.astimezone(zone)
    price = following.prices.get(product.sku) if product else None
    return {
        "next_promo": following.text,
        "next_promo_title": following.title,
        "next_promo_from": f"{begins.month}月{begins.day}日{f'{begins.hour}点' if begins.hour else ''}",
        "next_price": money(price) if price is not None else "",
        "next_limit": following.limit,
        "next_promo_flash": following.kind == "flash",
        "next_promo_start": (begins.date() - now.astimezone(zone).date()).days,
    }
