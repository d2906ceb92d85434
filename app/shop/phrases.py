"""Take a product's facts apart into phrases that may stand in an answer, and tell what each one denies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.shop.facts import Product

_STOPS = re.compile(r"[，。；,;！]")
_SENTENCES = re.compile(r"[。；！]")
_NOT = re.compile(r"不(?![沾锈])|不锈钢(?P<steel>)|没|无(?!纺|芯|级|线)|别(?!名)|勿|非|免")
_FORBID = re.compile(r"不能|不要|不可以?|不加|不放|不建议|不适合|不宜|不用(?=[\u4e00-\u9fff]{2})|别|勿|避免")
_CANNOT = re.compile("不[上了能行可配会]|不进|不下|不建议|不适合")
_PLAIN = ("材质", "产地", "颜色", "口味", "保质期", "净含量", "容量", "功率", "重量", "尺寸", "线长", "品类", "年份")
"""Attributes whose value follows 是 naturally; those of others are said as they stand."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a product's facts, and the words in which it is told."""

    text: str
    """Folded, for matching."""
    told: str
    """The attribute or sentence that proves it, as an agent would say it."""
    source: str
    """The attribute's name, or 用法, 适合, 问答, 标题."""

    @property
    def attribute(self) -> bool:
        """Tell whether it is an attribute's value, not part of a sentence."""
        return self.source not in ("用法", "适合", "问答", "标题")

    def forbids(self, at: int) -> bool:
        """Tell whether the phrase tells not to do what stands at character `at`."""
        match = _FORBID.search(self.text)
        return match is not None and match.start() < at

    def denied(self, at: int, stop: int) -> bool | None:
        """Tell whether what stands at `at` is denied; None where the phrase denies something else."""
        if self.denies(at) or self.forbids(at) or _CANNOT.search(self.text, stop):
            return True
        return None if any(match[0] != "不锈钢" for match in _NOT.finditer(self.text)) else False

    def denies(self, at: int) -> bool:
        """Tell whether a negation stands shortly before character `at`."""
        before = self.text[max(0, at - 5) : at].replace("不锈钢", "").replace("无纺布", "")
        return any(match[0] != "不锈钢" for match in _NOT.finditer(before)) or self.text[at : at + 1] in "无"


def told(name: str, value: str) -> str:
    """Say an attribute: 材质是全棉, 功能有摇头、倾倒断电."""
    if name in ("配件", "功能"):
        return f"{name}有{value}"
    return f"{name}{value}" if value.startswith("约") else f"{name}是{value}"


def phrases(product: Product, notes: Sequence[str] = ()) -> list[Phrase]:
    """List every phrase of the facts of a product; `notes` are the shop's own answers about it."""
    found = []
    for name, value in product.attributes.items():
        parts = [part for part in _STOPS.split(value) if part]
        for part in parts:
            alone = name not in _PLAIN and name not in ("配件", "功能", "配料")
            found.append(Phrase(part.lower().replace(" ", ""), part if alone else told(name, value), name))
    for source, text in (("用法", product.usage), ("适合", product.fits), *(("问答", note) for note in notes)):
        for sentence in _SENTENCES.split(text):
            for part in _STOPS.split(sentence):
                if part:
                    proof = f"标注适合{part}" if source == "适合" and not _FORBID.search(part) else part
                    found.append(Phrase(part.lower(), proof, source))
    return found
