"""Decisions: total, risk before order state before the classifier, and never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records import STATUSES, UNKNOWN, History, Order, Status
from app.reply.policy import UNCLEAR
from app.understand.tone import Alarm
from tests.reply.desk import decided, knowledge

INTENTS = sorted(intent.name for intent in knowledge().catalogue)
EAR = knowledge().ear
FOOD = EAR.alarms("吃出虫子了")
REGULATOR = EAR.alarms("我要打12315")
OFFSITE = EAR.alarms("加微信聊")
CHILD = EAR.alarms("怀孕能用不")


def heard_as(
    *intents: str, status: Status | None = None, alarms: tuple[Alarm, ...] = (), text: str = "在吗", sure: float = 0.9
) -> list[str]:
    """List the scripts that are spoken."""
    found = decided(*intents, text=text, order=Order(status), alarms=alarms, sure=sure)
    return [answer.script.split("/")[1] for answer in found.answers]


def redirections() -> list[tuple[str, Status, str]]:
    return [
        (intent.name, status, target)
        for intent in knowledge().catalogue
        for status, target in intent.file.by_state.items()
    ]


@pytest.mark.parametrize(("intent", "status", "target"), redirections())
def test_the_order_state_chooses_the_script(intent: str, status: Status, target: str) -> None:
    answer = decided(intent, order=Order(status)).answers[0]
    assert (answer.intent, answer.script) == (intent, f"{knowledge().catalogue[target].group}/{target}")


@pytest.mark.parametrize(
    ("status", "script"),
    [
        (None, "return_request"),
        ("unpaid", "cancel_order"),
        ("unshipped", "cancel_order"),
        ("shipped", "intercept_refuse"),
        ("signed", "return_request"),
    ],
)
def test_can_i_return_it_depends_on_where_it_is(status: Status | None, script: str) -> None:
    assert heard_as("return_request", status=status) == [script]


def test_two_intents_of_one_script_are_answered_once() -> None:
    assert heard_as("cancel_order", "return_request", status="unshipped") == ["cancel_order"]
    assert heard_as("cancel_order", "cancel_order") == ["cancel_order"]


@pytest.mark.parametrize(
    ("heard", "alarms", "scripts"),
    [
        (("stock_query",), FOOD, ["food_safety", "stock_query"]),
        (("urge_shipment",), REGULATOR, ["complaint_escalation", "urge_shipment"]),
        (("wrong_item", "complaint_escalation"), FOOD, ["food_safety", "complaint_escalation", "wrong_item"]),
        (("food_safety",), FOOD, ["food_safety"]),
        ((), FOOD, ["food_safety"]),
        ((UNKNOWN,), REGULATOR, ["complaint_escalation"]),
        (("stock_query",), CHILD, ["stock_query"]),
        (("stock_query",), OFFSITE, ["offsite_contact", "stock_query"]),
    ],
    ids=["food", "regulator", "before other risk", "said twice", "alone", "unknown", "a flag only", "no risk flow"],
)
def test_alarms_come_first(heard: tuple[str, ...], alarms: tuple[Alarm, ...], scripts: list[str]) -> None:
    assert heard_as(*heard, alarms=alarms) == scripts


def test_alarms_are_told_to_the_agent() -> None:
    assert [risk.name for risk in decided("stock_query", alarms=CHILD).risk] == ["涉及小孩、孕妇"]
    assert [risk.name for risk in decided(UNKNOWN, alarms=CHILD).risk] == ["涉及小孩、孕妇"]


@pytest.mark.parametrize(
    ("heard", "scripts"),
    [
        (("refund_request", "wrong_item"), ["wrong_item", "refund_request"]),
        (("refund_request", "logistics_stalled"), ["logistics_stalled", "refund_request"]),
        (("compensation_request", "damaged_item"), ["damaged_item", "compensation_request"]),
        (("price_query", "refund_request"), ["refund_request", "price_query"]),
        (("stock_query", "shipping_fee"), ["stock_query", "shipping_fee"]),
    ],
)
def test_a_demand_follows_its_cause(heard: tuple[str, ...], scripts: list[str]) -> None:
    assert heard_as(*heard) == scripts


@pytest.mark.parametrize(
    ("heard", "scripts"),
    [
        (("missing_item", "invoice_request"), ["missing_item", "invoice_request"]),
        (("urge_shipment", "change_address"), ["urge_shipment", "change_address"]),
        (("change_order", "change_address"), ["change_order", "change_address"]),
        (("refund_request", "cancel_order"), ["refund_request"]),
        (("track_parcel", "urge_delivery"), ["track_parcel"]),
        (("gift_missing", "gift_query"), ["gift_missing"]),
    ],
)
def test_an_errand_is_done_beside_a_trouble_but_no_trouble_answered_twice(
    heard: tuple[str, ...], scripts: list[str]
) -> None:
    assert heard_as(*heard, sure=0.97) == scripts
    assert len(heard_as(*heard, sure=0.9)) == 1


@pytest.mark.parametrize(
    ("heard", "scripts"),
    [
        (("greeting", "stock_query"), ["stock_query"]),
        (("thanks", "ack", "urge_shipment"), ["urge_shipment"]),
        (("greeting",), ["greeting"]),
        (("human_agent", "wrong_item"), ["wrong_item", "human_agent"]),
    ],
    ids=["greeting", "thanks and yes", "alone", "a person is a question"],
)
def test_small_talk_is_dropped_beside_a_question(heard: tuple[str, ...], scripts: list[str]) -> None:
    assert heard_as(*heard) == scripts


def test_small_talk_is_dropped_beside_an_alarm() -> None:
    assert heard_as("greeting", alarms=FOOD) == ["food_safety"]


def test_no_more_than_three_are_answered() -> None:
    assert len(heard_as("stock_query", "shipping_fee", "price_query", "gift_query", "ship_from")) == 3


@pytest.mark.parametrize(
    ("intent", "text", "status", "missing"),
    [
        ("stock_query", "还有吗", None, ["product"]),
        ("stock_query", "每日坚果还有吗", None, []),
        ("size_recommend", "穿多大", None, ["body"]),
        ("size_recommend", "160 90斤穿多大", None, []),
        ("change_address", "改地址", "unshipped", ["address"]),
        ("change_address", "改到浙江省杭州市西湖区文三路12号", "unshipped", []),
        ("urge_shipment", "快发", None, ["order_no"]),
        ("urge_shipment", "快发", "unshipped", []),
        ("urge_shipment", "快发240101-123456789012345", None, []),
        ("damaged_item", "坏了", "signed", ["photo"]),
        ("damaged_item", "坏了[图片]", "signed", []),
        ("schedule_shipment", "晚点发", "unshipped", ["date"]),
        ("schedule_shipment", "25号发", "unshipped", []),
        ("greeting", "在吗", None, []),
    ],
)
def test_a_missing_fact_is_asked_for(intent: str, text: str, status: Status | None, missing: list[str]) -> None:
    found = decided(intent, text=text, order=Order(status))
    assert [one.name for one in found.missing] == missing
    assert [one.ask for one in found.missing] == [knowledge().asks[name] for name in missing]
    assert found.kind == ("ask" if missing else "reply")


def test_the_needs_of_every_answer_are_asked_once() -> None:
    found = decided("damaged_item", "wrong_item", "stock_query")
    assert [one.name for one in found.missing] == ["photo", "product"]


def test_risk_is_handed_over_even_where_facts_are_missing() -> None:
    found = decided("stock_query", alarms=FOOD)
    assert (found.kind, found.flow) == ("hand_over", "risk")
    assert [one.name for one in found.missing] == ["photo", "product"]


def test_who_asks_for_a_person_gets_one() -> None:
    assert decided("human_agent").kind == "hand_over"


@pytest.mark.parametrize(("times", "kind"), [(0, "reply"), (1, "reply"), (2, "hand_over"), (3, "hand_over")])
def test_the_third_repeat_is_handed_over(times: int, kind: str) -> None:
    history = History(asked=(("ship_from",),) * times)
    assert decided("ship_from", history=history).kind == kind
    assert decided("shipping_fee", history=history).kind == "reply"


@pytest.mark.parametrize("heard", [(), (UNKNOWN,), ("no_such_intent",)], ids=["nothing", "unknown", "foreign model"])
@pytest.mark.parametrize("status", [None, *STATUSES])
def test_the_unknown_is_asked_about(heard: tuple[str, ...], status: Status | None) -> None:
    found = decided(*heard, order=Order(status))
    assert (found.kind, found.flow, found.authority) == ("ask", "reception", None)
    assert [(answer.intent, answer.script) for answer in found.answers] == [(UNKNOWN, UNCLEAR)]


@given(
    heard=st.lists(st.sampled_from([*INTENTS, UNKNOWN, "foreign", ""]), max_size=6),
    status=st.sampled_from([None, *STATUSES]),
    alarms=st.lists(st.sampled_from([*FOOD, *REGULATOR, *OFFSITE, *CHILD]), max_size=3),
    asked=st.lists(st.tuples(st.sampled_from(INTENTS)), max_size=6),
)
def test_every_ranking_in_every_state_is_decided(
    heard: list[str], status: Status | None, alarms: list[Alarm], asked: list[tuple[str]]
) -> None:
    found = decided(*heard, order=Order(status), alarms=alarms, history=History(asked=tuple(asked)))
    scripts = [answer.script for answer in found.answers]
    known = {f"{intent.group}/{intent.name}" for intent in knowledge().catalogue} | {UNCLEAR}
    assert 1 <= len(scripts) <= 3
    assert len(set(scripts)) == len(scripts)
    assert set(scripts) <= known
    assert found.kind in ("reply", "ask", "hand_over")
    assert [risk.name for risk in found.risk] == [alarm.risk.name for alarm in alarms]
    if any(alarm.intent and knowledge().catalogue[alarm.intent].flow == "risk" for alarm in alarms):
        assert found.kind == "hand_over"
        assert found.authority is not None
        assert found.authority.needs == "lead"
    if scripts == [UNCLEAR]:
        assert found.kind == "ask"
