"""Build the web application: its parts, its routes, what stands before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from app import __version__
from app.desk.chats import Chats
from app.desk.live import Live
from app.desk.masking import Mask
from app.desk.recorder import Recorder
from app.desk.store import DeskStore
from app.pipeline import Knowledge, Pipeline
from app.service import api, faults, followups, goods, messages, metrics, notices, outcomes, phrases, reviews
from app.service.guard import HEADERS, Guard
from app.service.pages import desk, insights, scripts, tools
from app.service.pages import followups as followups_page
from app.service.pages import messages as messages_page
from app.service.pages import settings as settings_page
from app.service.pages import training as training_page
from app.service.parts import Parts
from app.service.places import STATIC, TEMPLATES
from app.service.swap import ModelWatch
from app.service.tally import Counting, Tally
from app.service.words import load_words

API = (api, messages, outcomes, reviews, notices, goods, phrases, followups, metrics)
PAGES = (desk, tools, scripts, followups_page, insights, messages_page, settings_page, training_page)
_WORTH_PACKING = 2_000
"""Answers below this many bytes go out as they are."""


def create_app(pipeline: Pipeline, *, database: str = "") -> FastAPI:
    """Put the service together around a ready pipeline; the default shop and the store are opened at once.

    `database` is the URL of the store, empty for the one of the settings.
    """
    settings = pipeline.knowledge.settings
    pipeline.shop(settings.shop).drafter.scripts.warm()
    store = DeskStore(database or settings.database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(title="秒回 Miaohui", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    parts = Parts(
        pipeline, store, recorder(pipeline.knowledge), Chats(store), Live(), ModelWatch(pipeline),
        Jinja2Templates(TEMPLATES), load_words(),
        Tally({intent.name: intent.group for intent in pipeline.knowledge.catalogue}), settings.shop,
    )  # fmt: skip
    for module in (*API, *PAGES):
        app.include_router(module.routes(parts))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.install(app, parts, headers=HEADERS)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING)
    app.add_middleware(Guard, body=settings.max_body, upload=settings.max_upload, look=parts.watch.look)
    app.add_middleware(Counting, tally=parts.tally)
    return app


def recorder(knowledge: Knowledge) -> Recorder:
    """Build what writes conversations down."""
    causes, normaliser = knowledge.ratings.causes, knowledge.reader.normaliser

    def heard(text: str) -> list[str]:
        return [one.name for one in causes(normaliser(text)).troubles]

    return Recorder(Mask(knowledge.reader.values), heard)
