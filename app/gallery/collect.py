"""Collect what every script of a shop says: give the intent, take all situations, keep each text once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from jinja2.meta import find_referenced_templates, find_undeclared_variables

from app.gallery.sheets import Gallery, Note, Row, Sheet, each_once
from app.pipeline import Knowledge, ShopDesk, open_shop
from app.records import STYLES, UNKNOWN, Decision, History, Ranking, Scored, Utterance
from app.reply.briefing import Briefing, brief
from app.reply.counter import Heard
from app.reply.drafting import Drafted, Task
from app.reply.marked import Wording
from app.reply.policy import UNCLEAR, Policy
from app.reply.remark import Noted
from app.reply.script_library import Library
from app.shop.load import load_shop
from app.shop.situations import Coordinates, Situation, days, describe, situations
from app.understand.catalogue import GROUPS, Catalogue

FLOWS = ("reception", "aftersales", "risk", "review")
LABELS = ("决定", "备注", "待办", "跟进", "权限")
_SEEDS = ("1", "2", "3")
"""Each gives another choice where a script has several wordings."""
_UNREADABLE = "嗯哼"
_GIFT = "gift"
_GIFT_NOTE = re.compile(r"block remark.*(gift|tier_swap)")
"""A note of this kind is written from the tiers, which the script itself may not look at."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a script says in one situation."""

    at: Coordinates
    wordings: tuple[tuple[Wording, ...], ...]
    """One tuple a style."""
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a script says, and what the agent gets beside it."""

    wordings: tuple[tuple[Wording, ...], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass
class Collector:
    """Draft for given intents, without a model."""

    knowledge: Knowledge
    desk: ShopDesk
    policy: Policy
    briefed: dict[object, Briefing] = field(default_factory=dict)
    drafted: dict[object, Spoken] = field(default_factory=dict)

    def hear(self, intent: str) -> Utterance:
        """Take the intent's plainest training line: no value in it, no product named, no stored answer to it."""
        if intent not in self.knowledge.catalogue:
            return self.knowledge.reader(_UNREADABLE)
        heard = [self.knowledge.reader(one) for one in self.knowledge.catalogue[intent].file.examples[:60]]
        return min(heard, key=self._colour)

    def _colour(self, heard: Utterance) -> tuple[int, bool, bool]:
        text = heard.normalised.text
        counter = self.desk.counter
        named = counter.goods.in_text(text) is not None
        return len(heard.slots), named, bool(counter.questions.answer(text, sku=""))

    def sample(self, intent: str, heard: Utterance, where: Situation) -> tuple[str, Sample]:
        """Give the script that answers in this situation, and what it says."""
        message = where.message(heard.normalised.raw)
        key = (intent, *where.at[:4], where.opening)
        if key not in self.briefed:
            self.briefed[key] = brief(self.desk.counter, Heard(message, heard, where.tone, where.opening))
        briefing = self.briefed[key]
        given = (Scored(intent, 1.0),)
        facts = self.desk.counter.shop.facts
        history = where.history(intent)
        decision = self.policy.decide(Ranking(given, given), (), message.order, briefing, history, facts)
        spoken = self._spoken(decision, briefing, heard, where)
        notes = (*_decided(decision), *spoken.notes)
        return decision.answers[0].script, Sample(where.at, spoken.wordings, notes)

    def _spoken(self, decision: Decision, briefing: Briefing, heard: Utterance, where: Situation) -> Spoken:
        """Draft once for all situations that differ in nothing the script looks at."""
        answer, library = decision.answers[0], self.desk.drafter.scripts
        names = looked_at(library, answer.script)
        repeat = where.repeat if "repeat" in names else 0
        values = tuple(briefing.variables[name] for name in names if name in briefing.variables)
        tiers = (briefing.tier, briefing.lower_tier) if _GIFT in names else ()
        key = (answer, decision.flow, values, repeat, tiers)
        if key not in self.drafted:
            shop = self.desk.counter.shop
            noted = Noted(shop, heard, briefing, where.now)
            history = History(asked=((answer.intent,),) * repeat)
            tasks = (Task(decision, briefing, noted, history, shop.facts.platform, STYLES, seed) for seed in _SEEDS)
            drafted = [self.desk.drafter(task) for task in tasks]
            wordings = tuple(
                tuple({(one := Wording.of(each.drafts[at])).text: one for each in drafted}.values())
                for at in range(len(STYLES))
            )
            self.drafted[key] = Spoken(wordings, tuple(_beside(drafted[0], where)))
        return self.drafted[key]


@cache
def looked_at(library: Library, script: str) -> tuple[str, ...]:
    """List the variables that a script and all it extends may look at."""
    names: set[str] = set()
    ahead, seen = [f"{script}.j2"], set[str]()
    while ahead:
        file = ahead.pop()
        loader = library.environment.loader
        if file in seen or loader is None:
            continue
        seen.add(file)
        source, _, _ = loader.get_source(library.environment, file)
        tree = library.environment.parse(source)
        names |= find_undeclared_variables(tree)
        names |= {_GIFT} if _GIFT_NOTE.search(source) else set()
        ahead += [one for one in find_referenced_templates(tree) if one]
    return tuple(sorted(names))


