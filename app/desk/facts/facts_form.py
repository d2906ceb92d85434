"""Turn the models of a shop's facts into fields of a form, and what a form posts back into a file's content."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from app.errors import Problem
from app.shop.facts import Clock

Shape = Literal["text", "money", "count", "flag", "clock", "duration", "moment", "choice", "list", "table", "rows"]
_ABSENT = object()
_CLOCK_RULE = get_args(Clock)[1]
_SIMPLE: dict[Any, Shape] = {
    bool: "flag",
    int: "count",
    Decimal: "money",
    timedelta: "duration",
    AwareDatetime: "moment",
    str: "text",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One fact: `key` is its dotted place in the file, `about` its place among the explanations."""

    key: str
    about: str
    shape: Shape
    required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    inner: "tuple[Field, ...]" = ()
    """Of rows, the fields of one row; of a table or a list, the one field of its values."""


def fields(model: type[BaseModel], *, prefix: str = "", about: str = "") -> tuple[Field, ...]:
    """List the fields of a model; nested models are opened, in the order of the model."""
    found: list[Field] = []
    for name, info in model.model_fields.items():
        key, words = f"{prefix}{name}", f"{about}{name}"
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            found += fields(info.annotation, prefix=f"{key}.", about=f"{words}.")
        else:
            found.append(_field(info, key, words))
    return tuple(found)


def _field(info: FieldInfo, key: str, about: str) -> Field:
    annotation = info.annotation
    default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    origin, arguments = get_origin(annotation), get_args(annotation)
    inner: tuple[Field, ...] = ()
    choices: tuple[str, ...] = ()
    shape: Shape
    if origin is Literal:
        shape, choices = "choice", arguments
    elif origin is tuple:
        item = arguments[0]
        if isinstance(item, type) and issubclass(item, BaseModel):
            shape, inner = "rows", fields(item, about=f"{item.__name__}.")
        else:
            shape, inner = "list", (Field("", about, "text", required=True),)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        shape, inner = "table", (Field("", about, _simple(_base(arguments[1])), required=True),)
    elif _CLOCK_RULE in info.metadata:
        shape = "clock"
    else:
        shape = _simple(_base(annotation))
    return Field(key, about, shape, info.is_required(), default, choices, inner)


def _base(annotation: Any) -> Any:
    """Give the plain type below Annotated."""
    while get_origin(annotation) not in (None, Union, UnionType) and hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    return annotation


def _simple(annotation: Any) -> Shape:
    return _SIMPLE[annotation]


def value_at(raw: Any, key: str) -> Any:
    """Give what a file's content holds at a dotted key; None where it holds nothing there."""
    for part in key.split("."):
        if not isinstance(raw, Mapping) or part not in raw:
            return None
        raw = raw[part]
    return raw


def shown(field: Field, raw: Any) -> Any:
    """Give the value a form starts with: text, a list of texts, pairs, or rows of texts."""
    value = value_at(raw, field.key) if field.key else raw
    if value is None:
        value = _written(field.default)
    if field.shape == "list":
        return list(value) if isinstance(value, list | tuple) else []
    if field.shape == "table":
        return list(value.items()) if isinstance(value, Mapping) else []
    if field.shape == "rows":
        rows = value if isinstance(value, list | tuple) else []
        return [{one.key: shown(one, row) for one in field.inner} for row in rows]
    return value if isinstance(value, str) else ""


def _written(default: Any) -> Any:
    """Write a default as a file would."""
    if default is None:
        return None
    if isinstance(default, bool):
        return "是" if default else "否"
    return str(default) if isinstance(default, int | str | Decimal) else default


Posted = Mapping[str, Sequence[str]]
"""What a form posts: name → values in the order of the page."""


def content(asked: Sequence[Field], posted: Posted, before: Any, *, zone: ZoneInfo | None = None) -> dict[str, Any]:
    """Give the file's content with what was posted; what the form did not ask stays, defaults unsaid stay unsaid."""
    made: dict[str, Any] = _copied(before) if isinstance(before, Mapping) else {}
    for field in asked:
        old = value_at(before, field.key)
        new = _taken(field, posted, old, zone)
        if new is _ABSENT or (old is None and not field.required and new in ("", [], {}, _written(field.default))):
            continue
        place = made
        *parents, last = field.key.split(".")
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = new
    return made


