"""The training lines on disk: what a new line would clash with, and how it is written into its intent's file."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.check import bare_text
from app.desk.facts.shop_files import write
from app.desk.training import line_text
from app.errors import MiaohuiError, NotFoundError, RequestError
from app.scaffold import EXAMPLE
from app.settings import Settings
from app.understand.alike import Alike

Kind = Literal["same", "alike", "near_miss", "private", "empty", "too_long", "long"]
PARKED = "new_intents"
"""The folder for intents that are still being gathered; nothing but the training desk reads it."""
LONGEST = 200
"""Characters that the loader takes."""
_LONG = 60
"""Buyers rarely write more: a longer one is usually several messages."""
_STARS = re.compile(r"[*＊]{2,}")
_Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Warned:
    """What is odd about a line; `intent` and `line` name what it clashes with."""

    kind: Kind
    intent: str = ""
    line: str = ""

    def refuses(self, intent: str) -> bool:
        """Tell whether the line may not go into `intent` because of this."""
        if self.kind in ("same", "alike", "near_miss"):
            return self.intent != intent
        return self.kind != "long"


@dataclass(frozen=True, slots=True)
class Changed:
    """One intent file as it was and as it is now; `lines` are those that went in or out."""

    intent: str
    name: str
    lines: tuple[str, ...]
    before: str
    text: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What the index knows of one file."""

    intent: str
    group: str
    title: str
    signature: _Signature
    examples: tuple[tuple[str, str], ...]
    near_misses: tuple[tuple[str, str], ...]


class TrainingLines:
    """Know every line of every intent, parked ones included; files that change are read again."""

    def __init__(self, settings: Settings, normalise: Callable[[str], str], mask: Callable[[str], str]) -> None:
        self._folders = (settings.intents, settings.home / PARKED / "intents")
        self._normalise = normalise
        self._mask = mask
        self._files: dict[Path, _Held] = {}
        self._owners: dict[str, list[tuple[str, str]]] = {}
        self._misses: dict[str, list[str]] = {}
        self._alike = Alike()
        self._turn = threading.RLock()

    def warm(self) -> None:
        """Read everything ahead of the first question; what is wrong is told to who asks."""
        with contextlib.suppress(MiaohuiError, OSError), self._turn:
            self._refresh()

    def warnings(self, text: str) -> tuple[Warned, ...]:
        """Say what is odd about a line before anybody chooses an intent for it."""
        line = line_text.tidy(text)
        if not line or line == EXAMPLE:
            return (Warned("empty"),)
        if len(line) > LONGEST:
            return (Warned("too_long"),)
        found = [Warned("private")] if _STARS.search(line) or self._mask(line) != line else []
        with self._turn:
            self._refresh()
            bare = self._bare(line)
            found += [Warned("same", name, other) for name, other in self._owners.get(bare, ())]
            for other in self._alike(bare):
                found += [Warned("alike", name, told) for name, told in self._owners[other]]
            found += [Warned("near_miss", name, line) for name in self._misses.get(bare, ())]
        if len(line) > _LONG:
            found.append(Warned("long"))
        return tuple(dict.fromkeys(found))

    def add(self, intent: str, texts: Sequence[str]) -> Changed | None:
        """Append lines to an intent's examples; None where it has them all. The caller has looked at the warnings."""
        with self._turn:
            self._refresh()
            fresh: dict[str, str] = {}
            for line in map(line_text.tidy, texts):
                bare = self._bare(line)
                if all(name != intent for name, _ in self._owners.get(bare, ())):
                    fresh.setdefault(bare, line)
            return self._change(intent, tuple(fresh.values()), line_text.added)

    def remove(self, intent: str, lines: Sequence[str]) -> Changed | None:
        """Take lines out of an intent's examples."""
        with self._turn:
            self._refresh()
            return self._change(intent, tuple(lines), line_text.removed)

    def titles(self) -> dict[str, str]:
        """Give the title of every intent, parked ones included."""
        with self._turn:
            self._refresh()
            return {held.intent: held.title for held in self._files.values()}

    def _change(self, intent: str, lines: tuple[str, ...], how: Callable[..., str]) -> Changed | None:
        path = self._path(intent)
        if not lines:
            return None
        name = f"{path.parent.name}/{path.stem}"
        before = _text(path)
        after = how(before, lines, name=f"intents/{name}.yaml")
        if after == before:
            return None
        try:
            write(path, after)
        except OSError as error:
            fault = f"写不了 intents/{name}.yaml：{error.strerror}，检查磁盘和文件夹权限"
            raise RequestError("not_written", fault, "intent") from error
        self._read(path)
        return Changed(intent, name, lines, before, after)

    def _path(self, intent: str) -> Path:
        for path, held in self._files.items():
            if held.intent == intent:
                return path
        raise NotFoundError("unknown_intent", f"没有意图「{intent[:40]}」", "intent")

    def _bare(self, line: str) -> str:
        return bare_text(self._normalise(line)) or line

    def _refresh(self) -> None:
        there = {path: _signature(path) for path in _paths(self._folders)}
        for path in [path for path in self._files if path not in there]:
            self._forget(path)
        for path, signature in there.items():
            if path not in self._files or self._files[path].signature != signature:
                self._read(path)

    def _read(self, path: Path) -> None:
        signature = _signature(path)
        file = line_text.read(_text(path), name=f"intents/{path.parent.name}/{path.name}")
        self._forget(path)
        held = _Held(
            path.stem, path.parent.name, file.title, signature,
            tuple((self._bare(line), line) for line in file.examples),
            tuple((self._bare(miss.text), miss.intent) for miss in file.near_misses),
        )  # fmt: skip
        self._files[path] = held
        for bare, line in held.examples:
            self._owners.setdefault(bare, []).append((held.intent, line))
            self._alike.add(bare)
        for bare, intent in held.near_misses:
            self._misses.setdefault(bare, []).append(intent)

    def _forget(self, path: Path) -> None:
        held = self._files.pop(path, None)
        if held is None:
            return
        for bare, line in held.examples:
            self._owners[bare].remove((held.intent, line))
            if not self._owners[bare]:
                del self._owners[bare]
                self._alike.discard(bare)
        for bare, intent in held.near_misses:
            self._misses[bare].remove(intent)


def refusal(warnings: Sequence[Warned], intent: str) -> Warned | None:
    """Give the first reason why a line may not go into an intent; one that it has already is no fault."""
    if any(one.kind == "same" and one.intent == intent for one in warnings):
        return next((one for one in warnings if one.kind in ("empty", "too_long")), None)
    return next((one for one in warnings if one.refuses(intent)), None)


def _paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.glob("*/*.yaml"))


def _signature(path: Path) -> _Signature:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError("not_read", f"读不了 {path.name}，检查权限，文件要是 UTF-8", "intent") from error
