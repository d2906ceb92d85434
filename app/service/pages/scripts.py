"""The lead's script library: browse what is said, word a script the shop's own way, and go back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.desk.scripts.checks import Verdict
from app.desk.scripts.overrides import Overrides, Script
from app.desk.scripts.preview import Previewer, said_now
from app.desk.scripts.samples import CARDS
from app.desk.scripts.text import diff
from app.errors import DataError, Problem, RequestError
from app.reply.notices import NOTICE_KINDS
from app.reply.script_library import NOTICES, RATINGS
from app.service import script_forms as forms
from app.service.parts import Parts
from app.service.script_forms import Edited, Entry, Filter, Form, Posted
from app.shop.situations import MOODS, ORDERS, TIMES_ASKED
from app.understand.catalogue import GROUPS

FLOWS = ("reception", "aftersales", "risk", "review")
SHELVES = (*GROUPS, NOTICES, RATINGS)
_RATINGS = {"bad": "一两星", "neutral": "三星", "good": "四五星", "follow_up": "追评", "suspected": "疑似恶意"}
_UNCLEAR = ("没看懂", "看不懂买家的话时，老实问是哪款、哪一单")
_MOST_SAID = 3


@dataclass(frozen=True)
class Desk:
    """What the pages share."""

    parts: Parts
    overrides: Overrides

    def script(self, request: Request, group: str, stem: str) -> tuple[str, Script]:
        """Give the shop of a request and the script it names."""
        shop = self.parts.shop_of(request)
        return shop, self.overrides.script(shop, f"{group}/{stem}")

    def entry(self, script: Script) -> Entry:
        """Give a script with its title and what it is for."""
        if script.group == NOTICES:
            return Entry(script, NOTICE_KINDS[script.stem][0], "")
        if script.group == RATINGS:
            return Entry(script, _RATINGS.get(script.stem, script.stem), "")
        known = self.parts.pipeline.knowledge.catalogue.intents.get(script.stem)
        return Entry(script, known.title, known.file.definition) if known else Entry(script, *_UNCLEAR)

    def editor(
        self,
        request: Request,
        script: Script,
        edited: Edited,
        form: Form,
        *,
        verdict: Verdict | None = None,
        status: int = 200,
    ) -> Response:
        """Draw the editor as its fields stand."""
        shop = self.parts.shop_of(request)
        return self.parts.page(
            request,
            "scripts/editor.html",
            status=status,
            entry=self.entry(script),
            script=script,
            edited=edited,
            verdict=verdict,
            form=form,
            asks=self.overrides.asks(shop, script.name),
            cards=CARDS,
            moods=tuple(MOODS),
            often=TIMES_ASKED,
            states=ORDERS,
            revisions=len(self.overrides.history(shop, script.name)),
        )


def routes(parts: Parts) -> APIRouter:
    """Build the pages of the script library."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(parts, Overrides(parts.pipeline, parts.store))
    _browsing(router, desk)
    _editing(router, desk)
    _going_back(router, desk)
    return router


def _browsing(router: APIRouter, desk: Desk) -> None:
    @router.get("/scripts")
    def browse(request: Request, narrow: Annotated[Filter, Depends()]) -> Response:
        """List the scripts; what they say is fetched as they come into view."""
        every = [desk.entry(script) for script in desk.overrides.scripts(desk.parts.shop_of(request))]
        found = sorted(filter(narrow.holds, every), key=lambda one: _place(one.script))
        stages = dict.fromkeys((one.script.flow, stage) for one in every for stage in one.script.filled)
        return desk.parts.page(
            request,
            "scripts.html",
            entries=found,
            narrow=narrow,
            flows=FLOWS,
            stages=_by_flow(tuple(stages)),
            groups=SHELVES,
            total=len(every),
            own=sum(bool(one.script.own) for one in every),
        )

    @router.get("/scripts/said")
    def said(request: Request, name: str, stage: str = "") -> Response:
        """Say what one script says now."""
        found = said_now(desk.overrides, desk.parts.shop_of(request), name, stage=stage)
        return desk.parts.page(request, "scripts/_said.html", said=found[:_MOST_SAID], more=len(found) - _MOST_SAID)


