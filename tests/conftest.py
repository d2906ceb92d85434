"""What every test may ask for: the repository's settings and one real, trained pipeline."""

import fcntl
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from app.cli import main, open_pipeline
from app.pipeline import Pipeline
from app.settings import Settings

hypothesis_settings.register_profile("miaohui", deadline=None, max_examples=100)
hypothesis_settings.load_profile("miaohui")


@pytest.fixture(scope="session", autouse=True)
def _own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests write out of the installation's own store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIAOHUI_DATABASE", f"sqlite:///{tmp_path_factory.mktemp('store') / 'desk.db'}")
        yield


@pytest.fixture(scope="session")
def settings(_own_store: None) -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def pipeline(settings: Settings) -> Pipeline:
    """Give the shipped pipeline; the model is trained once, by one process, where it is missing or stale."""
    settings.var.mkdir(exist_ok=True)
    with (settings.var / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return open_pipeline(settings)


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """Copy the data folders to a home of its own; caches and models are shared until a test unlinks them."""
    for name in ("intents", "scripts_zh", "rules_zh", "lexicon_zh", "shops"):
        shutil.copytree(settings.home / name, tmp_path / name)
    for name in ("models", "var"):
        (tmp_path / name).symlink_to(settings.home / name)
    return tmp_path


@dataclass(frozen=True)
class Ran:
    """What a command printed and exited with."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the installed entry point in this process."""

    def call(*arguments: str | Path, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["miaohui", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        status = ended.value.code
        return Ran(status if isinstance(status, int) else int(status is not None), said.out, said.err)

    return call


@pytest.fixture
def own_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the command line work in a home of its own."""
    monkeypatch.setenv("MIAOHUI_HOME", str(home))
    return home


def refused(ran: Ran, *words: str) -> None:
    """Check a wrong call: status 2, nothing on standard output, one line that holds the words."""
    assert ran.status == 2, ran
    assert ran.out == ""
    line = ran.err.strip()
    assert "\n" not in line, line
    assert all(word in line for word in words), line


ROWS = {
    "ship": ["几点发货", "什么时候发货", "多久发出来", "今天能发货吗", "发货了没有", "还不发货吗"],
    "invoice": ["能开发票吗", "发票怎么开", "给开个票", "有发票吗", "电子发票发我", "发票抬头写公司"],
}
TABLE = "label\ttext\n" + "".join(f"{label}\t{text}\n" for label, texts in ROWS.items() for text in texts)


@pytest.fixture(scope="session")
def two_intent_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a model of two intents through the command line."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "rows.tsv").write_text(TABLE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["miaohui", "train", "--data", str(folder / "rows.tsv"), "--out", str(folder / "m")])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 0
    return folder / "m"
