"""Count what the service does: how much and how fast, never who or what about. Every label has few values."""

import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.records import UNKNOWN

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_MILLISECONDS = (1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 100, 250, 1000)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Tally:
    """Hold the counters of one service; `groups` tells the group of an intent."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self.registry = CollectorRegistry()
        self._groups = groups
        self._requests = Counter(
            "miaohui_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self._duration = Histogram(
            "miaohui_request_seconds", "Time to answer a request", ["route"], buckets=_SECONDS, registry=self.registry
        )
        self._drafts = Counter("miaohui_drafts", "Replies drafted", ["decision", "group"], registry=self.registry)
        self._took = Histogram(
            "miaohui_draft_took_ms", "Time to draft a reply", buckets=_MILLISECONDS, registry=self.registry
        )
        self._understood = Counter(
            "miaohui_understood", "Messages whose intent was known, or not", ["known"], registry=self.registry
        )
        self._outcomes = Counter("miaohui_outcomes", "What became of drafts", ["outcome"], registry=self.registry)

    def drafted(self, body: Mapping[str, Any]) -> None:
        """Count a reply by the group of its first intent."""
        name = body["intents"][0]["name"] if body["intents"] else UNKNOWN
        group = self._groups.get(name, UNKNOWN)
        self._drafts.labels(body["decision"], group).inc()
        self._took.observe(body["took_ms"])
        self._understood.labels("no" if group == UNKNOWN else "yes").inc()

    def outcome(self, outcome: str) -> None:
        """Count what became of a draft."""
        self._outcomes.labels(outcome).inc()

    def answered(self, scope: Scope, status: int, seconds: float | None) -> None:
        """Count a request by the route that took it; a stream has no duration."""
        mounted = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
        route = getattr(scope.get("route"), "path", "") or mounted or "none"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        if seconds is not None:
            self._duration.labels(route).observe(seconds)


class Counting:
    """Time every request, from outside all other middleware."""

    def __init__(self, app: ASGIApp, *, tally: Tally) -> None:
        self._app = app
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, streams = time.perf_counter(), 500, False

        async def sending(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
                streams = any(kind.startswith(b"text/event-stream") for kind in kinds)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._tally.answered(scope, status, None if streams else time.perf_counter() - started)
