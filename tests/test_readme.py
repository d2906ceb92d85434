"""Every command of the README does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Run

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]
OURS = [command for command in COMMANDS if command.startswith(".venv/bin/miaohui")]
STATUS = {"lint": 1}
"""The sentence that the README lints is one that must not be sent."""


def test_readme_shows_commands() -> None:
    assert len(OURS) >= 5
    assert {"make run", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [command for command in OURS if "evaluate" not in command])
def test_command(command: str, run: Run, own_home: Path) -> None:
    _, verb, *rest = shlex.split(command)
    ran = run(verb, *rest)
    assert ran.status == STATUS.get(verb, 0), ran
    assert ran.out


def test_make_targets_exist() -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`?make ([a-z]+(?: [a-z]+)*)", README))
    for target in {word for words in named for word in words.split()} - {"check"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
