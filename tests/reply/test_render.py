"""Scripts speak in the order of their flow, the same seed the same words, and a faulty script is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import DataError
from app.records import STATUSES, STYLES, Order, Status, Style
from app.reply.drafting import STAGES
from app.reply.render import Rendered, blanks, render, tidy
from app.reply.script_library import HIDDEN, Library
from app.settings import HOME
from tests.reply.desk import briefed, demo_desk, knowledge

SCRIPTS = HOME / "scripts_zh"
LIBRARY = demo_desk().drafter.scripts
NAMES = LIBRARY.names()
FLOWS = {
    "reception": ["greet", "answer", "needs", "recommend", "promo", "cross_sell", "follow_up", "close"],
    "aftersales": ["respond", "apologise", "understand", "solve", "follow_up"],
    "risk": ["respond", "apologise", "evidence", "escalate"],
    "review": ["thank_or_apologise", "explain", "remedy", "invite_back"],
}
RESPOND = '{% extends "_flow/aftersales.j2" %}\n{% block respond %}收到。{% endblock %}\n'


def speak(
    name: str, style: Style = "standard", *, seed: str = "1", library: Library = LIBRARY, **given: Any
) -> Rendered:
    variables = briefed("在吗").speak(style, second=False, more=False, repeat=0)
    return render(library, name, {**variables, **given}, seed=seed)


def library_of(folder: Path, **scripts: str) -> Library:
    """Write scripts beside the real flows; `a__b` becomes `a/b.j2`."""
    (folder / "_flow").mkdir(parents=True)
    for flow in (SCRIPTS / "_flow").glob("*.j2"):
        (folder / "_flow" / flow.name).write_text(flow.read_text(encoding="utf-8"), encoding="utf-8")
    for name, source in scripts.items():
        path = folder / f"{name.replace('__', '/')}.j2"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return Library(folder)


@pytest.mark.parametrize("name", NAMES)
def test_stages_are_spoken_in_the_order_of_the_flow(name: str) -> None:
    order = FLOWS[LIBRARY.flow(name)]
    spoken = 0
    for status in (None, *STATUSES):
        briefing = briefed("每日坚果两盒", order=Order(status))
        for style in STYLES:
            for repeat in (0, 2):
                variables = briefing.speak(style, second=False, more=False, repeat=repeat)
                stages = [segment.stage for segment in render(LIBRARY, name, variables, seed="1").segments]
                assert stages == [stage for stage in order if stage in stages]
                spoken += len(stages)
    assert spoken


def test_flows_agree_with_the_order_of_all_stages() -> None:
    for order in FLOWS.values():
        assert order == sorted(order, key=STAGES.index)
    assert {path.stem for path in (SCRIPTS / "_flow").glob("*.j2")} == FLOWS.keys()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("status", [None, *STATUSES])
def test_the_same_seed_says_the_same(style: Style, status: Status | None) -> None:
    variables = briefed("在吗", order=Order(status)).speak(style, second=False, more=False, repeat=0)
    for name in NAMES:
        assert render(LIBRARY, name, variables, seed="7") == render(LIBRARY, name, variables, seed="7")


def test_other_seeds_say_it_in_other_words() -> None:
    wordings = {speak("presale/gift_query", seed=str(seed)).segments for seed in range(20)}
    assert len(wordings) > 1


def test_an_unknown_variable_names_the_script(tmp_path: Path) -> None:
    library = library_of(tmp_path, aftersales__odd=RESPOND.replace("收到", "{{ colour }}"))
    with pytest.raises(DataError, match=r"aftersales/odd\.j2.*colour"):
        speak("aftersales/odd", library=library)


def test_a_missing_script_is_named() -> None:
    with pytest.raises(DataError, match=r"aftersales/nothing\.j2"):
        speak("aftersales/nothing")


def test_a_broken_script_names_the_line(tmp_path: Path) -> None:
    library = library_of(tmp_path, aftersales__odd=RESPOND + "{% if %}")
    with pytest.raises(DataError, match=r"odd\.j2: 第 3 行"):
        speak("aftersales/odd", library=library)


FAULTS = {
    "unknown variable": (RESPOND.replace("收到", "{{ colour }}"), "colour", "没有这个变量"),
    "default": (RESPOND.replace("收到", "{{ item | default('货') }}"), "第 2 行", "不许用过滤器 default"),
    "d": (RESPOND.replace("收到", "{{ item | d('货') }}"), "第 2 行", "不许用过滤器 d"),
    "safe": (RESPOND.replace("收到", "{{ item | safe }}"), "第 2 行", "不许用过滤器 safe"),
    "unknown stage": (RESPOND.replace("respond", "greet"), "block greet", "没有阶段 greet，可用：apologise"),
    "extends nothing": (RESPOND.split("\n")[1], "", "第一行要继承流程"),
    "extends the missing": (RESPOND.replace("_flow/aftersales", "_flow/nothing"), "extends", "_flow/nothing.j2"),
    "extends itself": (RESPOND.replace("_flow/aftersales", "aftersales/odd"), "extends", "base/aftersales/odd.j2"),
    "extends by variable": (RESPOND.replace('"_flow/aftersales.j2"', "item"), "extends", "直接写出名字"),
    "syntax": (RESPOND + "{% if %}", "第 3 行", "模板读不懂"),
}


@pytest.mark.parametrize(("source", "key", "advice"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_listed_with_its_place(tmp_path: Path, source: str, key: str, advice: str) -> None:
    problems = library_of(tmp_path / "scripts_zh", aftersales__odd=source).problems()
    assert [problem.file for problem in problems] == ["scripts_zh/aftersales/odd.j2"]
    assert problems[0].key == key
    assert advice in problems[0].message


def test_the_faults_of_all_scripts_come_at_once(tmp_path: Path) -> None:
    sources = {f"aftersales__odd{at}": source for at, (source, _, _) in enumerate(FAULTS.values())}
    assert len(library_of(tmp_path, **sources).problems()) == len(FAULTS)


def test_the_shipped_scripts_have_no_fault() -> None:
    assert Library(SCRIPTS).problems() == []


def own_folder(tmp_path: Path, source: str, name: str = "wrong_item") -> Library:
    script = tmp_path / "scripts" / "aftersales" / f"{name}.j2"
    script.parent.mkdir(parents=True)
    script.write_text(source, encoding="utf-8")
    return Library(SCRIPTS, own=tmp_path / "scripts")


def test_a_shop_words_one_stage_in_its_own_way(tmp_path: Path) -> None:
    own_words = "{% block apologise %}发错了，是{{ shop_name }}的疏忽。{% endblock %}"
    library = own_folder(tmp_path, '{% extends "base/aftersales/wrong_item.j2" %}' + own_words)
    assert library.problems() == []
    common, own = speak("aftersales/wrong_item"), speak("aftersales/wrong_item", library=library)
    assert [one.stage for one in own.segments] == [one.stage for one in common.segments]
    changed = {one.stage: one.text for one in own.segments if one not in common.segments}
    assert changed == {"apologise": "发错了，是禾木家居杂货铺的疏忽。"}
    assert (own.remark, own.todo, own.follow_up) == (common.remark, common.todo, common.follow_up)
    assert speak("presale/gift_query", library=library) == speak("presale/gift_query")


@pytest.mark.parametrize(
    ("parent", "advice"),
    [("base/aftersales/nothing.j2", "找不到"), ("aftersales/wrong_item.j2", "要写 base/")],
    ids=["missing", "itself"],
)
def test_a_shops_script_on_a_wrong_parent_is_listed(tmp_path: Path, parent: str, advice: str) -> None:
    library = own_folder(tmp_path, f'{{% extends "{parent}" %}}')
    assert [advice in problem.message for problem in library.problems()] == [True]
    with pytest.raises(DataError, match=r"wrong_item\.j2"):
        speak("aftersales/wrong_item", library=library)


@pytest.mark.parametrize("words", ["{{7*7}}", "{% if %}", "{#x#}", "<b>&", "%(a)s{0}"])
def test_what_others_wrote_stays_as_it_is(words: str) -> None:
    said = [
        segment.text
        for name in NAMES
        for segment in speak(name, item=words, courier=words, has_order=True, shipped=True, stalled=True).segments
    ]
    assert any(words in text for text in said)
    assert not any("49" in text for text in said)


def test_hidden_stages_are_not_spoken() -> None:
    for name in NAMES:
        assert not {segment.stage for segment in speak(name, "soothing").segments} & set(HIDDEN)


def test_hidden_stages_are_kept_apart(tmp_path: Path) -> None:
    hidden = (
        "{% block remark %}note:a{% endblock %}"
        "{% block todo %}\n一\n\n 二 \n{% endblock %}"
        "{% block follow_up_at %}today b{% endblock %}"
    )
    found = speak("aftersales/odd", library=library_of(tmp_path, aftersales__odd=RESPOND + hidden))
    assert [(one.stage, one.text) for one in found.segments] == [("respond", "收到。")]
    assert (found.remark, found.todo, found.follow_up) == ("note:a", ("一", "二"), "today b")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\n  您好，\n  在的。\n", "您好，在的。"),
        ("好的 。。", "好的。"),
        ("好吗？。", "好吗？"),
        ("买 2 件 iPhone 15", "买2件iPhone 15"),
        ("", ""),
    ],
)
def test_the_templates_layout_is_not_heard(text: str, clean: str) -> None:
    assert tidy(text) == clean


@given(st.text("你好 \n。？a1【】", max_size=30))
def test_tidy_is_idempotent(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_blanks_are_named_once() -> None:
    assert blanks("【单号】发到【地址】，【单号】【】") == ("单号", "地址")


def test_styles_speak_only_stages_of_their_flow() -> None:
    for (_, flow), stages in knowledge().styles.spoken.items():
        assert stages <= set(FLOWS[flow])
