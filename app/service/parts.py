"""What every route may ask for: the pipeline, the store, what goes on live, and how a page is drawn."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

from app import __version__
from app.desk.chats import Chats
from app.desk.followups import due_count
from app.desk.live import Live
from app.desk.recorder import Recorder
from app.desk.store import DeskStore
from app.errors import DataError
from app.pipeline import Pipeline
from app.service.swap import ModelWatch
from app.service.tally import Tally
from app.service.words import LANGUAGES, Words
from app.shop.load import list_shops

SHOP_COOKIE, LANG_COOKIE, AGENT_COOKIE = "miaohui_shop", "miaohui_lang", "miaohui_agent"
_YEAR_SECONDS = 31_536_000
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Parts:
    """Hold the parts of a running service."""

    pipeline: Pipeline
    store: DeskStore
    recorder: Recorder
    chats: Chats
    live: Live
    watch: ModelWatch
    templates: Jinja2Templates
    words: Words
    tally: Tally
    shop: str
    """The shop where none is named."""

    def shop_of(self, request: Request) -> str:
        """Name the shop that a page is about: the query's, else the cookie's where it exists, else the default."""
        named = request.query_params.get("shop")
        if named:
            return named
        remembered = request.cookies.get(SHOP_COOKIE, "")
        return remembered if remembered in self.shops() else self.shop

    def shops(self) -> list[str]:
        """List the shops there are."""
        return list_shops(self.pipeline.knowledge.settings.shops)

    def agent_of(self, request: Request) -> str:
        """Name who sits there, as they told the page; empty where nobody did."""
        return unquote(request.cookies.get(AGENT_COOKIE, ""))[:_LONGEST_NAME].strip()

    def lang_of(self, request: Request) -> str:
        """Give the language of the page: the query's, else the cookie's, else Chinese."""
        for said in (request.query_params.get("lang"), request.cookies.get(LANG_COOKIE)):
            if said in LANGUAGES:
                return said
        return LANGUAGES[0]

    def _name_of(self, shop: str) -> str:
        """Give a shop's name; one whose files are broken is called by its id and breaks no other's page."""
        try:
            return self.pipeline.shop(shop).counter.shop.facts.name
        except DataError:
            return shop

    def page(self, request: Request, template: str, /, *, status: int = 200, **context: Any) -> Response:
        """Draw a page with what all pages show."""
        shop, lang = self.shop_of(request), self.lang_of(request)
        names = {one: self._name_of(one) for one in self.shops()}
        with self.store.read() as session:
            due = due_count(session, shop, datetime.now(UTC))
        common = {
            "t": self.words(lang),
            "lang": lang,
            "scripted": self.words.scripted if lang == "en" else {},
            "shop": shop,
            "shop_name": self.pipeline.shop(shop).counter.shop.facts.name,
            "shops": [{"id": one, "name": name} for one, name in names.items()],
            "agent": self.agent_of(request),
            "version": __version__,
            "here": request.url.path,
            "due": due,
        }
        response = self.templates.TemplateResponse(request, template, common | context, status_code=status)
        for cookie, key in ((SHOP_COOKIE, "shop"), (LANG_COOKIE, "lang")):
            if key in request.query_params and request.query_params[key] == common[key]:
                response.set_cookie(cookie, str(common[key]), max_age=_YEAR_SECONDS, samesite="lax", httponly=True)
        return response
