"""Phrase search: a table of what agents type and the phrase that must be among the first three, and its laws."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import pipeline as pipelines
from app.desk.phrases.lines import Line, Lines
from app.desk.phrases.search import LONGEST_QUERY, Phrases
from app.errors import RequestError
from app.pipeline import Pipeline
from app.records import STATUSES
from app.settings import Settings
from app.understand.catalogue import GROUPS

NOW = datetime(2026, 11, 21, 6, 10, tzinfo=UTC)
"""Ten past two in the afternoon where the demo shop is: before its cut-off."""
WORDS = {
    "发货时间": "ship_time_query",
    "发票": "invoice_request",
    "破损": "damaged_item",
    "退差价": "price_protection",
    "运费": "shipping_fee",
    "改地址": "change_address",
    "漏发": "missing_item",
    "包邮": "shipping_fee",
    "12315": "complaint_escalation",
    "微信": "offsite_contact",
    "运费险": "return_freight",
    "丢件": "parcel_lost",
    "催发货": "urge_shipment",
    "退款": "refund_request",
    "假货": "counterfeit_claim",
    "便宜": "bargain",
    "骂": "abuse",
    "盖碗烫手": "faq/CJ001/盖碗烫手吗",
    "檢測報告": "faq//有检测报告吗",
}
OWN_WORDS = {
    "买家说东西碎了怎么回": "damaged_item",
    "客户骂人": "abuse",
    "快递好几天没动": "logistics_stalled",
    "显示签收但是没拿到": "signed_not_received",
    "嫌贵想便宜点": "bargain",
    "问是不是正品": "authenticity_query",
    "要给差评": "bad_review_threat",
    "钱什么时候退到账": "refund_progress",
    "少了一个配件": "missing_item",
    "吃了拉肚子": "adverse_reaction",
    "拍错了不想要了": "cancel_order",
    "嫌我们回得慢": "service_complaint",
    "好评有没有红包": "review_reward_query",
    "公司采购量大": "bulk_custom",
    "收到的颜色不对": "wrong_item",
    "送人能不能写卡片": "faq//能写贺卡吗",
}
INITIALS = {
    "fhsj": "ship_time_query",
    "wlbd": "logistics_stalled",
    "cp": "bad_review_threat",
    "fp": "invoice_request",
    "gdz": "change_address",
    "tk": "refund_request",
    "ps": "damaged_item",
    "cfh": "urge_shipment",
    "jtk": "refund_only",
    "tcj": "price_protection",
    "yf": "shipping_fee",
    "zp": "authenticity_query",
    "yj": "bargain",
    "hh": "exchange_request",
    "kfp": "invoice_request",
    "thyf": "return_freight",
    "zrg": "human_agent",
}
SYLLABLES = {
    "fahuo": "ship_time_query",
    "fapiao": "invoice_request",
    "tuihuo": "return_request",
    "wuliu": "logistics_stalled",
    "posun": "damaged_item",
    "kuaidi": "courier_query",
    "yunfeixian": "return_freight",
    "chaping": "bad_review_threat",
    "FaHuoSJ": "ship_time_query",
    "guzhang": "quality_defect",
    "xie xie": "thanks",
    "tuikjd": "refund_progress",
    "gai'dizhi": "change_address",
    "fa货": "ship_time_query",
}
NOT_YET = frozenset({"送人能不能写卡片", "guzhang"})
"""A stored answer is found by its characters alone, and a sound only where somebody has said just that."""
TABLE = {**WORDS, **OWN_WORDS, **INITIALS, **SYLLABLES}


@pytest.fixture(scope="module")
def phrases(pipeline: Pipeline) -> Phrases:
    return Phrases(pipeline)


def names(phrases: Phrases, query: str, **more: Any) -> list[str]:
    asked = {"shop": "demo", "status": None, "now": NOW, "limit": 12} | more
    return [one.name for one in phrases.find(query, **asked)]


@pytest.mark.parametrize(("query", "wanted"), TABLE.items(), ids=TABLE)
def test_what_is_meant_is_among_the_first_three(phrases: Phrases, query: str, wanted: str) -> None:
    assert (wanted in names(phrases, query)[:3]) is (query not in NOT_YET)


@pytest.mark.parametrize(
    ("query", "why"),
    [("破损", "名称"), ("posun", "拼音"), ("嫌贵想便宜点", "意思"), ("盖碗烫手", "问法"), ("绵竹没有的词", None)],
)
def test_a_phrase_says_what_it_was_found_by(phrases: Phrases, query: str, why: str | None) -> None:
    found = phrases.find(query, shop="demo", status=None, now=NOW, limit=1)
    assert [one.why for one in found][:1] == [why] if why else all(one.why for one in found)


def test_without_a_query_all_are_listed_by_group(phrases: Phrases, pipeline: Pipeline) -> None:
    listed = phrases.find(" ", shop="demo", status=None, now=NOW, limit=500)
    scripts = [one.name for one in listed if one.kind == "script"]
    catalogue = pipeline.knowledge.catalogue
    assert sorted(scripts) == sorted(one.name for one in catalogue)
    places = [GROUPS.index(catalogue[name].group) for name in scripts]
    assert places == sorted(places)
    answers = [one for one in listed if one.kind == "faq"]
    assert [one.text for one in answers] == [row.answer for row in pipeline.shop("demo").counter.shop.faq]
    assert {one.group for one in answers} == {"店铺问答", "商品问答"}
    assert all(bool(one.product) == (one.group == "商品问答") for one in answers)
    assert not any(one.why for one in listed)


@pytest.mark.parametrize("status", [None, *STATUSES])
def test_nothing_is_offered_that_may_not_be_sent(phrases: Phrases, pipeline: Pipeline, status: Any) -> None:
    facts = pipeline.shop("demo").counter.shop.facts
    for one in phrases.find("", shop="demo", status=status, now=NOW, limit=500):
        assert one.text
        findings = pipeline.lint(one.text, platform=facts.platform, category=facts.category)
        assert [found.rule for found in findings if found.level == "block"] == [], one.name


def test_the_words_follow_the_order(phrases: Phrases) -> None:
    told = {
        status: phrases.named(["urge_shipment"], shop="demo", status=status, now=NOW)[0].text
        for status in (None, "unshipped", "shipped")
    }
    assert len(set(told.values())) == 3
    assert "订单号" in told[None]
    assert "已经发出" in told["shipped"]


def test_no_two_results_say_the_same(phrases: Phrases) -> None:
    found = phrases.find("退货", shop="demo", status="shipped", now=NOW, limit=50)
    texts = [one.text for one in found]
    assert len(texts) == len(set(texts))


def test_the_texts_keep_up_with_the_clock(pipeline: Pipeline) -> None:
    phrases = Phrases(pipeline)

    def said(now: datetime) -> str:
        return phrases.named(["ship_time_query"], shop="demo", status=None, now=now)[0].text

    before, after = said(NOW), said(NOW + timedelta(hours=3))
    assert "今天" in before
    assert "今天来得及" not in after
    assert said(NOW) == before, "an earlier moment is answered as of that moment"


def test_names_that_are_gone_are_left_out_and_the_order_is_kept(phrases: Phrases) -> None:
    wanted = ["thanks", "no_such_intent", "faq//能写贺卡吗", "abuse", "thanks", "faq//没有这问"]
    found = phrases.named(wanted, shop="demo", status=None, now=NOW)
    assert [one.name for one in found] == ["thanks", "faq//能写贺卡吗", "abuse"]


def test_a_blocked_text_is_not_offered_and_a_changed_shop_is_read_anew(settings: Settings, home: Path) -> None:
    ours = settings.model_copy(update={"home": home})
    knowledge = pipelines.load_knowledge(ours)
    pipeline = pipelines.build(knowledge, pipelines.load_model(knowledge))
    phrases = Phrases(pipeline)
    assert names(phrases, "能写贺卡吗")[0] == "faq//能写贺卡吗"
    faq = home / "shops/demo/faq.csv"
    blocked = "可以写，加我微信发您样子。"
    faq.write_text(
        faq.read_text(encoding="utf-8").replace("可以手写一张，20字以内，您把要写的发我。", blocked), encoding="utf-8"
    )
    own = home / "shops/demo/scripts/chat/thanks.j2"
    own.parent.mkdir(parents=True)
    shutil.copy(home / "scripts_zh/chat/thanks.j2", own)
    own.write_text(
        '{% extends "base/chat/thanks.j2" %}{% block answer %}小禾谢谢您惦记。{% endblock %}', encoding="utf-8"
    )
    pipeline.reopen("demo")
    assert blocked in {row.answer for row in pipeline.shop("demo").counter.shop.faq}
    assert "faq//能写贺卡吗" not in names(phrases, "能写贺卡吗")
    assert names(phrases, "小禾谢谢您惦记")[0] == "thanks"


def test_a_query_longer_than_any_is_refused(phrases: Phrases) -> None:
    with pytest.raises(RequestError) as refused:
        names(phrases, "发" * (LONGEST_QUERY + 1))
    assert refused.value.field == "q"


def test_a_search_takes_less_than_ten_milliseconds(phrases: Phrases) -> None:
    """Take the best of five: others may be busy on this machine."""
    names(phrases, "发货")
    for query in ("发货", "运费", "快递好几天没动", "yf", "kuaidi", "f", "sh"):
        took = []
        for _ in range(5):
            begun = perf_counter()
            names(phrases, query)
            took.append(perf_counter() - begun)
        assert min(took) < 0.010, query


@given(query=st.text(max_size=LONGEST_QUERY))
def test_search_is_total_and_keeps_to_its_limit(phrases: Phrases, query: str) -> None:
    found = phrases.find(query, shop="demo", status=None, now=NOW, limit=5)
    assert len(found) <= 5


PINYIN = {"发": "fa", "货": "huo", "时": "shi", "间": "jian", "方": "fang", "案": "an"}


def lines(*texts: str) -> Lines:
    return Lines([Line(text, "title", text) for text in texts], fold=str, pinyin=PINYIN)


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("f", {"发货时间", "方案"}),
        ("fhsj", {"发货时间"}),
        ("fah", {"发货时间"}),
        ("fahuo", {"发货时间"}),
        ("fahsj", {"发货时间"}),
        ("sj", {"发货时间"}),
        ("fa", {"发货时间", "方案"}),
        ("fangan", {"方案"}),
        ("huf", set()),
        ("ahuo", set()),
        ("fjs", set()),
        ("", set()),
        ("f.*", set()),
    ],
)
def test_syllables_may_be_cut_short_but_not_begun_late(letters: str, found: set[str]) -> None:
    assert {hit.line.text for hit in lines("发货时间", "方案").sounding(letters)} == found


def test_a_hit_tells_how_much_of_the_line_it_is() -> None:
    held = {hit.line.text: hit for hit in lines("发货", "发货时间", "方案发货").holding("发货")}
    assert held["发货"].share == 1
    assert (held["发货时间"].share, held["发货时间"].leads, held["方案发货"].leads) == (0.5, True, False)
    (full,), (short,) = (list(lines("发货时间").sounding(said)) for said in ("fahuo", "fh"))
    assert (full.share, full.exact, short.share, short.exact) == (0.5, 1.0, 0.5, 0.4)
