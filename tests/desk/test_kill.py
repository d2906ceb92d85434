"""What was acknowledged is kept, however the process ends; and no draft waits for what is being written."""

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.desk.store import DeskStore
from app.desk.tables import Draft, FollowUp, Outcome
from app.pipeline import Pipeline
from app.service.web import create_app

ROOT = Path(__file__).parents[2]
ROUNDS = {"sqlite": 50, "postgresql": 5}
_FRESH = 10
"""So many rounds share a database: each of them begins with what a killed process left."""
_PATIENCE = 20
_SAMPLES = 9


class Nursery:
    """Start writers and kill them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self._orders, self._news = process.stdin, process.stdout

    def live_and_die(self, url: str, acknowledged: Path, seconds: float, *, after_first: bool) -> None:
        """Let a writer write for some time, from its start or from its first acknowledgement."""
        before = size(acknowledged)
        self._orders.write(f"{url}\t{acknowledged}\n")
        self._orders.flush()
        child, end = int(self._news.readline()), time.monotonic() + _PATIENCE
        while after_first and size(acknowledged) == before:
            assert time.monotonic() < end, "nothing was written"
            time.sleep(0.002)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        assert int(self._news.readline()) == child


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.desk.nursery"]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def told(path: Path) -> list[tuple[int, int]]:
    """List what was acknowledged; the last line may have been cut off by the kill."""
    lines = path.read_text(encoding="ascii").splitlines(keepends=True) if path.exists() else []
    pairs = [line.split() for line in lines if line.endswith("\n")]
    return [(int(outcome), int(follow_up)) for outcome, follow_up in pairs]


def kept(url: str) -> tuple[set[int], set[int], int]:
    """Open the store anew; give the ids of outcomes and follow-ups, and the number of outcomes without their draft."""
    store = DeskStore(url)
    with store.read() as session:
        outcomes = set(session.scalars(select(Outcome.id)))
        later = set(session.scalars(select(FollowUp.id).where(FollowUp.kind == "follow_up")))
        torn = session.scalar(select(func.count()).select_from(Outcome).outerjoin(Draft).where(Draft.id.is_(None)))
    store.close()
    return outcomes, later, int(torn or 0)


def test_what_was_acknowledged_survives_a_kill(nursery: Nursery, database: str, tmp_path: Path) -> None:
    kind = database.split(":")[0]
    chance = random.Random(20261122)  # noqa: S311 - the same moments every time
    for at in range(ROUNDS[kind]):
        group = at // _FRESH
        url = database if kind == "postgresql" else f"sqlite:///{tmp_path / f'desk-{group}.db'}"
        acknowledged = tmp_path / f"acknowledged-{group}"
        first = at % _FRESH == 0 and at > 0  # killed at any moment, most often while the tables are made
        nursery.live_and_die(url, acknowledged, chance.uniform(0, 0.12), after_first=not first)
        lines = told(acknowledged)
        outcomes, later, torn = kept(url)
        assert {outcome for outcome, _ in lines} <= outcomes
        assert {follow_up for _, follow_up in lines} <= later
        assert 0 not in {follow_up for _, follow_up in lines}
        assert torn == 0
    assert sum(len(told(path)) for path in tmp_path.glob("acknowledged-*")) >= ROUNDS[kind]


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold a lock on what drafts are written to, from outside."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE conversation, draft, message, outcome IN EXCLUSIVE MODE"))
        yield
    engine.dispose()


@contextmanager
def stuck(_url: str) -> Iterator[None]:
    """Hold up the writer itself."""
    go, commit = threading.Event(), DeskStore._commit

    def slow(store: DeskStore, job: Callable[[Session], Any]) -> Any:
        go.wait(_PATIENCE)
        return commit(store, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DeskStore, "_commit", slow)
        yield
        go.set()


def seconds(client: TestClient, name: str) -> float:
    """Give the usual time of a message and a draft."""
    times = []
    for at in range(_SAMPLES):
        started = time.perf_counter()
        message = {"conversation_id": f"{name}-{at}", "message_id": "1", "text": "收到的坚果碎了"}
        draft = {"conversation_id": f"{name}-client-{at}", "message_id": "1", "text": "收到的坚果碎了"}
        for path, body in (("/v1/messages", message), ("/v1/drafts", draft)):
            assert client.post(path, json=body).status_code == 200
        times.append(time.perf_counter() - started)
    return statistics.median(times)


@pytest.mark.parametrize("held", [locked, stuck])
def test_a_draft_does_not_wait_for_the_store(
    pipeline: Pipeline, database: str, held: Callable[[str], AbstractContextManager[None]]
) -> None:
    answers: list[int] = []
    with TestClient(create_app(pipeline, database=database)) as client:
        seconds(client, "warm")
        usual = seconds(client, "usual")
        draft = client.post("/v1/drafts", json={"text": "收到的坚果碎了"}).json()["id"]

        def report() -> None:
            answers.append(client.post("/v1/outcomes", json={"draft_id": draft, "outcome": "copied"}).status_code)

        reporting = threading.Thread(target=report)
        with held(database):
            reporting.start()
            blocked = seconds(client, "blocked")
            assert reporting.is_alive()  # an outcome is answered only when it is safe
        reporting.join(_PATIENCE)
    assert answers == [200]
    assert blocked < 3 * usual
    store = DeskStore(database)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 3 * 2 * _SAMPLES + 1
    store.close()
