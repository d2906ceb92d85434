"""Allow in a shop's own wording what scripts need and nothing else: the sandbox bounds neither time nor memory."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import takewhile

from jinja2 import Environment, TemplateSyntaxError, nodes

from app.errors import Problem
from app.reply.review_variables import REVIEW_NAMES, ReviewVariables
from app.reply.variables import FUNCTIONS, NAMES, Variables

MAX_CHARS = 12_000
_DEEPEST = 40
_LARGEST_NUMBER = 1_000_000
_FUNCTIONS = frozenset({*FUNCTIONS, "super"})
_INNER = frozenset({"self", "caller", "loop", "varargs", "kwargs", "stage"})
_CALLS = {"one_of": "one_of 里要写至少一种说法", "blank": 'blank 里写一个名字，如 blank("预计发货日期")'}
_ALLOWED = (
    nodes.Template, nodes.Extends, nodes.Block, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If,
    nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Tuple, nodes.List,
    nodes.Neg, nodes.Call, nodes.Filter, nodes.Assign, nodes.Getitem,
)  # fmt: skip
_ADVICE: Mapping[type[nodes.Node], str] = {
    nodes.For: "不许用 {% for %} 循环，把话直接写出来",
    nodes.Getattr: "不许用点号取属性，直接写变量名",
    nodes.Slice: "不许用方括号取一部分，直接写变量名",
    nodes.Mul: "不许用乘号，数字由程序算好给变量",
    nodes.Pow: "不许用乘方，数字由程序算好给变量",
    nodes.Mod: "不许用 %，文字用 ~ 接起来",
    nodes.Add: "不许用加号，文字用 ~ 接起来",
    nodes.Sub: "不许用减号，数字由程序算好给变量",
    nodes.Div: "不许用除号，数字由程序算好给变量",
    nodes.FloorDiv: "不许用除号，数字由程序算好给变量",
    nodes.Test: "不许用 is 判断，直接写变量，空就是不知道",
    nodes.Include: "不许套用别的文件",
    nodes.Import: "不许套用别的文件",
    nodes.FromImport: "不许套用别的文件",
    nodes.Macro: "不许自己定义函数",
    nodes.CallBlock: "不许自己定义函数",
    nodes.FilterBlock: "不许整段套过滤器",
    nodes.AssignBlock: "不许把整段存成变量",
    nodes.With: "不许用 {% with %}",
    nodes.Dict: "不许用花括号里的表",
}
_KINDS: Mapping[str, type] = {
    field.name: type(field.default) for model in (Variables, ReviewVariables) for field in fields(model)
}
_NUMBERS = frozenset(name for name, kind in _KINDS.items() if kind is int)
_TEXTS = frozenset(name for name, kind in _KINDS.items() if kind is str)
_TAKEN = frozenset({*NAMES, *REVIEW_NAMES, *_FUNCTIONS})


@dataclass(frozen=True, slots=True)
class Literal:
    """Words that stand in a wording as they are; `stage` is the block they are said in."""

    stage: str
    line: int
    text: str


def parsed(source: str, environment: Environment, *, file: str) -> tuple[nodes.Template | None, list[Problem]]:
    """Read a source without running any of it; give its tree, or what makes it unreadable."""
    if len(source) > MAX_CHARS:
        return None, [Problem(file, "", f"有 {len(source)} 字，最多 {MAX_CHARS} 字，删掉一些")]
    for at, line in enumerate(source.split("\n"), 1):
        if _stray(line):
            return None, [Problem(file, f"第 {at} 行", "有看不见的控制字符，重新打一遍这一行")]
    try:
        return environment.parse(source), []
    except TemplateSyntaxError as error:
        return None, [Problem(file, f"第 {error.lineno} 行", f"模板读不懂：{error.message}")]
    except (RecursionError, ValueError):  # brackets without end, a number of thousands of digits
        return None, [Problem(file, "", "括号套得太深或数字太长，写简单些")]


def unsafe(tree: nodes.Template, *, file: str, extends: str) -> list[Problem]:
    """List everything in a tree that is not on the list of what a shop's own wording may use."""
    if (deep := _too_deep(tree)) is not None:
        return [Problem(file, f"第 {deep.lineno} 行", "套得太深，写简单些")]
    return list(dict.fromkeys(_Walk(file, extends)(tree)))


