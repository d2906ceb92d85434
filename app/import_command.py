"""The commands that take a shop's own tables: miaohui import products FILE."""

import json
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from app.errors import RequestError
from app.settings import Settings, read_settings
from app.terminal import FALLS_SHORT, err, out

if TYPE_CHECKING:
    from app.desk.facts.product_import import Plan
    from app.desk.facts.shop_files import Written

imports = typer.Typer(name="import", help="把店铺自己的表格导进来。", no_args_is_help=True, add_completion=False)
_SHOWN = 40


@imports.callback()
def begin() -> None:
    """Keep `products` a command of its own beside those to come."""


@imports.command()
def products(
    file: Annotated[Path, typer.Argument(help="CSV 或 .xlsx，第一行是表头：货号、标题、价格、库存……")],
    shop: Annotated[str, typer.Option("--shop", help="店铺文件夹名")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会改什么，不写")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="整表替换：表里没有的商品删掉")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Add and change a shop's goods from a table; nothing is written where anything is wrong."""
    from app.desk.facts.product_columns import keep, rows_of
    from app.desk.facts.product_import import plan
    from app.desk.facts.shop_files import ShopFiles

    settings = read_settings()
    shop, files = shop or settings.shop, ShopFiles(settings.shops)
    current = files.read(shop, "products")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RequestError("bad_file", f"读不到 {file}：{error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="miaohui-") as folder:
        rows = rows_of(keep(Path(folder), "table", file.name, data))
    found = plan(rows, current, "replace" if replace else "merge", lambda text: files.check(shop, "products", text))
    written = not (dry_run or found.faults or found.empty)
    if written:
        _remember(settings, files.change(shop, "products", found.text, seen=found.seen), file.name)
    if as_json:
        typer.echo(json.dumps(_json(found, written=written), ensure_ascii=False, indent=2))
    else:
        _show(found, written=written)
    if found.faults:
        raise typer.Exit(FALLS_SHORT)


def _remember(settings: Settings, written: "Written", name: str) -> None:
    """Keep the change in the history that the page shows."""
    from app.desk.revisions import Change, record
    from app.desk.store import DeskStore

    store = DeskStore(settings.database_url)
    try:
        note, now = f"导入 {name}", datetime.now(UTC)
        change = Change(written.shop, written.kind, written.name, written.text, now, note=note, before=written.before)
        store.write(record(change)).result()
    finally:
        store.close()


def _json(found: "Plan", *, written: bool) -> dict[str, object]:
    return {
        "written": written,
        "mode": found.mode,
        "columns": [asdict(one) for one in found.columns],
        "new": [asdict(one) for one in found.new],
        "changed": [asdict(one) for one in found.changed],
        "unchanged": found.unchanged,
        "missing": [one.sku for one in found.missing],
        "faults": [asdict(one) for one in found.faults],
    }


def _show(found: "Plan", *, written: bool) -> None:
    for fault in found.faults:
        out.print(str(fault), style="red", markup=False, highlight=False, soft_wrap=True)
    ignored = [one.title for one in found.columns if one.title and not one.key]
    if ignored:
        err.print(f"不导入的列：{'、'.join(ignored)}", markup=False, highlight=False, soft_wrap=True)
    if found.changed:
        _show_changes(found)
    for one in found.new[:_SHOWN]:
        out.print(f"新增 {one.sku} {one.name}", markup=False, highlight=False, soft_wrap=True)
    gone = "删除" if found.mode == "replace" else "表里没有、留着"
    if found.mode == "replace":
        for one in found.missing[:_SHOWN]:
            out.print(f"删除 {one.sku} {one.name}", markup=False, highlight=False, soft_wrap=True)
    counts = f"新增 {len(found.new)}，改动 {len(found.changed)}，没变 {found.unchanged}，{gone} {len(found.missing)}"
    said = "已写入；正在跑的服务到“店铺”页点“换成新的”" if written else "什么都没有写"
    out.print(f"{counts}，有错 {len(found.faults)}。{said}。", markup=False, highlight=False, soft_wrap=True)


def _show_changes(found: "Plan") -> None:
    from app.desk.facts.product_columns import HEADS

    table = Table()
    for column in ("货号", "简称", "项目", "现在", "改成"):
        table.add_column(column, overflow="fold")
    for one in found.changed[:_SHOWN]:
        for change in one.changes:
            table.add_row(
                one.sku, one.name, HEADS[change.field][0], change.before or "（空）", change.after or "（空）"
            )
    out.print(table)
