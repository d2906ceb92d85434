"""Find what to say: the scripts and stored answers of a shop, by words, by pinyin or by what is meant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.desk.phrases.lines import Field, Hit, Line, Lines
from app.desk.phrases.texts import Phrase, Speaker, product_name, stored_answers
from app.errors import RequestError
from app.pipeline import Pipeline, ShopDesk
from app.records import Status
from app.shop.facts import Faq
from app.understand.catalogue import GROUPS, Intent
from app.understand.normalise import is_han

MEANT, SOUNDS = "意思", "拼音"
WHY: Mapping[Field, str] = {"title": "名称", "about": "说明", "question": "问法", "asked": "问法", "text": "原文"}
"""What a phrase was found by, by the field that held the words."""
LONGEST_QUERY = 100
_FRESH = timedelta(minutes=1)
"""After this the texts are made anew: the cut-off passes, a promotion ends."""
_WORTH: Mapping[Field, float] = {"title": 2.0, "about": 1.2, "question": 1.3, "asked": 0.9, "text": 0.6}
_SHARE, _LEADS = 0.9, 0.4
"""What a hit is worth more for being the whole line, and for standing at its beginning."""
_SOUND, _EXACT = 0.8, 0.5
"""What a sound is worth against characters, and more where it is typed out in full."""
_MANY_ASKED = 3
"""How many lines of training that hold the words make half of what such lines can be worth."""
_MEANT, _LEAST_MEANT = 2.4, 0.005
_ALIKE, _LEAST_ALIKE = 2.2, 0.3
"""What holding every pair of characters of the query is worth, and the share from which it counts at all."""
_SHORTEST_ASKED = 100
"""So many lines of training of each intent are searched, the shortest: they are the plainest."""
_NAMED, _SHORTEST_NAME = 1.7, 2
"""What a title is worth that stands among other words: 破损怎么处理."""
_ONE_SOUND = re.compile("[a-z]|[zcs]h")
"""Stands in nearly every line that a buyer has written, so that finding it there tells nothing."""
_FRAME = re.compile(
    "^(?:买家|客户|顾客|客人|对方|有人|人家)(?:说|问|要求|反映|反馈|嫌|觉得|想问|想)?|"
    "(?:该|要)?(?:怎么|咋|如何)(?:回复?|答复?|说|解释|安抚|应对)(?:他|她|买家|客户)?$|的?(?:话术|说法|模板)$"
)
"""How agents wrap what a buyer says: 客户说漏发了怎么回."""
Found = dict[str, tuple[float, str]]
"""How well each phrase fits, and why."""


@dataclass(slots=True)
class _State:
    """What a shop says to orders in one state: the lines to search, and who speaks them now."""

    lines: Lines
    speaker: Speaker
    until: datetime


@dataclass
class _Shelf:
    """One shop's phrases; made anew when the shop is read anew."""

    desk: ShopDesk
    faq: Mapping[str, Faq]
    lines: Lines
    states: dict[Status | None, _State] = field(default_factory=dict)


