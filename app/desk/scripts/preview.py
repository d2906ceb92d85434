"""Show what an unsaved wording would say, beside what the shop says now."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.desk.scripts.checks import BREAKS, Fault, each_once, new_faults, read, reason, written
from app.desk.scripts.overrides import Overrides
from app.desk.scripts.samples import Ask, Said, Sample, Setting
from app.errors import Problem
from app.outgoing import Draft
from app.pipeline import Knowledge
from app.reply.marked import Piece, Wording
from app.reply.script_library import Library
from app.shop.facts import Shop


@dataclass(frozen=True, slots=True)
class Cell:
    """One style of one row: the text in marked pieces, and what was said before where that was something else."""

    style: str
    pieces: tuple[Piece, ...]
    length: int
    before: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """The order states that share their texts."""

    where: tuple[str, ...]
    cells: tuple[Cell, ...]
    notes: tuple[tuple[str, str], ...]
    changed: bool
    notes_changed: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wording says on one message; with problems it shows what is said now."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Previewer:
    """Try wordings of a shop while they are typed."""

    overrides: Overrides
    knowledge: Knowledge
    facts: Shop

    def __call__(self, shop: str, name: str, source: str, ask: Ask | None, setting: Setting) -> Preview:
        """Say the wording on one message in every order state."""
        saved = self.overrides.script(shop, name).own
        now, then = self.overrides.trial(shop, name, saved), self.overrides.trial(shop, name, source)
        tree, problems = read(then)
        unread = bool(problems)
        said: list[tuple[str, Said, Said]] = []
        faults: list[Fault] = [] if tree is None or unread else [*written(tree, self.knowledge, self.facts)]
        for sample in self.overrides.samples(shop, name, ask, setting):
            usual = sample.speak(now.common)
            after = before = _spoken(sample, now.scripts) or usual
            if not unread:
                try:
                    after = sample.speak(then.scripts)
                except BREAKS as error:
                    problems = (*problems, Problem(then.file, sample.where, f"填不出来：{reason(error)}"))
                else:
                    faults += new_faults(sample.where, after, usual)
            said.append((sample.where, after, before))
        return Preview(tuple(_rows(said)), tuple(dict.fromkeys(problems)), each_once(faults))


def _spoken(sample: Sample, library: Library) -> Said | None:
    """Speak what is saved; None where that was broken by hand, for the editor is where it is mended."""
    try:
        return sample.speak(library)
    except BREAKS:
        return None


def _rows(said: list[tuple[str, Said, Said]]) -> Iterator[Row]:
    """Put order states together in which the same is said."""
    alike: dict[tuple[Said, Said], list[str]] = {}
    for where, after, before in said:
        alike.setdefault((after, before), []).append(where)
    for (after, before), places in alike.items():
        cells = tuple(_cell(*pair) for pair in zip(after.drafts, before.drafts, strict=True))
        notes = _notes(after)
        yield Row(tuple(places), cells, notes, after != before, notes != _notes(before))


def _notes(said: Said) -> tuple[tuple[str, str], ...]:
    """List what the agent gets beside the text, as label and words."""
    notes = (("备注", said.remark), *(("待办", line) for line in said.todo), ("跟进", said.follow_up))
    return tuple((label, text) for label, text in notes if text)


def _cell(after: Draft, before: Draft) -> Cell:
    pieces = tuple(Wording.of(after).pieces())
    return Cell(after.style, pieces, len(after.text), before.text if before.text != after.text else None)


def said_now(overrides: Overrides, shop: str, name: str, *, stage: str = "") -> list[tuple[tuple[str, ...], str]]:
    """Give what a script says at present, as order states and text; of one stage alone where it is named.

    A text that is said in every state stands without any.
    """
    library = overrides.trial(shop, name, overrides.script(shop, name).own).scripts
    alike: dict[str, list[str]] = {}
    for sample in overrides.samples(shop, name, None, Setting()):
        spoken = _spoken(sample, library)
        if spoken is None:
            continue
        drafts = spoken.drafts
        draft = drafts[-1] if stage else drafts[min(1, len(drafts) - 1)]
        text = "".join(one.text for one in draft.segments if stage in ("", one.stage))
        alike.setdefault(text, []).append(sample.where)
    everywhere = len(alike) == 1
    return [(() if everywhere else tuple(places), text) for text, places in alike.items() if text]
