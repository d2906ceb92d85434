"""The routes of conversations: messages that clients push, the list that agents see, what goes on live."""

import secrets
import time
from collections.abc import AsyncIterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.desk.chats import LISTED, Chat, Made, Said
from app.errors import NotFoundError
from app.recall import last_run
from app.records import Message, Turn
from app.service.chat_schema import MessageRequest, message_of, noted, summary_json, turn_json
from app.service.parts import Parts
from app.service.schema import reply_json

_RETRY_MS = 2_000
"""How long a page waits before it connects again."""
_SAME_TURN = timedelta(minutes=10)
"""What a client reports as said within this time of a used draft with the same words is that draft."""


def routes(parts: Parts) -> APIRouter:
    """Build the routes."""
    router = APIRouter()
    desk = Switchboard(parts)

    @router.post("/v1/messages")
    async def messages(request: MessageRequest) -> dict[str, Any]:
        """Take one message; a buyer's is drafted for at once, together with those that wait already."""
        return desk.take(request)

    @router.get("/v1/conversations")
    async def conversations(shop: str = parts.shop) -> dict[str, Any]:
        """List the open conversations, those that wait first and the longest waiting at the top."""
        now = datetime.now(UTC)
        lines = [desk.summary(chat, now) for chat in parts.chats.listed(desk.known(shop), now)]
        waits = sorted((one for one in lines if one["waiting_since"]), key=lambda one: str(one["waiting_since"]))
        rest = [one for one in reversed(lines) if not one["waiting_since"]]
        return {"conversations": waits + rest, "now": now.isoformat(timespec="seconds")}

    @router.get("/v1/conversations/{conversation_id}")
    async def conversation(conversation_id: str, shop: str = parts.shop) -> dict[str, Any]:
        """Give one conversation with its turns and the drafts for what waits."""
        chat = desk.chat(desk.known(shop), conversation_id)
        return {
            "conversation": desk.summary(chat, datetime.now(UTC)),
            "turns": [turn_json(one) for one in chat.said],
            "reply": chat.body,
            "order": chat.order,
            "product": chat.product,
        }

    @router.post("/v1/conversations/{conversation_id}/close")
    async def close(conversation_id: str, shop: str = parts.shop) -> dict[str, Any]:
        """Take a conversation from the list; a new message brings it back."""
        chat = desk.chat(desk.known(shop), conversation_id)
        chat.state, chat.waiting_since = "closed", None
        chat.settle()
        await parts.store.run(parts.recorder.chat(chat))
        return desk.tell(chat)

    async def heard_of(shop: str = parts.shop) -> str:
        return desk.known(shop)  # refused before the answer begins

    @router.get("/v1/events", response_class=EventSourceResponse)
    async def events(shop: Annotated[str, Depends(heard_of)]) -> AsyncIterable[ServerSentEvent]:
        """Send what happens to the conversations of a shop as it happens."""
        async for one in parts.live.listen(shop):
            yield ServerSentEvent(event=one.name, data=one.data, retry=_RETRY_MS)

    return router