def _too_deep(tree: nodes.Node) -> nodes.Node | None:
    """Find a node that lies deeper than anything a person writes; looked for first, for all else is recursive."""
    level = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
    return next(iter(level), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: what holds it, and what the whole source has to extend."""

    parent: nodes.Node
    extends: str


@dataclass(frozen=True, slots=True)
class _Walk:
    file: str
    extends: str

    def __call__(self, tree: nodes.Template) -> Iterator[Problem]:
        ahead: list[tuple[nodes.Node, nodes.Node, str]] = [(tree, tree, "")]
        while ahead:
            node, parent, stage = ahead.pop()
            stage = node.name if isinstance(node, nodes.Block) else stage
            if type(node) not in _ALLOWED:
                name = type(node).__name__
                yield self._problem(node, stage, _ADVICE.get(type(node), f"不许用这种写法（{name}）"))
                continue
            if advice := _RULES.get(type(node), _fine)(node, Place(parent, self.extends)):
                yield self._problem(node, stage, advice)
            ahead += [(child, node, stage) for child in node.iter_child_nodes()]

    def _problem(self, node: nodes.Node, stage: str, advice: str) -> Problem:
        return Problem(self.file, f"{stage} 第 {node.lineno} 行".strip(), advice)


def _fine(_node: nodes.Node, _place: Place) -> str:
    return ""


def _extended(node: nodes.Node, place: Place) -> str:
    template = getattr(node, "template", None)
    same = isinstance(template, nodes.Const) and template.value == place.extends
    return "" if same else f'第一行要写 {{% extends "{place.extends}" %}}'


def _name(node: nodes.Node, place: Place) -> str:
    name = str(getattr(node, "name", ""))
    if name in _FUNCTIONS and not isinstance(place.parent, nodes.Call):
        return f"{name} 后面要有括号"
    return f"不许用 {name}" if name.startswith("_") or name in _INNER else ""


def _constant(node: nodes.Node, _place: Place) -> str:
    value = getattr(node, "value", None)
    if isinstance(value, str):
        return "有看不见的控制字符，重新打一遍这一行" if any(map(_stray, value.split("\n"))) else ""
    if isinstance(value, int | float):
        return "" if abs(value) <= _LARGEST_NUMBER else "数字太大，数字由程序算好给变量"
    return "" if value is None else "不许写这种值"


def _call(node: nodes.Node, _place: Place) -> str:
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
        return "不许调用别的函数，只有 one_of、blank 和 super"
    if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return "括号里只写说法，不写等号和星号"
    name, given = node.node.name, len(node.args)
    if name == "super":
        return "super() 的括号里不写东西" if given else ""
    if name not in _CALLS:
        return f"不许调用 {name}，只有 one_of、blank 和 super"
    right = given == 1 if name == "blank" else given >= 1
    return "" if right else _CALLS[name]


def _filter(node: nodes.Node, _place: Place) -> str:
    """Let `trim` pass, and `replace` where its words are written out and what it puts in is no longer."""
    if not isinstance(node, nodes.Filter) or node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return "过滤器里不写等号和星号"
    if node.name == "trim" and not node.args:
        return ""
    words = [one.value for one in node.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
    if node.name == "replace" and len(words) == len(node.args) == 2:
        return "" if words[0] and len(words[1]) <= len(words[0]) else "replace 换上的字不能比换掉的多"
    return f"不许用过滤器 {node.name}，只有 trim 和 replace"


def _block(node: nodes.Node, place: Place) -> str:
    """Let names be bound only at the start of a block: bound later, they may be missing where they are used."""
    if not isinstance(node, nodes.Block) or not isinstance(place.parent, nodes.Template):
        return "阶段里不能再套阶段，也不能放在 if 里"
    leading = list(takewhile(lambda one: isinstance(one, nodes.Assign), filter(_says, node.body)))
    late = sum(1 for _ in node.find_all(nodes.Assign)) > len(leading)
    return "{% set %} 只写在这一段的开头" if late else ""


def _says(node: nodes.Node) -> bool:
    """Tell whether a node is more than white space."""
    if not isinstance(node, nodes.Output):
        return True
    return any(not isinstance(one, nodes.TemplateData) or one.data.strip() for one in node.nodes)


def _assigned(node: nodes.Node, place: Place) -> str:
    """Bind one new name to a value that is no longer than the values it is chosen from."""
    if not isinstance(node, nodes.Assign) or not isinstance(node.target, nodes.Name):
        return "{% set %} 一次只记一个名字"
    if not isinstance(place.parent, nodes.Block):
        return "{% set %} 只写在一段话的开头"
    if node.target.name in _TAKEN:
        return f"{node.target.name} 是现成的变量，换个名字"
    grows = any(isinstance(one, nodes.Concat) for one in (node.node, *node.node.find_all(nodes.Concat)))
    return "{% set %} 里不许把文字接起来" if grows else ""


def _listed(_node: nodes.Node, place: Place) -> str:
    return "" if isinstance(place.parent, nodes.Operand) else "一列说法只能写在 in 后面；换着说用 one_of"


def _compared(node: nodes.Node, _place: Place) -> str:
    """Compare sizes of numbers only and look things up in lists only: anything else fails while a buyer waits."""
    if not isinstance(node, nodes.Compare):
        return ""
    left = node.expr
    for operand in node.ops:
        right = operand.expr
        if operand.op in ("in", "notin"):
            if not isinstance(right, nodes.Tuple | nodes.List) and not (_is_text(left) and _is_text(right)):
                return 'in 后面写文字变量，或一列说法，如 in ("明天", "后天")'
        elif operand.op not in ("eq", "ne") and not (_is_number(left) and _is_number(right)):
            return "大于、小于只能比数字变量和数字"
        left = right
    return ""


def _is_number(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Neg):
        return _is_number(node.node)
    if isinstance(node, nodes.Const):
        return isinstance(node.value, int | float)
    return isinstance(node, nodes.Name) and node.name in _NUMBERS


def _is_text(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str)
    return isinstance(node, nodes.Getitem) or (isinstance(node, nodes.Name) and node.name in _TEXTS)


def _picked(node: nodes.Node, _place: Place) -> str:
    """Let a condition look at the last character of a text, as the common scripts do."""
    last = nodes.Neg(nodes.Const(1))
    fits = isinstance(node, nodes.Getitem) and node.arg == last and _is_text(node.node)
    return "" if fits else "方括号里只能写 -1（最后一个字）"


def _negated(node: nodes.Node, _place: Place) -> str:
    return "" if _is_number(getattr(node, "node", node)) else "负号后面只能是数字"


Rule = Callable[[nodes.Node, Place], str]
_RULES: Mapping[type[nodes.Node], Rule] = {
    nodes.Extends: _extended,
    nodes.Name: _name,
    nodes.Const: _constant,
    nodes.Call: _call,
    nodes.Filter: _filter,
    nodes.Assign: _assigned,
    nodes.Block: _block,
    nodes.Getitem: _picked,
    nodes.Tuple: _listed,
    nodes.List: _listed,
    nodes.Compare: _compared,
    nodes.Neg: _negated,
}


def _stray(line: str) -> bool:
    return any(unicodedata.category(char) == "Cc" and char not in "\t\r" for char in line)


def literals(tree: nodes.Template) -> Iterator[Literal]:
    """List the words of every block as they are written, also those that no sample reaches."""
    for block in tree.find_all(nodes.Block):
        tested = block.find_all((nodes.Compare, nodes.Filter))
        asked = {id(one) for node in tested for one in node.find_all(nodes.Const)}
        for node in block.find_all((nodes.TemplateData, nodes.Const)):
            text = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
            if isinstance(text, str) and text.strip() and id(node) not in asked:
                yield Literal(block.name, node.lineno, text)
