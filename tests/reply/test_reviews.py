"""Replies to public reviews: the text decides the cause, the stars the kind, and every draft may be sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.check import check
from app.errors import DataError, RequestError
from app.reply import ratings
from app.reply.reviews import LONGEST, REVIEW_STYLES, Review, Reviewer, ReviewReply, ReviewStyle
from app.review_desk import open_reviewer, reviewer
from app.settings import HOME, Settings
from app.strict_yaml import load_file
from tests.reply.desk import demo_desk, knowledge

NOW = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
SHORTEST = 20
CASES = load_file(HOME / "tests" / "golden_reviews" / "cases.yaml", root=HOME)
FILE = knowledge().ratings.causes.file
STARS = range(1, 6)
SUSPICION = ("恶意", "敲诈", "同行", "职业", "威胁", "要挟", "申诉", "证据")
RATING = ("评价", "好评", "差评", "追评", "星", "改评", "删评", "评分")


@cache
def desk(*, plea: bool = True) -> Reviewer:
    """Give the demo shop's reviewer, with or without the style that a shop must switch on."""
    made = reviewer(knowledge(), demo_desk())
    return replace(made, shop=replace(made.shop, facts=made.shop.facts.model_copy(update={"review_plea": plea})))


def answered(text: str, rating: int, *, style: ReviewStyle | None = None, **more: object) -> ReviewReply:
    return desk()(replace(Review(rating, text, NOW), **more), style)  # type: ignore[arg-type]


def clean(reply: ReviewReply, *, buyer: str = "") -> None:
    """Check what holds for every reply."""
    for draft in reply.drafts:
        assert not draft.findings, (draft, buyer)
        assert draft.sendable
        assert SHORTEST <= len(draft.text) <= LONGEST, (len(draft.text), draft.text)
        assert draft.text == "".join(segment.text for segment in draft.segments)
        assert not [word for word in (*SUSPICION, *RATING) if word in draft.text], draft.text
        assert not any(char.isdigit() for char in draft.text), draft.text
        assert "。。" not in draft.text
        assert "，。" not in draft.text


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rating']} {case['text']}" for case in CASES])
def test_golden(case: dict[str, object]) -> None:
    reply = answered(str(case["text"]), int(str(case["rating"])))
    assert {draft.style: draft.text for draft in reply.drafts} == case["texts"]
    assert (reply.kind, [cause.name for cause in reply.causes]) == (case["kind"], case["causes"])
    clean(reply)


def test_golden_cases_cover_every_class_kind_and_cause() -> None:
    kinds = {case["kind"] for case in CASES}
    causes = {name for case in CASES for name in case["causes"]}
    assert kinds == {"bad", "neutral", "good", "follow_up", "suspected"}
    assert causes >= FILE.causes.keys() | {"malicious", "follow_up"}


@pytest.mark.parametrize("name", FILE.causes)
def test_every_word_leads_to_its_cause_and_to_clean_drafts(name: str) -> None:
    for word in FILE.causes[name].words:
        reply = answered(word, 2)
        assert name in [cause.name for cause in reply.causes], word
        clean(reply, buyer=word)
    for rating in STARS:
        for style in REVIEW_STYLES:
            for follow_up in (False, True):
                clean(answered(FILE.causes[name].words[0], rating, style=style, follow_up=follow_up))


@pytest.mark.parametrize("name", [name for name, cause in FILE.causes.items() if cause.praise])
def test_praise_is_thanked_for_by_name(name: str) -> None:
    for word in FILE.causes[name].praise:
        reply = answered(word, 5)
        assert name in [cause.name for cause in reply.praise], word
        assert not reply.causes, word
        assert all(knowledge().ratings.wordings[name].praise in draft.text for draft in reply.drafts), word
        clean(reply, buyer=word)


