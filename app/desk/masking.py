"""Hide phone, address, identity and card numbers before anything is written; the length of a text stays the same."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.records import Slot, Span

_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ－（）", "0123456789Xx-()")
_SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_GAP = r"[\s.·_–—―-]{0,3}"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?(1[3-9]\d){_GAP}(\d{{4}}){_GAP}\d{{4}}(?!\d)")
_SPELT = re.compile(r"(?<!\d)1[\s.-][3-9](?:[\s.-]\d){9}(?!\d)")
_LANDLINE = re.compile(rf"(?<!\d)\(?0\d{{2,3}}\)?{_GAP}\d{{3,4}}[\s-]?\d{{4}}(?!\d)")
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}[\s-]?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s-]?\d{3}[\dXx](?![\dXx])"
)
_CARD = re.compile(r"(?<!\d)(?<!\d{6}-)\d{4}(?:[\s-]?\d{4}){2,3}[\s-]?\d{1,7}(?!\d)")
_ORDER = re.compile(r"(?:订单|单号|编号)[^\d]{0,6}$")
"""What stands before a number that is an order's or a parcel's, whatever its sums say."""
_HOUSE = re.compile(
    r"(?:(?<=[路街巷弄区园寓厦苑村])|(?<=大道))\s?\d+(?:号(?!线)|[弄栋幢座室]|单元)[\d栋幢座楼层室单元号-]*"
    r"|\d+(?:号楼|[栋幢])[\d楼层室单元号-]*\d[室号]?"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_REGION = 6
"""Characters of an address that stay readable: province and city."""
_SHOWN = 4
"""Last digits of a number that stay readable."""
_PLACED = frozenset({"address", "phone"})
_NUMBERS = frozenset({"order_no", "tracking_no"})
"""Fields whose numbers are told to be no card's and nobody's identity."""

Values = Callable[[str], tuple[Sequence[Slot], str]]


class Mask:
    """Mask texts and whole JSON bodies; `values` finds addresses in a text."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def __call__(self, text: str) -> str:
        """Give the text with asterisks where somebody could be found by it; masking it again changes nothing."""
        masked, found = _storable(text), True
        while found:  # what stays readable may, beside its neighbour, look like another number
            before = masked
            masked = _starred(before, [*self._places(before), *_phones(before), *_numbers(before)])
            found = masked != before
        return masked

    def body(self, value: Any, *, known: Sequence[str] = ()) -> Any:
        """Mask every string of a JSON value; keys stay. `known` values are hidden wherever they stand."""
        if isinstance(value, str):
            return self(_without(value, known))
        if isinstance(value, dict):
            return {key: self._field(key, one, known) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.body(one, known=known) for one in value]
        return value

    def _field(self, key: str, value: Any, known: Sequence[str]) -> Any:
        if key not in _NUMBERS or not isinstance(value, str):
            return self.body(value, known=known)
        number = _storable(value)
        return _starred(number, [*_phones(number)])

    def reply(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        """Mask the body of the answer to `text`; an address that was read or corrected is hidden in all of it.

        A slot may be a piece of a number that only the whole text gives away.
        """
        masked = self(text)
        slots, known = [], []
        for slot in body["slots"]:
            start, end = slot["span"]
            read = text[start:end] == slot["value"]
            slots.append(slot | {"value": masked[start:end]} if read else slot)
            secret = slot["name"] in _PLACED or (read and masked[start:end] != slot["value"])
            if secret and len(slot["value"]) > _REGION and not slot["value"].startswith("["):
                known.append(slot["value"])
        hidden: dict[str, Any] = self.body(body | {"slots": slots}, known=known)
        return hidden | {name: body[name] for name in ("id", "conversation_id")}

    def _places(self, text: str) -> Iterator[Span]:
        for slot in self._values(text)[0] if len(text) > _REGION else ():
            start, end = slot.span
            if slot.name != "address" or slot.value.startswith("["):
                continue
            if end - start > _REGION or text[end : end + 1] != "*":
                yield start + min(_REGION, (end - start) // 2), end
        for match in _HOUSE.finditer(text.translate(_DIGITS)):
            yield match.span()


def _storable(text: str) -> str:
    """Replace what a database cannot keep: NUL, and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _phones(text: str) -> Iterator[Span]:
    plain = text.translate(_DIGITS)
    for version in (plain, plain.translate(_SPOKEN)):
        for match in _MOBILE.finditer(version):
            yield match.span(2)
    for match in _SPELT.finditer(plain):
        yield match.start(), match.end() - 2 * _SHOWN
    for match in _LANDLINE.finditer(plain):
        yield match.start(), match.end() - _SHOWN


def _numbers(text: str) -> Iterator[Span]:
    plain = text.translate(_DIGITS)
    for pattern, proved in ((_IDENTITY, is_identity), (_CARD, is_card)):
        for match in pattern.finditer(plain):
            if proved(match[0]) and not _ORDER.search(plain, max(match.start() - 10, 0), match.start()):
                yield match.start(), match.end() - _SHOWN


def _starred(text: str, spans: Sequence[Span]) -> str:
    chars = list(text)
    for start, end in spans:
        chars[start:end] = [char if char.isspace() else "*" for char in chars[start:end]]
    return "".join(chars)


def _without(text: str, known: Sequence[str]) -> str:
    """Hide what is known to be an address, but for its beginning."""
    for secret in known:
        if secret in text:
            shown = min(_REGION, len(secret) // 2)
            text = text.replace(secret, _starred(secret, [(shown, len(secret))]))
    return text


def is_identity(number: str) -> bool:
    """Check the last character of an 18-character identity number (GB 11643)."""
    chars = [char for char in number if char.isalnum()]
    total = sum(int(digit) * weight for digit, weight in zip(chars[:17], _WEIGHTS, strict=True))
    return _CHECK[total % 11] == chars[17].upper()


def is_card(number: str) -> bool:
    """Check a bank card number of 16 to 19 digits by Luhn's sum."""
    digits = [int(char) for char in number if char.isdigit()]
    if not 16 <= len(digits) <= 19:
        return False
    doubled = [
        digit if at % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2) for at, digit in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0
