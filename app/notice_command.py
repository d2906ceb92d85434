"""The verb `miaohui notice`: what the shop tells a buyer before the buyer asks."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.settings import read_settings
from app.terminal import out


def notice(
    kind: Annotated[str, typer.Argument(help="delay 发货要晚、stockout 付款后没货、stalled 物流不动")],
    order: Annotated[Path, typer.Option("--order", help="订单 JSON 文件，或直接写状态如 unshipped")],
    shop: Annotated[str, typer.Option("--shop", help="店铺文件夹名")] = "",
    product: Annotated[str, typer.Option("--product", help="哪款：货号或平台商品号")] = "",
    date: Annotated[str, typer.Option("--date", help="改到哪天发，如 11月25日；不写就留空")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出接口同样的 JSON")] = False,
) -> None:
    """Draft a notice to one buyer; needs no model."""
    from app import inputs
    from app.pipeline import load_knowledge, open_shop
    from app.service.notices import NoticeRequest, drafted, notice_json
    from app.shop.load import load_shop
    from app.show import show_drafted

    fields = {"kind": kind, "order": inputs.order(order), "product": product, "date": date}
    request = inputs.checked(NoticeRequest, fields)
    settings = read_settings()
    knowledge = load_knowledge(settings)
    desk = open_shop(knowledge, load_shop(settings.shops, shop or settings.shop))
    found = drafted(request, desk, knowledge.reader)
    if as_json:
        typer.echo(json.dumps(notice_json(request, found), ensure_ascii=False, indent=2))
    else:
        show_drafted(found, out)
