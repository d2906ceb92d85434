"""Say what one situation proves, worked out here anew from the shop's files, the order and the message.

Whole texts of the shop (an answer of the FAQ, a promotion's rule) may be said as they stand; their numbers may not
be said elsewhere. Limits of what an agent may grant are no facts for buyers and are never licensed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from app.pipeline import Pipeline
from app.records import Message
from app.shop.facts import Faq, Product, Promotion
from app.shop.load import ShopData
from app.understand.reader import load_couriers
from tests.facts import Fact, Facts, fact
from tests.licence_money import ahead, arrival, bought, summed

_HAN = "零一二三四五六七八九"
_ECHOED = frozenset(
    ("day", "yuan", "days", "hours", "clock", "count", "size", "number", "han", "courier", "goods", "region")
)
"""Roles in which a draft may repeat what the buyer said."""
_KINDS = ("flash", "campaign", "standing")


@dataclass
class Licence:
    """Whole texts, and facts in their roles."""

    texts: set[str] = field(default_factory=set)
    facts: set[Fact] = field(default_factory=set)

    def allow(self, role: str, *values: object) -> None:
        self.facts.add(fact(role, *values))

    def quote(self, *texts: str) -> None:
        whole = {text.rstrip("。") for text in texts if text}
        self.texts |= whole | {text.replace(" ", "") for text in whole}


@dataclass
class Checker:
    """Hold one shop, what a text claims, and how a message is folded."""

    shop: ShopData
    facts: Facts
    fold: Callable[[str], str]

    @classmethod
    def of(cls, pipeline: Pipeline, shop: str) -> "Checker":
        """Check the drafts of one shop of `pipeline`."""
        knowledge, data = pipeline.knowledge, pipeline.shop(shop).counter.shop
        facts = Facts(data, load_couriers(knowledge.settings.lexicon), knowledge.regions)
        return cls(data, facts, lambda text: knowledge.reader.normaliser(text).text)

    @cached_property
    def _asked(self) -> list[tuple[set[str], str, str]]:
        return [({pair for ask in row.asks for pair in _pairs(ask)}, row.sku, row.answer) for row in self.shop.faq]

    def __call__(self, text: str, licence: Licence) -> tuple[list[Fact], list[Fact]]:
        """Give all facts of a draft, and those that nothing proves."""
        proved: list[Fact] = []
        for whole in sorted(licence.texts, key=len, reverse=True):
            if whole in text:
                proved += self.facts(whole) or [("text", whole)]
                text = text.replace(whole, "\n")
        left = self.facts(text)
        return proved + left, [one for one in left if one not in licence.facts]

    def licence(self, message: Message) -> Licence:
        """Say what may be claimed in answer to `message`."""
        licence = Licence()
        said = self.fold("\n".join(turn.text for turn in message.turns))
        product = self._in_play(said, message)
        running = [one for one in self.shop.promotions if one.start <= message.now < one.end]
        fitting = [one for one in running if not one.skus or (product and product.sku in one.skus)]
        fitting.sort(key=lambda one: _KINDS.index(one.kind))
        self._said(licence, said)
        self._policy(licence, said, product)
        self._ordered(licence, message)
        if fitting:
            last = fitting[0].end.astimezone(self.shop.zone) - timedelta(seconds=1)
            licence.quote(fitting[0].text, fitting[0].limit)
            licence.allow("promotion", fitting[0].title)
            licence.allow("rule", fitting[0].title)
            licence.allow("day", last.month, last.day)
        if product:
            self._offered(licence, product, said, message.now)
        self._compared(licence, said, message.now)
        self._gifts(licence, message, product, _counts(said), fitting)
        ahead(licence, self.shop, product, message.now)
        arrival(licence, self.shop, message)
        for some in bought(self.shop, _counts(said), said, product):
            summed(licence, self.shop, some, running)
        return licence

    def _in_play(self, said: str, message: Message) -> Product | None:
        """Find the product talked about: the longest name said, the card, the only thing ordered."""
        lengths = {
            one.sku: max((len(name) for name in (one.name, *one.aliases) if name.lower() in said), default=0)
            for one in self.shop.products.values()
        }
        longest = [sku for sku, length in lengths.items() if length == max(lengths.values()) > 1]
        ordered = [item.sku for item in message.order.items] if len(message.order.items) == 1 else []
        keys = longest if len(longest) == 1 else [message.product, *ordered]
        return next((self.shop.products[key] for key in keys if key in self.shop.products), None)

    def _said(self, licence: Licence, said: str) -> None:
        licence.facts |= {one for one in self.facts(said) if one[0] in _ECHOED}
        for count in _counts(said):
            licence.allow("count", count)
        for yuan, jiao in re.findall(
            rf"(\d+(?:\.\d+)?|[{_HAN}两十百]+)\s?[元块圆]([\d{_HAN}](?![\d{_HAN}十百]))?", said
        ):
            whole = Decimal(yuan) if yuan[0].isdigit() else _han_number(yuan)
            licence.allow("yuan", whole)
            if jiao:
                licence.allow("yuan", whole + Decimal(jiao if jiao.isdigit() else _HAN.index(jiao)) / 10)

    def _policy(self, licence: Licence, said: str, product: Product | None) -> None:
        """Add what the shop tells everyone, its answers to such a question, and what the buyer's place costs."""
        facts, shipping, returns = self.shop.facts, self.shop.facts.shipping, self.shop.facts.returns
        requested = "、".join(f"{name}（{note}）" for name, note in facts.couriers.on_request.items())
        licence.quote(facts.genuine, facts.warranty, facts.hours, facts.invoice.how, "、".join(facts.invoice.kinds))
        licence.quote(*(note for note in facts.couriers.on_request.values() if len(note) > 3))
        licence.quote(requested, "、".join(facts.couriers.default), f"走{facts.couriers.default[0]}")
        licence.quote(shipping.ship_from, "、".join(shipping.far), "、".join(shipping.not_served))
        licence.quote(returns.address.region + returns.address.detail)
        pairs = _pairs(said)
        for asked, sku, answer in self._asked:
            if sku in ("", product.sku if product else "") and not asked.isdisjoint(pairs):
                licence.quote(answer)
        licence.allow("invoice", facts.invoice.days)
        licence.allow("refund", returns.refund_days)
        licence.allow("within", returns.no_reason_days)
        licence.allow("within", facts.authority.price_protection_days)
        for days_text in (shipping.days, shipping.far_days):
            licence.allow("days", days_text.rstrip("天"))
        licence.allow("clock", int(shipping.cutoff[:2]))
        licence.allow("hours", shipping.promise_hours)
        licence.allow("free", shipping.free_over)
        licence.allow("fee", shipping.fee)
        licence.allow("count", facts.bulk_from)
        for name, surcharge in shipping.far.items():
            if ("region", name) in licence.facts:
                licence.allow("surcharge", surcharge)

    def _ordered(self, licence: Licence, message: Message) -> None:
        """Add what the order says, and how long ago it was."""
        order, now = message.order, message.now
        licence.allow("courier", order.courier)
        for item in order.items:
            if item.sku in self.shop.products:
                licence.allow("goods", self.shop.products[item.sku].name)
            else:
                licence.quote(item.title)
        licence.allow("count", sum(item.qty for item in order.items))
        if order.amount is not None:
            licence.allow("yuan", order.amount)
            licence.allow("now", order.amount)
        if order.paid_at:
            waited = int((now - order.paid_at) / timedelta(hours=1))
            licence.allow("paid", *((waited, "小时") if waited < 72 else (waited // 24, "天")))
        if order.last_scan_at and order.status == "shipped":
            licence.allow("stalled", (now - order.last_scan_at) // timedelta(days=1))
        if order.signed_at:
            days = now.astimezone(self.shop.zone).date() - order.signed_at.astimezone(self.shop.zone).date()
            licence.allow("signed", days.days)

    def _offered(self, licence: Licence, product: Product, said: str, now: datetime) -> None:
        """Add the product in play, what goes with it and what may stand in for it, at today's prices."""
        nouns = {name[-1] for name in (product.name, *product.aliases)}
        goods = [one for one in self.shop.products.values() if one.stock and one.category == product.category]
        partner = next((one for sku in product.goes_with if (one := self.shop.products[sku]).stock), None)
        for one in filter(None, (product, partner, *(one for one in goods if one.name[-1] in nouns))):
            licence.allow("goods", one.name)
            licence.allow("price", one.name, self._price(one, now))
        price = self._price(product, now)
        licence.allow("now", price)
        licence.allow("left", product.stock)
        for count in _counts(said):
            licence.allow("total", count, price * count)
            licence.allow("total", price * count)
        specs = [f"{name}{value}" for name, value in product.attributes.items()]
        licence.quote(product.usage, product.fits, product.restock, "，".join(specs[:3]))
        licence.quote(*(f"{name}是{value}" for name, value in product.attributes.items()))
        told = (
            *product.attributes.values(),
            product.usage,
            product.fits,
            *(row.answer for row in self._notes(product)),
        )
        licence.quote(*(part for text in told for part in (text, *re.split("[，。；]", text)) if len(part) > 3))
        licence.quote(*(f"{size}是{held.replace(' ', '、')}" for size, held in product.sizes.items()))
        licence.quote("、".join(product.sizes))
        licence.quote("，".join(f"{size}：{measures}" for size, measures in product.sizes.items()))
        if re.search(r"1[4-9]\d|斤", said):
            licence.facts |= {fact("size", size) for size in product.sizes}

    def _notes(self, product: Product) -> list[Faq]:
        return [row for row in self.shop.faq if row.sku == product.sku]

    def _compared(self, licence: Licence, said: str, now: datetime) -> None:
        """Add the goods that the buyer names, and all goods in stock where a pick is asked for."""
        wished = re.search("推荐|哪款|哪个|什么好|啥好|送|挑|合适|预算|以内|介绍|拿什么|配一个|搭", said)
        for one in self.shop.products.values():
            if any(name.lower() in said for name in (one.name, *one.aliases)) or (wished and one.stock):
                licence.allow("goods", one.name)
                licence.allow("price", one.name, self._price(one, now))
                licence.quote(*(value for value in one.attributes.values() if len(value) > 3))
                licence.quote(*(f"{name}{value}" for name, value in one.attributes.items()))
                licence.quote(*(part for part in re.split("[，、；。]", one.fits) if len(part) > 3))

    def _price(self, product: Product, now: datetime) -> Decimal:
        running = [one for one in self.shop.promotions if one.start <= now < one.end]
        return next((one.prices[product.sku] for one in running if product.sku in one.prices), product.price)

    def _gifts(
        self,
        licence: Licence,
        message: Message,
        product: Product | None,
        counts: set[int],
        fitting: Sequence[Promotion],
    ) -> None:
        """Add the tiers in force, how far this order is from the next, and whether the agent may close the gap."""
        limits = self.shop.facts.authority
        tiers = next((one.gift_tiers for one in fitting if one.gift_tiers), self.shop.facts.gift_tiers)
        for tier in tiers:
            licence.allow("tier", tier.over, tier.name)
        amounts = [message.order.amount] if message.order.amount is not None else []
        if not amounts and product:
            amounts = [self._price(product, message.now) * count for count in {1, *counts}]
        campaign = any(one.kind == "campaign" for one in fitting)
        for amount in amounts:
            above = min((tier for tier in tiers if tier.over > amount), key=lambda tier: tier.over, default=None)
            reached = max((tier for tier in tiers if tier.over <= amount), key=lambda tier: tier.over, default=None)
            for tier in filter(None, (above, reached)):
                licence.allow("gift", tier.name)
                licence.allow("goods", tier.name)
            if above:
                gap = above.over - amount
                licence.allow("over", above.over)
                licence.allow("gap", gap)
                if gap <= limits.gift_gap and (limits.gifts_in_campaign or not campaign):
                    licence.allow("grant", above.name)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _counts(said: str) -> set[int]:
    digits = {int(found) for found in re.findall(r"(?<![\d.])\d{1,4}(?![\d.])", said)}
    return digits | {_han_number(found) for found in re.findall(rf"[{_HAN}两十百]+", said)}


def _han_number(text: str) -> int:
    total = digit = 0
    for char in text.replace("两", "二"):
        if char in _HAN:
            digit = _HAN.index(char)
        else:
            total, digit = total + (digit or 1) * {"十": 10, "百": 100}[char], 0
    return total + digit
