"""One shape for every error on every route; nothing internal leaves the process."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException

from app.errors import DataError, NotFoundError, RequestError

_log = logging.getLogger(__name__)
_ADVICE = {
    "missing": "缺这个字段",
    "extra_forbidden": "不认识这个字段，检查拼写",
    "json_invalid": "请求体不是合法的 JSON",
    "string_type": "应当是文字",
    "list_type": "应当是列表",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "literal_error": "不在可选的值里",
    "timezone_aware": "时间要带时区，如 2026-11-21T14:10:00+08:00",
    "string_too_long": "太长了",
    "too_long": "太多了",
    "too_short": "不能为空",
    "model_attributes_type": "应当是 JSON 对象",
    "dict_type": "应当是 JSON 对象",
}
_PAGES = {404: "没有这个页面", 405: "这个地址不接受这种请求"}


def error_json(code: str, message: str, field: str = "") -> dict[str, Any]:
    """Give the body of an error answer."""
    return {"error": {"code": code, "message": message, "field": field}}


def install(app: FastAPI, templates: Jinja2Templates) -> None:
    """Answer every kind of failure in the one shape; browsers get a page."""

    def answer(request: Request, status: int, code: str, message: str, field: str = "") -> Response:
        if "text/html" in request.headers.get("accept", ""):
            context = {"status": status, "message": message}
            return templates.TemplateResponse(request, "error.html", context, status_code=status)
        return JSONResponse(error_json(code, message, field), status_code=status)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fault = error.errors()[0]
        place = [str(part) for part in fault["loc"] if part != "body"]
        if fault["type"] == "json_invalid":
            return answer(request, 400, "malformed_json", f"{_ADVICE['json_invalid']}：{fault['ctx']['error']}")
        return answer(request, 422, "invalid_request", _advice(fault, place), ".".join(place))

    @app.exception_handler(RequestError)
    async def refused(request: Request, error: RequestError) -> Response:
        status = 404 if isinstance(error, NotFoundError) else 413 if error.code == "body_too_large" else 422
        return answer(request, status, error.code, str(error), error.field)

    @app.exception_handler(DataError)
    async def broken_data(request: Request, error: DataError) -> Response:
        _log.error("data is broken:\n%s", error)
        return answer(request, 503, "data_error", "店铺资料或脚本有误，请在服务器上运行 miaohui check 查看")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return answer(request, error.status_code, code, _PAGES.get(error.status_code, "请求无法处理"))

    @app.exception_handler(Exception)
    async def crashed(request: Request, error: Exception) -> Response:
        _log.exception("unexpected failure", exc_info=error)
        return answer(request, 500, "internal_error", "服务内部出错，已记录，请稍后再试")


def _advice(fault: dict[str, Any], place: list[str]) -> str:
    name = ".".join(place) or "请求体"
    if fault["type"] == "literal_error":
        return f"{name} {_ADVICE['literal_error']}：{fault['ctx']['expected']}"
    if fault["type"] == "value_error":
        return f"{name}：{fault['ctx']['error']}"
    return f"{name} {_ADVICE.get(fault['type'], '不合要求：' + fault['msg'])}"
