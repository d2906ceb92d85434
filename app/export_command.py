"""The command that writes the desk's records to a file: miaohui export messages | outcomes | followups."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.settings import read_settings
from app.terminal import out


def export(
    what: Annotated[Literal["messages", "outcomes", "followups"], typer.Argument(help="导出什么")],
    file: Annotated[Path, typer.Argument(help="写到哪个文件，.csv 或 .xlsx")],
    shop: Annotated[str, typer.Option("--shop", help="店铺文件夹名")] = "",
    since: Annotated[str, typer.Option("--since", help="从哪天起，如 2026-11-01；不写就是最近30天")] = "",
    until: Annotated[str, typer.Option("--until", help="到哪天为止，含当天；不写就到今天")] = "",
) -> None:
    """Write messages, outcomes or follow-ups of some days to a CSV or xlsx file."""
    from app import pipeline
    from app.desk.reports import exports
    from app.desk.reports import scope as reports_scope
    from app.desk.store import DeskStore
    from app.shop.load import load_shop

    settings = read_settings()
    knowledge = pipeline.load_knowledge(settings)
    data = load_shop(settings.shops, shop or settings.shop)
    names, now = reports_scope.names_of(knowledge, data), datetime.now(UTC)
    period = reports_scope.period_of("30", since, until, now=now, zone=data.zone)
    scope = reports_scope.Scope(data.id, period)
    store = DeskStore(settings.database_url)
    try:
        with store.read() as session:
            if what == "messages":
                grid = exports.messages_grid(session, scope, names, now)
            elif what == "outcomes":
                grid = exports.outcomes_grid(session, scope, names)
            else:
                grid = exports.followups_grid(session, scope)
            count = exports.write(file, what, grid)
    finally:
        store.close()
    out.print(
        f"写好 {file}：{count} 行，{period.since} 到 {period.until}", markup=False, highlight=False, soft_wrap=True
    )
