"""The versions of the model: train a new one, see what it changes, bring it into use or go back."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.desk.training.feedback import accepted_since
from app.desk.training.retrain import Retraining
from app.desk.training.trainer import Trainer
from app.desk.training.verdict import Report, read_report
from app.errors import ArtefactError, DataError, RequestError
from app.models import Store
from app.pipeline import fingerprint
from app.service.parts import Parts
from app.understand import catalogue as catalogues

Version = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the list; `problem` is empty where it is whole."""

    version: str
    trained_at: datetime | None
    lines: int
    intents: int
    held_out: float
    current: bool
    previous: bool
    problem: str
    report: bool


def routes(parts: Parts, trainer: Trainer, retraining: Retraining) -> APIRouter:
    """Build the routes of the models' page."""
    router = APIRouter(include_in_schema=False)
    store = Store(parts.pipeline.knowledge.settings.models)

    def show(request: Request, *, fault: str = "", status: int = 200, used: str = "", report: str = "") -> Response:
        rows, state = _rows(store), retraining.state
        shown = report or state.version
        return parts.page(
            request, "training/models.html", status=status, fault=fault, used=used, rows=rows, state=state,
            previous=store.previous(), running=parts.watch.version, problem=parts.watch.problem, shown=shown,
            report=_report(store, rows, shown), titles=trainer.lines.titles(), fresh=_unlearned(parts, store),
            zone=parts.pipeline.shop(parts.shop_of(request)).counter.shop.zone,
        )  # fmt: skip

    @router.get("/training/models")
    def models(request: Request, used: str = "", report: str = "") -> Response:
        """Show the versions, and what the last training has found."""
        return show(request, used=used, report=report)

    @router.get("/training/progress")
    def progress(request: Request) -> Response:
        """Say how far the training is; asked for again and again while it runs."""
        state = retraining.state
        response = parts.page(request, "training/_progress.html", state=state, rows=(), report=None)
        if state.phase != "running":  # the list of versions has changed as well
            response.headers["HX-Refresh"] = "true"
        return response

    @router.post("/training/models/train")
    def train(request: Request) -> Response:
        """Start a training; one that runs already is shown."""
        if retraining.state.phase == "running":
            return RedirectResponse("/training/models", 303)
        with parts.store.read() as session:
            told = accepted_since(session, _trained_at(store))
        known = trainer.live()
        try:
            retraining.start([(text, intent) for text, intent in told if intent in known])
        except RequestError as error:
            return show(request, fault=str(error), status=409)
        return RedirectResponse("/training/models", 303)

    @router.post("/training/models/promote")
    def promote(request: Request, version: Version) -> Response:
        """Bring a version into use."""
        try:
            store.promote(store.find(version))
        except (ArtefactError, RequestError) as error:
            return show(request, fault=str(error), status=422)
        return RedirectResponse(f"/training/models?used={version}", 303)

    @router.post("/training/models/rollback")
    def rollback(request: Request) -> Response:
        """Bring the version into use again that was in use before."""
        try:
            version = store.rollback()
        except (ArtefactError, RequestError) as error:
            return show(request, fault=str(error), status=422)
        return RedirectResponse(f"/training/models?used={version}", 303)

    return router


def _rows(store: Store) -> list[Row]:
    """List the versions, newest first; whether they are whole is found out when one is brought into use."""
    current, previous = store.current(), store.previous()
    rows = []
    for version in reversed(store.versions()):
        row = Row(version, None, 0, 0, 0.0, version == current, version == previous, "", False)
        try:
            card = store.card(version)
        except ArtefactError as error:
            rows.append(replace(row, problem=str(error)))
            continue
        rows.append(
            replace(
                row, trained_at=datetime.fromisoformat(card.trained_at), lines=card.lines, intents=card.intents,
                held_out=card.scores.get("held_out_accuracy", 0.0), report=read_report(store, version) is not None,
            )
        )  # fmt: skip
    return rows


def _report(store: Store, rows: list[Row], version: str) -> Report | None:
    return read_report(store, version) if any(row.version == version for row in rows) else None


def _trained_at(store: Store) -> datetime | None:
    try:
        return datetime.fromisoformat(store.card(store.in_use()).trained_at)
    except ArtefactError:
        return None


def _unlearned(parts: Parts, store: Store) -> bool:
    """Tell whether the lines on disk are others than those that the version in use has learned."""
    knowledge = parts.pipeline.knowledge
    try:
        now = replace(knowledge, catalogue=catalogues.load(knowledge.settings.intents))
        return store.card(store.in_use()).data_hash != fingerprint(now)
    except (ArtefactError, DataError):
        return True
