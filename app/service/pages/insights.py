"""The page of figures, each of which leads to its messages, and their export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from app.desk.reports import exports
from app.desk.reports import report as reports
from app.desk.reports import rows as reports_rows
from app.desk.reports.scope import NOBODY
from app.desk.reports.tables import REST, UNNAMED, Cell, Column, Table, Where
from app.errors import NotFoundError
from app.service.parts import Parts
from app.service.reporting import question
from app.service.words import Translate

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLOCK, FATE = ("kept", "missed", "uncounted"), ("accepted", "edited", "rejected", "none")
_MANY_DAYS = 16
"""From this many columns on, not every one has room for its label."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar, in percent of the whole drawing."""

    name: str
    start: float
    size: float


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    where: Where | None
    parts: tuple[Part, ...]
    said: str
    """The figures of the bar in words."""
    shown: bool
    """Whether its label has room."""


def routes(parts: Parts) -> APIRouter:
    """Build the routes of the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/insights")
    def insights(request: Request) -> Response:
        """Show the figures of some days."""
        asked = question(parts, request)
        with parts.store.read() as session:
            found = reports.report(session, asked.scope, asked.names, asked.now)
            agents = reports_rows.agents(session, asked.scope.shop)
        t = parts.words(parts.lang_of(request))
        tables = {table.name: table for table in found.tables}
        return parts.page(
            request,
            "insights.html",
            asked=asked,
            report=found,
            tables=tables,
            charts={name: columns(tables[name], t) for name in ("hours", "days")},
            bars={
                "intents": bars(tables["intents"], (1,), ("total",), most=reports.TOP),
                "outcomes": bars(tables["outcomes"], (2, 3, 4, 5), FATE, each=True),
                "agents": bars(tables["agents"], (2, 3, 4, 5), FATE, each=True),
                "classes": bars(tables["classes"], (1,), ("bad",)),
                "unsold": bars(tables["unsold"], (1,), ("total",)),
            },
            agents=agents,
            nobody=NOBODY,
            limit=parts.pipeline.shop(asked.scope.shop).counter.shop.facts.reply_clock.limit_s,
            show=partial(said, t),
            wait=partial(duration, t),
        )

    @router.get("/insights/{name}.{kind}")
    def export(request: Request, name: str, kind: str) -> Response:
        """Give one table, or `all` of them as a workbook."""
        asked = question(parts, request)
        with parts.store.read() as session:
            found = reports.report(session, asked.scope, asked.names, asked.now)
        chosen = [found.table(name)] if name != "all" else list(found.tables)
        tables = [table for table in chosen if table is not None]
        if not tables or (name == "all" and kind != "xlsx"):
            raise NotFoundError("unknown_table", f"没有表格「{name[:40]}.{kind[:10]}」，从数据页的导出里选", "name")
        grids = [(table.title, exports.table_grid(table)) for table in tables]
        return download(f"{name}-{span(asked.scope.period.since, asked.scope.period.until)}", kind, grids)

    return router


def span(since: date, until: date) -> str:
    return since.isoformat() if since == until else f"{since.isoformat()}_{until.isoformat()}"


def download(name: str, kind: str, grids: Sequence[tuple[str, exports.Grid]]) -> Response:
    """Give tables as a file to keep: CSV as it is made, or a workbook."""
    if kind not in ("csv", "xlsx"):
        raise NotFoundError("unknown_format", f"不会写 .{kind[:10]}，用 .csv 或 .xlsx", "kind")
    headers = {"Content-Disposition": f'attachment; filename="miaohui-{name}.{kind}"'}
    if kind == "csv":
        return StreamingResponse(exports.csv_text(grids[0][1]), media_type=CSV, headers=headers)
    return Response(exports.workbook(grids), media_type=XLSX, headers=headers)


def said(t: Translate, column: Column, cell: Cell) -> str:
    """Write a cell for people."""
    value = cell.value
    if value is None:
        return "—"
    if column.kind == "share" and isinstance(value, float | int):
        return f"{value:.0%}"
    if column.kind == "seconds" and isinstance(value, int):
        return duration(t, value)
    if isinstance(value, str):
        return t(value) if column.kind == "label" or value in (REST, UNNAMED) else value
    return str(value)


def duration(t: Translate, seconds: int | None) -> str:
    """Say a wait: seconds up to two minutes, minutes up to two hours."""
    if seconds is None:
        return "—"
    if seconds < 120:
        return t("{count} 秒", count=seconds)
    if seconds < 7200:
        return t("{count} 分", count=round(seconds / 60))
    return t("{count} 时", count=round(seconds / 3600, 1))


def columns(table: Table, t: Translate) -> list[Bar]:
    """Draw a table of clocks as upright bars of kept, missed and uncounted messages."""
    highest = max((_number(row[1]) for row in table.rows), default=0) or 1
    every = 1 if len(table.rows) < _MANY_DAYS else -(-len(table.rows) // 8)
    drawn = []
    for at, row in enumerate(table.rows):
        label = str(row[0].value)
        counts = dict(zip(CLOCK, map(_number, row[2:5]), strict=True))
        text = t("{label}：{total} 条，按时 {kept}，超时 {missed}，不计时 {uncounted}", label=label,
                 total=_number(row[1]), **counts)  # fmt: skip
        short = label[5:] if len(label) == len("2026-11-01") else label[:2]
        drawn.append(Bar(short, row[1].where, _stacked(counts, highest, upright=True), text, at % every == 0))
    return drawn


def bars(
    table: Table, places: Sequence[int], names: Sequence[str], *, each: bool = False, most: int | None = None
) -> list[tuple[Part, ...]]:
    """Draw some columns of rows as lying bars, measured by the longest, or (`each`) by themselves; at most `most`."""
    rows = [dict(zip(names, (_number(row[at]) for at in places), strict=True)) for row in table.rows[:most]]
    longest = max((sum(row.values()) for row in rows), default=0) or 1
    return [_stacked(row, (sum(row.values()) or 1) if each else longest, upright=False) for row in rows]


def _stacked(counts: dict[str, int], whole: int, *, upright: bool) -> tuple[Part, ...]:
    parts, done = [], 0.0
    for name, count in counts.items():
        size = round(100 * count / whole, 2)
        done = round(done + size, 2)
        if count:
            parts.append(Part(name, round(100 - done, 2) if upright else round(done - size, 2), size))
    return tuple(parts)


def _number(cell: Cell) -> int:
    return cell.value if isinstance(cell.value, int) else 0
