"""The training desk: messages that nobody understood, decided on by keyboard, and intents that are being gathered."""

import threading
from collections.abc import Mapping
from datetime import tzinfo
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from app.desk.training.lines import LONGEST, Warned
from app.desk.training.retrain import Retraining
from app.desk.training.trainer import Decision, Item, Trainer
from app.errors import NotFoundError, RequestError
from app.service.pages import training_models
from app.service.parts import Parts
from app.service.schema import Sent, Text
from app.service.words import Translate
from app.understand.catalogue import GROUPS

FLOWS = ("reception", "aftersales", "risk", "review")
_MOST_LINES = 400
Number = Annotated[int, Field(ge=1, le=2_147_483_647)]
Ids = Annotated[tuple[Number, ...], Field(min_length=1, max_length=_MOST_LINES)]


class SentLine(Sent):
    """One line; `text` is the wording that goes into the training, empty for what the buyer wrote."""

    ids: Ids
    text: Text = Field("", max_length=2_000)


class Decide(Sent):
    """Accept lines into `intent`, or reject them."""

    action: Literal["accept", "reject"]
    lines: tuple[SentLine, ...] = Field(min_length=1, max_length=_MOST_LINES)
    intent: str = Field("", max_length=60)


class NewIntent(Sent):
    group: str = Field(max_length=20)
    name: str = Field(max_length=60)
    title: Text = Field(max_length=40)
    flow: str = Field(max_length=20)


def routes(parts: Parts) -> APIRouter:  # noqa: C901 - one function a route
    """Build the routes of the training desk."""
    router = APIRouter(include_in_schema=False)
    trainer = Trainer(parts.pipeline, parts.store, parts.recorder.mask)
    retraining = Retraining(parts.pipeline.knowledge.settings)
    router.include_router(training_models.routes(parts, trainer, retraining))

    def names() -> dict[str, str]:
        return {one.name: one.title for one in parts.pipeline.knowledge.catalogue}

    def choices() -> list[dict[str, str | bool]]:
        """List every intent that a line may go into, for the box that finds one."""
        parked = {one.name for one in trainer.parked.all()}
        known = parts.pipeline.knowledge.catalogue.intents
        return [
            {
                "name": name,
                "title": title,
                "about": known[name].file.definition if name in known else "",
                "parked": name in parked,
            }
            for name, title in trainer.lines.titles().items()
        ]

    @router.get("/training")
    def page(request: Request) -> Response:
        """Show the open messages by likeness."""
        threading.Thread(target=trainer.lines.warm, name="training-lines", daemon=True).start()
        groups, tally = trainer.open_messages(parts.shop_of(request))
        shown = sum(len(one.ids) for group in groups for one in group)
        return parts.page(
            request, "training.html", groups=groups, tally=tally, shown=shown, titles=names(), flows=FLOWS,
            known_groups=GROUPS, longest=LONGEST, parked=trainer.parked.all(), zone=_zone(parts, request),
            state=retraining.state, undoable=trainer.undoable(parts.shop_of(request), parts.agent_of(request)),
        )  # fmt: skip

    @router.get("/training/intents.json")
    def intents() -> list[dict[str, str | bool]]:
        """List the intents to choose from."""
        return choices()

    @router.get("/training/line")
    def line(
        request: Request,
        text: Annotated[str, Query(max_length=2_000)],
        chosen: Annotated[str, Query(max_length=60)] = "",
    ) -> Response:
        """Show what helps to decide on one line."""
        titles = names() | trainer.lines.titles()
        look = trainer.look(text, chosen if chosen in titles else "")
        t = parts.words(parts.lang_of(request))
        warnings = [(one, explain(t, one, titles)) for one in look.warnings]
        return parts.page(
            request, "training/_line.html", look=look, text=text, chosen=chosen, titles=titles, warnings=warnings,
            longest=LONGEST,
        )  # fmt: skip

    @router.get("/training/warnings")
    def warnings(request: Request, text: Annotated[str, Query(max_length=2_000)] = "") -> Response:
        """Say what is odd about a wording."""
        t, titles = parts.words(parts.lang_of(request)), trainer.lines.titles()
        found = [(one, explain(t, one, titles)) for one in trainer.lines.warnings(text)]
        return parts.page(request, "training/_warnings.html", warnings=found)

    @router.post("/training/decide")
    def decide(request: Request, asked: Decide) -> dict[str, Any]:
        """Accept or reject lines, and say what was left as it is."""
        shop, agent = parts.shop_of(request), parts.agent_of(request)
        items = [Item(one.ids, one.text) for one in asked.lines]
        if asked.action == "accept":
            decision = trainer.accept(shop, items, asked.intent, agent=agent)
        else:
            decision = trainer.reject(shop, items, agent=agent)
        return _told(decision, parts.words(parts.lang_of(request)), trainer.lines.titles())

    @router.post("/training/undo")
    def undo(request: Request) -> dict[str, Any]:
        """Take back this agent's last decision."""
        decision = trainer.undo(parts.shop_of(request), agent=parts.agent_of(request))
        return _told(decision, parts.words(parts.lang_of(request)), trainer.lines.titles())

    @router.post("/training/intents")
    def new_intent(asked: NewIntent) -> dict[str, str]:
        """Open an intent that is gathered apart until it is whole."""
        trainer.parked.open(asked.group, asked.name, title=asked.title, flow=asked.flow)
        return {"name": asked.name, "title": asked.title.strip()}

    @router.get("/training/intents")
    def gathered(request: Request, enabled: str = "") -> Response:
        """Show the intents that are being gathered."""
        return parked_page(request, enabled=enabled)

    @router.post("/training/intents/enable")
    def enable(request: Request, name: Annotated[str, Form(max_length=60)]) -> Response:
        """Bring a finished intent into use."""
        try:
            found = trainer.parked.enable(name)
        except RequestError as error:
            return parked_page(request, fault=str(error), status=404 if isinstance(error, NotFoundError) else 422)
        return RedirectResponse(f"/training/intents?enabled={found.name}", 303)

    def parked_page(request: Request, *, fault: str = "", enabled: str = "", status: int = 200) -> Response:
        title = trainer.lines.titles().get(enabled, "")
        return parts.page(
            request, "training/intents.html", status=status, parked=trainer.parked.all(), fault=fault, enabled=title
        )

    return router


