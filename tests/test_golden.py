"""Golden files: a buyer's message in its setting, and the exact texts that we answer.

`UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes today's answers into the files: read every line that changed.
"""

import os
import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import model_validator

from app.outgoing import Reply
from app.pipeline import Pipeline
from app.records import History, Item, Message, Order, Status, Turn
from app.service.schema import Sent, SentItem, SentTurn
from app.settings import Settings
from app.strict_yaml import load_file

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*/*.yaml"))
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Ordered(Sent):
    """An order; times are how long ago, as 30m, 26h, 5d."""

    status: Status
    paid_ago: str = ""
    shipped_ago: str = ""
    last_scan_ago: str = ""
    signed_ago: str = ""
    courier: str = ""
    tracking_no: str = ""
    order_no: str = ""
    amount: Decimal | None = None
    items: tuple[SentItem, ...] = ()

    def order(self, now: datetime) -> Order:
        times = [before(now, ago) for ago in (self.paid_ago, self.shipped_ago, self.last_scan_ago, self.signed_ago)]
        return Order(
            self.status,
            self.order_no,
            *times,
            self.courier,
            self.tracking_no,
            self.amount,
            tuple(Item(item.title, item.sku, item.qty, item.price) for item in self.items),
        )


class Case(Sent):
    """What comes in; what comes out is compared where it is given."""

    case: str
    message: str = ""
    messages: tuple[SentTurn, ...] = ()
    order: Ordered | None = None
    product: str = ""
    asked: tuple[str, ...] = ()
    """The intents of the buyer's earlier messages in this conversation, oldest first."""
    at: datetime = datetime.fromisoformat("2026-11-21T14:10:00+08:00")
    shop: str = "demo"
    decision: Any = None
    intents: Any = None
    texts: Any = None
    remark: Any = None
    authority: Any = None
    todo: Any = None
    risk: Any = None

    @model_validator(mode="after")
    def _one_source(self) -> "Case":
        if bool(self.message) == bool(self.messages):
            raise ValueError("message 和 messages 要写且只写一个")
        return self

    def reply(self, pipeline: Pipeline) -> Reply:
        turns = tuple(Turn(said.role, said.text) for said in self.messages) or (Turn("buyer", self.message),)
        order = self.order.order(self.at) if self.order else Order()
        history = History(asked=tuple((intent,) for intent in self.asked))
        return pipeline.reply(Message(turns, self.at, order, self.product), shop=self.shop, history=history)


def before(now: datetime, ago: str) -> datetime | None:
    match = re.fullmatch(r"(\d+)([mhd])", ago)
    if ago and not match:
        raise ValueError(f"「{ago}」要写成 30m、26h、5d")
    return now - timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None


def answered(reply: Reply) -> dict[str, Any]:
    """Give what a case may compare, as text like all of a YAML file; "nothing" and "nobody" where it names none."""
    remark, authority = reply.remark, reply.decision.authority
    granted = authority and {"granted": authority.granted or "nothing", "needs": authority.needs or "nobody"}
    return {
        "decision": reply.decision.kind,
        "intents": [answer.intent for answer in reply.decision.answers],
        "texts": {draft.style: draft.text for draft in reply.drafts},
        "remark": {"text": remark.text, "flag": str(remark.flag).lower()} if remark else "",
        "authority": granted or "",
        "todo": list(reply.todo),
        "risk": [risk.name for risk in reply.decision.risk],
    }


class Plain(yaml.SafeDumper):
    """Write text without quotes where it stays text: the loader reads every scalar as text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name is PyYAML's


def update(file: Path, pipeline: Pipeline) -> None:
    """Write today's answer under each key that a case compares, and the texts always."""
    cases = load_file(file, root=FOLDER)
    for case in cases:
        now = answered(Case.model_validate(case).reply(pipeline))
        case.update({key: now[key] for key in now if key in case or key == "texts"})
    text = yaml.dump(cases, Dumper=Plain, allow_unicode=True, sort_keys=False, width=1000)
    file.write_text(text.replace("\n- case:", "\n\n- case:"), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def _updated(pipeline: Pipeline, request: pytest.FixtureRequest) -> None:
    """Update the files of the chosen tests (-k) only."""
    if os.environ.get("UPDATE_GOLDEN"):
        chosen = {item.callspec.params.get("file") for item in request.session.items if hasattr(item, "callspec")}
        for file in filter(chosen.__contains__, FILES):
            update(file, pipeline)


def cases() -> list[Any]:
    numbered = [(file, at) for file in FILES for at in range(len(load_file(file, root=FOLDER)))]
    return [pytest.param(file, at, id=f"{file.parent.name}-{file.stem}-{at + 1}") for file, at in numbered]


@pytest.mark.parametrize(("file", "at"), cases())
def test_golden(pipeline: Pipeline, file: Path, at: int) -> None:
    written = load_file(file, root=FOLDER)[at]
    case = Case.model_validate(written)
    reply = case.reply(pipeline)
    now = {key: value for key, value in answered(reply).items() if key in written}
    assert {key: written[key] for key in now} == now, case.case
    assert [draft.findings for draft in reply.drafts if draft.findings] == [], case.case


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_stands_beside_its_script(settings: Settings, file: Path) -> None:
    assert (settings.scripts / file.relative_to(FOLDER)).with_suffix(".j2").is_file()
