"""Watch the platform's clock: how long the buyer has waited, and which draft goes out first when time is short."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

from app.outgoing import Clock, Draft
from app.records import STYLES, Turn
from app.shop.facts import ReplyClock


def waiting(run: Sequence[Turn], now: datetime, limits: ReplyClock, zone: tzinfo) -> Clock | None:
    """Time the oldest unanswered message of `run`; None where no time is told or the platform sets no limit.

    A message outside the hours that count is due as if it had come at the next opening.
    """
    since = next((turn.at for turn in run if turn.at is not None), None)
    if since is None or not limits.limit_s:
        return None
    local = since.astimezone(zone)
    counts = _counts(local.time(), limits)
    start = local if counts else _opening(local, limits)
    waited = max(int((now - since).total_seconds()), 0)
    return Clock(waited, limits.limit_s, start + timedelta(seconds=limits.limit_s), counts)


def paced(drafts: Sequence[Draft], clock: Clock | None) -> tuple[Draft, ...]:
    """Put the shortest draft that can be sent first where the time is nearly up; else keep the usual order."""
    if clock is None or not clock.urgent:
        return tuple(drafts)
    return tuple(sorted(drafts, key=lambda one: (not one.sendable, len(one.text), STYLES.index(one.style))))


def _counts(clock: time, limits: ReplyClock) -> bool:
    """Tell whether the hour counts; equal ends mean all day, a late opening and early close run over midnight."""
    opens, closes = time.fromisoformat(limits.opens), time.fromisoformat(limits.closes)
    if opens < closes:
        return opens <= clock < closes
    return opens == closes or clock >= opens or clock < closes


def _opening(local: datetime, limits: ReplyClock) -> datetime:
    opens = time.fromisoformat(limits.opens)
    start = local.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)
    return start if start > local else start + timedelta(days=1)
