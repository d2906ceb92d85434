"""Open pages hear of their own shop, in order, and know when they missed something."""

import asyncio
from collections.abc import AsyncIterator

from app.desk import live as lives
from app.desk.live import Event, Live
from tests.desk.loops import run


async def listen(live: Live, shop: str) -> AsyncIterator[Event]:
    """Give a listener that is heard of already."""
    events = live.listen(shop)
    assert (await anext(events)).name == "hello"
    return events


def test_events_come_in_order_and_stay_in_their_shop() -> None:
    async def main() -> tuple[list[Event], Event]:
        live = Live()
        here, there = await listen(live, "demo"), await listen(live, "other")
        for at in range(3):
            live.publish("demo", "conversation", {"id": at})
        live.publish("other", "stale", {"id": "x"})
        return [await anext(here) for _ in range(3)], await anext(there)

    heard, other = run(main())
    assert heard == [Event("conversation", {"id": at}) for at in range(3)]
    assert other == Event("stale", {"id": "x"})


def test_who_leaves_is_forgotten() -> None:
    async def main() -> tuple[int, int]:
        live = Live()
        waiting = asyncio.ensure_future(anext(await listen(live, "demo")))
        await asyncio.sleep(0)
        before = len(live)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return before, len(live)

    assert run(main()) == (1, 0)


def test_who_falls_behind_reads_anew() -> None:
    async def main() -> tuple[list[Event], list[Event]]:
        live = Live()
        quick, slow = await listen(live, "demo"), await listen(live, "demo")
        seen = []
        for at in range(lives._WAITING + 1):
            live.publish("demo", "conversation", {"id": at})
            seen.append(await anext(quick))
        live.publish("demo", "conversation", {"id": "after"})
        return [await anext(slow) for _ in range(2)], seen

    late, prompt = run(main())
    assert late == [Event("resync", {}), Event("conversation", {"id": "after"})]
    assert [one.data["id"] for one in prompt] == list(range(lives._WAITING + 1))


def test_nobody_need_listen() -> None:
    live = Live()
    live.publish("demo", "conversation", {})
    assert len(live) == 0
