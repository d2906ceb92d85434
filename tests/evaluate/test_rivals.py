"""Baselines learn what they can, and are compared on the same messages."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.evaluate import baselines, rivals
from app.evaluate.metrics import Case, Judged
from app.evaluate.rivals import Bench
from app.pipeline import Pipeline
from app.records import Scored
from app.understand.corpus import Corpus
from app.understand.features import FAMILIES
from app.understand.reader import Reader
from app.understand.train import train

ROWS = {
    "ship": ["几点发货", "什么时候发货", "多久发货", "今天能发货吗", "发货了没有", "还不发货吗", "快发货"],
    "bill": ["能开发票吗", "发票怎么开", "给开个发票", "有发票吗", "电子发票发我", "发票抬头写公司"],
}
LINES = [(text, label) for label, texts in ROWS.items() for text in texts]


@pytest.fixture
def reader(pipeline: Pipeline) -> Reader:
    return pipeline.knowledge.reader


def test_the_p_value_is_exact() -> None:
    ours = [True] * 9 + [False] + [True] * 5
    theirs = [False] * 9 + [True] + [True] * 5
    rival = rivals.compare("x", "baseline", ours, theirs)
    assert (rival.only_ours, rival.only_theirs, rival.accuracy) == (9, 1, 0.4)
    assert rival.p_value == pytest.approx(2 * (1 + 10) / 2**10)
    assert rivals.compare("x", "baseline", ours, ours).p_value == 1.0


@pytest.mark.parametrize(
    ("name", "right"),
    [("majority", 1), ("keywords", 2), ("naive_bayes", 2), ("word_svm", 2)],
)
def test_a_baseline_learns(reader: Reader, name: str, right: int) -> None:
    known, labels = [reader(text) for text, _ in LINES], [label for _, label in LINES]
    asked = [reader("明天发货吗"), reader("要发票")]
    guessed = getattr(baselines, name)(known, labels, asked)
    assert sum(guess == label for guess, label in zip(guessed, ("ship", "bill"), strict=True)) == right


def test_fasttext_is_asked_only_where_it_is_installed(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines.importlib.util, "find_spec", lambda _name: None)
    assert "fastText" not in baselines.available()
    seen: list[str] = []

    def train_supervised(**settings: Any) -> SimpleNamespace:
        seen.extend(Path(settings["input"]).read_text(encoding="utf-8").splitlines())
        return SimpleNamespace(predict=lambda _text: (("__label__1",), (1.0,)))

    monkeypatch.setitem(sys.modules, "fasttext", SimpleNamespace(train_supervised=train_supervised))  # type: ignore[arg-type]
    known = [reader(text) for text, _ in LINES]
    assert baselines.fasttext(known, [label for _, label in LINES], known[:1]) == ["ship"]
    assert len(seen) == len(LINES)
    assert seen[0].startswith("__label__1 ")


@pytest.mark.parametrize("folds", [0, 3])
def test_rivals_judge_the_same_messages(pipeline: Pipeline, reader: Reader, folds: int) -> None:
    cases = [Case(text, label, frozenset({label})) for text, label in LINES]
    judged = [Judged(case, (Scored(case.intent, 0.9),)) for case in cases]
    bench = Bench(judged, LINES, folds, reader, pipeline.knowledge.catalogue)
    heard: list[float] = []
    found = rivals.ablations(bench, lambda _stage, done: heard.append(done))
    found += rivals.simple(bench, lambda _stage, done: heard.append(done))
    assert [one.kind for one in found[:4]] == ["ablation"] * 3 + ["baseline"]
    assert all(one.only_theirs == 0 for one in found)
    assert all(one.accuracy == pytest.approx(1 - one.only_ours / len(LINES)) for one in found)
    assert heard[-1] == 1.0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_left_out_is_nowhere(reader: Reader, family: str) -> None:
    rest = [one for one in FAMILIES if one != family]
    model = train(LINES, reader, data_hash="", families=rest)
    assert {term[0] for term in model.vectoriser.columns} == set(rest)
    columns, _ = model.vectoriser(reader("几点发货"))
    terms = list(model.vectoriser.columns)
    assert {terms[column][0] for column in columns} == set(rest)
    assert Corpus([reader("发货")], {}, families=rest)
