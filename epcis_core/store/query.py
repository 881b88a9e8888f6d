"""A query as SQL on the ledger's rows."""

from typing import Any

from epcis_core.errors import QueryError
from epcis_core.query.parameters import EventQuery
from epcis_core.store.events import StoredEvent, select_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View


def query_events(ledger: Ledger, view: View, query: EventQuery) -> list[StoredEvent]:
    """Return the events a query asks for.

    Raises:
        QueryError: there are more than the query's `maxEventCount`.
    """
    conditions: list[str] = []
    values: list[Any] = []
    for column, allowed in query.equal:
        conditions.append(f"e.{column} IN (SELECT unnest(?))")
        values.append(list(allowed))
    for column, sign, moment in query.times:
        conditions.append(f"e.{column} {sign} make_timestamp(?)")
        values.append(moment)
    for roles, keys in query.matches:
        conditions.append(
            "e.sequence IN (SELECT r.sequence FROM reference r WHERE r.role IN (SELECT unnest(?)) "
            "AND r.object IN (SELECT unnest(?)))"
        )
        values += [[role.value for role in roles], list(keys)]
    if query.declared is not None:
        conditions.append("e.retracts IS NOT NULL" if query.declared else "e.retracts IS NULL")
    turn = "ASC" if query.ascending else "DESC"
    order = f"e.{query.order_by} {turn}, e.sequence {turn}" if query.order_by else "e.sequence"
    most = query.limit or (query.ceiling + 1 if query.ceiling else None)
    if most is not None:
        order += f" LIMIT {most:d}"
    found = select_events(ledger, view, " AND ".join(conditions) or "true", values, order)
    if query.ceiling is not None and len(found) > query.ceiling:
        raise QueryError(
            f"More than maxEventCount = {query.ceiling} events match", parameter="maxEventCount"
        )
    return found
