"""Every intent in every situation that a reply may meet: shops, orders, moments, goods, words, sides, talk before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from itertools import permutations, product
from pathlib import Path
from typing import Any
from zlib import crc32

from app.records import UNKNOWN, History, Item, Message, Order, Turn
from app.reply.facets import Facets
from app.reply.script_library import Library
from app.settings import Settings
from app.shop.load import ShopData
from app.understand.catalogue import Catalogue

ZONE = timezone(timedelta(hours=8))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SURE, UNSURE = 0.9, 0.3
PAIRS = 120
"""How many pairs of intents are asked at once, in each shop."""
ANGER, REPEATS = ("", "，骗子，气死我了"), (0, 1, 2)
CHOICES = ("那就补发吧", "我要换货", "直接退款吧", "那就修吧")
CHASING = ("到底好了没", "怎么还没")
SENT = ("[图片]", "订单号261120-123456789012345")
SENT_FOR = {
    "change_address": ("浙江省杭州市西湖区文三路12号3栋501 王小明 13812345678",),
    "delivery_arrangement": ("13812345678",),
    "size_recommend": ("165 120斤",),
    "invoice_request": ("91330106MA2KXAB12C",),
}
ANOTHER = ("两件呢", "那顺丰呢", "那新疆呢", "那38码呢", "12月20号呢", "100块呢")
OFFER = Turn("agent", "您看这样行吗？")
SPOKEN = (
    "",
    "，能发顺丰吗",
    "，发天天快递行吗",
    "，寄到新疆",
    "，50块钱",
    "，12月20号要用",
    "，要3件",
    "，浙江省杭州市西湖区文三路12号3栋501 王小明 13812345678",
    "，[图片]",
    "，双十二抢购",
    "，满多少包邮",
    "，寄到香港",
    "，要200个",
)


@dataclass(frozen=True)
class Place:
    """One shop: its moments, goods of every kind, and what only its buyers say."""

    name: str
    folder: Path
    times: tuple[datetime, ...]
    """An ordinary day, a campaign, a flash sale, and a night past the cut-off at a weekend."""
    cards: tuple[str, ...]
    """No product, one of the flash sale, one sold out, one that may not be returned."""
    items: tuple[Item, Item]
    couriers: tuple[str, str]
    spoken: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """What is asked, taken for which intents, of which side of one, after what."""

    intents: tuple[str, ...]
    message: Message
    history: History = field(default_factory=History)
    side: tuple[str, str] = ("", "")
    confidence: float = SURE


def _moment(month: int, day: int, hour: int, minute: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


_SHOPS = Path(__file__).parent / "shops"
PLACES = (
    Place(
        "demo",
        Settings().shops,
        (_moment(11, 20, 14), _moment(12, 11, 14), _moment(12, 12, 20, 30), _moment(11, 21, 22)),
        ("", "LS002", "YY007", "YY008"),
        (Item("九齿耙", "YY001", 1), Item("手工麻花", "LS008", 2)),
        ("申通", "圆通"),
        ("，身高165体重120斤", "，雨靴38码", "，2件九齿耙加1袋奶油瓜子", "，要几件，算下来一罐几块钱"),
    ),
    Place(
        "snacks",
        _SHOPS,
        (_moment(11, 20, 14), _moment(11, 5, 14), _moment(11, 28, 20, 30), _moment(12, 19, 22)),
        ("", "SX01", "LS05", "LS06"),
        (Item("大荔冬枣", "SX06", 1), Item("桂花红茶", "CY03", 2)),
        ("极兔", "韵达"),
        ("，中果大果都行", "，2袋香辣锅巴加1个流心柿饼", "，要几袋，算下来一袋几块钱", "，孕妇能吃吗"),
    ),
    Place(
        "digital",
        _SHOPS,
        (_moment(11, 20, 14), _moment(12, 9, 14), _moment(12, 11, 20, 30), _moment(11, 21, 22)),
        ("", "DB03", "XJ04", "SK03"),
        (Item("桌面小风扇", "XJ01", 1), Item("骨传导耳机", "EJ04", 2)),
        ("京东快递", "顺丰"),
        ("，要黑色的", "，2个充电宝加1根编织快充线", "，要几件，算下来一片几块钱", "，续航多久"),
    ),
)
STATES = ((0,), (1,), (2, 3), (4, 5, 6, 7), (8, 9, 12), (10,), (11,))
"""The orders below, by status."""
ORDERS = sum(map(len, STATES))


@cache
def orders(now: datetime, place: Place) -> tuple[Order, ...]:
    """Give an order of every status, and of every age that makes a difference."""
    stocked, gone = place.items
    first, usual = place.couriers
    on_road = {"paid_at": now - 7 * DAY, "shipped_at": now - 6 * DAY, "courier": usual, "tracking_no": "YT1234567890"}
    return (
        Order(),
        Order("unpaid", amount=Decimal(193), items=(stocked, gone)),
        Order("unshipped", paid_at=now - 20 * HOUR, amount=Decimal("64.80"), items=(gone,)),
        Order("unshipped", paid_at=now - 100 * HOUR, amount=Decimal("125.50")),
        Order("shipped", paid_at=now - 50 * HOUR, shipped_at=now - 30 * HOUR, courier=first, items=(stocked,)),
        Order("shipped", last_scan_at=now - 5 * HOUR, items=(stocked, gone), **on_road),
        Order("shipped", last_scan_at=now - 2 * DAY, items=(stocked,), **on_road),
        Order("shipped", last_scan_at=now - 5 * DAY, **on_road),
        Order("signed", signed_at=now - 3 * DAY, amount=Decimal("64.80"), courier=usual, items=(gone,)),
        Order("signed", signed_at=now - 20 * DAY, items=(stocked,)),
        Order("refunding", amount=Decimal(32)),
        Order("closed"),
        Order("signed", signed_at=now - 2 * DAY, amount=Decimal(99), items=(stocked,), remark="质量问题退差价5元"),
    )


@dataclass(frozen=True)
class Situations:
    """Ask everything of one shop, the same every time."""

    place: Place
    shop: ShopData
    catalogue: Catalogue
    facets: Facets
    scripts: Library
    rotation: int

    @property
    def names(self) -> list[str]:
        return [intent.name for intent in self.catalogue]

    def __iter__(self) -> Iterator[Situation]:
        yield from self._plain()
        yield from self._spoken()
        yield from self._together()
        yield from self._stored()
        yield from self._sided()
        yield from self._resumed()
        yield from self._after()

    def _says(self, intent: str, at: int) -> str:
        """Give one of the intent's own training lines, another for each `at`."""
        examples = self.catalogue[intent].file.examples if intent in self.catalogue else ("asdfa 3jfkd",)
        return examples[at % len(examples)]

    def _message(self, text: str, at: int, *, order: int, before: tuple[Turn, ...] = ()) -> Message:
        """Put `text` at any time beside any product."""
        when, card = self._spread(at, self.place.times, self.place.cards)
        return self._at(text, when, order, card, before)

    def _at(self, text: str, when: datetime, order: int, card: str, before: tuple[Turn, ...] = ()) -> Message:
        turns = (*before, Turn("buyer", text))
        return Message(turns, when, orders(when, self.place)[order % ORDERS], card)

    def _spread(self, at: int, *values: Sequence[object]) -> tuple[Any, ...]:
        choices = list(product(*values))
        return choices[crc32(f"{self.place.name}{at}".encode()) % len(choices)]

    def _plain(self) -> Iterator[Situation]:
        """Ask every intent in every order state at every time, and in each of these pairs with every product."""
        for at, (name, order, when) in enumerate(product((*self.names, UNKNOWN), range(ORDERS), range(4))):
            times, cards = self.place.times, self.place.cards
            text = self._says(name, at)
            yield Situation((name,), self._at(text, times[when], order, cards[(order + when) % len(cards)]))

    def _spoken(self) -> Iterator[Situation]:
        """Add to every intent whatever else a message may carry, anger and repeats spread evenly."""
        for at, (name, said) in enumerate(product((*self.names, UNKNOWN), (*SPOKEN, *self.place.spoken))):
            for order in (at % ORDERS, (at + 5) % ORDERS):
                anger, repeat = self._spread(at + 7 * order, ANGER, REPEATS)
                text = f"{self._says(name, at + order)}{said}{anger}"
                yield Situation((name,), self._message(text, at, order=order), History(asked=((name,),) * int(repeat)))

    def _together(self) -> Iterator[Situation]:
        """Ask two at once, spread over all pairs."""
        pairs = list(permutations(self.names, 2))
        for at, (first, second) in enumerate(pairs[self.rotation :: len(pairs) // PAIRS]):
            anger, repeat = self._spread(at, ANGER, REPEATS)
            text = f"{self._says(first, at)}，{self._says(second, at)}{anger}"
            asked = ((first, second),) * int(repeat)
            yield Situation((first, second), self._message(text, at, order=at), History(asked=asked))

    def _stored(self) -> Iterator[Situation]:
        """Ask each question of the FAQ of each script that gives its answer."""
        answering = [name.split("/")[1] for name in self.scripts.names() if "{{ faq }}" in self._source(name)]
        for at, (row, name) in enumerate(product(self.shop.faq, answering)):
            text = row.asks[at % len(row.asks)]
            yield Situation((name,), self._at(text, self.place.times[0], at, row.sku))

    def _source(self, name: str) -> str:
        return (Settings().scripts / f"{name}.j2").read_text(encoding="utf-8")

    def _sided(self) -> Iterator[Situation]:
        """Ask each side of each intent in every order state; the side is given, not worded."""
        sides = [(intent, side) for intent, names in self.facets.patterns.items() for side in names]
        for at, (side, state) in enumerate(product(sides, STATES)):
            order = state[at % len(state)]
            yield Situation((side[0],), self._message(self._says(side[0], at), at, order=order), side=side)

    def _resumed(self) -> Iterator[Situation]:
        """Go on with each matter: send what it wanted, take each way offered, chase."""
        at = 0
        for topic in filter(self._is_matter, self.names):
            flow = self.catalogue[topic].flow
            texts = (*CHASING, *SENT_FOR.get(topic, SENT if flow in ("aftersales", "risk") else ANOTHER))
            for text, order in product((*texts, *(CHOICES if flow == "aftersales" else ())), range(ORDERS)):
                at += 1
                if text not in CHOICES and at % 3:
                    continue
                message = self._message(text, at, order=order, before=(Turn("buyer", "在吗"), OFFER))
                yield Situation((UNKNOWN,), message, History(topics=(topic,)), confidence=UNSURE)

    def _after(self) -> Iterator[Situation]:
        """Ask each intent after each matter, a third of the pairs in each shop and all where a script looks at it."""
        looking = {name.split("/")[1] for name in self.scripts.names() if "topic" in self._source(name)}
        for at, (name, topic) in enumerate(product(self.names, filter(self._is_matter, self.names))):
            if name in looking or at % len(PLACES) == self.rotation:
                message = self._message(self._says(name, at), at, order=at, before=(Turn("buyer", "在吗"), OFFER))
                yield Situation((name,), message, History(greeted=True, topics=(topic,), subdued=at % 5 == 0))

    def _is_matter(self, name: str) -> bool:
        return self.catalogue[name].group not in ("chat", "other")
