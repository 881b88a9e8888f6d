"""What an inspector typed of cases and assumptions, as the core takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Final

from fastapi import Request

from api.access.asker import view_of
from api.web.lots import SURE
from api.web.times import ZONE
from epcis_core.errors import QueryError
from epcis_core.model.times import microseconds
from epcis_core.provenance.incidents import Incident
from epcis_core.store.search import search
from epcis_core.store.trace import subject_of

MOST: Final = 100
"""Cases that are compared at once."""

_ENDS: Final = frozenset({"party", "place"})
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """One case as it stands in the form: goods, a day or time, and a place; empty for none."""

    goods: str = ""
    found: str = ""
    place: str = ""


def typed_cases(request: Request) -> list[Typed]:
    """Return the cases of an address: `id`, `found` and `place`, each as often as there are cases.

    Raises:
        QueryError: there are too many.
    """
    query = request.query_params
    rows = zip_longest(
        query.getlist("id"), query.getlist("found"), query.getlist("place"), fillvalue=""
    )
    found = [Typed(*(text.strip() for text in row)) for row in rows]
    found = [one for one in found if one.goods]
    if len(found) > MOST:
        raise QueryError(f"Expected at most {MOST} cases, got {len(found)}.", parameter="id")
    return found


def incidents_of(request: Request, typed: Sequence[Typed]) -> list[Incident]:
    """Return the cases as the core takes them.

    Raises:
        QueryError: something is neither a day nor a time.
    """
    return [
        Incident(
            object_meant(request, one.goods), moment_of(one.found), place_meant(request, one.place)
        )
        for one in typed
    ]


def object_meant(request: Request, text: str) -> str:
    """Return the object that a text surely means, else the text in canonical form."""
    hits = search(request.app.state.ledger, view_of(request), text, _NEAR)
    sure = [hit.id for hit in hits if hit.score >= SURE and hit.kind not in {*_ENDS, "product"}]
    return sure[0] if len(sure) == 1 else subject_of(text)


def place_meant(request: Request, text: str) -> str | None:
    """Return the place or party that a text names; a number that nobody knows as a place."""
    if not text:
        return None
    hits = search(request.app.state.ledger, view_of(request), text, _NEAR)
    known = [hit.id for hit in hits if hit.kind in _ENDS]
    if known:
        return known[0]
    return f"https://id.gs1.org/414/{text}" if text.isdecimal() else text


def moment_of(text: str) -> int | None:
    """Return the end of a day in Viet Nam, or a time, in microseconds since 1970 UTC.

    Raises:
        QueryError: it is neither.
    """
    if not text:
        return None
    try:
        ended = datetime.combine(date.fromisoformat(text), time.max, ZONE)
    except ValueError:
        try:
            return microseconds(text)
        except ValueError:
            raise QueryError(
                f"Expected a day such as 2026-03-11, or a time with its zone, got {text!r}.",
                parameter="found",
            ) from None
    return microseconds(ended.isoformat())
