"""Add a line to the examples of an intent file, or take it out again; order, comments and spelling of the rest stay."""

import json
import re
import unicodedata
from collections.abc import Sequence

import yaml

from app.errors import DataError, Problem
from app.scaffold import EXAMPLE
from app.strict_yaml import BaseLoader, load_text
from app.understand.catalogue import IntentFile

_PLAIN = re.compile(r"[\u4e00-\u9fff]{2}[^:#'\"\[\]{}&*!|<>%@`\\,]*")
_KEY = "examples"
_NOTHING = frozenset({"Cc", "Cs", "Cn", "Co"})
"""Unicode categories of what nobody can see or type."""


def tidy(text: str) -> str:
    """Put a message on one line and leave out what cannot stand in a file."""
    kept = "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co")
    )
    return " ".join(kept.split())


def added(text: str, lines: Sequence[str], *, name: str) -> str:
    """Give the file's text with `lines` at the end of its examples; raise DataError where that cannot be done."""
    kept = [one for one in _examples(text, name=name) if one != EXAMPLE]
    fresh = text
    for line in lines:
        fresh = _insert(fresh, line, name=name)
    if EXAMPLE in _examples(text, name=name):
        fresh = _cut(fresh, EXAMPLE, name=name)
    return _proved(text, fresh, (*kept, *lines), name=name)


def removed(text: str, lines: Sequence[str], *, name: str) -> str:
    """Give the file's text without `lines`, each taken out once, the last one first; an absent one is passed over."""
    left = list(_examples(text, name=name))
    fresh = text
    for line in lines:
        if line not in left:
            continue
        if len(left) == 1:  # a file without a line could not be read
            fresh = _insert(fresh, EXAMPLE, name=name)
            left.append(EXAMPLE)
        del left[len(left) - 1 - left[::-1].index(line)]
        fresh = _cut(fresh, line, name=name)
    return _proved(text, fresh, left, name=name)


def read(text: str, *, name: str) -> IntentFile:
    """Read the text of an intent file as the catalogue does; raise DataError where it is wrong."""
    data = load_text(text, name=name)
    if not isinstance(data, dict):
        raise DataError([Problem(name, "", "应当是「键: 值」的形式")])
    try:
        return IntentFile.model_validate(data)
    except ValueError as error:
        raise DataError([Problem(name, _KEY, "这个意图文件现在读不懂，先运行 miaohui check 改好")]) from error


def _examples(text: str, *, name: str) -> tuple[str, ...]:
    return read(text, name=name).examples


def _insert(text: str, line: str, *, name: str) -> str:
    node = _sequence(text, name=name)
    last = node.value[-1]
    spelled = line if _PLAIN.fullmatch(line) else json.dumps(line, ensure_ascii=False)
    end = last.end_mark.index
    if node.flow_style:
        return f"{text[:end]}, {json.dumps(line, ensure_ascii=False)}{text[end:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = " " * node.start_mark.column
    if end and text[end - 1] == "\n":  # a block scalar ends where the next line begins
        return f"{text[:end]}{indent}- {spelled}{newline}{text[end:]}"
    stop = text.find("\n", end)
    if stop < 0:
        return f"{text}{newline}{indent}- {spelled}{newline}"
    return f"{text[: stop + 1]}{indent}- {spelled}{newline}{text[stop + 1 :]}"


def _cut(text: str, line: str, *, name: str) -> str:
    """Take out the last example that reads `line`, with the file's line it stands on."""
    node = _sequence(text, name=name)
    found = [one for one in node.value if one.value.strip() == line]
    if node.flow_style or not found:
        raise _odd(name)
    start = text.rfind("\n", 0, found[-1].start_mark.index) + 1
    end = found[-1].end_mark.index
    if text[end - 1] != "\n":
        stop = text.find("\n", end)
        end = len(text) if stop < 0 else stop + 1
    return text[:start] + text[end:]


def _sequence(text: str, *, name: str) -> yaml.SequenceNode:
    root = yaml.compose(text, Loader=BaseLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    node = next((value for key, value in pairs if key.value == _KEY), None)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise _odd(name)
    return node


def _proved(before: str, after: str, examples: Sequence[str], *, name: str) -> str:
    """Give `after` where it reads as it should: these examples, and all else as it was."""
    try:
        old, new = read(before, name=name), read(after, name=name)
    except DataError as error:
        raise _odd(name) from error
    if new != old.model_copy(update={"examples": tuple(examples)}):
        raise _odd(name)
    return after


def _odd(name: str) -> DataError:
    return DataError([Problem(name, _KEY, "写法特别，程序不敢动，请打开文件手工加这一句")])
