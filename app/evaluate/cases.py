"""Read what is to be judged: labelled messages in any format we know, and messages from elsewhere."""

import json
from pathlib import Path
from typing import Any

from app import tables
from app.errors import RequestError
from app.evaluate.metrics import Case
from app.labelled import read_lines
from app.strict_yaml import load_file

_TABLES = (*tables.KINDS, ".yml", ".yaml")
_JSON = (".jsonl", ".json", ".ndjson")


def read_cases(path: Path) -> list[Case]:
    """Read JSON lines, an intents folder, Rasa's nlu.yml or a table of label and text."""
    if path.suffix in _JSON and not path.is_dir():
        return _json_lines(path)
    if path.suffix not in _TABLES and not path.is_dir():
        kinds = "JSONL、intents 文件夹、Rasa 的 nlu.yml，或 .tsv、.csv、.xlsx 表格"
        raise RequestError("bad_data", f"--data {path.name}：要 {kinds}", "data")
    cases = [Case(text, label, frozenset({label})) for text, label in read_lines([path])]
    if not cases:
        raise RequestError("bad_data", f"{path.name} 里没有一句话", "data")
    return cases


def read_texts(path: Path) -> list[str]:
    """Read messages without labels: one a line, a table's column of them, or a YAML list."""
    if path.suffix in (".yml", ".yaml"):
        data = load_file(path, root=path.parent)
        if not isinstance(data, list) or not all(isinstance(one, str) for one in data):
            raise RequestError("bad_data", f"--off-domain {path.name}：要一列句子，每句一行「- 句子」", "off_domain")
        texts = data
    elif path.suffix in tables.KINDS:
        texts = _column(path)
    else:
        texts = _lines(path, "off_domain")
    found = [text.strip() for text in texts if text.strip()]
    if not found:
        raise RequestError("bad_data", f"--off-domain {path.name} 里没有一句话", "off_domain")
    return found


def _column(path: Path) -> list[str]:
    """Give the column named text, or the only one."""
    rows = tables.read_rows(path)
    if rows and "text" in rows[0].cells:
        at, rows = rows[0].cells.index("text"), rows[1:]
    elif not any(any(row.cells[1:]) for row in rows):
        at = 0
    else:
        raise RequestError("bad_data", f"--off-domain {path.name}：第一行要有列名 text，或只留句子一列", "off_domain")
    for row in rows:
        if not row.cell(at):
            raise tables.empty_cell(path, row, "text")
    return [row.cell(at) for row in rows]


def _lines(path: Path, field: str) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise RequestError("bad_data", f"{path.name} 不是 UTF-8 编码", field) from error
    except OSError as error:
        raise RequestError("bad_data", f"读不到 {path}：{error.strerror}", field) from error


def _json_lines(path: Path) -> list[Case]:
    """Read JSON lines with text, intent, and optionally acceptable, source and needs_context."""
    cases = []
    for number, line in enumerate(_lines(path, "data"), 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RequestError(
                "bad_data", f"{path.name} 第 {number} 行读不懂：每行要有 text 和 intent", "data"
            ) from error
    if not cases:
        raise RequestError("bad_data", f"{path.name} 里没有一句话", "data")
    return cases


def _case(row: dict[str, Any]) -> Case:
    text, intent = row["text"], row["intent"]
    if not isinstance(text, str) or not isinstance(intent, str):
        raise TypeError
    acceptable = frozenset(row.get("acceptable") or ()) | {intent}
    before = tuple(str(turn["text"]) for turn in row.get("context") or ())
    return Case(text, intent, acceptable, str(row.get("source", "")), bool(row.get("needs_context", False)), before)
