"""What a text is meant to be: the facts that the structural checks need beside the words."""

from dataclasses import dataclass
from typing import Literal

from app.records import Flow, Style

Category = Literal["general", "food", "cosmetics"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The flow and stages of a draft, and what its chat already holds."""

    flow: Flow
    apology: bool = False
    """The first sentence has to apologise or show understanding."""
    evidence_only: bool = False
    """The text may take in, ask for proof and escalate; it may not conclude."""
    style: Style = "standard"
    known_photo: bool = False
    known_order_no: bool = False
    stages: tuple[str, ...] = ()
