"""The history of a shop's files: what was changed, by whom, and the way back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.desk import revisions
from app.desk.facts.shop_files import FILES, mark
from app.errors import DataError, RequestError
from app.service.parts import Parts
from app.service.shop_editor import Editor, form_of

_DATED = "%Y-%m-%d %H:%M"


def routes(parts: Parts, editor: Editor) -> APIRouter:
    """Build the page of the history."""
    router = APIRouter(include_in_schema=False)

    @router.get("/settings/history")
    def history(request: Request, file: str = "") -> Response:
        """List what was changed, by whom, line by line."""
        shop = parts.shop_of(request)
        wanted = [kind for kind in FILES if FILES[kind] == file] or list(FILES)
        with parts.store.read() as session:
            entries = revisions.history(session, shop, wanted)
        zone = editor.using(shop).zone
        now = {kind: mark(editor.files.read(shop, kind)) for kind in FILES}
        when = {one.id: one.at.astimezone(zone).strftime(_DATED) for one in entries}
        return editor.page(request, "history.html", entries=entries, when=when, file=file, files=FILES, now=now)

    @router.post("/settings/history/{number}")
    def restore(request: Request, number: int, form: Annotated[FormData, Depends(form_of)]) -> Response:
        """Bring a former state of a file back; it is checked like any other change."""
        shop, t = parts.shop_of(request), parts.words(parts.lang_of(request))
        with parts.store.read() as session:
            former = revisions.find(session, shop, number)
        kind = next((kind for kind in FILES if kind == former.kind), None)
        if kind is None:
            raise RequestError("not_a_shop_file", "这条历史不是店铺资料，请到话术页恢复", "revision")
        seen = str(form.get("seen", "")) or mark(editor.files.read(shop, kind))
        at = former.at.astimezone(editor.using(shop).zone).strftime(_DATED)
        try:
            editor.save(request, kind, former.text, seen=seen, note=f"恢复到 {at}")
        except DataError as error:
            told = f"恢复不了，和别的资料对不上：{error.problems[0]}"
            raise RequestError("not_restored", told, "revision") from error
        return editor.back(request, "/settings/history", saved=t("已恢复到 {at} 的样子。", at=at))

    return router
