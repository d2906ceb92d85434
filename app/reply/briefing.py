"""Brief a script: gather what the shop, the order, the product and the message prove into its variables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.records import Message, Order, Slot, Style, Tone, Utterance
from app.reply.dates import ago, clock_words
from app.reply.variables import Variables
from app.shop.facts import GiftTier, Product, Promotion
from app.shop.goods import Goods, size_for, specs_text
from app.shop.load import ShopData
from app.shop.questions import Questions
from app.understand.slots import first

_PROMOTION_END_SHOWN = timedelta(days=60)
_STALLED_DAYS, _STALLED_LONG_DAYS = 1, 2
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "半": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}


@dataclass(frozen=True)
class Counter:
    """Everything of one shop that a reply may draw on."""

    shop: ShopData
    goods: Goods
    questions: Questions
    regions: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Heard:
    """One buyer message together with what surrounds it."""

    message: Message
    utterance: Utterance
    tone: Tone
    opening: bool

    @property
    def text(self) -> str:
        return self.utterance.normalised.text


@dataclass(frozen=True, slots=True)
class Briefing:
    """The variables of a reply, before style; and the typed facts behind them that policy needs."""

    variables: Mapping[str, Any]
    product: Product | None
    tier: GiftTier | None
    lower_tier: GiftTier | None
    campaign: bool
    asked_amount: Decimal | None

    def speak(self, style: Style, *, second: bool, more: bool, repeat: int) -> dict[str, object]:
        """Give the variables for one style."""
        # a stored answer fits the message as a whole: of several questions nobody knows which one it answers
        faq = "" if second or more else self.variables["faq"]
        return {**self.variables, style: True, "second": second, "more": more, "repeat": repeat, "faq": faq}


def brief(counter: Counter, heard: Heard) -> Briefing:
    """Gather every fact for one message."""
    product = _product(counter.goods, heard)
    promotions = [one for one in counter.shop.promotions if one.runs(heard.message.now)]
    asked_qty = _quantity(first(heard.utterance.slots, "quantity"))
    asked_amount = _amount(first(heard.utterance.slots, "amount"))
    basis = heard.message.order.amount
    if basis is None and product is not None:
        basis = _price(product, promotions) * max(asked_qty, 1)
    campaign = any(one.kind == "campaign" for one in promotions)
    tier, lower = _tiers(counter, promotions, basis)
    gap = tier.over - basis if tier and basis is not None else None
    limits = counter.shop.facts.authority
    values: dict[str, Any] = {
        **_shop_values(counter, heard),
        **_asked_values(counter, heard, asked_qty, asked_amount),
        **_order_values(counter, heard.message, product, flash=_flash(promotions, product, heard.text)),
        **_product_values(counter, heard, product, asked_qty, promotions),
        **_promotion_values(counter, heard.message.now, promotions, product),
    }
    values |= {
        "gift": tier.name if tier and gap is not None else "",
        "gift_over": money(tier.over) if tier and gap is not None else "",
        "gift_gap": money(gap) if gap is not None else "",
        "gift_near": gap is not None and gap <= limits.gift_gap and (limits.gifts_in_campaign or not campaign),
        "gift_have": lower.name if lower else "",
    }
    return Briefing(
        Variables(**values).as_dict(), product, tier if gap is not None else None, lower, campaign, asked_amount
    )


def money(amount: Decimal) -> str:
    """Write yuan without idle zeros: 39, 39.9."""
    text = f"{amount:.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _product(goods: Goods, heard: Heard) -> Product | None:
    """Find what is talked about: named now, the card, named before, or the only thing ordered."""
    found = goods.in_text(heard.text)
    if found is None:
        numbers = [slot.norm for slot in heard.utterance.slots if slot.name == "item_id"]
        found = next((one for number in numbers if (one := goods.by_key(number))), None)
    if found is None:
        found = goods.by_key(heard.message.product)
    if found is None:
        for turn in reversed(heard.message.turns):
            if found := goods.in_text(turn.text.lower()):
                break
    if found is None and len(heard.message.order.items) == 1:
        found = goods.of_item(heard.message.order.items[0])
    return found


def _shop_values(counter: Counter, heard: Heard) -> dict[str, Any]:
    facts = counter.shop.facts
    shipping, returns = facts.shipping, facts.returns
    local = heard.message.now.astimezone(counter.shop.zone)
    cheerful = heard.tone.anger == 0 and not heard.tone.sad
    return {
        "opening": heard.opening,
        "upset": heard.tone.anger > 0,
        "furious": heard.tone.anger > 1,
        "sad": heard.tone.sad,
        "dear": facts.dear if cheerful else "",
        "emoji": facts.emoji if cheerful else "",
        "shop_name": facts.name,
        "ship_from": shipping.ship_from,
        "cutoff": clock_words(shipping.cutoff),
        "before_cutoff": f"{local:%H:%M}" < shipping.cutoff and (shipping.weekend or local.weekday() < 5),
        "promise_hours": shipping.promise_hours,
        "weekend": shipping.weekend,
        "couriers": "、".join(facts.couriers.default),
        "courier_usual": facts.couriers.default[0],
        "on_request": "、".join(f"{name}（{note}）" for name, note in facts.couriers.on_request.items()),
        "fee": money(shipping.fee),
        "free_over": money(shipping.free_over) if shipping.free_over else "",
        "free_all": not shipping.free_over,
        "days": shipping.days,
        "far_days": shipping.far_days,
        "far_regions": "、".join(shipping.far),
        "not_served": "、".join(shipping.not_served),
        "no_reason_days": returns.no_reason_days,
        "insured": returns.insured,
        "refund_days": returns.refund_days,
        "return_address": returns.address.region + returns.address.detail,
        "invoice_kinds": "、".join(facts.invoice.kinds),
        "invoice_days": facts.invoice.days,
        "invoice_how": facts.invoice.how,
        "genuine": facts.genuine,
        "warranty": facts.warranty,
        "hours": facts.hours,
        "bulk_from": facts.bulk_from,
        "protection_days": facts.authority.price_protection_days,
    }


def _asked_values(counter: Counter, heard: Heard, quantity: int, amount: Decimal | None) -> dict[str, Any]:
    slots = heard.utterance.slots
    facts = counter.shop.facts
    courier_slot = first(slots, "courier")
    courier = courier_slot.norm if courier_slot else ""
    region = _region(counter.regions, heard.text)
    day, size = first(slots, "date"), first(slots, "size")
    names = {slot.name for slot in slots}
    return {
        "asked_courier": courier,
        "asked_courier_ok": courier in facts.couriers.default or courier in facts.couriers.on_request,
        "asked_courier_refused": courier in facts.couriers.refused,
        "asked_courier_note": facts.couriers.on_request.get(courier, ""),
        "asked_region": region,
        "region_far": region in facts.shipping.far,
        "region_served": region not in facts.shipping.not_served,
        "region_fee": money(facts.shipping.far[region]) if region in facts.shipping.far else "",
        "asked_date": day.norm if day and not day.value.startswith("[") else "",
        "asked_size": size.norm.upper() if size else "",
        "asked_amount": f"{money(amount)}元" if amount is not None else "",
        "asked_qty": quantity,
        "address_given": "address" in names,
        "phone_given": "phone" in names,
        "order_no_given": "order_no" in names or bool(heard.message.order.order_no),
        "photo_given": "image" in names or any(_has_image(turn.text) for turn in heard.message.turns),
        "body_given": "body" in names,
    }


def _has_image(text: str) -> bool:
    return "[图片" in text or "[视频" in text or "[截图" in text


def _region(regions: Mapping[str, Sequence[str]], text: str) -> str:
    for region, names in regions.items():
        if any(name in text for name in names):
            return region
    return ""


def _order_values(counter: Counter, message: Message, product: Product | None, *, flash: bool) -> dict[str, Any]:
    order, now = message.order, message.now
    status = order.status
    shipping = counter.shop.facts.shipping
    promised = timedelta(hours=shipping.promise_hours)
    waiting = now - order.paid_at if order.paid_at and status == "unshipped" else None
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
    if order.status not in ("unshipped", "shipped", "signed"):
        return ""
    if flash and not limits.price_protection_on_flash:
        return "flash"
    if order.status == "signed" and days < 0:
        return ""
    return "ok" if days <= limits.price_protection_days else "late"


def _flash(promotions: Sequence[Promotion], product: Product | None, text: str) -> bool:
    """Tell whether the lower price is that of a flash sale: one runs for the product, or the buyer says so."""
    running = any(one.kind == "flash" and (product is None or product.sku in one.skus) for one in promotions)
    return running or any(word in text for word in ("秒杀", "限时抢", "抢购", "闪购"))


def _price(product: Product, promotions: Sequence[Promotion]) -> Decimal:
    """Give what the product costs now: the lowest price of a running sale, else its own."""
    return min((one.prices[product.sku] for one in promotions if product.sku in one.prices), default=product.price)


def _product_values(
    counter: Counter, heard: Heard, product: Product | None, quantity: int, promotions: Sequence[Promotion]
) -> dict[str, Any]:
    faq = counter.questions.answer(heard.text, sku=product.sku if product else "").rstrip("。")
    if product is None:
        return {"faq": faq}
    goods = counter.goods
    asked = goods.attribute(product, heard.text)
    partner, other = goods.partner(product), goods.alternative(product)
    price = _price(product, promotions)
    return {
        "faq": faq,
        "product": product.name,
        "product_price": money(price),
        "product_stock": product.stock,
        "in_stock": product.stock > 0,
        "sold_out": product.stock == 0,
        "restock": product.restock,
        "product_spec": f"{asked[0]}是{asked[1]}" if asked else "",
        "product_specs": specs_text(product),
        "product_usage": product.usage.rstrip("。"),
        "product_fits": product.fits,
        "size_pick": size_for(product, *_body(heard.text)) if product.sizes else "",
        "sizes_text": "，".join(f"{size}：{measures}" for size, measures in product.sizes.items()),
        "partner": partner.name if partner else "",
        "partner_price": money(_price(partner, promotions)) if partner else "",
        "alternative": other.name if other else "",
        "alternative_price": money(_price(other, promotions)) if other else "",
        # a sale price holds for a few pieces only, so no total is worked out from it
        "total": money(price * quantity) if quantity and price == product.price else "",
    }


def _promotion_values(
    counter: Counter, now: datetime, promotions: Sequence[Promotion], product: Product | None
) -> dict[str, Any]:
    ranks = {"flash": 0, "campaign": 1, "standing": 2}
    fitting = [one for one in promotions if not one.skus or (product is not None and product.sku in one.skus)]
    tiers = next((one.gift_tiers for one in fitting if one.gift_tiers), counter.shop.facts.gift_tiers)
    values: dict[str, Any] = {
        "campaign": any(one.kind == "campaign" for one in promotions),
        "gifts_text": "，".join(f"满{money(tier.over)}送{tier.name}" for tier in tiers),
    }
    if not fitting:
        return values
    best = min(fitting, key=lambda one: ranks[one.kind])
    last = best.end.astimezone(counter.shop.zone) - timedelta(seconds=1)
    return values | {
        "promo": best.text,
        "promo_title": best.title,
        "promo_end": f"{last.month}月{last.day}日" if best.end - now <= _PROMOTION_END_SHOWN else "",
        "promo_limit": best.limit,
        "flash": best.kind == "flash",
    }


def _tiers(
    counter: Counter, promotions: Sequence[Promotion], basis: Decimal | None
) -> tuple[GiftTier | None, GiftTier | None]:
    """Give the next gift tier above the amount, and the one already reached."""
    tiers = next((one.gift_tiers for one in promotions if one.gift_tiers), counter.shop.facts.gift_tiers)
    ordered = sorted(tiers, key=lambda tier: tier.over)
    if basis is None:
        return None, None
    above = next((tier for tier in ordered if tier.over > basis), None)
    reached = next((tier for tier in reversed(ordered) if tier.over <= basis), None)
    return above, reached


def _quantity(slot: Slot | None) -> int:
    """Read 两袋, 3件, 十二个; 0 where no whole number stands there."""
    if slot is None:
        return 0
    digits = re.match(r"\d+(?![\d.])", slot.norm)
    if digits:
        return min(int(digits[0]), 9999)
    return _han_number(slot.norm)


def _han_number(text: str) -> int:
    """Read 十二, 一百五, 两千; 0 where no number stands at the head or only a rough one (几, 三四)."""
    total, digit, unit = 0, 0, 1
    for char in text:
        if char in _HAN_UNITS:
            unit = _HAN_UNITS[char]
            total, digit = total + (digit or 1) * unit, 0
        elif char == "零":
            unit = 1
        elif char == "几" or (digit and char in _HAN_DIGITS):
            return 0
        elif char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        else:
            break
    return total + digit * (unit // 10 if unit > 10 else 1)


def _amount(slot: Slot | None) -> Decimal | None:
    if slot is None:
        return None
    if (split := re.fullmatch(r"(\D+)块([一二三四五六七八九])", slot.norm)) and (yuan := _han_number(split[1])):
        return Decimal(f"{yuan}.{_HAN_DIGITS[split[2]]}")
    if digits := re.search(r"(\d+(?:\.\d{1,2})?)([百千万]?)", slot.norm):
        return Decimal(digits[1]) * _HAN_UNITS.get(digits[2], 1)
    value = _han_number(slot.norm)
    return Decimal(value) if value else None


def _body(text: str) -> tuple[float | None, float | None]:
    """Read height in centimetres and weight in 斤 from folded text."""
    weight = re.search(r"(?<![\d.])(\d{2,3}(?:\.\d)?)\s*(斤|kg|公斤)", text) or re.search(r"体重(\d{2,3})()", text)
    jin: float | None = None
    if weight:
        jin = float(weight[1]) * (2 if weight[2] in ("kg", "公斤") else 1)
        text = f"{text[: weight.start()]} {text[weight.end() :]}"
    height = re.search(r"(?<!\d)1[米m](\d{1,2})|(?<!\d)(1[4-9]\d)(?!\d)", text)
    if not height:
        return None, jin
    return (100.0 + float(height[1].ljust(2, "0")) if height[1] else float(height[2])), jin
