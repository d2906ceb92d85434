"""Find values in a message: numbers of orders and parcels, phone, address, courier, amounts, dates, sizes …

Patterns run on the folded text; spans are given in the raw text, so `raw[span] == value` always holds.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.records import Normalised, Slot

MARKS: Mapping[str, str] = {
    "order_no": "\ue000",
    "tracking_no": "\ue001",
    "phone": "\ue002",
    "address": "\ue003",
    "amount": "\ue004",
    "date": "\ue005",
    "quantity": "\ue006",
    "size": "\ue007",
    "body": "\ue008",
    "item_id": "\ue009",
    "link": "\ue00a",
    "number": "\ue00b",
    "name": "\ue00c",
    "image": "\ue00d",
    "tax_no": "\ue00e",
    "courier": "\ue00f",
}
"""One private character per kind of value: the classifier sees that a value stands there, not which one."""

_HAN_NUMBER = "[一二两三四五六七八九十百半几]"
_HAN_AMOUNT = "[零一二两三四五六七八九十百千万半几]"
_COUNT = rf"(?:\d+(?:\.\d+)?|{_HAN_NUMBER}{{1,5}})"
_UNITS = "公斤|kg|[个件包袋盒箱份提斤瓶双条套本罐桶支只片卷张组克g单台把块根颗枚筒板抽]"
_PIECE = rf"(?!包邮)(?:{_UNITS})"
"""十块一包 names a price for each piece, not 十块一; 九块九包邮 does not."""
_PROVINCE = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|"
    "陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
# an address starts at its province: 地址换一下浙江省… must not begin at 一下
_PLACE = rf"(?:(?!{_PROVINCE}|[改发寄送换到是往去成为址])[\u4e00-\u9fff]){{2,8}}?"
_DAY = (
    "今天|今晚|今早|明天|明早|明晚|后天|大后天|昨天|昨晚|前天|(?:下{1,2}个?)?(?:周|星期|礼拜)[一二三四五六日天]|"
    "周末|月底|月初|年前|年后|过年|春节|中秋|国庆|端午|元旦|双十一|双十二|618|双11|双12"
)

_PATTERNS: Sequence[tuple[str, str]] = (
    ("link", r"https?://[^\s\u4e00-\u9fff]+|(?:[\w-]+\.)+(?:com|cn|net)/[^\s\u4e00-\u9fff]*|\[(?:链接|网址)\w?\]"),
    ("image", r"\[(?:图片|截图|视频|照片)\w?\]"),
    ("order_no", r"(?<![\da-z])\d{6}-\d{12,18}(?!\d)|\[(?:订单|订单号|订单编号)\w?\]"),
    (
        "tracking_no",
        r"(?<![a-z\d])(?:sf|yt|jd|jt|zto|sto|yd|ems|db|dpk|ht|jdv|jdx|vf|va|vb|vc)[a-z]{0,2}\d{9,16}(?!\d)",
    ),
    ("tracking_no", r"(?:快递|物流|运单|运)(?:单号|编号|号)[是为]?[:,]?\s?(\d{10,15})(?!\d)"),
    ("tax_no", r"(?<![a-z\d])9[1-3][1-9]\d{5}[a-z\d]{10}(?![a-z\d])"),
    ("phone", r"(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|\[(?:电话|手机|手机号)\w?\]"),
    ("order_no", r"(?<!\d)\d{16,24}(?!\d)|订单(?:编号|号码?)?[是为]?[:,]?\s?(\d{12,15})(?!\d)"),
    ("item_id", r"(?<!\d)\d{10,15}(?!\d)"),
    (
        "address",
        (
            rf"(?:{_PROVINCE})(?:省|市|自治区|壮族自治区)?[\u4e00-\u9fff]{{1,10}}(?:市|区|县|州|镇|乡|街道|路)[\u4e00-\u9fff\da-z\-#]*"
            rf"(?:路|街|道|村|小区|号|栋|幢|楼|室|单元|弄|组|镇|花园|大厦|学校|医院|超市)(?:\d*[\-\d]*(?:号|栋|幢|楼|室|单元|弄|层|座))*(?:(?<=[栋幢楼单元层座])\d{{3,4}}(?!\d))?"
            rf"|{_PLACE}(?:市|县|区)[\u4e00-\u9fff]{{1,10}}(?:路|街道|街|镇|村|小区)[\u4e00-\u9fff]{{0,6}}\d+[号弄栋幢楼室单元\d\-]*"
            rf"|\[地址\w?\]"
        ),
    ),
    (
        "body",
        r"(?:身高)?1[米m]\d{1,2}|身高:?1[4-9]\d(?:cm|厘米|公分)?|1[4-9]\d(?:cm|厘米|公分|的)?(?:身高)?[,\s]?(?=(?:体重)?\d{2,3}斤)|体重:?\d{2,3}(?:斤|kg|公斤)?|\d{2,3}(?:斤|kg|公斤)(?=.{0,6}(?:穿|码|号))",
    ),
    (
        "amount",
        rf"[¥￥$]\s?\d+(?:\.\d+)?|\d+(?:\.\d+)?[百千万]?(?:元|块钱|块\d(?!\d|{_PIECE})|块(?!头|状)|圆|大洋|米(?=一))|{_HAN_AMOUNT}{{1,6}}(?:元|块钱|块[一二三四五六七八九](?![十百]|{_PIECE})|块)|\[金额\w?\]",
    ),
    (
        "date",
        (
            rf"\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}[日号]?|\d{{1,2}}月\d{{1,2}}[日号]?|(?:下个?月)?(?<!\d)\d{{1,2}}[号日](?!线|楼|色|码|店|仓)|{_DAY}"
            r"|\d{1,2}[:点]\d{0,2}(?:分)?|\[(?:日期|时间)\w?\]"
        ),
    ),
    (
        "size",
        r"(?<![a-z\d])(?:x{1,4}[ls]|[2-6]xl|[sml])码?(?![a-z\d])|(?<!\d)[2-4]\d(?:\.5)?码|均码|[大中小加]码|[大中小]号",
    ),
    ("quantity", rf"{_COUNT}(?:{_UNITS})"),
    ("name", r"\[(?:姓名|人名|昵称)\w?\]"),
    # hotlines and shopping days are words, not numbers
    ("number", r"\[数字\w?\]|(?<![a-z\d.])(?!(?:12315|12345|315|618|1111|1212)(?!\d))\d+(?:\.\d+)?(?![a-z\d])"),
)


_TENTHS = re.compile(r"^(\d+)块(\d)$")
"""3块5 means 3.5元."""


_WORDY = frozenset({"link", "courier", "address", "amount", "date", "size", "quantity"})
"""Values that may hold no digit; the patterns of all others are not tried where there is none."""
_DIGIT_OR_MARK = re.compile(r"[\d\[]")


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    start: int
    end: int
    norm: str


class SlotFinder:
    """Find slots; holds the compiled patterns and the couriers' spellings."""

    def __init__(self, couriers: Mapping[str, Iterable[str]]) -> None:
        self._spelling = {form.lower(): name for name, forms in couriers.items() for form in forms}
        forms = sorted(self._spelling, key=len, reverse=True)
        latin = [form for form in forms if form.isascii()]
        han = [form for form in forms if not form.isascii()]
        parts = ["|".join(map(re.escape, han))] if han else []
        if latin:
            parts.append(rf"(?<![a-z\d])(?:{'|'.join(map(re.escape, latin))})(?![a-z\d])")
        courier = [("courier", "|".join(parts))] if parts else []
        # a courier's name inside a link is part of the link
        patterns = [*_PATTERNS[:1], *courier, *_PATTERNS[1:]]
        self._patterns = [(name, re.compile(pattern)) for name, pattern in patterns]
        self._wordy = [(name, pattern) for name, pattern in self._patterns if name in _WORDY]

    def __call__(self, message: Normalised) -> tuple[tuple[Slot, ...], str]:
        """Give the slots in reading order, and the text with each value replaced by its mark."""
        found = self._find(message.text)
        slots: list[Slot] = []
        for hit in found:
            span = message.raw_span(hit.start, hit.end)
            if slots and span[0] < slots[-1].span[1]:
                continue  # one raw character may fold to several values, as ½ does
            slots.append(Slot(hit.name, message.raw[span[0] : span[1]], span, hit.norm))
        return tuple(slots), _mask(message.text, found)

    def _find(self, text: str) -> list[_Found]:
        taken: list[_Found] = []
        for name, pattern in self._patterns if _DIGIT_OR_MARK.search(text) else self._wordy:
            for match in pattern.finditer(text):
                start, end = match.span(match.lastindex or 0)
                if start < end and all(end <= other.start or start >= other.end for other in taken):
                    taken.append(_Found(name, start, end, self._norm(name, text[start:end])))
        return sorted(taken, key=lambda hit: hit.start)

    def _norm(self, name: str, value: str) -> str:
        if name == "courier":
            return self._spelling[value]
        return _TENTHS.sub(r"\1.\2元", value) if name == "amount" else value


