"""Work out what an order proves: promises kept or missed, parcels moving or stalled, days since signing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.records import Message, Order
from app.reply.arrival import waited
from app.reply.counter import Counter
from app.reply.dates import ago
from app.shop.facts import Product, Promotion, money

_STALLED_DAYS, _STALLED_LONG_DAYS = 1, 2


def order_values(counter: Counter, message: Message, product: Product | None, *, flash: bool) -> dict[str, Any]:
    """Give what the order proves as of now: how long since, kept or late, moving or stalled."""
    order, now = message.order, message.now
    status = order.status
    shipping = counter.shop.facts.shipping
    promised = timedelta(hours=shipping.promise_hours)
    waiting = (
        waited(shipping, counter.shop.zone, order.paid_at, now) if order.paid_at and status == "unshipped" else None
    )
    stalled = (now - order.last_scan_at).days if order.last_scan_at and status == "shipped" else 0
    days = _signed_days(order, now, counter)
    named = counter.goods.of_item(order.items[0]) if len(order.items) == 1 else None
    return {
        "has_order": status is not None,
        **{name: status == name for name in ("unpaid", "unshipped", "shipped", "signed", "refunding", "closed")},
        "item": named.name if named else _short_title(order),
        "order_qty": sum(item.qty for item in order.items),
        "amount": money(order.amount) if order.amount is not None else "",
        "courier": order.courier,
        "tracking": bool(order.tracking_no),
        "paid_ago": ago(order.paid_at, now) if order.paid_at else "",
        "in_promise": waiting is not None and waiting <= promised,
        "overdue": waiting is not None and waiting > promised,
        "unscanned": status == "shipped" and order.shipped_at is not None and order.last_scan_at is None,
        "stalled_days": stalled,
        "stalled": stalled >= _STALLED_DAYS,
        "stalled_long": stalled > _STALLED_LONG_DAYS,
        "signed_days": days,
        "within_no_reason": days < 0 or days <= counter.shop.facts.returns.no_reason_days,
        "protection": _protection(counter, order, days, flash=flash),
        "returnable": product.no_reason if product else True,
    }


def _short_title(order: Order) -> str:
    """Give the title of the only item where it is short enough to be said."""
    titles = [item.title for item in order.items]
    return titles[0] if len(titles) == 1 and len(titles[0]) <= 10 else ""


def _signed_days(order: Order, now: datetime, counter: Counter) -> int:
    """Count the days since the day of signing, in the shop's time zone; -1 where unknown."""
    if order.signed_at is None:
        return -1
    zone = counter.shop.zone
    return max((now.astimezone(zone).date() - order.signed_at.astimezone(zone).date()).days, 0)


def _protection(counter: Counter, order: Order, days: int, *, flash: bool) -> str:
    limits = counter.shop.facts.authority
    if not limits.price_protection_days or order.status not in ("unshipped", "shipped", "signed"):
        return ""
    if flash and not limits.price_protection_on_flash:
        return "flash"
    if order.status == "signed" and days < 0:
        return ""
    return "ok" if days <= limits.price_protection_days else "late"


def is_flash(promotions: Sequence[Promotion], product: Product | None, text: str) -> bool:
    """Tell whether the lower price is that of a flash sale: one runs for the product, or the buyer says so."""
    running = any(one.kind == "flash" and (product is None or product.sku in one.skus) for one in promotions)
    return running or any(word in text for word in ("秒杀", "限时抢", "抢购", "闪购"))
