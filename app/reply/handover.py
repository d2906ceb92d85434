"""Sum up a conversation for whoever takes over, so that the buyer need not repeat anything."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from app.outgoing import Clock, FollowUp, HandOver
from app.records import Decision, History, Message, Slot, Tone, Turn
from app.reply.briefing import Briefing
from app.reply.promises import promised, requested
from app.shop.facts import money

MOST_LINES = 8
MOST_CHARACTERS = 300
_STATUS = {
    "unpaid": "未付款",
    "unshipped": "待发货",
    "shipped": "已发出",
    "signed": "已签收",
    "refunding": "退款中",
    "closed": "已关闭",
}
_MOODS = ("平静", "不高兴", "很生气", "非常生气")
_FACTS = {
    "order_no": "订单号",
    "phone": "电话",
    "address": "地址",
    "photo": "照片",
    "product": "哪一款",
    "size": "尺码",
    "body": "身高体重",
    "date": "日期",
    "quantity": "件数",
    "courier": "快递",
    "amount": "金额",
    "problem": "具体问题",
    "tracking_no": "运单号",
    "invoice_title": "发票抬头",
}
_ASKED_FOR = {
    "photo": r"照片|图|拍",
    "order_no": r"订单号",
    "phone": r"电话|号码",
    "address": r"地址",
    "body": r"身高|体重",
}
_PLAIN = ("amount", "date", "size", "quantity", "courier", "body")
_READ_BACK = 12
"""How many earlier turns are read for values."""
_PROMISES = 3
_PHONE = re.compile(r"(?<!\d)(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)")
_NUMBER = re.compile(r"(?<![\d*])[A-Za-z]{0,4}\d[\d\s-]{6,}\d(?!\d)")
_REGION = 6
"""Characters of an address that stay readable: province and city."""

Values = Callable[[str], tuple[Sequence[Slot], str]]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a hand-over is written from."""

    message: Message
    earlier: Sequence[Turn]
    """The turns before those that are answered now."""
    decision: Decision
    slots: Sequence[Slot]
    briefing: Briefing
    history: History
    tone: Tone
    todo: Sequence[str]
    follow_up: FollowUp | None
    clock: Clock | None
    zone: tzinfo


@dataclass(frozen=True)
class Scribe:
    """Hold what reading back needs: the titles of intents and how values are found in a text."""

    titles: Mapping[str, str]
    values: Values

    def __call__(self, case: Case) -> HandOver:
        """Sum up in at most eight lines and three hundred characters; a line without content is left out."""
        said = (
            ("订单", self._order(case)),
            ("诉求", self._wishes(case)),
            ("已知", self._known(case)),
            ("说过", [self.mask(one) for one in promised(case.earlier)[-_PROMISES:]]),
            ("没答", _open(case)),
            ("情绪", [*_mood(case), *dict.fromkeys(self.mask(risk.why) for risk in case.decision.risk)]),
            ("权限", _authority(case.decision)),
            ("下一步", _next(case)),
        )
        return HandOver(_fit([f"{title}：{'；'.join(parts)}" for title, parts in said if parts]))

    def mask(self, text: str) -> str:
        """Hide most of every address, phone and long number in a text."""
        for slot in self.values(text)[0]:
            if slot.name == "address" and not slot.value.startswith("["):
                text = text.replace(slot.value, mask_address(slot.value))
        return mask_numbers(" ".join(text.split()))

    def _order(self, case: Case) -> list[str]:
        order, facts = case.message.order, case.briefing.variables
        spans = {
            "unshipped": f"（付款{facts['paid_ago']}）" if facts["paid_ago"] else "",
            "shipped": f"（物流停了{facts['stalled_days']}天）" if facts["stalled_days"] else "",
            "signed": f"{facts['signed_days']}天" if facts["signed_days"] > 0 else "",
        }
        status = f"{_STATUS[order.status]}{spans.get(order.status, '')}" if order.status else "没有订单信息"
        number = order.order_no or self._latest(case).get("order_no", "")
        return [
            part
            for part in (
                status,
                facts["item"] or facts["product"],
                f"{money(order.amount)}元" if order.amount is not None else "",
                f"单号{_tail(number)}" if number else "",
                *self._contact(case),
            )
            if part
        ]

    def _contact(self, case: Case) -> list[str]:
        found = self._latest(case)
        phone, address = found.get("phone", ""), found.get("address", "")
        return [*([mask_numbers(phone)] if phone else []), *([mask_address(address)] if address else [])]

    def _wishes(self, case: Case) -> list[str]:
        """Name what was asked, oldest first; what is asked again counts its times."""
        now = [answer.intent for answer in case.decision.answers]
        earlier = case.history.topics or tuple(one for intents in case.history.asked for one in intents)
        times = {one: case.history.repeats(one) + 1 for one in now}
        counted = [f"{self.titles[one]}（第{times[one]}次）" if times.get(one, 1) > 1 else self.titles[one]
                   for one in dict.fromkeys([*earlier, *now]) if one in self.titles]  # fmt: skip
        last = next(turn.text for turn in reversed(case.message.turns) if turn.role == "buyer")
        return ["→".join(counted)] if counted else [f"原话「{self.mask(last)[:30]}」"]

    def _known(self, case: Case) -> list[str]:
        found = self._latest(case)
        known = [f"{_FACTS[name]}{found[name]}" for name in _PLAIN if name in found]
        order = case.message.order
        courier = f"{order.courier}{_tail(order.tracking_no)}" if order.tracking_no else ""
        photo = "已发照片" if case.briefing.variables["photo_given"] else ""
        note = f"备注「{self.mask(order.remark)}」" if order.remark.strip() else ""
        return [part for part in (*known, photo, courier, note) if part]

    def _latest(self, case: Case) -> dict[str, str]:
        """Give the last value that the buyer named of each kind."""
        earlier = [turn.text for turn in case.earlier[-_READ_BACK:] if turn.role == "buyer"]
        slots = [slot for text in earlier for slot in self.values(text)[0]] + list(case.slots)
        return {slot.name: " ".join(slot.value.split()) for slot in slots if not slot.value.startswith("[")}


