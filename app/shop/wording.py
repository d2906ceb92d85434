"""How buyers word what a shop's tables hold: names of attributes, values in other words, parts of a thing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.errors import DataError, Problem
from app.strict_yaml import load_file, named_lists

HANDLING = "动手"
"""The list in it that counts as empty only beside what the facts forbid."""
PARTS = "部件"
"""The group of `values.yaml` that names parts of a thing, not values."""
OPPOSITES = "相反"
"""The group that names, for a value, words that refute it."""
FILLERS = "虚词"
"""The group of words that carry no question of their own."""


@dataclass(frozen=True)
class Wording:
    """Attributes and values, each with the ways in which it is said."""

    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Group → value → forms; the values of a group named like an attribute exclude each other."""

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        return {
            form.lower(): value
            for group, values in self.values.items()
            if group not in (PARTS, OPPOSITES, FILLERS)
            for value, forms in values.items()
            for form in forms
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest = sorted(self._forms, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest)) or r"(?!)")

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return {
            value: group
            for group, values in self.values.items()
            if group not in (OPPOSITES, FILLERS)
            for value in values
        }

    def said(self, text: str) -> dict[str, tuple[int, int]]:
        """Give the values that `text` names, each with where it stands first; the longest form wins."""
        found: dict[str, tuple[int, int]] = {}
        for match in self._pattern.finditer(text.lower()):
            found.setdefault(self._forms[match[0]], match.span())
        return found

    @cached_property
    def fillers(self) -> frozenset[str]:
        """Give the words that carry no question of their own."""
        groups = self.values.get(FILLERS, {})
        return frozenset(word for name, words in groups.items() if name != HANDLING for word in words)

    @cached_property
    def handling(self) -> frozenset[str]:
        """Give words for doing something with a thing: what must not be put in must not be dripped in either."""
        return frozenset(self.values.get(FILLERS, {}).get(HANDLING, ()))

    def synonyms(self, text: str) -> list[str]:
        """Give every form of every value and part that `text` names."""
        groups = (forms for group, forms in self.values.items() if group not in (OPPOSITES, FILLERS))
        values = self.said(text)
        named = [
            forms
            for group in groups
            for value, forms in group.items()
            if value in values or any(form in text for form in forms)
        ]
        return [form.lower() for forms in named for form in forms]

    def group(self, value: str) -> str:
        """Give the attribute that the value belongs to, "" for none."""
        group = self._groups.get(value, "")
        return group if group in self.attributes else ""

    def opposites(self, value: str) -> Sequence[str]:
        """Give the words that refute `value` where the facts hold them."""
        return self.values.get(OPPOSITES, {}).get(value, ())

    def parts(self, text: str) -> list[Sequence[str]]:
        """Give the forms of every part that `text` names."""
        return [forms for forms in self.values.get(PARTS, {}).values() if any(form in text for form in forms)]


def load(folder: Path) -> Wording:
    """Read `attributes.yaml` and `values.yaml`; raise DataError where a list of forms is empty."""
    root = folder.parent
    attributes = named_lists(load_file(folder / "attributes.yaml", root=root), name="lexicon_zh/attributes.yaml")
    groups = load_file(folder / "values.yaml", root=root)
    if not isinstance(groups, dict):
        raise DataError([Problem("lexicon_zh/values.yaml", "", "应当是「类: {规范名: [写法, …]}」")])
    values = {name: named_lists(group, name="lexicon_zh/values.yaml", key=str(name)) for name, group in groups.items()}
    return Wording(attributes, values)
