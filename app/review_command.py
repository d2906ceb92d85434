"""The verb `miaohui review`: replies to a public review."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.settings import read_settings
from app.terminal import out


def review(
    text: Annotated[str, typer.Argument(help='评价的文字，空评价写 ""，- 表示从标准输入读')],
    rating: Annotated[int, typer.Option("--rating", help="几颗星，1 到 5")],
    style: Annotated[str, typer.Option("--style", help="official、friend 或 plea（店铺开了才有）；不写就都出")] = "",
    shop: Annotated[str, typer.Option("--shop", help="店铺文件夹名")] = "",
    follow_up: Annotated[bool, typer.Option("--follow-up", help="这是一条追评")] = False,
    product: Annotated[str, typer.Option("--product", help="评的是哪款：货号或平台商品号")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出接口同样的 JSON")] = False,
) -> None:
    """Draft public replies to a review; needs no model."""
    from app import inputs
    from app.review_desk import open_reviewer
    from app.service.review_schema import ReviewRequest, review_json
    from app.show import show_review

    fields = {"rating": rating, "text": inputs.words(text), "follow_up": follow_up, "product": product}
    request = inputs.checked(ReviewRequest, fields | ({"style": style} if style else {}))
    settings = read_settings()
    answer = open_reviewer(settings, shop or settings.shop)
    reply = answer(request.review(datetime.now(UTC)), request.style)
    if as_json:
        typer.echo(json.dumps(review_json(reply, took_ms=0.0), ensure_ascii=False, indent=2))
    else:
        show_review(reply, out)
