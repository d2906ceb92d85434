"""The order of the stages, written once, and the one place where the parts are put together.

text → normalise → tokenise → classify → slots → policy → render → lint → drafts
"""

import threading
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.errors import ArtefactError, DataError, Problem, RequestError
from app.models import Store
from app.outgoing import Finding, Reply
from app.recall import Recall, last_run, pending, said_before
from app.records import UNKNOWN, History, Message, Platform, Ranking, Risk, Scored, Utterance
from app.reply import facets
from app.reply import ratings as rating_words
from app.reply import rules as rulebook
from app.reply.briefing import brief
from app.reply.clock import paced, waiting
from app.reply.counter import Counter, Heard
from app.reply.dialogue import follow
from app.reply.drafting import Drafter, Task
from app.reply.facets import Facets
from app.reply.handover import Case, Scribe
from app.reply.lint import Linter
from app.reply.policy import Policy
from app.reply.promises import promised
from app.reply.ratings import Ratings
from app.reply.remark import Noted
from app.reply.rules import Rules
from app.reply.script_library import Library, Styles, load_styles
from app.reply.shape import Category
from app.settings import Settings
from app.shop import wording as wordings
from app.shop.answers import Answers, notes_of
from app.shop.goods import Goods
from app.shop.load import ShopData, load_shop
from app.shop.questions import Questions
from app.shop.wording import Wording
from app.strict_yaml import load_file, named_lists
from app.understand import artefact as artefacts
from app.understand import catalogue as catalogues
from app.understand import reader as readers
from app.understand import tone as tones
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.evidence import Witness
from app.understand.reader import Reader
from app.understand.slots import corrected
from app.understand.tone import Ear


@dataclass(frozen=True)
class Knowledge:
    """What all shops share: how to read, what buyers say, what must not be said."""

    settings: Settings
    reader: Reader
    catalogue: Catalogue
    ear: Ear
    rules: Rules
    linter: Linter
    styles: Styles
    facets: Facets
    asks: Mapping[str, str]
    traits: Mapping[str, str]
    wording: Wording
    regions: Mapping[str, Sequence[str]]
    ratings: Ratings


def load_knowledge(settings: Settings) -> Knowledge:
    """Read intents, lexicon, rules and styles; raise DataError where one is wrong."""
    reader = readers.build(settings.lexicon, cache=settings.var)
    rules = rulebook.load(settings.rules)
    return Knowledge(
        settings,
        reader,
        catalogues.load(settings.intents),
        tones.load(settings.lexicon),
        rules,
        Linter(rules, reader.normaliser),
        load_styles(settings.scripts),
        facets.load(settings.lexicon),
        _table(settings.scripts / "asks.yaml", settings.home),
        _table(settings.lexicon / "traits.yaml", settings.home),
        wordings.load(settings.lexicon),
        named_lists(load_file(settings.lexicon / "regions.yaml", root=settings.home), name="lexicon_zh/regions.yaml"),
        rating_words.load(settings.lexicon, settings.scripts),
    )


def _table(path: Path, root: Path) -> dict[str, str]:
    data = load_file(path, root=root)
    if not isinstance(data, dict) or not all(isinstance(value, str) and value for value in data.values()):
        raise DataError([Problem(path.name, "", "应当是「名称: 文字」")])
    return data


def fingerprint(knowledge: Knowledge) -> str:
    """Fingerprint everything the model is trained from."""
    lexicon = [
        (knowledge.settings.lexicon / name).read_text(encoding="utf-8") for name in ("words.txt", "couriers.yaml")
    ]
    return artefacts.data_hash(knowledge.catalogue.lines(), *lexicon)


def load_model(knowledge: Knowledge, folder: Path | None = None) -> Artefact:
    """Read the model in use; raise ArtefactError where it is missing, damaged or stale.

    A model of another folder may be trained on other data and is only checked for being whole.
    """
    if folder is not None:
        return artefacts.load(folder)
    store = Store(knowledge.settings.models)
    version = store.in_use()
    model = store.load(version)
    if model.card.data_hash != fingerprint(knowledge):
        raise ArtefactError(f"模型 {version} 是用旧的训练数据做的，请运行 miaohui train")
    return model


@dataclass(frozen=True)
class ShopDesk:
    """One shop, ready to draft."""

    counter: Counter
    drafter: Drafter


