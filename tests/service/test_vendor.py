"""What others wrote lies here unchanged, with its licence."""

import hashlib
from pathlib import Path

import pytest

from app.service.places import STATIC

FOLDERS = (STATIC / "vendor", Path(__file__).parents[1] / "vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "tests"])
def test_vendored_files_are_whole_and_licensed(folder: Path) -> None:
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    code = {path.name: path for path in folder.iterdir() if path.suffix in (".js", ".css")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in code.items()} == sums
    assert {f"{name.split('.')[0]}.LICENSE" for name in code} <= {path.name for path in folder.iterdir()}
