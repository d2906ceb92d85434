"""Build the web application: routes, error shape, security headers, body limit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from app import __version__
from app.desk.chats import Chats
from app.desk.live import Live
from app.desk.masking import Mask
from app.desk.recorder import Recorder
from app.desk.store import DeskStore
from app.pipeline import Knowledge, Pipeline
from app.service import api, faults, goods, messages, notices, outcomes, reviews
from app.service.limits import UPLOADS, BodyLimit
from app.service.pages import desk
from app.service.parts import Parts
from app.service.places import STATIC, TEMPLATES
from app.service.swap import ModelWatch
from app.service.words import load_words

API = (api, messages, outcomes, reviews, notices, goods)
PAGES = (desk,)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_WORTH_PACKING = 2_000
"""Answers below this many bytes go out as they are."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


def create_app(pipeline: Pipeline, *, database: str = "") -> FastAPI:
    """Put the service together around a ready pipeline; the default shop and the store are opened at once.

    `database` is the URL of the store, empty for the one of the settings.
    """
    settings = pipeline.knowledge.settings
    pipeline.shop(settings.shop).drafter.library.warm()
    store = DeskStore(database or settings.database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(title="秒回 Miaohui", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    parts = Parts(
        pipeline, store, recorder(pipeline.knowledge), Chats(store), Live(), ModelWatch(pipeline),
        Jinja2Templates(TEMPLATES), load_words(), settings.shop,
    )  # fmt: skip
    for module in (*API, *PAGES):
        app.include_router(module.routes(parts))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.install(app, parts, headers=_HEADERS)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING)
    app.add_middleware(BodyLimit, body=settings.max_body, upload=settings.max_upload)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Refuse what is too large or comes from another site's page, and set the security headers."""
        parts.watch.look()
        length = request.headers.get("content-length", "0")
        response: Response
        most = settings.max_upload if request.url.path.startswith(UPLOADS) else settings.max_body
        if not length.isdecimal() or int(length) > most:
            message = f"请求体太大，最多 {most // 1024} KB"
            response = JSONResponse(faults.error_json("body_too_large", message), status_code=413)
        elif _foreign(request):
            message = "这个请求来自别的网站，没有照办；请在秒回的页面里操作"
            response = JSONResponse(faults.error_json("cross_site", message), status_code=403)
        else:
            response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-cache"  # asked for anew each time: an update is seen at once
        return response

    return app


def recorder(knowledge: Knowledge) -> Recorder:
    """Build what writes conversations down."""
    causes, normaliser = knowledge.ratings.causes, knowledge.reader.normaliser

    def heard(text: str) -> list[str]:
        return [one.name for one in causes(normaliser(text)).troubles]

    return Recorder(Mask(knowledge.reader.values), heard)


def _foreign(request: Request) -> bool:
    """Tell whether another site's page wants to change something here; JSON clients under /v1 are no pages."""
    site = request.headers.get("sec-fetch-site", "none")
    return request.method not in _SAFE and not request.url.path.startswith("/v1/") and site not in _OWN
