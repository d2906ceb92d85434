"""A shop's own wording of scripts: read, tried, saved as a file and as a revision, and in use at once."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.desk.scripts import sample_reviews
from app.desk.scripts.checks import Trial, Verdict, check
from app.desk.scripts.samples import Ask, Sample, Sampler, Setting
from app.desk.scripts.text import base_of, blocks, flow_of, split
from app.desk.store import DeskStore
from app.desk.tables import Revision
from app.errors import NotFoundError, RequestError
from app.pipeline import Pipeline, ShopDesk
from app.records import STYLES, Flow, Style
from app.reply.policy import UNCLEAR
from app.reply.script_library import HIDDEN, RATINGS, Library

KIND = "script"
_LONGEST_NOTE = 200
_TIME = "%m月%d日 %H:%M"
_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a script: the common wording, and the shop's own where it has one ("" leaves it unsaid)."""

    name: str
    common: str
    own: str | None
    hidden: bool
    styles: tuple[Style, ...]
    """The styles that speak it; all where the flow has styles of its own."""


@dataclass(frozen=True, slots=True)
class Script:
    """One script of one shop."""

    name: str
    flow: str
    common: str
    own: str
    stages: tuple[Stage, ...]
    whole: bool
    """Whether the shop's own source holds more than stages and can only be edited as a whole."""

    @property
    def group(self) -> str:
        return self.name.partition("/")[0]

    @property
    def stem(self) -> str:
        return self.name.partition("/")[2]

    @property
    def mark(self) -> str:
        """Tell one state of the shop's own source from another."""
        return hashlib.sha256(self.own.encode()).hexdigest()[:16]

    @property
    def filled(self) -> tuple[str, ...]:
        """List the stages that the script speaks, common and own."""
        return tuple(one.name for one in self.stages if not one.hidden and (one.common if one.own is None else one.own))


