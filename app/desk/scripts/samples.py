"""What a script is tried out on: sample messages in every order state, spoken by whichever library is asked."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from app.outgoing import Draft
from app.pipeline import Pipeline, ShopDesk
from app.records import STYLES, UNKNOWN, Answer, Decision, Flow, History, Ranking, Scored, Utterance
from app.reply.briefing import Briefing, brief
from app.reply.counter import Heard
from app.reply.drafting import Task
from app.reply.notices import NOTICE_KINDS
from app.reply.policy import UNCLEAR
from app.reply.remark import Noted
from app.reply.render import Rendered, render
from app.reply.script_library import NOTICES, Library
from app.shop.situations import MOODS, TIMES_ASKED, Situation, situations

CARDS = ("有货", "没货", "不知哪款")
_READ = 60
"""How many examples of an intent are looked at for telling ones."""
_MOST_ASKS = 6
_UNREADABLE = ("嗯哼", "那个啥")
_DATES = ("明天", "11月25日", "")
_STATES = {"unshipped": ("待发货", "待发货（超时）"), "shipped": ("已发出", "已发出（停滞）")}


@dataclass(frozen=True, slots=True)
class Ask:
    """A sample message and the intent it is answered for."""

    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """The sides of a situation that the editor chooses."""

    card: str = CARDS[0]
    mood: str = next(iter(MOODS))
    often: str = TIMES_ASKED[0]
    day: str = "平日"
    state: str = ""
    """One order state, "" for all."""


@dataclass(frozen=True, slots=True)
class Said:
    """What comes out for one sample."""

    drafts: tuple[Draft, ...]
    remark: str = ""
    todo: tuple[str, ...] = ()
    follow_up: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: where it stands, what the buyer says, and how a library answers it."""

    where: str
    text: str
    speak: Callable[[Library], Said]
    fill: Callable[[Library], list[Rendered]]
    """Fill the script in more ways than one message does: as the second answer, as the first of two."""


