"""Events by their id, which the index of identities finds."""

from collections.abc import Iterable

from epcis_core.query.values import event_key
from epcis_core.store.clauses import Clause
from epcis_core.store.literals import among

_UUID = "urn:uuid:"


def of_id(event_ids: Iterable[str]) -> Clause:
    """Return the condition that `event e` has one of some ids, or declares an error in it.

    An error declaration has its event's id, and an identity of its own.
    """
    ids = among(map(event_key, event_ids))
    return Clause(
        "e.sequence IN ("  # noqa: S608 - quoted
        f"SELECT o.sequence FROM event o WHERE o.identity {ids} AND o.retracts IS NULL UNION ALL "
        "SELECT d.sequence FROM event d WHERE d.retracts IS NOT NULL "
        f"AND {id_key('d.event_id')} {ids})"
    )


def id_key(event_id: str) -> str:
    """Return the SQL for what an event's id is compared by: a UUID is the same in capital letters.

    References:
        RFC 9562, section 4
    """
    return f"CASE WHEN lower({event_id}) LIKE '{_UUID}%' THEN lower({event_id}) ELSE {event_id} END"
