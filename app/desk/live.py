"""Tell open pages what has just happened."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_WAITING = 200
"""Events that a page may be behind before it has to read everything anew."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that pages of a shop show at once; `resync` tells them to read everything anew."""

    name: str
    data: dict[str, Any]


class Live:
    """Hand events to every page that listens; used from the event loop only."""

    def __init__(self) -> None:
        self._listening: dict[asyncio.Queue[Event], str] = {}

    def __len__(self) -> int:
        return len(self._listening)

    def publish(self, shop: str, name: str, data: dict[str, Any]) -> None:
        """Give an event to all pages of a shop; one that is too far behind is told to read anew."""
        for queue, wanted in self._listening.items():
            if wanted != shop:
                continue
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(Event("resync", {}))
            else:
                queue.put_nowait(Event(name, data))

    async def listen(self, shop: str) -> AsyncIterator[Event]:
        """Give the events of a shop as they come; `hello` is the first, and from then on none is missed."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_WAITING)
        self._listening[queue] = shop
        try:
            yield Event("hello", {"now": datetime.now(UTC).isoformat(timespec="seconds")})
            while True:
                yield await queue.get()
        finally:
            del self._listening[queue]
