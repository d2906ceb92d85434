"""Fill a script: one pass gives every stage as its own segment, in the order of the flow."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jinja2 import TemplateError

from app.errors import DataError, Problem
from app.outgoing import Segment
from app.reply.script_library import HIDDEN, Library

_OPEN, _CLOSE = "\x1e", "\x1f"
_BLANKS = re.compile(r"【([^【】]{1,20})】")
_SPACE = re.compile(r"\s*\n\s*")
_DOUBLE_STOP = re.compile(r"(?<=[？！～。])。+")
_HAN_SPACE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +| +(?=[\u3000-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The stages of one script, and what the agent alone sees."""

    segments: tuple[Segment, ...]
    remark: str
    todo: tuple[str, ...]
    follow_up: str


def render(library: Library, name: str, variables: Mapping[str, object], *, seed: str) -> Rendered:
    """Fill script `name`; `variables` holds every name of `Variables`, `seed` fixes which wording is taken."""
    template = library.template(name)
    context = {**variables, "one_of": _chooser(seed), "blank": _blank, "stage": _stage}
    try:
        filled = template.render(context)
    except TemplateError as error:
        raise DataError([Problem(f"{name}.j2", "", f"脚本填不出来：{error}")]) from error
    except RecursionError as error:
        raise DataError([Problem(f"{name}.j2", "", f"脚本继承了自己，店铺脚本要写 base/{name}.j2")]) from error
    segments: list[Segment] = []
    hidden: dict[str, str] = {}
    for part in filled.split(_OPEN)[1:]:
        stage, _, text = part.partition(_CLOSE)
        if stage in HIDDEN:
            hidden[stage] = text.strip()
        elif clean := tidy(text):
            segments.append(Segment(stage, clean))
    todo = tuple(line.strip() for line in hidden.get("todo", "").splitlines() if line.strip())
    return Rendered(tuple(segments), hidden.get("remark", ""), todo, hidden.get("follow_up_at", ""))


def tidy(text: str) -> str:
    """Join lines, drop the spaces that a template's layout leaves behind and a stop after a stop."""
    return _DOUBLE_STOP.sub("", _HAN_SPACE.sub("", _SPACE.sub("", text))).strip()


def blanks(text: str) -> tuple[str, ...]:
    """List the named blanks left in `text`."""
    return tuple(dict.fromkeys(_BLANKS.findall(text)))


def _stage(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def _blank(name: str) -> str:
    return f"【{name}】"


def _chooser(seed: str) -> Callable[..., str]:
    """Give a function that picks one wording; the same seed and wordings give the same pick."""

    def one_of(*wordings: str) -> str:
        return wordings[zlib.crc32(f"{seed}\0{wordings[0]}".encode()) % len(wordings)]

    return one_of
