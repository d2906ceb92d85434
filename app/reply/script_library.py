"""The scripts: found, compiled and checked; a shop's own folder comes before the common one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    nodes,
)
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict

from app.errors import DataError, Problem
from app.records import Style
from app.reply.review_variables import REVIEW_NAMES
from app.reply.variables import FUNCTIONS, NAMES
from app.strict_yaml import load_model

HIDDEN = ("remark", "todo", "follow_up_at")
"""Blocks that the buyer never sees."""
RATINGS, NOTICES = "ratings", "notices"
"""The group of public replies to reviews: they answer no chat intent and have variables of their own."""
_LONGEST: Style = "soothing"
"""The style that has room for a closing word where several things were asked."""
_BANNED_FILTERS = frozenset({"default", "d", "safe"})


class _Styles(BaseModel):
    """Which stages each style speaks, by flow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    core: tuple[str, ...]
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    brief: dict[str, tuple[str, ...]]
    standard: dict[str, tuple[str, ...]]
    soothing: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Styles:
    """Say which stages a style speaks in a flow, and which of them a second question keeps."""

    core: frozenset[str]
    opening: frozenset[str]
    closing: frozenset[str]
    spoken: Mapping[tuple[str, str], frozenset[str]]

    def __call__(self, style: Style, flow: str, *, at: int = 0, of: int = 1) -> frozenset[str]:
        """Give the stages of answer `at` of so many: the first opens, the last may close, all keep to the core."""
        stages = self.spoken[style, flow]
        if of == 1:
            return stages
        opening = self.opening if at == 0 else frozenset[str]()
        closing = self.closing if at == of - 1 and style == _LONGEST else frozenset[str]()
        return stages & (self.core | opening | closing)


def load_styles(scripts: Path) -> Styles:
    """Read `styles.yaml`."""
    file = load_model(scripts / "styles.yaml", _Styles, root=scripts.parent)
    tables: dict[str, dict[str, tuple[str, ...]]] = {
        "brief": file.brief,
        "standard": file.standard,
        "soothing": file.soothing,
    }
    spoken = {(style, flow): frozenset(stages) for style, table in tables.items() for flow, stages in table.items()}
    return Styles(frozenset(file.core), frozenset(file.opening), frozenset(file.closing), spoken)


