"""The words of the pages: written in Chinese where they stand, with their English in `locale/en/*.yaml`."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from app.errors import DataError, Problem
from app.service.places import LOCALE, STATIC
from app.strict_yaml import load_file, relative

LANGUAGES = ("zh", "en")
_USED = re.compile(r"""\bt\(\s*(?:"((?:[^"\\]|\\.)+)"|'((?:[^'\\]|\\.)+)'|`([^`$]+)`)""")
Translate = Callable[..., str]


class Words:
    """Hold the English of every word on a page."""

    def __init__(self, english: Mapping[str, str], scripted: Mapping[str, str]) -> None:
        self._english = english
        self.scripted = scripted
        """What the JavaScript modules say, Chinese → English."""

    def __call__(self, lang: str) -> Translate:
        """Give the translator of a language."""
        return partial(self._say, lang)

    def _say(self, lang: str, text: str, /, **values: object) -> str:
        said = self._english.get(text, text) if lang == "en" else text
        return said.format(**values) if values else said


def load_words(folder: Path = LOCALE) -> Words:
    """Read `en/*.yaml`; raise DataError where one is not a mapping. The first file that says a word has it."""
    english: dict[str, str] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "en").glob("*.yaml")):
        data = load_file(path, root=folder) or {}
        name = relative(path, folder)
        if not isinstance(data, dict) or not all(isinstance(one, str) and one for one in data.values()):
            problems.append(Problem(name, "", "应当是「中文: English」"))
            continue
        english = data | english
    if problems:
        raise DataError(problems)
    scripted = {one for path in STATIC.glob("**/*.js") if "vendor" not in path.parts for one in used(path)}
    return Words(english, {one: english[one] for one in sorted(scripted) if one in english})


def used(path: Path) -> list[str]:
    """List what a file passes to t(…) literally."""
    found = _USED.findall(path.read_text(encoding="utf-8"))
    return [re.sub(r"\\(.)", r"\1", next(filter(None, one))) for one in found]
