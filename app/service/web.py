"""Build the web application: routes, error shape, security headers, body limit."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from app import __version__
from app.desk.conversations import Conversations
from app.pipeline import Pipeline
from app.service import api, faults, notices, pages, reviews
from app.service.places import STATIC, TEMPLATES
from app.service.swap import ModelWatch

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(pipeline: Pipeline) -> FastAPI:
    """Put the service together around a ready pipeline; the default shop is opened at once."""
    settings = pipeline.knowledge.settings
    pipeline.shop(settings.shop).drafter.library.warm()
    app = FastAPI(title="秒回 Miaohui", version=__version__, docs_url=None, redoc_url=None)
    templates = Jinja2Templates(TEMPLATES)
    watch = ModelWatch(pipeline)
    app.include_router(api.routes(pipeline, Conversations(), watch, shop=settings.shop))
    app.include_router(reviews.routes(pipeline, shop=settings.shop))
    app.include_router(notices.routes(pipeline, shop=settings.shop))
    app.include_router(pages.routes(pipeline, templates, shop=settings.shop))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    faults.install(app, templates, headers=_HEADERS)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Refuse bodies that say they are too large before reading them, and set the security headers."""
        watch.look()
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > settings.max_body:
            message = f"请求体太大，最多 {settings.max_body // 1024} KB"
            response: Response = JSONResponse(faults.error_json("body_too_large", message), status_code=413)
        else:
            response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return app
