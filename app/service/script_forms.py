"""What the pages of the script library read from their forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.desk.scripts.overrides import Overrides, Script
from app.desk.scripts.samples import CARDS, Ask, Setting
from app.desk.scripts.text import compose, holds_tag, split
from app.reply.script_library import NOTICES, RATINGS
from app.shop.situations import MOODS, ORDERS, TIMES_ASKED

OWN_ASK = "own"
"""The choice of a message that the editor types."""
Form = Mapping[str, str]


async def posted(request: Request) -> Form:
    """Read the fields of a form."""
    async with request.form() as form:
        return {key: value for key, value in form.items() if isinstance(value, str)}


Posted = Annotated[Form, Depends(posted)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One script in the list."""

    script: Script
    title: str
    definition: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; "" lets everything through."""

    flow: str = ""
    group: str = ""
    stage: str = ""
    q: str = ""
    own: str = ""

    def holds(self, entry: Entry) -> bool:
        """Tell whether a script is asked for."""
        script = entry.script
        words = f"{entry.title} {script.name} {entry.definition} {script.common} {script.own}".lower()
        return (
            self.flow in ("", script.flow)
            and self.group in ("", script.group)
            and (not self.stage or self.stage in script.filled)
            and all(word in words for word in self.q.lower().split())
            and (not self.own or bool(script.own))
        )


@dataclass(frozen=True, slots=True)
class Edited:
    """What the editor holds: the source it makes, and what stands in its fields."""

    source: str
    stages: Mapping[str, str | None]
    whole: bool
    fault: str = ""


def stored(script: Script) -> Edited:
    """Show what is saved."""
    return Edited(script.own, {one.name: one.own for one in script.stages}, script.whole)


def from_source(script: Script, source: str) -> Edited:
    """Show a source stage by stage where it can be, else as a whole."""
    stages = split(script.name, source)
    if stages is None or not stages.keys() <= {one.name for one in script.stages}:
        return Edited(source, {one.name: None for one in script.stages}, whole=True)
    return Edited(source, {one.name: stages.get(one.name) for one in script.stages}, whole=False)


def edited(script: Script, form: Form) -> Edited:
    """Read the editor's fields; an empty stage has the common wording, a silent one says nothing."""
    if form.get("mode") == "whole":
        source = _lines(form.get("source", ""))
        return Edited(source + "\n" if source else "", {one.name: None for one in script.stages}, whole=True)
    stages: dict[str, str | None] = {}
    for one in script.stages:
        text = _lines(form.get(f"stage.{one.name}", ""))
        stages[one.name] = "" if f"silent.{one.name}" in form else text or None
    told = {name: text for name, text in stages.items() if text is not None}
    torn = next((name for name, text in told.items() if holds_tag(text)), "")
    fault = f"{torn}：一段里不能再写 block、extends、raw，要这样写就改整份源文件" if torn else ""
    return Edited(compose(script.name, told), stages, whole=False, fault=fault)


def turned(script: Script, now: Edited) -> Edited:
    """Show the same wording in the other way of editing, where it can be shown so."""
    if now.whole:
        return from_source(script, now.source)
    return Edited(now.source, now.stages, whole=True)


def ask(overrides: Overrides, shop: str, script: Script, form: Form) -> tuple[Ask | None, str]:
    """Give the message that is tried, None for the first; and what one of the editor's own is heard as."""
    asks = overrides.asks(shop, script.name)
    if form.get("ask") == OWN_ASK:
        text = form.get("message", "").strip()
        heard = overrides.heard_as(shop, text) if text and script.group not in (NOTICES, RATINGS) else ""
        return (Ask(asks[0].intent, text) if text else None), heard
    number = form.get("ask", "")
    at = int(number) if number.isdecimal() else 0
    return (None if script.group == RATINGS else asks[at % len(asks)]), ""


def setting(form: Form) -> Setting:
    """Read the situation in which the message is tried."""
    return Setting(
        _one_of(form.get("card"), CARDS),
        _one_of(form.get("mood"), tuple(MOODS)),
        _one_of(form.get("often"), TIMES_ASKED),
        state=_one_of(form.get("state"), ("", *ORDERS)),
    )


def _one_of(value: str | None, known: Sequence[str]) -> str:
    return value if value is not None and value in known else known[0]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
