"""One shape for every error on every route; nothing internal leaves the process."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from app.errors import DataError, NotFoundError, RequestError
from app.service.advice import advise
from app.service.parts import Parts

_log = logging.getLogger(__name__)
_HTTP = {
    400: ("malformed_json", "请求体读不懂，要 UTF-8 编码、不要嵌套太深的 JSON"),
    404: ("not_found", "没有这个页面"),
    405: ("method_not_allowed", "这个地址不接受这种请求"),
    413: ("body_too_large", "请求体太大，请分几次发"),
}


def error_json(code: str, message: str, field: str = "") -> dict[str, Any]:
    """Give the body of an error answer."""
    return {"error": {"code": code, "message": message, "field": field}}


def install(app: FastAPI, parts: Parts, *, headers: Mapping[str, str]) -> None:
    """Answer every kind of failure in the one shape; browsers get a page.

    A crash is answered outside all middleware, so its answer takes the security headers from here.
    """

    def answer(request: Request, status: int, code: str, message: str, field: str = "") -> Response:
        if "text/html" in request.headers.get("accept", ""):
            context = {"status": status, "message": message, "t": parts.words(parts.lang_of(request))}
            return parts.templates.TemplateResponse(request, "error.html", context, status_code=status)
        return JSONResponse(error_json(code, message, field), status_code=status)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fault = error.errors()[0]
        if fault["type"] == "json_invalid":
            return answer(request, 400, "malformed_json", f"请求体不是合法的 JSON，第 {fault['loc'][-1]} 个字附近有误")
        field, advice = advise(fault)
        return answer(request, 422, "invalid_request", advice, field)

    @app.exception_handler(RequestError)
    async def refused(request: Request, error: RequestError) -> Response:
        status = 404 if isinstance(error, NotFoundError) else 422
        return answer(request, status, error.code, str(error), error.field)

    @app.exception_handler(DataError)
    async def broken_data(request: Request, error: DataError) -> Response:
        _log.error("data is broken:\n%s", error)
        return answer(request, 503, "data_error", "店铺资料或脚本有误，请在服务器上运行 miaohui check 查看")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code, message = _HTTP.get(error.status_code, ("http_error", "请求无法处理"))
        return answer(request, error.status_code, code, message)

    @app.exception_handler(Exception)
    async def crashed(request: Request, error: Exception) -> Response:
        _log.exception("unexpected failure", exc_info=error)
        response = answer(request, 500, "internal_error", "服务内部出错，已记录，请稍后再试")
        response.headers.update(headers)
        return response
