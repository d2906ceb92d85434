"""The page of what somebody has to come back to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.desk import followups as desk
from app.desk.followups import Board, Item
from app.errors import RequestError
from app.service.followups import Number, act
from app.service.parts import Parts
from app.service.words import Translate

Action = Literal["done", "30m", "2h", "tomorrow", "drop", "reopen"]
Words = Annotated[str, Form()]
When = Literal["30m", "2h", "tomorrow", "at"]
_DELAYS = ("30m", "2h", "tomorrow")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page says after something was done."""

    item: Item | None = None
    action: str = ""
    fault: str = ""
    draft: dict[str, str] | None = None
    """What was typed into the form that was refused."""


def routes(parts: Parts) -> APIRouter:
    """Build the routes of the page."""
    router = APIRouter(include_in_schema=False)

    def show(request: Request, seen: Seen, *, status: int = 200) -> Response:
        shop, now, asked = parts.shop_of(request), datetime.now(UTC), request.query_params
        zone = parts.pipeline.shop(shop).counter.shop.zone
        view, who, kind = asked.get("view", "open"), asked.get("who", ""), asked.get("kind", "")
        with parts.store.read() as session:
            board = desk.board(session, shop, now, zone, agent=who, kind=kind, done=view == "done")
            due, agents = desk.due_count(session, shop, now), desk.agents(session, shop)
        part = request.headers.get("hx-request") == "true"
        return parts.page(
            request,
            "followups/_board.html" if part else "followups.html",
            status=status,
            groups=grouped(board, done=view == "done"),
            counts={"open": len(board.open)},
            due_now=due,
            view=view,
            who=who,
            kind=kind,
            agents=agents,
            seen=seen,
            filtered=bool(who or kind),
            query=f"?{request.url.query}" if request.url.query else "",
            words=Clockwork(parts.words(parts.lang_of(request)), now, zone),
            titles={one.name: one.title for one in parts.pipeline.knowledge.catalogue},
            tomorrow=desk.delayed("tomorrow", now, zone).strftime("%Y-%m-%dT%H:%M"),
        )

    @router.get("/followups")
    def board(request: Request) -> Response:
        """Show the follow-ups of a shop."""
        return show(request, Seen())

    @router.post("/followups")
    def add(
        request: Request, what: Words = "", due: Annotated[When, Form()] = "at", due_at: Words = "",
        conversation: Words = "", who: Words = "", kind: Words = "follow_up",
    ) -> Response:  # fmt: skip
        """Note a follow-up by hand."""
        shop, now = parts.shop_of(request), datetime.now(UTC)
        zone = parts.pipeline.shop(shop).counter.shop.zone
        try:
            at = moment(due, due_at, now, zone)
            chosen: desk.Kind = "deadline" if kind == "deadline" else "follow_up"
            name, said = who.strip()[:40] or parts.agent_of(request), parts.recorder.mask(what)
            item = parts.store.write(
                lambda session: desk.add(
                    session, shop=shop, what=said, due_at=at, now=now, kind=chosen, agent=name,
                    conversation=conversation.strip(),
                )
            ).result()  # fmt: skip
        except RequestError as error:
            typed = {"what": what, "due_at": due_at, "conversation": conversation, "who": who}
            return show(request, Seen(fault=str(error), draft=typed), status=422)
        return answer(request, item, "add")

    @router.post("/followups/{number}")
    def change(request: Request, number: Number, action: Annotated[Action, Form()], note: Words = "") -> Response:
        """Close one, put it off or take it up again."""
        shop, now, agent = parts.shop_of(request), datetime.now(UTC), parts.agent_of(request)
        zone = parts.pipeline.shop(shop).counter.shop.zone
        until = desk.delayed(action, now, zone) if action in ("30m", "2h", "tomorrow") else now
        verb = "snooze" if action in _DELAYS else action
        said = parts.recorder.mask(note)
        try:
            item = parts.store.write(
                lambda session: act(session, shop, number, verb, now=now, until=until, note=said, agent=agent)
            ).result()
        except RequestError as error:
            return show(request, Seen(fault=str(error)), status=422)
        return answer(request, item, verb)

    def answer(request: Request, item: Item, action: str) -> Response:
        if request.headers.get("hx-request") == "true":
            return show(request, Seen(item, action))
        return RedirectResponse(f"/followups?{request.url.query}".rstrip("?"), status_code=303)

    return router


def grouped(board: Board, *, done: bool) -> list[tuple[str, tuple[Item, ...]]]:
    """Name the groups that hold something, in the order in which they are worked off."""
    if done:
        return [("done", board.done)] if board.done else []
    groups = (("overdue", board.overdue), ("due", board.due), ("today", board.today), ("later", board.later))
    return [(name, items) for name, items in groups if items]


def moment(due: When, due_at: str, now: datetime, zone: tzinfo) -> datetime:
    """Read when a new follow-up is due: a delay from now, or a moment of the shop's clock."""
    if due != "at":
        return desk.delayed(due, now, zone)
    try:
        at = datetime.fromisoformat(due_at)
    except ValueError as error:
        raise RequestError("bad_time", "什么时候跟进？选一个时间", "due_at") from error
    at = at.replace(tzinfo=zone) if at.tzinfo is None else at
    if not 2000 <= at.year <= 2100:
        raise RequestError("bad_time", "时间要在 2000 年到 2100 年之间", "due_at")
    return at


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Say moments as the shop's clock shows them."""

    t: Translate
    now: datetime
    zone: tzinfo

    def at(self, moment: datetime) -> str:
        """Say a moment: the clock alone today, with the day otherwise."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone).date()
        clock = local.strftime("%H:%M")
        if local.date() == today:
            return clock
        if local.date() == today + timedelta(days=1):
            return self.t("明天 {clock}", clock=clock)
        if local.date() == today - timedelta(days=1):
            return self.t("昨天 {clock}", clock=clock)
        return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")

    def off(self, moment: datetime) -> str:
        """Say how far a moment is from now."""
        seconds = abs(int((moment - self.now).total_seconds()))
        if seconds >= 86_400:
            return self.t("{count} 天", count=seconds // 86_400)
        if seconds >= 3600:
            return self.t("{count} 小时", count=seconds // 3600)
        return self.t("{count} 分钟", count=seconds // 60) if seconds >= 60 else self.t("不到 1 分钟")

    def exact(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).isoformat(timespec="minutes")
