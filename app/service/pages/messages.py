"""The list of messages behind the figures, newest first, and its export."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.desk.reports import exports
from app.desk.reports import listing as reports_filter
from app.desk.reports import report as reports
from app.desk.reports import rows as reports_rows
from app.desk.reports.listing import ANY, CHOICES
from app.desk.reports.scope import CLASSES, NOBODY, Names
from app.service.pages.insights import download, duration, span
from app.service.parts import Parts
from app.service.reporting import Question, question
from app.service.words import Translate

PAGE = 50
MOST = 20_000
"""Messages in one file; the command line has no such limit."""


def routes(parts: Parts) -> APIRouter:
    """Build the routes of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/messages")
    def messages(request: Request, page: int = 1) -> Response:
        """List the messages that the filters let pass."""
        asked = question(parts, request)
        t = parts.words(parts.lang_of(request))
        with parts.store.read() as session:
            everything = reports.read(session, asked.scope, asked.names, asked.now, text=asked.text)
            rows = reports_filter.chosen(everything, asked.where)
            pages = max(-(-len(rows) // PAGE), 1)
            page = min(max(page, 1), pages)
            found = reports_filter.lines(session, rows[(page - 1) * PAGE : page * PAGE])
            agents = reports_rows.agents(session, asked.scope.shop)
        return parts.page(
            request,
            "messages.html",
            asked=asked,
            lines=found,
            count=len(rows),
            page=page,
            pages=pages,
            most=MOST,
            agents=agents,
            nobody=NOBODY,
            choices=CHOICES,
            classes=CLASSES,
            intents=intents(asked.names),
            chips=chips(asked, t),
            zone=asked.scope.period.zone,
            wait=partial(duration, t),
            styles=exports.STYLES,
        )

    @router.get("/messages.{kind}")
    def export(request: Request, kind: str) -> Response:
        """Give the same messages as a file."""
        asked = question(parts, request)
        period = asked.scope.period
        with parts.store.read() as session:
            grid = list(
                exports.messages_grid(
                    session, asked.scope, asked.names, asked.now, where=asked.where, text=asked.text, most=MOST
                )
            )
        return download(f"messages-{span(period.since, period.until)}", kind, [("messages", grid)])

    return router


def intents(names: Names) -> list[tuple[str, str]]:
    """List all intents with their titles, those not understood last."""
    return [*names.intents.items(), ("unknown", names.intent("unknown"))]


def chips(asked: Question, t: Translate) -> list[tuple[str, str]]:
    """Name the filters that no field of the form shows, each with the address without it."""
    found = []
    for name, values in asked.where.items():
        if name in ("outcome", "in_time") or (name == "intent" and len(values) == 1):
            continue
        if name == "cause" and len(values) == 1 and values[0] in (*CLASSES, ANY):
            continue
        address = asked.again("/messages", **{name: ""})
        found.append((chip(asked, name, values, t), address))
    return found


def chip(asked: Question, name: str, values: tuple[str, ...], t: Translate) -> str:
    """Say a filter."""
    said = "、".join(values)
    if name == "intent":
        return t("{count} 个意图", count=len(values))
    if name == "hour":
        return t("{said} 点", said=said)
    if name == "day":
        return said
    if name == "cause":
        return t("抱怨：{said}", said="、".join(asked.names.cause(value) for value in values))
    if name == "product":
        return t("商品：{said}", said="、".join(asked.names.products.get(value, value) for value in values))
    if name == "courier":
        return t("快递：{said}", said=said)
    if name == "unsold":
        return t("问了没买：{said}", said=t("全部") if ANY in values else "、".join(t(value) for value in values))
    return t("会话：{said}", said=asked.conversation)
