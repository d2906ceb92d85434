"""Days that buyers name are read or left alone; spans are told in whole hours and days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reply.dates import ago, clock_words, resolve

SATURDAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("今天", SATURDAY, date(2026, 11, 21)),
        ("今晚", SATURDAY, date(2026, 11, 21)),
        ("明天", SATURDAY, date(2026, 11, 22)),
        ("后天", SATURDAY, date(2026, 11, 23)),
        ("大后天", SATURDAY, date(2026, 11, 24)),
        ("明早", date(2026, 12, 31), date(2027, 1, 1)),
        ("周六", SATURDAY, SATURDAY),
        ("周日", SATURDAY, date(2026, 11, 22)),
        ("星期天", SATURDAY, date(2026, 11, 22)),
        ("周五", SATURDAY, date(2026, 11, 27)),
        ("礼拜一", SATURDAY, date(2026, 11, 23)),
        ("下周一", SATURDAY, date(2026, 11, 23)),
        ("下周六", SATURDAY, date(2026, 11, 28)),
        ("下周五", date(2026, 11, 23), date(2026, 12, 4)),
        ("下个星期三", date(2026, 11, 22), date(2026, 11, 25)),
        ("下下周三", SATURDAY, date(2026, 12, 2)),
        ("21号", SATURDAY, SATURDAY),
        ("25号", SATURDAY, date(2026, 11, 25)),
        ("3日", SATURDAY, date(2026, 12, 3)),
        ("20号", SATURDAY, date(2026, 12, 20)),
        ("下个月25号", SATURDAY, date(2026, 12, 25)),
        ("下月3号", date(2026, 12, 1), date(2027, 1, 3)),
        ("3号", date(2026, 12, 31), date(2027, 1, 3)),
        ("31号", date(2026, 12, 31), date(2026, 12, 31)),
        ("31号", date(2026, 11, 21), None),
        ("30号", date(2027, 1, 31), None),
        ("29号", date(2028, 1, 31), date(2028, 2, 29)),
        ("12月3日", SATURDAY, date(2026, 12, 3)),
        ("12月3号", date(2026, 12, 3), date(2026, 12, 3)),
        ("12月3", date(2026, 12, 4), date(2027, 12, 3)),
        ("1/5", SATURDAY, date(2027, 1, 5)),
        ("2026-11-20", SATURDAY, date(2026, 11, 20)),
        ("2027年1月5日", SATURDAY, date(2027, 1, 5)),
        ("2月29日", SATURDAY, None),
        ("2月29日", date(2028, 1, 1), date(2028, 2, 29)),
        ("2月29日", date(2028, 3, 1), None),
        ("13月1日", SATURDAY, None),
        ("0号", SATURDAY, None),
        ("32号", SATURDAY, None),
        ("昨天", SATURDAY, None),
        ("周末", SATURDAY, None),
        ("月底", SATURDAY, None),
        ("", SATURDAY, None),
    ],
)
def test_a_named_day_is_the_coming_one(text: str, today: date, day: date | None) -> None:
    assert resolve(text, today) == day


@given(day=DAYS, number=st.integers(0, 99), month=st.integers(0, 19), weekday=st.sampled_from("一二三四五六日天"))
def test_a_day_without_a_year_never_lies_behind(day: date, number: int, month: int, weekday: str) -> None:
    for text in (f"{number}号", f"{month}月{number}日", f"下个月{number}号", f"周{weekday}", f"下周{weekday}"):
        found = resolve(text, day)
        assert found is None or day <= found <= day + timedelta(days=366)


@given(day=DAYS, weekday=st.sampled_from("一二三四五六日"))
def test_next_week_is_the_week_after_this_one(day: date, weekday: str) -> None:
    found = resolve(f"下周{weekday}", day)
    assert found is not None
    assert found.isocalendar()[:2] == (day + timedelta(days=7)).isocalendar()[:2]
    assert found.weekday() == "一二三四五六日".index(weekday)


@given(text=st.text("0123456789年月日号周星期礼拜下个一五天-/. 明", max_size=12) | st.text(max_size=12), day=DAYS)
def test_resolve_is_total(text: str, day: date) -> None:
    found = resolve(text, day)
    assert found is None or type(found) is date


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-60, ""),
        (0, ""),
        (59, ""),
        (60, "1小时"),
        (119, "1小时"),
        (48 * 60, "48小时"),
        (72 * 60 - 1, "71小时"),
        (72 * 60, "3天"),
        (96 * 60 - 1, "3天"),
        (240 * 60, "10天"),
    ],
)
def test_ago_counts_whole_hours_then_whole_days(minutes: int, words: str) -> None:
    assert ago(NOW - timedelta(minutes=minutes), NOW) == words


@given(then=st.datetimes(timezones=st.just(UTC)), now=st.datetimes(timezones=st.just(UTC)))
def test_ago_is_total(then: datetime, now: datetime) -> None:
    words = ago(then, now)
    assert words == "" or words.removesuffix("小时").removesuffix("天").isdigit()


@pytest.mark.parametrize(
    ("clock", "words"),
    [("16:00", "16点"), ("08:00", "8点"), ("16:30", "16点30分"), ("08:05", "8点05分"), ("00:00", "0点")],
)
def test_clock_words(clock: str, words: str) -> None:
    assert clock_words(clock) == words
