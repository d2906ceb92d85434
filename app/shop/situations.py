"""The situations in which a shop's scripts are read: order, product, day, mood, how often it was asked."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product as crossed

from app.records import History, Item, Message, Order, Tone, Turn
from app.shop.facts import Product
from app.shop.load import ShopData

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = ("订单", "商品", "日子", "语气", "次数")
"""The sides of a situation, in the order of its coordinates."""
Coordinates = tuple[str, str, str, str, str]
MOODS = {"平静": Tone(), "生气": Tone(anger=2)}
TIMES_ASKED = ("第一次", "又问", "第三次")
_NO_ORDER, _UNPAID, _WAITING, _LATE = "没有订单", "未付款", "待发货", "待发货（超时）"
_MOVING, _STALLED, _SIGNED = "已发出", "已发出（停滞）", "已签收"
_REFUNDING, _CLOSED = "退款中", "已关闭"
ORDERS = (_NO_ORDER, _UNPAID, _WAITING, _LATE, _MOVING, _STALLED, _SIGNED, _REFUNDING, _CLOSED)
_VALUES = (*ORDERS, "不知哪款", "有货", "没货", "平日", "大促", *MOODS, *TIMES_ASKED)
_LOOK_AHEAD = 400


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation: what it is called on each side, and what a reply needs to know of it."""

    at: Coordinates
    now: datetime
    order: Order
    product: str
    tone: Tone
    repeat: int

    @property
    def opening(self) -> bool:
        return self.repeat == 0

    def message(self, text: str) -> Message:
        """Give the buyer's message as it is said in this situation."""
        return Message((Turn("buyer", text),), self.now, self.order, self.product)

    def history(self, intent: str) -> History:
        """Give a conversation in which the same was asked before as often as the situation says."""
        return History(greeted=self.repeat > 0, asked=((intent,),) * self.repeat)


def situations(shop: ShopData, today: datetime) -> Iterator[Situation]:
    """Cross every side with every other; a side that the shop does not have (no sale, nothing sold out) is left out."""
    sides = crossed(ORDERS, goods(shop).items(), days(shop, today).items(), MOODS.items(), enumerate(TIMES_ASKED))
    for status, (card, item), (day, now), (mood, tone), (repeat, often) in sides:
        where = (status, card, day, mood, often)
        yield Situation(where, now, order(status, now, item, shop), item.sku if item else "", tone, repeat)


def days(shop: ShopData, today: datetime) -> dict[str, datetime]:
    """Give an ordinary weekday afternoon from today on, and one of the next campaign where there is one."""
    noon = today.astimezone(shop.zone).replace(hour=14, minute=10, second=0, microsecond=0)
    special = [one for one in shop.promotions if one.kind != "standing"]
    ahead = [noon + DAY * away for away in range(_LOOK_AHEAD)]
    plain = (day for day in ahead if day.weekday() < 5 and not any(one.runs(day) for one in special))
    found = {"平日": next(plain, noon)}
    campaigns = [one for one in special if one.kind == "campaign"]
    campaign = next((day for day in ahead if any(one.runs(day) for one in campaigns)), None)
    return found | ({"大促": campaign} if campaign else {})


def goods(shop: ShopData) -> dict[str, Product | None]:
    """Give no product, one in stock with things that go with it, and one sold out."""
    stocked = sorted((one for one in shop.products.values() if one.stock), key=lambda one: not one.goes_with)
    sold_out = [one for one in shop.products.values() if not one.stock]
    found: dict[str, Product | None] = {"不知哪款": None}
    found |= {"有货": stocked[0]} if stocked else {}
    return found | ({"没货": sold_out[0]} if sold_out else {})


def order(status: str, now: datetime, item: Product | None, shop: ShopData) -> Order:
    """Build the order of a state; it holds the product that is talked about."""
    items = (Item(item.name, item.sku),) if item else ()
    amount = item.price if item else None
    courier = shop.facts.couriers.default[0]
    late = HOUR * (shop.facts.shipping.promise_hours + 24)
    return {
        _NO_ORDER: Order(),
        _UNPAID: Order("unpaid", amount=amount, items=items),
        _WAITING: Order("unshipped", paid_at=now - 5 * HOUR, amount=amount, items=items),
        _LATE: Order("unshipped", paid_at=now - late, amount=amount, items=items),
        _MOVING: _sent(now, 5 * HOUR, Order("shipped", courier=courier, amount=amount, items=items)),
        _STALLED: _sent(now, 4 * DAY, Order("shipped", courier=courier, amount=amount, items=items)),
        _SIGNED: Order("signed", signed_at=now - 3 * DAY, courier=courier, amount=amount, items=items),
        _REFUNDING: Order("refunding", amount=amount, items=items),
        _CLOSED: Order("closed", amount=amount, items=items),
    }[status]


def _sent(now: datetime, quiet: timedelta, sold: Order) -> Order:
    """Put an order on the road, last scanned `quiet` ago."""
    return Order(
        sold.status,
        paid_at=now - quiet - 2 * DAY,
        shipped_at=now - quiet - DAY,
        last_scan_at=now - quiet,
        courier=sold.courier,
        tracking_no="YT1234567890123",
        amount=sold.amount,
        items=sold.items,
    )


def describe(inside: Sequence[Coordinates], among: Set[Coordinates]) -> tuple[str, ...]:
    """Say which of the situations `among` those `inside` are; a side that makes no odds is left out."""
    left, mine = dict.fromkeys(inside), set(inside)
    everywhere = [tuple(sorted({one[side] for one in among}, key=_VALUES.index)) for side in range(len(NAMES))]
    words = []
    while left:
        box = _box(next(iter(left)), mine, among, everywhere)
        parts = ["、".join(values) for values, every in zip(box, everywhere, strict=True) if len(values) < len(every)]
        words.append(" · ".join(parts) or "任何时候")
        for one in [one for one in left if all(value in values for value, values in zip(one, box, strict=True))]:
            del left[one]
    return tuple(words)


def _box(
    seed: Coordinates, mine: Set[Coordinates], among: Set[Coordinates], everywhere: Sequence[Sequence[str]]
) -> list[tuple[str, ...]]:
    """Grow one situation side by side as far as everything in the box is `mine`."""
    box: list[tuple[str, ...]] = [(value,) for value in seed]
    for side in reversed(range(len(seed))):
        for value in everywhere[side]:
            slab = crossed(*(values if at != side else (value,) for at, values in enumerate(box)))
            real = [one for one in slab if one in among]
            if value not in box[side] and real and all(one in mine for one in real):
                grown = {*box[side], value}
                box[side] = tuple(known for known in everywhere[side] if known in grown)
    return box
