"""Take a table of goods as shops export it, and tell what it would change before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import ValidationError

from app.desk.facts import table_file
from app.desk.facts.facts_form import Field, fields
from app.desk.facts.product_columns import HEADS, Column, clean, head_of, oddity
from app.desk.facts.shop_files import FILES, mark
from app.desk.facts.table_file import Record, Table
from app.errors import DataError, Problem
from app.shop.facts import Product
from app.strict_yaml import problems_of
from app.tables import Row

Mode = Literal["merge", "replace"]
ASKED: tuple[Field, ...] = fields(Product, about="Product.")
_FILE = FILES["products"]
_SHAPES = {one.key: one.shape for one in ASKED}
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the table: the row as a spreadsheet counts it (0: none), the column's head, what to do."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = " ".join(part for part in (f"第 {self.row} 行" if self.row else "", self.column) if part)
        return f"{where}：{self.message}" if where else self.message


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that a row changes; both sides as the file writes them."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One product that comes, changes or goes."""

    sku: str
    name: str
    row: int = 0
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; `text` is the whole file after it, and `mark` stands for exactly this plan."""

    mode: Mode
    columns: tuple[Column, ...]
    new: tuple[Planned, ...]
    changed: tuple[Planned, ...]
    unchanged: int
    missing: tuple[Planned, ...]
    faults: tuple[Fault, ...]
    text: str
    seen: str
    """The mark of the file that the plan was made on."""
    mark: str

    @property
    def empty(self) -> bool:
        """Tell whether nothing would change."""
        return not (self.new or self.changed or (self.missing and self.mode == "replace"))


@dataclass
class _Work:
    """What is gathered while the rows are read."""

    table: Table
    columns: tuple[Column, ...]
    faults: list[Fault] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """Sku → the row that names it."""
    cells: dict[str, Cells] = field(default_factory=dict)
    """Sku → the cells it shall have; those that change nothing are left out."""
    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: int = 0

    def head(self, key: str) -> str:
        """Name a column as the table does."""
        return next((one.title for one in self.columns if one.key == key), HEADS.get(key, (key,))[0])


def plan(rows: Sequence[Row], current: str, mode: Mode, check: Callable[[str], object]) -> Plan:
    """Work out what the table changes in the text `current`; `check` loads the shop with the result."""
    table = table_file.read(current, name=_FILE, columns=[one.key for one in ASKED])
    start, columns, heads = head_of(rows)
    work = _Work(table, columns, [Fault(row, title, text) for row, title, text in heads])
    if not work.faults:
        _read(work, rows[start + 1 :])
        if not work.rows and not work.faults:
            work.faults.append(Fault(0, "", "表里没有商品"))
    gone = [at for at, one in enumerate(table.records) if one.cells.get("sku", "") not in work.rows]
    missing = tuple(
        Planned(table.records[at].cells.get("sku", ""), table.records[at].cells.get("name", "")) for at in gone
    )
    text = _result(work, gone if mode == "replace" else []) if not work.faults else current
    if not work.faults:
        work.faults += _whole(work, check, text)
    return Plan(
        mode, columns, tuple(work.new), tuple(work.changed), work.unchanged, missing, tuple(work.faults),
        text, mark(current), mark(current, text, mode),
    )  # fmt: skip


def _read(work: _Work, rows: Sequence[Row]) -> None:
    there = {one.cells.get("sku", ""): one for one in work.table.records}
    listing = {one.cells["item_id"]: one for one in work.table.records if one.cells.get("item_id")}
    for row in rows:
        cells = {one.key: clean(row.cell(at), _SHAPES[one.key]) for at, one in enumerate(work.columns) if one.key}
        sku = cells.get("sku", "")
        if not sku and "sku" not in cells and cells.get("item_id") in listing:
            sku = listing[cells["item_id"]].cells["sku"]
        if not sku:
            work.faults.append(Fault(row.number, work.head("sku"), "没有货号，补上或删掉这一行"))
        elif sku in work.rows:
            work.faults.append(Fault(row.number, work.head("sku"), f"「{sku}」和第 {work.rows[sku]} 行重了，删掉一行"))
        else:
            work.rows[sku] = row.number
            _one(work, row.number, sku, cells, there.get(sku))


def _one(work: _Work, row: int, sku: str, cells: Cells, old: Record | None) -> None:
    """Check one row against the product it changes, or as a new one."""
    wrong = [Fault(row, work.head(key), text) for key, value in cells.items() if (text := oddity(key, value, _SHAPES))]
    whole = {**(old.cells if old else {}), **cells, "sku": sku}
    try:
        product = _product(whole)
    except ValidationError as error:
        wrong += [
            Fault(row, work.head(key), one.message if whole.get(key) else _lacking(key, cells))
            for one in problems_of(error, name=_FILE)
            for key in [one.key.split(".")[0]]
        ]
        product = None
    if product is None or wrong:
        work.faults += wrong
        return
    before = _former(old)
    changes = tuple(
        Changed(one.key, (old.cells if old else {}).get(one.key, ""), whole.get(one.key, ""))
        for one in ASKED
        if one.key in cells and (before is None or getattr(before, one.key) != getattr(product, one.key))
    )
    if old is None:
        work.new.append(Planned(sku, product.name, row, tuple(one for one in changes if one.after)))
    elif changes:
        work.changed.append(Planned(sku, product.name, row, changes))
    else:
        work.unchanged += 1
        return
    work.cells[sku] = whole


def _lacking(key: str, cells: Cells) -> str:
    return "空着，要写上" if key in cells else "新商品要有这一项，表里没有这一列"


def _product(cells: Mapping[str, str]) -> Product:
    return Product.model_validate(table_file.unpacked(ASKED, cells))


def _former(old: Record | None) -> Product | None:
    try:
        return _product(old.cells) if old else None
    except ValidationError:
        return None


def _result(work: _Work, gone: Sequence[int]) -> str:
    """Write the file: changed rows in their places, new ones at the end."""
    columns = dict.fromkeys(key for cells in work.cells.values() for key, value in cells.items() if value)
    table = work.table.drop(gone).wide(dict.fromkeys(columns, "x"))
    records = [
        replace(one, cells=work.cells[sku], text="") if (sku := one.cells.get("sku", "")) in work.cells else one
        for one in table.records
    ]
    records += [Record(work.cells[one.sku], "", 0) for one in work.new]
    return replace(table, records=tuple(records)).text()


def _whole(work: _Work, check: Callable[[str], object], text: str) -> list[Fault]:
    try:
        check(text)
    except DataError as error:
        return [_placed(work, one) for one in error.problems]
    return []


def _placed(work: _Work, problem: Problem) -> Fault:
    """Say which row of the table a fault of the whole shop comes from, where it is one of them."""
    sku, _, key = problem.key.partition(".")
    file = problem.file.rpartition("/")[2]
    if file.startswith(_FILE) and sku in work.rows:
        return Fault(work.rows[sku], work.head(key) if key else "", problem.message)
    return Fault(0, f"{file} {problem.key}".strip(), problem.message)