class Library:
    """Hold the compiled scripts of one shop.

    A shop's script `<shop>/scripts/aftersales/wrong_item.j2` says `{% extends "base/aftersales/wrong_item.j2" %}`
    and fills only the stage it words in its own way.
    """

    def __init__(
        self,
        scripts: Path,
        *,
        own: Path | None = None,
        cache: Path | None = None,
        unsaved: Mapping[str, str] | None = None,
    ) -> None:
        """Look in `unsaved` (name → source) first, then in the shop's own folder, then in the common one."""
        self._scripts = scripts
        self._own = own
        folders: list[BaseLoader] = [FileSystemLoader(own)] if own and own.is_dir() else []
        trial = DictLoader({f"{name}.j2": source for name, source in (unsaved or {}).items()})
        common = FileSystemLoader(scripts)
        bytecode = None
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            bytecode = FileSystemBytecodeCache(str(cache))
        self.environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([trial, *folders, common, PrefixLoader({"base": common})]),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=400,
            bytecode_cache=bytecode,
        )
        self.environment.globals.clear()

    def names(self) -> list[str]:
        """List the scripts that answer chat messages as `group/intent`."""
        return sorted(
            path.relative_to(self._scripts).with_suffix("").as_posix()
            for path in self._scripts.glob("[a-z]*/*.j2")
            if path.parent.name not in (RATINGS, NOTICES)
        )

    def ratings(self) -> list[str]:
        """List the scripts that answer public reviews as `ratings/kind`."""
        return sorted(f"{RATINGS}/{path.stem}" for path in (self._scripts / RATINGS).glob("*.j2"))

    def notices(self) -> list[str]:
        """List the scripts of what a shop tells its buyers unasked as `notices/kind`."""
        return sorted(f"{NOTICES}/{path.stem}" for path in (self._scripts / NOTICES).glob("*.j2"))

    def template(self, name: str) -> Template:
        """Give the compiled script called `group/intent`."""
        try:
            return self.environment.get_template(f"{name}.j2")
        except TemplateSyntaxError as error:
            where = error.filename or error.name or name
            raise DataError(
                [Problem(Path(where).name, f"第 {error.lineno} 行", f"模板读不懂：{error.message}")]
            ) from error
        except TemplateError as error:
            raise DataError([Problem(f"{name}.j2", "", f"找不到脚本或它所继承的模板：{error}")]) from error

    def flow(self, name: str) -> str:
        """Name the flow that a script extends, "" where it extends none."""
        source, _, _ = self._source(f"{name}.j2")
        for extends in self.environment.parse(source).find_all(nodes.Extends):
            if isinstance(extends.template, nodes.Const):
                return Path(str(extends.template.value)).stem
        return ""

    def _source(self, name: str) -> tuple[str, str | None, object]:
        loader = self.environment.loader
        return loader.get_source(self.environment, name) if loader else ("", None, None)

    def warm(self) -> None:
        """Compile every script now, so that the first buyer does not wait for it."""
        for name in (*self.names(), *self.ratings()):
            self.template(name)

    def problems(self) -> list[Problem]:
        """List every fault of every script: syntax, unknown variables, banned filters, unknown stages."""
        problems: list[Problem] = []
        for folder in filter(None, (self._scripts, self._own)):
            for path in sorted(folder.glob("*/*.j2")):
                at = path.relative_to(folder).with_suffix("").as_posix()
                source = path.read_text(encoding="utf-8")
                problems.extend(self.faults(source, at, file=f"{folder.name}/{at}.j2"))
        return problems

    def faults(self, source: str, at: str, *, file: str) -> list[Problem]:
        """List the faults of `source` as the script `group/intent`; `file` is what the problems call it."""
        try:
            tree = self.environment.parse(source)
        except TemplateSyntaxError as error:
            return [Problem(file, f"第 {error.lineno} 行", f"模板读不懂：{error.message}")]
        group = at.partition("/")[0]
        known = {*(REVIEW_NAMES if group == RATINGS else NAMES), *FUNCTIONS}
        problems = [
            Problem(file, variable, "脚本里没有这个变量，可用的变量见 scripts_zh/README.md")
            for variable in sorted(find_undeclared_variables(tree) - known)
        ]
        problems.extend(
            Problem(file, f"第 {node.lineno} 行", f"不许用过滤器 {node.name}：缺的事实要问或留空白")
            for node in tree.find_all(nodes.Filter)
            if node.name in _BANNED_FILTERS
        )
        if group != "_flow":
            allowed, broken = self._stages(tree, (f"{at}.j2",))
            problems.extend(Problem(file, "extends", advice) for advice in filter(None, [broken]))
            problems.extend(
                Problem(
                    file, f"block {block.name}", f"这个流程没有阶段 {block.name}，可用：{'、'.join(sorted(allowed))}"
                )
                for block in tree.find_all(nodes.Block)
                if allowed and block.name not in allowed
            )
            if not any(tree.find_all(nodes.Extends)):
                problems.append(Problem(file, "", '第一行要继承流程，如 {% extends "_flow/aftersales.j2" %}'))
        return problems

    def _stages(self, tree: nodes.Template, below: tuple[str, ...]) -> tuple[set[str], str]:
        """Give the blocks of the flow that a script extends, followed to its root, and what breaks the chain."""
        for extends in tree.find_all(nodes.Extends):
            if not isinstance(extends.template, nodes.Const):
                return set(), "继承的模板要直接写出名字"
            parent = str(extends.template.value)
            if parent in below:
                return set(), f"{parent} 继承了自己，店铺脚本要写 base/{parent}"
            try:
                source, _, _ = self._source(parent)
                tree = self.environment.parse(source)
            except TemplateError:
                return set(), f"找不到继承的模板 {parent}，或它读不懂"
            blocks, broken = self._stages(tree, (*below, parent))
            return {block.name for block in tree.find_all(nodes.Block)} | blocks, broken
        return set(), ""
