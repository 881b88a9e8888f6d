"""A query as SQL on the ledger's rows."""

from collections.abc import Iterator

from epcis_core.errors import QueryError
from epcis_core.query.parameters import EventQuery, Match
from epcis_core.store.events import StoredEvent, select_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, literal
from epcis_core.store.view import View


def query_events(ledger: Ledger, view: View, query: EventQuery) -> list[StoredEvent]:
    """Return the events a query asks for.

    Args:
        ledger: where to look.
        view: what may be seen.
        query: the conditions, and the order.

    Raises:
        QueryError: there are more than the query's `maxEventCount`.
    """
    turn = "ASC" if query.ascending else "DESC"
    order = f"e.{query.order_by} {turn}, e.sequence {turn}" if query.order_by else "e.sequence"
    most = query.limit or (query.ceiling + 1 if query.ceiling else None)
    if most is not None:
        order += f" LIMIT {most:d}"
    condition = " AND ".join(_conditions(query)) or "true"
    found = select_events(ledger, view, condition, [], order)
    if query.ceiling is not None and len(found) > query.ceiling:
        raise QueryError(
            f"More than maxEventCount = {query.ceiling} events match", parameter="maxEventCount"
        )
    return found


def _conditions(query: EventQuery) -> Iterator[str]:
    """Yield SQL conditions on `event e`; the values in them are quoted."""
    for column, allowed in query.equal:
        yield f"e.{column} {among(allowed)}"
    for time, comparison, moment in query.times:
        yield f"e.{time} {comparison} make_timestamp({moment:d})"
    for match in query.matches:
        yield _named(match)
    if query.declared is not None:
        yield f"e.retracts IS {'NOT ' if query.declared else ''}NULL"


def _named(match: Match) -> str:
    objects = [f"r.object {among(match.keys)}"]
    objects += [f"starts_with(r.object, {literal(start)})" for start in match.below]
    return (
        f"e.sequence IN (SELECT r.sequence FROM reference r WHERE r.role {among(match.roles)} "  # noqa: S608 - quoted
        f"AND {'' if match.is_class else 'NOT '}r.is_class AND ({' OR '.join(objects)}))"
    )
