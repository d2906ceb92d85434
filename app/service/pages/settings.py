"""The settings of a shop: every fact with its meaning, the history of its files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.desk.facts.facts_file import Raw, revise
from app.desk.facts.facts_form import at_fields, content, repeated
from app.desk.facts.shop_files import FILES, mark
from app.errors import DataError, RequestError
from app.service.pages import settings_faq, settings_history, settings_import, settings_products, settings_promotions
from app.service.parts import Parts
from app.service.shop_editor import Editor, Faults, form_of, posted
from app.strict_yaml import load_text


def routes(parts: Parts) -> APIRouter:
    """Build the pages of the settings."""
    router = APIRouter(include_in_schema=False)
    editor = Editor(parts)

    @router.get("/settings")
    def home(request: Request) -> Response:
        """Show every fact of the shop in a form."""
        text = editor.files.read(parts.shop_of(request), "facts")
        try:
            raw = load_text(text, name=FILES["facts"])
        except DataError:
            return editor.page(request, "broken.html", text=text)
        return _facts(request, editor, raw, seen=mark(text))

    @router.post("/settings")
    def save(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
        """Check the whole shop with the changed facts; write only where all is right."""
        shop, given = parts.shop_of(request), posted(form)
        seen = (given.get("seen") or [""])[0]
        text = editor.files.read(shop, "facts")
        before = load_text(text, name=FILES["facts"])
        raw: Raw = content(editor.explained.shop, given, before)
        if twice := repeated(editor.explained.shop, given):
            return _facts(request, editor, raw, seen=seen, faults=Faults(twice))
        try:
            editor.save(request, "facts", revise(text, raw, name=FILES["facts"]), seen=seen)
        except DataError as error:
            by_key, others = at_fields(editor.explained.shop, error.problems, f"{shop}/{FILES['facts']}")
            return _facts(request, editor, raw, seen=seen, faults=Faults(by_key, others))
        except RequestError as error:
            return _facts(request, editor, raw, seen=seen, faults=Faults({}, [str(error)]))
        return editor.back(request, "/settings")

    @router.post("/settings/reload")
    def reload(request: Request) -> Response:
        """Answer from the files as they lie, where somebody changed them by hand."""
        parts.pipeline.reopen(parts.shop_of(request))
        t = parts.words(parts.lang_of(request))
        return editor.back(request, "/settings", saved=t("已换成文件里的新内容。"))

    for module in (settings_promotions, settings_products, settings_faq, settings_import, settings_history):
        router.include_router(module.routes(parts, editor))
    return router


def _facts(request: Request, editor: Editor, raw: Raw, *, seen: str, faults: Faults | None = None) -> Response:
    sections = [(section, editor.explained.within(section)) for section in editor.explained.sections]
    return editor.page(
        request,
        "facts.html",
        status=422 if faults else 200,
        sections=sections,
        asked=editor.explained.shop,
        raw=raw,
        seen=seen,
        faults=faults or Faults(),
    )
