"""The frozen values that go out: what an agent gets for one message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.records import Decision, Evidence, Ranking, Slot, Span, Tone

Level = Literal["block", "warn", "info"]


@dataclass(frozen=True, slots=True)
class Segment:
    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text that breaks a rule; `span` counts characters of that text."""

    rule: str
    level: Level
    span: Span
    message: str
    rewrite: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply in one style: a `Style` in chats, for public reviews one of their own."""

    style: str
    text: str
    segments: tuple[Segment, ...]
    blanks: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def sendable(self) -> bool:
        """Hold only where nothing is left to fill and nothing is blocked."""
        return not self.blanks and all(finding.level != "block" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Remark:
    """A note for the order; `flag` asks for the coloured flag beside it."""

    text: str
    flag: bool
    payment_note: str = ""
    """What goes into the payment form beside it, where money goes back; the buyer reads it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Clock:
    """How long the buyer has waited against the platform's limit, in seconds."""

    waited_s: int
    limit_s: int
    due_at: datetime
    counts: bool
    """Whether the platform counts a message of that hour."""

    @property
    def urgent(self) -> bool:
        """Tell whether two thirds of the limit are used up."""
        return self.counts and 3 * self.waited_s >= 2 * self.limit_s


@dataclass(frozen=True, slots=True)
class HandOver:
    """What whoever takes over has to know, so that the buyer need not repeat it."""

    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything an agent gets for one message."""

    shop: str
    decision: Decision
    ranking: Ranking
    evidence: Evidence
    slots: tuple[Slot, ...]
    stage: str
    drafts: tuple[Draft, ...]
    remark: Remark | None
    todo: tuple[str, ...]
    follow_up: FollowUp | None
    hand_over: HandOver
    clock: Clock | None
    tone: Tone
    promised: tuple[str, ...]
    """What agents have promised before in this conversation."""