class Phrases:
    """Search the phrases of all shops; indexes are built when first asked for and kept."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        catalogue = pipeline.knowledge.catalogue
        self._intents = {one.name: one for one in sorted(catalogue, key=lambda one: GROUPS.index(one.group))}
        self._pinyin = pipeline.classifier.artefact.vectoriser.pinyin
        self._named = self._lines(line for one in self._intents.values() for line in _named_lines(one))
        self._asked = self._lines(line for one in self._intents.values() for line in _asked_lines(one))
        self._shelves: dict[str, _Shelf] = {}

    def find(self, query: str, *, shop: str, status: Status | None, now: datetime, limit: int) -> list[Phrase]:
        """Give the phrases that fit best, no text twice; without a query all of them by group."""
        if len(query) > LONGEST_QUERY:
            raise RequestError("text_too_long", f"搜索最多 {LONGEST_QUERY} 字", "q")
        shelf = self._shelf(shop)
        state = self._state(shelf, status, now)
        words = re.sub("[ ']", "", self._fold(query))
        if not words:
            return list(self._spoken([*self._intents, *shelf.faq], shelf, state, limit))
        found = self._found(words, (self._named, shelf.lines, state.lines))
        ranked = sorted(found, key=lambda name: -found[name][0])
        phrases: dict[str, Phrase] = {}
        for one in self._spoken(ranked, shelf, state, len(ranked)):
            phrases.setdefault(one.text, replace(one, why=found[one.name][1]))
            if len(phrases) == limit:
                break
        return list(phrases.values())

    def named(self, names: Iterable[str], *, shop: str, status: Status | None, now: datetime) -> list[Phrase]:
        """Give phrases by their names, those that there are no longer left out."""
        shelf = self._shelf(shop)
        wanted = list(dict.fromkeys(names))
        return list(self._spoken(wanted, shelf, self._state(shelf, status, now), len(wanted)))

    def _spoken(self, names: Iterable[str], shelf: _Shelf, state: _State, limit: int) -> Iterator[Phrase]:
        for name in names:
            if limit <= 0:
                return
            phrase = None
            if name in self._intents:
                phrase = state.speaker.script(self._intents[name])
            elif name in shelf.faq:
                phrase = state.speaker.faq(name, shelf.faq[name])
            if phrase is not None:
                limit -= 1
                yield phrase

    def _found(self, words: str, places: tuple[Lines, ...]) -> Found:
        """Weigh every phrase: the best place where it holds the folded words, and how likely it is meant."""
        core, everywhere = _FRAME.sub("", words) or words, (*places, self._asked)
        found: Found = {}
        letters = "".join(self._pinyin.get(char, char) if is_han(char) else char for char in words)
        if re.search("[a-z]", words):
            heard = places if _ONE_SOUND.fullmatch(letters) else everywhere
            _weigh(found, (hit for place in heard for hit in place.sounding(letters)), _SOUND, SOUNDS)
        for said in {words, core}:
            _weigh(found, (hit for place in everywhere for hit in place.holding(said)))
        if words.isascii() and words.isalpha():
            return found
        for name, intent in self._intents.items():
            if len(intent.title) >= _SHORTEST_NAME and intent.title in core:
                _note(found, name, _NAMED, WHY["title"])
        for name, share in (one for place in places[1:] for one in place.resembling(core)):
            if share >= _LEAST_ALIKE:
                _note(found, name, _ALIKE * share * share, MEANT)
        for one in self._pipeline.classify(core).scored:
            if one.confidence >= _LEAST_MEANT and one.name in self._intents:
                worth, why = found.get(one.name, (0.0, MEANT))
                meant = _MEANT * one.confidence
                found[one.name] = worth + meant, MEANT if meant > worth else why
        return found

    def _fold(self, text: str) -> str:
        return self._pipeline.knowledge.reader.normaliser(text).text

    def _lines(self, lines: Iterable[Line]) -> Lines:
        return Lines(list(lines), fold=self._fold, pinyin=self._pinyin)

    def _shelf(self, shop: str) -> _Shelf:
        desk, shelf = self._pipeline.shop(shop), self._shelves.get(shop)
        if shelf is None or shelf.desk is not desk:
            faq = stored_answers(desk)
            lines = self._lines(line for name, row in faq.items() for line in _faq_lines(name, row, desk))
            shelf = self._shelves[shop] = _Shelf(desk, faq, lines)
        return shelf

    def _state(self, shelf: _Shelf, status: Status | None, now: datetime) -> _State:
        state = shelf.states.get(status)
        if state is None:
            speaker = Speaker(self._pipeline, shelf.desk, status, now)
            spoken = filter(None, map(speaker.script, self._intents.values()))
            lines = self._lines(Line(one.name, "text", one.text) for one in spoken)
            state = shelf.states[status] = _State(lines, speaker, now + _FRESH)
        elif not now < state.until <= now + _FRESH:
            state.speaker, state.until = Speaker(self._pipeline, shelf.desk, status, now), now + _FRESH
        return state


def _named_lines(intent: Intent) -> Iterator[Line]:
    yield from (Line(intent.name, "title", part) for part in intent.title.split("/"))
    yield from (Line(intent.name, "about", part) for part in re.split("[，、；。：]", intent.file.definition) if part)


def _asked_lines(intent: Intent) -> Iterator[Line]:
    yield from (Line(intent.name, "asked", one) for one in sorted(intent.file.examples, key=len)[:_SHORTEST_ASKED])


def _faq_lines(name: str, row: Faq, desk: ShopDesk) -> Iterator[Line]:
    yield from (Line(name, "question", ask) for ask in row.asks)
    yield Line(name, "text", row.answer)
    if product := product_name(desk, row.sku):
        yield Line(name, "about", product)


def _note(found: Found, name: str, worth: float, why: str) -> None:
    if worth > found.get(name, (0.0, ""))[0]:
        found[name] = worth, why


def _weigh(found: Found, hits: Iterable[Hit], factor: float = 1.0, why: str = "") -> None:
    """Keep the best hit of each phrase; lines of training count together."""
    asked: Counter[str] = Counter()
    for hit in hits:
        worth = _WORTH[hit.line.field]
        if hit.line.field == "asked":
            asked[hit.line.owner] += 1
            worth *= asked[hit.line.owner] / (asked[hit.line.owner] + _MANY_ASKED)
        worth += _SHARE * hit.share + _LEADS * hit.leads + _EXACT * hit.exact
        _note(found, hit.line.owner, factor * worth, why or WHY[hit.line.field])
