"""Answer whom a product suits and which of its sizes is made or fits."""

import re
from dataclasses import dataclass
from typing import Literal

from app.shop.facts import Product
from app.shop.sizing import fitting, measured, sizes_named

_PERSON = re.compile(
    "孕妇?|怀孕|哺乳|月子|新生儿|没?满月|婴儿|宝宝|娃|小孩|孩子|儿童|幼儿|老人|爸|妈|爷爷|奶奶|长辈|老师|学生|过敏|糖尿病|高血压"
)
_KIN = {"爸": "长辈", "妈": "长辈", "爷爷": "长辈", "奶奶": "长辈", "老人": "长辈"}
_SUITS = re.compile("能|适|可以|送|行|用")
_SIZE = re.compile(
    r"(?<![a-z\d])([2-6]?x{0,4}[sl]|m|\d{2})码?(?:的)?(?:还?有|吗)|有(?:没有)?([2-6]?x{0,4}[sl]|m|\d{2})码"
)
_AGE_FROM = re.compile(r"([一二两三四五六七八九十]|\d{1,2})(个月|岁)以上")
_AGE = re.compile(r"([一二两三四五六七八九十]|\d{1,2})(个月|岁)(半?)")


@dataclass(frozen=True, slots=True)
class Found:
    """What the facts answer; `verdict` is "" for a plain value."""

    verdict: Literal["yes", "no", ""]
    text: str
    """A clause, the yes or no first, without a full stop."""
    fact: str
    """The attribute or sentence behind it."""


def size_answer(product: Product, text: str) -> Found | None:
    """Answer whether a size is made, or whether one fits the measures given."""
    if not product.sizes:
        return None
    made = sizes_named(product)
    asked = _SIZE.search(text)
    named = (asked[1] or asked[2]).upper() if asked else ""
    if named and not named.isdigit() and named not in made:
        listed = "、".join(product.sizes)
        return Found("no", f"没有{named}码，做的是{listed}", listed)
    if measured(product, text) and re.search(r"能|得[进上下了]|可以|行|合适", text):
        fits = fitting(product, text)
        if fits:
            clause = "，".join(f"{size}是{held.replace(' ', '、')}" for size, held in fits)
            return Found("yes", f"能的，{clause}", clause)
    return None


def person_answer(product: Product, text: str) -> Found | None:
    """Answer for whom it is, from `fits` alone."""
    if re.search("孕|哺乳|月子|满月|新生", text) or not _SUITS.search(text):
        return None
    age, least = _AGE.search(text), _AGE_FROM.search(product.fits)
    if age and least and not age.group().endswith("以上"):
        if _months(age) >= _months(least):
            return Found("yes", f"可以的，标注适合{product.fits}", product.fits)
        return Found("no", f"不建议，标注适合{product.fits}", product.fits)
    person = _PERSON.search(text)
    if person and (_KIN.get(person[0], person[0]) in product.fits) and "不适合" not in product.fits:
        return Found("yes", f"合适的，标注适合{product.fits}", product.fits)
    return None


def without_person(text: str) -> str:
    """Take out the person, the age and the giving, to see what else is asked."""
    return re.sub("送|适合|合适", " ", _AGE.sub(" ", _PERSON.sub(" ", text)))


def _months(match: re.Match[str]) -> float:
    han = "零一二三四五六七八九十".find(match[1].replace("两", "二"))
    number = float(match[1]) if match[1].isdigit() else float(han)
    if match[2] == "岁":
        return number * 12 + (6 if match.re is _AGE and match[3] else 0)
    return number