def _copied(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return {key: _copied(value) for key, value in raw.items()}
    return [_copied(one) for one in raw] if isinstance(raw, list) else raw


def _taken(field: Field, posted: Posted, old: Any, zone: ZoneInfo | None) -> Any:
    """Read one field of a form; _ABSENT where the form had no such field."""
    key = field.key
    if field.shape == "list":
        return [one.strip() for one in posted[key] if one.strip()] if key in posted else _ABSENT
    if field.shape == "table":
        return _table(key, posted) if f"{key}~key" in posted else _ABSENT
    if field.shape == "rows":
        return _rows(field, posted)
    if key not in posted:
        return _ABSENT
    value = posted[key][0].strip()
    if field.shape == "duration":
        return value + (posted.get(f"{key}~unit") or ("m",))[0] if value else ""
    if field.shape == "moment":
        return _moment(value, old, zone)
    return value


def _table(key: str, posted: Posted) -> dict[str, str]:
    """Read the pairs of a table; a name that stands twice is kept under another, as `repeated` refuses it."""
    table: dict[str, str] = {}
    for name, value in _pairs(key, posted):
        table[f"{name}（重复）" if name in table else name] = value
    return table


def _pairs(key: str, posted: Posted) -> list[tuple[str, str]]:
    pairs = zip(posted.get(f"{key}~key", ()), posted.get(f"{key}~value", ()), strict=False)
    return [(name.strip(), value.strip()) for name, value in pairs if name.strip() or value.strip()]


def repeated(asked: Sequence[Field], posted: Posted) -> dict[str, list[str]]:
    """List the names that stand twice in a table, by field: a file could hold them only once."""
    found: dict[str, list[str]] = {}
    for field in asked:
        names = [name for name, _ in _pairs(field.key, posted)] if field.shape == "table" else []
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                found.setdefault(field.key, []).append(f"「{name}」写了两行，删掉一行")
    return found


def _rows(field: Field, posted: Posted) -> Any:
    columns = [posted.get(f"{field.key}~{one.key}") for one in field.inner]
    if all(column is None for column in columns):
        return _ABSENT
    rows = zip(*(column or () for column in columns), strict=False)
    return [
        {one.key: cell.strip() for one, cell in zip(field.inner, cells, strict=True)}
        for cells in rows
        if any(cell.strip() for cell in cells)
    ]


def local(value: str, zone: ZoneInfo) -> str:
    """Write a moment as a date-and-time field takes it, in the shop's own time."""
    try:
        return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return value


def _moment(value: str, old: Any, zone: ZoneInfo | None) -> str:
    """Read a date-and-time field; a moment that did not change keeps the words it was written in."""
    if zone is None or (isinstance(old, str) and local(old, zone) == value):
        return old if isinstance(old, str) and zone is not None else value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
    except ValueError:
        return value


def at_fields(asked: Sequence[Field], problems: Sequence[Problem], file: str) -> tuple[dict[str, list[str]], list[str]]:
    """Sort the problems of a shop to the fields of a form: by key, and those that belong to none."""
    by_key: dict[str, list[str]] = {}
    others: list[str] = []
    keys = sorted((field.key for field in asked), key=len, reverse=True)
    for problem in problems:
        key = next((key for key in keys if _inside(problem.key, key)), None) if problem.file == file else None
        key = key or (next((one for one in keys if one.startswith(f"{problem.key}.")), None) if problem.key else None)
        if key is None or problem.file != file:
            others.append(str(problem))
            continue
        rest = problem.key[len(key) + 1 :] if len(problem.key) > len(key) else ""
        by_key.setdefault(key, []).append(f"{_where(rest)}{problem.message}")
    return by_key, others


def _inside(place: str, key: str) -> bool:
    return place == key or place.startswith(f"{key}.")


def _where(rest: str) -> str:
    """Say which entry of a list a fault is in."""
    first, _, deeper = rest.partition(".")
    if first.isdecimal():
        return f"第 {int(first) + 1} 条{f' {deeper}' if deeper else ''}："
    return f"{rest}：" if rest else ""


def every(asked: Sequence[Field]) -> Iterator[str]:
    """List what has to be explained: each field, and the fields of the rows in it."""
    for field in asked:
        yield field.about
        if field.shape == "rows":
            yield from every(field.inner)
