"""One table from what goes wrong to what an HTTP client is told (RFC 9457)."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.web import pages
from epcis_core.errors import EpcisError, ParseError, QueryError, StoreError

_STATUS: Final[dict[type[EpcisError], tuple[int, str]]] = {
    QueryError: (400, "QueryParameterException"),
    ParseError: (400, "ValidationException"),
    StoreError: (500, "ImplementationException"),
}
_TYPES: Final = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    405: "ValidationException",
    406: "NotAcceptableException",
    413: "CaptureLimitExceededException",
    415: "UnsupportedMediaTypeException",
}


def problem(status: int, kind: str, title: str, **more: Any) -> JSONResponse:
    """Return a problem document.

    Args:
        status: HTTP status.
        kind: name of the EPCIS exception.
        title: what is wrong, in a sentence.
        **more: further members.
    """
    body = {"type": f"epcisException:{kind}", "title": title, "status": status, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def install_error_answers(app: FastAPI) -> None:
    """Make every error of an application answer as a problem, or as a page to a person."""

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
        return _answer(
            request,
            error.status_code,
            _TYPES.get(error.status_code, "ImplementationException"),
            str(error.detail),
        )

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _answer(request, 400, "ValidationException", f"{where}: {first['msg']}")

    async def ours(request: Request, error: Exception) -> Response:
        for kind, (status, name) in _STATUS.items():
            if isinstance(error, kind):
                return _answer(request, status, name, str(error))
        return _answer(request, 500, "ImplementationException", str(error))

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(EpcisError, ours)


def _answer(request: Request, status: int, kind: str, title: str) -> Response:
    if "text/html" in request.headers.get("accept", "") and pages.wants_page(request):
        return pages.error_page(request, status, title)
    return problem(status, kind, title)
