"""Give what the goods themselves answer: a fact, a yes or no, goods side by side, a pick."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.records import Normalised
from app.reply.counter import Counter, Heard
from app.shop.compare import COMPARING, beside, compare, extreme
from app.shop.facts import Product, Promotion, money
from app.shop.goods import Goods
from app.shop.sums import price_of
from app.understand.numbers import limit

_WISH = re.compile("推荐|哪款|哪个|什么好|啥好|送|挑|合适|预算|以内|介绍|拿什么|配一个|搭")

_TROUBLE = re.compile("坏|漏|破了|裂|不亮|不转|没反应|收到的|[退换]货|想退|要退|少了|发错|假货|投诉|差评")
_SEEKING = "recommend_compare"
_NEEDS_READ = 3
"""How many messages of the buyer are read for what a recommendation has to suit."""
_PART_OF = re.compile("(?:含|有|加|加了|放|放了|用)$")
"""What follows is in the product of the card, not another product: 含坚果吗."""
_SOLD = re.compile("店里?有|家里?有|卖[吗嘛么没不]|^(?!.*(?:里面|里头|成分|配|带|送)).*有没有")
"""… unless the buyer asks whether the shop sells it: 店里有耙子卖吗."""
_MATCHING = re.compile("[拿用配搭]个?(?:什么|啥)|配一个|搭配")


@dataclass(frozen=True, slots=True)
class Answered:
    """What the goods answer, and whether the message asks for a fact of them at all."""

    values: dict[str, Any]
    asks: bool
    only: bool = False
    """Whether it says nothing else: one clause, which asks."""


def product_in_play(goods: Goods, heard: Heard) -> Product | None:
    """Find what is talked about: named or described now, the card, named before, or the only thing ordered."""
    text = heard.text
    card = goods.by_key(heard.message.product)
    if card and asks_of_card(goods, heard):
        return card
    if found := goods.in_text(text) or goods.numbered(text) or _linked(goods, heard):
        return found
    if card:
        return card
    # who asks for a recommendation describes a need, not a thing
    if not _WISH.search(text) and (found := goods.described(text)):
        return found
    earlier = heard.message.turns[::-1]
    for turn in earlier:
        said = turn.text.lower()
        if found := goods.in_text(said) or goods.numbered(said):
            return found
        if turn.role == "agent" and (found := next((one for *_, one in goods.mentions(said) if one), None)):
            return found  # of several that we named, the first is what we recommended
    described = (
        goods.described(said)
        for turn in earlier
        if turn.role == "buyer" and (said := turn.text.lower()) != text and not _WISH.search(said)
    )
    if found := next((one for one in described if one), None):
        return found
    items = heard.message.order.items
    return goods.of_item(items[0]) if len(items) == 1 else None


def asks_of_card(goods: Goods, heard: Heard) -> bool:
    """Tell whether goods are named as what may be in the product of the card."""
    named = goods.mentions(heard.text) if heard.message.product else ()
    return not _SOLD.search(heard.text) and any(_PART_OF.search(heard.text[:start]) for start, _, _ in named)


def goods_values(
    counter: Counter, heard: Heard, product: Product | None, promotions: Sequence[Promotion], budget: Decimal | None
) -> Answered:
    """Answer from the goods' own facts."""
    values = _pick_values(counter, heard, product, promotions, budget)
    several = _side_by_side(counter.goods, heard)
    if len(several) > 1:
        asked = counter.answers.asked(heard.text)
        values["compare"] = compare(several, asked, heard.text, lambda one: price_of(one, promotions))
        return Answered(values, True)
    if product is None:
        return Answered(values, "pick" in values)
    text = spaced(heard.utterance.normalised)
    found = counter.answers(product, text)
    asks = counter.answers.asking(text) and not _TROUBLE.search(heard.text)
    if found is not None:
        values |= {
            "product_answer": found.text,
            "product_yes": found.verdict == "yes",
            "product_no": found.verdict == "no",
        }
        return Answered(values, asks, asks and len(counter.answers.split(text)) == 1)
    silent = counter.answers.asks(product, text)
    return Answered(values | {"product_silent": silent}, asks and (silent or "pick" in values))


def spaced(normalised: Normalised) -> str:
    """Give the folded text with a blank wherever the buyer left one: it often stands for a full stop."""
    raw, offsets = normalised.raw, normalised.offsets
    parts = [
        f" {char}" if at and any(one.isspace() for one in raw[offsets[at - 1] + 1 : offsets[at]]) else char
        for at, char in enumerate(normalised.text)
    ]
    return "".join(parts)


def _need(heard: Heard) -> str:
    """Give what the buyer wants: this message, behind what was said for the recommendation that is being sought."""
    earlier = heard.message.turns if heard.dialogue.topic == _SEEKING else ()
    said = [turn.text.lower() for turn in earlier if turn.role == "buyer"][-_NEEDS_READ:]
    return " ".join(dict.fromkeys((*said, heard.text)))


def _linked(goods: Goods, heard: Heard) -> Product | None:
    links = [slot.value for slot in heard.utterance.slots if slot.name in ("link", "item_id")]
    return next((one for link in links if (one := goods.numbered(link))), None)


def _side_by_side(goods: Goods, heard: Heard) -> list[Product]:
    """List the goods that the buyer compares: those named, or one named beside the one talked about before."""
    if not COMPARING.search(heard.text):
        return []
    named = goods.all_in_text(heard.text)
    if len(named) == 1 and beside(heard.text):
        card = goods.by_key(heard.message.product)
        turns = (goods.in_text(turn.text.lower()) for turn in reversed(heard.message.turns[:-1]))
        earlier = next((one for one in (card, *turns) if one is not None and one.sku != named[0].sku), None)
        return [*named, earlier] if earlier and earlier.category == named[0].category else named
    return named


def _pick_values(
    counter: Counter, heard: Heard, product: Product | None, promotions: Sequence[Promotion], budget: Decimal | None
) -> dict[str, Any]:
    """Give the cheapest or largest of a category, or one or two goods by need and budget."""
    goods, text = counter.goods, _need(heard)
    budget = budget if budget is not None else limit(text)
    if product is not None and _MATCHING.search(text) and (partner := goods.partner(product)):
        return {"pick": partner.name, "pick_price": money(price_of(partner, promotions)), "pick_with": product.name}
    if goods.mentions(heard.text) or not _WISH.search(text):
        return {}
    if (kind := goods.category(text)) and COMPARING.search(text):
        members = [one for one in goods.products.values() if one.category == kind]
        best = extreme(members, text, lambda one: price_of(one, promotions))
        if best is not None:
            return {"pick": best.name, "pick_price": money(price_of(best, promotions))}
    if product is not None:
        return {}
    picked = goods.recommend(text, budget)
    if not picked:
        return {}
    (first, reason), *rest = picked
    values = {"pick": first.name, "pick_price": money(price_of(first, promotions)), "pick_reason": reason}
    if rest:
        values |= {"pick2": rest[0][0].name, "pick2_price": money(price_of(rest[0][0], promotions))}
    return values
