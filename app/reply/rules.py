"""The lint rules: what a reply must not say, read from `rules_zh/*.yaml`.

`load` checks the files by themselves; `prove` checks that every example sentence holds against a built linter.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.errors import DataError, Problem
from app.outgoing import Finding, Level
from app.records import Platform
from app.reply.shape import Category, Shape
from app.strict_yaml import load_model, relative

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
STRUCTURE = "structure.yaml"
EXAMPLES = 3
"""How many sentences each rule must flag, and how many it must let pass, at least."""
_FULL_WIDTH = 0xFEE0


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pattern(_Part):
    """A regular expression on folded text; what it leaves out is taken from its rule."""

    regex: Line
    message: str = ""
    rewrite: str = ""
    level: Level | None = None


class LevelOf(_Part):
    """Words of the rule that weigh differently, in the named categories or everywhere."""

    level: Level
    words: tuple[Word, ...] = Field(min_length=1)
    categories: tuple[Category, ...] = ()


class ExampleFile(_Part):
    """A sentence and where it is said."""

    text: Line
    platform: Platform = "pinduoduo"
    category: Category = "general"
    shape: Shape | None = None


def _as_example(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Example = Annotated[ExampleFile, BeforeValidator(_as_example)]


class _Rule(_Part):
    id: Line
    title: Line
    level: Level
    message: Line
    source: Line
    rewrite: str = ""
    must_flag: tuple[Example, ...] = ()
    must_pass: tuple[Example, ...] = ()


class ListRule(_Rule):
    """One word-list rule: the content of one file."""

    words: tuple[Word, ...] = ()
    alone: tuple[Word, ...] = ()
    """Words that hit only where they are a whole sentence."""
    words_by_platform: dict[Literal[Platform, "other"], tuple[Word, ...]] = Field(default_factory=dict)
    """Names of platforms; a shop may say those of its own."""
    patterns: tuple[Pattern, ...] = ()
    allow: tuple[Line, ...] = ()
    rewrites: dict[Word, str] = Field(default_factory=dict)
    levels: tuple[LevelOf, ...] = ()
    platforms: tuple[Platform, ...] = ()
    except_platforms: tuple[Platform, ...] = ()
    categories: tuple[Category, ...] = ()

    def all_words(self) -> list[str]:
        """Give every word of the rule, wherever it is listed."""
        return [*self.words, *self.alone, *(word for words in self.words_by_platform.values() for word in words)]

    def holds_for(self, platform: str, category: str) -> bool:
        """Tell whether the rule is in force there."""
        if self.platforms and platform not in self.platforms:
            return False
        return platform not in self.except_platforms and (not self.categories or category in self.categories)


class CheckRule(_Rule):
    """One structural check; `where` names who runs it."""

    where: Literal["lint", "authority", "L02", "L03"] = "lint"
    patterns: dict[str, Pattern] = Field(default_factory=dict)


class StructureFile(_Part):
    checks: tuple[CheckRule, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules; list rules by the name of their file."""

    lists: Mapping[str, ListRule]
    checks: tuple[CheckRule, ...]
    structure_file: str = STRUCTURE

    def examples(self) -> Iterator[tuple[str, str, str, _Rule]]:
        """Give (file, key prefix, id of the rule that is to act, rule) of everything the lint runs."""
        for file, rule in self.lists.items():
            yield file, "", rule.id, rule
        for check in self.checks:
            if check.where != "authority":
                yield self.structure_file, f"{check.id}.", check.id if check.where == "lint" else check.where, check


def compile_pattern(regex: str) -> re.Pattern[str]:
    """Compile a regex for folded text: full-width marks and capitals become what folding makes of them."""
    return re.compile(re.sub(r"\(\?P|\\.|[A-Z\uff01-\uff5e]", lambda found: _folded_mark(found[0]), regex))


def _folded_mark(mark: str) -> str:
    if len(mark) > 1:
        return mark
    plain = chr(ord(mark) - _FULL_WIDTH) if ord(mark) > _FULL_WIDTH else mark
    return plain.lower() if plain.isalnum() else re.escape(plain)


