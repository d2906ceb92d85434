"""Answer a question about one product from its facts: a value, a yes or a no, or nothing.

A verdict needs every content word of the question in one fact; a fact that shares only some of them proves nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.shop.asking import clauses_of, figure, once, spoken, which, without_question, yes_no
from app.shop.facts import Faq, Product, money
from app.shop.phrases import Phrase, phrases, told
from app.shop.suiting import Found, person_answer, size_answer, without_person
from app.shop.wording import Wording

Cut = Callable[[str], list[str]]

_SAME_UNIT = {"公分": "厘米", "公斤": "千克"}
_MEASURING = re.compile("[多几]")
_CAN = re.compile(r"能|可以|可不|行不行|行不$|行吗|行么|没事|得[了进上下]|上不$")
_HAVE = re.compile(r"有|带|含|加了?|配")
_DENIED = re.compile(r"(?:不|无|没有?|未|非)(?:含|带|加|用|是|添加|放)?$")
_SAYS_YES, _SAYS_NO = re.compile("可以|能"), re.compile("不(?!锈)|别")
"""Facts that open with the yes or no themselves."""
_SOLD_ALONE = re.compile("单独?[卖买拍]")
_COLOUR = re.compile(r"([黑白灰红黄蓝绿粉紫咖棕橙]|卡其|米白|墨绿|酒红)色?(?:的|色)")
_MEASURES = "码号头围脚长身高体重斤宝宝大人戴得进去穿下上住"
_MODAL = re.compile("可|能|会|别|勿|不|没|无|自动|带|配|有|含|都")
"""Without one of these a sentence of the usage or of an answer tells a step, no property."""
_VERBS = frozenset("偏带倒剪煮洗冲充送配插")
_MODALS = re.compile("能|可以|会|是|有|可")
_USABLE = re.compile("[能可适用]|装|配")
_PLAIN_VALUE = re.compile(r"[\d%.、，（）\s]|食品级|面料|水刺布|约")
_COUNTED = frozenset("层抽片包袋罐瓶盒支块条枚张只双卷粒颗个节度帕平")
_EACH = re.compile(r"一共|总共|[男女]的|[一每][\u4e00-\u9fff]")
_BLEND = re.compile(r"(?:[\u4e00-\u9fff]+\d+%[、，]?)+")
_SIZE_NAMED = re.compile(r"[2-6]?x{0,4}[sml]|\d+(?:\.\d)?")
_KIND = re.compile("有(?:没有)?[^货人]{1,6}(?:味|馅|版|型号|包装|规格)儿?的?[吗么嘛不没]?$")
"""Asks for one of a kind: having the product in stock is no answer."""
_THAT_ONE = re.compile("^(.*)(?:那[把套款双瓶盒件条]|的那个)")


@dataclass(frozen=True)
class Answers:
    """Hold how things are worded; `cut` cuts folded text into words, `notes` are answers by sku."""

    wording: Wording
    cut: Cut
    notes: Mapping[str, Sequence[str]]

    def __call__(self, product: Product, text: str) -> Found | None:
        """Answer folded `text`, or give None where the facts are silent."""
        bare = self._without_names(product, text.lower())
        for clause in spoken(bare):
            if figure(clause):
                found = self._figure(product, clause)
            else:
                found = (self._yes_or_no(product, clause) if yes_no(clause) else None) or self._value(product, clause)
            if found:
                return found
        return None if clauses_of(bare)[1:] or self.asking(bare) else self._value(product, bare)

    def asks(self, product: Product, text: str) -> bool:
        """Tell whether `text` asks for something that a product's facts might hold."""
        bare = self._without_names(product, text.lower())
        named = bool(self.wording.said(bare)) or bool(self._attributes(product, bare)) or bool(self.wording.parts(bare))
        return bool(figure(bare) or _KIND.search(bare)) or (named and self.asking(bare))

    def split(self, text: str) -> list[str]:
        """Give the clauses of folded `text`."""
        return clauses_of(text)

    def asking(self, text: str) -> bool:
        """Tell whether folded `text` has the form of a question."""
        return any(yes_no(clause) or which(clause) for clause in clauses_of(text))

    def clauses(self, product: Product, text: str) -> list[str]:
        """Give the asking clauses of folded `text` without the name of the product."""
        found = clauses_of(self._without_names(product, text.lower()))
        return [clause for clause in found if yes_no(clause) or which(clause)]

    def asked(self, text: str) -> list[str]:
        """List the attributes that folded `text` asks for."""
        return [name for name, words in self.wording.attributes.items() if any(word in text for word in words)]

    def _without_names(self, product: Product, text: str) -> str:
        for name in sorted((product.name, *product.aliases), key=len, reverse=True):
            text = text.replace(name.lower(), "")
        return text.replace(product.sku.lower(), "").replace(product.item_id or "\0", "")

    def _attributes(self, product: Product, text: str) -> dict[str, str]:
        """Give the attributes that `text` asks for, each with the word that asks."""
        asked = {}
        for name, words in self.wording.attributes.items():
            if hits := [word for word in words if word in text]:
                asked[name] = max(hits, key=len)
        return {name: name for name in product.attributes if name in text} | asked

    def _words(self, clause: str) -> list[str]:
        """Give the words of a clause that carry meaning."""
        words = self.cut(once(clause))
        return [word for word in words if word not in self.wording.fillers and any(char.isalnum() for char in word)]

    def _covers(self, words: Sequence[str], fact: str, setting: str = "") -> bool:
        """Tell whether a fact, or what is known beside it, holds all words."""
        same = " ".join((fact, *self.wording.synonyms(fact), setting))
        alone = [word for word in self.cut(fact) if word]

        def holds(word: str) -> bool:
            if len(word) > 1:
                return word in same or bool(re.search(".?".join(map(re.escape, word)), fact))
            # a single letter may be half of another word: 核 is not in 核桃
            return word in setting or any(one.endswith(word) or (word in _VERBS and word in one) for one in alone)

        return all(map(holds, words))

    def _left(self, text: str, fact: str) -> str:
        """Take out of `text` what the fact says in other words."""
        forms = (form for form in self.wording.synonyms(fact) if len(form) > 1)
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, " ")
        return text

    def _value(self, product: Product, text: str) -> Found | None:
        values = {word for group in self.wording.values.values() for forms in group.values() for word in forms}
        asked = self._attributes(product, text)
        asked = {name: word for name, word in asked.items() if word == name or word not in values}
        named = {name: word for name, word in asked.items() if not _MEASURING.match(word)}
        held = [name for name in named or asked if name in product.attributes]
        if not held or not self._just(product, text, held[0], asked.values()):
            return None
        held = [name for name in held if asked[name] != asked[held[0]] or name == held[0]][:2]
        clause = "，".join(told(name, product.attributes[name]) for name in held)
        return Found("", clause, clause)

    def _figure(self, product: Product, text: str) -> Found | None:
        """Answer 几米, 多少瓦 with the attribute that holds such a figure, where just that is asked."""
        unit = _SAME_UNIT.get(figure(text), figure(text))
        asked = self._attributes(product, text)
        for name, value in product.attributes.items():
            fits = re.search(rf"[\d一两二三四五六七八九十]{unit}", value) and (not asked or name in asked)
            digits = name == next(iter(asked), "") and unit not in _COUNTED and re.search(r"\d", value)
            if (fits or digits) and self._just(product, text, name, asked.values()):
                return Found("", told(name, value), told(name, value))
        return None

    def _just(self, product: Product, text: str, name: str, asking: Iterable[str]) -> bool:
        """Tell whether `text` asks for an attribute and nothing else; what the thing is for may be said beside."""
        fact = f"{name} {product.attributes[name]}".lower()
        rest = text
        for word in asking:
            rest = rest.replace(word, " ")
        rest = without_question(rest)
        setting = " ".join((product.name, *product.aliases, product.title, product.fits)).lower()
        words = [
            word[:-1] if word[1:] == "子" else word for word in self._words(self._left(_EACH.sub(" ", rest), fact))
        ]
        parts = [form for forms in self.wording.parts(rest) for form in forms]
        return self._covers(words, fact, setting) and (not parts or any(part in fact for part in parts))

    def _yes_or_no(self, product: Product, clause: str) -> Found | None:
        setting = " ".join((product.name, *product.aliases, product.title, product.fits)).lower()
        if (that := _THAT_ONE.match(clause)) and self._covers(self._words(that[1]), setting):
            clause = clause[that.end() :]
        sized = self._words(_SIZE_NAMED.sub(" ", clause))
        if self._covers(sized, _MEASURES) and (found := size_answer(product, clause)):
            return found
        rest = self._words(without_person(clause))
        if self._covers(rest, product.fits) and (found := person_answer(product, clause)):
            return found
        if _SOLD_ALONE.search(clause) and not self._words(_SOLD_ALONE.sub(" ", clause)):
            return Found("yes", f"可以单拍，{money(product.price)}元", product.name)
        return self._listed(product, clause) or self._proved(product, clause)

    def _listed(self, product: Product, clause: str) -> Found | None:
        """Answer from a closed list: colours say no to what they do not hold."""
        colour, listed = _COLOUR.search(clause), product.attributes.get("颜色", "")
        if not colour or not listed or re.search("随机|混搭|头|柄", listed) or self._words(_COLOUR.sub(" ", clause)):
            return None
        hits = [one for one in listed.split("、") if colour[1] in one]
        if hits:
            return Found("yes", f"有{'、'.join(hits)}的", listed)
        return Found("no", f"没有{colour[1]}的，颜色有{listed}", listed)

    def _proved(self, product: Product, clause: str) -> Found | None:
        """Hold what is asked against every phrase; the facts decide, silence does not."""
        known = phrases(product, self.notes.get(product.sku, ()))
        if product.title:
            known.append(Phrase(product.title.lower(), product.title, "标题"))
        for phrase in known:
            if found := self._verdict(product, clause, phrase):
                return found
        for value, (start, end) in self.wording.said(clause).items():
            rest = self._words(clause[:start] + clause[end:])
            if self.wording.handling.issuperset(rest) and (found := self._refuted(product, value, clause, known)):
                return found
        return None

    def _verdict(self, product: Product, clause: str, phrase: Phrase) -> Found | None:
        """Say what a phrase says of all that is asked, None where it does not hold all of it."""
        asked, held = self.wording.said(clause), self.wording.said(phrase.text)
        shared = [value for value in asked if value in held]
        words = self._words(self._left(clause, phrase.text) if shared else clause)
        if not shared and not words:
            return None
        forbidden = bool(shared) and phrase.forbids(held[shared[-1]][0])
        if forbidden:
            words = [word for word in words if word not in self.wording.handling]
        # the thing and its use may be named beside a value, but never stand for what is asked
        setting = " ".join((product.name, *product.aliases, product.fits)).lower() if shared else ""
        fact = f"{phrase.text} {phrase.source if phrase.attribute else ''}"
        if (len(shared) < len(asked) and not forbidden) or not self._covers(words, fact, setting):
            return None
        if shared:
            (start, end), (at, stop) = asked[shared[-1]], held[shared[-1]]
        else:
            start = end = max(clause.find(words[-1]), 0)
            at = stop = max(phrase.text.find(words[-1]), phrase.text.find(words[-1][0]))
            if at < 0 or phrase.source == "标题" or not (phrase.attribute or _MODAL.search(phrase.text[:at])):
                return None
        tail = _MODALS.split(once(clause))[-1]
        if phrase.attribute and not (
            self._words(tail) or self.wording.said(tail) or phrase.source == "适用" or _USABLE.search(phrase.text)
        ):
            return None
        if phrase.source == "标题" and (len(asked) > 1 or words):
            return None
        asked_not = bool(_DENIED.search(once(clause[:start]))) or clause[start:end].startswith("无")
        denied = phrase.denied(at, stop)
        if denied is None or (denied and phrase.source == "标题"):
            return None
        proof = phrase.told[at:stop] if phrase.source == "标题" else phrase.told
        return _say(denied == asked_not, "是吗" if asked_not else clause, proof)

    def _refuted(self, product: Product, value: str, clause: str, known: Sequence[Phrase]) -> Found | None:
        """Say no where a phrase cannot be where `value` is true, or its attribute plainly holds another one."""
        forms = self.wording.opposites(value)
        if other := next((one for form in forms for one in known if form in one.text), None):
            return _say(False, clause, other.told)
        name = self.wording.group(value)
        written = product.attributes.get(name, "")
        held = written.lower()
        whole = held
        others = {one: span for one, span in self.wording.said(held).items() if self.wording.group(one) == name}
        for start, end in sorted(others.values(), reverse=True):
            whole = whole[:start] + whole[end:]
        if not held or whole == held or _DENIED.search(clause[: self.wording.said(clause)[value][0]]):
            return None
        if name == "洗涤":
            return Found("no", f"不建议，资料写的是{written}", told(name, written))
        # a value that names parts speaks of those parts alone: told, but no verdict
        if _PLAIN_VALUE.sub("", whole) and not _BLEND.fullmatch(held):
            return Found("", told(name, written), told(name, written))
        return Found("no", f"不是的，{told(name, written)}", told(name, written))


def notes_of(rows: Sequence[Faq]) -> dict[str, list[str]]:
    """Give the shop's own answers about each product."""
    notes: dict[str, list[str]] = {}
    for row in rows:
        if row.sku:
            notes.setdefault(row.sku, []).append(row.answer)
    return notes


def _say(yes: bool, clause: str, proof: str) -> Found:
    plain = _SAYS_YES if yes else _SAYS_NO
    text = proof if plain.match(proof) else f"{_lead(yes, clause)}，{proof}"
    return Found("yes" if yes else "no", text, proof)


def _lead(yes: bool, clause: str) -> str:
    """Open with the yes or no that fits how it was asked."""
    if re.search(r"^(?:还)?是|是.*[吗吧嘛么不的]$", clause) and not re.search("能|可以|会", clause):
        return "是的" if yes else "不是的"
    if _CAN.search(clause):
        return "可以的" if yes else "不建议"
    if "会" in clause:
        return "会的" if yes else "不会的"
    if _HAVE.search(clause):
        return "有的" if yes else "没有的"
    return "是的" if yes else "不是的"
