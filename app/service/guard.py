"""Stand before every route: bound what a request brings, refuse other sites' pages, set the security headers."""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.service.faults import error_json

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UPLOADS = "/settings"
"""Pages below this path take files."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})


class Guard:
    """Pass on what may be answered; sizes in bytes. `look` runs before every request."""

    def __init__(self, app: ASGIApp, *, body: int, upload: int, look: Callable[[], None]) -> None:
        self._most = {False: body, True: upload}
        self._inner = {large: RequestBodyLimitMiddleware(app, max_body_size=most) for large, most in self._most.items()}
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner[False](scope, receive, send)
            return
        self._look()
        path: str = scope["path"]
        large = path.startswith(UPLOADS)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if path.startswith("/static/"):
                    headers["Cache-Control"] = "no-cache"  # asked for anew each time: an update is seen at once
            await send(message)

        answer = _refusal(scope, self._most[large]) or self._inner[large]
        await answer(scope, receive, guarded)


def _refusal(scope: Scope, most: int) -> JSONResponse | None:
    """Answer what says it is too large, or what another site's page wants to change; JSON clients are no pages."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        return JSONResponse(error_json("body_too_large", f"请求体太大，最多 {most // 1024} KB"), status_code=413)
    client = scope["path"].startswith("/v1/") or scope["method"] in _SAFE
    if not client and headers.get("sec-fetch-site", "none") not in _OWN:
        message = "这个请求来自别的网站，没有照办；请在秒回的页面里操作"
        return JSONResponse(error_json("cross_site", message), status_code=403)
    return None