@dataclass(frozen=True)
class Sampler:
    """Make the samples of one shop's scripts, from its goods and the intents' own examples."""

    pipeline: Pipeline
    desk: ShopDesk
    today: datetime

    def asks(self, name: str) -> tuple[Ask, ...]:
        """Give sample messages for a script: plain ones, ones that ask for each side of it, one full of values."""
        if name.startswith(f"{NOTICES}/"):
            return tuple(Ask(name, text) for text in _DATES)
        if name == UNCLEAR:
            return tuple(Ask(UNKNOWN, text) for text in _UNREADABLE)
        own, *others = self._leading(name)
        found = [Ask(own, text) for text in self._telling(own)]
        room = max(1, _MOST_ASKS - len(others))
        return (*found[:room], *(Ask(intent, next(self._telling(intent))) for intent in others))[:_MOST_ASKS]

    def samples(self, name: str, ask: Ask, setting: Setting) -> Iterator[Sample]:
        """Give one sample for every order state in which the script answers, or for the one that is chosen."""
        wanted = (setting.card, setting.day, setting.mood, setting.often)
        places = [where for where in self._places if where.at[1:] == wanted and setting.state in ("", where.at[0])]
        yield from self._at(name, ask, places)

    def every(self, name: str) -> Iterator[Sample]:
        """Give all samples that a change is tried on before it is saved."""
        for at, ask in enumerate(self.asks(name)):
            yield from self._at(name, ask, [where for where in self._places if _apart(where) <= (0 if at else 1)])

    @cached_property
    def _places(self) -> tuple[Situation, ...]:
        return tuple(situations(self.desk.counter.shop, self.today))

    def _at(self, name: str, ask: Ask, places: Sequence[Situation]) -> Iterator[Sample]:
        utterance = self.pipeline.knowledge.reader(ask.text)
        for where in places:
            task = self._task(name, ask, utterance, where)
            if task is not None:
                yield self._sample(name, ask, where, task)

    def heard_as(self, text: str) -> str:
        """Name the intent that a message is heard as, "" where it is not understood."""
        ranking = self.pipeline.classify(text)
        return ranking.intents[0].name if ranking.known else ""

    def _leading(self, name: str) -> list[str]:
        """List the intents that the script answers: its own, then those that an order state turns to it."""
        stem = name.partition("/")[2]
        catalogue = self.pipeline.knowledge.catalogue
        return [stem, *(one.name for one in catalogue if one.name != stem and stem in one.file.by_state.values())]

    def _telling(self, intent: str) -> Iterator[str]:
        """Give an intent's examples: the plainest, one for each side it has, the fullest, then the rest."""
        knowledge = self.pipeline.knowledge
        heard = [knowledge.reader(text) for text in knowledge.catalogue[intent].file.examples[:_READ]]
        heard.sort(key=self._colour)
        sides: dict[str, Utterance] = {}
        for one in heard:
            sides.setdefault(knowledge.facets(intent, one.normalised.text), one)
        chosen = dict.fromkeys(one.normalised.raw for one in (heard[0], *sides.values(), heard[-1], *heard))
        yield from chosen

    def _colour(self, heard: Utterance) -> tuple[int, bool, bool]:
        text, counter = heard.normalised.text, self.desk.counter
        return len(heard.slots), counter.goods.in_text(text) is not None, bool(counter.questions.answer(text, sku=""))

    def _task(self, name: str, ask: Ask, utterance: Utterance, where: Situation) -> Task | None:
        """Decide and brief as the pipeline does for a given intent; None where another script answers here."""
        message = replace(where.message(ask.text), styles=STYLES)
        briefing = brief(self.desk.counter, Heard(message, utterance, where.tone, where.opening))
        shop = self.desk.counter.shop
        noted = Noted(shop, utterance, briefing, where.now)
        if name.startswith(f"{NOTICES}/"):
            kind = name.partition("/")[2]
            if where.at[0] not in [state for status in NOTICE_KINDS[kind][1] for state in _STATES[status]]:
                return None
            told = Decision("reply", (Answer(kind, name, 1.0),), "aftersales")
            return Task(told, briefing, noted, History(), shop.facts.platform, STYLES, _seed(utterance))
        intents = [UNKNOWN] if name == UNCLEAR else list(dict.fromkeys((ask.intent, *self._leading(name))))
        for intent in intents:
            decision = self._decision(intent, briefing, where)
            if decision.answers[0].script == name:
                return Task(
                    decision, briefing, noted, where.history(intent), shop.facts.platform, STYLES, _seed(utterance)
                )
        return None

    def _decision(self, intent: str, briefing: Briefing, where: Situation) -> Decision:
        given = (Scored(intent, 1.0),)
        chosen = intent if intent in self.pipeline.knowledge.catalogue else ""
        facts = self.desk.counter.shop.facts
        return self.pipeline.policy.decide(
            Ranking(given, given), (), where.order, briefing, where.history(intent), facts, chosen
        )

    def _sample(self, name: str, ask: Ask, where: Situation, task: Task) -> Sample:
        def speak(library: Library) -> Said:
            drafted = replace(self.desk.drafter, scripts=library)(task)
            due = drafted.follow_up.what if drafted.follow_up else ""
            return Said(drafted.drafts, drafted.remark.text if drafted.remark else "", drafted.todo, due)

        def fill(library: Library) -> list[Rendered]:
            facet = self.desk.drafter.facets(name.partition("/")[2], task.noted.utterance.normalised.text)
            speak = partial(task.briefing.speak, repeat=where.repeat, facet=facet)
            ways = [speak(style, second=False, more=False) for style in STYLES]
            ways += [speak("brief", second=True, more=False), speak("soothing", second=False, more=True)]
            return [render(library, name, one, seed=task.seed) for one in ways]

        return Sample(where.at[0], ask.text, speak, fill)


def _seed(utterance: Utterance) -> str:
    """Take the same of several wordings as a message outside any conversation gets."""
    return str(zlib.crc32(utterance.normalised.text.encode()))


def _apart(where: Situation) -> int:
    """Count the sides on which a situation is not the plain one."""
    plain = Setting()
    return sum(a != b for a, b in zip(where.at[1:], (plain.card, plain.day, plain.mood, plain.often), strict=True))


def flow_of(pipeline: Pipeline, name: str) -> Flow:
    """Name the flow of a script that answers a message or tells something unasked."""
    catalogue, stem = pipeline.knowledge.catalogue, name.partition("/")[2]
    if name.startswith(f"{NOTICES}/"):
        return "aftersales"
    return catalogue[stem].flow if stem in catalogue else "reception"
