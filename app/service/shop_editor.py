"""What the pages of the shop's settings share: read a file, take a form, check, write, remember, use at once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from app.desk.facts.facts_form import Posted, local, shown
from app.desk.facts.shop_files import FILES, Kind, ShopFiles, Written
from app.desk.revisions import Change, record
from app.errors import DataError, Problem
from app.service import explained
from app.service.parts import Parts
from app.shop.load import ShopData, load_shop

_MOST_FIELDS = 4_000
_SAID, _SAID_S, _PATH = "miaohui_said", 60, "/settings"
"""What was done is told on the next page, by a cookie: an address could put any words there."""


@dataclass(frozen=True)
class Faults:
    """What is wrong with a form: by field, and what belongs to no field."""

    by_key: dict[str, list[str]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(map(len, self.by_key.values())) + len(self.others)


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """Read a posted form and close its files afterwards; a shop's whole list may be in it."""
    async with request.form(max_fields=_MOST_FIELDS) as form:
        yield form


def posted(form: FormData) -> Posted:
    """Give the texts of a form, all values of a name in their order."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return found


class Editor:
    """Edit the files of the shops of a running service."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.files = ShopFiles(parts.pipeline.knowledge.settings.shops)
        self.explained = explained.load()

    def page(self, request: Request, template: str, /, *, status: int = 200, **context: Any) -> Response:
        """Draw a page of the settings with what its forms and its head need."""
        shop = self.parts.shop_of(request)
        common = {
            "words": self.explained.words,
            "choices": self.explained.choices,
            "shown": shown,
            "local": local,
            "zone": self.parts.pipeline.shop(shop).counter.shop.zone,
            "faults": Faults(),
            "saved": unquote(request.cookies.get(_SAID, "")),
            "elsewhere": self.elsewhere(shop),
        }
        response = self.parts.page(request, f"settings/{template}", status=status, **(common | context))
        if common["saved"]:
            response.delete_cookie(_SAID, path=_PATH)
        return response

    def elsewhere(self, shop: str) -> list[Problem] | None:
        """Tell whether the files differ from what answers now: None where not, else what is wrong with them."""
        try:
            there = load_shop(self.parts.pipeline.knowledge.settings.shops, shop)
        except DataError as error:
            return list(error.problems)
        return None if there == self.using(shop) else []

    def using(self, shop: str) -> ShopData:
        """Give the shop as it answers now."""
        return self.parts.pipeline.shop(shop).counter.shop

    def save(self, request: Request, kind: Kind, text: str, *, seen: str, note: str = "") -> Written:
        """Write a file of the page's shop, answer from it at once, and keep it in the history."""
        shop = self.parts.shop_of(request)
        written = self.files.change(shop, kind, text, seen=seen, then=self.parts.pipeline.reopen)
        change = Change(
            shop, kind, written.name, text, datetime.now(UTC), self.parts.agent_of(request), note, written.before
        )
        if written.text != written.before:
            self.parts.store.write(record(change)).result()
        return written

    def back(self, request: Request, path: str, *, saved: str = "") -> Response:
        """Send the browser to a page after a form was taken."""
        t = self.parts.words(self.parts.lang_of(request))
        response = RedirectResponse(f"{path}?{urlencode({'shop': self.parts.shop_of(request)})}", status_code=303)
        said = quote(saved or t("已保存，马上生效。"))
        response.set_cookie(_SAID, said, max_age=_SAID_S, path=_PATH, samesite="lax", httponly=True)
        return response


def entry_problems(
    problems: Sequence[Problem], shop: str, kind: Kind, *, where: str, name: str
) -> tuple[list[Problem], list[Problem]]:
    """Part the problems of one entry of a list, as problems of a form, from those of the rest of the shop.

    `where` is how the loader numbers the entry (第 2 个活动), `name` what it calls the entry by (its id or sku).
    """
    base = f"{shop}/{FILES[kind]}"
    own, others = [], []
    for one in problems:
        if one.file == f"{base} {where}":
            own.append(Problem(base, one.key, one.message))
        elif one.file == base and name and (one.key == name or one.key.startswith(f"{name}.")):
            own.append(Problem(base, one.key[len(name) + 1 :], one.message))
        else:
            others.append(one)
    return own, others
