"""The frozen values of a message on its way in: what was said, what was understood, what was decided."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Span = tuple[int, int]
Role = Literal["buyer", "agent"]
Status = Literal["unpaid", "unshipped", "shipped", "signed", "refunding", "closed"]
Style = Literal["brief", "standard", "soothing"]
Kind = Literal["reply", "ask", "hand_over"]
Flow = Literal["reception", "aftersales", "risk", "review"]
Platform = Literal["pinduoduo", "taobao", "jd", "douyin"]

STATUSES: tuple[Status, ...] = ("unpaid", "unshipped", "shipped", "signed", "refunding", "closed")
STYLES: tuple[Style, ...] = ("brief", "standard", "soothing")
PLATFORMS: tuple[Platform, ...] = ("pinduoduo", "taobao", "jd", "douyin")
UNKNOWN = "unknown"


# what comes in


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation, as it was written."""

    role: Role
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order; `price` in yuan."""

    title: str
    sku: str = ""
    qty: int = 1
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What the platform knows of the order; None where it was not told."""

    status: Status | None = None
    order_no: str = ""
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    last_scan_at: datetime | None = None
    signed_at: datetime | None = None
    courier: str = ""
    tracking_no: str = ""
    amount: Decimal | None = None
    items: tuple[Item, ...] = ()
    remark: str = ""
    """What colleagues have noted on the order."""


@dataclass(frozen=True, slots=True)
class Message:
    """All that one call asks to be answered."""

    turns: tuple[Turn, ...]
    now: datetime
    order: Order = field(default_factory=Order)
    product: str = ""
    platform: Platform | None = None
    traits: tuple[str, ...] = ()
    styles: tuple[Style, ...] = STYLES
    chosen: str = ""
    """The intent that the agent says is meant, whatever was heard."""
    corrected: tuple[tuple[str, str], ...] = ()
    """Slot name and value as the agent corrected them; an empty value removes what was found."""


@dataclass(frozen=True, slots=True)
class History:
    """What the conversation has seen before this message."""

    greeted: bool = False
    closed: bool = False
    asked: tuple[tuple[str, ...], ...] = ()
    """The intents of each earlier buyer message that asked the same, oldest first."""
    topics: tuple[str, ...] = ()
    """The intents of all earlier buyer messages, oldest first."""
    said: frozenset[str] = frozenset()
    """The sentences that the shop has said already."""
    subdued: bool = False
    """Grief or anger came up before: no cheerful word fits any more."""
    risk: tuple["Risk", ...] = ()
    """What earlier buyer messages gave cause to watch."""
    pressed: bool = False
    """Whether the buyer has offered silence or a review for money."""

    def repeats(self, intent: str) -> int:
        """Count how often `intent` was asked before."""
        return sum(intent in intents for intents in self.asked)


# understanding


@dataclass(frozen=True, slots=True)
class Normalised:
    """Folded text; `offsets[i]` is where character i stood in `raw`."""

    raw: str
    text: str
    offsets: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> Span:
        """Map a span of `text` back to `raw`."""
        if start >= end:
            at = self.offsets[start] if start < len(self.offsets) else len(self.raw)
            return at, at
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Slot:
    """A value found in the message: `raw[span[0]:span[1]] == value`; `norm` is its canonical form."""

    name: str
    value: str
    span: Span
    norm: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A normalised message with the values found in it."""

    normalised: Normalised
    masked: str
    """The text with numbers, addresses and the like replaced by one mark each."""
    tokens: tuple[str, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """An intent and its calibrated probability."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the classifier makes of a message; `intents` are to be answered in that order."""

    scored: tuple[Scored, ...]
    intents: tuple[Scored, ...]

    @property
    def known(self) -> bool:
        return bool(self.intents) and self.intents[0].name != UNKNOWN


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an intent was heard: the words that decided, and the training lines most like the message."""

    words: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tone:
    """How the buyer sounds: anger from 0 (calm) to 3 (furious)."""

    anger: int = 0
    sad: bool = False
    """Illness, bereavement, a child hurt: no cheerful word fits."""


# deciding


@dataclass(frozen=True, slots=True)
class Risk:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact the answer needs, and the question that gets it."""

    name: str
    ask: str


@dataclass(frozen=True, slots=True)
class Authority:
    """What this agent may grant now; `needs` names who must agree beyond it."""

    granted: str
    limit: str
    needs: Literal["lead"] | None
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One intent and the script that answers it in this order state."""

    intent: str
    script: str
    """`group/name`; order state may have chosen another intent's script."""
    confidence: float

    @property
    def speaker(self) -> str:
        """Name the intent whose script is spoken."""
        return self.script.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Decision:
    kind: Kind
    answers: tuple[Answer, ...]
    flow: Flow
    missing: tuple[Missing, ...] = ()
    authority: Authority | None = None
    risk: tuple[Risk, ...] = ()
