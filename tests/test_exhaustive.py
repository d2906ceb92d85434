"""Every intent in every situation: nothing blocked, nothing left unfilled, no fact that nobody proved."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from itertools import islice, permutations, product
from multiprocessing import get_context
from zlib import crc32

import pytest

from app.pipeline import Pipeline, load_knowledge
from app.records import UNKNOWN, Draft, History, Item, Message, Order, Ranking, Scored, Turn, Utterance
from app.reply.policy import Policy
from app.settings import Settings
from app.understand.reader import Reader
from tests.facts import ROLES
from tests.licence import Checker

ORDERS, PAIRS = 12, 300
_WORKERS = 2
ZONE = timezone(timedelta(hours=8))
TIMES = {
    "ordinary": datetime(2026, 11, 21, 14, 10, tzinfo=ZONE),
    "campaign": datetime(2026, 12, 11, 14, 10, tzinfo=ZONE),
    "flash": datetime(2026, 12, 12, 20, 30, tzinfo=ZONE),
}
CARDS = ("", "LS002", "YY007")
"""No product, one in stock (in the flash sale while that runs), one sold out."""
SAID = (
    "",
    "，能发顺丰吗",
    "，发天天快递行吗",
    "，寄到新疆",
    "，50块钱",
    "，12月20号要用",
    "，要3件",
    "，浙江省杭州市西湖区文三路12号3栋501 王小明 13812345678",
    "，[图片]",
    "，身高165体重120斤",
    "，雨靴38码",
)
FURIOUS = "，骗子，气死我了"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RAKE, CRISP = Item("九齿耙", "YY001", 1), Item("手工麻花", "LS008", 2)
BLANKS: dict[str, str] = {}
"""Named blank → the one script that may leave it to the agent."""
LEFTOVERS = re.compile(
    r"\{\{|\}\}|\{%|None|True|False|[，、；：][，。、；：？！]|[。？！][，。、；：]"
    r"|[\u4e00-\u9fff] +[\u4e00-\u9fff]|^[，。、；：？！]"
)


@cache
def orders(now: datetime) -> tuple[Order, ...]:
    on_road = {
        "paid_at": now - 7 * DAY,
        "shipped_at": now - 6 * DAY,
        "courier": "圆通",
        "tracking_no": "YT1234567890123",
    }
    return (
        Order(),
        Order("unpaid", amount=Decimal(193), items=(RAKE, CRISP)),
        Order("unshipped", paid_at=now - 20 * HOUR, amount=Decimal("64.80"), items=(CRISP,)),
        Order("unshipped", paid_at=now - 100 * HOUR, amount=Decimal("125.50")),
        Order("shipped", paid_at=now - 50 * HOUR, shipped_at=now - 30 * HOUR, courier="申通", items=(RAKE,)),
        Order("shipped", last_scan_at=now - 5 * HOUR, items=(RAKE, CRISP), **on_road),
        Order("shipped", last_scan_at=now - 2 * DAY, items=(RAKE,), **on_road),
        Order("shipped", last_scan_at=now - 5 * DAY, **on_road),
        Order("signed", signed_at=now - 3 * DAY, amount=Decimal("64.80"), courier="韵达", items=(CRISP,)),
        Order("signed", signed_at=now - 20 * DAY, items=(RAKE,)),
        Order("refunding", amount=Decimal(32)),
        Order("closed"),
    )


class Forced:
    """Read as the shop does, and take the intents as given."""

    def __init__(self, reader: Reader) -> None:
        self._read = cache(reader)
        self.intents: tuple[Scored, ...] = ()

    def __call__(self, text: str, before: Sequence[str] = ()) -> tuple[Utterance, Ranking]:
        return self._read(text), Ranking(self.intents, self.intents)


@dataclass
class Tally:
    """What one sweep saw."""

    drafts: int = 0
    roles: Counter[str] = field(default_factory=Counter)
    scripts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Desk:
    """A pipeline over the demo shop whose intents are given, and the checker of its drafts."""

    def __init__(self) -> None:
        settings = Settings()
        knowledge = load_knowledge(settings)
        self.forced = Forced(knowledge.reader)
        self.pipeline = Pipeline(knowledge, self.forced, Policy(knowledge.catalogue, knowledge.asks))
        self.catalogue = knowledge.catalogue
        self.checker = Checker.of(self.pipeline, "demo")
        self.library = self.pipeline.shop("demo").drafter.library

    def says(self, intent: str, at: int) -> str:
        """Give one of the intent's own training lines, another for each `at`."""
        examples = self.catalogue[intent].file.examples if intent in self.catalogue else ("asdfa 3jfkd",)
        return examples[at % len(examples)]

    def source(self, name: str) -> str:
        return (self.pipeline.knowledge.settings.scripts / f"{name}.j2").read_text(encoding="utf-8")

    def situations(self) -> Iterator[tuple[tuple[str, ...], Message, int]]:
        """Yield intents, message and how often it was asked before.

        Intents × times × products × orders in full; what else the message carries, anger and repeats spread
        evenly; each question of the FAQ for each script that gives its answer.
        """
        names = [*(intent.name for intent in self.catalogue), UNKNOWN]
        at = 0
        for name, when, card, order in product(names, TIMES.values(), CARDS, range(ORDERS)):
            at += 1
            yield (name,), message(self.says(name, at), when, order, card), 0
        spread = list(product(TIMES.values(), CARDS, ("", FURIOUS), (0, 1, 2)))
        for turn, (name, said) in enumerate(product(names, SAID)):
            for order in range(turn % 2, ORDERS, 2):
                at += 1
                when, card, anger, repeat = spread[crc32(str(at).encode()) % len(spread)]
                yield (name,), message(self.says(name, at) + said + anger, when, order, card), repeat
        for first, second in list(permutations(names[:-1], 2))[:: len(names) ** 2 // PAIRS]:
            at += 1
            when, card, anger, repeat = spread[crc32(str(at).encode()) % len(spread)]
            text = f"{self.says(first, at)}，{self.says(second, at)}{anger}"
            yield (first, second), message(text, when, at % ORDERS, card), repeat
        answering = [name for name in self.library.names() if "{{ faq }}" in self.source(name)]
        for row, name in product(self.checker.shop.faq, answering):
            at += 1
            yield (
                (name.split("/")[1],),
                message(row.asks[at % len(row.asks)], TIMES["ordinary"], at % ORDERS, row.sku),
                0,
            )

    def sweep(self, part: int, parts: int) -> Tally:
        tally = Tally()
        for names, asked, repeat in islice(self.situations(), part, None, parts):
            self.forced.intents = tuple(Scored(name, 0.9) for name in names)
            reply = self.pipeline.reply(asked, shop="demo", history=History(asked=(names,) * repeat))
            licence = self.checker.licence(asked)
            scripts = [answer.script for answer in reply.decision.answers]
            tally.scripts.update(scripts)
            where = f"{'+'.join(scripts)} {asked.order.status or '-'} {asked.now:%m-%d} {asked.product or '-'}"
            for draft in reply.drafts:
                tally.drafts += 1
                facts, unproved = self.checker(draft.text, licence)
                tally.roles.update(role for role, _ in facts)
                faults = [*form_faults(draft, scripts), *(f"没有依据 {role} {value}" for role, value in unproved)]
                said = asked.turns[-1].text
                tally.faults += [f"{fault}｜{where} {draft.style} ×{repeat}｜{said}｜{draft.text}" for fault in faults]
        return tally


def message(text: str, when: datetime, order: int, card: str) -> Message:
    return Message((Turn("buyer", text),), when, orders(when)[order], card)


def form_faults(draft: Draft, scripts: Sequence[str]) -> Iterator[str]:
    """Name what is wrong with a draft whatever the facts."""
    if not draft.text:
        yield "空的"
    yield from (f"拦下 {one.rule}" for one in draft.findings if one.level == "block")
    yield from (f"空白 {name}" for name in draft.blanks if BLANKS.get(name) not in scripts)
    yield from (f"残留 {found[0]!r}" for found in LEFTOVERS.finditer(draft.text))
    if len(re.findall(r"亲(?![自手友人戚])", draft.text)) > 1:
        yield "两个亲"
    if "你" in draft.text:
        yield "用了你"


def _sweep(part: int) -> Tally:
    return Desk().sweep(part, _WORKERS)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def test_every_draft_is_clean_and_every_fact_in_it_is_proved(
    desk: Desk, record_testsuite_property: Callable[[str, object], None]
) -> None:
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        tallies = list(pool.map(_sweep, range(_WORKERS)))
    drafts = sum(one.drafts for one in tallies)
    roles = sum((one.roles for one in tallies), Counter[str]())
    faults = [fault for one in tallies for fault in one.faults]
    summary = f"{drafts} 份草稿，{roles.total()} 个事实：{dict(roles.most_common())}"
    record_testsuite_property("exhaustive", summary)
    assert not faults, f"{summary}\n{len(faults)} 处不对：\n" + "\n".join(faults[:20])
    assert drafts >= 40_000, summary
    assert roles.total() >= 20_000, summary
    assert not {role for role, _ in ROLES} - {"han", *roles}, f"有的事实一次也没说到，查不出对错：{summary}"
    unspoken = set(desk.library.names()) - set().union(*(one.scripts for one in tallies))
    assert not unspoken, f"这些脚本没有查到：{sorted(unspoken)}"
