"""The route that drafts public replies to reviews."""

import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from app.review_desk import reviewer
from app.service.parts import Parts
from app.service.review_schema import ReviewRequest, review_json


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router, pipeline, shop = APIRouter(), parts.pipeline, parts.shop

    @router.post("/v1/reviews")
    async def reviews(request: ReviewRequest) -> dict[str, Any]:
        """Draft replies to one public review."""
        started = time.perf_counter()
        answer = reviewer(pipeline.knowledge, pipeline.shop(request.shop or shop))
        reply = answer(request.review(datetime.now(UTC)), request.style)
        return review_json(reply, took_ms=(time.perf_counter() - started) * 1000)

    return router