@dataclass(repr=False)
class Pipeline:
    """Draft replies; shops are read when first asked for and kept."""

    knowledge: Knowledge
    classifier: Classifier
    witness: Witness
    recall: Recall
    policy: Policy
    scribe: Scribe
    _shops: dict[str, ShopDesk] = field(default_factory=dict)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, message: Message, *, shop: str, history: History | None = None, seed: str = "") -> Reply:
        """Answer the last run of buyer messages."""
        desk = self.shop(shop)
        history = history or History()
        utterance, ranking = self.read(pending(message.turns), said_before(message.turns))
        utterance, ranking = self._as_told(message, utterance, ranking)
        history = self.recall(message.turns, utterance, history)
        folded = utterance.normalised.text
        tone, alarms = self.knowledge.ear.tone(folded), self.knowledge.ear.alarms(utterance.masked)
        flags = [Risk("买家标记", self.knowledge.traits.get(trait, trait)) for trait in message.traits]
        opening = not history.greeted and all(turn.role == "buyer" for turn in message.turns)
        dialogue = follow(self.knowledge.catalogue, history.topics, ranking, utterance)
        briefing = brief(desk.counter, Heard(message, utterance, tone, opening, dialogue, history.subdued))
        facts = desk.counter.shop.facts
        decision = self.policy.decide(ranking, alarms, message.order, briefing, history, facts, message.chosen)
        decision = replace(decision, risk=tuple(dict.fromkeys((*decision.risk, *history.risk, *flags))))
        noted = Noted(desk.counter.shop, utterance, briefing, message.now)
        drafted = desk.drafter(
            Task(decision, briefing, noted, history, message.platform or facts.platform, message.styles,
                 seed or str(zlib.crc32(folded.encode())))
        )  # fmt: skip
        start, end = last_run(message.turns)
        clock = waiting(message.turns[start:end], message.now, facts.reply_clock, desk.counter.shop.zone)
        case = Case(message, message.turns[:start], decision, utterance.slots, briefing, history, tone,
                    drafted.todo, drafted.follow_up, clock, desk.counter.shop.zone)  # fmt: skip
        return Reply(
            shop,
            decision,
            ranking,
            self.witness(utterance, ranking.scored[0].name if ranking.scored else UNKNOWN),
            utterance.slots,
            drafted.stage,
            paced(drafted.drafts, clock),
            drafted.remark,
            drafted.todo,
            drafted.follow_up,
            self.scribe(case),
            clock,
            tone,
            promised(message.turns[:start]),
        )

    def _as_told(self, message: Message, utterance: Utterance, ranking: Ranking) -> tuple[Utterance, Ranking]:
        """Put the agent's corrections in the place of what was heard; the chances stay as they were."""
        if message.chosen:
            if message.chosen not in self.knowledge.catalogue:
                raise RequestError("unknown_intent", f"没有意图「{message.chosen[:40]}」", "intent")
            ranking = replace(ranking, intents=(Scored(message.chosen, 1.0),))
        if message.corrected:
            slots = corrected(
                utterance.slots, message.corrected, utterance.normalised.raw, self.knowledge.reader.values
            )
            utterance = replace(utterance, slots=slots)
        return utterance, ranking

    def use(self, model: Artefact) -> None:
        """Answer with another model from the next message on."""
        classifier = Classifier(model, self.knowledge.reader, self.knowledge.catalogue)
        self.recall, self.witness = replace(self.recall, classifier=classifier), Witness(model)
        self.classifier = classifier

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[Utterance, Ranking]:
        """Understand a text said after `before`; raise RequestError where it is empty or longer than any message."""
        limit = self.knowledge.settings.max_text
        if len(text) > limit:
            raise RequestError("text_too_long", f"消息有 {len(text)} 字，最多 {limit} 字，请只贴买家的话", "text")
        utterance, ranking = self.classifier(text, before)
        if not utterance.normalised.text:
            raise RequestError("empty_text", "消息是空的，请贴上买家说的话", "text")
        return utterance, ranking

    def classify(self, text: str, before: Sequence[str] = ()) -> Ranking:
        """Rank the intents of one message said after `before`."""
        return self.read(text, before)[1]

    def lint(
        self, text: str, *, platform: Platform, category: Category = "general", allowed: Sequence[str] = ()
    ) -> tuple[Finding, ...]:
        """Check any text against the rules of a platform; `allowed` are wordings that the shop may use."""
        return self.knowledge.linter(text, platform=platform, category=category, allowed=allowed)

    def shop(self, name: str) -> ShopDesk:
        """Give a shop; raise NotFoundError or DataError where it cannot be read."""
        if name not in self._shops:
            self._shops[name] = open_shop(self.knowledge, load_shop(self.knowledge.settings.shops, name))
        return self._shops[name]

    def reopen(self, name: str) -> ShopDesk:
        """Read a shop anew and answer from it from now on; what is being answered ends with what it began with."""
        with self._opening:  # who changes a shop second must also be read second
            desk = open_shop(self.knowledge, load_shop(self.knowledge.settings.shops, name))
            desk.drafter.scripts.warm()
            self._shops[name] = desk
        return desk


def open_shop(knowledge: Knowledge, shop: ShopData) -> ShopDesk:
    """Put a shop's parts together."""
    settings = knowledge.settings
    goods = Goods(shop.products, knowledge.wording.attributes)
    counter = Counter(
        shop,
        goods,
        Questions(shop.faq, cut=knowledge.reader.cut, cut_folded=knowledge.reader.cut_folded),
        knowledge.regions,
        Answers(knowledge.wording, knowledge.reader.cut_folded, notes_of(shop.faq)),
    )
    library = Library(settings.scripts, own=shop.scripts, cache=settings.var / "scripts")
    return ShopDesk(
        counter, Drafter(library, knowledge.styles, knowledge.catalogue, knowledge.linter, knowledge.facets)
    )


def build(knowledge: Knowledge, model: Artefact) -> Pipeline:
    """Put the pipeline together around a trained model."""
    classifier = Classifier(model, knowledge.reader, knowledge.catalogue)
    titles = {one.name: one.title for one in knowledge.catalogue if one.group != "chat" or one.name == "human_agent"}
    scribe = Scribe(titles, knowledge.reader.values)
    recall = Recall(classifier, knowledge.reader, knowledge.ear, knowledge.settings.max_text)
    policy = Policy(knowledge.catalogue, knowledge.asks)
    return Pipeline(knowledge, classifier, Witness(model), recall, policy, scribe)
