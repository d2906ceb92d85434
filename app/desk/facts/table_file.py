"""Change single rows of a shop's CSV files: every row that is not changed stays as it was written."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.desk.facts.facts_form import Field
from app.errors import DataError, Problem

LIST_MARK = "|"
Raw = Any
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its cells by column, the text it was read from, and the line it ends on."""

    cells: Mapping[str, str]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: columns and rows."""

    header: tuple[str, ...]
    records: tuple[Record, ...]
    start: str
    """The text of the first line, with the mark of the encoding where the file has one."""
    newline: str

    def text(self) -> str:
        """Write the file."""
        lines = [self.start, *(one.text or _line(self.header, one.cells) for one in self.records)]
        return "".join(f"{one}{self.newline}" for one in lines)

    def find(self, column: str, value: str) -> int | None:
        """Give the place of the first row whose column holds the value."""
        return next((at for at, one in enumerate(self.records) if one.cells.get(column) == value), None)

    def put(self, at: int | None, cells: Mapping[str, str]) -> "Table":
        """Write a row at a place, or after the last row where `at` is None; new columns are added as needed."""
        wider = self.wide(cells)
        old = wider.records[at] if at is not None else None
        new = Record({**(old.cells if old else {}), **cells}, "", 0)
        records = list(wider.records)
        if at is None:
            records.append(new)
        elif old is not None and dict(old.cells) != dict(new.cells):
            records[at] = new
        return replace(wider, records=tuple(records))

    def drop(self, places: Sequence[int]) -> "Table":
        """Leave rows out."""
        gone = set(places)
        return replace(self, records=tuple(one for at, one in enumerate(self.records) if at not in gone))

    def wide(self, cells: Mapping[str, str]) -> "Table":
        """Add the columns that `cells` needs and the file has not."""
        added = tuple(name for name, value in cells.items() if name not in self.header and value)
        if not added:
            return self
        header = (*self.header, *added)
        start = (_BOM if self.start.startswith(_BOM) else "") + _row(header)
        return replace(self, header=header, start=start, records=tuple(replace(one, text="") for one in self.records))


def read(text: str, *, name: str, columns: Sequence[str]) -> Table:
    """Read a file; an empty one gets `columns`. Raise DataError where its quotes are wrong."""
    mark = _BOM if text.startswith(_BOM) else ""
    bare = text.removeprefix(_BOM)
    newline = "\r\n" if "\r\n" in bare else "\n"
    if not bare.strip():
        return Table(tuple(columns), (), mark + _row(columns), newline)
    lines = list(io.StringIO(bare, newline=""))  # the lines that the reader counts
    reader = csv.reader(lines, strict=True)
    header: tuple[str, ...] = ()
    start, records, last = "", [], 0
    try:
        for cells in reader:
            raw = "".join(lines[last : reader.line_num]).rstrip("\r\n")
            last = reader.line_num
            if not cells:
                continue
            if not header:
                header, start = tuple(cells), raw
            else:
                records.append(Record(dict(zip(header, cells, strict=False)), raw, reader.line_num))
    except csv.Error as error:
        raise DataError([Problem(name, f"第 {reader.line_num} 行", f"表格读不懂：{error}，检查引号")]) from error
    return Table(header, tuple(records), mark + start, newline)


def unpacked(asked: Sequence[Field], cells: Mapping[str, str]) -> dict[str, Raw]:
    """Give a row as a form takes it; what cannot be read as name=content stays whole, as a name without content."""
    raw: dict[str, Raw] = {}
    for field in asked:
        cell = cells.get(field.key, "").strip()
        if not cell:
            continue
        parts = [part.strip() for part in cell.split(LIST_MARK) if part.strip()]
        if field.shape == "table":
            pairs = [part.partition("=") for part in parts]
            raw[field.key] = {name.strip(): value.strip() for name, _, value in pairs}
        else:
            raw[field.key] = parts if field.shape == "list" else cell
    return raw


def packed(asked: Sequence[Field], raw: Mapping[str, Raw]) -> dict[str, str]:
    """Give the cells of a row; what the row does not hold is empty."""
    cells: dict[str, str] = {}
    for field in asked:
        value = raw.get(field.key, "")
        if isinstance(value, Mapping):
            value = LIST_MARK.join(f"{name}={content}" for name, content in value.items())
        cells[field.key] = value if isinstance(value, str) else LIST_MARK.join(value)
    return cells


def unfit(asked: Sequence[Field], raw: Mapping[str, Raw]) -> dict[str, list[str]]:
    """List what would be read differently once it stands in a cell, by field."""
    again = unpacked(asked, packed(asked, raw))
    wrong = [field.key for field in asked if raw.get(field.key, "") not in (again.get(field.key, ""), [], {})]
    return {key: [f"不能含 {LIST_MARK}，名称里也不能含 =；名称和内容都要写"] for key in wrong}


def _line(header: Sequence[str], cells: Mapping[str, str]) -> str:
    return _row([cells.get(name, "") for name in header])


def _row(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
