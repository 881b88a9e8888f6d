"""Short forms of the pages: fields of text, read whole."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

_MOST: Final = 2**16  # bytes
_KIND: Final = "application/x-www-form-urlencoded"


class NotDoneError(Exception):
    """A form asks for what cannot be; the text says why, in the language of the page."""


async def _short_form(request: Request) -> Mapping[str, str]:
    """Read the fields of a form; of one that is there twice the last.

    Raises:
        HTTPException: 415 for what is no such form, 413 for one that is too long.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _KIND:
        raise HTTPException(415, f"Expected the fields of a form, {_KIND}.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            raise HTTPException(413, f"A form has {_MOST} bytes at most.")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


ShortForm = Annotated[Mapping[str, str], Depends(_short_form)]
"""The fields of a form; what is missing in it is not there."""