def mask_numbers(text: str) -> str:
    """Keep the ends of a phone number and the last four digits of any other long number."""
    return _NUMBER.sub(lambda match: _tail(match[0]), _PHONE.sub(r"\1****\2", text))


def mask_address(address: str) -> str:
    """Keep the region of an address."""
    return f"{address[: min(_REGION, len(address) // 2)]}***"


def _tail(number: str) -> str:
    return f"尾号{re.sub(r'[^0-9A-Za-z]', '', number)[-4:]}"


def _open(case: Case) -> list[str]:
    """List what the buyer still has to tell, and what agents asked for in vain."""
    facts = case.briefing.variables
    asked = requested(case.earlier)
    vain = [name for name, words in _ASKED_FOR.items() if not facts[f"{name}_given"] and re.search(words, asked)]
    missing = [one.name for one in case.decision.missing if one.name not in vain]
    named = {"问过买家没给": vain, "还缺": missing}
    return [f"{title}{'、'.join(_FACTS.get(one, one) for one in names)}" for title, names in named.items() if names]


def _mood(case: Case) -> list[str]:
    tone, moods = case.tone, list[str]()
    if tone.anger or not (case.decision.risk or case.history.subdued):
        moods.append(_MOODS[tone.anger])
    if case.history.subdued and not tone.anger:
        moods.append("前面有过不高兴或难过")
    return [*moods, *(["家里有事或身体不适"] if tone.sad else [])]


def _authority(decision: Decision) -> list[str]:
    found = decision.authority
    if found is None:
        return ["没有要批的"]
    lead = f"要主管定：{found.why}" if found.needs else ""
    return [
        part
        for part in (f"自己能办：{found.granted}" if found.granted else "", lead, "" if lead else found.why)
        if part
    ]


def _next(case: Case) -> list[str]:
    """Say the first thing to do and by when."""
    due = case.clock.due_at if case.clock and case.clock.counts else None
    first = case.todo[0] if case.todo else "看草稿，回买家"
    later = case.follow_up
    return [
        part
        for part in (
            first,
            f"{_when(due, case)}前先回一句" if due else "",
            f"{_when(later.at, case)}前看{later.what.removeprefix('看')}" if later else "",
        )
        if part
    ]


def _when(moment: datetime, case: Case) -> str:
    """Write a moment in the shop's time, with its day where that is not today."""
    local = moment.astimezone(case.zone)
    today = case.message.now.astimezone(case.zone).date() == local.date()
    return f"{local:%H:%M}" if today else f"{local.month}月{local.day}日{local:%H:%M}"


def _fit(lines: Sequence[str]) -> tuple[str, ...]:
    """Shorten the longest lines alike until all fit."""
    room = MOST_CHARACTERS - len(lines) + 1
    most = max(map(len, lines))
    while sum(min(len(line), most) for line in lines) > room:
        most -= 1
    return tuple(line if len(line) <= most else f"{line[: most - 1]}…" for line in lines[:MOST_LINES])
