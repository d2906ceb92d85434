"""The order of the stages, written once, and the one place where the parts are put together.

text → normalise → tokenise → classify → slots → policy → render → lint → drafts
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from app.errors import ArtefactError, DataError, Problem, RequestError
from app.models import Store
from app.records import UNKNOWN, Finding, History, Message, Platform, Ranking, Reply, Risk, Turn, Utterance
from app.reply import rules as rulebook
from app.reply.briefing import brief
from app.reply.counter import Counter, Heard
from app.reply.drafting import Drafter, Task
from app.reply.library import Library, Styles, load_styles
from app.reply.lint import Linter
from app.reply.policy import Policy
from app.reply.remark import Noted
from app.reply.rules import Rules
from app.reply.shape import Category
from app.settings import Settings
from app.shop.goods import Goods
from app.shop.load import ShopData, load_shop
from app.shop.questions import Questions
from app.strict_yaml import load_file
from app.understand import artefact as artefacts
from app.understand import catalogue as catalogues
from app.understand import reader as readers
from app.understand import tone as tones
from app.understand.artefact import Artefact
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.evidence import Witness
from app.understand.reader import Reader
from app.understand.tone import Ear

_READ_BACK = 4
"""How many earlier messages of a conversation are read to notice a question asked again."""


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
    asks: Mapping[str, str]
    traits: Mapping[str, str]
    attribute_words: Mapping[str, Sequence[str]]
    regions: Mapping[str, Sequence[str]]


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
        _table(settings.scripts / "asks.yaml", settings.home),
        _table(settings.lexicon / "traits.yaml", settings.home),
        _lists(settings.lexicon / "attributes.yaml", settings.home),
        _lists(settings.lexicon / "regions.yaml", settings.home),
    )


def _table(path: Path, root: Path) -> dict[str, str]:
    data = load_file(path, root=root)
    if not isinstance(data, dict) or not all(isinstance(value, str) and value for value in data.values()):
        raise DataError([Problem(path.name, "", "应当是「名称: 文字」")])
    return data


def _lists(path: Path, root: Path) -> dict[str, list[str]]:
    data = load_file(path, root=root)
    if not isinstance(data, dict) or not all(isinstance(value, list) and all(value) for value in data.values()):
        raise DataError([Problem(path.name, "", "应当是「名称: [写法, …]」，写法不能为空")])
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


@dataclass
class Pipeline:
    """Draft replies; shops are read when first asked for and kept."""

    knowledge: Knowledge
    classifier: Classifier
    witness: Witness
    policy: Policy
    _shops: dict[str, ShopDesk] = field(default_factory=dict)

    def reply(self, message: Message, *, shop: str, history: History | None = None, seed: str = "") -> Reply:
        """Answer the last run of buyer messages."""
        desk = self.shop(shop)
        history = history or History()
        if not history.asked:
            history = replace(history, asked=self._asked_before(message.turns))
        utterance, ranking = self.read(pending(message.turns), said_before(message.turns))
        folded = utterance.normalised.text
        tone, alarms = self.knowledge.ear.tone(folded), self.knowledge.ear.alarms(utterance.masked)
        flags = [Risk("买家标记", self.knowledge.traits.get(trait, trait)) for trait in message.traits]
        opening = not history.greeted and all(turn.role == "buyer" for turn in message.turns)
        briefing = brief(desk.counter, Heard(message, utterance, tone, opening))
        facts = desk.counter.shop.facts
        decision = self.policy.decide(ranking, alarms, message.order, briefing, history, facts)
        decision = replace(decision, risk=(*decision.risk, *flags))
        noted = Noted(desk.counter.shop, utterance, briefing, message.now)
        drafted = desk.drafter(
            Task(
                decision,
                briefing,
                noted,
                history,
                message.platform or facts.platform,
                message.styles,
                seed or str(zlib.crc32(folded.encode())),
            )
        )
        return Reply(
            shop,
            decision,
            ranking,
            self.witness(utterance, ranking.scored[0].name if ranking.scored else UNKNOWN),
            utterance.slots,
            drafted.stage,
            drafted.drafts,
            drafted.remark,
            drafted.todo,
            drafted.follow_up,
        )

    def _asked_before(self, turns: Sequence[Turn]) -> tuple[tuple[str, ...], ...]:
        """Read what the buyer asked in the turns that were answered already, the latest few only."""
        answered = [turn.role for turn in turns]
        last = len(answered) - 1 - answered[::-1].index("agent") if "agent" in answered else 0
        runs = [
            "\n".join(turn.text for turn in group)
            for role, group in groupby(turns[:last], lambda turn: turn.role)
            if role == "buyer"
        ]
        limit = self.knowledge.settings.max_text
        rankings = [self.classifier(run[:limit])[1] for run in runs[-_READ_BACK:]]
        return tuple(tuple(scored.name for scored in ranking.intents) for ranking in rankings)

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

    def lint(self, text: str, *, platform: Platform, category: Category = "general") -> tuple[Finding, ...]:
        """Check any text against the rules of a platform."""
        return self.knowledge.linter(text, platform=platform, category=category)

    def shop(self, name: str) -> ShopDesk:
        """Give a shop; raise NotFoundError or DataError where it cannot be read."""
        if name not in self._shops:
            self._shops[name] = open_shop(self.knowledge, load_shop(self.knowledge.settings.shops, name))
        return self._shops[name]


def open_shop(knowledge: Knowledge, shop: ShopData) -> ShopDesk:
    """Put a shop's parts together."""
    settings = knowledge.settings
    goods = Goods(shop.products, knowledge.attribute_words)
    counter = Counter(
        shop,
        goods,
        Questions(shop.faq, cut=knowledge.reader.cut, cut_folded=knowledge.reader.cut_folded),
        knowledge.regions,
    )
    library = Library(settings.scripts, own=shop.scripts, cache=settings.var / "scripts")
    return ShopDesk(counter, Drafter(library, knowledge.styles, knowledge.catalogue, knowledge.linter))


def build(knowledge: Knowledge, model: Artefact) -> Pipeline:
    """Put the pipeline together around a trained model."""
    classifier = Classifier(model, knowledge.reader, knowledge.catalogue)
    return Pipeline(knowledge, classifier, Witness(model), Policy(knowledge.catalogue, knowledge.asks))


def pending(turns: Sequence[Turn]) -> str:
    """Join the last run of buyer messages; what an agent (or a greeting robot) said after it does not end it."""
    start, end = _last_run(turns)
    return "\n".join(turn.text for turn in turns[start:end])


def said_before(turns: Sequence[Turn]) -> list[str]:
    """List what was said before the last run of buyer messages, by either side, the latest last."""
    return [turn.text for turn in turns[: _last_run(turns)[0]]]


def _last_run(turns: Sequence[Turn]) -> tuple[int, int]:
    end = len(turns)
    while end and turns[end - 1].role != "buyer":
        end -= 1
    start = end
    while start and turns[start - 1].role == "buyer":
        start -= 1
    return start, end