def _decided(decision: Decision) -> list[tuple[str, str]]:
    """List what was decided beside the script, as label and words."""
    notes = [("决定", "转主管")] if decision.kind == "hand_over" else []
    if given := decision.authority:
        lead = "（要主管点头）" if given.needs else ""
        notes.append(("权限", f"{given.granted or '不能直接给'}{lead}：{given.why}。上限：{given.limit}"))
    return notes


def _beside(drafted: Drafted, where: Situation) -> list[tuple[str, str]]:
    """List what the script gives the agent beside the text, as label and words."""
    notes = []
    if remark := drafted.remark:
        notes.append(("备注", remark.text + ("（插旗）" if remark.flag else "")))
    notes += [("待办", line) for line in drafted.todo]
    if due := drafted.follow_up:
        notes.append(("跟进", f"{_span(due.at - where.now)}后：{due.what}"))
    return notes


def _span(time: timedelta) -> str:
    """Say how long a time is in its largest whole unit."""
    minutes = round(time.total_seconds() / 60)
    unit, words = next(one for one in ((1440, "天"), (60, "小时"), (1, "分钟")) if minutes % one[0] == 0)
    return f"{minutes // unit}{words}"


def collect(knowledge: Knowledge, shop: str, *, today: datetime, progress: Progress, group: str = "") -> Gallery:
    """Build the gallery of a shop; raise NotFoundError or DataError where the shop cannot be read."""
    desk = open_shop(knowledge, load_shop(knowledge.settings.shops, shop))
    collector = Collector(knowledge, desk, Policy(knowledge.catalogue, knowledge.asks))
    library = desk.drafter.scripts
    every = list(situations(desk.counter.shop, today))
    samples: dict[str, list[Sample]] = {name: [] for name in spoken_scripts(library, knowledge.catalogue, group)}
    intents = [*_leading_to(knowledge.catalogue, samples), UNKNOWN]
    for done, intent in enumerate(intents):
        progress(
            f"读脚本 {knowledge.catalogue[intent].title if intent in knowledge.catalogue else '没看懂'}",
            done / len(intents),
        )
        heard = collector.hear(intent)
        for where in every:
            script, sample = collector.sample(intent, heard, where)
            if script in samples:
                samples[script].append(sample)
    sheets = [_sheet(name, found, knowledge.catalogue, desk) for name, found in samples.items()]
    times = {name: f"{at.month}月{at.day}日{at:%H:%M}" for name, at in days(desk.counter.shop, today).items()}
    return Gallery(shop, desk.counter.shop.facts.name, times, tuple(sorted(sheets, key=_place)))


def spoken_scripts(library: Library, catalogue: Catalogue, group: str = "") -> list[str]:
    """List the scripts that answer messages, of one group or of all."""
    names = [name for name in library.names() if name == UNCLEAR or name.split("/")[1] in catalogue]
    return [name for name in names if group in ("", name.split("/")[0])]


def _leading_to(catalogue: Catalogue, scripts: Mapping[str, object]) -> list[str]:
    """List the intents that any of the scripts answers, in some order state or in all."""
    wanted = {name.split("/")[1] for name in scripts}
    return [one.name for one in catalogue if wanted & {one.name, *one.file.by_state.values()}]


def _place(sheet: Sheet) -> tuple[int, int, str]:
    return FLOWS.index(sheet.flow), GROUPS.index(sheet.group), sheet.name


def _sheet(name: str, samples: Sequence[Sample], catalogue: Catalogue, desk: ShopDesk) -> Sheet:
    """Put the samples of one script together, rows with the same texts as one."""
    group, _, stem = name.partition("/")
    among = {one.at for one in samples}
    rows: dict[object, list[Sample]] = {}
    for one in samples:
        rows.setdefault(tuple(frozenset(word.text for word in part) for part in one.wordings), []).append(one)
    cells = each_once([found[0].wordings for found in rows.values()])
    known = catalogue.intents.get(stem)
    return Sheet(
        name,
        known.title if known else "没看懂",
        known.file.definition if known else "看不懂买家的话时，老实问是哪款、哪一单",
        known.flow if known else "reception",
        group,
        (desk.counter.shop.scripts / f"{name}.j2").is_file(),
        tuple(
            Row(number, describe([one.at for one in found], among), part, _row_notes(found))
            for number, (found, part) in enumerate(zip(rows.values(), cells, strict=True), 1)
        ),
    )


def _row_notes(samples: Sequence[Sample]) -> tuple[Note, ...]:
    """List each note once; one that holds for a part of the row says for which."""
    among = {one.at for one in samples}
    holds: dict[tuple[str, str], list[Coordinates]] = {}
    for one in samples:
        for note in one.notes:
            holds.setdefault(note, []).append(one.at)
    return tuple(
        Note(label, text, () if among <= set(at) else describe(at, among))
        for (label, text), at in sorted(holds.items(), key=lambda held: LABELS.index(held[0][0]))
    )
