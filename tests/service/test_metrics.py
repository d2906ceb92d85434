"""What Prometheus reads: every figure moves with what it counts, labels are few and name nobody."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.desk.store import DeskStore
from app.pipeline import Pipeline
from app.service.web import create_app
from tests.service.conftest import database

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def client(pipeline: Pipeline, tmp_path: Path) -> Iterator[TestClient]:
    """Give a client of a service that has counted nothing yet."""
    app = create_app(pipeline, database=database(tmp_path))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def figures(client: TestClient) -> Figures:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def figure(client: TestClient, name: str, **labels: str) -> float:
    """Give a figure; 0 where nothing was counted yet."""
    return figures(client).get((f"miaohui_{name}", frozenset(labels.items())), 0.0)


def settled(client: TestClient) -> None:
    """Wait until everything is written."""
    until = time.monotonic() + 10
    while figure(client, "writer_queue"):
        assert time.monotonic() < until
        time.sleep(0.01)


def post(client: TestClient, path: str, **fields: Any) -> dict[str, Any]:
    response = client.post(path, json=fields)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_requests_are_counted_by_route_not_by_address(client: TestClient) -> None:
    for at in range(5):
        client.get(f"/v1/conversations/nobody-{at}")
        client.get(f"/nothing/{at}")
        client.get(f"/static/base.css?{at}")
    client.request("BREW", "/healthz")
    route = "/v1/conversations/{conversation_id}"
    assert figure(client, "requests_total", route=route, method="GET", status="404") == 5
    assert figure(client, "requests_total", route="none", method="GET", status="404") == 5
    assert figure(client, "requests_total", route="/static", method="GET", status="200") == 5
    assert figure(client, "requests_total", route="/healthz", method="other", status="405") == 1
    assert figure(client, "request_seconds_count", route=route) == 5
    assert not any("nobody" in value for _, labels in figures(client) for _, value in labels)


def test_refusals_and_crashes_are_counted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/v1/drafts", json={})
    client.post("/", headers={"sec-fetch-site": "cross-site"})

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(Pipeline, "reply", broken)
    assert client.post("/v1/drafts", json={"text": "在吗"}).status_code == 500
    assert figure(client, "requests_total", route="/v1/drafts", method="POST", status="422") == 1
    assert figure(client, "requests_total", route="/v1/drafts", method="POST", status="500") == 1
    assert figure(client, "requests_total", route="none", method="POST", status="403") == 1


def test_drafts_are_counted_by_decision_and_group(client: TestClient) -> None:
    post(client, "/v1/drafts", text="几点发货")
    post(client, "/v1/drafts", text="12315投诉你们卖假货")
    post(client, "/v1/drafts", text="唔哩哇啦咕噜")
    for _ in range(2):
        post(client, "/v1/messages", conversation_id="c-1", message_id="m-1", text="几点发货")
    assert figure(client, "drafts_total", decision="reply", group="presale") == 2
    assert figure(client, "drafts_total", decision="hand_over", group="risk") == 1
    assert figure(client, "understood_total", known="yes") == 3
    assert figure(client, "understood_total", known="no") == 1
    assert figure(client, "draft_took_ms_count") == 4
    assert figure(client, "draft_took_ms_sum") > 0


def test_outcomes_are_counted_once(client: TestClient) -> None:
    draft = post(client, "/v1/drafts", text="几点发货")["id"]
    for key in ("a", "a", "b"):
        post(client, "/v1/outcomes", draft_id=draft, outcome="copied", key=key)
    post(client, "/v1/outcomes", draft_id=draft, outcome="rejected")
    client.post("/v1/outcomes", json={"draft_id": "d-none", "outcome": "copied"})
    assert figure(client, "outcomes_total", outcome="copied") == 2
    assert figure(client, "outcomes_total", outcome="rejected") == 1


def test_conversations_stand_as_they_are(client: TestClient) -> None:
    assert figure(client, "conversations_open", shop="demo") == 0
    long_ago = datetime.now(UTC) - timedelta(seconds=100)
    post(client, "/v1/messages", conversation_id="c-1", text="几点发货", at=long_ago.isoformat())
    post(client, "/v1/messages", conversation_id="c-2", text="几点发货")
    post(client, "/v1/messages", conversation_id="c-2", text="今天", role="agent")
    post(client, "/v1/drafts", conversation_id="of-a-client", text="几点发货")
    settled(client)
    assert figure(client, "conversations_open", shop="demo") == 2
    assert figure(client, "conversations_waiting", shop="demo") == 1
    assert 100 <= figure(client, "oldest_wait_seconds", shop="demo") < 160
    client.post("/v1/conversations/c-1/close")
    assert figure(client, "conversations_open", shop="demo") == 1
    assert figure(client, "oldest_wait_seconds", shop="demo") == 0


def test_the_model_and_the_program_are_named(client: TestClient, pipeline: Pipeline) -> None:
    model = client.get("/readyz").json()["model"]
    assert figure(client, "model_info", version=model["version"], data_hash=model["data_hash"]) == 1
    assert [name for name, _ in figures(client)].count("miaohui_build_info") == 1
    assert figure(client, "sse_listeners") == 0


def test_a_database_that_is_gone_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert figure(client, "store_up") == 1

    def gone(_store: DeskStore) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(DeskStore, "read", gone)
    found = figures(client)
    assert found[("miaohui_store_up", frozenset())] == 0
    assert ("miaohui_writer_queue", frozenset()) in found


def test_services_count_apart(pipeline: Pipeline, tmp_path: Path, client: TestClient) -> None:
    with TestClient(create_app(pipeline, database=database(tmp_path / "other"))) as other:
        post(other, "/v1/drafts", text="几点发货")
        assert figure(other, "draft_took_ms_count") == 1
    assert figure(client, "draft_took_ms_count") == 0


def test_nothing_a_buyer_wrote_is_in_the_figures(client: TestClient) -> None:
    said = {"conversation_id": "c-13812345678", "text": "坚果碎了，电话13812345678", "buyer": {"id": "b-4711"}}
    draft = post(client, "/v1/messages", **said)["reply"]["id"]
    post(client, "/v1/outcomes", draft_id=draft, outcome="copied", agent="小林")
    text = client.get("/metrics").text
    assert not [word for word in ("13812345678", "坚果", "4711", "小林", draft) if word in text]
