"""Open pages hear of their own shop at once, and shops never of each other."""

import http.client
import json
import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import pipeline as pipelines
from app.desk.tables import Conversation
from app.pipeline import Pipeline
from app.service.web import create_app
from app.settings import Settings
from tests.service.conftest import database, served
from tests.service.live import Body, Desk


@pytest.fixture
def two_shops(home: Path, pipeline: Pipeline) -> Pipeline:
    """Give a pipeline that has a second shop."""
    shutil.copytree(home / "shops" / "demo", home / "shops" / "second")
    knowledge = replace(pipeline.knowledge, settings=Settings(home=home))
    return pipelines.build(knowledge, pipeline.classifier.artefact)


def test_shops_have_their_own_conversations(two_shops: Pipeline, tmp_path: Path) -> None:
    now, shops = datetime.now(UTC).isoformat(), ("demo", "second")
    with TestClient(create_app(two_shops, database=database(tmp_path))) as client:
        desk = Desk(client, tmp_path)
        for shop in shops:
            desk.post("/v1/messages", shop=shop, conversation_id="c-1", text=f"这里是{shop}，几点发货", at=now)
        for shop in shops:
            (line,) = desk.get(f"/v1/conversations?shop={shop}")["conversations"]
            assert shop in line["last"]["text"]
            assert shop in desk.get(f"/v1/conversations/c-1?shop={shop}")["turns"][0]["text"]
        assert [one.shop for one in desk.rows(Conversation)] == list(shops)


class Listener:
    """Hear the live events of a shop."""

    def __init__(self, address: str, shop: str) -> None:
        self.heard: Queue[tuple[float, str, Body]] = Queue()
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
        self._connection.request("GET", f"/v1/events?shop={shop}")
        self._response = self._connection.getresponse()
        assert self._response.headers["content-type"].startswith("text/event-stream")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self.next()[1] == "hello"

    def _read(self) -> None:
        event = ""
        try:
            while line := self._response.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    self.heard.put((time.monotonic(), event, json.loads(value)))
        except (OSError, ValueError, AttributeError):
            return  # the connection was closed under it

    def next(self) -> tuple[float, str, Body]:
        return self.heard.get(timeout=10)

    def close(self) -> None:
        self._connection.sock.shutdown(2)
        self._thread.join(5)
        self._response.close()
        self._connection.close()


def tell(address: str, path: str, **fields: Any) -> Body:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("POST", path, json.dumps(fields), {"Content-Type": "application/json"})
    response = connection.getresponse()
    body: Body = json.loads(response.read())
    connection.close()
    assert response.status == 200, body
    return body


def listeners(address: str) -> str:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return next(line.split()[1] for line in text.splitlines() if line.startswith("miaohui_sse_listeners "))


def test_open_pages_hear_within_a_second_and_of_their_own_shop(two_shops: Pipeline, tmp_path: Path) -> None:
    here, there = "demo", "second"
    with served(two_shops, tmp_path) as address:
        ours, theirs = Listener(address, here), Listener(address, there)
        assert listeners(address) == "2.0"
        posted = time.monotonic()
        first = tell(address, "/v1/messages", shop=here, conversation_id="c-1", message_id="1", text="在吗")
        when, name, data = ours.next()
        assert when - posted < 1
        assert (name, data) == ("conversation", first["conversation"])
        posted = time.monotonic()
        second = tell(address, "/v1/messages", shop=here, conversation_id="c-1", message_id="2", text="坚果碎了")
        heard = [ours.next() for _ in range(2)]
        assert max(when for when, _, _ in heard) - posted < 1
        assert [name for _, name, _ in heard] == ["stale", "conversation"]
        assert heard[0][2] == {"conversation_id": "c-1", "draft_ids": [first["reply"]["id"]]}
        assert heard[1][2] == second["conversation"]
        tell(address, "/v1/outcomes", draft_id=second["reply"]["id"], style="brief", outcome="copied")
        assert ours.next()[2]["waiting_since"] is None
        tell(address, "/v1/drafts", shop=here, conversation_id="of-a-client", text="在吗")
        tell(address, "/v1/messages", shop=there, conversation_id="c-9", text="在吗")
        assert theirs.next()[2]["id"] == "c-9"
        with pytest.raises(Empty):
            ours.heard.get(timeout=0.2)
        ours.close()
        theirs.close()
        end = time.monotonic() + 20
        while listeners(address) != "0.0":
            assert time.monotonic() < end, "who left is still spoken to"
            time.sleep(0.05)
