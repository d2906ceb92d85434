"""A training runs beside the service, one at a time, and its version waits until somebody brings it into use."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.desk.training.retrain import Retraining, State
from app.desk.training.verdict import REPORT, read_report
from app.errors import RequestError
from app.models import Store
from app.pipeline import Pipeline
from app.settings import Settings
from tests.desk.training_home import INTENTS, shrink

PATIENCE = 120


def ended(retraining: Retraining) -> State:
    end = time.monotonic() + PATIENCE
    while retraining.state.phase == "running":
        assert time.monotonic() < end, retraining.state
        time.sleep(0.05)
    return retraining.state


@pytest.fixture
def small(home: Path, pipeline: Pipeline) -> Settings:
    shrink(home, pipeline.knowledge.catalogue)
    return Settings(home=home)


@pytest.fixture
def retraining(small: Settings) -> Iterator[Retraining]:
    retraining = Retraining(small)
    yield retraining
    retraining.stop()


def test_a_version_is_trained_weighed_and_left_alone(small: Settings, retraining: Retraining) -> None:
    store = Store(small.models)
    assert retraining.state.phase == "idle"
    retraining.start()
    with pytest.raises(RequestError, match="正在训练"):
        retraining.start()
    state = ended(retraining)
    assert (state.phase, state.error) == ("done", ""), state
    assert (store.versions(), store.current()) == ([state.version], "")
    first = read_report(store, state.version)
    assert first is not None
    assert (first.before, first.after.version, first.after.intents) == (None, state.version, len(INTENTS))

    store.promote(state.version)
    said = "阿巴阿巴开个票咯"
    path = small.intents / "order" / "invoice_request.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"  - {said}\n", encoding="utf-8")
    retraining.start([(said, "invoice_request")])
    second = ended(retraining)
    assert (second.phase, second.error) == ("done", ""), second
    assert store.current() == state.version, "nobody asked for the new one"
    report = read_report(store, second.version)
    assert report is not None
    assert report.before is not None
    assert (report.before.version, report.before.lines + 1) == (state.version, report.after.lines)
    assert [(one.text, one.after) for one in report.told] == [(said, "invoice_request")]
    assert report.told_right[1] == 1
    assert store.verify(second.version).lines == report.after.lines
    (store.folder / second.version / REPORT).write_text("{", encoding="utf-8")
    assert read_report(store, second.version) is None


def test_what_is_wrong_with_the_data_is_told(small: Settings, retraining: Retraining) -> None:
    path = small.intents / "order" / "invoice_request.yaml"
    path.write_text("title: 发票\n", encoding="utf-8")
    retraining.start()
    state = ended(retraining)
    assert state.phase == "failed"
    assert "invoice_request.yaml" in state.error
    assert Store(small.models).versions() == []


def test_a_training_that_is_stopped_leaves_nothing(small: Settings, retraining: Retraining) -> None:
    retraining.start()
    retraining.stop()
    state = ended(retraining)
    assert (state.phase, state.error) == ("failed", "训练被停下了")
    assert Store(small.models).versions() == []
