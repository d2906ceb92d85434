"""A service of its own for tests of the live desk, and what it has written."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from starlette.testclient import TestClient

from app.desk.store import DeskStore
from app.desk.tables import Base
from tests.service.conftest import database

T = TypeVar("T", bound=Base)
Body = dict[str, Any]


def at(seconds: float) -> str:
    """Give a moment of today, in the shop's hours or not, as JSON."""
    return (START + timedelta(seconds=seconds)).isoformat()


START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
"""Two in the afternoon in the shop: the clock counts."""


class Desk:
    """Talk to a service and read what it has written."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client, self._folder = client, folder

    def post(self, path: str, *, status: int = 200, **fields: Any) -> Body:
        response = self.client.post(path, json=fields)
        assert response.status_code == status, response.text
        body: Body = response.json()
        return body

    def get(self, path: str, *, status: int = 200) -> Body:
        response = self.client.get(path)
        assert response.status_code == status, response.text
        body: Body = response.json()
        return body

    def say(self, text: str, seconds: float = 0, *, key: str = "c-1", **fields: Any) -> Body:
        """Post a buyer's message as of its own time."""
        when = {"at": at(seconds), "now": at(seconds)}
        return self.post("/v1/messages", conversation_id=key, text=text, **(when | fields))

    def rows(self, model: type[T]) -> Sequence[T]:
        """Read what is written once all that was queued is."""
        end = time.monotonic() + 10
        while "miaohui_writer_queue 0.0" not in self.client.get("/metrics").text:
            assert time.monotonic() < end
            time.sleep(0.01)
        store = DeskStore(database(self._folder))
        with store.read() as session:
            found = session.scalars(select(model).order_by(inspect(model).primary_key[0])).all()
        store.close()
        return found


def refused(body: Body, code: str, field: str) -> None:
    assert set(body) == {"error"}
    assert (body["error"]["code"], body["error"]["field"]) == (code, field)
    assert body["error"]["message"]
