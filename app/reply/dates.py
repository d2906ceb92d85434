"""Read the days that buyers name and write the spans that agents say."""

import re
from datetime import date, datetime, timedelta

_WEEKDAYS = {name: day for day, names in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for name in names}
_NEAR = {"今天": 0, "今晚": 0, "今早": 0, "明天": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3}
_MONTH_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?")
_DAY = re.compile(r"(下个?月)?(\d{1,2})[日号]")
_WEEKDAY = re.compile(r"(下{0,2})个?(?:周|星期|礼拜)([一二三四五六日天])")
_HOURS_SHOWN = 72


def resolve(text: str, today: date) -> date | None:
    """Give the coming day that `text` names (明天, 周五, 下周五, 25号, 12月3日); None where it names none."""
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    try:
        if match := _MONTH_DAY.fullmatch(text):
            year = int(match[1]) if match[1] else today.year
            day = date(year, int(match[2]), int(match[3]))
            return day if match[1] or day >= today else day.replace(year=year + 1)
        if match := _DAY.fullmatch(text):
            return _coming(int(match[2]), today, next_month=bool(match[1]))
    except ValueError:
        return None
    if match := _WEEKDAY.fullmatch(text):
        ahead = _WEEKDAYS[match[2]] - today.weekday()
        return today + timedelta(days=ahead + 7 * len(match[1]) if match[1] else ahead % 7)
    return None


def _coming(day: int, today: date, *, next_month: bool) -> date:
    if day >= today.day and not next_month:
        return today.replace(day=day)
    after = today.replace(day=28) + timedelta(days=7)
    return after.replace(day=day)


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago in whole hours, or in whole days from the fourth day on; "" within the hour."""
    hours = int((now - then).total_seconds() // 3600)
    if hours < 1:
        return ""
    return f"{hours}小时" if hours < _HOURS_SHOWN else f"{hours // 24}天"


def clock_words(clock: str) -> str:
    """Write 16:00 as 16点 and 16:30 as 16点30分."""
    hour, minute = clock.split(":")[:2]
    return f"{int(hour)}点" if minute == "00" else f"{int(hour)}点{minute}分"
