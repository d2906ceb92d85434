"""Hold a draft against what its situation proves: read its facts, build the licence, name what nobody proved.

Whole texts of the shop (an answer of the FAQ, a promotion's rule) are taken out first; what is left may hold only
facts that this message, this order or this product proves, each in the role in which it was said.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from app.records import Message
from app.shop.facts import Product, Promotion
from app.shop.load import ShopData

Fact = tuple[str, str]
Spellings = Mapping[str, Sequence[str]]

_N = r"(\d+(?:\.\d+)?)"
_RANGE = r"(\d+(?:\.\d+)?(?:[-~到至]\d+(?:\.\d+)?)?)"
_GIFT = r"([^\d，。；、！？（）\n]{2,8}?)"
_END = r"(?=[，。；、！？（）\n]|$)"
_HAN = "零一二三四五六七八九"
_ROLES = (
    ("day", r"(\d{1,2})月(\d{1,2})[日号]"),
    ("tier", rf"满{_N}元?送{_GIFT}{_END}"),
    ("grant", rf"申请把{_GIFT}送上|申请送{_GIFT}{_END}|{_GIFT}我(?:给您)?申请"),
    ("gift", rf"(?<=元)(?:还|能)?送{_GIFT}{_END}|够{_GIFT}这档|这单对应的是{_GIFT}{_END}|元换{_GIFT}{_END}"),
    ("free", rf"满{_N}元?就?(?:包邮|免运费)"),
    ("total", rf"{_N}件一共{_N}元|共{_N}元"),
    ("price", rf"(<goods>)[^\d。；！？满凑差\n]{{0,8}}?{_N}元"),
    ("gap", rf"(?:再凑|还差|只差|就差){_N}元"),
    ("over", rf"离满{_N}元"),
    ("surcharge", rf"(?:另加|要加|运费加|要补){_N}元"),
    ("fee", rf"(?:运费|没?满?收){_N}元"),
    ("now", rf"(?:现价|现在){_N}元"),
    ("yuan", rf"{_N}(?:元|块钱?|圆)|[¥￥]{_N}"),
    ("stalled", rf"(?:停了|物流有?|没动){_N}天"),
    ("signed", rf"签收{_N}天(?!内)"),
    ("paid", rf"付款{_N}(小时|天)了"),
    ("within", rf"{_N}天(?=内|无理由|价保)|签收后{_N}天"),
    ("days", rf"{_RANGE}天"),
    ("hours", rf"{_RANGE}小时"),
    ("clock", rf"{_N}点"),
    ("count", rf"{_N}件"),
    ("size", r"(?<![a-zA-Z\d])((?:[2-6]X|X{0,3})[LS]|M|\d\d(?:-\d\d)?(?=码|对吗|合适|更合身))(?![a-zA-Z\d])"),
    ("number", rf"{_RANGE}([\u4e00-\u9fff%a-zA-Z]?)"),
    ("han", r"(?<!第)([一二两三四五六七八九十百]+)(?=小时|元|块钱|折|年内|个月|倍)|([二两三四五六七八九十百]+)(?=天)"),
    ("promotion", "(<promotion>)"),
    ("courier", "(<courier>)"),
    ("goods", "(<goods>)"),
    ("region", "(<region>)"),
)
"""What a draft can claim, the more particular claim first: each match is taken out before the next is looked for."""

_ECHOED = frozenset(["day", "yuan", "days", "hours", "clock", "count", "size", "number", "han", "promotion", "courier", "goods", "region"])


@dataclass
class Licence:
    """What one situation proves: whole texts, and facts in their roles."""

    texts: set[str] = field(default_factory=set)
    facts: set[Fact] = field(default_factory=set)

    def allow(self, role: str, *values: object) -> None:
        self.facts.add((role, "|".join(_plain(str(value)) for value in values)))


class Checker:
    """Hold one shop and the names of the lexicon."""

    def __init__(self, shop: ShopData, couriers: Spellings, regions: Spellings) -> None:
        self.shop = shop
        self._names = {
            "courier": {form.lower(): name for name, forms in couriers.items() for form in (name, *forms)},
            "region": {form: name for name, forms in regions.items() for form in (name, *forms)},
            "goods": {form: one.name for one in shop.products.values() for form in (one.name, *one.aliases)},
            "promotion": {one.title: one.title for one in shop.promotions},
        }
        self._roles = [(role, re.compile(self._named(pattern), re.IGNORECASE)) for role, pattern in _ROLES]

    def _named(self, pattern: str) -> str:
        for role, names in self._names.items():
            forms = [rf"(?<![a-z]){form}(?![a-z])" if form.isascii() else re.escape(form) for form in _longest(names)]
            pattern = pattern.replace(f"<{role}>", "|".join(forms))
        return pattern

    def facts(self, text: str) -> list[Fact]:
        """List the facts that `text` claims."""
        found: list[Fact] = []

        for role, pattern in self._roles:
            known = self._names.get("goods" if role == "price" else role, {})

            def take(match: re.Match[str], role: str = role, known: Mapping[str, str] = known) -> str:
                groups = [known.get(group.lower(), group) for group in match.groups() if group]
                found.append((role, "|".join(map(_plain, groups))))
                return "\n"

            text = pattern.sub(take, text)
        return found

    def unproved(self, text: str, licence: Licence) -> tuple[list[Fact], list[Fact]]:
        """Give all facts of a draft, and those that nothing proves."""
        proved: list[Fact] = []
        for whole in sorted(licence.texts, key=len, reverse=True):
            if whole in text:
                proved += self.facts(whole) or [("text", whole)]
                text = text.replace(whole, "\n")
        left = self.facts(text)
        return proved + left, [fact for fact in left if fact not in licence.facts]

    def licence(self, message: Message) -> Licence:
        """Say what may be claimed in answer to `message`."""
        licence = Licence()
        said = "\n".join(turn.text for turn in message.turns).lower()
        product = self._in_play(said, message)
        running = [one for one in self.shop.promotions if one.start <= message.now < one.end]
        running = [one for one in running if not one.skus or (product and product.sku in one.skus)]
        running.sort(key=lambda one: ("flash", "campaign", "standing").index(one.kind))
        self._said(licence, said)
        self._policy(licence, said, product)
        self._promised(licence, running)
        self._ordered(licence, message)
        if product:
            self._offered(licence, product, said, running)
        self._gifts(licence, message, product, said, running)
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
        """Let the draft echo what the buyer said, in the plain roles alone."""
        licence.facts |= {fact for fact in self.facts(said) if fact[0] in _ECHOED}
        for count in _counts(said):
            licence.allow("count", count)
            licence.allow("number", count)
        for digits, han in re.findall(rf"{_N}\s?(?:元|块|圆)|([{_HAN}两十]+)[元块]", said):
            licence.allow("yuan", digits or _han_number(han))

    def _policy(self, licence: Licence, said: str, product: Product | None) -> None:
        """Add what the shop says to everyone, its answers to a question like this, and what the buyer's place costs."""
        facts, shipping, returns = self.shop.facts, self.shop.facts.shipping, self.shop.facts.returns
        requested = "、".join(f"{name}（{note}）" for name, note in facts.couriers.on_request.items())
        licence.texts |= {facts.genuine, facts.warranty, facts.hours, "、".join(facts.couriers.default), requested}
        licence.texts |= {shipping.ship_from, "、".join(shipping.far), "、".join(shipping.not_served)}
        licence.texts |= {
            returns.address.region + returns.address.detail,
            facts.invoice.how,
            "、".join(facts.invoice.kinds),
        }
        pairs = {said[at : at + 2] for at in range(len(said) - 1)}
        for row in self.shop.faq:
            asked = {ask[at : at + 2] for ask in row.asks for at in range(len(ask) - 1)}
            if (not row.sku or (product and row.sku == product.sku)) and asked & pairs:
                licence.texts.add(row.answer.rstrip("。"))
        for days in (
            returns.no_reason_days,
            returns.refund_days,
            facts.invoice.days,
            facts.authority.price_protection_days,
        ):
            licence.allow("within", days)
        licence.allow("clock", int(shipping.cutoff[:2]))
        licence.allow("hours", shipping.promise_hours)
        licence.allow("free", shipping.free_over)
        licence.allow("fee", shipping.fee)
        licence.allow("count", facts.bulk_from)
        for days in (shipping.days, shipping.far_days):
            licence.allow("days", days.rstrip("天"))
        for name, surcharge in shipping.far.items():
            if ("region", name) in licence.facts:
                licence.allow("surcharge", surcharge)

    def _promised(self, licence: Licence, running: Sequence[Promotion]) -> None:
        if running:
            best = running[0]
            last = best.end.astimezone(self.shop.zone) - timedelta(seconds=1)
            licence.texts |= {best.text, best.limit} - {""}
            licence.allow("promotion", best.title)
            licence.allow("day", last.month, last.day)

    def _ordered(self, licence: Licence, message: Message) -> None:
        order, now = message.order, message.now
        licence.allow("courier", order.courier)
        for item in order.items:
            if item.sku in self.shop.products:
                licence.allow("goods", self.shop.products[item.sku].name)
            else:
                licence.texts.add(item.title)
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

    def _offered(self, licence: Licence, product: Product, said: str, running: Sequence[Promotion]) -> None:
        """Add the product in play, what goes with it and what may stand in for it."""
        rivals = [
            one
            for one in self.shop.products.values()
            if one.stock and one.category == product.category and one is not product
        ]
        partner = next((one for sku in product.goes_with if (one := self.shop.products[sku]).stock), None)
        nearest = min(rivals, key=lambda one: (abs(one.price - product.price), one.sku), default=None)
        for one in filter(None, (product, partner, nearest)):
            licence.allow("goods", one.name)
            licence.allow("price", one.name, one.price)
        licence.allow("now", product.price)
        for count in _counts(said):
            licence.allow("total", count, product.price * count)
            licence.allow("total", product.price * count)
        specs = [f"{name}{value}" for name, value in product.attributes.items()]
        licence.texts |= {"，".join(specs[:3]), product.usage.rstrip("。"), product.fits, product.restock} - {""}
        licence.texts |= {f"{name}是{value}" for name, value in product.attributes.items()}
        licence.texts |= {"，".join(f"{size}：{measures}" for size, measures in product.sizes.items())} - {""}
        if re.search(r"1[4-9]\d|斤", said):
            licence.facts |= {("size", size) for size in product.sizes}

    def _gifts(
        self, licence: Licence, message: Message, product: Product | None, said: str, running: Sequence[Promotion]
    ) -> None:
        """Add the tiers in force, how far this order is from the next, and whether the agent may close the gap."""
        shop = self.shop.facts
        tiers = sorted(
            next((one.gift_tiers for one in running if one.gift_tiers), shop.gift_tiers), key=lambda tier: tier.over
        )
        for tier in tiers:
            licence.allow("tier", tier.over, tier.name)
        amounts = [message.order.amount] if message.order.amount is not None else []
        if not amounts and product:
            amounts = [product.price * count for count in {1, *_counts(said)}]
        for amount in amounts:
            for tier in [one for one in tiers if one.over > amount][:1]:
                licence.allow("over", tier.over)
                licence.allow("gap", tier.over - amount)
                licence.allow("gift", tier.name)
                licence.allow("goods", tier.name)
                if tier.over - amount <= shop.authority.gift_gap and not any(one.kind == "campaign" for one in running):
                    licence.allow("grant", tier.name)
            for tier in [one for one in tiers if one.over <= amount][-1:]:
                licence.allow("gift", tier.name)
                licence.allow("goods", tier.name)


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _plain(value: str) -> str:
    """Write 39.90 as 39.9, so that equal amounts are equal facts."""
    return f"{Decimal(value).normalize():f}" if re.fullmatch(r"\d+(?:\.\d+)?", value) else value


def _counts(said: str) -> set[int]:
    counts = {int(digits) for digits in re.findall(r"(?<![\d.])\d{1,4}(?![\d.])", said)}
    return counts | {_han_number(han) for han in re.findall(rf"[{_HAN}两十]+", said)}


def _han_number(text: str) -> int:
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    return (_HAN.index(tens[-1]) if tens else 1) * 10 * bool(ten) + (_HAN.index(ones[0]) if ones else 0)
