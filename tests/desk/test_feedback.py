"""Messages are grouped by likeness and decided on once; every decision can be taken back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app import pipeline as pipelines
from app.check import bare_text, check
from app.desk.masking import Mask
from app.desk.store import DeskStore
from app.desk.tables import Feedback, Revision
from app.desk.training import feedback, likeness
from app.desk.training.trainer import Item, Trainer
from app.errors import NotFoundError, RequestError
from app.pipeline import Pipeline
from app.settings import Settings
from app.understand.catalogue import load
from tests.desk.training_home import NOW, seed

ALIKE = (
    ("发票抬头开错了", "抬头写错了能改吗", "开票抬头错了改一下"),
    ("支持花呗分期不", "花呗分期能分几期", "我要用花呗分期"),
    ("线下有实体店吗", "实体店在哪"),
    ("月球上有没有水",),
)


def test_messages_of_one_matter_lie_together(pipeline: Pipeline) -> None:
    mixed = [texts[at] for at in range(3) for texts in ALIKE if at < len(texts)]
    model, reader = pipeline.classifier.artefact, pipeline.knowledge.reader
    found = likeness.groups(mixed, reader, model.vectoriser)
    assert {frozenset(mixed[at] for at in group) for group in found} == set(map(frozenset, ALIKE))
    assert likeness.groups(mixed, reader, model.vectoriser) == found
    assert likeness.groups(mixed[:-2], reader, model.vectoriser) == [
        [at for at in group if at < len(mixed) - 2] for group in found
    ]
    assert likeness.groups([], reader, model.vectoriser) == []
    assert likeness.groups(["", ""], reader, model.vectoriser) == [[0], [1]]


def test_what_is_open_is_listed_once(store: DeskStore) -> None:
    first = seed(store, "在 吗?", "在吗？", "好看吗")
    told = seed(store, "在吗", chosen="greeting")
    seed(store, "在吗", shop="other")
    with store.read() as session:
        found = feedback.open_messages(session, "demo", bare_text)
        assert feedback.tally(session, "demo") == feedback.Tally(4, 1, 0, 0)
        assert feedback.tally(session, "nobody") == feedback.Tally(0, 0, 0, 0)
        assert [one.text for one in feedback.open_messages(session, "demo", bare_text, most=1)] == ["好看吗"]
    assert {one.text: one.ids for one in found}["好看吗"] == (first[2],)
    same = next(one for one in found if len(one.ids) > 1)
    assert set(same.ids) == {first[0], first[1], told[0]}
    assert (same.chosen, same.agent) == ("greeting", "小林")


def test_a_decision_is_made_once_and_taken_back(store: DeskStore) -> None:
    one, two = seed(store, "有猫吗", "有狗吗", chosen="stock_query")
    before = store.write(feedback.decide("demo", [one, two], state="accepted", intent="pets", at=NOW)).result()
    with store.read() as session:
        assert feedback.tally(session, "demo") == feedback.Tally(0, 0, 2, 0)
        assert sorted(feedback.accepted_since(session, None)) == [("有狗吗", "pets"), ("有猫吗", "pets")]
        assert feedback.accepted_since(session, NOW) == []
    with pytest.raises(RequestError, match="处理过"):
        store.write(feedback.decide("demo", [one], state="rejected", intent="", at=NOW)).result()
    assert store.write(feedback.reopen(before)).result() == 2
    with store.read() as session:
        assert {row.chosen for row in session.scalars(select(Feedback))} == {"stock_query"}
        assert feedback.tally(session, "demo").open == 2
    with pytest.raises(RequestError):
        store.write(feedback.decide("other", [one], state="rejected", intent="", at=NOW)).result()


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[DeskStore]:
    store = DeskStore(f"sqlite:///{tmp_path / 'desk.db'}")
    yield store
    store.close()


@pytest.fixture
def trainer(home: Path, pipeline: Pipeline, own_store: DeskStore) -> Trainer:
    knowledge = replace(pipeline.knowledge, settings=Settings(home=home))
    own = pipelines.build(knowledge, pipeline.classifier.artefact)
    return Trainer(own, own_store, Mask(knowledge.reader.values))


def examples(home: Path, intent: str) -> tuple[str, ...]:
    return load(home / "intents")[intent].file.examples


def test_an_accepted_line_is_written_with_its_history(trainer: Trainer, own_store: DeskStore, home: Path) -> None:
    (number,) = seed(own_store, "你们这个发票 抬头能开俩不")
    was = examples(home, "invoice_request")
    done = trainer.accept("demo", [Item((number,))], "invoice_request", agent="小林")
    assert done.refused == ()
    assert examples(home, "invoice_request") == (*was, "你们这个发票 抬头能开俩不")
    with own_store.read() as session:
        row = session.get(Feedback, number)
        assert row is not None
        assert (row.state, row.chosen, row.decided_at is not None) == ("accepted", "invoice_request", True)
        kept = session.scalars(select(Revision).order_by(Revision.id)).all()
    assert [(one.kind, one.name, one.agent) for one in kept][-1] == ("intent", "order/invoice_request", "小林")
    assert kept[-1].text == (home / "intents/order/invoice_request.yaml").read_text(encoding="utf-8")
    assert trainer.undo("demo", agent="小林") == done
    assert examples(home, "invoice_request") == was
    with own_store.read() as session:
        assert feedback.tally(session, "demo").open == 1
    with pytest.raises(NotFoundError, match="撤销"):
        trainer.undo("demo", agent="小林")


def test_what_clashes_stays_open_and_the_rest_goes_in(trainer: Trainer, own_store: DeskStore, home: Path) -> None:
    same, private, good = seed(own_store, "取消吧", "我电话138****5678 开票", "发票能开俩抬头不呀亲")
    items = [Item((same,)), Item((private,)), Item((good,))]
    done = trainer.accept("demo", items, "invoice_request", agent="")
    assert [(one.item.ids, one.why.kind) for one in done.refused] == [((same,), "same"), ((private,), "private")]
    assert [one.id for one in done.before] == [good]
    again = trainer.accept("demo", [Item((private,), "电话留给你们 开票")], "invoice_request", agent="")
    assert (again.refused, again.changed is not None) == ((), True)
    there = trainer.accept("demo", [Item((same,))], "cancel_order", agent="")  # it is there: nothing is written
    assert (there.refused, there.changed) == ((), None)
    assert check(Settings(home=home)) == []


def test_a_rejected_line_comes_back(trainer: Trainer, own_store: DeskStore) -> None:
    numbers = seed(own_store, "月球上有没有水", "明天天气咋样")
    trainer.reject("demo", [Item(tuple(numbers))], agent="甲")
    assert (trainer.undoable("demo", "甲"), trainer.undoable("demo", "乙")) == (1, 0)
    with pytest.raises(RequestError, match="处理过"):
        trainer.accept("demo", [Item((numbers[0],))], "chat", agent="乙")
    trainer.undo("demo", agent="甲")
    groups, tally = trainer.open_messages("demo")
    assert (len(groups), tally.open) == (2, 2)


def test_what_helps_to_decide(trainer: Trainer) -> None:
    look = trainer.look("能给我开张发票不", "cancel_order")
    assert [name for name, _ in look.choices][:2] == ["cancel_order", "invoice_request"]
    assert look.nearest
    assert {intent for _, intent in look.nearest} >= {"invoice_request"}
    assert trainer.look("ㄅㄆㄇ").choices == () or len(trainer.look("ㄅㄆㄇ").choices) == 3


def test_a_new_intent_is_gathered_apart(trainer: Trainer, own_store: DeskStore, home: Path) -> None:
    numbers = seed(own_store, "猫能睡这个垫子吗", "狗狗能睡在上面吗")
    before = load(home / "intents").lines()
    trainer.parked.open("presale", "pet_safe_query", title="宠物能用吗", flow="reception")
    for number in numbers:
        trainer.accept("demo", [Item((number,))], "pet_safe_query", agent="")
    (parked,) = trainer.parked.all()
    assert (parked.title, parked.lines, parked.needed, parked.ready) == ("宠物能用吗", 2, 80, False)
    assert len(parked.missing) == 3
    assert "pet_safe_query" not in trainer.live()
    assert load(home / "intents").lines() == before  # training does not meet it
    assert check(Settings(home=home)) == []
    with pytest.raises(RequestError, match="还差 78 句"):
        trainer.parked.enable("pet_safe_query")
    for _ in numbers:
        trainer.undo("demo", agent="")
    assert trainer.parked.all()[0].lines == 0
    for name, title in (("pet_safe_query", "又一个"), ("cancel_order", "取消"), ("Bad", "坏"), ("fine_name", " ")):
        with pytest.raises(RequestError):
            trainer.parked.open("presale", name, title=title, flow="reception")


def test_a_finished_intent_comes_into_use(trainer: Trainer, own_store: DeskStore, home: Path) -> None:
    trainer.parked.open("presale", "pet_safe_query", title="宠物能用吗", flow="reception")
    numbers = seed(
        own_store, *(f"{pet}能用{thing}不" for pet in "猫狗兔鸟鱼龟鼠猪" for thing in "床碗窝垫杯盆毯架包筐")
    )
    trainer.accept("demo", [Item((number,)) for number in numbers], "pet_safe_query", agent="")
    apart = home / "new_intents"
    for path in apart.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        for empty in ("在这里写答复。", "写一句这个测试要守住什么", "写清楚什么算、什么不算"):
            text = text.replace(empty, "看材质和大小。")
        path.write_text(text, encoding="utf-8")
    assert trainer.parked.enable("pet_safe_query").ready
    assert trainer.parked.all() == []
    assert len(load(home / "intents")["pet_safe_query"].file.examples) == 80
    assert "pet_safe_query" in trainer.live()
    assert [path for path in apart.rglob("*") if path.is_file()] == []
    with pytest.raises(NotFoundError):
        trainer.parked.enable("pet_safe_query")
