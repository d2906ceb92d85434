"""Where a shop meets its buyers: the shop's facts on one side, what was heard on the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.records import Message, Tone, Utterance
from app.reply.dates import clock_words
from app.reply.dialogue import Dialogue
from app.shop.answers import Answers
from app.shop.facts import money
from app.shop.goods import Goods
from app.shop.load import ShopData
from app.shop.questions import Questions


@dataclass(frozen=True)
class Counter:
    """Everything of one shop that a reply may draw on."""

    shop: ShopData
    goods: Goods
    questions: Questions
    regions: Mapping[str, Sequence[str]]
    answers: Answers

    @cached_property
    def standing(self) -> Mapping[str, Any]:
        """Give the variables that hold for every message to this shop."""
        facts = self.shop.facts
        shipping, returns = facts.shipping, facts.returns
        return {
            "shop_name": facts.name,
            "ship_from": shipping.ship_from,
            "cutoff": clock_words(shipping.cutoff),
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


@dataclass(frozen=True, slots=True)
class Heard:
    """One buyer message together with what surrounds it."""

    message: Message
    utterance: Utterance
    tone: Tone
    opening: bool
    dialogue: Dialogue = field(default_factory=Dialogue)
    subdued: bool = False
    """Grief or anger came up before: no cheerful word fits any more."""

    @property
    def text(self) -> str:
        return self.utterance.normalised.text
