"""The import of goods: upload a table, see what it would change, then apply exactly that."""

import re
import secrets
import time
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from app.desk.facts.product_columns import keep, rows_of
from app.desk.facts.product_import import Mode, Plan, plan
from app.errors import DataError, NotFoundError, RequestError
from app.service.parts import Parts
from app.service.shop_editor import Editor, Faults, form_of

_HOME = "/settings/products/import"
_KEPT_S = 86_400
_TOKEN = re.compile(r"[0-9a-f]{24}")
_LONGEST_NAME = 80


def routes(parts: Parts, editor: Editor) -> APIRouter:
    """Build the pages of the import."""
    router = APIRouter(include_in_schema=False)
    folder = parts.pipeline.knowledge.settings.var / "imports"

    @router.get(_HOME)
    def start(request: Request, token: str = "", mode: str = "merge", name: str = "") -> Response:
        """Ask for a table, or show what the one uploaded would change."""
        if not token:
            return editor.page(request, "import.html", plan=None, name="")
        return _show(request, editor, _plan(request, editor, folder, token, mode), token, name)

    @router.post(_HOME)
    def upload(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
        """Keep the table and show what it would change; nothing is written."""
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return editor.page(
                request, "import.html", status=422, plan=None, name="", faults=Faults({"file": ["先选一个表格文件"]})
            )
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder)
        token = secrets.token_hex(12)
        try:
            rows_of(keep(folder, token, file.filename, file.file.read()))
        except RequestError as error:
            return editor.page(
                request, "import.html", status=422, plan=None, name="", faults=Faults({"file": [str(error)]})
            )
        mode = "replace" if form.get("mode") == "replace" else "merge"
        url = request.url.include_query_params(
            token=token, mode=mode, name=file.filename[:_LONGEST_NAME], shop=parts.shop_of(request)
        )
        return RedirectResponse(f"{url.path}?{url.query}", status_code=303)

    @router.post(f"{_HOME}/apply")
    def apply(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
        """Write what was shown; refuse where the file or the shop is another by now."""
        token, mode, name = (str(form.get(key, "")) for key in ("token", "mode", "name"))
        found = _plan(request, editor, folder, token, mode)
        if found.mark != form.get("mark"):
            stale = Faults({}, ["商品表在您看预览之后被改过，下面是新的预览，请重新看一遍再导入"])
            return _show(request, editor, found, token, name, stale)
        if found.faults or found.empty:
            return _show(request, editor, found, token, name, Faults({}, ["没有可以导入的改动"]))
        try:
            editor.save(request, "products", found.text, seen=found.seen, note=f"导入 {name[:_LONGEST_NAME]}")
        except (DataError, RequestError) as error:
            return _show(request, editor, found, token, name, Faults({}, [str(error)]))
        _kept(folder, token).unlink(missing_ok=True)
        t = parts.words(parts.lang_of(request))
        gone = len(found.missing) if found.mode == "replace" else 0
        said = t(
            "导入好了：新增 {new} 款，改动 {changed} 款，删除 {gone} 款。马上生效。",
            new=len(found.new), changed=len(found.changed), gone=gone,
        )  # fmt: skip
        return editor.back(request, "/settings/products", saved=said)

    return router


def _plan(request: Request, editor: Editor, folder: Path, token: str, mode: str) -> Plan:
    shop = editor.parts.shop_of(request)
    chosen: Mode = "replace" if mode == "replace" else "merge"
    current = editor.files.read(shop, "products")
    return plan(rows_of(_kept(folder, token)), current, chosen, lambda text: editor.files.check(shop, "products", text))


def _kept(folder: Path, token: str) -> Path:
    found = [folder / f"{token}{suffix}" for suffix in (".csv", ".xlsx")] if _TOKEN.fullmatch(token) else []
    for path in found:
        if path.is_file():
            return path
    raise NotFoundError("unknown_upload", "这次上传已经用过或过期了，请重新选文件", "token")


def _tidy(folder: Path) -> None:
    """Remove uploads that nobody came back to."""
    for path in folder.iterdir():
        if time.time() - path.stat().st_mtime > _KEPT_S:
            path.unlink(missing_ok=True)


def _show(
    request: Request, editor: Editor, found: Plan, token: str, name: str, faults: Faults | None = None
) -> Response:
    return editor.page(
        request,
        "import.html",
        status=422 if faults else 200,
        plan=found,
        token=token,
        name=name[:_LONGEST_NAME],
        faults=faults or Faults(),
    )
