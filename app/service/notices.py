"""The route that drafts what a shop tells its buyers unasked. Field names are a contract."""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from app.pipeline import ShopDesk
from app.records import STYLES, Message, Platform, Style
from app.reply.drafting import Drafted
from app.reply.notices import NOTICE_KINDS, Notifier
from app.service.parts import Parts
from app.service.schema import Moment, Sent, SentOrder, draft_json
from app.understand.reader import Reader


class NoticeRequest(Sent):
    """What has happened to which order; `date` is when it ships after all."""

    kind: Literal["delay", "stockout", "stalled"]
    order: SentOrder
    shop: str | None = Field(None, max_length=64)
    product: str = Field("", max_length=100)
    date: str = Field("", max_length=40)
    platform: Platform | None = None
    styles: list[Style] = Field(default_factory=lambda: list(STYLES), min_length=1, max_length=3)
    now: Moment | None = None

    def message(self, now: datetime) -> Message:
        """Give the order and what surrounds it; nobody has said anything yet."""
        order = self.order.order()
        return Message((), self.now or now, order, self.product, self.platform, (), tuple(self.styles))


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router, pipeline, shop = APIRouter(), parts.pipeline, parts.shop

    @router.post("/v1/notices")
    async def notices(request: NoticeRequest) -> dict[str, Any]:
        """Draft one notice."""
        desk = pipeline.shop(request.shop or shop)
        return notice_json(request, drafted(request, desk, pipeline.knowledge.reader))

    return router


def drafted(request: NoticeRequest, desk: ShopDesk, reader: Reader) -> Drafted:
    """Draft what a request asks for."""
    notify = Notifier(desk.counter, desk.drafter, reader)
    return notify(request.kind, request.message(datetime.now(UTC)), date=request.date)


def notice_json(request: NoticeRequest, found: Drafted) -> dict[str, Any]:
    """Write a notice as the body of `POST /v1/notices`."""
    return {
        "kind": request.kind,
        "title": NOTICE_KINDS[request.kind][0],
        "drafts": [draft_json(draft) for draft in found.drafts],
        "remark": {"text": found.remark.text, "flag": found.remark.flag} if found.remark else None,
        "todo": found.todo,
        "follow_up": {"at": found.follow_up.at.isoformat(timespec="seconds"), "what": found.follow_up.what}
        if found.follow_up
        else None,
    }
