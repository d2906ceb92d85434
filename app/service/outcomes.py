"""The route that is told what became of a draft; it answers once that is safely written."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from app.desk.chats import Chat, Made, Said
from app.desk.recorder import USED, Recorded, Report
from app.errors import RequestError
from app.service.chat_schema import OutcomeRequest
from app.service.messages import Switchboard
from app.service.parts import Parts


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router = APIRouter()
    desk = Switchboard(parts)

    @router.post("/v1/outcomes")
    async def outcomes(request: OutcomeRequest) -> dict[str, Any]:
        """Write down what an agent did with a draft, and what follows from it."""
        if request.intent and request.intent not in parts.pipeline.knowledge.catalogue:
            raise RequestError("unknown_intent", f"没有意图「{request.intent}」", "intent")
        made = parts.chats.made(request.draft_id)
        chat = _chat(parts, request, made)
        now = request.at or datetime.now(UTC)
        report = _report(request, chat, made, now)
        said = _said(request, chat, made, now)
        shop = parts.pipeline.shop(made.shop if made else parts.shop).counter.shop
        after = replace(chat, said=[*chat.said], asked=[*chat.asked]) if chat else None
        latest = chat.said[-1] if chat else None
        if after is not None and said is not None:
            after.answer(said, request.draft_id)
        recorded = await parts.store.run(parts.recorder.outcome(report, chat=after, said=said, made=made, shop=shop))
        if not recorded.repeated:
            parts.tally.outcome(request.outcome)
        if chat is not None and said is not None and not recorded.repeated:
            chat.answer(said, request.draft_id, after=latest)  # another message may have come while it was written
            parts.store.note(parts.recorder.chat(chat))
        return _answer(recorded, desk.tell(chat) if chat is not None and chat.said else None)

    return router


def _chat(parts: Parts, request: OutcomeRequest, made: Made | None) -> Chat | None:
    """Find the conversation of a draft; a draft of typed text gets one when it is used."""
    key = request.conversation_id or (made.chat if made else "")
    if not key:
        return None
    shop = made.shop if made else parts.shop
    chat = parts.chats.get(shop, key)
    if chat is not None and chat.said:
        return chat
    if made is None or request.outcome not in USED:
        return None
    chat = parts.chats.open(shop, key, source="page")
    chat.hear(Said("", "buyer", made.text, made.at))
    chat.drafted("", made.body)
    parts.store.note(parts.recorder.chat(chat, chat.said[-1]))
    return chat


def _report(request: OutcomeRequest, chat: Chat | None, made: Made | None, now: datetime) -> Report:
    since = chat.waiting_since if chat else None
    clock = (made.body["clock"] if made else None) or {}
    waited = max(int((now - since).total_seconds()), 0) if since else None
    return Report(
        request.draft_id, request.style, request.outcome, request.text, request.intent, request.agent, now,
        request.key, waited, clock.get("limit_s"), bool(clock.get("counts")),
    )  # fmt: skip


def _said(request: OutcomeRequest, chat: Chat | None, made: Made | None, now: datetime) -> Said | None:
    """Give the turn that a used draft becomes; who names no style of it has used the first."""
    if chat is None or request.outcome not in USED:
        return None
    drafts = made.body["drafts"] if made else []
    first = drafts[0] if drafts else {"style": "standard", "text": ""}
    offered = next((one for one in drafts if one["style"] == request.style), first)
    text = request.text or offered["text"]
    return Said("", "agent", text, now, request.style or offered["style"]) if text else None


def _answer(recorded: Recorded, summary: dict[str, Any] | None) -> dict[str, Any]:
    later = recorded.follow_up
    return {
        "outcome_id": recorded.outcome_id,
        "follow_up": {"id": later.id, "at": later.due_at.isoformat(timespec="seconds"), "what": later.what}
        if later
        else None,
        "conversation": summary,
    }
