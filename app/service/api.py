"""The routes of the HTTP API."""

import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from app.desk.conversations import Conversations
from app.errors import RequestError
from app.pipeline import Pipeline
from app.service.schema import (
    ClassifyRequest,
    DraftRequest,
    LintRequest,
    classified_json,
    draft_id,
    finding_json,
    reply_json,
)
from app.service.swap import ModelWatch


def routes(pipeline: Pipeline, conversations: Conversations, watch: ModelWatch, *, shop: str) -> APIRouter:
    """Build the API around a pipeline; `shop` answers where none is named."""
    router = APIRouter()
    titles = {intent.name: intent.title for intent in pipeline.knowledge.catalogue}

    @router.post("/v1/drafts")
    async def drafts(request: DraftRequest) -> dict[str, Any]:
        """Draft replies to the last run of buyer messages."""
        started = time.perf_counter()
        name = request.shop or shop
        conversation = request.conversation_id
        earlier = conversations.earlier(name, conversation, request.message_id)
        if earlier is None:
            message = request.message(datetime.now(UTC))
            history = conversations.history(name, conversation)
            reply = pipeline.reply(message, shop=name, history=history, seed=conversation)
            given = draft_id(request, name)
            conversations.record(name, conversation, request.message_id, given, reply)
        else:
            given, reply = earlier
        took = (time.perf_counter() - started) * 1000
        return reply_json(reply, titles, name=given, conversation=conversation, took_ms=took)

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
        facts = pipeline.shop(shop).counter.shop.facts
        findings = pipeline.lint(
            request.text, platform=request.platform or facts.platform, category=request.category or facts.category
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
        }

    return router
