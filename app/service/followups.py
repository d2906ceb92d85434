"""The follow-ups as JSON: list them, add one, close it or put it off. Each is acknowledged once it is committed."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from sqlalchemy.orm import Session

from app.desk import followups as desk
from app.desk.followups import Item
from app.errors import RequestError
from app.service.parts import Parts
from app.service.schema import Moment, Sent, Text

Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


class AddFollowUp(Sent):
    """`conversation_id` is the client's name of a conversation that the shop has."""

    shop: str | None = Field(None, max_length=64)
    what: Text = Field(max_length=300)
    due_at: Moment
    kind: desk.Kind = "follow_up"
    conversation_id: str = Field("", max_length=200)
    agent: str = Field("", max_length=40)


class ChangeFollowUp(Sent):
    """`snooze` needs `until` or `delay`; `drop` needs a `note`."""

    action: Literal["done", "snooze", "drop", "reopen"]
    until: Moment | None = None
    delay: desk.Delay | None = None
    note: Text = Field("", max_length=300)
    agent: str = Field("", max_length=40)


def routes(parts: Parts) -> APIRouter:
    """Build the routes of the follow-ups."""
    router = APIRouter()

    @router.get("/v1/followups")
    def listed(
        shop: str | None = None, state: Literal["open", "closed"] = "open", agent: str = "", now: Moment | None = None
    ) -> dict[str, Any]:
        """List a shop's follow-ups: the open ones soonest first, or those closed last."""
        name, at = shop or parts.shop, now or datetime.now(UTC)
        zone = parts.pipeline.shop(name).counter.shop.zone
        with parts.store.read() as session:
            board = desk.board(session, name, at, zone, agent=agent, done=state == "closed")
            due = desk.due_count(session, name, at)
        if state == "closed":
            items = [item_json(item, item.state) for item in board.done]
        else:
            items = [item_json(item, desk.when(item, at, zone)) for item in board.open]
        return {"followups": items, "due": due, "now": at.isoformat(timespec="seconds")}

    @router.post("/v1/followups")
    async def add(request: AddFollowUp) -> dict[str, Any]:
        """Note a follow-up."""
        name, now = request.shop or parts.shop, datetime.now(UTC)
        zone = parts.pipeline.shop(name).counter.shop.zone

        def job(session: Session) -> Item:
            return desk.add(
                session,
                shop=name,
                what=parts.recorder.mask(request.what),
                due_at=request.due_at,
                now=now,
                kind=request.kind,
                agent=request.agent.strip(),
                conversation=request.conversation_id,
            )

        item = await parts.store.run(job)
        return item_json(item, desk.when(item, now, zone))

    @router.post("/v1/followups/{number}")
    async def change(number: Number, request: ChangeFollowUp, shop: str | None = None) -> dict[str, Any]:
        """Close a follow-up, put it off or take it up again."""
        name, now = shop or parts.shop, datetime.now(UTC)
        zone = parts.pipeline.shop(name).counter.shop.zone
        until = request.until or (desk.delayed(request.delay, now, zone) if request.delay else None)
        if request.action == "snooze" and until is None:
            raise RequestError("no_time", "推迟到什么时候？写 until（时间）或 delay（30m、2h、tomorrow）", "until")
        note, agent = parts.recorder.mask(request.note), request.agent.strip()
        item = await parts.store.run(
            lambda session: act(
                session, name, number, request.action, now=now, until=until or now, note=note, agent=agent
            )
        )
        return item_json(item, desk.when(item, now, zone) if item.state == "open" else item.state)

    return router


def act(
    session: Session, shop: str, number: int, action: str, *, now: datetime, until: datetime, note: str, agent: str
) -> Item:
    """Do what was asked with one follow-up."""
    if action == "snooze":
        return desk.snooze(session, shop, number, until, now=now)
    if action == "drop":
        return desk.drop(session, shop, number, agent=agent, now=now, note=note)
    if action == "reopen":
        return desk.reopen(session, shop, number)
    return desk.finish(session, shop, number, agent=agent, now=now, note=note)


def item_json(item: Item, when: str) -> dict[str, Any]:
    """Write one follow-up; `when` is overdue, due, today, later, done or dropped."""
    return {
        "id": item.id,
        "what": item.what,
        "kind": item.kind,
        "when": when,
        "due_at": item.due_at.isoformat(timespec="seconds"),
        "created_at": item.created_at.isoformat(timespec="seconds"),
        "agent": item.agent,
        "done_at": item.done_at.isoformat(timespec="seconds") if item.done_at else None,
        "done_by": item.done_by,
        "note": item.note,
        "conversation_id": item.conversation,
        "buyer": item.buyer,
        "draft_id": item.draft_id,
        "said": item.said,
        "intent": item.intent,
    }
