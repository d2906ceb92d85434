"""Read what a draft claims: every number in its role, every courier, place, product, gift and promotion."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from app.shop.load import ShopData

Fact = tuple[str, str]
"""Role and value; several values are joined by a bar: ("tier", "99|尝鲜礼包")."""
Spellings = Mapping[str, Sequence[str]]

NUMBER = r"(\d+(?:\.\d+)?)"
_RANGE = r"(\d+(?:\.\d+)?(?:[-~到至]\d+(?:\.\d+)?)?)"
_GIFT = r"([^\d，。；、！？（）\n]{2,8}?)"
_END = r"(?=[，。；、！？（）\n]|$)"
_SIZES = r"(?:[2-6]X|X{0,3})[LS]|M|\d\d(?:-\d\d)?(?=码|对吗|合适|更合身)"
_PLAIN = r"\d+(?:\.\d+)?"
_TERM = rf"(?:<goods>)?{_PLAIN}(?:×\d+)?"
ROLES = (
    ("arrival", r"大概(?:(\d{1,2})月)?(\d{1,2})号?到(?:(\d{1,2})月)?(\d{1,2})号"),
    ("sale", rf"(<promotion>)这款{NUMBER}元，(\d{{1,2}})月(\d{{1,2}})日(?:(\d{{1,2}})点)?开始|\n，这款{NUMBER}元"),
    ("begins", r"(<promotion>)(\d{1,2})月(\d{1,2})日(?:(\d{1,2})点)?开始"),
    ("rule", r"(<promotion>)(?=\n)"),
    ("day", r"(\d{1,2})月(\d{1,2})[日号]"),
    ("sum", rf"({_TERM}(?:\+{_TERM})*)={NUMBER}元"),
    ("cut", rf"满{NUMBER}元?减{NUMBER}"),
    ("pay", rf"付{NUMBER}元"),
    ("cutgap", rf"再凑{NUMBER}元能减{NUMBER}元|还差{NUMBER}元才?到(?=\n)"),
    ("freegap", rf"再凑{NUMBER}元就包邮"),
    ("pieces", rf"拍{NUMBER}件就包邮"),
    ("tier", rf"满{NUMBER}元?(?:还|再|就|能|可|可以)?送{_GIFT}{_END}"),
    ("grant", rf"申请把{_GIFT}送上|申请送{_GIFT}{_END}|{_GIFT}我(?:给您)?申请"),
    ("gift", rf"(?<=元)(?:还|能)?送{_GIFT}{_END}|够{_GIFT}这档|这单对应的是{_GIFT}{_END}|(?<=元)换{_GIFT}{_END}"),
    ("free", rf"满{NUMBER}元?就?(?:包邮|免运费|不收运费)"),
    ("total", rf"{NUMBER}件一共{NUMBER}元|共{NUMBER}元"),
    ("price", rf"(<goods>)(?:凑单|[^\d。；！？满凑差配\n]){{0,8}}?{NUMBER}元"),
    ("gap", rf"(?:再凑|还差|只差|就差){NUMBER}元"),
    ("over", rf"离满{NUMBER}元"),
    ("surcharge", rf"(?:另加|要加|运费加|要补){NUMBER}元"),
    ("fee", rf"(?:运费|收){NUMBER}元"),
    ("now", rf"(?:现价|现在){NUMBER}元"),
    ("yuan", rf"{NUMBER}(?:元|块钱?|圆)|[¥￥]{NUMBER}"),
    ("stalled", rf"(?:停了|物流有?|没动|看到有){NUMBER}天|{NUMBER}天(?:没更新|没动)"),
    ("signed", rf"(?:签收|已经){NUMBER}天(?![内里])"),
    ("paid", rf"付款{NUMBER}(小时|天)了"),
    ("invoice", rf"{NUMBER}天内?开"),
    ("refund", rf"{NUMBER}天内(?:处理|退给您|退您|退回)"),
    ("within", rf"{NUMBER}天(?=内|里|无理由|价保)|签收后{NUMBER}天"),
    ("days", rf"{_RANGE}天"),
    ("hours", rf"{_RANGE}小时"),
    ("clock", rf"{NUMBER}点"),
    ("promotion", "(<promotion>)"),
    ("courier", "(<courier>)"),
    ("goods", "(<goods>)"),
    ("left", rf"(?:只剩|库里){NUMBER}件"),
    ("count", rf"{NUMBER}件|数量选{NUMBER}"),
    ("size", rf"(?<![a-zA-Z\d])({_SIZES})(?![a-zA-Z\d])"),
    ("region", "(<region>)"),
    ("number", rf"{_RANGE}([\u4e00-\u9fff%a-zA-Z]?)"),
    ("han", r"(?<!第)([一二两三四五六七八九十百]+)(?=小时|元|块钱|折|年内|个月|倍)|([二两三四五六七八九十百]+)(?=天)"),
)
"""The more particular claim stands first: what it matches is taken out before the next is looked for."""


class Facts:
    """Hold the patterns, with the names of one shop and of the lexicon in them."""

    def __init__(self, shop: ShopData, couriers: Spellings, regions: Spellings) -> None:
        self._names = {
            "courier": {form.lower(): name for name, forms in couriers.items() for form in (name, *forms)},
            "region": {form: name for name, forms in regions.items() for form in (name, *forms)},
            "goods": {form: one.name for one in shop.products.values() for form in (one.name, *one.aliases)},
            "promotion": {one.title: one.title for one in shop.promotions},
        }
        self._roles = [(role, re.compile(self._named(pattern), re.IGNORECASE)) for role, pattern in ROLES]

    def _named(self, pattern: str) -> str:
        for kind, names in self._names.items():
            pattern = pattern.replace(f"<{kind}>", "|".join(self._forms(names)))
        return pattern

    def _forms(self, names: Iterable[str]) -> list[str]:
        longest_first = sorted(names, key=len, reverse=True)
        return [rf"(?<![a-z]){form}(?![a-z])" if form.isascii() else re.escape(form) for form in longest_first]

    def names(self, *kinds: str) -> re.Pattern[str]:
        """Give a pattern that finds any name of these kinds."""
        return re.compile("|".join(form for kind in kinds for form in self._forms(self._names[kind])), re.IGNORECASE)

    def __call__(self, text: str) -> list[Fact]:
        """List the facts that `text` claims."""
        found: list[Fact] = []
        for role, pattern in self._roles:
            known = self._names.get("goods" if role == "price" else role, {})
            for match in pattern.finditer(text):
                parts = [known.get(part.lower(), part) for part in match.groups() if part]
                found.append(fact(role, *parts))
            text = pattern.sub("\n", text)
        return found


def fact(role: str, *values: object) -> Fact:
    """Write a fact so that equal facts are equal: 39.90 is 39.9, xl is XL."""
    return role, "|".join(_plain(str(value)) for value in values)


def _plain(value: str) -> str:
    return f"{Decimal(value).normalize():f}" if re.fullmatch(NUMBER, value) else value.upper()
