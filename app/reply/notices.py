"""Draft what the shop tells a buyer unasked: it ships late, it is out of stock, the parcel does not move."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import RequestError
from app.records import Answer, Decision, History, Message, Status, Tone
from app.reply.briefing import brief
from app.reply.counter import Counter, Heard
from app.reply.drafting import Drafted, Drafter, Task
from app.reply.remark import Noted
from app.reply.script_library import NOTICES
from app.understand.reader import Reader

NOTICE_KINDS: Mapping[str, tuple[str, Sequence[Status]]] = {
    "delay": ("发货要晚", ("unshipped",)),
    "stockout": ("付款后没货", ("unshipped",)),
    "stalled": ("物流不动", ("shipped",)),
}
"""Kind → what it is called, and the order states in which it can be true."""


@dataclass(frozen=True)
class Notifier:
    """Hold one shop's counter and drafter."""

    counter: Counter
    drafter: Drafter
    reader: Reader

    def __call__(self, kind: str, message: Message, *, date: str = "") -> Drafted:
        """Draft the notice for the order of `message`; raise RequestError where it cannot be true."""
        title, states = NOTICE_KINDS[kind]
        if message.order.status not in states:
            wanted = "、".join(states)
            raise RequestError(
                "bad_order", f"「{title}」只能告诉订单在 {wanted} 的买家，order.status 写对再来", "order"
            )
        utterance = self.reader(date)
        if date and not any(slot.name == "date" for slot in utterance.slots):
            raise RequestError("bad_date", f"「{date}」看不出是哪天，写成 11月25日 或 明天", "date")
        briefing = brief(self.counter, Heard(message, utterance, Tone(), opening=False))
        facts = self.counter.shop.facts
        return self.drafter(
            Task(
                Decision("reply", (Answer(kind, f"{NOTICES}/{kind}", 1.0),), "aftersales"),
                briefing,
                Noted(self.counter.shop, utterance, briefing, message.now),
                History(),
                message.platform or facts.platform,
                message.styles,
                str(zlib.crc32(f"{kind}{message.order.order_no}".encode())),
            )
        )
