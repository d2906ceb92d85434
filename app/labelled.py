"""Read labelled messages as others keep them: intent folders, Rasa's nlu.yml, tables of label and text."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app import tables
from app.errors import RequestError
from app.strict_yaml import load_file
from app.understand import catalogue as catalogues

Lines = list[tuple[str, str]]
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
"""Rasa marks a value as [值](类型) or [值]{…}; only the value is what the buyer wrote."""


def read_lines(sources: Sequence[Path]) -> Lines:
    """Give (text, label) of every line of every source, each text once; the last source wins."""
    lines: dict[str, str] = {}
    for source in sources:
        lines.update(_read(source))
    return list(lines.items())


def _read(source: Path) -> Lines:
    if source.is_dir():
        return catalogues.load(source).lines()
    if source.suffix in tables.KINDS:
        return _table(source)
    if source.suffix in (".yml", ".yaml"):
        return list(_rasa(source))
    kinds = "intents 文件夹、Rasa 的 nlu.yml，或 .tsv、.csv、.xlsx 表格"
    raise RequestError("bad_data", f"--data {source.name}：要 {kinds}")


def _table(path: Path) -> Lines:
    """Read label and text by their column names, or by position where no header stands."""
    rows = tables.read_rows(path)
    label, text, first = 0, 1, 0
    if rows and "text" in rows[0].cells:
        if "label" not in rows[0].cells:
            raise RequestError("bad_data", f"{path.name} 第一行要有列名 label 和 text")
        label, text, first = rows[0].cells.index("label"), rows[0].cells.index("text"), 1
    if len(rows) <= first or len(rows[0].cells) < 2:
        raise RequestError("bad_data", f"{path.name} 要有 label 和 text 两列")
    for row in rows[first:]:
        for key, at in (("label", label), ("text", text)):
            if not row.cell(at):
                raise tables.empty_cell(path, row, key)
    return [(row.cell(text), row.cell(label)) for row in rows[first:]]


def _rasa(path: Path) -> Iterator[tuple[str, str]]:
    """Read the intents of a Rasa training file; other sections are passed over."""
    data = load_file(path, root=path.parent)
    entries = data.get("nlu") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise RequestError("bad_data", f"{path.name} 里没有 nlu: 一节，不是 Rasa 的训练文件")
    for entry in entries:
        if not isinstance(entry, dict) or "intent" not in entry:
            continue
        examples = entry.get("examples", "")
        if not isinstance(examples, str | list):
            raise RequestError("bad_data", f"{path.name}：意图 {entry['intent']} 的 examples 要是「- 句子」的列表")
        for line in examples.splitlines() if isinstance(examples, str) else _long_form(examples):
            text = _ENTITY.sub(r"\1", line.strip().removeprefix("-").strip())
            if text:
                yield text, str(entry["intent"])


def _long_form(examples: Sequence[Any]) -> list[str]:
    """Take the texts of Rasa's long form (`- text: | …`) and of plain lists."""
    return [str(one.get("text", "")) if isinstance(one, dict) else str(one) for one in examples]
