"""Hide phone, address, identity and card numbers before anything is written; the length of a text stays the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.records import Slot, Span

_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ－", "0123456789Xx-")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_CARD = re.compile(r"(?<!\d)\d{4}(?:[\s-]?\d{4}){2,3}[\s-]?\d{1,7}(?!\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_REGION = 6
"""Characters of an address that stay readable: province and city."""
_SHOWN = 4
"""Last digits of a number that stay readable."""

Values = Callable[[str], tuple[Sequence[Slot], str]]


class Mask:
    """Mask texts and whole JSON bodies; `values` finds addresses and phones in a text."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __call__(self, text: str) -> str:
        """Give the text with asterisks where somebody could be found by it."""
        chars = list(text)
        for start, end in self._secret(text):
            chars[start:end] = [char if char.isspace() else "*" for char in chars[start:end]]
        return "".join(chars)

    def body(self, value: Any) -> Any:
        """Mask every string of a JSON value; keys stay."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {key: self.body(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.body(one) for one in value]
        return value

    def _secret(self, text: str) -> Iterator[Span]:
        for slot in self._values(text)[0] if len(text) > _REGION else ():
            start, end = slot.span
            if slot.name == "address" and not slot.value.startswith("["):
                yield start + min(_REGION, (end - start) // 2), end
        plain = text.translate(_DIGITS)
        for match in _MOBILE.finditer(plain):
            yield match.span(2)
        for pattern, proved in ((_LANDLINE, _any), (_IDENTITY, is_identity), (_CARD, is_card)):
            for match in pattern.finditer(plain):
                if proved(match[0]):
                    yield match.start(), match.end() - _SHOWN


def _any(number: str) -> bool:
    return bool(number)


def is_identity(number: str) -> bool:
    """Check the last character of an 18-character identity number (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK[total % 11] == number[17].upper()


def is_card(number: str) -> bool:
    """Check a bank card number of 16 to 19 digits by Luhn's sum."""
    digits = [int(char) for char in number if char.isdigit()]
    if not 16 <= len(digits) <= 19:
        return False
    doubled = [
        digit if at % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2) for at, digit in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0
