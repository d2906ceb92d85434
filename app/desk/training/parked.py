"""Intents that are still being gathered: their files lie apart, where neither training nor a reply can meet them.

An intent with three lines and no script would be learned at the next start and answered with an empty page; so it
waits in `new_intents/` until it has its lines, its script and its golden test.
"""

from dataclasses import dataclass
from pathlib import Path

from app.check import fewest
from app.desk.training.line_text import read
from app.desk.training.lines import PARKED
from app.errors import DataError, NotFoundError, RequestError
from app.scaffold import ANSWER, CASE, DEFINITION, EXAMPLE, lay_out
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class ParkedIntent:
    """One such intent; `missing` names the files that nobody has written yet, `fault` why the lines cannot be read."""

    name: str
    group: str
    title: str
    lines: int
    needed: int
    missing: tuple[str, ...]
    fault: str = ""

    @property
    def ready(self) -> bool:
        """Tell whether it may be used."""
        return self.lines >= self.needed and not self.missing and not self.fault


class Parked:
    """Open intents, look at how far they are, and bring one into use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = settings.home / PARKED

    def open(self, group: str, name: str, *, title: str, flow: str) -> None:
        """Lay out the files of a new intent; raise RequestError where the name is wrong or taken."""
        if not title.strip():
            raise RequestError("no_title", "写一个中文名称，比如「问颜色」", "title")
        if any(self._settings.intents.glob(f"*/{name}.yaml")) or any(self._home.glob(f"intents/*/{name}.yaml")):
            raise RequestError("exists", f"已经有意图 {name}，换个名字", "name")
        try:
            lay_out(self._settings, f"{group}/{name}", title=title.strip(), flow=flow, home=self._home)
        except OSError as error:
            raise RequestError("not_written", f"写不了 {PARKED}/：{error.strerror}，检查磁盘和文件夹权限") from error

    def all(self) -> list[ParkedIntent]:
        """List them by name."""
        return [self._look(path) for path in sorted(self._home.glob("intents/*/*.yaml"))]

    def enable(self, name: str) -> ParkedIntent:
        """Move the files of a finished intent to where they are read; refuse one that is not finished."""
        found = next((one for one in self.all() if one.name == name), None)
        if found is None:
            raise NotFoundError("unknown_intent", f"没有待启用的意图「{name[:40]}」", "name")
        if not found.ready:
            left = [f"还差 {found.needed - found.lines} 句"] if found.lines < found.needed else []
            left += [f"{path} 还没写" for path in found.missing]
            left += [found.fault] if found.fault else []
            raise RequestError("not_ready", f"「{found.title}」还不能启用：{'；'.join(left)}")
        for path in _files(found.group, name):  # the intent comes last: a script alone harms nobody
            target = self._settings.home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._home / path).replace(target)
        return found

    def _look(self, path: Path) -> ParkedIntent:
        group, name = path.parent.name, path.stem
        needed = fewest(group)
        missing = tuple(
            f"{PARKED}/{one}"
            for one, empty in zip(_files(group, name), (ANSWER, CASE, DEFINITION), strict=True)
            if not (self._home / one).is_file() or empty in (self._home / one).read_text(encoding="utf-8")
        )
        try:
            file = read(path.read_text(encoding="utf-8"), name=f"{PARKED}/intents/{group}/{path.name}")
        except DataError as error:
            return ParkedIntent(name, group, name, 0, needed, missing, str(error))
        lines = sum(line != EXAMPLE for line in file.examples)
        return ParkedIntent(name, group, file.title, lines, needed, missing)


def _files(group: str, name: str) -> tuple[str, str, str]:
    """Name the files of an intent: script, golden test, lines."""
    return f"scripts_zh/{group}/{name}.j2", f"tests/golden/{group}/{name}.yaml", f"intents/{group}/{name}.yaml"
