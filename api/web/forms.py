"""Short forms of the pages: fields of text, read whole; and the numbers of what is kept."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Query, Request

_LARGEST: Final = 2**63 - 1  # of a number in SQLite
_DIGITS: Final = 18  # more than which no number has that it has given

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

LineNumber = Annotated[int | None, Query(ge=1, le=_LARGEST)]
"""The number in an address from which a list of lines goes on; None for its begin."""


def number_in(form: Mapping[str, str], name: str) -> int:
    """Return the number in a field by which something is kept; 0, which nothing has, for none.

    >>> number_in({"account": "17"}, "account"), number_in({"account": "9" * 5000}, "account")
    (17, 0)
    """
    given = form.get(name, "")
    return int(given) if given.isdecimal() and len(given) <= _DIGITS else 0
