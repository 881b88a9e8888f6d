"""One table from what goes wrong to what an HTTP client is told (RFC 9457)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request
from fastapi.exceptions import (
    RequestValidationError,
    ValidationException,
    WebSocketRequestValidationError,
)
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.access.failures import told_of
from api.negotiation import wanted_syntax
from api.web import pages
from api.web.answers import texts_for
from epcis_core.errors import (
    DiskFullError,
    EpcisError,
    ParseError,
    QueryError,
    StoppedError,
    StoreError,
    TooComplexError,
    TooManyError,
)
from epcis_core.query.refusal import QueryTooLargeError
from epcis_core.store.durability import refused

_STATUS: Final[dict[type[EpcisError], tuple[int, str]]] = {
    QueryTooLargeError: (413, "QueryTooLargeException"),
    QueryError: (400, "QueryParameterException"),
    TooComplexError: (413, "QueryTooComplexException"),
    TooManyError: (409, "ImplementationException"),
    ParseError: (400, "ValidationException"),
    DiskFullError: (507, "ImplementationException"),
    StoppedError: (503, "ImplementationException"),
    StoreError: (500, "ImplementationException"),
}
_TYPES: Final = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchResourceException",
    405: "ValidationException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
}
_NO_PAGE: Final = frozenset({404, 405})
_BARE: Final = (
    '<!doctype html><html lang="vi"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Có lỗi · Error</title>'
    "<h1>Có lỗi</h1><p>Máy chủ gặp lỗi; nhật ký ghi nguyên nhân, dưới mã {id}. "
    'Hãy thử lại sau ít phút.</p><p><a href="/">Về trang tra cứu</a></p>'
    '<div lang="en"><h1>Something went wrong</h1>'
    "<p>The server failed; its log tells why, under {id}. Please try again in some minutes.</p>"
    '<p><a href="/">To the search page</a></p></div></html>'
)
"""The page that needs nothing: no texts, no templates, nobody who asks."""

_IN_XML: Final = "urn:epcglobal:epcis:xsd:2"
"""The namespace of problems in XML, as the standard's schema has them."""


_OPEN: Final = f'<epcis:EPCISException xmlns:epcis="{_IN_XML}">'


class Refusal(HTTPException):
    """A request that is refused by a name of the standard's.

    Args:
        status: HTTP status.
        kind: name of the EPCIS exception.
        title: what is wrong, in a sentence.
        headers: to send with it.
        **more: further members of the problem document.

    References:
        EPCIS 2.0, section 12.6
    """

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, title, dict(headers) if headers else None)
        self.kind = kind
        self.more = more


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


def problem_in_xml(status: int, kind: str, title: str) -> Response:
    """Return the same in XML, by the schema of EPCIS 2.0; without further members."""
    members = {"type": f"epcisException:{kind}", "title": title, "status": str(status)}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
    written = f'<?xml version="1.0" encoding="UTF-8"?>\n{_OPEN}{inner}</epcis:EPCISException>'
    return Response(written, status_code=status, media_type="application/problem+xml")


def install_error_answers(app: FastAPI, recognise: Callable[[Request], Awaitable[object]]) -> None:
    """Make every error of an application answer as a problem, or as a page to a person.

    Args:
        app: it.
        recognise: finds out who asks, for the page that tells them that there is no such page.
    """

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
        status = error.status_code
        kind = _TYPES.get(status, "ImplementationException")
        more: dict[str, Any] = {}
        await _find_out(request, recognise)
        if isinstance(error, Refusal):
            kind, more = error.kind, error.more
        told = _no_page(request, error)
        answer = _answer(request, status, kind, str(error.detail), to_people=told, **more)
        answer.headers.update(error.headers or {})
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(_methods(request))
        return answer

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, ValidationException)  # noqa: S101 - registered for it alone
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        title = f"{where}: {first['msg']}"
        told = texts_for(request)("error.asked_wrongly", reason=title)
        return _answer(request, 400, "ValidationException", title, to_people=told)

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, EpcisError)  # noqa: S101 - registered for it alone
        for kind, (status, name) in _STATUS.items():
            if isinstance(error, kind):
                return _answer(request, status, name, told_of(request, error))
        return _answer(request, 500, "ImplementationException", str(error))

    async def disk(request: Request, error: Exception) -> Response:
        told = refused("What was sent cannot be written", error)
        if not isinstance(told, DiskFullError):
            raise error
        return await ours(request, told)

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(WebSocketRequestValidationError, invalid)
    app.add_exception_handler(EpcisError, ours)
    app.add_exception_handler(OSError, disk)


def _no_page(request: Request, error: HTTPException) -> str | None:
    """Return what people are told whose address leads nowhere; None for any other error."""
    is_plain = error.detail == HTTPStatus(error.status_code).phrase
    is_lost = is_plain and error.status_code in _NO_PAGE
    return texts_for(request)("error.no_page") if is_lost else None


async def _find_out(request: Request, recognise: Callable[[Request], Awaitable[object]]) -> None:
    """Find out who asks where no route did: the page of an error tells them as any other."""
    if not hasattr(request.state, "asker"):
        with suppress(HTTPException):
            await recognise(request)


def failed(request: Request, request_id: str) -> Response:
    """Return the answer to a request at which the server itself failed.

    Args:
        request: the request.
        request_id: under which the log tells why.
    """
    title = f"The server failed; its log tells why, under {request_id}."
    try:
        told = texts_for(request)("error.failed", id=request_id)
        return _answer(request, 500, "ImplementationException", title, to_people=told)
    except Exception:  # noqa: BLE001 - what fails may be what every page needs
        return HTMLResponse(_BARE.format(id=escape(request_id)), 500)


def _methods(request: Request) -> Iterator[str]:
    """Yield the methods that the address of a request takes, whichever of its routes has them.

    References:
        RFC 9110, section 15.5.6
    """
    for method in ("OPTIONS", "GET", "POST", "DELETE"):
        asked = {**request.scope, "method": method}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            yield method


def _answer(
    request: Request, status: int, kind: str, title: str, to_people: str | None = None, **more: Any
) -> Response:
    """Return an error as whoever asks can read it.

    Args:
        request: what went wrong.
        status: HTTP status.
        kind: name of the EPCIS exception.
        title: what is wrong, in a sentence for programs.
        to_people: the same in the language of a page, where it has another for them.
        **more: further members of the problem document.
    """
    if "text/html" in request.headers.get("accept", "") and pages.wants_page(request):
        return pages.error_page(request, status, to_people or title)
    if request.url.path.startswith("/epcis") and wanted_syntax(request) == "xml":
        return problem_in_xml(status, kind, title)
    return problem(status, kind, title, **more)
