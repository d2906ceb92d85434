"""Show a gallery in the terminal: one line a script."""

from rich.console import Console
from rich.table import Table

from app.gallery.sheets import Gallery, Sheet
from app.reply.marked import LONGEST


def show(gallery: Gallery, console: Console) -> None:
    """Print script, distinct texts, median lengths and findings."""
    table = Table(box=None, pad_edge=False)
    table.add_column("脚本", overflow="fold")
    for title in ("不同的话", "简短中位", "标准中位", "有违规提示", "偏长"):
        table.add_column(title, justify="right", no_wrap=True)
    for sheet in gallery.sheets:
        table.add_row(
            f"{sheet.name} {sheet.title}", *map(str, figures(sheet)), style="yellow" if sheet.findings else ""
        )
    columns = list(zip(*map(figures, gallery.sheets), strict=True))
    totals = [str(sum(column)) if at in (0, 3, 4) else "" for at, column in enumerate(columns)]
    table.add_section()
    table.add_row(f"合计 {len(gallery.sheets)} 个脚本", *totals, style="bold")
    console.print(table)


def figures(sheet: Sheet) -> tuple[int, int, int, int, int]:
    """Give distinct texts, the two medians, texts with findings, texts that are too long."""
    long = sum(sheet.long(style) for style in LONGEST)
    return sheet.texts, sheet.median("brief"), sheet.median("standard"), sheet.findings, long
