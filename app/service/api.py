"""The routes of the HTTP API."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter

from app.desk.chats import Made, Said
from app.errors import RequestError
from app.recall import pending
from app.records import Message
from app.service.parts import Parts
from app.service.schema import (
    ClassifyRequest,
    DraftRequest,
    LintRequest,
    classified_json,
    draft_id,
    finding_json,
    reply_json,
)


def routes(parts: Parts) -> APIRouter:
    """Build the routes that draft, classify and check."""
    router, pipeline, watch, shop = APIRouter(), parts.pipeline, parts.watch, parts.shop
    titles = {intent.name: intent.title for intent in pipeline.knowledge.catalogue}

    @router.post("/v1/drafts")
    async def drafts(request: DraftRequest) -> dict[str, Any]:
        """Draft replies to the last run of buyer messages."""
        started = time.perf_counter()
        name, message = request.shop or shop, request.message(datetime.now(UTC))
        chat = parts.chats.get(name, request.conversation_id)
        if chat is not None and request.message_id in chat.replies:
            return chat.replies[request.message_id]
        history = chat.history() if chat and chat.key else None
        reply = pipeline.reply(message, shop=name, history=history, seed=request.conversation_id)
        took = (time.perf_counter() - started) * 1000
        body = reply_json(
            reply, titles, name=draft_id(request, name), conversation=request.conversation_id, took_ms=took
        )
        made = _made(parts, request, message, body)
        if request.intent and request.intent != body["ranking"][0]["name"]:
            parts.store.note(parts.recorder.feedback(made, request.intent, ""))
        _keep(parts, request, made)
        parts.tally.drafted(body)
        return body

    @router.post("/v1/classify")
    async def classify(request: ClassifyRequest) -> dict[str, Any]:
        """Rank the intents of one message or several."""
        before = [turn.text for turn in request.context]
        if request.texts is None:
            return {"rankings": [classified_json(request.text or "", pipeline.classify(request.text or "", before))]}
        rankings = []
        for at, text in enumerate(request.texts):
            try:
                rankings.append(classified_json(text, pipeline.classify(text, before)))
            except RequestError as error:
                raise RequestError(error.code, f"texts.{at}：{error}", f"texts.{at}") from error
        return {"rankings": rankings}

    @router.post("/v1/lint")
    async def lint(request: LintRequest) -> dict[str, Any]:
        """Check a text against the rules of a platform."""
        facts = pipeline.shop(request.shop or shop).counter.shop.facts
        findings = pipeline.lint(
            request.text,
            platform=request.platform or facts.platform,
            category=request.category or facts.category,
            allowed=facts.allowed_words if request.shop else (),
        )
        return {"findings": [finding_json(finding) for finding in findings]}

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process is alive."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> dict[str, Any]:
        """Tell that model and shop are ready to draft; `problem` is why the current version does not answer."""
        card = pipeline.classifier.artefact.card
        return {
            "status": "ok",
            "shop": pipeline.shop(shop).counter.shop.id,
            "model": {
                "version": watch.version,
                "data_hash": card.data_hash[:12],
                "intents": card.intents,
                "trained_at": card.trained_at,
                "problem": watch.problem,
            },
            "store": "ok" if parts.store.ready() else "unreachable",
        }

    return router


def _made(parts: Parts, request: DraftRequest, message: Message, body: dict[str, Any]) -> Made:
    shop = request.shop or parts.shop
    platform = request.platform or parts.pipeline.shop(shop).counter.shop.facts.platform
    return Made(
        shop, request.conversation_id, pending(message.turns), body, message.now, request.product,
        message.order.courier, platform,
    )  # fmt: skip


def _keep(parts: Parts, request: DraftRequest, made: Made) -> None:
    """Keep the draft at hand; write it where the client says which conversation or message it answers.

    Without either it may answer half-typed text: it is written once somebody uses it.
    """
    parts.chats.remember(made)
    if not request.conversation_id and not request.message_id:
        return
    chat = parts.chats.open(made.shop, request.conversation_id, source="client")
    if chat.key and chat.source != "client":
        return  # a conversation of the desk hears its messages by /v1/messages
    said = Said(request.message_id, "buyer", made.text, made.at)
    if chat.key:
        chat.hear(said)
        clock = made.body["clock"]  # what a client has answered since, nobody tells: each call waits by itself
        chat.waiting_since = made.at - timedelta(seconds=clock["waited_s"] if clock else 0)
    stale = chat.drafted(request.message_id, made.body)
    chat.settle()
    job = parts.recorder.chat(chat, said, made, stale) if chat.key else parts.recorder.draft(made)
    parts.store.note(job)
