"""A model comes back as it was saved; a damaged or foreign one is refused with the command that helps."""

import io
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import ArtefactError
from app.understand import artefact as artefacts
from app.understand.artefact import FORMAT, Artefact
from app.understand.catalogue import Catalogue
from app.understand.classify import Classifier
from app.understand.reader import Reader

FILES = ("weights.npz", "words.json", "card.json")


@pytest.fixture(scope="module")
def saved(small_model: Artefact, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "small"
    artefacts.save(small_model, folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """Give a copy of the saved model that may be damaged."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


def refused(folder: Path) -> str:
    with pytest.raises(ArtefactError) as caught:
        artefacts.load(folder)
    return str(caught.value)


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    """Change a JSON file."""
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")


def sign(folder: Path) -> None:
    """Enter the files as they are now in the card, as someone who forges a model would."""
    digests = {name: artefacts._digest(folder / name) for name in FILES[:2]}
    edit(folder / "card.json", lambda card: card | {"files": digests})


class TestRoundTrip:
    def test_everything_comes_back(self, small_model: Artefact, saved: Path) -> None:
        loaded = artefacts.load(saved)
        for name in ("card", "labels", "temperature", "floor", "lines"):
            assert getattr(loaded, name) == getattr(small_model, name), name
        for name in ("intercept", "line_labels", "row_starts", "row_columns"):
            assert np.array_equal(getattr(loaded, name), getattr(small_model, name)), name
        for name in ("weights", "row_values"):  # kept as halves
            assert np.abs(getattr(loaded, name) - getattr(small_model, name)).max() < 1e-3, name
        assert dict(loaded.vectoriser.columns) == dict(small_model.vectoriser.columns)
        assert loaded.vectoriser.pinyin == small_model.vectoriser.pinyin
        assert np.array_equal(loaded.vectoriser.idf, small_model.vectoriser.idf)

    def test_the_loaded_model_answers_as_the_trained_one(
        self, small_model: Artefact, saved: Path, reader: Reader, small_catalogue: Catalogue
    ) -> None:
        trained, loaded = (Classifier(model, reader, small_catalogue) for model in (small_model, artefacts.load(saved)))
        for raw in ("怎么还没发货", "有优惠券吗，我要退款", "你好"):
            one, other = trained(raw)[1], loaded(raw)[1]
            assert [scored.name for scored in one.intents] == [scored.name for scored in other.intents]
            assert one.scored[0].confidence == pytest.approx(other.scored[0].confidence, abs=1e-2)

    def test_saving_what_was_loaded_changes_no_number(self, saved: Path, tmp_path: Path) -> None:
        artefacts.save(artefacts.load(saved), tmp_path)
        assert (tmp_path / "words.json").read_bytes() == (saved / "words.json").read_bytes()
        assert (tmp_path / "weights.npz").read_bytes() == (saved / "weights.npz").read_bytes()

    def test_a_model_is_overwritten_whole(self, small_model: Artefact, folder: Path) -> None:
        (folder / "weights.npz").write_bytes(b"old")
        artefacts.save(small_model, folder)
        assert artefacts.load(folder).labels == small_model.labels


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-20]), id="truncated"),
        pytest.param(lambda path: path.write_bytes(b"\xff" + path.read_bytes()[1:]), id="wrong-start"),
        pytest.param(lambda path: path.write_bytes(b"[" * 100_000), id="deeply-nested"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="folder-instead"),
    ],
)
def test_a_damaged_file_is_named_with_what_to_run(folder: Path, name: str, damage: Callable[[Path], object]) -> None:
    damage(folder / name)
    message = refused(folder)
    assert f"{folder.name}/{name}" in message
    assert message.endswith("请运行 miaohui train")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES[:2]), place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_is_noticed(folder: Path, name: str, place: float, bit: int) -> None:
    path = folder / name
    good = path.read_bytes()
    at = int(place * len(good))
    path.write_bytes(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :])
    message = refused(folder)
    path.write_bytes(good)
    assert "校验值不符" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda card: card | {"format": FORMAT + 1}, "别的版本", id="newer-format"),
        pytest.param(lambda card: card | {"format": FORMAT - 1}, "别的版本", id="older-format"),
        pytest.param(lambda card: card | {"format": str(FORMAT)}, "别的版本", id="format-as-text"),
        pytest.param(lambda card: [card], "别的版本", id="list"),
        pytest.param(lambda card: card | {"files": None}, "不完整", id="no-files"),
        pytest.param(lambda card: {key: card[key] for key in card if key != "files"}, "不完整", id="files-left-out"),
        pytest.param(lambda card: card | {"files": {}}, "不完整", id="files-empty"),
        pytest.param(lambda card: card | {"files": card["files"] | {"../x": ""}}, "不完整", id="file-elsewhere"),
        pytest.param(lambda card: card | {"extra": 1}, "读不出来", id="unknown-key"),
        pytest.param(lambda card: {key: card[key] for key in card if key != "seed"}, "读不出来", id="key-left-out"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(folder: Path, change: Callable[[Any], Any], message: str) -> None:
    edit(folder / "card.json", change)
    said = refused(folder)
    assert message in said
    assert said.endswith("请运行 miaohui train")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda words: list(words), id="list"),
        pytest.param(lambda _: None, id="null"),
        pytest.param(lambda words: {key: words[key] for key in words if key != "labels"}, id="labels-left-out"),
        pytest.param(lambda words: words | {"labels": words["labels"][1:]}, id="a-label-too-few"),
        pytest.param(lambda words: words | {"columns": words["columns"][1:]}, id="a-column-too-few"),
        pytest.param(lambda words: words | {"columns": [[]]}, id="nested-columns"),
        pytest.param(lambda words: words | {"pinyin": list(words["pinyin"])}, id="pinyin-list"),
        pytest.param(lambda words: words | {"floor": "high"}, id="floor-in-words"),
    ],
)
def test_well_signed_words_that_do_not_fit_are_refused(folder: Path, change: Callable[[Any], Any]) -> None:
    edit(folder / "words.json", change)
    sign(folder)
    assert refused(folder).endswith("请运行 miaohui train")


class Trap:
    """Leave a file behind when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.proof,)


def _npz_with(trap: Trap) -> bytes:
    file = io.BytesIO()
    np.savez(file, weights=np.array([trap], dtype=object))
    return file.getvalue()


@pytest.mark.parametrize("make", [_npz_with, pickle.dumps], ids=["inside-npz", "instead-of-npz"])
def test_loading_executes_nothing(folder: Path, tmp_path: Path, make: Callable[[Trap], bytes]) -> None:
    proof = tmp_path / "proof"
    (folder / "weights.npz").write_bytes(make(Trap(proof)))
    sign(folder)
    assert refused(folder).endswith("请运行 miaohui train")
    assert not proof.exists()


def test_the_trap_works_where_pickles_are_allowed(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "proof")))  # noqa: S301 - shows that the test above can fail
    assert (tmp_path / "proof").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), cut=st.booleans(), bit=st.integers(0, 7))
def test_well_signed_rubbish_loads_or_is_refused_but_never_crashes(
    folder: Path, saved: Path, place: float, cut: bool, bit: int
) -> None:
    good = (saved / "weights.npz").read_bytes()
    at = min(int(place * len(good)), len(good) - 1)
    (folder / "weights.npz").write_bytes(
        good[:at] if cut else good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :]
    )
    sign(folder)
    try:
        artefacts.load(folder)
    except ArtefactError as error:
        assert str(error).endswith("请运行 miaohui train")  # noqa: PT017 - loading may also succeed


@pytest.mark.parametrize(
    ("lines", "more"),
    [([("退款", "b")], ()), ([("退", "a")], ()), ([("退款", "a"), ("换", "a")], ()), ([("退款", "a")], ("词",))],
    ids=["label", "text", "line", "lexicon"],
)
def test_the_fingerprint_changes_with_the_data(lines: list[tuple[str, str]], more: tuple[str, ...]) -> None:
    assert artefacts.data_hash(lines, *more) != artefacts.data_hash([("退款", "a")])


def test_the_fingerprint_stays_with_the_data() -> None:
    assert artefacts.data_hash([("退款", "a")], "词") == artefacts.data_hash(iter([("退款", "a")]), "词")
