"""The page that an agent keeps open."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from app import __version__
from app.pipeline import Pipeline
from app.service.places import STATIC
from app.shop.load import list_shops


def routes(pipeline: Pipeline, templates: Jinja2Templates, *, shop: str) -> APIRouter:
    """Build the page routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    async def desk(request: Request, shop: str = shop) -> Response:
        """Show the desk of one shop."""
        settings = pipeline.knowledge.settings
        shops = [
            {"id": name, "name": pipeline.shop(name).counter.shop.facts.name} for name in list_shops(settings.shops)
        ]
        products = pipeline.shop(shop).counter.shop.products.values()
        context = {
            "shops": shops,
            "shop": shop,
            "products": [{"sku": product.sku, "name": product.name} for product in products],
            "max_text": settings.max_text,
            "version": __version__,
        }
        return templates.TemplateResponse(request, "desk.html", context)

    @router.get("/favicon.ico")
    async def favicon() -> Response:
        """Serve the icon where browsers look for it unasked."""
        return FileResponse(STATIC / "favicon.svg", media_type="image/svg+xml")

    return router