def load(folder: Path) -> Rules:
    """Read every rule file in `folder`; raise DataError with all faults."""
    lists: dict[str, ListRule] = {}
    checks: tuple[CheckRule, ...] = ()
    problems: list[Problem] = []
    structure = relative(folder / STRUCTURE, folder.parent)
    for path in sorted({*folder.glob("*.yaml"), folder / STRUCTURE}):
        name = relative(path, folder.parent)
        try:
            if path.name == STRUCTURE:
                checks = load_model(path, StructureFile, root=folder.parent).checks
                problems.extend(_check_faults(name, checks))
            else:
                lists[name] = load_model(path, ListRule, root=folder.parent)
                problems.extend(_list_faults(name, lists[name]))
        except DataError as error:
            problems.extend(error.problems)
    if not lists and not problems:
        problems.append(Problem(folder.name, "", "没有规则文件（应在 rules_zh/L01_….yaml）"))
    problems.extend(_clashes([(name, rule.id) for name, rule in lists.items()] + [(structure, c.id) for c in checks]))
    if problems:
        raise DataError(problems)
    return Rules(lists, checks, structure)


def _clashes(named: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for file, rule_id in named:
        if rule_id in first:
            yield Problem(file, "id", f"编号「{rule_id}」已用在 {first[rule_id]}，换一个")
        first.setdefault(rule_id, file)


def _list_faults(file: str, rule: ListRule) -> Iterator[Problem]:
    if not Path(file).name.startswith(f"{rule.id}_"):
        yield Problem(file, "id", f"编号「{rule.id}」与文件名不符，文件名应以「{rule.id}_」开头")
    if not rule.all_words() and not rule.patterns:
        yield Problem(file, "words", "没有词也没有正则，这条规则拦不到任何话，请补 words 或 patterns")
    if rule.platforms and rule.except_platforms:
        yield Problem(file, "except_platforms", "与 platforms 不能同时写，留一个")
    yield from _word_faults(file, rule)
    for at, pattern in enumerate(rule.patterns):
        yield from _regex_faults(file, f"patterns.{at}.regex", pattern.regex)
    for at, regex in enumerate(rule.allow):
        yield from _regex_faults(file, f"allow.{at}", regex)
    yield from _too_few(file, "", rule)


def _word_faults(file: str, rule: ListRule) -> Iterator[Problem]:
    known: set[str] = set()
    for word in rule.all_words():
        plain = unicodedata.normalize("NFKC", word).lower()
        if plain in known:
            yield Problem(file, "words", f"词「{word}」写了两次（大小写、全半角算同一个），删掉一个")
        known.add(plain)
    named = [("rewrites", word) for word in rule.rewrites]
    named += [(f"levels.{at}", word) for at, part in enumerate(rule.levels) for word in part.words]
    for key, word in named:
        if unicodedata.normalize("NFKC", word).lower() not in known:
            yield Problem(file, key, f"「{word}」不在本规则的词里，永远用不上：补进 words 或删掉")


def _check_faults(file: str, checks: Iterable[CheckRule]) -> Iterator[Problem]:
    for check in checks:
        for name, pattern in check.patterns.items():
            yield from _regex_faults(file, f"{check.id}.patterns.{name}.regex", pattern.regex)
        if check.where == "lint":
            yield from _too_few(file, f"{check.id}.", check)


def _regex_faults(file: str, key: str, regex: str) -> Iterator[Problem]:
    try:
        compiled = compile_pattern(regex)
    except re.error as error:
        yield Problem(file, key, f"正则「{regex}」读不懂（{error}），检查括号和转义")
        return
    if compiled.match(""):
        yield Problem(file, key, f"正则「{regex}」连空文字也算命中，至少要求一个字")


def _too_few(file: str, prefix: str, rule: _Rule) -> Iterator[Problem]:
    for key, sentences in (("must_flag", rule.must_flag), ("must_pass", rule.must_pass)):
        if len(sentences) < EXAMPLES:
            yield Problem(file, f"{prefix}{key}", f"现有 {len(sentences)} 句，至少写 {EXAMPLES} 句")


def prove(rules: Rules, lint: Callable[..., Iterable[Finding]]) -> None:
    """Hold every example sentence against `lint`; raise DataError with all that fail."""
    problems: list[Problem] = []
    for file, prefix, acting, rule in rules.examples():
        for key, sentences, wanted in (("must_flag", rule.must_flag, True), ("must_pass", rule.must_pass, False)):
            for at, example in enumerate(sentences):
                found = lint(example.text, platform=example.platform, category=example.category, shape=example.shape)
                if any(finding.rule == acting for finding in found) != wanted:
                    advice = "应当命中却没有：补词或正则" if wanted else "不该命中却命中了：补 allow 或收紧词和正则"
                    problems.append(Problem(file, f"{prefix}{key}.{at}", f"「{example.text}」{acting} {advice}"))
    if problems:
        raise DataError(problems)
