"""Whole conversations: what a good answer must contain was written before the software; the drafts are golden.

`UPDATE_GOLDEN=1 pytest tests/test_conversations.py` writes today's drafts into the files: read every line that changed.
A turn that falls short says so under `open`: the share of those is bounded.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.pipeline import Pipeline
from app.records import Message, Order, Turn
from app.service.schema import Sent
from app.strict_yaml import load_file
from tests.test_golden import Ordered, Plain, before

FOLDER = Path(__file__).parent / "conversations"
FILES = sorted(FOLDER.glob("*.yaml"))
OPEN_AT_MOST = 0.25
"""Share of the buyers' messages whose draft does not yet hold all that was asked of it."""


class Said(Sent):
    """A buyer's message, what the answer must hold and must not, and what is drafted today."""

    buyer: str
    says: tuple[str, ...]
    """Each is met by any one of its alternatives, separated by |."""
    never: tuple[str, ...] = ()
    after: str = "1m"
    agent: str = ""
    """What was sent in place of our draft."""
    order: Ordered | None = None
    draft: str = ""
    open: str = ""
    """What the draft lacks today."""


class Conversation(Sent):
    title: str
    shop: str = "demo"
    at: datetime
    product: str = ""
    order: Ordered | None = None
    turns: tuple[Said, ...]


@dataclass(frozen=True)
class Answered:
    """A buyer's message and our standard draft."""

    said: Said
    text: str

    @property
    def lacks(self) -> list[str]:
        """List what was asked of the draft and is not there, and what should not be there."""
        missing = [wanted for wanted in self.said.says if not any(part in self.text for part in wanted.split("|"))]
        return missing + [f"不该有{word}" for word in self.said.never if word in self.text]


def read(file: Path) -> Conversation:
    return Conversation.model_validate(load_file(file, root=FOLDER))


def run(pipeline: Pipeline, talk: Conversation) -> Iterator[Answered]:
    """Draft the answer to every message; each draft is taken as sent."""
    now = talk.at
    order = talk.order.order(now) if talk.order else Order()
    turns: list[Turn] = []
    for said in talk.turns:
        now += now - (before(now, said.after) or now) if turns else timedelta()
        order = said.order.order(now) if said.order else order
        turns.append(Turn("buyer", said.buyer))
        reply = pipeline.reply(Message(tuple(turns), now, order, talk.product), shop=talk.shop)
        text = next(draft.text for draft in reply.drafts if draft.style == "standard")
        assert not [finding for draft in reply.drafts for finding in draft.findings if finding.level == "block"], text
        turns.append(Turn("agent", said.agent or text))
        yield Answered(said, text)


def update(file: Path, pipeline: Pipeline) -> None:
    """Write today's drafts, and what they lack."""
    written: dict[str, Any] = load_file(file, root=FOLDER)
    for turn, answered in zip(written["turns"], run(pipeline, read(file)), strict=True):
        turn["draft"] = answered.text
        turn.pop("open", None)
        if answered.lacks:
            turn["open"] = "；".join(answered.lacks)
    text = yaml.dump(written, Dumper=Plain, allow_unicode=True, sort_keys=False, width=1000)
    file.write_text(text.replace("\n- buyer:", "\n\n- buyer:"), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def _updated(pipeline: Pipeline, request: pytest.FixtureRequest) -> None:
    """Update the files of the chosen tests (-k) only."""
    if os.environ.get("UPDATE_GOLDEN"):
        chosen = {item.callspec.params.get("file") for item in request.session.items if hasattr(item, "callspec")}
        for file in filter(chosen.__contains__, FILES):
            update(file, pipeline)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_conversation(pipeline: Pipeline, file: Path) -> None:
    for answered in run(pipeline, read(file)):
        assert answered.text == answered.said.draft, answered.said.buyer
        assert "；".join(answered.lacks) == answered.said.open, answered.said.buyer


def test_most_answers_hold_what_was_asked_of_them() -> None:
    turns = [turn for file in FILES for turn in read(file).turns]
    assert len(FILES) >= 40
    assert all(3 <= len(read(file).turns) <= 6 for file in FILES)
    assert sum(bool(turn.open) for turn in turns) <= OPEN_AT_MOST * len(turns)


def test_nobody_is_greeted_twice() -> None:
    for file in FILES:
        for turn in read(file).turns[1:]:
            assert not turn.draft.startswith(("您好", "在的亲，", "在的宝")), (file.stem, turn.buyer)
