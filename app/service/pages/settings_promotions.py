"""The promotions of a shop: a list, a calendar, and a form for each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.desk.facts import promotion_calendar as calendar
from app.desk.facts.facts_file import Raw, revise
from app.desk.facts.facts_form import Posted, at_fields, content, repeated
from app.desk.facts.shop_files import FILES, mark
from app.errors import DataError, NotFoundError, RequestError
from app.service.parts import Parts
from app.service.shop_editor import Editor, Faults, entry_problems, form_of, posted
from app.strict_yaml import load_text

_FILE = FILES["promotions"]
_HOME = "/settings/promotions"


def routes(parts: Parts, editor: Editor) -> APIRouter:
    """Build the pages of the promotions."""
    router = APIRouter(include_in_schema=False)

    @router.get(_HOME)
    def home(request: Request, month: str = "") -> Response:
        """Show the list by start and the calendar of a month."""
        shop, now = editor.using(parts.shop_of(request)), datetime.now(UTC)
        today = now.astimezone(shop.zone).date()
        found = calendar.listed(shop.promotions, now)
        shown = calendar.month_of(month, today)
        return editor.page(
            request,
            "promotions.html",
            found=found,
            month=shown,
            around=calendar.beside(shown),
            weeks=calendar.weeks(shown, found, shop.zone, today),
            standing=[one for one in found if one.promotion.kind == "standing"],
        )

    @router.get(f"{_HOME}/edit")
    def edit(request: Request, promotion: str = "") -> Response:
        """Show the form of one promotion, or an empty one."""
        entries, seen = _entries(editor, parts.shop_of(request))
        at = _place(entries, promotion)
        return _form(request, editor, entries[at] if at is not None else {"kind": "campaign"}, promotion, seen)

    @router.post(f"{_HOME}/edit")
    def save(request: Request, form: Annotated[FormData, Depends(form_of)], promotion: str = "") -> Response:
        """Write one promotion where the whole shop is right with it."""
        shop, given = parts.shop_of(request), posted(form)
        zone = editor.using(shop).zone
        entries, _ = _entries(editor, shop)
        at = _place(entries, promotion)
        entry = content(editor.explained.promotion, given, entries[at] if at is not None else {}, zone=zone)
        entry = {"id": "", **entry}
        entry["id"] = entry["id"] or _new_id(entry, entries)
        place = len(entries) if at is None else at
        changed = [*entries[:place], entry, *entries[place + 1 :]]
        faults = _write(request, editor, changed, place, given)
        if faults:
            return _form(request, editor, entry, promotion, (given.get("seen") or [""])[0], faults)
        return editor.back(request, _HOME)

    @router.post(f"{_HOME}/remove")
    def remove(request: Request, form: Annotated[FormData, Depends(form_of)], promotion: str) -> Response:
        """Take one promotion out of the file; the history still holds it."""
        shop, given = parts.shop_of(request), posted(form)
        entries, seen = _entries(editor, shop)
        at = _place(entries, promotion)
        rest = [one for place, one in enumerate(entries) if place != at]
        if faults := _write(request, editor, rest, len(entries), given):
            return _form(request, editor, entries[at or 0], promotion, seen, faults)
        t = parts.words(parts.lang_of(request))
        return editor.back(request, _HOME, saved=t("已删除，要找回来请看历史。"))

    return router


def _entries(editor: Editor, shop: str) -> tuple[list[Any], str]:
    text = editor.files.read(shop, "promotions")
    entries = load_text(text, name=_FILE) or []
    return entries if isinstance(entries, list) else [], mark(text)


def _place(entries: Sequence[Any], promotion: str) -> int | None:
    """Find a promotion by its id; None where none is named."""
    if not promotion:
        return None
    for at, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("id") == promotion:
            return at
    raise NotFoundError("unknown_promotion", f"没有活动「{promotion[:40]}」，可能刚被删掉", "promotion")


def _new_id(entry: Raw, entries: Sequence[Raw]) -> str:
    """Make an id out of kind and first day."""
    stem = f"{entry.get('kind') or 'campaign'}-{str(entry.get('start') or 'new')[:10]}"
    taken = {one.get("id") for one in entries if isinstance(one, dict)}
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 999))) if name not in taken)


def _write(request: Request, editor: Editor, entries: list[Any], place: int, given: Posted) -> Faults | None:
    """Check and write the list; give what is wrong with the entry at `place`."""
    shop, asked = editor.parts.shop_of(request), editor.explained.promotion
    entry = entries[place] if place < len(entries) else {}
    twice = repeated(asked, given)
    if any(one.get("id") == entry.get("id") for at, one in enumerate(entries) if at != place and entry):
        twice.setdefault("id", []).append("这个编号别的活动用着，换一个")
    if twice:
        return Faults(twice)
    try:
        text = revise(editor.files.read(shop, "promotions"), entries, name=_FILE)
        editor.save(request, "promotions", text, seen=(given.get("seen") or [""])[0])
    except DataError as error:
        where = f"第 {place + 1} 个活动"
        own, others = entry_problems(error.problems, shop, "promotions", where=where, name=entry.get("id", ""))
        by_key, rest = at_fields(asked, own, f"{shop}/{_FILE}")
        for text in [one for one in rest if "end 要晚于 start" in one]:
            rest.remove(text)
            by_key.setdefault("end", []).append("结束要晚于开始")
        return Faults(by_key, [*rest, *map(str, others)])
    except RequestError as error:
        return Faults({}, [str(error)])
    return None


def _form(
    request: Request, editor: Editor, raw: Raw, promotion: str, seen: str, faults: Faults | None = None
) -> Response:
    return editor.page(
        request,
        "entry.html",
        status=422 if faults else 200,
        title=raw.get("title") or "" if promotion else "",
        kind="promotions",
        fresh=not promotion,
        home=_HOME,
        asked=editor.explained.promotion,
        raw=raw,
        seen=seen,
        query={"promotion": promotion} if promotion else {},
        faults=faults or Faults(),
    )
