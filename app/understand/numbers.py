"""Read the numbers that buyers write: 两袋, 三块五, 1米65 110斤."""

import re
from decimal import Decimal

from app.records import Slot

_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "半": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}


def quantity(slot: Slot | None) -> int:
    """Read 两袋, 3件, 十二个; 0 where no whole number stands there."""
    if slot is None:
        return 0
    digits = re.match(r"\d+(?![\d.])", slot.norm)
    if digits:
        return min(int(digits[0]), 9999)
    return han_number(slot.norm)


def han_number(text: str) -> int:
    """Read 十二, 一百五, 两千; 0 where no number stands at the head or only a rough one (几, 三四)."""
    total, digit, unit = 0, 0, 1
    for char in text:
        if char in _HAN_UNITS:
            unit = _HAN_UNITS[char]
            total, digit = total + (digit or 1) * unit, 0
        elif char == "零":
            unit = 1
        elif char == "几" or (digit and char in _HAN_DIGITS):
            return 0
        elif char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        else:
            break
    return total + digit * (unit // 10 if unit > 10 else 1)


def amount(slot: Slot | None) -> Decimal | None:
    """Read 5元, 三块五, 两百块 in yuan; None where no amount stands there."""
    if slot is None:
        return None
    if (split := re.fullmatch(r"(\D+)块([一二三四五六七八九])", slot.norm)) and (yuan := han_number(split[1])):
        return Decimal(f"{yuan}.{_HAN_DIGITS[split[2]]}")
    if digits := re.search(r"(\d+(?:\.\d{1,2})?)([百千万]?)", slot.norm):
        return Decimal(digits[1]) * _HAN_UNITS.get(digits[2], 1)
    value = han_number(slot.norm)
    return Decimal(value) if value else None


_LIMIT = re.compile(
    r"(\d{1,5}|[一二两三四五六七八九十百千]{1,5})(?:元|块钱?|rmb)?(?:以内|以下|之内|内|左右|上下|出头|封顶)"
)


def limit(text: str) -> Decimal | None:
    """Read the budget in 一百以内, 50左右; None where none is named."""
    if not (match := _LIMIT.search(text)):
        return None
    value = int(match[1]) if match[1].isdigit() else han_number(match[1])
    return Decimal(value) if value else None


def body(text: str) -> tuple[float | None, float | None]:
    """Read height in centimetres and weight in 斤 from folded text."""
    weight = re.search(r"(?<![\d.])(\d{2,3}(?:\.\d)?)\s*(斤|kg|公斤)", text) or re.search(r"体重(\d{2,3})()", text)
    jin: float | None = None
    if weight:
        jin = float(weight[1]) * (2 if weight[2] in ("kg", "公斤") else 1)
        text = f"{text[: weight.start()]} {text[weight.end() :]}"
    height = re.search(r"(?<!\d)1[米m](\d{1,2})|(?<!\d)(1[4-9]\d)(?!\d)", text)
    if not height:
        return None, jin
    return (100.0 + float(height[1].ljust(2, "0")) if height[1] else float(height[2])), jin