class Overrides:
    """Read and change the wordings of all shops; one change at a time."""

    def __init__(self, pipeline: Pipeline, store: DeskStore) -> None:
        self._pipeline = pipeline
        self._store = store
        self._turn = threading.Lock()
        self._flows = {path.stem: blocks(path.read_text(encoding="utf-8")) for path in self._common.glob("_flow/*.j2")}

    @property
    def _common(self) -> Path:
        return self._pipeline.knowledge.settings.scripts

    def names(self, shop: str) -> tuple[str, ...]:
        """List everything that a shop may word: answers to messages, notices, public replies."""
        library, catalogue = self._desk(shop).drafter.scripts, self._pipeline.knowledge.catalogue
        spoken = [name for name in library.names() if name == UNCLEAR or name.partition("/")[2] in catalogue]
        return (*spoken, *library.notices(), *library.ratings())

    def script(self, shop: str, name: str) -> Script:
        """Read a script with the shop's own wording of it; raise NotFoundError where there is none of that name."""
        if name not in self.names(shop):
            raise NotFoundError("unknown_script", f"没有脚本「{name[:60]}」，到话术页上选一个", "name")
        return self._read(self._desk(shop), name)

    def scripts(self, shop: str) -> list[Script]:
        """Read every script of a shop."""
        desk = self._desk(shop)
        return [self._read(desk, name) for name in self.names(shop)]

    def _read(self, desk: ShopDesk, name: str) -> Script:
        common = (self._common / f"{name}.j2").read_text(encoding="utf-8")
        path = desk.counter.shop.scripts / f"{name}.j2"
        own = path.read_text(encoding="utf-8") if path.is_file() else ""
        flow, filled, split_own = flow_of(common), blocks(common), split(name, own)
        known = self._flows.get(flow, {})
        strange = split_own is None or any(stage not in known for stage in split_own)
        stages = tuple(
            Stage(
                stage,
                filled.get(stage, usual),
                (split_own or {}).get(stage),
                stage in HIDDEN,
                self._styles(flow, stage),
            )
            for stage, usual in known.items()
        )
        return Script(name, flow, common, own, stages, strange)

    def _styles(self, flow: str, stage: str) -> tuple[Style, ...]:
        spoken = self._pipeline.knowledge.styles.spoken
        flows: dict[str, Flow] = {"reception": "reception", "aftersales": "aftersales", "risk": "risk"}
        return tuple(style for style in STYLES if flow in flows and stage in spoken[style, flows[flow]])

    # trying

    def trial(self, shop: str, name: str, source: str) -> Trial:
        """Put a wording beside the common one, as if it were saved; an empty one is the common wording itself."""
        own, scripts = self._desk(shop).counter.shop.scripts, self._common
        source = source or f'{{% extends "{base_of(name)}" %}}\n'
        return Trial(name, source, Library(scripts), Library(scripts, own=own, unsaved={name: source}))

    def asks(self, shop: str, name: str) -> tuple[Ask, ...]:
        """Give the sample messages of a script."""
        if name.startswith(f"{RATINGS}/"):
            return tuple(Ask(name, text) for text in sample_reviews.texts(name))
        return self._sampler(shop).asks(name)

    def samples(self, shop: str, name: str, ask: Ask | None, setting: Setting) -> Iterator[Sample]:
        """Give the samples of one message in every order state; of a public reply, of every sample review."""
        if name.startswith(f"{RATINGS}/"):
            text = ask.text if ask else None
            return sample_reviews.samples(
                name, self._pipeline.knowledge, self._desk(shop), datetime.now(UTC), text=text
            )
        sampler = self._sampler(shop)
        return sampler.samples(name, ask or sampler.asks(name)[0], setting)

    def heard_as(self, shop: str, text: str) -> str:
        """Name the intent that a message of the editor's own is heard as."""
        return self._sampler(shop).heard_as(text)

    def check(self, shop: str, name: str, source: str) -> Verdict:
        """Try a wording on all samples."""
        if not source:
            return Verdict()
        desk = self._desk(shop)
        if name.startswith(f"{RATINGS}/"):
            every = sample_reviews.samples(name, self._pipeline.knowledge, desk, datetime.now(UTC))
        else:
            every = self._sampler(shop).every(name)
        return check(self.trial(shop, name, source), every, self._pipeline.knowledge, desk.counter.shop.facts)

    # changing

    def save(
        self, shop: str, name: str, source: str, *, agent: str, note: str = "", seen: str = "", accepted: str = ""
    ) -> Verdict:
        """Save a wording and use it at once; "" goes back to the common one. The verdict tells whether it stands.

        `seen` is the mark of the source that was edited, `accepted` that of the warnings that were read.
        """
        verdict = self.check(shop, name, source)
        if verdict.stands(accepted):
            self._change(shop, name, source, agent=agent, note=note, seen=seen)
        return verdict

    def restore(self, shop: str, name: str, number: int, *, agent: str) -> Verdict:
        """Save an earlier wording again, as a revision of its own; it has to hold by the rules of today."""
        one = self.revision(shop, name, number)
        verdict = self.check(shop, name, one.text)
        if not verdict.refused:
            at = one.at.astimezone(self._desk(shop).counter.shop.zone)
            self._change(shop, name, one.text, agent=agent, note=f"恢复 {at.strftime(_TIME)} 的写法")
        return verdict

    def _change(self, shop: str, name: str, source: str, *, agent: str, note: str, seen: str = "") -> None:
        with self._turn:
            before = self.script(shop, name)
            if seen and seen != before.mark:
                message = "刚才有人改过这个脚本，先把您写的复制下来，刷新再改"
                raise RequestError("changed_meanwhile", message, "source")
            if source == before.own:
                raise RequestError("nothing_changed", "和现在的写法一样，没有要存的", "source")
            with ExitStack() as undo:
                undo.callback(self._put, shop, before, before.own)
                self._put(shop, before, source)
                self._store.write(_noted(shop, before, source, agent, note[:_LONGEST_NOTE])).result()
                undo.pop_all()

    def history(self, shop: str, name: str) -> Sequence[Revision]:
        """List the saved wordings of a script, the latest first."""
        with self._store.read() as session:
            return list(session.scalars(_revisions(shop, name)))

    def revision(self, shop: str, name: str, number: int) -> Revision:
        """Give one saved wording; raise NotFoundError where this script has none of that number."""
        for one in self.history(shop, name):
            if one.id == number:
                return one
        raise NotFoundError("unknown_revision", f"这个脚本没有第 {number} 号记录，到历史里选一条", "revision")

    def _put(self, shop: str, script: Script, source: str) -> None:
        """Write the file and let the running service answer from it; leave the file as it was where that fails."""
        path = self._desk(shop).counter.shop.scripts / f"{script.name}.j2"
        try:
            _write(path, source)
        except OSError as error:
            message = f"写不了 {path.name}：{error.strerror}，请管理员看文件夹的权限"
            raise RequestError("not_writable", message, "source") from error
        with ExitStack() as undo:
            undo.callback(_write, path, script.own)
            self._pipeline.reopen(shop)
            undo.pop_all()

    def _desk(self, shop: str) -> ShopDesk:
        return self._pipeline.shop(shop)

    def _sampler(self, shop: str) -> Sampler:
        return Sampler(self._pipeline, self._desk(shop), datetime.now(UTC))


def _write(path: Path, source: str) -> None:
    """Replace a file at once; an empty source removes it."""
    if not source:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        try:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(_READABLE)
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)


def _revisions(shop: str, name: str) -> Select[Revision]:
    where = (Revision.shop == shop, Revision.kind == KIND, Revision.name == name)
    return select(Revision).where(*where).order_by(Revision.id.desc())


def _noted(shop: str, before: Script, source: str, agent: str, note: str) -> Callable[[Session], None]:
    """Note a change; what was written by hand before it is noted first, so that it can be restored as well."""

    def job(session: Session) -> None:
        now = datetime.now(UTC)
        latest = session.scalars(_revisions(shop, before.name).limit(1)).first()
        if (latest.text if latest else "") != before.own:
            by_hand = Revision(shop=shop, kind=KIND, name=before.name, text=before.own, at=now, note="在文件里改的")
            session.add(by_hand)
            session.flush()
        session.add(Revision(shop=shop, kind=KIND, name=before.name, text=source, at=now, agent=agent, note=note))

    return job
