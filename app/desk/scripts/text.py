"""A shop's own wording of a script: cut into the stages it fills, and written back as a file."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_EXTENDS = re.compile(r'\s*\{%\s*extends\s+"([^"\n]+)"\s*%\}\s*')
_BLOCK = re.compile(r"\{%[-+]?\s*block\s+(\w+)\s*[-+]?%\}(.*?)\{%[-+]?\s*endblock\s*(?:\w+\s*)?[-+]?%\}", re.DOTALL)
_PLAIN_BLOCK = re.compile(r"\{%\s*block\s+(\w+)\s*%\}(.*?)\{%\s*endblock\s*%\}\s*", re.DOTALL)
_TAG = re.compile(r"\{%[-+]?\s*(?:block|endblock|extends|raw|endraw)\b")
_FLOW = re.compile(r'\{%[-+]?\s*extends\s+"_flow/(\w+)\.j2"')
_CONTEXT = 3


def base_of(name: str) -> str:
    """Give what the shop's script called `group/intent` extends."""
    return f"base/{name}.j2"


def compose(name: str, stages: Mapping[str, str]) -> str:
    """Write the source that words `stages` anew, in their order; "" where there is nothing to word.

    A stage with an empty text is one that the shop leaves unsaid.
    """
    if not stages:
        return ""
    lines = [f'{{% extends "{base_of(name)}" %}}']
    for stage, text in stages.items():
        body = _clean(text)
        wrapped = f"\n{body}\n" if "\n" in body else body
        lines.append(f"{{% block {stage} %}}{wrapped}{{% endblock %}}")
    return "\n".join(lines) + "\n"


def split(name: str, source: str) -> dict[str, str] | None:
    """Give the stages that a shop's source fills; None where it holds anything that the stages alone cannot carry."""
    if not source.strip():
        return {}
    opened = _EXTENDS.match(source)
    if opened is None or opened[1] != base_of(name):
        return None
    stages: dict[str, str] = {}
    at = opened.end()
    while at < len(source):
        found = _PLAIN_BLOCK.match(source, at)
        if found is None or found[1] in stages or _TAG.search(found[2]):
            return None
        stages[found[1]] = _clean(found[2])
        at = found.end()
    return stages


def holds_tag(text: str) -> bool:
    """Tell whether the text of one stage opens or ends a block, which would break out of the stage."""
    return _TAG.search(text) is not None


def blocks(source: str) -> dict[str, str]:
    """Give the text of every block of a common script or a flow, in their order."""
    return {found[1]: _clean(found[2]) for found in _BLOCK.finditer(source)}


def flow_of(source: str) -> str:
    """Name the flow that a common script extends."""
    found = _FLOW.search(source)
    return found[1] if found else ""


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison; `mark` is "+", "-", " " or "@" for a gap."""

    mark: str
    text: str


def diff(before: str, after: str) -> Sequence[DiffLine]:
    """Compare two sources line by line with a little of what surrounds each change."""
    return tuple(_lines(before.splitlines(), after.splitlines()))


def _lines(before: list[str], after: list[str]) -> Iterator[DiffLine]:
    compared = difflib.unified_diff(before, after, lineterm="", n=_CONTEXT)
    for at, line in enumerate(line for line in compared if not line.startswith(("---", "+++"))):
        if not line.startswith("@@"):
            yield DiffLine(line[0], line[1:])
        elif at:
            yield DiffLine("@", "")
