"""The frequent questions of a shop: how buyers ask, and the shop's answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.desk.facts.table_file import unpacked
from app.errors import NotFoundError
from app.service.parts import Parts
from app.service.row_form import RowForm
from app.service.shop_editor import Editor, form_of, posted

_HOME = "/settings/faq"


def routes(parts: Parts, editor: Editor) -> APIRouter:
    """Build the pages of the frequent questions."""
    router = APIRouter(include_in_schema=False)
    rows = RowForm(editor, "faq", editor.explained.faq, _HOME, "asks")

    @router.get(_HOME)
    def home(request: Request, q: str = "") -> Response:
        """List the questions that hold the words."""
        shop = parts.shop_of(request)
        table, _ = rows.table(shop)
        words = q.casefold().split()
        found = [
            (at, unpacked(rows.asked, one.cells))
            for at, one in enumerate(table.records)
            if all(word in " ".join(one.cells.values()).casefold() for word in words)
        ]
        names = {sku: product.name for sku, product in editor.using(shop).products.items()}
        return editor.page(request, "faq.html", found=found, all=len(table.records), names=names, q=q)

    @router.get(f"{_HOME}/edit")
    def edit(request: Request, row: int | None = None) -> Response:
        """Show the form of one question, or an empty one."""
        table, seen = rows.table(parts.shop_of(request))
        if row is not None and not 0 <= row < len(table.records):
            raise NotFoundError("unknown_row", "没有这一条问答，可能刚被删掉", "row")
        raw = unpacked(rows.asked, table.records[row].cells) if row is not None else {}
        return rows.show(request, raw, at=row, seen=seen, title=next(iter(raw.get("asks", ())), ""))

    @router.post(f"{_HOME}/edit")
    def save(request: Request, form: Annotated[FormData, Depends(form_of)], row: int | None = None) -> Response:
        """Write one question."""
        return rows.take(request, posted(form), at=row)

    @router.post(f"{_HOME}/remove")
    def remove(request: Request, form: Annotated[FormData, Depends(form_of)], row: int) -> Response:
        """Take one question out."""
        return rows.drop(request, posted(form), at=row)

    return router