_KEPT_WORDS = frozenset({"date", "size"})
"""Values whose own words tell the intent apart (今天, 大号): left in the text when they hold no digit."""


def _mask(text: str, found: Sequence[_Found]) -> str:
    parts: list[str] = []
    at = 0
    for hit in found:
        parts.append(text[at : hit.start])
        value = text[hit.start : hit.end]
        keep = hit.name in _KEPT_WORDS and not any(char.isdigit() for char in value)
        parts.append(value if keep or (hit.name == "quantity" and not value[0].isdigit()) else MARKS[hit.name])
        at = hit.end
    parts.append(text[at:])
    return "".join(parts)


def first(slots: Iterable[Slot], name: str) -> Slot | None:
    """Give the first slot called `name`."""
    return next((slot for slot in slots if slot.name == name), None)


def corrected(
    slots: Sequence[Slot],
    told: Sequence[tuple[str, str]],
    raw: str,
    values: Callable[[str], tuple[Sequence[Slot], str]],
) -> tuple[Slot, ...]:
    """Put what an agent says in the place of what was found under that name; an empty value removes it.

    A value that does not stand in `raw` has an empty span at its start.
    """
    names = {name for name, _ in told}
    kept = [slot for slot in slots if slot.name not in names]
    for name, value in told:
        if value:
            read = next((slot for slot in values(value)[0] if slot.name == name), None)
            at = raw.find(value)
            span = (at, at + len(value)) if at >= 0 else (0, 0)
            kept.append(Slot(name, value, span, read.norm if read else value))
    return tuple(sorted(kept, key=lambda slot: slot.span))
