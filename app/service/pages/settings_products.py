"""The goods of a shop: a table with search, and a form for each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.desk.facts.table_file import unpacked
from app.errors import NotFoundError
from app.service.parts import Parts
from app.service.row_form import RowForm
from app.service.shop_editor import Editor, form_of, posted
from app.shop.facts import Product

_HOME = "/settings/products"
_LOW = 10
"""From this many pieces down, the table marks the stock."""
_SHOWN = 200


def routes(parts: Parts, editor: Editor) -> APIRouter:
    """Build the pages of the goods."""
    router = APIRouter(include_in_schema=False)
    rows = RowForm(editor, "products", editor.explained.product, _HOME, "sku")

    @router.get(_HOME)
    def home(request: Request, q: str = "", only: str = "") -> Response:
        """List the goods that hold the words, or only those that are sold out or nearly."""
        products = list(editor.using(parts.shop_of(request)).products.values())
        words = q.casefold().split()
        found = [
            one
            for one in products
            if all(word in _searched(one) for word in words) and (only != "low" or one.stock <= _LOW)
        ]
        low = sum(one.stock <= _LOW for one in products)
        return editor.page(
            request, "products.html", found=found[:_SHOWN], all=len(products), hits=len(found), q=q, only=only, low=low,
            least=_LOW,
        )  # fmt: skip

    @router.get(f"{_HOME}/edit")
    def edit(request: Request, sku: str = "") -> Response:
        """Show the form of one product, or an empty one."""
        table, seen = rows.table(parts.shop_of(request))
        at = table.find("sku", sku) if sku else None
        if sku and at is None:
            raise NotFoundError("unknown_product", f"没有货号「{sku[:40]}」，可能刚被删掉", "sku")
        raw = unpacked(rows.asked, table.records[at].cells) if at is not None else {}
        return rows.show(request, raw, at=at, seen=seen, title=raw.get("name", ""))

    @router.post(f"{_HOME}/edit")
    def save(request: Request, form: Annotated[FormData, Depends(form_of)], row: int | None = None) -> Response:
        """Write one product."""
        return rows.take(request, posted(form), at=row)

    @router.post(f"{_HOME}/remove")
    def remove(request: Request, form: Annotated[FormData, Depends(form_of)], row: int) -> Response:
        """Take one product out."""
        return rows.drop(request, posted(form), at=row)

    return router


def _searched(product: Product) -> str:
    named = (product.sku, product.item_id, product.name, product.title, product.category, *product.aliases)
    return " ".join(named).casefold()
