"""What clients may send, and how a reply is written as JSON. Field names are a contract: extend, never rename."""

import hashlib
import re
import secrets
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from app.outgoing import Clock, Draft, Finding, Reply
from app.records import STYLES, Item, Message, Order, Platform, Ranking, Role, Status, Style, Turn
from app.understand.slots import MARKS

_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_YEARS = range(2000, 2101)


def _whole(text: str) -> str:
    if _HALF_CHARACTER.search(text):
        raise ValueError("含有残缺的字符（半个表情之类），去掉再发")
    return text


def _printable(name: str) -> str:
    if not _whole(name).isprintable():
        raise ValueError("编号里有看不见的字符（换行、制表符之类），去掉再发")
    return name


def _plausible(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError("时间要在 2000 年到 2100 年之间")
    return moment


def _slot_name(name: str) -> str:
    if name not in MARKS:
        raise ValueError(f"没有这种取值，可用：{'、'.join(MARKS)}")
    return name


Text = Annotated[str, AfterValidator(_whole)]
Name = Annotated[str, AfterValidator(_printable)]
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


class Sent(BaseModel):
    """Refuse fields that nobody reads, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SentTurn(Sent):
    role: Role
    text: Text
    at: Moment | None = None


class SentItem(Sent):
    sku: str = Field("", max_length=100)
    title: str = Field("", max_length=300)
    qty: int = Field(1, ge=1, le=100_000)
    price: Decimal | None = Field(None, ge=0, max_digits=12)


class SentOrder(Sent):
    status: Status | None = None
    order_no: str = Field("", max_length=100)
    paid_at: Moment | None = None
    shipped_at: Moment | None = None
    last_scan_at: Moment | None = None
    signed_at: Moment | None = None
    courier: str = Field("", max_length=20)
    tracking_no: str = Field("", max_length=100)
    amount: Decimal | None = Field(None, ge=0, max_digits=12)
    items: list[SentItem] = Field(default_factory=list, max_length=100)
    remark: Text = Field("", max_length=500)

    def order(self) -> Order:
        items = tuple(Item(item.title, item.sku, item.qty, item.price) for item in self.items)
        return Order(**(self.model_dump(exclude={"items"}) | {"items": items}))


class SentBuyer(Sent):
    id: Name = Field("", max_length=100)
    traits: list[Text] = Field(default_factory=list, max_length=20)


class SentSlot(Sent):
    """A value as the agent corrected it; empty to say that there is none."""

    name: Annotated[str, AfterValidator(_slot_name)]
    value: Text = Field("", max_length=300)


class DraftRequest(Sent):
    """`messages`, or a bare `text` for one buyer message."""

    shop: str | None = Field(None, max_length=64)
    conversation_id: Name = Field("", max_length=200)
    message_id: Name = Field("", max_length=200)
    text: Text | None = None
    messages: list[SentTurn] = Field(default_factory=list, max_length=200)
    order: SentOrder | None = None
    buyer: SentBuyer | None = None
    product: Name = Field("", max_length=100)
    platform: Platform | None = None
    styles: list[Style] = Field(default_factory=lambda: list(STYLES), min_length=1, max_length=3)
    now: Moment | None = None
    intent: str = Field("", max_length=64)
    """What is meant, in the agent's judgement; empty to let the classifier say."""
    slots: list[SentSlot] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _one_source(self) -> "DraftRequest":
        if (self.text is None) == (not self.messages):
            raise ValueError("messages 和 text 要给且只给一个")
        return self

    def message(self, now: datetime) -> Message:
        """Give the message; it is answered as of the `now` it names, else the time of its last turn, else `now`."""
        turns = [Turn(turn.role, turn.text, turn.at) for turn in self.messages] or [Turn("buyer", self.text or "")]
        return Message(
            tuple(turns),
            self.now or turns[-1].at or now,
            self.order.order() if self.order else Order(),
            self.product,
            self.platform,
            tuple(self.buyer.traits) if self.buyer else (),
            tuple(self.styles),
            self.intent,
            tuple((slot.name, slot.value) for slot in self.slots),
        )


class LintRequest(Sent):
    """Platform and category are the shop's where they are not named, as are the wordings that it may use."""

    text: Text
    shop: str | None = Field(None, max_length=64)
    platform: Platform | None = None
    category: Literal["general", "food", "cosmetics"] | None = None


class ClassifyRequest(Sent):
    """`text` or `texts`; `context` holds the turns before."""

    text: Text | None = None
    texts: list[Text] | None = Field(None, min_length=1, max_length=1000)
    context: list[SentTurn] = Field(default_factory=list, max_length=200)

    @model_validator(mode="after")
    def _one_source(self) -> "ClassifyRequest":
        if (self.text is None) == (self.texts is None):
            raise ValueError("text 和 texts 要给且只给一个")
        return self


def draft_id(request: DraftRequest, shop: str) -> str:
    """Name a draft: the same message of the same conversation has the same id, what has no id is named anew."""
    if not request.message_id:
        return f"d-{secrets.token_hex(9)}"
    digest = hashlib.blake2b(f"{shop}\0{request.model_dump_json()}".encode(), digest_size=9)
    return f"d-{digest.hexdigest()}"


def reply_json(reply: Reply, titles: dict[str, str], *, name: str, conversation: str, took_ms: float) -> dict[str, Any]:
    """Write a reply as the body of `POST /v1/drafts`."""
    decision = reply.decision
    return {
        "id": name,
        "shop": reply.shop,
        "conversation_id": conversation,
        "decision": decision.kind,
        "intents": [
            {
                "name": answer.intent,
                "title": titles.get(answer.intent, "没看懂"),
                "confidence": round(answer.confidence, 4),
            }
            for answer in decision.answers
        ],
        "ranking": [one | {"title": titles.get(one["name"], "")} for one in ranking_json(reply.ranking)],
        "flow": decision.flow,
        "stage": reply.stage,
        "slots": [{"name": slot.name, "value": slot.value, "span": slot.span} for slot in reply.slots],
        "missing": [{"name": missing.name, "ask": missing.ask} for missing in decision.missing],
        "drafts": [draft_json(draft) for draft in reply.drafts],
        "remark": {
            "text": reply.remark.text,
            "flag": reply.remark.flag,
            "payment_note": reply.remark.payment_note or None,
        }
        if reply.remark
        else None,
        "authority": {
            "granted": decision.authority.granted,
            "limit": decision.authority.limit,
            "needs": decision.authority.needs,
            "why": decision.authority.why,
        }
        if decision.authority
        else None,
        "todo": reply.todo,
        "follow_up": {"at": reply.follow_up.at.isoformat(timespec="seconds"), "what": reply.follow_up.what}
        if reply.follow_up
        else None,
        "hand_over": {"lines": reply.hand_over.lines, "text": reply.hand_over.text},
        "clock": clock_json(reply.clock),
        "tone": {"anger": reply.tone.anger, "sad": reply.tone.sad},
        "promised": reply.promised,
        "risk": [{"name": risk.name, "why": risk.why} for risk in decision.risk],
        "why": {"words": reply.evidence.words, "nearest": reply.evidence.nearest},
        "took_ms": round(took_ms, 2),
    }


def clock_json(clock: Clock | None) -> dict[str, Any] | None:
    """Write how long a buyer has waited against the platform's limit."""
    if clock is None:
        return None
    due = clock.due_at.isoformat(timespec="seconds")
    return {"waited_s": clock.waited_s, "limit_s": clock.limit_s, "due_at": due, "counts": clock.counts}


def draft_json(draft: Draft) -> dict[str, Any]:
    """Write one draft."""
    return {
        "style": draft.style,
        "text": draft.text,
        "segments": [{"stage": segment.stage, "text": segment.text} for segment in draft.segments],
        "blanks": draft.blanks,
        "findings": [finding_json(finding) for finding in draft.findings],
        "sendable": draft.sendable,
    }


def ranking_json(ranking: Ranking) -> list[dict[str, Any]]:
    return [{"name": scored.name, "confidence": round(scored.confidence, 4)} for scored in ranking.scored]


def classified_json(text: str, ranking: Ranking) -> dict[str, Any]:
    """Write one classified message, for the API and for `classify --jsonl`."""
    return {
        "text": text,
        "decision": "reply" if ranking.known else "ask",
        "intents": [
            {"name": scored.name, "confidence": round(scored.confidence, 4)}
            for scored in ranking.intents
            if ranking.known
        ],
        "ranking": ranking_json(ranking),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "span": finding.span,
        "message": finding.message,
        "rewrite": finding.rewrite,
    }
