"""The demo shop is whole enough that everything can be tried at once."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest

from app.settings import HOME
from app.shop.load import ShopData, load_shop


@pytest.fixture(scope="module")
def demo() -> ShopData:
    return load_shop(HOME / "shops", "demo")


def running(demo: ShopData, moment: str) -> list[str]:
    now = datetime.fromisoformat(moment).replace(tzinfo=demo.zone)
    return [one.kind for one in demo.promotions if one.runs(now)]


def test_it_sells_enough_of_everything(demo: ShopData) -> None:
    categories = Counter(product.category for product in demo.products.values())
    assert sum(categories.values()) >= 40
    assert len(categories) == 6
    assert min(categories.values()) >= 5


def test_some_things_are_sold_out_exempt_sized_or_on_flash_sale(demo: ShopData) -> None:
    products = list(demo.products.values())
    assert any(not product.stock and product.restock for product in products)
    assert any(not product.no_reason for product in products)
    assert any(product.sizes for product in products)
    assert any(product.flash for product in products)


def test_every_product_goes_with_another(demo: ShopData) -> None:
    assert [sku for sku, product in demo.products.items() if not set(product.goes_with) - {sku}] == []


def test_names_fit_into_a_sentence(demo: ShopData) -> None:
    assert [product.name for product in demo.products.values() if not 2 <= len(product.name) <= 8] == []


def test_gift_tiers_rise(demo: ShopData) -> None:
    assert [tier.over for tier in demo.facts.gift_tiers] == [Decimal(99), Decimal(199)]
    assert {tier.sku for tier in demo.facts.gift_tiers} <= demo.products.keys()


@pytest.mark.parametrize(
    ("moment", "kinds"),
    [
        ("2026-11-21T12:00", ["standing"]),
        ("2026-12-09T23:59:59", ["standing"]),
        ("2026-12-10T00:00", ["standing", "campaign"]),
        ("2026-12-12T19:59:59", ["standing", "campaign"]),
        ("2026-12-12T20:00", ["standing", "campaign", "flash"]),
        ("2026-12-12T22:00", ["standing", "campaign"]),
        ("2026-12-14T00:00", ["standing"]),
    ],
)
def test_promotions_run_from_start_to_before_end(demo: ShopData, moment: str, kinds: list[str]) -> None:
    assert running(demo, moment) == kinds


def test_it_answers_of_the_shop_and_of_products(demo: ShopData) -> None:
    assert {bool(row.sku) for row in demo.faq} == {True, False}
    asks = [ask for row in demo.faq for ask in row.asks]
    assert len(asks) >= 150
