"""The platform's clock: how long the buyer has waited, when it counts, and what goes out first when time is short."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outgoing import Clock, Draft, Finding
from app.pipeline import Pipeline
from app.records import STYLES, Message, Turn
from app.reply.clock import paced, waiting
from app.shop.facts import ReplyClock
from tests.reply.desk import NOW

ZONE = ZoneInfo("Asia/Shanghai")
DAY = ReplyClock(limit_s=180, opens="08:00", closes="23:00")
NIGHT = ReplyClock(limit_s=180, opens="20:00", closes="02:00")
ALWAYS = ReplyClock(limit_s=180, opens="00:00", closes="00:00")
BLOCK = Finding("L01", "block", (0, 1), "不能说")


def at(clock: str, day: int = 21) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day}T{clock}+08:00")


def timed(limits: ReplyClock, *moments: datetime, now: datetime) -> Clock:
    found = waiting([Turn("buyer", "在吗", moment) for moment in moments], now, limits, ZONE)
    assert found is not None
    return found


def test_the_oldest_unanswered_message_is_timed() -> None:
    found = timed(DAY, at("14:00:00"), at("14:01:30"), now=at("14:02:00"))
    assert found == Clock(120, 180, at("14:03:00"), counts=True)


@pytest.mark.parametrize(
    ("limits", "since", "counts", "due"),
    [
        (DAY, at("08:00:00"), True, at("08:03:00")),
        (DAY, at("22:59:59"), True, at("23:02:59")),
        (DAY, at("23:00:00"), False, at("08:03:00", 22)),
        (DAY, at("07:59:59"), False, at("08:03:00")),
        (NIGHT, at("01:59:00"), True, at("02:02:00")),
        (NIGHT, at("21:00:00"), True, at("21:03:00")),
        (NIGHT, at("03:00:00"), False, at("20:03:00")),
        (ALWAYS, at("03:00:00"), True, at("03:03:00")),
    ],
)
def test_only_the_hours_of_the_shop_count(limits: ReplyClock, since: datetime, counts: bool, due: datetime) -> None:
    found = timed(limits, since, now=since)
    assert (found.counts, found.due_at) == (counts, due)


def test_other_zones_are_read_in_the_shops() -> None:
    found = timed(DAY, datetime.fromisoformat("2026-11-21T00:30:00+00:00"), now=at("08:31:00"))
    assert (found.counts, found.waited_s) == (True, 60)


@pytest.mark.parametrize("run", [(), (Turn("buyer", "在吗"),)], ids=["nobody", "no time"])
def test_no_time_no_clock(run: tuple[Turn, ...]) -> None:
    assert waiting(run, NOW, DAY, ZONE) is None


def test_no_limit_no_clock() -> None:
    assert waiting([Turn("buyer", "在吗", NOW)], NOW, DAY.model_copy(update={"limit_s": 0}), ZONE) is None


def test_a_clock_that_runs_ahead_waits_nothing() -> None:
    assert timed(DAY, at("14:05:00"), now=at("14:00:00")).waited_s == 0


@pytest.mark.parametrize(("waited", "urgent"), [(119, False), (120, True), (400, True)])
def test_two_thirds_of_the_limit_are_urgent(waited: int, urgent: bool) -> None:
    assert Clock(waited, 180, NOW, counts=True).urgent is urgent
    assert not Clock(waited, 180, NOW, counts=False).urgent


drafts = st.lists(
    st.builds(
        Draft,
        st.sampled_from(STYLES),
        st.text("好的您说", min_size=1, max_size=9),
        st.just(()),
        st.sampled_from([(), ("日期",)]),
        st.sampled_from([(), (BLOCK,)]),
    ),
    max_size=3,
)


@given(drafts, st.integers(0, 400), st.booleans())
def test_a_draft_that_cannot_be_sent_is_never_first_when_time_is_short(
    offered: list[Draft], waited: int, counts: bool
) -> None:
    clock = Clock(waited, 180, NOW, counts)
    found = paced(offered, clock)
    assert sorted(map(repr, found)) == sorted(map(repr, offered))
    if not clock.urgent:
        assert found == tuple(offered) == paced(offered, None)
        return
    assert [one.sendable for one in found] == sorted((one.sendable for one in offered), reverse=True)
    for one, other in pairwise(found):
        assert one.sendable != other.sendable or len(one.text) <= len(other.text)


@given(st.sampled_from(["怎么还没发货", "收到碎了", "在吗", "给500我就不举报你"]), st.integers(0, 7200))
def test_the_same_input_gets_the_same_reply(pipeline: Pipeline, text: str, waited: int) -> None:
    message = Message((Turn("buyer", text, NOW - timedelta(seconds=waited)),), NOW)
    first, second = (pipeline.reply(message, shop="demo") for _ in range(2))
    assert first == second
    assert first.clock is not None
    assert first.clock.waited_s == waited
    unhurried = pipeline.reply(Message((Turn("buyer", text, NOW),), NOW), shop="demo")
    assert {one.text for one in first.drafts} == {one.text for one in unhurried.drafts}
