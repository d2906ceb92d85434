"""The command that reads scripts out: miaohui scripts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.errors import NotFoundError
from app.settings import read_settings
from app.terminal import bar, out


def scripts(
    shop: Annotated[str, typer.Option("--shop", help="店铺文件夹名")] = "",
    group: Annotated[str, typer.Option("--group", help="只看一组，如 logistics")] = "",
    html: Annotated[Path | None, typer.Option("--html", help="写成一页网页，浏览器打开，不懂程序也能看")] = None,
) -> None:
    """Read out what every script says in every situation, as a table or as one page."""
    from app import pipeline
    from app.gallery import page
    from app.gallery.collect import collect
    from app.gallery.listing import show
    from app.understand.catalogue import GROUPS

    settings = read_settings()
    if group and group not in GROUPS:
        raise NotFoundError("unknown_group", f"--group 没有「{group[:40]}」这一组，可写：{'、'.join(GROUPS)}", "group")
    knowledge = pipeline.load_knowledge(settings)
    with bar("读脚本") as progress:
        found = collect(knowledge, shop or settings.shop, today=datetime.now(UTC), progress=progress, group=group)
    if html is None:
        show(found, out)
        return
    page.write(found, html)
    out.print(
        f"写好 {html}：{len(found.sheets)} 个脚本，{found.texts} 种话", markup=False, highlight=False, soft_wrap=True
    )
