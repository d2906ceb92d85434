"""Change single values in a YAML file that people write by hand: comments, order and style stay as they are."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import yaml

from app.errors import DataError, RequestError
from app.strict_yaml import load_text

Raw = Any
"""What the strict loader gives: mappings, lists and texts."""


def revise(text: str, wanted: Raw, *, name: str) -> str:
    """Give `text` with only that changed which differs from `wanted`; raise RequestError where that cannot be done."""
    now = load_text(text, name=name)
    if now == wanted:
        return text
    if not text.strip() or now in ("", None, [], {}):
        changed = text.rstrip("\n") + "\n" * bool(text.strip()) + _block(wanted, 0)
    else:
        lines = text if text.endswith("\n") else text + "\n"
        changed = _operated(lines, wanted)
    try:
        right = load_text(changed, name=name) == wanted
    except DataError:
        right = False
    if not right:
        raise RequestError("odd_yaml", f"{name} 的写法太特别，这里改不了，请在文件里改")
    return changed


def _operated(text: str, wanted: Raw) -> str:
    surgeon = _Surgeon(text)
    node = yaml.compose(text, Loader=yaml.BaseLoader)  # not libyaml's, whose marks count bytes
    if node is not None:
        surgeon.walk(node, wanted)
    return surgeon.done()


@dataclass
class _Surgeon:
    """Collect edits of a text, each as start, end and what comes there."""

    text: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def done(self) -> str:
        """Give the text with all edits made, from the end so that places stay right."""
        text = self.text
        placed = sorted((start, end, at, new) for at, (start, end, new) in enumerate(self.edits))
        for start, end, _, new in reversed(placed):
            text = text[:start] + new + text[end:]
        return text

    def walk(self, node: yaml.Node, wanted: Raw, *, colon: int = 0) -> None:
        """Note what has to change in `node`; `colon` is where the key before it ends."""
        if _value(node) == wanted:
            return
        if isinstance(node, yaml.ScalarNode) and isinstance(wanted, str):
            self._scalar(node, wanted)
        elif getattr(node, "flow_style", False) or not node.value or not wanted or not _alike(node, wanted):
            self._whole(node, wanted, colon)
        elif isinstance(node, yaml.MappingNode):
            self._mapping(node, wanted)
        elif isinstance(node, yaml.SequenceNode):
            self._sequence(node, wanted)

    def _scalar(self, node: yaml.ScalarNode, wanted: str) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        new = json.dumps(wanted, ensure_ascii=False) if node.style == '"' else _plain(wanted)
        if node.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        self.edits.append((start, end, f" {new}" if start == end else new))

    def _whole(self, node: yaml.Node, wanted: Raw, colon: int) -> None:
        start, end = node.start_mark.index, self._end(node)
        if colon and not getattr(node, "flow_style", False):
            self.edits.append((colon, max(end, colon), f" {_flow(wanted)}"))
        else:
            self.edits.append((start, end, _flow(wanted)))

    def _mapping(self, node: yaml.MappingNode, wanted: Mapping[str, Raw]) -> None:
        for key, value in node.value:
            if key.value in wanted:
                self.walk(value, wanted[key.value], colon=self._colon(key))
            else:
                self._remove(key.start_mark.index, max(self._end(value), self._colon(key)))
        there = {key.value for key, _ in node.value}
        pad = " " * node.start_mark.column
        added = "".join(f"{pad}{_plain(key)}: {_flow(value)}\n" for key, value in wanted.items() if key not in there)
        self._add(self._end(node), added)

    def _sequence(self, node: yaml.SequenceNode, wanted: Sequence[Raw]) -> None:
        items = node.value
        before, after = ([json.dumps(one, sort_keys=True) for one in side] for side in (_value(node), wanted))
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            if tag == "equal":
                continue
            for item, new in zip_longest(items[old_from:old_to], wanted[new_from:new_to]):
                if item is None:
                    self._insert(node, old_to, new)
                elif new is None:
                    self._remove(item.start_mark.index, self._end(item))
                else:
                    self.walk(item, new)

    def _insert(self, node: yaml.SequenceNode, at: int, new: Raw) -> None:
        """Put an item before the item `at`, written as the items beside it are."""
        beside = node.value[max(at - 1, 0)]
        pad = " " * node.start_mark.column
        if isinstance(new, dict) and not getattr(beside, "flow_style", True):
            lines = _block([new], len(pad))
            self._add(self._end(beside), f"\n{lines}") if at else self._ahead(node, f"{lines}\n")
        else:
            lines = f"{pad}- {_flow(new)}\n"
            self._add(self._end(beside), lines) if at else self._ahead(node, lines)

    def _add(self, end: int, lines: str) -> None:
        """Put lines after the line that holds `end`."""
        if lines:
            place = self.text.index("\n", max(end - 1, 0)) + 1
            self.edits.append((place, place, lines))

    def _ahead(self, node: yaml.Node, lines: str) -> None:
        place = self.text.rfind("\n", 0, node.start_mark.index) + 1
        self.edits.append((place, place, lines))

    def _remove(self, start: int, end: int) -> None:
        """Take out whole lines, and the blank line that set a longer entry apart."""
        first = self.text.rfind("\n", 0, start) + 1
        after = self.text.index("\n", max(end - 1, 0)) + 1
        if "\n" in self.text[first : after - 1] and self.text[after : after + 1] == "\n":
            after += 1
        self.edits.append((first, after, ""))

    def _colon(self, key: yaml.Node) -> int:
        return self.text.index(":", key.end_mark.index) + 1

    def _end(self, node: yaml.Node) -> int:
        """Give where the content of a node ends; comments and blank lines after it are not its own."""
        if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
            start, end = node.start_mark.index, node.end_mark.index
            return int(start + len(self.text[start:end].rstrip()))
        last = node.value[-1]
        if isinstance(node, yaml.MappingNode):
            return max(self._end(last[1]), self._colon(last[0]))
        return self._end(last)


def _value(node: yaml.Node) -> Raw:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    return [_value(one) for one in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def _alike(node: yaml.Node, wanted: Raw) -> bool:
    return isinstance(wanted, dict if isinstance(node, yaml.MappingNode) else list)


def _flow(value: Raw) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_plain(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _plain(value)


def _block(value: Raw, pad: int) -> str:
    """Write a new file's content, or new entries of a list, one key a line."""
    space = " " * pad
    if isinstance(value, Mapping):
        return "".join(f"{space}{_plain(key)}: {_flow(one)}\n" for key, one in value.items())
    return "\n".join(f"{space}- {_block(one, pad + 2).lstrip()}" for one in value)


def _plain(value: str) -> str:
    """Write a text without quotes where it reads the same inside brackets and out."""
    try:
        same = value and load_text(f"[{value}, {{k: {value}}}]", name="") == [value, {"k": value}]
        same = same and load_text(f"k: {value}", name="") == {"k": value}
    except DataError:
        same = False
    return value if same else json.dumps(value, ensure_ascii=False)
