"""The page that brings the drafts into other back offices, and what they install from it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.service.parts import Parts
from app.service.userscript import BACK_OFFICES, Client, Sources, home_of, sites_of

_LONGEST_AGENT = 40
_SAMPLE = "我拍的耙子怎么发来个铲子"


def routes(parts: Parts) -> APIRouter:
    """Build the page, and the userscript that is made out for the address it is fetched from."""
    router = APIRouter(include_in_schema=False)
    sources = Sources()

    def client(request: Request, site: str, agent: str) -> Client:
        shop = parts.shop_of(request)
        facts = parts.pipeline.shop(shop).counter.shop.facts
        home, lang = home_of(str(request.base_url)), parts.lang_of(request)
        longest = parts.pipeline.knowledge.settings.max_text
        return Client(home, shop, agent[:_LONGEST_AGENT], lang, sites_of(site), facts.platform, facts.category, longest)

    @router.get("/tools")
    def tools(request: Request, site: str = "") -> Response:
        """Explain and offer the small window, the userscript and the bookmark."""
        made = client(request, site, parts.agent_of(request))
        t = parts.words(made.lang)
        offices = [(t(name), [pattern.removeprefix("https://") for pattern in known]) for name, known in BACK_OFFICES]
        return parts.page(
            request,
            "tools.html",
            home=made.home,
            sites=made.sites,
            offices=offices,
            source=made.source.removeprefix(made.home),
            bookmarklet=sources.bookmarklet(made, t),
            sample=_SAMPLE,
        )

    @router.get("/miaohui.user.js")
    def userscript(request: Request, site: str = "", agent: str = "") -> Response:
        """Serve the userscript; script managers fetch it again for updates."""
        made = client(request, site, agent)
        text = sources.userscript(made, parts.words(made.lang))
        return Response(text, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})

    return router
