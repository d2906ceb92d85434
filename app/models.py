"""The versions of the model: a folder each, a file that names the one in use, and what was in use before.

models/20261121T221008Z-26f20359/   card.json, words.json, weights.npz
models/current                      the version in use
models/history                      a line per change: when, promote or rollback, to which version, from which
"""

import os
import re
import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.errors import ArtefactError, NotFoundError
from app.understand import artefact as artefacts
from app.understand.artefact import Artefact, Card

SLACK = 0.005
"""A new model may be this much less often right, on lines it has not seen, and still replace the current one."""
_VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]{1,8}")
_CURRENT, _HISTORY, _PARTIAL = "current", "history", "partial-"
_HASH_SHOWN = 8
_PARTIAL_SECONDS = 3600
"""A folder that was being written or removed this long ago was left behind by a process that died."""

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One version in the list; `problem` is empty where it is whole, `card` is None where it is not."""

    version: str
    card: Card | None
    current: bool
    problem: str


class Store:
    """Keep versions of the model in a folder. A version is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> list[str]:
        """Name the versions, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if _VERSION.fullmatch(path.name) and path.is_dir())

    def current(self) -> str:
        """Name the version in use; empty where `current` is missing or names none."""
        try:
            name = (self.folder / _CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if _VERSION.fullmatch(name) else ""

    def previous(self) -> str:
        """Name the version that was in use before the current one and is still there; empty where none is."""
        there, current = self.versions(), self.current()
        return next((one for one in reversed(self._trail()) if one != current and one in there), "")

    def signature(self) -> Signature | None:
        """Give what changes whenever another version comes into use; costs one stat."""
        try:
            stat = (self.folder / _CURRENT).stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino, stat.st_size

    def find(self, name: str) -> str:
        """Give the one version that begins with `name`."""
        there = self.versions()
        found = [name] if name in there else [one for one in there if name and one.startswith(name)]
        if len(found) != 1:
            fault = "不止一个模型以此开头" if found else "没有这个模型"
            raise NotFoundError("unknown_version", f"{fault}「{name}」，现有：{'、'.join(there) or '无'}", "version")
        return found[0]

    def add(self, model: Artefact, *, scores: Mapping[str, float] | None = None) -> str:
        """Write a new version and name it; `scores` of an evaluation go into its card."""
        model = artefacts.with_scores(model, scores or {})
        partial = self._partial()
        try:
            artefacts.save(model, partial)
            return self._place(partial, model.card)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _place(self, partial: Path, card: Card) -> str:
        moment = datetime.fromisoformat(card.trained_at).astimezone(UTC)
        while True:
            version = f"{moment:%Y%m%dT%H%M%SZ}-{card.data_hash[:_HASH_SHOWN]}"
            try:
                partial.rename(self.folder / version)
            except OSError:
                if not (self.folder / version).exists():
                    raise
                moment += timedelta(seconds=1)  # trained twice within a second
            else:
                return version

    def load(self, version: str) -> Artefact:
        """Read a version; raise ArtefactError with its name where it is not whole."""
        return artefacts.load(self.folder / version)

    def card(self, version: str) -> Card:
        """Read what a version was made from; raise ArtefactError where that is not written."""
        return artefacts.read_card(self.folder / version)

    def verify(self, version: str) -> Card:
        """Check a version against its card and give the card; raise ArtefactError where it is not whole."""
        return artefacts.verify(self.folder / version)

    def in_use(self) -> str:
        """Name the version in use; raise ArtefactError where there is none."""
        version = self.current()
        if not version:
            raise ArtefactError(f"还没有模型（{self.folder.name}/{_CURRENT} 里没有版本名），请运行 miaohui train")
        return version

    def entries(self) -> list[Entry]:
        """Look at every version, newest first."""
        current = self.current()
        return [self._entry(version, current) for version in reversed(self.versions())]

    def _entry(self, version: str, current: str) -> Entry:
        try:
            return Entry(version, self.verify(version), version == current, "")
        except ArtefactError as error:
            return Entry(version, None, version == current, str(error))

    def promote(self, version: str) -> None:
        """Bring a version into use; one that cannot be read is refused."""
        self._use(version, "promote")

    def rollback(self) -> str:
        """Bring the version into use again that was in use before, and name it."""
        version = self.previous()
        if not version:
            raise NotFoundError("no_previous_version", "没有更早用过的模型可以退回，看 miaohui models list")
        self._use(version, "rollback")
        return version

    def _use(self, version: str, action: str) -> None:
        self.load(version)
        before = self.current()
        fresh = self.folder / f"{_PARTIAL}{uuid.uuid4().hex}"
        try:
            fresh.write_text(f"{version}\n", encoding="utf-8")
            fresh.replace(self.folder / _CURRENT)
            if before != version:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                with (self.folder / _HISTORY).open("a", encoding="utf-8") as history:
                    history.write(f"{now}\t{action}\t{version}\t{before}\n")
        except OSError as error:
            fresh.unlink(missing_ok=True)
            fault = f"写不进 {self.folder.name}/{_CURRENT}（{error.strerror}）"
            raise ArtefactError(f"{fault}，请检查权限和磁盘再运行 miaohui models promote {version}") from error

    def _trail(self) -> list[str]:
        """Replay the history: versions in the order they came into use, without what was rolled back."""
        try:
            lines = (self.folder / _HISTORY).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        trail: list[str] = []
        for line in lines:
            fields = line.split("\t")
            if len(fields) != 4:  # a line torn by a crash
                continue
            _, action, version, before = fields
            if action == "rollback" and version in trail:
                while trail[-1] != version:
                    trail.pop()
                continue
            trail += [one for one in (before,) if one and trail[-1:] != [one]] + [version]
        return trail

    def prune(self, keep: int) -> list[str]:
        """Remove all but the last `keep` versions and name them; the current and the previous one stay."""
        versions = self.versions()
        spared = {*versions[-keep:], self.current(), self.previous(), *self._trail()[-1:]}
        gone = [version for version in versions if version not in spared]
        for version in gone:  # moved first, so that half a removal is never seen as a damaged version
            shutil.rmtree((self.folder / version).rename(self._partial()))
        for path in self.folder.glob(f"{_PARTIAL}*/"):
            if time.time() - path.stat().st_mtime > _PARTIAL_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        return gone

    def _partial(self) -> Path:
        return self.folder / f"{_PARTIAL}{os.getpid()}-{uuid.uuid4().hex[:_HASH_SHOWN]}"
