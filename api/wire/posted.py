"""What is sent to be captured: its media type, its size, its bytes.

References:
    EPCIS 2.0, section 12.6; RFC 9110, sections 8.3, 8.4 and 15.5.16
"""

from typing import BinaryIO, Final, Literal

from fastapi import Request
from starlette.exceptions import HTTPException

from api.bodies import bounded
from api.errors import Refusal
from epcis_core.codecs.document import Format
from epcis_core.findings import Finding, Syntax
from ingest.limits import IntakeLimits

ErrorBehaviour = Literal["rollback", "proceed"]

_SYNTAXES: Final[dict[str, Syntax]] = {
    "application/json": "json",
    "application/ld+json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
_EXPECTED: Final = ", ".join(_SYNTAXES)


def limits_of(request: Request) -> IntakeLimits:
    """Return how much the server takes."""
    limits: IntakeLimits = request.app.state.settings.limits
    return limits


def limit_headers(limits: IntakeLimits) -> dict[str, str]:
    """Return the headers that say how much is taken."""
    return {
        "GS1-EPCIS-Capture-Limit": str(limits.document.events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(limits.file_size),
    }


def too_large(limits: IntakeLimits, title: str) -> Refusal:
    """Return the refusal of more than what is taken."""
    return Refusal(413, "CaptureLimitExceededException", title, limit_headers(limits))


def unusable(title: str, findings: tuple[Finding, ...]) -> Refusal:
    """Return the refusal of a document, with what is wrong with it as a member `findings`."""
    told = [found.as_json() for found in findings]
    return Refusal(400, "ValidationException", title, findings=told)


async def announced_syntax(request: Request) -> Syntax | None:
    """Return the syntax that a request says its body has; None where it does not say.

    Raises:
        Refusal: 415 for another media type, or a body that is packed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if kind and kind not in _SYNTAXES:
        await _pass_over(request)
        title = f"Expected a Content-Type of {_EXPECTED}, got {kind!r}."
        raise Refusal(415, "UnsupportedMediaTypeException", title, {"Accept": _EXPECTED})
    if packing != "identity":
        await _pass_over(request)
        title = f"Expected a body without Content-Encoding, got {packing!r}."
        raise Refusal(415, "UnsupportedMediaTypeException", title, {"Accept-Encoding": "identity"})
    return _SYNTAXES.get(kind)


def check_syntax(announced: Syntax | None, found: Format | None) -> None:
    """Refuse a body that is not what its media type says.

    Raises:
        Refusal: 415.
    """
    if announced is not None and found is not None and announced != found:
        title = f"The Content-Type says {announced.upper()}, but the body is {found.upper()}."
        raise Refusal(415, "UnsupportedMediaTypeException", title, {"Accept": _EXPECTED})


async def write_body(request: Request, file: BinaryIO) -> None:
    """Write the body of a request into a file, piece by piece.

    Raises:
        Refusal: 413 for one that is too large.
    """
    limits = limits_of(request)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.file_size:
        await _pass_over(request)
        title = f"The body has {int(length)} bytes; {limits.file_size} are taken (limit file_size)."
        raise too_large(limits, title)
    try:
        async for chunk in bounded(request).stream():
            file.write(chunk)
    except HTTPException as error:
        if error.status_code == 413:  # noqa: PLR2004 - the status itself
            raise too_large(limits, str(error.detail)) from error
        raise


async def _pass_over(request: Request) -> None:
    """Read on without keeping anything, so that a client that is still sending hears the answer.

    A client that waits to be told to go on hears it at once, and none is listened to for longer
    than a body may be.
    """
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    passed = 0
    async for chunk in request.stream():
        passed += len(chunk)
        if passed > limits_of(request).file_size:
            return
