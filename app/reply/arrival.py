"""Say how long a parcel takes: a usual range, and the dates it comes to where the day of dispatch is known."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.records import Order
from app.shop.facts import Shipping

_RANGE = re.compile(r"(\d{1,2})(?:[-~～到至—](\d{1,2}))?天")
_FRIDAY = 4


def arrival_values(shipping: Shipping, zone: ZoneInfo, now: datetime, order: Order, region: str) -> dict[str, Any]:
    """Give the usual range to the region, and its dates; nothing where the region is not served."""
    if region in shipping.not_served:
        return {"eta_text": f"{region}暂时发不到", "eta_dates": ""}
    usual = shipping.far_days if region in shipping.far else shipping.days
    return {"eta_text": f"一般{usual}", "eta_dates": _dates_text(shipping, zone, now, order, usual)}


def _dates_text(shipping: Shipping, zone: ZoneInfo, now: datetime, order: Order, usual: str) -> str:
    bounds = _RANGE.search(usual)
    today = now.astimezone(zone).date()
    if bounds is None:
        return ""
    if order.status == "shipped" and order.shipped_at:
        sent, lead = order.shipped_at.astimezone(zone).date(), ""
    elif order.status in (None, "unpaid"):
        sent = dispatch_day(shipping, now.astimezone(zone))
        lead = f"{_day_word(sent, today)}发的话"
    else:
        return ""
    first, last = sent + timedelta(days=int(bounds[1])), sent + timedelta(days=int(bounds[2] or bounds[1]))
    if first < today or (not lead and first == last == today):
        return ""
    return f"{lead}大概{_span(first, last)}"


def dispatch_day(shipping: Shipping, local: datetime) -> date:
    """Give the day on which an order paid now leaves: today before the cut-off, else the next shipping day."""
    day = local.date()
    if f"{local:%H:%M}" >= shipping.cutoff:
        day += timedelta(days=1)
    while not shipping.weekend and day.weekday() > _FRIDAY:
        day += timedelta(days=1)
    return day


def _day_word(day: date, today: date) -> str:
    return {0: "今天", 1: "明天"}.get((day - today).days, f"周{'一二三四五六日'[day.weekday()]}")


def _span(first: date, last: date) -> str:
    if first == last:
        return f"{first.day}号"
    if first.month == last.month:
        return f"{first.day}到{last.day}号"
    return f"{first.month}月{first.day}号到{last.month}月{last.day}号"


def waited(shipping: Shipping, zone: ZoneInfo, since: datetime, now: datetime) -> timedelta:
    """Count the time since as the shop's promise counts it: only on days on which it ships."""
    if shipping.weekend or now <= since:
        return now - since
    at, counted, most = since.astimezone(zone), timedelta(0), timedelta(hours=shipping.promise_hours)
    while at < now and counted <= most:
        midnight = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        if at.weekday() <= _FRIDAY:
            counted += min(midnight, now) - at
        at = midnight
    return counted