def _editing(router: APIRouter, desk: Desk) -> None:
    @router.get("/scripts/{group}/{stem}")
    def edit(request: Request, group: str, stem: str) -> Response:
        """Show a script with the common wording beside the shop's own."""
        _, script = desk.script(request, group, stem)
        return desk.editor(request, script, forms.stored(script), dict(request.query_params))

    @router.post("/scripts/{group}/{stem}")
    def save(request: Request, group: str, stem: str, form: Posted) -> Response:
        """Save the wording, or say why not; `turn` only shows it in the other way of editing."""
        shop, script = desk.script(request, group, stem)
        edited, accepted = forms.edited(script, form), form.get("accept", "")
        if form.get("turn"):
            return desk.editor(request, script, forms.turned(script, edited), form)
        if edited.fault:
            verdict = Verdict((Problem("", "", edited.fault),))
            return desk.editor(request, script, edited, form, verdict=verdict, status=422)
        try:
            verdict = desk.overrides.save(
                shop,
                script.name,
                edited.source,
                agent=desk.parts.agent_of(request),
                note=form.get("note", "").strip(),
                seen=form.get("seen", ""),
                accepted=accepted,
            )
        except RequestError as error:
            verdict = Verdict((Problem("", "", str(error)),))
            return desk.editor(request, script, edited, form, verdict=verdict, status=409)
        except DataError as error:  # the shop cannot be opened again, whatever this script says
            return desk.editor(request, script, edited, form, verdict=Verdict(error.problems), status=503)
        if not verdict.stands(accepted):
            return desk.editor(request, script, edited, form, verdict=verdict, status=422)
        return RedirectResponse(f"/scripts/{script.name}?saved=1&shop={shop}", 303)

    @router.post("/scripts/{group}/{stem}/preview")
    def preview(request: Request, group: str, stem: str, form: Posted) -> Response:
        """Say what the unsaved wording would say."""
        shop, script = desk.script(request, group, stem)
        knowledge = desk.parts.pipeline.knowledge
        edited = forms.edited(script, form)
        fault = edited.fault
        try:
            ask, heard = forms.ask(desk.overrides, shop, script, form)
        except RequestError as error:  # a message of the editor's own that cannot be read
            ask, heard, fault = None, "", str(error)
        previewer = Previewer(desk.overrides, knowledge, desk.parts.pipeline.shop(shop).counter.shop.facts)
        source = script.own if edited.fault else edited.source
        shown = previewer(shop, script.name, source, ask, forms.setting(form))
        other = knowledge.catalogue.intents.get(heard) if heard != script.stem else None
        return desk.parts.page(
            request,
            "scripts/_preview.html",
            script=script,
            shown=shown,
            fault=fault,
            heard=other.title if other else "",
        )


def _going_back(router: APIRouter, desk: Desk) -> None:
    @router.get("/scripts/{group}/{stem}/history")
    def history(request: Request, group: str, stem: str) -> Response:
        """List who changed the wording when, with what changed."""
        shop, script = desk.script(request, group, stem)
        found = desk.overrides.history(shop, script.name)
        earlier = [*(one.text for one in found[1:]), ""]
        return desk.parts.page(
            request,
            "scripts/history.html",
            entry=desk.entry(script),
            script=script,
            changes=[(one, diff(before, one.text)) for one, before in zip(found, earlier, strict=True)],
            zone=desk.parts.pipeline.shop(shop).counter.shop.zone,
        )

    @router.post("/scripts/{group}/{stem}/restore")
    def restore(request: Request, group: str, stem: str, form: Posted) -> Response:
        """Bring an earlier wording back."""
        shop, script = desk.script(request, group, stem)
        number = int(form["revision"]) if form.get("revision", "").isdecimal() else 0
        verdict = desk.overrides.restore(shop, script.name, number, agent=desk.parts.agent_of(request))
        if not verdict.refused:
            return RedirectResponse(f"/scripts/{script.name}?restored=1&shop={shop}", 303)
        edited = forms.from_source(script, desk.overrides.revision(shop, script.name, number).text)
        return desk.editor(request, script, edited, form, verdict=verdict, status=422)


def _place(script: Script) -> tuple[int, int, str]:
    return FLOWS.index(script.flow), SHELVES.index(script.group), script.name


def _by_flow(stages: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for flow, stage in stages:
        found.setdefault(flow, []).append(stage)
    return found
