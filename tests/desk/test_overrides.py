"""Wordings of a shop's own: tried, saved, in use at once, noted, and brought back. Always in a copied home."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.desk.scripts.overrides import Overrides
from app.desk.scripts.preview import Previewer, said_now
from app.desk.scripts.samples import Ask, Setting
from app.desk.scripts.text import base_of, compose
from app.desk.store import DeskStore
from app.errors import DataError, NotFoundError, RequestError
from app.pipeline import Pipeline
from app.records import Message, Order, Turn
from app.reply.render import render
from app.reply.script_library import Library
from app.reply.variables import Variables
from app.settings import Settings

NAME = "logistics/urge_shipment"
NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)
GOOD = compose(NAME, {"follow_up": "出库了我给您留言。"})
OTHER = compose(NAME, {"follow_up": "单号一出就发您。"})


@pytest.fixture
def own(pipeline: Pipeline, home: Path) -> Pipeline:
    """Give the pipeline of a home of its own."""
    knowledge = replace(pipeline.knowledge, settings=Settings(home=home))
    return replace(pipeline, knowledge=knowledge, _shops={}, _opening=threading.Lock())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeskStore]:
    store = DeskStore(f"sqlite:///{tmp_path / 'desk.db'}")
    yield store
    store.close()


@pytest.fixture
def overrides(own: Pipeline, store: DeskStore) -> Overrides:
    return Overrides(own, store)


def answer(pipeline: Pipeline) -> list[str]:
    message = Message((Turn("buyer", "怎么还不发货"),), NOW, Order("unshipped"))
    return [draft.text for draft in pipeline.reply(message, shop="demo").drafts]


def path_of(home: Path, name: str = NAME) -> Path:
    return home / "shops" / "demo" / "scripts" / f"{name}.j2"


def save(overrides: Overrides, source: str, **more: str) -> None:
    verdict = overrides.save("demo", NAME, source, agent="小李", **more)
    assert verdict.stands(more.get("accepted", "")), verdict


def test_a_saved_wording_is_said_at_once_and_comes_back_on_restore(
    overrides: Overrides, own: Pipeline, home: Path
) -> None:
    before = answer(own)
    save(overrides, GOOD, note="客人爱问")
    assert path_of(home).read_text(encoding="utf-8") == GOOD
    assert "出库了我给您留言。" in answer(own)[1]
    save(overrides, OTHER)
    assert "单号一出就发您。" in answer(own)[1]
    save(overrides, "")
    assert not path_of(home).exists()
    assert answer(own) == before
    latest, second, first = overrides.history("demo", NAME)
    assert [(one.text, one.agent, one.note) for one in (first, second, latest)] == [
        (GOOD, "小李", "客人爱问"),
        (OTHER, "小李", ""),
        ("", "小李", ""),
    ]
    assert not overrides.restore("demo", NAME, first.id, agent="小王").refused
    assert "出库了我给您留言。" in answer(own)[1]
    assert [one.text for one in overrides.history("demo", NAME)] == [GOOD, "", OTHER, GOOD]
    assert not overrides.restore("demo", NAME, latest.id, agent="小王").refused
    assert answer(own) == before


def test_the_data_check_stays_clean_after_a_save(overrides: Overrides, home: Path) -> None:
    save(overrides, GOOD)
    assert Library(home / "scripts_zh", own=home / "shops" / "demo" / "scripts").problems() == []


def test_a_wording_written_by_hand_is_noted_before_it_is_replaced(overrides: Overrides, home: Path) -> None:
    path_of(home).parent.mkdir(parents=True)
    by_hand = "{# 店长写的 #}\n" + GOOD
    path_of(home).write_text(by_hand, encoding="utf-8")
    script = overrides.script("demo", NAME)
    assert (script.whole, script.own) == (True, by_hand)
    save(overrides, OTHER)
    assert [one.text for one in overrides.history("demo", NAME)] == [OTHER, by_hand]


def test_what_is_blocked_is_not_saved_and_says_where(overrides: Overrides, own: Pipeline, home: Path) -> None:
    before = answer(own)
    verdict = overrides.save("demo", NAME, compose(NAME, {"follow_up": "加我微信，绝对今天到。"}), agent="")
    assert verdict.refused
    blocked = {fault.words: fault for fault in verdict.faults if fault.level == "block"}
    assert {"微信", "绝对"} <= blocked.keys()
    assert blocked["微信"].stage == "follow_up"
    assert blocked["微信"].rewrite
    assert (path_of(home).exists(), answer(own), overrides.history("demo", NAME)) == (False, before, [])


def test_what_no_sample_says_is_linted_as_it_is_written(overrides: Overrides) -> None:
    hidden = '{% if topic == "gift_query" and furious %}加我微信。{% endif %}'
    verdict = overrides.check("demo", NAME, compose(NAME, {"follow_up": hidden}))
    assert [(fault.words, fault.where) for fault in verdict.faults if fault.level == "block"] == [("微信", "第 2 行")]


def test_the_common_wording_is_no_fault_of_the_shop(overrides: Overrides) -> None:
    for name in overrides.names("demo")[::15]:
        script = overrides.script("demo", name)
        copied = compose(name, {stage.name: stage.common for stage in script.stages if stage.common})
        verdict = overrides.check("demo", name, copied)
        assert (verdict.problems, [one for one in verdict.faults if one.level == "block"]) == ((), []), name


def test_warnings_want_to_be_read_first(overrides: Overrides, home: Path) -> None:
    warned = compose(NAME, {"follow_up": "不清楚的话您自己看详情页。"})
    verdict = overrides.save("demo", NAME, warned, agent="")
    assert verdict.warned
    assert not verdict.refused
    assert not path_of(home).exists()
    assert not verdict.stands("")
    save(overrides, warned, accepted=verdict.mark)
    assert path_of(home).read_text(encoding="utf-8") == warned


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ({"solve": "{{ 'a' * 10**9 }}"}, "乘"),
        ({"solve": "{{ no_such_name }}"}, "脚本里没有这个变量"),
        ({"greet": "您好"}, "没有阶段 greet"),
        ({"solve": "{% if faq[-1] == '。' %}好{% endif %}"}, "填不出来"),
        ({"remark": "随便记一笔"}, "订单备注的写法"),
        ({"follow_up_at": "后天看看"}, "要写成"),
        ({"apologise": "", "understand": "", "solve": "", "follow_up": ""}, "一个字也没有"),
        ({"apologise": "{# 甲", "solve": "乙 #}"}, "成对"),
    ],
)
def test_what_would_fail_a_buyer_is_refused(overrides: Overrides, stages: dict[str, str], said: str) -> None:
    verdict = overrides.check("demo", NAME, compose(NAME, stages))
    assert verdict.refused
    assert any(said in problem.message for problem in verdict.problems), verdict.problems


def test_two_leads_do_not_undo_each_other(overrides: Overrides) -> None:
    seen = overrides.script("demo", NAME).mark
    save(overrides, GOOD, seen=seen)
    with pytest.raises(RequestError, match="刚才有人改过") as error:
        overrides.save("demo", NAME, OTHER, agent="", seen=seen)
    assert error.value.code == "changed_meanwhile"
    with pytest.raises(RequestError, match="没有要存的"):
        overrides.save("demo", NAME, GOOD, agent="")


def test_a_shop_that_cannot_be_read_keeps_the_old_wording(overrides: Overrides, own: Pipeline, home: Path) -> None:
    before = answer(own)
    (home / "shops" / "demo" / "shop.yaml").write_text("name: 坏了\n", encoding="utf-8")
    with pytest.raises(DataError):
        overrides.save("demo", NAME, GOOD, agent="")
    assert (path_of(home).exists(), answer(own), overrides.history("demo", NAME)) == (False, before, [])


def test_a_store_that_fails_leaves_file_and_answers_alone(
    overrides: Overrides, own: Pipeline, home: Path, tmp_path: Path
) -> None:
    before = answer(own)
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE revision")
    engine.dispose()
    with pytest.raises(Exception, match="revision"):
        overrides.save("demo", NAME, GOOD, agent="")
    assert (path_of(home).exists(), answer(own)) == (False, before)


def test_what_is_being_answered_ends_with_what_it_began_with(own: Pipeline, overrides: Overrides) -> None:
    desk = own.shop("demo")
    save(overrides, GOOD)
    assert own.shop("demo") is not desk
    old = render(desk.drafter.scripts, NAME, {**Variables().as_dict(), "standard": True}, seed="1")
    new = render(own.shop("demo").drafter.scripts, NAME, {**Variables().as_dict(), "standard": True}, seed="1")
    assert [one.text for one in new.segments if one.stage == "follow_up"] == ["出库了我给您留言。"]
    assert [one for one in old.segments if one.stage == "follow_up"] == []


def test_answers_never_stop_while_wordings_change(own: Pipeline, overrides: Overrides) -> None:
    said: list[list[str]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            said.append(answer(own))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for source in (GOOD, OTHER, ""):
            save(overrides, source)
    finally:
        stop.set()
        asking.join()
    endings = {text[1][-8:] for text in said}
    assert len(endings) >= 2
    assert all(all(texts) for texts in said)


def test_what_does_not_exist_is_named(overrides: Overrides) -> None:
    for name in ("x/y", "../shop", "_flow/risk", "logistics/../../x"):
        with pytest.raises(NotFoundError):
            overrides.script("demo", name)
    with pytest.raises(NotFoundError, match="第 7 号"):
        overrides.restore("demo", NAME, 7, agent="")
    with pytest.raises(NotFoundError):
        overrides.script("nowhere", NAME)


def test_a_preview_shows_what_changes_in_every_order_state(overrides: Overrides, own: Pipeline) -> None:
    preview = Previewer(overrides, own.knowledge, own.shop("demo").counter.shop.facts)
    shown = preview(
        "demo", NAME, compose(NAME, {"follow_up": "{% if overdue %}我盯着。{% endif %}加我微信。"}), None, Setting()
    )
    states = [where for row in shown.rows for where in row.where]
    assert len(states) == len(set(states)) == 9
    late = next(row for row in shown.rows if "待发货（超时）" in row.where)
    assert late.changed
    standard = late.cells[1]
    assert "我盯着。" in "".join(piece.text for piece in standard.pieces)
    assert standard.before is not None
    assert "我盯着" not in standard.before
    assert [piece.mark for piece in standard.pieces if piece.text == "微信"] == ["block"]
    assert any(fault.words == "微信" for fault in shown.faults)
    assert late.cells[0].before is None
    one = preview(
        "demo", NAME, GOOD, Ask("urge_shipment", "明天能到不"), Setting(state="未付款", mood="生气", often="又问")
    )
    assert [row.where for row in one.rows] == [("未付款",)]


def test_a_preview_that_cannot_be_read_shows_what_is_said_now(overrides: Overrides, own: Pipeline) -> None:
    preview = Previewer(overrides, own.knowledge, own.shop("demo").counter.shop.facts)
    shown = preview("demo", NAME, compose(NAME, {"solve": "{{ 'a' * 10**9 }}"}), None, Setting())
    assert shown.problems
    assert shown.rows
    assert not any(row.changed for row in shown.rows)


@pytest.mark.parametrize(
    "name", ["other/unclear", "notices/delay", "ratings/bad", "ratings/suspected", "chat/greeting"]
)
def test_every_kind_of_script_is_read_and_tried(overrides: Overrides, own: Pipeline, name: str) -> None:
    script = overrides.script("demo", name)
    first = next(stage for stage in script.stages if stage.name in script.filled)
    assert said_now(overrides, "demo", name)
    source = compose(name, {first.name: "{{ super() }}我记下了。"})
    shown = Previewer(overrides, own.knowledge, own.shop("demo").counter.shop.facts)(
        "demo", name, source, None, Setting()
    )
    assert any(row.changed for row in shown.rows)
    assert not overrides.check("demo", name, source).problems


def test_every_script_says_something_somewhere(overrides: Overrides) -> None:
    scripts = overrides.scripts("demo")
    assert len(scripts) == len(set(overrides.names("demo")))
    assert {script.flow for script in scripts} == {"reception", "aftersales", "risk", "review"}
    assert [script.name for script in scripts if not script.filled] == []
    assert base_of(scripts[0].name).startswith("base/")


def test_a_wording_broken_by_hand_is_mended_in_the_editor(overrides: Overrides, own: Pipeline, home: Path) -> None:
    path_of(home).parent.mkdir(parents=True)
    path_of(home).write_text(compose(NAME, {"solve": "{{ no_such_name }}"}), encoding="utf-8")
    assert said_now(overrides, "demo", NAME) == []
    preview = Previewer(overrides, own.knowledge, own.shop("demo").counter.shop.facts)
    assert all(row.changed for row in preview("demo", NAME, GOOD, None, Setting()).rows)
    save(overrides, GOOD)
    assert "出库了我给您留言。" in answer(own)[1]
