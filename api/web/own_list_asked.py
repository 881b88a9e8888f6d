"""Which list, whose, and which line of it is asked for.

A business keeps its own. Who belongs to none, as the province, names an organisation; but whom an
organisation deals with it knows alone.
"""

from typing import Annotated, Final

from fastapi import HTTPException, Query, Request

from api.access.asker import asker_of
from api.web.answers import texts_for
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import Certificate, certificates
from epcis_core.store.registry.organisations import Organisation, find_organisation
from ingest.registry.lines import KEYS, Line, ListKey
from ingest.registry.saving import find_line

Chosen = Annotated[str, Query(max_length=200)]
"""The organisation that is meant by who belongs to none."""

MOST_NUMBER: Final = 2**63 - 1
"""The largest number of a line that the registry can hold."""


def list_asked(request: Request) -> ListKey:
    """Return which list an address is of."""
    route: str = request.scope["route"].path
    return next(one for one in KEYS if route.startswith(f"/{one}"))


def organisation_asked(request: Request, given: str) -> Organisation | None:
    """Return whose list is meant; None where who belongs to no organisation named none.

    Raises:
        HTTPException: 404 for an organisation that is not known, 403 for partners of another.
    """
    owner = asker_of(request).owner
    if not owner and list_asked(request) == "partners":
        raise HTTPException(403, texts_for(request)("own_list.partners_own"))
    party = owner or given
    found = find_organisation(books_of(request), party) if party else None
    if party and found is None:
        raise HTTPException(404, texts_for(request)("people.unknown"))
    return found


def organisation_chosen(request: Request, given: str) -> Organisation:
    """Return whose list is meant.

    Raises:
        HTTPException: 422 where none was named.
    """
    found = organisation_asked(request, given)
    if found is None:
        raise HTTPException(422, texts_for(request)("own_list.choose_first"))
    return found


def line_asked(request: Request, key: ListKey, whose: Organisation, number: int) -> Line:
    """Return a line of a list.

    Raises:
        HTTPException: 404 where there is none such.
    """
    is_number = 0 < number <= MOST_NUMBER
    line = find_line(books_of(request), key, whose.id, number) if is_number else None
    if line is None:
        raise HTTPException(404, texts_for(request)("own_list.unknown"))
    return line


def certificates_held(request: Request, whose: Organisation) -> list[Certificate]:
    """Return the certificates of an organisation."""
    return certificates(books_of(request), whose.id)


def books_of(request: Request) -> Bookkeeping:
    """Return where the lists stand."""
    books: Bookkeeping = request.app.state.books
    return books