def explain(t: Translate, warned: Warned, titles: Mapping[str, str]) -> str:
    """Say what is odd about a line."""
    values = {"intent": titles.get(warned.intent, warned.intent), "line": warned.line}
    said = {
        "same": t("「{intent}」里已经有「{line}」", **values),
        "alike": t("太像「{intent}」的「{line}」：归到那里，或改个说法", **values),
        "near_miss": t("别的意图注明过：这样说的都是「{intent}」", **values),
        "private": t("有电话、地址、证件号或打码的地方：删掉它们，或写成一般的说法"),
        "empty": t("没有字"),
        "too_long": t("超过 {most} 字：只留买家问的那一句", most=LONGEST),
        "long": t("有点长：买家很少一句说这么多，最好只留要问的那句"),
    }
    return said[warned.kind]


def _told(decision: Decision, t: Translate, titles: Mapping[str, str]) -> dict[str, Any]:
    """Give a decision as JSON: which entries changed, how many lines were written, and what was refused why."""
    return {
        "state": decision.state,
        "intent": decision.intent,
        "title": titles.get(decision.intent, decision.intent),
        "ids": [one.id for one in decision.before],
        "written": list(decision.changed.lines) if decision.changed else [],
        "refused": [{"ids": one.item.ids, "why": explain(t, one.why, titles)} for one in decision.refused],
    }


def _zone(parts: Parts, request: Request) -> tzinfo:
    return parts.pipeline.shop(parts.shop_of(request)).counter.shop.zone
