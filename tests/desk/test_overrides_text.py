"""A shop's own wording: cut into stages and back, compared, and kept from everything a script does not need."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes

from app.desk.scripts.safety import MAX_CHARS, literals, parsed, unsafe
from app.desk.scripts.text import base_of, blocks, compose, diff, flow_of, holds_tag, split
from app.reply.script_library import Library
from app.settings import Settings

NAME = "logistics/urge_shipment"
SCRIPTS = Settings().scripts
LIBRARY = Library(SCRIPTS)
EVERY = [*LIBRARY.names(), *LIBRARY.ratings(), *LIBRARY.notices()]
STAGES = st.dictionaries(
    st.sampled_from(["respond", "apologise", "understand", "solve", "follow_up", "todo"]),
    st.text(st.sampled_from("您好，马上查。\n {}%#ab\"'"), max_size=40).filter(lambda text: not holds_tag(text)),
)


def source_of(name: str) -> str:
    return (SCRIPTS / f"{name}.j2").read_text(encoding="utf-8")


def faults(source: str) -> str:
    tree, problems = parsed(source, LIBRARY.environment, file="x.j2")
    found = unsafe(tree, file="x.j2", extends=base_of(NAME)) if tree else problems
    return "\n".join(map(str, found))


@given(STAGES)
def test_stages_come_back_as_they_were(stages: dict[str, str]) -> None:
    assert split(NAME, compose(NAME, stages)) == {name: text.strip() for name, text in stages.items()}


def test_nothing_worded_is_no_file() -> None:
    assert compose(NAME, {}) == ""
    assert split(NAME, " \n") == {}


def test_a_silent_stage_is_not_a_common_one() -> None:
    source = compose(NAME, {"follow_up": ""})
    assert "{% block follow_up %}{% endblock %}" in source
    assert split(NAME, source) == {"follow_up": ""}


@pytest.mark.parametrize(
    "source",
    [
        '{# 双十一用 #}\n{% extends "base/logistics/urge_shipment.j2" %}\n{% block solve %}好{% endblock %}\n',
        '{% extends "base/logistics/urge_shipment.j2" %}\n{# 记一笔 #}\n{% block solve %}好{% endblock %}\n',
        '{% extends "base/logistics/urge_shipment.j2" %}{% set a = 1 %}{% block solve %}好{% endblock %}',
        '{% extends "base/logistics/urge_shipment.j2" %}{% block solve %}{% block todo %}{% endblock %}{% endblock %}',
        '{% extends "base/logistics/urge_shipment.j2" %}{% block solve %}{# {% endblock %} #}好{% endblock %}',
        '{% extends "base/logistics/urge_shipment.j2" %}{% block a %}一{% endblock %}{% block a %}二{% endblock %}',
        '{% extends "base/logistics/no_tracking.j2" %}{% block solve %}好{% endblock %}',
        "就一句话",
    ],
)
def test_what_stages_cannot_carry_is_kept_whole(source: str) -> None:
    assert split(NAME, source) is None


@pytest.mark.parametrize("name", EVERY)
def test_every_common_script_can_be_taken_over(name: str) -> None:
    common = source_of(name)
    tree = LIBRARY.environment.parse(common)
    assert blocks(common).keys() == {block.name for block in tree.find_all(nodes.Block)}
    assert (SCRIPTS / "_flow" / f"{flow_of(common)}.j2").is_file()
    copied = compose(name, blocks(common))
    again, problems = parsed(copied, LIBRARY.environment, file="x.j2")
    assert again is not None
    assert [
        *problems,
        *unsafe(again, file="x.j2", extends=base_of(name)),
        *LIBRARY.faults(copied, name, file="x"),
    ] == []


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("{{ 'a' * 10**9 }}", "乘号"),
        ("{{ 9 ** 9999999 }}", "乘方"),
        ("{{ '%1000000000d' % 1 }}", "%"),
        ("{% for i in range(1000000000) %}好{% endfor %}", "循环"),
        ("{% for i in 'ab' %}好{% endfor %}", "循环"),
        ("{{ ''.__class__.__mro__ }}", "点号"),
        ("{{ shop_name.upper() }}", "调用"),
        ("{{ shop_name[0] }}", "方括号"),
        ("{{ shop_name[brief] }}", "方括号"),
        ("{{ 'a'|center(1000000000) }}", "center"),
        ("{{ shop_name|default('好') }}", "default"),
        ("{{ 'aa'|replace('a', 'aaaaaaaaaa')|replace('a', 'aaaaaaaaaa') }}", "replace"),
        ("{% set x = 'ab' ~ 'ab' %}{{ x }}", "接起来"),
        ("{% if brief %}{% set x = 'ab' %}{% endif %}{{ x }}", "开头"),
        ("{% set repeat = 'ab' %}{{ repeat }}", "现成的变量"),
        ("{% macro m() %}好{% endmacro %}{{ m() }}", "函数"),
        ("{% include 'other/unclear.j2' %}", "别的文件"),
        ("{% import 'other/unclear.j2' as x %}", "别的文件"),
        ("{{ stage('solve') }}", "stage"),
        ("{{ self.solve() }}", "调用"),
        ("{{ one_of() }}", "至少一种"),
        ("{{ one_of(*shop_name) }}", "星号"),
        ("{{ one_of }}", "括号"),
        ("{{ blank() }}", "blank"),
        ("{{ ('甲', '乙') }}", "one_of"),
        ("{{ {'a': 1} }}", "花括号"),
        ("{{ 1 + brief }}", "加号"),
        ("{{ -shop_name }}", "负号"),
        ("{% if shop_name > 3 %}好{% endif %}", "数字"),
        ("{% if '甲' in repeat %}好{% endif %}", "in 后面"),
        ("{% if brief is defined %}好{% endif %}", "is 判断"),
        ("{{ " + "not " * 300 + "brief }}", "太深"),
        ("{% if brief %}" * 60 + "好" + "{% endif %}" * 60, "太深"),
        ("{{ " + "(" * 4000 + "1", "太深"),
        ("{{ 1" + "0" * 5000 + " }}", "太深或数字太长"),
        ("{{ 99999999999 }}", "数字太大"),
        ("{{ '\\x1esolve\\x1f好' }}", "控制字符"),
        ("好\x1esolve\x1f好", "控制字符"),
        ("{{ 好", "读不懂"),
        ("好" * MAX_CHARS, "最多"),
    ],
)
def test_what_could_harm_is_refused_unread(wording: str, said: str) -> None:
    started = time.perf_counter()
    assert said in faults(compose(NAME, {"solve": wording}))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "wording",
    [
        "出库了我给您留言。",
        "{{ super() }}出库了我给您留言。",
        '{% if overdue and not brief %}{{ one_of("我去催", "我去问" ~ dear) }}{% else %}好{% endif %}',
        '{% if asked_date in ("明天", "后天") and repeat >= 2 %}{{ asked_date }}{% endif %}',
        '{% if faq and faq[-1] in "。！" %}{{ faq }}{% endif %}',
        '{% set day = asked_date or blank("发货日期") %}预计{{ day }}发',
        '{{ "甲" if brief else "乙" }}{{ item|trim }}{{ sum_text | replace("，包邮", "") }}',
    ],
)
def test_what_scripts_need_is_allowed(wording: str) -> None:
    source = compose(NAME, {"solve": wording})
    assert faults(source) == ""
    assert LIBRARY.faults(source, NAME, file="x.j2") == []


def test_the_source_extends_its_own_script_alone() -> None:
    assert "第一行要写" in faults('{% extends "base/other/unclear.j2" %}')
    assert "第一行要写" in faults("{% extends shop_name %}")
    assert "再套阶段" in faults(
        f'{{% extends "{base_of(NAME)}" %}}{{% if brief %}}{{% block todo %}}{{% endblock %}}{{% endif %}}'
    )


def test_words_are_found_wherever_they_are_written() -> None:
    source = compose(NAME, {"solve": '{% if topic == "甲" %}{{ one_of("乙", "丙") }}{% else %}丁{% endif %}'})
    tree = LIBRARY.environment.parse(source)
    assert sorted(one.text for one in literals(tree)) == ["丁", "丙", "乙"]


def test_a_diff_shows_what_changed_and_a_little_around() -> None:
    before = compose(NAME, {"solve": "\n".join(f"第{n}句" for n in range(20))})
    lines = diff(before, before.replace("第10句", "换掉"))
    assert [(line.mark, line.text) for line in lines if line.mark in "+-"] == [("-", "第10句"), ("+", "换掉")]
    assert len(lines) == 8
    assert diff(before, before) == ()


def test_no_file_lies_about_its_flow() -> None:
    flows = {path.stem for path in Path(SCRIPTS, "_flow").glob("*.j2")}
    assert {flow_of(source_of(name)) for name in EVERY} == flows
