"""Versions of the model: written whole, brought into use, taken back, compared and removed."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import pipeline as pipelines
from app.errors import ArtefactError, NotFoundError
from app.evaluate.compare import compare, mcnemar, sample
from app.evaluate.metrics import Case, Judged
from app.models import SLACK, Store
from app.pipeline import Knowledge, Pipeline
from app.records import Scored
from app.settings import Settings
from app.training import keep
from app.understand.artefact import Artefact
from app.understand.train import train
from tests.conftest import Run, refused

LINES = {
    "ship_time_query": ["几点发货", "什么时候发货", "多久发出来", "今天能发货吗", "发货了没有", "还不发货吗"],
    "invoice_request": ["能开发票吗", "发票怎么开", "给开个票", "有发票吗", "电子发票发我", "发票抬头写公司"],
}
ROWS = [(text, label) for label, texts in LINES.items() for text in texts]


@pytest.fixture(scope="module")
def small(pipeline: Pipeline) -> Artefact:
    return train(ROWS, pipeline.knowledge.reader, data_hash="abcdef0123456789")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def at(model: Artefact, second: int, *, data_hash: str = "abcdef0123456789", accuracy: float = 0.8) -> Artefact:
    """Give the model with a card of another moment, data or accuracy."""
    moment = f"2026-11-21T10:00:{second:02}+00:00"
    scores = {"held_out_accuracy": accuracy}
    return replace(model, card=replace(model.card, trained_at=moment, data_hash=data_hash, scores=scores))


def filled(store: Store, model: Artefact, count: int) -> list[str]:
    """Add versions of successive seconds, none of them in use."""
    return [store.add(at(model, second)) for second in range(count)]


class TestStore:
    def test_an_empty_or_missing_folder_has_no_model(self, store: Store) -> None:
        assert (store.versions(), store.current(), store.previous(), store.entries()) == ([], "", "", [])
        assert store.signature() is None
        with pytest.raises(ArtefactError, match=r"还没有模型.*请运行 miaohui train"):
            store.in_use()

    def test_a_version_is_named_by_moment_and_data(self, store: Store, small: Artefact) -> None:
        assert filled(store, small, 2) == ["20261121T100000Z-abcdef01", "20261121T100001Z-abcdef01"]
        assert store.versions() == ["20261121T100000Z-abcdef01", "20261121T100001Z-abcdef01"]
        assert store.load("20261121T100001Z-abcdef01").labels == small.labels

    def test_two_of_one_second_are_both_kept(self, store: Store, small: Artefact) -> None:
        assert [store.add(at(small, 5)) for _ in range(3)] == store.versions()
        assert len(store.versions()) == 3

    def test_scores_of_an_evaluation_stand_in_the_card(self, store: Store, small: Artefact) -> None:
        version = store.add(at(small, 0), scores={"evaluated_accuracy": 0.75})
        assert store.verify(version).scores == {"held_out_accuracy": 0.8, "evaluated_accuracy": 0.75}

    def test_nothing_half_written_is_left_or_listed(
        self, store: Store, small: Artefact, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "rename", fails)
        with pytest.raises(OSError, match="No space"):
            store.add(at(small, 0))
        assert list(store.folder.iterdir()) == []

    def test_the_old_plain_folder_is_no_version(self, store: Store, small: Artefact) -> None:
        (store.folder / filled(store, small, 1)[0]).rename(store.folder / "default")
        assert (store.versions(), store.current()) == ([], "")

    @pytest.mark.parametrize("content", [b"", b"default", b"../../etc", b"\xff\xfe", b"20261121T100000Z"])
    def test_a_spoilt_current_is_no_model(self, store: Store, content: bytes) -> None:
        store.folder.mkdir()
        (store.folder / "current").write_bytes(content)
        assert store.current() == ""

    def test_a_version_is_found_by_its_beginning(self, store: Store, small: Artefact) -> None:
        first, second = filled(store, small, 2)
        assert store.find(first) == first
        assert store.find("20261121T100001") == second
        for name in ("20261121", "", "../x", "nope"):
            with pytest.raises(NotFoundError, match=f"现有：{first}、{second}"):
                store.find(name)


class TestUse:
    def test_promotions_and_rollbacks_walk_one_trail(self, store: Store, small: Artefact) -> None:
        a, b, c = filled(store, small, 3)
        for version in (a, b, c):
            store.promote(version)
        assert (store.current(), store.previous()) == (c, b)
        assert store.rollback() == b
        assert (store.current(), store.previous()) == (b, a)
        store.promote(c)
        assert (store.rollback(), store.rollback()) == (b, a)
        with pytest.raises(NotFoundError, match="没有更早用过的模型"):
            store.rollback()
        assert store.current() == a
        actions = [line.split("\t")[1] for line in (store.folder / "history").read_text().splitlines()]
        assert actions == ["promote"] * 3 + ["rollback", "promote", "rollback", "rollback"]

    def test_promoting_the_current_one_again_is_no_step(self, store: Store, small: Artefact) -> None:
        a, b = filled(store, small, 2)
        for version in (a, b, b):
            store.promote(version)
        assert store.previous() == a

    def test_rollback_passes_over_what_is_gone(self, store: Store, small: Artefact) -> None:
        a, b, c = filled(store, small, 3)
        for version in (a, b, c):
            store.promote(version)
        shutil.rmtree(store.folder / b)
        assert store.rollback() == a

    def test_a_torn_history_is_read_as_far_as_it_goes(self, store: Store, small: Artefact) -> None:
        a, b = filled(store, small, 2)
        store.promote(a)
        with (store.folder / "history").open("ab") as history:
            history.write(b"2026-11-21T10:\xff\n\n")
        store.promote(b)
        assert store.rollback() == a

    @pytest.mark.parametrize("name", ["weights.npz", "words.json", "card.json"])
    @pytest.mark.parametrize("cut", [True, False], ids=["truncated", "bit-flip"])
    def test_a_damaged_version_never_comes_into_use(self, store: Store, small: Artefact, name: str, cut: bool) -> None:
        a, b = filled(store, small, 2)
        store.promote(a)
        path = store.folder / b / name
        good = path.read_bytes()
        path.write_bytes(good[: len(good) // 2] if cut else bytes([good[0] ^ 1]) + good[1:])
        with pytest.raises(ArtefactError, match=f"{b}.*请运行 miaohui train"):
            store.promote(b)
        assert store.current() == a
        newest, oldest = store.entries()
        assert (newest.version, newest.card, newest.current) == (b, None, False)
        assert b in newest.problem
        assert (oldest.version, oldest.problem, oldest.current) == (a, "", True)

    def test_current_always_names_a_version_while_it_changes(self, store: Store, small: Artefact) -> None:
        a, b = filled(store, small, 2)
        store.promote(a)
        done, seen = threading.Event(), set()

        def read() -> None:
            while not done.is_set():
                seen.add(store.current())

        reader = threading.Thread(target=read)
        reader.start()
        for version in (b, a) * 10:
            store.promote(version)
        done.set()
        reader.join()
        assert seen <= {a, b}

    def test_a_folder_that_cannot_be_written_is_told(self, store: Store, small: Artefact) -> None:
        (a,) = filled(store, small, 1)
        (store.folder / "current").mkdir()
        with pytest.raises(ArtefactError, match="写不进 models/current"):
            store.promote(a)
        assert sorted(path.name for path in store.folder.iterdir()) == [a, "current"]


class TestPrune:
    def test_the_last_stay_with_the_current_and_the_previous(self, store: Store, small: Artefact) -> None:
        versions = filled(store, small, 6)
        store.promote(versions[1])
        store.promote(versions[0])
        assert store.prune(2) == versions[2:4]
        assert store.versions() == versions[:2] + versions[4:]
        assert store.prune(2) == []
        assert store.rollback() == versions[1]

    def test_the_one_in_use_stays_though_current_is_spoilt(self, store: Store, small: Artefact) -> None:
        versions = filled(store, small, 3)
        store.promote(versions[0])
        (store.folder / "current").write_text("?")
        assert store.prune(1) == [versions[1]]


class TestKeep:
    """What `miaohui train` does with a new model."""

    @pytest.fixture
    def knowledge(self, home: Path, pipeline: Pipeline) -> Knowledge:
        (home / "models").unlink()
        return replace(pipeline.knowledge, settings=Settings(home=home, keep_models=2))

    @pytest.fixture
    def own(self, knowledge: Knowledge) -> str:
        return pipelines.fingerprint(knowledge)

    def test_the_first_is_used(self, knowledge: Knowledge, own: str, small: Artefact) -> None:
        kept = keep(knowledge, at(small, 0, data_hash=own), force=False)
        assert kept.objection == ""
        assert Store(knowledge.settings.models).current() == kept.version
        assert pipelines.load_model(knowledge).labels == small.labels

    @pytest.mark.parametrize(("lower", "used"), [(-0.1, True), (0.0, True), (SLACK, True), (SLACK + 0.0001, False)])
    def test_a_worse_one_waits_for_a_person(
        self, knowledge: Knowledge, own: str, small: Artefact, lower: float, used: bool
    ) -> None:
        store = Store(knowledge.settings.models)
        first = keep(knowledge, at(small, 0, data_hash=own), force=False).version
        kept = keep(knowledge, at(small, 1, data_hash=own, accuracy=round(0.8 - lower, 4)), force=False)
        assert (kept.objection == "") is used
        assert store.current() == (kept.version if used else first)
        assert kept.version in store.versions()
        forced = keep(knowledge, at(small, 2, data_hash=own, accuracy=0.1), force=True)
        assert store.current() == forced.version

    def test_anything_is_better_than_a_stale_or_damaged_one(
        self, knowledge: Knowledge, own: str, small: Artefact
    ) -> None:
        store = Store(knowledge.settings.models)
        store.promote(store.add(at(small, 0, accuracy=0.99)))
        with pytest.raises(ArtefactError, match="20261121T100000Z-abcdef01 是用旧的训练数据做的，请运行 miaohui train"):
            pipelines.load_model(knowledge)
        second = keep(knowledge, at(small, 1, data_hash=own, accuracy=0.9), force=False).version
        assert store.current() == second
        (store.folder / second / "words.json").write_text("{}")
        third = keep(knowledge, at(small, 2, data_hash=own, accuracy=0.1), force=False).version
        assert store.current() == third
        assert store.versions() == [second, third]

    def test_a_model_of_other_data_is_not_used_unasked(self, knowledge: Knowledge, small: Artefact) -> None:
        kept = keep(knowledge, at(small, 0), force=False)
        assert "intents/" in kept.objection
        assert Store(knowledge.settings.models).current() == ""


def judged(*guesses: str) -> list[Judged]:
    cases = (Case(str(number), "a", frozenset({"a", "b"})) for number in range(len(guesses)))
    return [Judged(case, (Scored(guess, 0.9),) if guess else ()) for case, guess in zip(cases, guesses, strict=True)]


class TestCompare:
    def test_what_changed_is_named_with_both_guesses(self) -> None:
        found = compare(judged("a", "c", "c", "a", "c"), judged("c", "b", "a", "b", ""))
        assert found.count == 5
        assert found.accuracy == (0.4, 0.6)
        assert [(one.text, one.intent, one.before, one.after) for one in found.lost] == [("0", "a", "a", "c")]
        assert [(one.text, one.before, one.after) for one in found.won] == [("1", "c", "b"), ("2", "c", "a")]
        assert found.p == 1.0

    @pytest.mark.parametrize(
        ("lost", "won", "p"), [(0, 0, 1.0), (1, 0, 1.0), (0, 6, 0.03125), (2, 8, 0.109375), (5, 5, 1.0)]
    )
    def test_the_exact_p(self, lost: int, won: int, p: float) -> None:
        assert mcnemar(lost, won) == pytest.approx(p)

    @given(st.integers(0, 3000), st.integers(0, 3000))
    def test_p_is_a_share_and_even_handed(self, lost: int, won: int) -> None:
        assert 0 <= mcnemar(lost, won) == mcnemar(won, lost) <= 1

    @given(st.lists(st.text(min_size=1), unique=True, min_size=5), st.randoms())
    def test_the_sample_is_the_same_in_any_order(self, texts: list[str], random: object) -> None:
        lines = [(text, "a") for text in texts]
        assert sample(lines, 3) == sample(lines[::-1], 3)
        assert len(sample(lines, 3)) == 3


@pytest.mark.usefixtures("own_home")
class TestCommands:
    @pytest.fixture(autouse=True)
    def store(self, own_home: Path) -> Store:
        """Leave two intents, so that training takes a moment, and an empty folder for models."""
        shutil.rmtree(own_home / "intents")
        for name, texts in LINES.items():
            path = own_home / "intents" / "order" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = "".join(f"  - {text}\n" for text in texts)
            path.write_text(f"title: 标题\ndefinition: 这样说\nflow: reception\nexamples:\n{lines}", encoding="utf-8")
        (own_home / "models").unlink()
        (own_home / "models").mkdir()
        return Store(own_home / "models")

    def test_a_life_of_versions(self, run: Run, store: Store) -> None:
        assert "还没有模型" in run("models", "list").out
        assert run("train").status == 0
        first = store.current()
        ran = run("train")
        second = store.current()
        assert second != first
        assert second in ran.out
        listed = json.loads(run("models", "list", "--json").out)
        assert [(one["version"], one["current"], one["problem"]) for one in listed] == [
            (second, True, ""),
            (first, False, ""),
        ]
        shown = run("models", "list").out
        assert first in shown
        assert "在用" in shown
        assert first in run("models", "rollback").out
        refused(run("models", "rollback"), "没有更早用过的模型")
        assert run("models", "promote", second).status == 0
        assert store.current() == second
        refused(run("models", "promote", "nope"), "nope", first, second)
        assert run("train", "--promote").status == 0
        pruned = run("models", "prune", "--keep", "1")
        assert "删掉 1 个旧版本" in pruned.out
        assert store.versions() == [second, store.current()]

    def test_training_elsewhere_or_on_other_data_leaves_the_current_one(
        self, run: Run, store: Store, tmp_path: Path
    ) -> None:
        table = tmp_path / "rows.tsv"
        table.write_text("".join(f"{label}\t{text}\n" for text, label in ROWS[1:]), encoding="utf-8")
        assert run("train", "--data", table, "--out", tmp_path / "plain").status == 0
        assert list(store.folder.iterdir()) == []
        ran = run("train", "--data", table)
        assert ran.status == 0
        assert f"miaohui models promote {store.versions()[0]}" in ran.err
        assert store.current() == ""
        promoted = run("models", "promote", store.versions()[0])
        assert promoted.status == 0
        assert "下次启动会重新训练" in promoted.err

    def test_two_versions_are_compared(self, run: Run, store: Store, tmp_path: Path) -> None:
        run("train")
        (tmp_path / "cases.jsonl").write_text('{"text": "几点发", "intent": "ship_time_query"}\n', encoding="utf-8")
        run("train", "--evaluate", tmp_path / "cases.jsonl")
        first, second = store.versions()
        assert store.card(second).scores["evaluated_messages"] == 1
        found = json.loads(run("models", "compare", first, second, "--json").out)
        assert (found["versions"], found["count"], found["p"]) == ([first, second], len(ROWS), 1.0)
        shown = run("models", "compare", first, second, "--data", tmp_path / "cases.jsonl").out
        assert "1 句，cases.jsonl" in shown
        assert "McNemar" in shown

    def test_a_damaged_current_model_is_named_with_what_to_run(self, run: Run, store: Store) -> None:
        run("train")
        (store.folder / store.current() / "weights.npz").write_bytes(b"PK")
        refused(run("draft", "几点发货", "--no-train"), store.current(), "校验值不符", "miaohui train")
        assert "损坏" in run("models", "list").out
        assert run("models", "list", "--json").status == 0


def test_how_many_are_kept_is_a_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().keep_models == 10
    monkeypatch.setenv("MIAOHUI_KEEP_MODELS", "0")
    refused(run("models", "list"), "MIAOHUI_KEEP_MODELS", "0")