class Switchboard:
    """Bring messages to their conversations and tell everyone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._titles = {intent.name: intent.title for intent in parts.pipeline.knowledge.catalogue}

    def known(self, shop: str) -> str:
        """Give the name of a shop that exists; raise NotFoundError or DataError where it cannot be read."""
        return self._parts.pipeline.shop(shop).counter.shop.id

    def chat(self, shop: str, key: str) -> Chat:
        """Give a conversation; raise NotFoundError where there is none."""
        chat = self._parts.chats.get(shop, key)
        if chat is None or not chat.said:
            raise NotFoundError("unknown_conversation", f"没有会话「{key[:40]}」", "conversation_id")
        return chat

    def summary(self, chat: Chat, now: datetime) -> dict[str, Any]:
        """Sum up a conversation."""
        return summary_json(chat, self._parts.pipeline.shop(chat.shop).counter.shop, self._titles, now)

    def tell(self, chat: Chat) -> dict[str, Any]:
        """Tell open pages how a conversation stands, and give it."""
        summary = self.summary(chat, datetime.now(UTC))
        if chat.source in LISTED:
            self._parts.live.publish(chat.shop, "conversation", summary)
        return summary

    def take(self, request: MessageRequest) -> dict[str, Any]:
        """Take a message into its conversation: answer a buyer's, note the shop's own."""
        parts = self._parts
        shop = self.known(request.shop or parts.shop)
        known = parts.chats.get(shop, request.conversation_id)
        now = request.now or datetime.now(UTC)
        said = Said(request.message_id, request.role, request.text, request.at or now)
        if known is not None and _repeated(known, said):
            body = known.replies.get(request.message_id, known.body) if request.role == "buyer" else None
            return {"conversation": self.summary(known, now), "duplicate": True, "stale": [], "reply": body}
        if request.role == "agent":
            chat = known or parts.chats.open(shop, request.conversation_id, source=request.source)
            noted(chat, request)
            chat.answer(said)
            parts.store.note(parts.recorder.chat(chat, said))
            return {"conversation": self.tell(chat), "duplicate": False, "stale": [], "reply": None}
        return self._hear(request, shop, said, now)

    def _hear(self, request: MessageRequest, shop: str, said: Said, now: datetime) -> dict[str, Any]:
        """Draft for a buyer's message; nothing of it stays where it cannot be read."""
        parts = self._parts
        parts.pipeline.read(said.text)  # refused before the conversation knows of it
        known = parts.chats.get(shop, request.conversation_id)
        trial = replace(known, said=[*known.said]) if known else Chat(shop, request.conversation_id, request.source)
        noted(trial, request)
        trial.hear(said)
        made = self._drafted(trial, message_of(trial, request, now))
        chat = parts.chats.open(shop, request.conversation_id, source=request.source)
        noted(chat, request)
        chat.hear(said)
        stale = chat.drafted(request.message_id, made.body)
        parts.chats.remember(made)
        parts.tally.drafted(made.body)
        parts.store.note(parts.recorder.chat(chat, said, made, stale))
        if stale:
            parts.live.publish(shop, "stale", {"conversation_id": chat.key, "draft_ids": stale})
        return {"conversation": self.tell(chat), "duplicate": False, "stale": stale, "reply": made.body}

    def _drafted(self, chat: Chat, message: Message) -> Made:
        parts, started = self._parts, time.perf_counter()
        message = replace(message, turns=_fitting(message.turns, parts.pipeline.knowledge.settings.max_text))
        reply = parts.pipeline.reply(message, shop=chat.shop, history=chat.history(), seed=chat.key)
        took = (time.perf_counter() - started) * 1000
        name = f"d-{secrets.token_hex(9)}"
        body = reply_json(reply, self._titles, name=name, conversation=chat.key, took_ms=took)
        text = "\n".join(one.text for one in chat.unanswered)
        return Made(
            chat.shop, chat.key, text, body, message.now, chat.product, message.order.courier,
            message.platform or parts.pipeline.shop(chat.shop).counter.shop.facts.platform,
        )  # fmt: skip


def _fitting(turns: Sequence[Turn], longest: int) -> tuple[Turn, ...]:
    """Leave out the oldest messages of a burst that is longer than what can be read at once."""
    start, end = last_run(turns)
    while end - start > 1 and sum(len(turn.text) + 1 for turn in turns[start:end]) > longest:
        start += 1
    return (*turns[: last_run(turns)[0]], *turns[start:])


def _repeated(chat: Chat, said: Said) -> bool:
    """Tell whether a conversation holds this turn already, under its id or as the draft that was copied for it."""
    if said.id and any(one.id == said.id and one.role == said.role for one in chat.said):
        return True
    last = chat.said[-1] if chat.said else None
    if said.role == "buyer" or last is None or not last.style:
        return False
    return last.role == "agent" and last.text == said.text and abs(said.at - last.at) <= _SAME_TURN
