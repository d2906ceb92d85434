"""A real desk without a model: the demo shop, its scripts, and one message as it is heard."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from app.pipeline import Knowledge, ShopDesk, load_knowledge, open_shop
from app.records import Decision, History, Item, Message, Order, Ranking, Role, Scored, Turn
from app.reply.briefing import Briefing, brief
from app.reply.counter import Heard
from app.reply.policy import Policy
from app.reply.remark import Noted
from app.settings import Settings
from app.shop.load import ShopData, load_shop
from app.understand.tone import Alarm

NOW = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
"""A Saturday outside every campaign of the demo shop."""
CAMPAIGN = datetime.fromisoformat("2026-12-11T12:00:00+08:00")
FLASH = datetime.fromisoformat("2026-12-12T21:00:00+08:00")


@cache
def knowledge() -> Knowledge:
    return load_knowledge(Settings())


@cache
def demo() -> ShopData:
    return load_shop(Settings().shops, "demo")


@cache
def demo_desk() -> ShopDesk:
    return open_shop(knowledge(), demo())


def shop_with(part: str, **changed: Any) -> ShopData:
    """Give the demo shop with other values in one part of its facts."""
    facts = demo().facts
    other = getattr(facts, part).model_copy(update=changed)
    return replace(demo(), facts=facts.model_copy(update={part: other}))


def heard(
    text: str,
    *,
    order: Order | None = None,
    now: datetime = NOW,
    product: str = "",
    earlier: Sequence[tuple[Role, str]] = (),
) -> Heard:
    turns = (*(Turn(role, said) for role, said in earlier), Turn("buyer", text))
    utterance = knowledge().reader(text)
    message = Message(turns, now, order or Order(), product)
    return Heard(message, utterance, knowledge().ear.tone(utterance.normalised.text), not earlier)


def briefed(text: str, *, shop: ShopData | None = None, **message: Any) -> Briefing:
    desk = open_shop(knowledge(), shop) if shop else demo_desk()
    return brief(desk.counter, heard(text, **message))


def noted(text: str, *, shop: ShopData | None = None, **message: Any) -> Noted:
    one = heard(text, **message)
    return Noted(shop or demo(), one.utterance, briefed(text, shop=shop, **message), one.message.now)


def decided(
    *intents: str,
    text: str = "在吗",
    history: History | None = None,
    alarms: Sequence[Alarm] = (),
    sure: float = 0.9,
    **message: Any,
) -> Decision:
    """Decide on a message that was heard as `intents`, in that order, each as `sure` as the others."""
    scored = tuple(Scored(name, sure) for name in intents)
    policy = Policy(knowledge().catalogue, knowledge().asks)
    briefing = briefed(text, **message)
    order = message.get("order") or Order()
    shop = (message.get("shop") or demo()).facts
    return policy.decide(Ranking(scored, scored), alarms, order, briefing, history or History(), shop)


def items(*skus: str) -> tuple[Item, ...]:
    return tuple(Item(sku, sku=sku) for sku in skus)
