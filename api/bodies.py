"""Bodies of requests that may be large: taken piece by piece, and no further than a limit."""

import tempfile
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO, Final, Protocol

from fastapi import HTTPException, Request
from starlette.requests import HTTPConnection

from api.access.asker import Asker, asker_of
from epcis_core.findings import Language, finding
from ingest.limits import IntakeLimits

Receive = Callable[[], Awaitable[Any]]

_FORM: Final = 2**20  # bytes of a form beside the files in it


class Quota(Protocol):
    """What counts how much each organisation sends, see `api.access.quota`."""

    def take_more(self, asker: Asker, size: int) -> None:
        """Count bytes as they come, of a body that did not announce them."""


def announced_size(connection: HTTPConnection) -> int:
    """Return how many bytes a request says that its body has; 0 where it does not say."""
    announced = connection.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else 0


def bounded(request: Request, *, language: Language = "en", is_form: bool = False) -> Request:
    """Return a request again, with a body that is refused where it is larger than may be sent.

    Args:
        request: of which nothing has been read.
        language: of the sentence that refuses it.
        is_form: the body is a form, in which the files together may be as large as one.

    Returns:
        The request; reading its body raises an HTTPException, 413 where it is larger than a file
        may be, 429 where it is more than its organisation may send.
    """
    limits: IntakeLimits = request.app.state.settings.limits
    quota: Quota = request.app.state.quota
    most = limits.file_size + (_FORM if is_form else 0)
    taken, counted = 0, announced_size(request)

    def count(size: int) -> None:
        nonlocal taken, counted
        taken += size
        if taken > most:
            found = finding("file_too_large", limit=limits.file_size)
            raise HTTPException(413, found.message_in(language))
        if taken > counted:
            quota.take_more(asker_of(request), taken - counted)
            counted = taken

    async def receive() -> Any:
        message = await request.receive()
        try:
            count(len(message.get("body", b"")))
        except HTTPException:
            await _pass_over(request.receive, message, most)
            raise
        return message

    return Request(request.scope, receive)


async def refuse_form(request: Request) -> None:
    """Refuse a form where the file itself is the body of the request.

    Raises:
        HTTPException: 415 for a form, with what to send instead.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        limits: IntakeLimits = request.app.state.settings.limits
        await _pass_over(request.receive, {"more_body": True}, limits.file_size)
        raise HTTPException(
            415,
            "Send the file itself as the body of the request, not a form "
            "(curl --data-binary @FILE); a form goes to /upload, its files under the name 'files'.",
        )


async def into_file(request: Request) -> BinaryIO:
    """Return a temporary file, at its start, with the body of a request; whoever gets it closes it.

    Raises:
        HTTPException: the body is too large, or the client has gone away.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this call
    try:
        async for chunk in request.stream():
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _pass_over(receive: Receive, message: Any, most: int) -> None:
    """Read on without keeping anything, so that a client that is still sending hears the answer.

    Not for ever: no more than what would have been taken.
    """
    passed = 0
    while message.get("more_body") and passed <= most:
        message = await receive()
        passed += len(message.get("body", b""))
