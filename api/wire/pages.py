"""Pages of a long answer: sealed tokens that say where the next one begins.

A token carries all that the next page needs: what was asked, the state of the ledger that the first
page saw, and the last item that was given. The server keeps nothing, so it may be restarted, and a
token is good for a day. It is sealed, so that nobody can read how far the ledger had come, nor make
one that shows more, and good for who got it alone.

References:
    EPCIS 2.0, section 12.5 (perPage, nextPageToken, GS1-Next-Page-Token-Expires)
"""

import zlib
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
from fastapi import Query, Request

from api.access.asker import asker_of
from api.clock import now
from api.errors import Refusal
from api.wire.sealed import sealed, unsealed
from epcis_core.model.times import utc_text
from epcis_core.store.bookkeeping import Bookkeeping

PAGING: Final = frozenset({"perPage", "nextPageToken"})
"""The parameters of pages; they go with a request, and are no part of a query."""

PER_PAGE: Final = 30
"""Items on a page where nobody asks for more, as the standard says."""

MOST_PER_PAGE: Final = 10_000
_GOOD_FOR: Final = 24 * 3600 * 1_000_000  # microseconds
_MOST_UNPACKED: Final = 2**20

PerPage = Annotated[
    int, Query(alias="perPage", ge=1, description=f"Items on a page; {MOST_PER_PAGE} at most.")
]
NextPageToken = Annotated[
    str | None, Query(alias="nextPageToken", description="Where the page begins.")
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins.

    Attributes:
        snapshot: the last sequence of the ledger that the first page saw.
        after: the keys of the last item that was given; None before the first.
        asked: what the first page was asked, as pairs of a name and a value.
    """

    snapshot: int
    after: tuple[Any, ...] | None
    asked: tuple[tuple[str, str], ...] = ()


def opened_page(request: Request, per_page: int, token: str | None) -> tuple[int, Place | None]:
    """Return how many items a page may have, and where it begins; None where it is the first.

    Args:
        request: which asks for a page.
        per_page: how many items it asks for.
        token: where it says the page begins.

    Raises:
        Refusal: 400 for a token that is none, see `place_of`.
    """
    size = min(per_page, MOST_PER_PAGE)
    return size, None if token is None else _place_of(token, _bound(request), _key(request))


def _place_of(token: str, bound: bytes, key: bytes) -> Place:
    """Return where the page of a token begins.

    Args:
        token: as a client sends it.
        bound: what it is bound to, see `_bound`.
        key: that tokens are sealed with.

    Raises:
        Refusal: 400 for what is no token of this server for this path, or one that has expired.
    """
    packed = unsealed(token, key, bound)
    if packed is None:
        raise _refusal("The nextPageToken is none of this server's for this resource.")
    snapshot, after, asked, expires = orjson.loads(
        zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
    )
    if expires < now():
        raise _refusal(f"The nextPageToken expired at {utc_text(expires)}; ask for the first page.")
    return Place(
        snapshot,
        None if after is None else tuple(after),
        tuple((name, value) for name, value in asked),
    )


def next_page(request: Request, place: Place, per_page: int) -> dict[str, str]:
    """Return the headers that lead to the page at a place.

    Args:
        request: the one that is answered.
        place: where the next page begins.
        per_page: how many items it shall have.
    """
    expires = now() + _GOOD_FOR
    packed = zlib.compress(orjson.dumps([place.snapshot, place.after, place.asked, expires]), 9)
    token = sealed(packed, _key(request), _bound(request))
    path = request.url.path
    raw = request.scope.get("raw_path", quote(path).encode()).decode("ascii")
    link = f"<{raw}?perPage={per_page:d}&nextPageToken={token}>"
    return {"Link": f'{link}; rel="next"', "GS1-Next-Page-Token-Expires": utc_text(expires)}


def _key(request: Request) -> bytes:
    books: Bookkeeping = request.app.state.books
    return books.secret("page_token")


def _bound(request: Request) -> bytes:
    """Return what a token is bound to: a resource, and through whose eyes it is read."""
    view = asker_of(request).view
    return orjson.dumps([request.url.path, view.viewer])


def _refusal(title: str) -> Refusal:
    return Refusal(400, "QueryParameterException", title)
