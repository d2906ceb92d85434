"""Bound what a request may bring: little for messages, more where a table is uploaded."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

UPLOADS = "/settings"
"""Pages below this path take files."""


class BodyLimit:
    """Count the body of every request while it is read; sizes in bytes."""

    def __init__(self, app: ASGIApp, *, body: int, upload: int) -> None:
        self._body = RequestBodyLimitMiddleware(app, max_body_size=body)
        self._upload = RequestBodyLimitMiddleware(app, max_body_size=upload)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        uploads = str(scope.get("path", "")).startswith(UPLOADS)
        await (self._upload if uploads else self._body)(scope, receive, send)
