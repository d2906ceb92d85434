"""Brief a script: gather what the shop, the order, the product and the message prove into its variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.records import Order, Style
from app.reply.arrival import arrival_values
from app.reply.basket import basket
from app.reply.counter import Counter, Heard
from app.reply.dialogue import Dialogue, we_asked, we_promised
from app.reply.goods_facts import asks_of_card, goods_values, product_in_play, spaced
from app.reply.money_facts import money_values, next_promotion_values, step_values
from app.reply.order_facts import is_flash, order_values
from app.reply.promises import granted_before
from app.reply.variables import Variables
from app.shop.facts import GiftTier, Product, Promotion, money
from app.shop.goods import size_for, specs_text
from app.shop.sizing import fitting
from app.shop.sums import Line, add_up, price_of
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
    dialogue: Dialogue = field(default_factory=Dialogue)
    given: str = ""
    """What was granted on this order before, in the words of that time."""
    asks_goods: bool = False
    """Whether the message asks for a fact of the product in play, known or not."""
    asks_only_goods: bool = False
    """Whether it says nothing beside."""

    def speak(self, style: Style, *, second: bool, more: bool, repeat: int, facet: str = "") -> dict[str, object]:
        """Give the variables for one style."""
        # a stored answer fits the message as a whole: of several questions nobody knows which one it answers
        faq = "" if second or more else self.variables["faq"]
        return {
            **self.variables,
            style: True,
            "second": second,
            "more": more,
            "repeat": repeat,
            "faq": faq,
            "facet": facet,
        }


def brief(counter: Counter, heard: Heard) -> Briefing:
    """Gather every fact for one message."""
    product = product_in_play(counter.goods, heard)
    promotions = [one for one in counter.shop.promotions if one.runs(heard.message.now)]
    asked_qty = quantity(first(heard.utterance.slots, "quantity"))
    asked_amount = amount(first(heard.utterance.slots, "amount"))
    region = _region(counter, heard)
    lines = basket(counter, heard, product)
    if len(lines) == 1 and not asks_of_card(counter.goods, heard):
        product = lines[0].product
    found = add_up(lines, promotions, counter.shop.facts.shipping, region)
    basis = _basis(heard.message.order, lines, promotions)
    campaign = any(one.kind == "campaign" for one in promotions)
    tier, lower = _tiers(counter, promotions, basis)
    gap = tier.over - basis if tier and basis is not None else None
    limits = counter.shop.facts.authority
    answered = goods_values(counter, heard, product, promotions, asked_amount)
    given = granted_before(heard.message.turns, heard.message.order.remark)
    values: dict[str, Any] = {
        **counter.standing,
        **_moment_values(counter, heard),
        **_asked_values(counter, heard, asked_qty, asked_amount),
        **arrival_values(
            counter.shop.facts.shipping, counter.shop.zone, heard.message.now, heard.message.order, region
        ),
        **order_values(counter, heard.message, product, flash=is_flash(promotions, product, heard.text)),
        **_product_values(counter, heard, product, promotions),
        **answered.values,
        **_promotion_values(counter, heard.message.now, promotions, product),
        **next_promotion_values(counter.shop.promotions, heard.message.now, counter, product),
        **step_values(counter, heard, product, promotions),
        **money_values(counter, lines, found, region),
    }
    values |= {
        "gift": tier.name if tier and gap is not None else "",
        "gift_over": money(tier.over) if tier and gap is not None else "",
        "gift_gap": money(gap) if gap is not None else "",
        "gift_near": gap is not None
        and gap <= limits.gift_gap
        and (limits.gifts_in_campaign or not campaign)
        and not given,
        "given_before": bool(given),
        "gift_have": lower.name if lower else "",
    }
    return Briefing(
        Variables(**values).as_dict(),
        product,
        tier if gap is not None else None,
        lower,
        campaign,
        asked_amount,
        heard.dialogue,
        given,
        answered.asks,
        answered.only,
    )


def _moment_values(counter: Counter, heard: Heard) -> dict[str, Any]:
    """Give what holds for this moment and this buyer's mood."""
    facts = counter.shop.facts
    local = heard.message.now.astimezone(counter.shop.zone)
    open_today = facts.shipping.weekend or local.weekday() < 5
    cheerful = heard.tone.anger == 0 and not (heard.tone.sad or heard.subdued)
    return {
        "opening": heard.opening,
        "continued": heard.dialogue.continued,
        "chosen": heard.dialogue.chosen,
        "we_asked": we_asked(heard.message.turns),
        "we_promised": we_promised(heard.message.turns),
        "topic": heard.dialogue.topic,
        "photo_now": any(slot.name == "image" for slot in heard.utterance.slots),
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
        "region_fee": money(facts.shipping.far[region]) if facts.shipping.far.get(region) else "",
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


def _basis(order: Order, lines: Sequence[Line], promotions: Sequence[Promotion]) -> Decimal | None:
    """Give the amount that gift tiers are measured on: the order's, else that of the goods in question."""
    if order.amount is not None or not lines:
        return order.amount
    return sum((price_of(line.product, promotions) * line.quantity for line in lines), Decimal(0))


def _product_values(
    counter: Counter, heard: Heard, product: Product | None, promotions: Sequence[Promotion]
) -> dict[str, Any]:
    faq = counter.questions.answer(heard.text, sku=product.sku if product else "").rstrip("。")
    if product is None:
        return {"faq": faq}
    if not faq:
        clauses = counter.answers.clauses(product, spaced(heard.utterance.normalised))
        answers = (counter.questions.answer(clause, sku=product.sku) for clause in clauses)
        faq = next((one.rstrip("。") for one in answers if one), "")
    goods = counter.goods
    asked = goods.attribute(product, heard.text)
    partner, other = goods.partner(product), goods.alternative(product)
    price = price_of(product, promotions)
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
        "size_pick": _size(product, heard.text),
        "sizes_text": "，".join(f"{size}：{measures}" for size, measures in product.sizes.items()),
        "partner": partner.name if partner else "",
        "partner_price": money(price_of(partner, promotions)) if partner else "",
        "alternative": other.name if other else "",
        "alternative_price": money(price_of(other, promotions)) if other else "",
    }


def _size(product: Product, text: str) -> str:
    """Give the one size that the buyer's measures leave; "" where none or several fit."""
    fits = fitting(product, text)
    found = size_for(product, *body(text))
    return found or (fits[0][0] if len(fits) == 1 else "")


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