@pytest.mark.parametrize("pair", [(a, b) for a in FILE.causes for b in FILE.causes if a < b], ids="-".join)
def test_two_causes_fit_in_one_reply(pair: Sequence[str]) -> None:
    text = "，".join(FILE.causes[name].words[0] for name in pair) + "，福鼎老白茶"
    for rating in (1, 3, 5):
        clean(answered(text, rating))
        clean(answered(text, rating, follow_up=True))


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [word for cause in FILE.causes.values() for word in (*cause.words, *cause.praise)]
            + [word for signal in FILE.signals.values() for word in signal.words]
            + [
                "不",
                "没有",
                "，",
                "！",
                "我",
                "住院",
                "每日坚果",
                "13812345678",
                "{{7*7}}",
                "微信 abc123",
                "你",
                "退款就改",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@given(text=TEXTS, rating=st.integers(1, 5), follow_up=st.booleans(), traits=st.lists(st.text(max_size=5), max_size=2))
def test_any_review_gets_clean_drafts(text: str, rating: int, follow_up: bool, traits: list[str]) -> None:
    reply = answered(text, rating, follow_up=follow_up, traits=tuple(traits))
    assert reply.drafts
    clean(reply, buyer=text)
    for cause in (*reply.causes, *reply.praise):
        assert all(word in text for word in cause.words)


NEGATED = {
    "没有异味": ([], ["smell"]),
    "不太好用": (["unusable"], []),
    "质量不是很好，不好吃": (["taste"], []),
    "没破损": ([], ["damaged"]),
    "还没用": ([], []),
}


@pytest.mark.parametrize(("text", "expected"), NEGATED.items(), ids=NEGATED.keys())
def test_a_negation_turns_a_word_round(text: str, expected: tuple[list[str], list[str]]) -> None:
    reply = answered(text, 5)
    troubles = [cause.name for cause in reply.causes]
    assert set(expected[0]) <= set(troubles)
    assert bool(expected[0]) == bool(troubles)
    assert [cause.name for cause in reply.praise] == expected[1]


def test_five_stars_with_an_angry_text_are_answered_as_a_trouble() -> None:
    reply = answered("垃圾！碎了一半，客服不理", 5)
    assert reply.kind == "good"
    assert [cause.dsr for cause in reply.causes] == ["商品", "客服服务"]
    assert reply.flags[0].words == ("碎了", "客服不理")
    assert all("核对" in draft.text for draft in reply.drafts)


def test_one_star_with_praise_is_apologised_for_and_flagged() -> None:
    reply = answered("质量很好，很喜欢", 1)
    assert reply.kind == "bad"
    assert [flag.title for flag in reply.flags] == ["星级和文字不一致"]
    assert all("哪里不合适" in draft.text for draft in reply.drafts)


@pytest.mark.parametrize("text", ["", " \n", "！！！", "😡", "\u200b", "系统默认好评"])
def test_a_review_of_nothing_gets_a_short_reply(text: str) -> None:
    for rating in STARS:
        reply = answered(text, rating)
        assert not reply.flags
        clean(reply)
        official, friend = reply.drafts[:2]
        assert max(len(official.text), len(friend.text)) <= 50


def test_a_bad_review_has_six_steps_with_the_shops_times() -> None:
    reply = answered("碎了", 1)
    steps = [step.what.split("：")[0] for step in reply.plan]
    assert steps == ["快速反应", "联系买家", "了解情况", "及时道歉", "寻求办法", "跟踪落实"]
    hours = [(step.at - NOW) / timedelta(hours=1) for step in reply.plan]
    assert hours == [0.5, 0.5, 4, 4, 24, 48]
    assert len(answered("给钱就删", 1).plan) == len(answered("追评：坏了", 2).plan) == 6
    assert not answered("很好", 5).plan


SUSPECTED = {
    "a demand alone": ("给钱就改", 1, (), True),
    "two traits": ("东西不好", 2, ("bad_review_habit", "silent_order"), True),
    "a trait and a call to others": ("大家别买", 1, ("new_account",), True),
    "one trait": ("东西不好", 1, ("bad_review_habit",), False),
    "the same trait twice": ("东西不好", 1, ("no_reply", "no_reply"), False),
    "unknown traits": ("东西不好", 1, ("tall", "short"), False),
    "five stars": ("给钱就改", 5, (), False),
    "an honest complaint about a reward": ("好评返现没给，客服打电话让我改评价", 1, (), False),
}


@pytest.mark.parametrize(("text", "rating", "traits", "suspected"), SUSPECTED.values(), ids=SUSPECTED.keys())
def test_suspicion_needs_two_points(text: str, rating: int, traits: tuple[str, ...], suspected: bool) -> None:
    reply = answered(text, rating, traits=traits)
    assert (reply.kind == "suspected") is suspected
    assert any(flag.keep for flag in reply.flags) is suspected
    assert ("恶意评价" in [cause.dsr for cause in reply.causes]) is suspected
    clean(reply)


def test_a_plea_is_the_shops_choice_and_never_asks_for_another_rating() -> None:
    bad = Review(1, "衣服起球", NOW)
    assert [draft.style for draft in desk(plea=False)(bad).drafts] == ["official", "friend"]
    with pytest.raises(RequestError, match="review_plea: 是") as refused:
        desk(plea=False)(bad, "plea")
    assert (refused.value.code, refused.value.field) == ("style_off", "style")
    (draft,) = desk()(bad, "plea").drafts
    assert "再给我们一次做好的机会" in draft.text
    for text in ("发霉了", "给钱就删"):
        assert [one.style for one in answered(text, 1).drafts] == ["official", "friend"]
        assert "机会" not in answered(text, 1, style="plea").drafts[0].text


def test_the_product_is_named_where_it_is_known() -> None:
    assert "每日坚果" in answered("太甜", 1, product="LS001").drafts[0].text
    assert "每日坚果" in answered("每日坚果太甜", 1).drafts[0].text


def test_grave_matters_are_taken_in_without_a_conclusion() -> None:
    for text in ("过敏了", "有虫", "假货"):
        reply = answered(f"发货慢，{text}", 1)
        assert reply.causes[0].dsr == "商品"
        assert reply.flags[0].title == "安全与真假"
        assert all("核实" in draft.text for draft in reply.drafts)


def test_a_text_longer_than_any_review_is_refused() -> None:
    with pytest.raises(RequestError, match="最多 2000 字"):
        answered("好" * 2001, 1)


def test_the_same_review_gets_the_same_reply() -> None:
    assert answered("碎了", 1) == answered("碎了", 1)
    assert open_reviewer(Settings(), "demo")(Review(1, "碎了", NOW)) == desk(plea=False)(Review(1, "碎了", NOW))


BROKEN = {
    "cause without wording": ("scripts_zh/ratings.yaml", "\nwrong:", "\nwrung:", "wrong: 缺这个原因的说法"),
    "wording too long": ("scripts_zh/ratings.yaml", "named: 少件", "named: 少件漏件还有缺这缺那的", "named: 太长"),
    "unknown class": ("lexicon_zh/causes.yaml", "class: 快递", "class: 邮差", "只能写"),
    "no fallback": ("lexicon_zh/causes.yaml", "  other:\n", "  others:\n", "causes.other: 缺这个原因"),
    "unknown variable": ("scripts_zh/ratings/bad.j2", "{{ hurt }}", "{{ courier }}", "ratings/bad.j2: courier"),
    "unknown stage": ("scripts_zh/ratings/bad.j2", "block explain", "block solve", "没有阶段 solve"),
    "another flow": ("scripts_zh/ratings/good.j2", "_flow/review.j2", "_flow/risk.j2", "继承的是 risk"),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_check_finds_what_is_wrong(home: Path, file: str, old: str, new: str, message: str) -> None:
    path = home / file
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")
    assert any(message in str(problem) for problem in check(Settings(home=home)))


def test_check_misses_a_kind_without_script(home: Path) -> None:
    (home / "scripts_zh/ratings/bad.j2").rename(home / "scripts_zh/ratings/worse.j2")
    problems = {str(problem) for problem in check(Settings(home=home))}
    assert "scripts_zh/ratings/bad.j2: 这种评价还没有脚本" in problems
    assert "scripts_zh/ratings/worse.j2: 没有这种评价，删掉或改名" in problems


def test_wordings_that_are_no_table_are_refused(home: Path) -> None:
    (home / "scripts_zh/ratings.yaml").write_text("- a", encoding="utf-8")
    with pytest.raises(DataError, match=r"ratings\.yaml"):
        ratings.load(home / "lexicon_zh", home / "scripts_zh")
