"""What an inspector typed of cases and assumptions, as the core takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Final

from fastapi import Request

from api.access.asker import view_of
from api.web.answers import texts_for, wants_page
from api.web.lots import SURE
from api.web.texts import Texts
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
_NAMED_ALIKE: Final = 20
_FIRST_YEAR: Final = 1970
"""Before it the clock of Viet Nam had offsets that no timestamp can tell."""


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
    """Return the place or party that a text names; a number that nobody knows as a place.

    Raises:
        QueryError: the text names several, of which one must be chosen.
    """
    if not text:
        return None
    state = request.app.state
    hits = search(state.ledger, view_of(request), text, _NAMED_ALIKE, books=state.books)
    known = [hit for hit in hits if hit.kind in _ENDS]
    likeliest = [hit for hit in known if hit.score == known[0].score]
    named = {_number_of(hit.id): hit.title for hit in likeliest}
    if len(named) > 1 and known[0].why != "exact":
        t = texts_for(request) if wants_page(request) else Texts("en")
        names = "; ".join(f"{title} ({number})" for number, title in named.items())
        raise QueryError(t("outbreak.several_places", text=text, names=names), parameter="place")
    if known:
        return known[0].id
    return f"https://id.gs1.org/414/{text}" if text.isdecimal() else text


def _number_of(end: str) -> str:
    """Return the GLN of a party or place, which they have in common; of a part of one its id."""
    found = end.rpartition("/")[2]
    return found if found.isdecimal() and "/254/" not in end else end


def moment_of(text: str) -> int | None:
    """Return the end of a day in Viet Nam, or a time, in microseconds since 1970 UTC.

    Raises:
        QueryError: it is neither.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    try:
        if day is None:
            return microseconds(text)
        if day.year >= _FIRST_YEAR:
            return microseconds(datetime.combine(day, time.max, ZONE).isoformat())
    except ValueError:
        pass
    raise QueryError(
        f"Expected a day such as 2026-03-11, or a time with its zone, got {text!r}.",
        parameter="found",
    )
