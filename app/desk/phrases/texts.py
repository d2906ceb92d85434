"""What a shop has to say: the text of every script for an order state, and the stored answers; nothing unlinted."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from app.outgoing import Finding
from app.pipeline import Pipeline, ShopDesk
from app.records import History, Message, Order, Ranking, Scored, Status, Tone, Turn
from app.reply.briefing import Briefing, brief
from app.reply.counter import Heard
from app.reply.drafting import Task
from app.reply.remark import Noted
from app.reply.render import blanks
from app.shop.facts import Faq
from app.understand.catalogue import GROUP_TITLES, Intent

SHOP_ANSWERS, GOODS_ANSWERS = "店铺问答", "商品问答"
FAQ = "faq/"
"""Begins the name of every stored answer; a script goes by its intent."""
_NEUTRAL = "嗯哼"
"""Says nothing: what a script answers to it holds for any buyer whose order is in that state."""
_SEED = "phrases"
Kind = Literal["script", "faq"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to say; `why` tells what it was found by, empty where nothing was looked for."""

    kind: Kind
    name: str
    title: str
    text: str
    group: str
    product: str = ""
    why: str = ""

    @property
    def blanks(self) -> tuple[str, ...]:
        """List what has to be filled in before it is sent."""
        return blanks(self.text)


class Speaker:
    """Speak for one shop at one moment, as to a buyer of whom only the order state is known."""

    def __init__(self, pipeline: Pipeline, desk: ShopDesk, status: Status | None, now: datetime) -> None:
        self.desk = desk
        self._pipeline = pipeline
        message = Message((Turn("buyer", _NEUTRAL),), now, Order(status=status))
        self._heard = Heard(message, pipeline.knowledge.reader(_NEUTRAL), Tone(), opening=False)
        self._said: dict[str, Phrase | None] = {}

    @cached_property
    def _briefing(self) -> Briefing:
        return brief(self.desk.counter, self._heard)

    def script(self, intent: Intent) -> Phrase | None:
        """Give the standard draft of an intent's script; None where it may not be sent."""
        if intent.name not in self._said:
            self._said[intent.name] = self._script(intent)
        return self._said[intent.name]

    def faq(self, name: str, row: Faq) -> Phrase | None:
        """Give a stored answer; None where it may not be sent."""
        if name not in self._said:
            self._said[name] = self._faq(name, row)
        return self._said[name]

    def _script(self, intent: Intent) -> Phrase | None:
        counter, message = self.desk.counter, self._heard.message
        facts, given = counter.shop.facts, (Scored(intent.name, 1.0),)
        decision = self._pipeline.policy.decide(
            Ranking(given, given), (), message.order, self._briefing, History(), facts, intent.name
        )
        noted = Noted(counter.shop, self._heard.utterance, self._briefing, message.now)
        task = Task(decision, self._briefing, noted, History(), facts.platform, ("standard",), _SEED)
        draft = self.desk.drafter(task).drafts[0]
        if not draft.text or _blocked(draft.findings):
            return None
        return Phrase("script", intent.name, intent.title, draft.text, GROUP_TITLES[intent.group])

    def _faq(self, name: str, row: Faq) -> Phrase | None:
        facts = self.desk.counter.shop.facts
        findings = self.desk.drafter.linter(
            row.answer, platform=facts.platform, category=facts.category, allowed=facts.allowed_words
        )
        if _blocked(findings):
            return None
        group, product = (GOODS_ANSWERS, product_name(self.desk, row.sku)) if row.sku else (SHOP_ANSWERS, "")
        return Phrase("faq", name, row.asks[0], row.answer, group, product)


def stored_answers(desk: ShopDesk) -> dict[str, Faq]:
    """Give the shop's stored answers by a name that stays the same while its first question does."""
    return {f"{FAQ}{row.sku}/{row.asks[0]}": row for row in desk.counter.shop.faq}


def product_name(desk: ShopDesk, sku: str) -> str:
    """Name a product, "" where there is none of that sku."""
    return desk.counter.shop.products[sku].name if sku in desk.counter.shop.products else ""


def _blocked(findings: tuple[Finding, ...]) -> bool:
    return any(finding.level == "block" for finding in findings)
