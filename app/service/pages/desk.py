"""The page that an agent keeps open."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.service.parts import Parts
from app.service.places import STATIC

_SAMPLE = "我拍的耙子怎么发来个铲子"
"""What the first visit may be tried with: data, so it stays Chinese in every language."""


def routes(parts: Parts) -> APIRouter:
    """Build the routes of the agent's page."""
    router = APIRouter(include_in_schema=False)
    intents = [{"name": intent.name, "title": intent.title} for intent in parts.pipeline.knowledge.catalogue]

    @router.get("/", response_class=HTMLResponse)
    def desk(request: Request, mini: bool = False) -> Response:
        """Show the desk of one shop; `mini` leaves out what a small window has no room for."""
        shop = parts.pipeline.shop(parts.shop_of(request)).counter.shop
        return parts.page(
            request,
            "desk.html",
            mini=mini,
            sample=_SAMPLE,
            max_text=parts.pipeline.knowledge.settings.max_text,
            platform=shop.facts.platform,
            category=shop.facts.category,
            has_products=bool(shop.products),
            intents=intents,
        )

    @router.get("/favicon.ico")
    async def favicon() -> Response:
        """Serve the icon where browsers look for it unasked."""
        return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")

    return router
