"""What a script says, ready to read: its texts, each once, and where they are said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from app.records import STYLES
from app.reply.marked import LONGEST, Wording


@dataclass(frozen=True, slots=True)
class Cell:
    """What one style says in one row; a text already shown in an earlier row is only pointed at by `same_as`."""

    style: str
    new: tuple[Wording, ...]
    same_as: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What the agent gets beside the text; `when` is empty where it holds for the whole row."""

    label: str
    text: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The situations that share their texts."""

    number: int
    when: tuple[str, ...]
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]

    @property
    def wordings(self) -> list[Wording]:
        return [one for cell in self.cells for one in cell.new]

    @property
    def long(self) -> bool:
        return any(one.long for one in self.wordings)

    @property
    def found(self) -> bool:
        return any(one.findings for one in self.wordings)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything one script says."""

    name: str
    title: str
    definition: str
    flow: str
    group: str
    own: bool
    """Whether the shop words a stage of it in its own way."""
    rows: tuple[Row, ...]

    def wordings(self, style: str | None = None) -> list[Wording]:
        """List the texts, of one style or of all."""
        return [one for row in self.rows for one in row.wordings if style in (None, one.style)]

    @property
    def texts(self) -> int:
        """Count the distinct texts, whichever style says them."""
        return len({one.text for one in self.wordings()})

    @property
    def findings(self) -> int:
        """Count the texts in which the lint finds something."""
        return len({one.text for one in self.wordings() if one.findings})

    def long(self, style: str) -> int:
        """Count the texts of a style that are too long."""
        return sum(one.long for one in self.wordings(style))

    @property
    def too_long(self) -> bool:
        return any(self.long(style) for style in LONGEST)

    def longest(self, style: str) -> int:
        return max((one.length for one in self.wordings(style)), default=0)

    def median(self, style: str) -> int:
        return middle([self], style)


@dataclass(frozen=True, slots=True)
class Gallery:
    """All scripts of a shop, grouped by flow and group."""

    shop: str
    shop_name: str
    days: dict[str, str]
    sheets: tuple[Sheet, ...]

    @property
    def texts(self) -> int:
        return sum(sheet.texts for sheet in self.sheets)

    @property
    def findings(self) -> int:
        return sum(sheet.findings for sheet in self.sheets)

    @property
    def long(self) -> list[Sheet]:
        """List the scripts that say something too long, the worst first."""
        found = [sheet for sheet in self.sheets if sheet.too_long]
        return sorted(found, key=lambda sheet: -max(sheet.longest(style) / most for style, most in LONGEST.items()))

    def parts(self) -> dict[tuple[str, str], list[Sheet]]:
        """Give the scripts of each flow and group."""
        parts: dict[tuple[str, str], list[Sheet]] = {}
        for sheet in self.sheets:
            parts.setdefault((sheet.flow, sheet.group), []).append(sheet)
        return parts

    def groups(self) -> dict[str, list[Sheet]]:
        """Give the scripts of each group."""
        groups: dict[str, list[Sheet]] = {}
        for sheet in self.sheets:
            groups.setdefault(sheet.group, []).append(sheet)
        return groups


def middle(sheets: Sequence[Sheet], style: str) -> int:
    """Give the median length of the texts of a style, 0 where there is none."""
    lengths = [one.length for sheet in sheets for one in sheet.wordings(style)]
    return round(median(lengths)) if lengths else 0


def each_once(rows: Sequence[Sequence[Sequence[Wording]]]) -> Iterator[tuple[Cell, ...]]:
    """Turn the wordings of each row, style by style, into cells that show no text twice."""
    shown: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 1):
        cells = []
        for style, wordings in zip(STYLES, row, strict=True):
            fresh = {one.text: one for one in wordings if (style, one.text) not in shown}
            same_as = shown[style, wordings[0].text] if wordings and wordings[0].text not in fresh else 0
            shown |= {(style, text): number for text in fresh}
            cells.append(Cell(style, tuple(fresh.values()), same_as))
        yield tuple(cells)
