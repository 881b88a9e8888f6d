"""Which looks are noted: those of whoever sees all, wherever records are shown, with all they ask.

What is asked is noted whole: a part that is left out could be the one that matters.
"""

from collections.abc import Iterator
from typing import Final

from starlette.requests import HTTPConnection

from api.access.asker import Asker
from api.access.exports import DOCUMENTS, keep_with_case
from api.access.rights import UNDER_A_CASE
from api.clock import now
from api.definitions import pairs_of
from api.errors import Refusal
from api.wire.pages import PAGING
from api.wire.paths import value_of
from epcis_core.access.roles import Right
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.named_queries import find_named_query
from epcis_core.store.registry.looks import Look, note_look

LONGEST: Final = 20_000
"""Characters of all that one look asks; more than an address of events may have."""

_SHOWING: Final = frozenset({Right.READ, Right.WATCH})
_CAPTURES: Final = frozenset({"GET /epcis/capture", "GET /epcis/capture/{capture_id}"})
_ANOMALIES: Final = frozenset(f"GET /anomalies{ending}" for ending in ("", ".json", ".csv"))
_HOW: Final = PAGING | {"lang"}
"""What says how an answer is shown, and not what is asked."""

_WHAT: Final = frozenset({"id", "q", "event_id", "value", "capture_id"})
"""What needs no name to be understood."""

_EXPORTS: Final = frozenset(
    {"GET /proof.zip", "GET /all-events", *(f"GET /recall/{name}" for name in DOCUMENTS)}
)
_NAMED: Final = "/epcis/queries/{name}"


def is_noted(asker: Asker, right: str, route: str) -> bool:
    """Tell whether it is a look that is noted, if somebody is let through to a route.

    Args:
        asker: who.
        right: that the route asks for.
        route: its method and path.
    """
    shows_records = route in _CAPTURES | _ANOMALIES | UNDER_A_CASE
    return asker.is_noted and (right in _SHOWING or shows_records)


def note_looking(connection: HTTPConnection, asker: Asker, route: str) -> None:
    """Note that somebody looks to whom nothing is hidden.

    Args:
        connection: by which.
        asker: who.
        route: method and path of what they ask.

    Raises:
        Refusal: 413 where more is asked than is noted.
    """
    books: Bookkeeping = connection.app.state.books
    about = tuple(filter(None, map(str.strip, _asked(connection, asker, route))))
    size = sum(map(len, about))
    if size > LONGEST:
        title = f"What you ask is noted whole; it has {size} characters, and {LONGEST} are taken."
        raise Refusal(413, "QueryTooComplexException", title)
    note_look(books, Look(now(), asker.name, asker.role, asker.case_number, route, about))
    _keep_export(connection, asker, route)


def _asked(connection: HTTPConnection, asker: Asker, route: str) -> Iterator[str]:
    """Yield what is asked: what stands in the path, the parameters, those of a named query."""
    for segment in connection.path_params.values():
        yield value_of(str(segment))
    for name, value in connection.query_params.multi_items():
        if name not in _HOW:
            yield value if name in _WHAT else f"{name}={value}"
    method, _, path = route.partition(" ")
    if path.startswith(_NAMED) and method != "DELETE":  # which shows nothing, and may end it
        name = value_of(connection.path_params["name"])
        found = find_named_query(connection.app.state.books, name, owner=asker.owner)
        for one, value in () if found is None else pairs_of(found):
            yield f"{one}={value}"


def _keep_export(connection: HTTPConnection, asker: Asker, route: str) -> None:
    """Keep with a case what is exported under it."""
    if route in _EXPORTS:
        value = f"{connection.url.path}?{connection.url.query}".removesuffix("?")
        keep_with_case(connection, asker, value)
