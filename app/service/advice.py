"""Say in one sentence what is wrong with something that a caller sent."""

from collections.abc import Mapping
from typing import Any

_ADVICE = {
    "missing": "缺这个字段",
    "extra_forbidden": "不认识这个字段，检查拼写",
    "string_type": "应当是文字",
    "string_unicode": "含有残缺的字符（半个表情之类），去掉再发",
    "string_too_long": "太长了，最多 {max_length} 字",
    "list_type": "应当是列表",
    "too_long": "太多了，最多 {max_length} 个",
    "too_short": "不能为空",
    "int": "应当是整数",
    "decimal": "应当是钱数，写成 49.90 这样，最多 12 位",
    "finite_number": "应当是钱数，写成 49.90 这样",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "datetime": "应当是时间，写成 2026-11-21T14:10:00+08:00 这样",
    "timezone_aware": "时间要带时区，写成 2026-11-21T14:10:00+08:00 这样",
    "model": "应当是 JSON 对象",
    "dict_type": "应当是 JSON 对象",
}
"""By the type of the error; a family such as `int_parsing`, `int_from_float` shares one line."""
_WHOLE = {
    "missing": '请求体是空的，要一个 JSON 对象，如 {"text": "几点发货"}',
    "model": "请求体应当是 JSON 对象，请求头写 Content-Type: application/json",
}
"""The same where it is the whole body and not one field that is wrong."""
_LONGEST_NAME = 80


def advise(fault: Mapping[str, Any]) -> tuple[str, str]:
    """Give the field and the advice for one fault of a pydantic error."""
    field = ".".join(str(part) for part in fault["loc"] if part != "body")[:_LONGEST_NAME]
    kind, context = fault["type"], fault.get("ctx", {})
    family = kind if kind in _ADVICE else kind.split("_")[0]
    if not field and family in _WHOLE:
        return field, _WHOLE[family]
    if kind == "literal_error":
        choices = context["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
        advice = f"不在可选的值里：{choices}"
    elif kind == "value_error":
        advice = str(context["error"])
    else:
        advice = _ADVICE.get(family, "不合要求，请对照接口说明").format(**context)
    return field, f"{field} {advice}".lstrip()
