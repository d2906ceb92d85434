"""Intent files are read strictly: every fault is named with its file, its key and the way to mend it."""

from pathlib import Path

import pytest

from app.errors import DataError, Problem
from app.settings import Settings
from app.understand import catalogue as catalogues
from app.understand.catalogue import GROUPS, Catalogue
from tests.understand.conftest import WriteIntent, intent_yaml

GOOD = intent_yaml(["退货"])


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        catalogues.load(folder)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("content", "key", "advice"),
    [
        pytest.param(GOOD + "title: 又一个\n", "第 6 行", "键「title」写了两次，删掉一个", id="duplicate-key"),
        pytest.param(GOOD + "exmaples: [退]\n", "exmaples", "不认识这个键，检查拼写或删掉", id="unknown-key"),
        pytest.param(GOOD.replace("  - 退货\n", "  []\n"), "examples", "不能为空", id="no-examples"),
        pytest.param(GOOD.replace("  - 退货\n", ""), "examples", "应当是一个列表", id="examples-left-blank"),
        pytest.param(GOOD + '  - " "\n', "examples.1", "不能为空", id="blank-example"),
        pytest.param(GOOD + "  - [退货]\n", "examples.1", "应当是一段文字", id="nested-example"),
        pytest.param(GOOD + f"  - {'退' * 201}\n", "examples.1", "最多 200 字", id="long-example"),
        pytest.param(GOOD.replace("title: 标题\n", ""), "title", "缺这个键，请补上", id="missing-title"),
        pytest.param(GOOD.replace("reception", "presale"), "flow", "'reception'", id="unknown-flow"),
        pytest.param(GOOD + "apology: true\n", "apology", "应写 是 或 否", id="foreign-truth-value"),
        pytest.param(GOOD + "near_misses: [{text: 换货}]\n", "near_misses.0.intent", "缺这个键", id="no-aim"),
        pytest.param(
            GOOD + "near_misses: [{text: 换货, intent: swap}]\n", "near_misses", "「换货」指的意图 swap 不存在",
            id="unknown-near-miss",
        ),
        pytest.param(GOOD + "by_state: {unpaid: swap}\n", "by_state.unpaid", "意图 swap 不存在", id="unknown-target"),
        pytest.param(GOOD + "by_state: {lost: refund}\n", "by_state.lost", "'unpaid'", id="unknown-state"),
        pytest.param("examples:\n\t- 退货\n", "第 2 行", "检查缩进", id="tab"),
        pytest.param("title: [\n", "第 2 行", "YAML 读不懂", id="open-bracket"),
        pytest.param("", "", "应当是「键: 值」的形式", id="empty-file"),
        pytest.param("- 退货\n", "", "应当是「键: 值」的形式", id="list"),
        pytest.param(GOOD.encode("gb18030"), "", "请另存为 UTF-8", id="not-utf-8"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_named_with_key_and_fix(
    write_intent: WriteIntent, content: str | bytes, key: str, advice: str
) -> None:
    (problem,) = problems(write_intent("aftersales/refund", content))
    assert (problem.file, problem.key) == ("intents/aftersales/refund.yaml", key)
    assert advice in problem.message


def test_an_unknown_group_is_named_with_those_that_exist(write_intent: WriteIntent) -> None:
    (problem,) = problems(write_intent("after_sale/refund", GOOD))
    assert problem.file == "intents/after_sale/refund.yaml"
    assert "after_sale" in problem.message
    assert all(group in problem.message for group in GROUPS)


def test_one_name_in_two_groups_is_refused(write_intent: WriteIntent) -> None:
    write_intent("aftersales/refund", GOOD)
    (problem,) = problems(write_intent("order/refund", GOOD))
    assert problem.file == "intents/order/refund.yaml"
    assert "换个名字" in problem.message


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert "没有意图文件" in problem.message


def test_every_fault_of_every_file_is_collected(write_intent: WriteIntent) -> None:
    write_intent("aftersales/a", GOOD + "exmaples: []\nflwo: risk\n")
    write_intent("aftersales/b", "title: [\n")
    write_intent("aftersales/c", GOOD + "near_misses: [{text: 换货, intent: nowhere}, {text: 退, intent: a}]\n")
    folder = write_intent("nogroup/d", GOOD)
    assert [(problem.file.removeprefix("intents/"), problem.key) for problem in problems(folder)] == [
        ("aftersales/a.yaml", "exmaples"),
        ("aftersales/a.yaml", "flwo"),
        ("aftersales/b.yaml", "第 2 行"),
        ("aftersales/c.yaml", "near_misses"),
        ("nogroup/d.yaml", ""),
    ]


def test_a_broken_intent_is_not_reported_missing_by_its_neighbours(write_intent: WriteIntent) -> None:
    write_intent("aftersales/broken", "title: 缺很多\n")
    folder = write_intent("aftersales/fine", GOOD + "near_misses: [{text: 换货, intent: broken}]\n")
    assert {problem.file for problem in problems(folder)} == {"intents/aftersales/broken.yaml"}


def test_scalars_stay_text(write_intent: WriteIntent) -> None:
    folder = write_intent("chat/ack", GOOD.replace("- 退货", "- no\n  - 0123\n  - null\n  - 1.0"))
    assert catalogues.load(folder)["ack"].file.examples == ("no", "0123", "null", "1.0")


def test_lines_are_examples_and_near_misses_under_the_intent_they_name(write_intent: WriteIntent) -> None:
    write_intent("order/cancel", intent_yaml(["取消"], more="near_misses: [{text: 退了吧, intent: refund}]\n"))
    folder = write_intent(
        "aftersales/refund", intent_yaml(["退款"], more="near_misses: [{text: 取消, intent: refund}]\n")
    )
    assert sorted(catalogues.load(folder).lines()) == [("取消", "cancel"), ("退了吧", "refund"), ("退款", "refund")]


@pytest.mark.parametrize(
    ("flow", "more", "apology"),
    [
        ("reception", "", False),
        ("review", "", False),
        ("aftersales", "", True),
        ("risk", "", True),
        ("risk", "apology: 否\n", False),
        ("reception", "apology: 是\n", True),
    ],
)
def test_regret_goes_with_the_flow_unless_said_otherwise(
    write_intent: WriteIntent, flow: str, more: str, apology: bool
) -> None:
    folder = write_intent("chat/one", intent_yaml(["甲"], flow=flow, more=more))
    assert catalogues.load(folder)["one"].apology is apology


@pytest.fixture(scope="module")
def shipped(settings: Settings) -> Catalogue:
    return catalogues.load(settings.intents)


def test_risk_is_answered_first_and_a_bare_demand_after_its_cause(shipped: Catalogue) -> None:
    names = ["greeting", "ship_time_query", "exchange_request", "wrong_item", "complaint_escalation", "nowhere"]
    assert sorted(names, key=shipped.rank) == [
        "complaint_escalation", "wrong_item", "exchange_request", "ship_time_query", "greeting", "nowhere",
    ]  # fmt: skip


def test_confusable_goes_both_ways(shipped: Catalogue) -> None:
    assert shipped.confusable("exchange_request", "return_request")
    assert shipped.confusable("return_request", "exchange_request")
    assert not shipped.confusable("greeting", "invoice_request")
