"""A running service changes to the version in use without dropping a request, and keeps the old one where it cannot."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import pipeline as pipelines
from app.models import Store
from app.pipeline import Pipeline
from app.service import swap
from app.service.swap import ModelWatch
from app.service.web import create_app
from app.settings import Settings
from app.understand.artefact import Artefact
from app.understand.train import train
from tests.service.conftest import served

ROWS = [
    *((text, "ship_time_query") for text in ("几点发货", "什么时候发货", "多久发出来", "今天能发货吗", "发货了没有")),
    *((text, "invoice_request") for text in ("能开发票吗", "发票怎么开", "给开个票", "有发票吗", "电子发票发我")),
]
_PATIENCE = 20


@pytest.fixture(scope="module")
def small(pipeline: Pipeline) -> Artefact:
    return train(ROWS, pipeline.knowledge.reader, data_hash="small")


@pytest.fixture
def store(home: Path, pipeline: Pipeline) -> Store:
    """Give a store whose only version is the shipped model."""
    (home / "models").unlink()
    store = Store(home / "models")
    store.promote(store.add(pipeline.classifier.artefact))
    return store


@pytest.fixture
def running(home: Path, store: Store, pipeline: Pipeline) -> Pipeline:
    """Give a pipeline of its own whose model may be swapped."""
    knowledge = replace(pipeline.knowledge, settings=Settings(home=home))
    return pipelines.build(knowledge, store.load(store.in_use()))


def until(look: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + _PATIENCE
    while not look():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def ready(client: TestClient) -> dict[str, Any]:
    model: dict[str, Any] = client.get("/readyz").json()["model"]
    return model


class Asking:
    """Ask the service again and again from several threads, and keep every answer."""

    def __init__(self, address: str, threads: int = 4) -> None:
        self.answers: list[tuple[int, str]] = []
        self.broken: list[Exception] = []
        self._place = address.removeprefix("http://")
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(self._place, timeout=_PATIENCE)
        try:
            while not self._done.is_set():
                connection.request(
                    "POST", "/v1/drafts", json.dumps({"text": "几点发货"}), {"Content-Type": "application/json"}
                )
                response = connection.getresponse()
                self.answers.append((response.status, json.loads(response.read())["intents"][0]["name"]))
        except (OSError, http.client.HTTPException, LookupError, ValueError) as error:
            self.broken.append(error)
        finally:
            connection.close()

    def __enter__(self) -> "Asking":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(_PATIENCE)


def test_requests_go_on_while_the_model_changes(
    running: Pipeline, store: Store, small: Artefact, tmp_path: Path
) -> None:
    old = running.classifier
    with served(running, tmp_path) as address, Asking(address) as asking:
        until(lambda: len(asking.answers) > 20)
        store.promote(store.add(small))
        until(lambda: running.classifier is not old)
        asked = len(asking.answers)
        until(lambda: len(asking.answers) > asked + 20)
    assert asking.broken == []
    assert set(asking.answers) == {(200, "ship_time_query")}
    assert running.classifier.artefact.labels == ("invoice_request", "ship_time_query")


@pytest.fixture
def client(running: Pipeline, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Give a client of a service that looks on every request."""
    monkeypatch.setattr(swap, "_LOOK_SECONDS", 0.0)
    return TestClient(create_app(running))


def test_the_service_says_which_version_answers(client: TestClient, store: Store, small: Artefact) -> None:
    first = store.current()
    assert (ready(client)["version"], ready(client)["problem"]) == (first, "")
    second = store.add(small)
    assert ready(client)["version"] == first
    store.promote(second)
    until(lambda: ready(client)["version"] == second)
    assert ready(client)["intents"] == 2
    store.rollback()
    until(lambda: ready(client)["version"] == first)
    assert ready(client)["intents"] > 50


def damage(store: Store, version: str) -> None:
    (store.folder / version / "weights.npz").write_bytes(b"PK")


def forget(store: Store, _version: str) -> None:
    (store.folder / "current").unlink()


@pytest.mark.parametrize(("spoil", "words"), [(damage, "校验值不符"), (forget, "还没有模型")])
def test_a_model_that_cannot_be_read_leaves_the_old_one(
    client: TestClient, store: Store, small: Artefact, spoil: Callable[[Store, str], None], words: str
) -> None:
    first, second = store.current(), store.add(small)
    store.promote(second)
    spoil(store, second)
    until(lambda: ready(client)["problem"] != "")
    body = client.get("/readyz")
    assert body.status_code == 200
    assert body.json()["model"]["version"] == first
    assert words in body.json()["model"]["problem"]
    assert str(store.folder) not in body.text
    assert client.post("/v1/drafts", json={"text": "几点发货"}).status_code == 200
    store.promote(first)
    until(lambda: ready(client)["problem"] == "")


def test_intents_without_scripts_wait_for_a_restart(client: TestClient, store: Store, small: Artefact) -> None:
    version = store.add(replace(small, labels=("invoice_request", "not_read_yet")))
    store.promote(version)
    until(lambda: "not_read_yet" in ready(client)["problem"])
    assert version in ready(client)["problem"]
    assert ready(client)["intents"] > 50


def test_it_looks_at_most_once_in_its_time(
    running: Pipeline, store: Store, small: Artefact, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    seen = Store.signature
    monkeypatch.setattr(Store, "signature", lambda store: (looks.append(None), seen(store))[1])
    monkeypatch.setattr(swap, "_LOOK_SECONDS", 3600)
    watch = ModelWatch(running)
    looks.clear()
    for _ in range(100):
        watch.look()
    assert len(looks) == 1


def test_a_service_that_runs_another_model_changes_to_the_current_one(
    running: Pipeline, store: Store, small: Artefact
) -> None:
    store.promote(store.add(small))
    watch = ModelWatch(running)
    assert watch.version == ""
    watch.look()
    until(lambda: watch.version == store.current())
    assert len(running.classifier.artefact.labels) == 2
