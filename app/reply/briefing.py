"""Brief a script: gather what the shop, the order, the product and the message prove into its variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.records import Style
from app.reply.counter import Counter, Heard
from app.reply.order_facts import is_flash, order_values
from app.reply.variables import Variables
from app.shop.facts import GiftTier, Product, Promotion, money
from app.shop.goods import Goods, size_for, specs_text
from app.understand.numbers import amount, body, quantity
from app.understand.slots import first

_PROMOTION_END_SHOWN = timedelta(days=60)


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
    asked_qty = quantity(first(heard.utterance.slots, "quantity"))
    asked_amount = amount(first(heard.utterance.slots, "amount"))
    basis = heard.message.order.amount
    if basis is None and product is not None:
        basis = _price(product, promotions) * max(asked_qty, 1)
    campaign = any(one.kind == "campaign" for one in promotions)
    tier, lower = _tiers(counter, promotions, basis)
    gap = tier.over - basis if tier and basis is not None else None
    limits = counter.shop.facts.authority
    values: dict[str, Any] = {
        **counter.standing,
        **_moment_values(counter, heard),
        **_asked_values(counter, heard, asked_qty, asked_amount),
        **order_values(counter, heard.message, product, flash=is_flash(promotions, product, heard.text)),
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


def _moment_values(counter: Counter, heard: Heard) -> dict[str, Any]:
    """Give what holds for this moment and this buyer's mood."""
    facts = counter.shop.facts
    local = heard.message.now.astimezone(counter.shop.zone)
    open_today = facts.shipping.weekend or local.weekday() < 5
    cheerful = heard.tone.anger == 0 and not heard.tone.sad
    return {
        "opening": heard.opening,
        "upset": heard.tone.anger > 0,
        "furious": heard.tone.anger > 1,
        "sad": heard.tone.sad,
        "dear": facts.dear if cheerful else "",
        "emoji": facts.emoji if cheerful else "",
        "before_cutoff": open_today and f"{local:%H:%M}" < facts.shipping.cutoff,
    }


def _asked_values(counter: Counter, heard: Heard, quantity: int, amount: Decimal | None) -> dict[str, Any]:
    slots = heard.utterance.slots
    facts = counter.shop.facts
    courier_slot = first(slots, "courier")
    courier = courier_slot.norm if courier_slot else ""
    region = _region(counter, heard)
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


def _region(counter: Counter, heard: Heard) -> str:
    """Find the region that the buyer names, as a word of its own (大理石 is no 大理) or at the head of an address."""
    words = set(heard.utterance.tokens)
    address = first(heard.utterance.slots, "address")
    for region, names in counter.regions.items():
        if not words.isdisjoint(names) or (address is not None and address.norm.startswith(tuple(names))):
            return region
    return ""


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
        "size_pick": size_for(product, *body(heard.text)) if product.sizes else "",
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
