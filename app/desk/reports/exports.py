"""Write tables for other programs, as CSV or xlsx, so that no cell is taken for a formula and all reads back equal."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import followups
from app.desk.reports.listing import CHOICES, Line, chosen, lines
from app.desk.reports.report import read
from app.desk.reports.rows import Asked
from app.desk.reports.scope import Names, Period, Scope
from app.desk.reports.tables import Cell, Column, Table, Where
from app.desk.tables import Draft, Outcome
from app.errors import RequestError

SUFFIXES = (".csv", ".xlsx")
OUTCOMES = {"copied": "复制", "edited": "改了用", "sent": "发送", "rejected": "不合用"}
STATES = {"open": "未了", "done": "完成", "dropped": "不跟了"}
KINDS = {"follow_up": "跟进", "deadline": "时限"}
STYLES = {"brief": "简短", "standard": "标准", "soothing": "安抚"}
_FORMULA = re.compile(r"'*(?:[\t\r]|\s*[=+\-@＝＋－＠])")
"""How begins what a spreadsheet works out; full-width marks count in Chinese ones."""
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no xlsx may hold."""
_LONGEST_CELL = 32_767
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_BATCH = 2_000
Grid = Iterable[Sequence[str | int | float | None]]


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would work out; one more where it begins so itself."""
    text = _UNWRITABLE.sub("", text)[:_LONGEST_CELL]
    return f"'{text}"[:_LONGEST_CELL] if _FORMULA.match(text) else text


def csv_text(grid: Grid) -> Iterator[bytes]:
    """Give a table as CSV that Excel opens as UTF-8, some rows at a time."""
    rows, mark = iter(grid), "\ufeff"
    while batch := list(islice(rows, _BATCH)):
        file = io.StringIO()
        csv.writer(file).writerows([_cell(value) for value in row] for row in batch)
        yield (mark + file.getvalue()).encode("utf-8")
        mark = ""


def workbook(sheets: Sequence[tuple[str, Grid]]) -> bytes:
    """Give a workbook with one sheet a table."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for title, grid in sheets:
        sheet = book.create_sheet(_SHEET_NAME.sub("", title)[:31])
        sheet.freeze_panes = "A2"
        for at, row in enumerate(grid):
            values: list[Any] = [_cell(value) for value in row]
            if not at:
                values = [WriteOnlyCell(sheet, value) for value in values]
                for cell in values:
                    cell.font = Font(bold=True)
            sheet.append(values)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(value: str | int | float | None) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return guarded(value) if isinstance(value, str) else value


def write(path: Path, title: str, grid: Grid) -> int:
    """Write one table to a file by its suffix and give the rows below the head; raise RequestError where it cannot."""
    if path.suffix not in SUFFIXES:
        raise RequestError("bad_suffix", f"只会写 .csv 和 .xlsx，改一下文件名：{path.name}", "file")
    rows = [list(row) for row in grid]
    try:
        if path.suffix == ".xlsx":
            path.write_bytes(workbook([(title, rows)]))
        else:
            path.write_bytes(b"".join(csv_text(rows)))
    except OSError as error:
        raise RequestError("cannot_write", f"写不了 {path}：{error.strerror}", "file") from error
    return len(rows) - 1


def table_grid(table: Table) -> Grid:
    """Give a report's table; shares are in percent."""
    yield [
        f"{column.title}（{_UNITS[column.kind]}）" if column.kind in _UNITS else column.title
        for column in table.columns
    ]
    for row in table.rows:
        yield [_value(column, cell) for column, cell in zip(table.columns, row, strict=True)]


_UNITS = {"share": "%", "seconds": "秒"}


def _value(column: Column, cell: Cell) -> str | int | float | None:
    if column.kind == "share" and isinstance(cell.value, float):
        return round(cell.value * 100, 1)
    return cell.value


_MESSAGE_HEAD = (
    "时间", "会话", "买家", "平台", "意图", "把握", "买家的话", "处理", "发出的话", "风格", "客服",
    "等待（秒）", "计时", "抱怨", "快递", "商品", "没买的原因", "草稿编号",
)  # fmt: skip


def messages_grid(
    session: Session, scope: Scope, names: Names, now: datetime, *, where: Where | None = None, text: str = "",
    most: int | None = None,
) -> Grid:  # fmt: skip
    """Give messages with what was answered, newest first, at most `most`."""
    yield _MESSAGE_HEAD
    rows = chosen(read(session, scope, names, now, text=text), where or {})[:most]
    for at in range(0, len(rows), _BATCH):
        for line in lines(session, rows[at : at + _BATCH]):
            yield _message(line, names, scope.period)


def _message(line: Line, names: Names, period: Period) -> list[str | int | float | None]:
    row: Asked = line.asked
    return [
        stamp(row.at, period),
        line.conversation,
        line.buyer,
        line.platform,
        names.intent(row.intent),
        round(line.confidence, 3),
        line.text,
        CHOICES["outcome"][row.outcome],
        line.reply,
        STYLES.get(line.style, line.style),
        row.agent,
        row.waited,
        CHOICES["in_time"][row.clock],
        "、".join(names.cause(cause) for cause in row.causes),
        row.courier,
        names.products.get(row.product, row.product),
        row.unsold,
        row.id,
    ]


def outcomes_grid(session: Session, scope: Scope, names: Names) -> Grid:
    """Give every outcome reported in the period, oldest first."""
    yield "时间", "客服", "结果", "风格", "意图", "改成的意图", "买家的话", "最后的话", "等待（秒）", "按时", "草稿编号"
    found = (
        select(Outcome, Draft.intent, Draft.text)
        .join(Draft, Outcome.draft_id == Draft.id)
        .where(
            Outcome.shop == scope.shop, Outcome.at >= scope.period.start, Outcome.at < scope.period.end,
            *([Outcome.agent == scope.agent] if scope.agent else []),
        )
        .order_by(Outcome.at, Outcome.id)
    )  # fmt: skip
    for outcome, intent, text in session.execute(found).yield_per(_BATCH):
        yield [
            stamp(outcome.at, scope.period),
            outcome.agent,
            OUTCOMES.get(outcome.outcome, outcome.outcome),
            STYLES.get(outcome.style, outcome.style),
            names.intent(intent),
            names.intent(outcome.intent) if outcome.intent else "",
            text,
            outcome.text,
            outcome.waited_s,
            {True: "是", False: "否", None: ""}[outcome.in_time],
            outcome.draft_id,
        ]


def followups_grid(session: Session, scope: Scope) -> Grid:
    """Give every follow-up that is or was due in the period, soonest first."""
    yield "编号", "到期", "做什么", "种类", "状态", "客服", "会话", "买家", "买家的话", "记下", "了结", "了结人", "备注"
    for item in followups.due_between(session, scope.shop, scope.period.start, scope.period.end, agent=scope.agent):
        yield [
            item.id,
            stamp(item.due_at, scope.period),
            item.what,
            KINDS.get(item.kind, item.kind),
            STATES.get(item.state, item.state),
            item.agent,
            item.conversation,
            item.buyer,
            item.said,
            stamp(item.created_at, scope.period),
            stamp(item.done_at, scope.period) if item.done_at else "",
            item.done_by,
            item.note,
        ]


def stamp(moment: datetime, period: Period) -> str:
    """Write a moment as the shop's clock shows it."""
    return moment.astimezone(period.zone).strftime("%Y-%m-%d %H:%M:%S")
