"""Read YAML without its surprises: all scalars stay text, duplicate keys are refused, faults name the line."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from app.errors import DataError, Problem

Model = TypeVar("Model", bound=BaseModel)
BaseLoader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Loader(BaseLoader):  # type: ignore[misc, valid-type]
    """Build plain mappings, sequences and strings only."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"键「{key}」写了两次，删掉一个", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_text(text: str, *, name: str) -> Any:
    """Parse YAML `text`; raise DataError naming `name` and the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - the loader builds text, lists and mappings only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise DataError([Problem(name, line, f"YAML 读不懂：{reason}。检查缩进、引号和冒号后的空格")]) from error


def load_file(path: Path, *, root: Path) -> Any:
    """Parse the YAML file at `path`; names in errors are relative to `root`."""
    name = relative(path, root)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError([Problem(name, "", "不是 UTF-8 编码，请另存为 UTF-8")]) from error
    except OSError as error:
        raise DataError([Problem(name, "", f"读不到文件：{error.strerror}")]) from error
    return load_text(text, name=name)


def named_lists(data: Any, *, name: str, key: str = "") -> dict[str, list[str]]:
    """Check that `data` maps names to lists without an empty entry; raise DataError naming `name` and `key`."""
    if not isinstance(data, dict) or not all(isinstance(forms, list) and all(forms) for forms in data.values()):
        raise DataError([Problem(name, key, "应当是「名称: [写法, …]」，写法不能为空")])
    return data


def load_model(path: Path, model: type[Model], *, root: Path) -> Model:
    """Parse the file at `path` into `model`; raise DataError with every fault of the file."""
    name = relative(path, root)
    data = load_file(path, root=root)
    if not isinstance(data, dict):
        raise DataError([Problem(name, "", "应当是「键: 值」的形式，现在是空的或不是")])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DataError(problems_of(error, name=name)) from error


def problems_of(error: ValidationError, *, name: str) -> list[Problem]:
    """Turn a pydantic error into problems that name file, key, value and fix."""
    return [Problem(name, _key(fault["loc"]), _advice(fault)) for fault in error.errors()]


def _key(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place if part != "[key]")  # pydantic's word for a fault in the key itself


_ADVICE = {
    "extra_forbidden": "不认识这个键，检查拼写或删掉",
    "missing": "缺这个键，请补上",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "timezone_aware": "时间要带时区，写成 2026-11-01T00:00:00+08:00",
}
_ADVICE_ON_VALUE = {
    "model_type": "应当是「键: 值」的形式",
    "dict_type": "应当是「键: 值」的形式",
    "tuple_type": "应当是一个列表",
    "string_type": "应当是一段文字",
    "int_parsing": "要写整数",
    "datetime_from_date_parsing": "不是时间，写成 2026-11-01T00:00:00+08:00",
    "datetime_parsing": "不是时间，写成 2026-11-01T00:00:00+08:00",
    "string_too_long": "太长，最多 {max_length} 字",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能写 {expected}",
    "value_error": "{error}",
}


def _advice(fault: Any) -> str:
    advice = _ADVICE.get(fault["type"])
    if advice:
        return advice
    value = fault.get("input")
    shown = f"（现在是 {value!r:.60}）" if isinstance(value, str | int | float | bool) else ""
    pattern = _ADVICE_ON_VALUE.get(fault["type"])
    return f"{pattern.format(**fault['ctx']) if pattern and 'ctx' in fault else pattern or fault['msg']}{shown}"


def yes_or_no(value: object) -> bool:
    """Read 是 or 否; YAML scalars stay text, so nothing else counts as a truth value."""
    if value in ("是", True):
        return True
    if value in ("否", False):
        return False
    raise ValueError(f"「{value}」应写 是 或 否")


def relative(path: Path, root: Path) -> str:
    """Name `path` from `root` where it lies below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.name
