"""Read tables as others keep them: TSV, CSV and the first sheet of an Excel file, row by row, all cells text."""

import csv
import warnings
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from app.errors import RequestError

KINDS = (".tsv", ".csv", ".xlsx")
_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a workbook with a password begins, and an .xls of before 2007."""
_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    ParseError,
    BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty, with its number in the file."""

    number: int
    cells: tuple[str, ...]

    def cell(self, at: int) -> str:
        """Give one cell; those after the last are empty."""
        return self.cells[at] if at < len(self.cells) else ""


def read_rows(path: Path) -> list[Row]:
    """Read every row that holds something; raise RequestError where the file cannot be read."""
    rows = _sheet(path) if path.suffix == ".xlsx" else _separated(path)
    return [Row(number, row) for number, row in enumerate(rows, 1) if any(row)]


def empty_cell(path: Path, row: Row, key: str) -> RequestError:
    """Say that a needed cell of `row` is empty, and what to do."""
    fix = "补上，或删掉这一行"
    if path.suffix == ".xlsx":
        fix += "；是公式就在 Excel 里打开、算对、另存一次"
    return RequestError("bad_data", f"{path.name} 第 {row.number} 行的 {key} 是空的，{fix}")


def _separated(path: Path) -> list[tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            return [tuple(cell.strip() for cell in row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError("bad_data", f"读不到 {path.name}，要 UTF-8 的表格") from error


def _sheet(path: Path) -> list[tuple[str, ...]]:
    try:
        with path.open("rb") as file:
            locked = file.read(len(_LOCKED)) == _LOCKED
            if not locked:
                return list(_cells(file))
    except FileNotFoundError as error:
        raise RequestError("bad_data", f"读不到 {path.name}，没有这个文件") from error
    except _DAMAGED as error:
        raise RequestError("bad_data", f"{path.name} 读不出来，可能写坏了，请在 Excel 里打开、另存为 .xlsx") from error
    raise RequestError("bad_data", f"{path.name} 有密码，或是旧的 .xls，请去掉密码、另存为 .xlsx")


def _cells(file: BinaryIO) -> Iterator[tuple[str, ...]]:
    """Give the rows of the first sheet; of a formula, the value last worked out."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of styles and charts that it leaves out
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # other programs write a wrong size, and rows beyond it would be lost
            for row in sheet.iter_rows():
                yield tuple(_text(row))
        finally:
            book.close()


def _text(row: Iterable[Any]) -> Iterator[str]:
    """Give the cells as text; one whose formula failed (#N/A) is empty."""
    for cell in row:
        value = "" if cell.value is None or cell.data_type == "e" else cell.value
        yield str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
