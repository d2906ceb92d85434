"""Write the order note in the shop's own formats; a fact that is missing stays a named blank."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.outgoing import Remark
from app.records import Utterance
from app.reply.briefing import Briefing
from app.reply.dates import resolve
from app.shop.facts import RemarkFormats, money
from app.shop.load import ShopData
from app.understand.slots import first

_PLACE = re.compile(
    r"(?P<province>北京|天津|上海|重庆|内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?|宁夏(?:回族自治区)?|"
    r"新疆(?:维吾尔自治区)?|(?:黑龙江|河北|山西|辽宁|吉林|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|"
    r"云南|陕西|甘肃|青海|台湾)(?!路|街|市)省?)?市?"
    r"(?P<city>(?:(?!区|县)[\u4e00-\u9fff]){2,7}?(?:市|自治州|州|盟|地区))?"
    r"(?P<district>[\u4e00-\u9fff]{1,7}?(?:区|县|市|镇|旗))?"
    r"(?P<detail>.*)"
)
_NAME = re.compile(
    r"(?:收件人|收货人|姓名|名字)[:：是]?\s*([\u4e00-\u9fff]{2,4})|(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)
KINDS = ("note", "address", "delay", "gift", "tier_swap", "refund")


@dataclass(frozen=True, slots=True)
class Noted:
    """What a note is written from."""

    shop: ShopData
    utterance: Utterance
    briefing: Briefing
    now: datetime


def write(wish: str, noted: Noted) -> Remark | None:
    """Write the note that a script wishes for (`kind` or `kind:text`); None where it wishes for none."""
    kind, _, text = wish.partition(":")
    formats = noted.shop.facts.remarks
    if kind == "note":
        return Remark(formats.note.format(text=text), flag=False)
    if kind == "address":
        return Remark(_address(formats, noted), flag=False)
    if kind == "delay":
        return Remark(_delay(formats, noted), flag=False)
    if kind in ("gift", "tier_swap"):
        return _gift(formats, noted)
    if kind == "refund":
        asked = noted.briefing.asked_amount
        amount = money(asked) if asked is not None else "【金额】"
        note, payment = (one.format(reason=text, amount=amount) for one in (formats.refund, formats.payment))
        return Remark(note, flag=True, payment_note=payment or note)
    return None


def together(notes: Sequence[Remark]) -> Remark | None:
    """Make one note of those of several answers, for an order has one place for it; None where there are none."""
    if not notes:
        return None
    text = "；".join(dict.fromkeys(note.text for note in notes))
    return Remark(text, any(note.flag for note in notes), next((n.payment_note for n in notes if n.payment_note), ""))


def _address(formats: RemarkFormats, noted: Noted) -> str:
    """Fill the full address: province, city, district, detail, name, phone."""
    slots = noted.utterance.slots
    address, phone = first(slots, "address"), first(slots, "phone")
    parts = {"province": "【省】", "city": "【市】", "district": "【区】", "detail": "【详细地址】"}
    if address is not None and (match := _PLACE.match("".join(address.value.split()))):
        found = {key: value for key, value in match.groupdict().items() if value}
        if found.get("province", "") in ("北京", "天津", "上海", "重庆"):
            found["province"] += "市"
            parts["city"] = ""
        parts |= found
    return formats.address.format(
        **parts, name=_name(noted) or "【收件人】", phone=phone.value if phone else "【电话】"
    )


def _name(noted: Noted) -> str:
    """Find the addressee: what is left between blanks once address and phone are taken out."""
    raw = noted.utterance.normalised.raw
    for slot in noted.utterance.slots:
        if slot.name in ("address", "phone"):
            raw = raw.replace(slot.value, " ; ")
    for match in _NAME.finditer(raw):
        name = match[1] or match[2]
        if not re.search(
            r"改|地址|发到|寄到|电话|麻烦|您好|你好|谢谢|收货|帮我|换|错|下|送|到|这|请|我|吗|吧|了|单", name
        ):
            return name
    return ""


def _delay(formats: RemarkFormats, noted: Noted) -> str:
    slot = first(noted.utterance.slots, "date")
    day = resolve(slot.norm, noted.now.astimezone(noted.shop.zone).date()) if slot else None
    if day is None:
        return formats.delay.format(month="【几】", day="【几】")
    return formats.delay.format(month=day.month, day=day.day)


def _gift(formats: RemarkFormats, noted: Noted) -> Remark | None:
    """Note the gift that may be added; a lower tier already reached is swapped for the higher one."""
    tier, lower = noted.briefing.tier, noted.briefing.lower_tier
    if tier is None or not noted.briefing.variables["gift_near"]:
        return None
    if lower is None:
        return Remark(formats.gift.format(name=tier.name, sku=tier.sku, qty=1), flag=False)
    text = formats.tier_swap.format(low=money(lower.over), high=money(tier.over), sku=tier.sku, qty=1)
    return Remark(text, flag=False)
