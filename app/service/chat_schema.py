"""What clients post about conversations, and how one is summed up as JSON. Field names are a contract."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from app.desk.chats import Chat, Said
from app.records import STYLES, Message, Platform, Role, Style
from app.reply.clock import waiting
from app.service.schema import Moment, Name, Sent, SentBuyer, SentOrder, Text, clock_json
from app.shop.load import ShopData

Source = Literal["api", "page"]


class MessageRequest(Sent):
    """One message of a conversation, as a chat client sees it come or go."""

    shop: str | None = Field(None, max_length=64)
    conversation_id: Name = Field(min_length=1, max_length=200)
    message_id: Name = Field("", max_length=200)
    role: Role = "buyer"
    text: Text
    at: Moment | None = None
    order: SentOrder | None = None
    buyer: SentBuyer | None = None
    product: Name = Field("", max_length=100)
    platform: Platform | None = None
    source: Source = "api"
    agent: Name = Field("", max_length=40)
    styles: list[Style] = Field(default_factory=lambda: list(STYLES), min_length=1, max_length=3)
    now: Moment | None = None


class OutcomeRequest(Sent):
    """What became of a draft; `text` is the final wording, `intent` what was meant where that was not heard."""

    draft_id: Name = Field(min_length=1, max_length=64)
    style: Name = Field("", max_length=20)
    outcome: Literal["copied", "edited", "sent", "rejected"]
    text: Text = Field("", max_length=4000)
    intent: str = Field("", max_length=64)
    conversation_id: Name = Field("", max_length=200)
    agent: Name = Field("", max_length=40)
    key: Name | None = Field(None, min_length=1, max_length=100)
    """Names this report, so that repeating it counts once."""
    at: Moment | None = None


def noted(chat: Chat, request: MessageRequest) -> None:
    """Take what a message tells of its conversation; what it leaves out stays as it was."""
    if request.order is not None:
        chat.order = request.order.model_dump(mode="json", exclude_none=True)
    if request.buyer is not None:
        chat.buyer, chat.traits = request.buyer.id or chat.buyer, tuple(request.buyer.traits)
    chat.product = request.product or chat.product
    chat.platform = request.platform or chat.platform
    chat.agent = request.agent or chat.agent


def message_of(chat: Chat, request: MessageRequest, now: datetime) -> Message:
    """Give what is to be answered: all turns, with the order and the goods as last told."""
    order = SentOrder.model_validate(chat.order or {}).order()
    return Message(chat.turns, now, order, chat.product, chat.platform, chat.traits, tuple(request.styles))


def summary_json(chat: Chat, shop: ShopData, titles: dict[str, str], now: datetime) -> dict[str, Any]:
    """Sum up a conversation as a line of the agent's list."""
    body = chat.body or {}
    first = body["intents"][0] if body.get("intents") else None
    last = chat.said[-1]
    unanswered = chat.unanswered if chat.waiting_since else []
    clock = waiting([one.turn for one in unanswered], now, shop.facts.reply_clock, shop.zone)
    return {
        "id": chat.key,
        "source": chat.source,
        "buyer": chat.buyer,
        "platform": chat.platform or shop.facts.platform,
        "agent": chat.agent,
        "state": chat.state,
        "last": {"role": last.role, "text": last.text, "at": _written(last.at)},
        "waiting_since": _written(chat.waiting_since) if chat.waiting_since else None,
        "clock": clock_json(clock),
        "intent": first | {"title": titles.get(first["name"], first.get("title", ""))} if first else None,
        "anger": body.get("tone", {}).get("anger", 0) if unanswered else 0,
        "risk": [one["why"] for one in body.get("risk", [])],
        "unanswered": len(unanswered),
        "draft_id": body.get("id", ""),
        "stage": body.get("stage", ""),
    }


def turn_json(said: Said) -> dict[str, Any]:
    """Write one turn."""
    return {"id": said.id, "role": said.role, "text": said.text, "at": _written(said.at), "style": said.style}


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
