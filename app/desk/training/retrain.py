"""Train in a process of its own, one at a time, and know how far it is, whoever looks."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from app.errors import RequestError
from app.settings import HOME, Settings

_TAIL = 400
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class State:
    """How the last training stands; `done` is a share, `error` is for people."""

    phase: Literal["idle", "running", "done", "failed"] = "idle"
    stage: str = ""
    done: float = 0.0
    version: str = ""
    error: str = ""
    began: datetime | None = None


class Retraining:
    """Start a training and follow it; it goes on when nobody looks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state = State()
        self._process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()

    @property
    def state(self) -> State:
        """Say how it stands."""
        return self._state

    def start(self, cases: Sequence[tuple[str, str]] = ()) -> None:
        """Start; `cases` are (text, intent) on which the report looks besides. One that runs refuses another."""
        with self._turn:
            if self._state.phase == "running":
                raise RequestError("training_already", "正在训练，等它完了再来")
            environment = os.environ | {
                "MIAOHUI_HOME": str(self._settings.home),
                "MIAOHUI_KEEP_MODELS": str(self._settings.keep_models),
                "PYTHONIOENCODING": "utf-8",
            }
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", "app.desk.training.trial"],
                    cwd=HOME, env=environment, text=True, encoding="utf-8", errors="replace",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
            except OSError as error:
                raise RequestError("not_started", f"训练启动不了：{error.strerror}") from error
            self._process = process
            self._state = State("running", "准备", 0.0, began=datetime.now(UTC))
            work = json.dumps({"cases": list(cases)}, ensure_ascii=False)
            threading.Thread(target=self._follow, args=(process, work), name="retraining", daemon=True).start()

    def stop(self) -> None:
        """End a training that runs; nothing of it is kept."""
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            process.wait(_PATIENCE)

    def _follow(self, process: "subprocess.Popen[str]", work: str) -> None:
        """Take in what the process says; how it ended is known, and another may begin, once it is gone."""
        last, end = "", None
        with contextlib.suppress(BrokenPipeError), process:  # it may end before it has read; why, it prints
            if process.stdin is None or process.stdout is None:
                return
            process.stdin.write(work)
            process.stdin.close()
            for line in process.stdout:
                said = _read(line)
                if "version" in said:
                    end = replace(self._state, phase="done", done=1.0, version=str(said["version"]))
                elif "error" in said:
                    end = replace(self._state, phase="failed", error=str(said["error"]))
                elif "stage" in said:
                    self._state = replace(self._state, stage=str(said["stage"]), done=float(said["done"]))
                else:
                    last = line.strip() or last
        stopped = (process.returncode or 0) < 0
        why = "训练被停下了" if stopped else f"训练意外中断：{last[-_TAIL:] or process.returncode}"
        self._state = end or replace(self._state, phase="failed", error=why)


def _read(line: str) -> dict[str, Any]:
    """Read a line of progress; whatever else was printed gives nothing."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
