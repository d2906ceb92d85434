"""Every intent in every situation: nothing blocked, nothing left unfilled, no fact that nobody proved."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from multiprocessing import get_context

import pytest

from app.outgoing import Draft
from app.pipeline import Pipeline, load_knowledge, open_shop
from app.recall import Recall
from app.records import PLATFORMS, Evidence, History, Ranking, Scored, Turn, Utterance
from app.reply.facets import Facets
from app.reply.handover import Scribe
from app.reply.policy import Policy
from app.settings import Settings
from app.shop.load import load_shop
from app.understand.evidence import Witness
from app.understand.reader import Reader
from tests.facts import ROLES
from tests.licence import Checker
from tests.situations import PLACES, Place, Situation, Situations

_WORKERS = 2
BLANKS: dict[str, str] = {}
"""Named blank → the one script that may leave it to the agent."""
UNSAID = {"han", "paid"}
"""Claims that need not be met: a number in words, and how long ago the order was paid, which no script says now."""
LEFTOVERS = re.compile(
    r"\{\{|\}\}|\{%|None|True|False|[，、；：][，。、；：？！]|[。？！][，。、；：]"
    r"|[\u4e00-\u9fff] +[\u4e00-\u9fff]|^[，。、；：？！]"
)


class Forced:
    """Read as the shop does, and take the intents as given."""

    def __init__(self, reader: Reader) -> None:
        self._read = cache(reader)
        self.intents: tuple[Scored, ...] = ()

    def __call__(self, text: str, before: Sequence[str] = ()) -> tuple[Utterance, Ranking]:
        return self._read(text), Ranking(self.intents, self.intents)


class Given(Facets):
    """Hear the side that is given, of the intent that it belongs to; elsewhere what the words say."""

    side = ("", "")

    def __call__(self, intent: str, text: str) -> str:
        return self.side[1] if intent == self.side[0] else super().__call__(intent, text)


class Silent(Witness):
    """Give no evidence: nothing was classified."""

    def __init__(self) -> None:
        pass

    def __call__(self, utterance: Utterance, name: str) -> Evidence:
        return Evidence()


class Remembered(Recall):
    """Take the history as given: nothing was classified."""

    def __init__(self) -> None:
        pass

    def __call__(self, turns: Sequence[Turn], now: Utterance, history: History) -> History:
        return history


@dataclass
class Tally:
    """What one sweep saw."""

    drafts: int = 0
    roles: Counter[str] = field(default_factory=Counter)
    scripts: set[tuple[str, str]] = field(default_factory=set)
    sides: set[tuple[str, str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Desk:
    """A pipeline over all shops whose intents and sides are given, and the checkers of its drafts."""

    def __init__(self) -> None:
        knowledge = load_knowledge(Settings())
        self.given = Given(knowledge.facets.patterns)
        knowledge = replace(knowledge, facets=self.given)
        self.forced = Forced(knowledge.reader)
        desks = {place.name: open_shop(knowledge, load_shop(place.folder, place.name)) for place in PLACES}
        policy, scribe = Policy(knowledge.catalogue, knowledge.asks), Scribe({}, knowledge.reader.values)
        self.pipeline = Pipeline(knowledge, self.forced, Silent(), Remembered(), policy, scribe, desks)
        self.checkers = {name: Checker.of(self.pipeline, name) for name in desks}
        self.breaches = cache(self._breaches)

    def situations(self) -> Iterator[tuple[Place, Situation]]:
        """Ask everything of every shop."""
        for rotation, place in enumerate(PLACES):
            desk = self.pipeline.shop(place.name)
            catalogue = self.pipeline.knowledge.catalogue
            asked = Situations(place, desk.counter.shop, catalogue, self.given, desk.drafter.scripts, rotation)
            yield from ((place, one) for one in asked)

    def sweep(self, part: int, parts: int) -> Tally:
        tally = Tally()
        for place, one in islice(self.situations(), part, None, parts):
            self._tell(tally, place, one)
        return tally

    def _tell(self, tally: Tally, place: Place, one: Situation) -> None:
        """Answer one message and check its drafts."""
        self.forced.intents = tuple(Scored(name, one.confidence) for name in one.intents)
        self.given.side = one.side
        asked, checker = one.message, self.checkers[place.name]
        reply = self.pipeline.reply(asked, shop=place.name, history=one.history)
        licence = checker.licence(asked)
        scripts = [answer.script for answer in reply.decision.answers]
        tally.scripts |= {(place.name, script) for script in scripts}
        if one.side[0] in [answer.speaker for answer in reply.decision.answers]:
            tally.sides.add((place.name, *one.side))
        where = f"{place.name} {'+'.join(scripts)} {'.'.join(one.side)} {asked.order.status or '-'} {asked.now:%m-%d}"
        for draft in reply.drafts:
            tally.drafts += 1
            facts, unproved = checker(draft.text, licence)
            tally.roles.update(role for role, _ in facts)
            faults = [
                *form_faults(draft, scripts),
                *(f"没有依据 {role} {value}" for role, value in unproved),
                *self.breaches(place.name, draft.text),
            ]
            said = f"{asked.turns[-1].text}｜{'、'.join(one.history.topics)} {asked.product or '-'}"
            repeats = len(one.history.asked)
            tally.faults += [f"{fault}｜{where} {draft.style} ×{repeats}｜{said}｜{draft.text}" for fault in faults]

    def _breaches(self, shop: str, text: str) -> tuple[str, ...]:
        """Name what any of the platforms would block in a draft of `shop`."""
        facts, linter = self.checkers[shop].shop.facts, self.pipeline.knowledge.linter
        return tuple(
            f"{platform} 拦下 {finding.rule}"
            for platform in PLATFORMS
            for finding in linter(text, platform=platform, category=facts.category, allowed=facts.allowed_words)
            if finding.level == "block"
        )


def form_faults(draft: Draft, scripts: Sequence[str]) -> Iterator[str]:
    """Name what is wrong with a draft whatever the facts."""
    if not draft.text:
        yield "空的"
    yield from (f"拦下 {one.rule}" for one in draft.findings if one.level == "block")
    yield from (f"空白 {name}" for name in draft.blanks if BLANKS.get(name) not in scripts)
    yield from (f"残留 {found[0]!r}" for found in LEFTOVERS.finditer(draft.text))
    if len(re.findall(r"亲(?![自手友人戚])", draft.text)) > 1:
        yield "两个亲"
    if re.search("(?<!迷)你", draft.text):
        yield "用了你"


def _sweep(part: int) -> Tally:
    return Desk().sweep(part, _WORKERS)


def test_every_draft_is_clean_and_every_fact_in_it_is_proved(
    record_testsuite_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        tallies = list(pool.map(_sweep, range(_WORKERS)))
    drafts = sum(one.drafts for one in tallies)
    roles = sum((one.roles for one in tallies), Counter[str]())
    faults = [fault for one in tallies for fault in one.faults]
    summary = f"{drafts} 份草稿，{roles.total()} 个事实：{dict(roles.most_common())}"
    record_testsuite_property("exhaustive", summary)
    with capsys.disabled():
        sys.stdout.write(f"\n{summary}\n")
    assert not faults, f"{len(faults)} 处不对：\n" + "\n".join(faults[:20])
    assert drafts >= 100_000, summary
    assert roles.total() >= 40_000, summary
    assert not {role for role, _ in ROLES} - {*UNSAID, *roles}, f"有的事实一次也没说到，查不出对错：{summary}"
    desk = Desk()
    scripts = set().union(*(one.scripts for one in tallies))
    sides = set().union(*(one.sides for one in tallies))
    expected = {(intent, side) for intent, names in desk.given.patterns.items() for side in names}
    for place in PLACES:
        unspoken = {(place.name, name) for name in desk.pipeline.shop(place.name).drafter.scripts.names()} - scripts
        assert not unspoken, f"这些脚本没有查到：{sorted(unspoken)}"
        unheard = {(place.name, *side) for side in expected} - sides
        assert not unheard, f"这些面没有查到：{sorted(unheard)}"
