"""The route that finds a shop's products by what people call them, with all that a card shows."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from app.service.parts import Parts
from app.shop.facts import Product, Promotion
from app.shop.load import ShopData

_SHOWN = 8


def routes(parts: Parts) -> APIRouter:
    """Build the route."""
    router = APIRouter()
    fold = parts.pipeline.knowledge.reader.normaliser

    @router.get("/v1/goods")
    async def goods(
        shop: str = parts.shop, q: Annotated[str, Query(max_length=100)] = "", now: AwareDatetime | None = None
    ) -> dict[str, Any]:
        """Find products by name, other names, sku or item number; the nearest first."""
        data = parts.pipeline.shop(shop).counter.shop
        wanted = fold(q).text
        ranked = [(rank, one) for one in data.products.values() if (rank := _rank(one, wanted)) is not None]
        ranked.sort(key=lambda pair: (pair[0], not pair[1].stock, pair[1].sku))
        moment = now.astimezone(UTC) if now else datetime.now(UTC)
        return {"goods": [good_json(one, data, moment) for _, one in ranked[:_SHOWN]]}

    return router


def _rank(product: Product, wanted: str) -> int | None:
    """Give how near a product is to folded words, 0 for its own name or number; None where it is not meant."""
    names = [product.name.lower(), *(alias.lower() for alias in product.aliases)]
    if not wanted or wanted in (product.sku.lower(), product.item_id, *names):
        return 0
    if any(name.startswith(wanted) for name in names) or product.sku.lower().startswith(wanted):
        return 1
    if any(wanted in name for name in names):
        return 2
    if len(wanted) > 1 and any(name in wanted for name in names if len(name) > 1):
        return 3
    if wanted in product.title.lower() or wanted in product.category:
        return 4
    return 5 if all(char in product.title.lower() for char in wanted) and len(wanted) > 1 else None


def good_json(product: Product, shop: ShopData, now: datetime) -> dict[str, Any]:
    """Write a product as a card shows it; money is a decimal string."""
    return {
        "sku": product.sku,
        "item_id": product.item_id,
        "name": product.name,
        "title": product.title,
        "category": product.category,
        "price": str(product.price),
        "stock": product.stock,
        "restock": product.restock,
        "attributes": dict(product.attributes),
        "sizes": dict(product.sizes),
        "usage": product.usage,
        "fits": product.fits,
        "goes_with": [shop.products[sku].name for sku in product.goes_with if sku in shop.products],
        "no_reason": product.no_reason,
        "promotion": _running(product, shop.promotions, now),
    }


def _running(product: Product, promotions: tuple[Promotion, ...], now: datetime) -> dict[str, Any] | None:
    """Give what runs for a product now; one that sets its price goes before one that covers the whole shop."""
    running = [one for one in promotions if one.runs(now) and (product.sku in one.prices or one.covers(product))]
    best = min(running, key=lambda one: (product.sku not in one.prices, one.kind == "standing"), default=None)
    if best is None:
        return None
    price = best.prices.get(product.sku)
    return {
        "title": best.title,
        "text": best.text,
        "limit": best.limit,
        "price": str(price) if price is not None else None,
        "end": best.end.isoformat(),
    }
