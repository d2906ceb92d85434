"""Read what the command line is given: options, orders, JSON lines, standard input. Faults say what to mend."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import RequestError
from app.records import STATUSES
from app.service.advice import advise
from app.service.schema import ClassifyRequest, SentOrder
from app.strict_yaml import problems_of

Model = TypeVar("Model", bound=BaseModel)
STDIN = "-"


def checked(model: type[Model], fields: Mapping[str, object], *, where: str = "") -> Model:
    """Check fields as the API does; raise RequestError with one line that starts with `where`."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        field, advice = advise(error.errors()[0])
        raise RequestError("bad_input", f"{where}{advice}", field) from error


def order(source: Path | None) -> SentOrder | None:
    """Read an order from a JSON file, or take a bare status."""
    if source is None:
        return None
    if str(source) in STATUSES:
        return SentOrder.model_validate({"status": str(source)})
    try:
        return SentOrder.model_validate_json(source.read_bytes())
    except OSError as error:
        states = "、".join(STATUSES)
        raise RequestError("bad_order", f"--order：读不到 {source}；可写 JSON 文件或状态（{states}）") from error
    except ValidationError as error:
        raise RequestError("bad_order", "\n".join(map(str, problems_of(error, name=source.name)))) from error


def message(line: str) -> tuple[str, list[str]]:
    """Read the text of one JSON line and what was said before it, checked as the API checks them."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_line", '不是合法的 JSON，要写成 {"text": "几点发货"}') from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise RequestError("bad_line", '要有 text，写成 {"text": "几点发货"}')
    known = {key: row[key] for key in ("text", "context") if row.get(key) is not None}
    request = checked(ClassifyRequest, known)
    return request.text or "", [turn.text for turn in request.context]


def words(text: str) -> str:
    """Take the words of an argument, or of standard input where it is `-`."""
    return "".join(_stdin()) if text == STDIN else text


def lines(source: Path) -> Iterator[str]:
    """Give the lines of a file, or of standard input where it is `-`, as they come."""
    if str(source) == STDIN:
        yield from _stdin()
        return
    try:
        yield from source.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError("bad_file", f"读不到 {source}，要 UTF-8 的文本文件") from error


def _stdin() -> Iterator[str]:
    try:
        yield from sys.stdin
    except UnicodeDecodeError as error:
        raise RequestError("bad_input", "标准输入不是 UTF-8 编码") from error
