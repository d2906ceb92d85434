"""Labelled messages are read from every form that others keep them in."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.errors import RequestError
from app.evaluate.cases import read_cases, read_texts
from app.labelled import read_lines

RASA = """\
version: "3.1"
nlu:
- intent: track
  examples: |
    - [圆通](courier)到哪了
    - 单号[YT1]{"entity": "tracking_no"}呢
- intent: faq/ship
  examples:
  - text: |
      几点发货
    metadata: {sentiment: neutral}
- synonym: 圆通
  examples: |
    - yto
"""


def _written(folder: Path, name: str, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def test_rasa_values_lose_their_marks(tmp_path: Path) -> None:
    lines = read_lines([_written(tmp_path, "nlu.yml", RASA)])
    assert lines == [("圆通到哪了", "track"), ("单号YT1呢", "track"), ("几点发货", "faq/ship")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "label\ttext\nship\t几点发货\n"),
        ("a.tsv", "ship\t几点发货\n"),
        ("a.csv", "text,source,label\n几点发货,x,ship\n"),
    ],
    ids=["header", "no-header", "other-order"],
)
def test_tables(tmp_path: Path, name: str, text: str) -> None:
    assert read_lines([_written(tmp_path, name, text, encoding="utf-8-sig")]) == [("几点发货", "ship")]


def test_a_folder_of_intents(settings: object) -> None:
    folder = settings.intents  # type: ignore[attr-defined]
    assert ("在吗", "greeting") in read_lines([folder])


def test_each_text_counts_once_and_the_last_source_wins(tmp_path: Path) -> None:
    one = _written(tmp_path, "a.tsv", "a\t几点发货\n")
    two = _written(tmp_path, "b.tsv", "b\t几点发货\n")
    assert read_lines([one, two]) == [("几点发货", "b")]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.tsv", "intent\ttext\nship\t几点发货\n", "label 和 text"),
        ("a.tsv", "label\ttext\nship\t\n", "第 2 行"),
        ("a.tsv", "", "label 和 text"),
        ("a.tsv", "几点发货\n", "label 和 text"),
        ("a.yml", "rules: []\n", "nlu"),
        ("a.yml", "nlu:\n- intent: a\n  examples: {}\n", "examples"),
        ("a.docx", "x", "nlu.yml"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        read_lines([_written(tmp_path, name, text)])


def _sheet(folder: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("第二张").append(["label", "别的"])
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@pytest.mark.parametrize(
    "rows",
    [
        [["label", "text"], ["ship", " 几点发货 "]],
        [["ship", "几点发货"]],
        [["text", "备注", "label"], [], ["几点发货", None, "ship"]],
    ],
    ids=["header", "no-header", "other-order-and-a-blank-row"],
)
def test_the_first_sheet_of_an_excel_file(tmp_path: Path, rows: list[list[object]]) -> None:
    path = _sheet(tmp_path, *rows)
    assert read_lines([path]) == [("几点发货", "ship")]
    assert [(case.text, case.intent) for case in read_cases(path)] == [("几点发货", "ship")]


def test_numbers_in_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    assert read_lines([_sheet(tmp_path, [1.0, 88], ["b", 9.5])]) == [("88", "1"), ("9.5", "b")]


def _patched(path: Path, part: str, old: str, new: str) -> Path:
    """Rewrite one part of the archive, as another program would have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def test_of_a_formula_its_value_is_read(tmp_path: Path) -> None:
    path = _sheet(tmp_path, ["label", "text"], ["ship", '="几点"&"发货"'])
    with pytest.raises(RequestError, match=r"a\.xlsx 第 2 行的 text 是空的.*公式"):
        read_lines([path])
    _patched(path, SHEET, "<v />", "<v>几点发货</v>")
    _patched(path, SHEET, '<c r="B2">', '<c r="B2" t="str">')
    assert read_lines([path]) == [("几点发货", "ship")]


def test_a_wrong_size_written_by_another_program_loses_no_row(tmp_path: Path) -> None:
    path = _sheet(tmp_path, ["a", "几点发货"], ["b", "开发票"])
    assert len(read_lines([_patched(path, SHEET, 'ref="A1:B2"', 'ref="A1"')])) == 2


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["intent", "text"], ["ship", "几点发货"]], r"a\.xlsx 第一行要有列名 label 和 text"),
        ([["label", "text"], [], ["ship", None]], r"a\.xlsx 第 3 行的 text 是空的"),
        ([["label", "text"], ["#N/A", "几点发货"]], r"a\.xlsx 第 2 行的 label 是空的"),
        ([["label", "text"]], "label 和 text 两列"),
        ([["几点发货"]], "label 和 text 两列"),
        ([], "label 和 text 两列"),
    ],
)
def test_what_is_wrong_in_a_sheet_is_named(tmp_path: Path, rows: list[list[object]], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        read_lines([_sheet(tmp_path, *rows)])


def _other_archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "另存为"),
        (b"PK", "另存为"),
        (b"label,text\n", "另存为"),
        (_other_archive(), "另存为"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "有密码"),
    ],
    ids=["empty", "torn", "renamed-csv", "other-archive", "password"],
)
def test_an_excel_file_that_cannot_be_opened(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(RequestError, match=rf"a\.xlsx.*{words}"):
        read_lines([tmp_path / "a.xlsx"])


def _refusal(path: Path) -> str:
    try:
        read_lines([path])
    except RequestError as error:
        return str(error)
    return ""


def test_an_excel_file_damaged_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    path = _sheet(tmp_path, ["label", "text"], ["ship", "几点发货"])
    whole = path.read_bytes()
    for at in range(0, len(whole), 37):
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            path.write_bytes(broken)
            assert "a.xlsx" in (_refusal(path) or "a.xlsx")


def test_a_missing_excel_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"none\.xlsx，没有"):
        read_lines([tmp_path / "none.xlsx"])


def test_messages_from_elsewhere_come_from_tables_too(tmp_path: Path) -> None:
    assert read_texts(_sheet(tmp_path, ["天气好"], [], ["吃了吗"])) == ["天气好", "吃了吗"]
    assert read_texts(_sheet(tmp_path, ["source", "text"], ["x", "天气好"])) == ["天气好"]
    assert read_texts(_written(tmp_path, "a.csv", "天气好\n吃了吗\n")) == ["天气好", "吃了吗"]
    with pytest.raises(RequestError, match=r"a\.xlsx：第一行要有列名 text"):
        read_texts(_sheet(tmp_path, ["x", "天气好"]))
    with pytest.raises(RequestError, match=r"a\.xlsx 里没有一句话"):
        read_texts(_sheet(tmp_path))
    with pytest.raises(RequestError, match=r"a\.xlsx 第 2 行的 text 是空的"):
        read_texts(_sheet(tmp_path, ["source", "text"], ["x"]))
