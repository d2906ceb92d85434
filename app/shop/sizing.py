"""Choose a size by the measures a buyer gives: foot, head, shoe number, a baby's weight, height."""

import re
from collections.abc import Mapping

from app.shop.facts import Product

_RANGE = r"(\d+(?:\.\d+)?)(?:[-~到至](\d+(?:\.\d+)?))?"
_SAID = {
    "脚长": re.compile(r"脚长(?:是|有|大概|约)?(\d{2}(?:\.\d)?)(?!\d)"),
    "头围": re.compile(r"头围?(?:是|有|大概|约)?(\d{2}(?:\.\d)?)(?!\d)|(\d{2})的?头围?"),
    "码": re.compile(r"(?<!\d)(3[4-9]|4[0-8])(?:码|的脚|号)"),
    "宝宝体重": re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d)?)斤"),
}


def measures(text: str) -> dict[str, float]:
    """Read the measures named in folded text."""
    found = {}
    for name, pattern in _SAID.items():
        if match := pattern.search(text):
            found[name] = float(next(part for part in match.groups() if part))
    return found


def fitting(product: Product, text: str) -> list[tuple[str, str]]:
    """Give every size, with its measures, that holds a measure named in `text`."""
    said = measures(text)
    return [
        (size, held)
        for size, held in product.sizes.items()
        if any(_within(value, bounds) for name, value in said.items() if (bounds := _bounds(held, name)))
    ]


def measured(product: Product, text: str) -> bool:
    """Tell whether `text` gives a measure that the product's sizes speak of."""
    return any(_bounds(held, name) for name in measures(text) for held in product.sizes.values())


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _bounds(held: str, name: str) -> tuple[float, float] | None:
    pattern = rf"{_RANGE}码" if name == "码" else rf"{name}{_RANGE}"
    match = re.search(pattern, held)
    return (float(match[1]), float(match[2] or match[1])) if match else None


def sizes_named(product: Product) -> Mapping[str, str]:
    """Give the sizes by the name that a buyer would say: S for S码."""
    return {size.upper().removesuffix("码"): size for size in product.sizes}
