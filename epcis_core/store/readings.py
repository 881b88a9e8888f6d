"""What sensors reported in events, through a view."""

from collections.abc import Collection

from epcis_core.provenance.readings import Reading, readings_of
from epcis_core.store.events import events_where
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among, rows_at
from epcis_core.store.view import View


def readings_in(ledger: Ledger, view: View, event_ids: Collection[str]) -> list[Reading]:
    """Return what events say that sensors measured, in numbers, by event time.

    Args:
        ledger: where to look.
        view: what may be seen.
        event_ids: of the events; declarations that one is wrong say nothing here.
    """
    with ledger.reading() as cursor:
        # One step after the other: so the texts are read of those alone that have something.
        events = cursor.execute(
            f"SELECT e.sequence FROM event e WHERE e.event_id {among(event_ids)} "  # noqa: S608 - quoted
            f"AND e.retracts IS NULL AND {view.condition('e')}"
        ).fetchall()
        named = among(row[0] for row in events)
        measured = cursor.execute(
            f"SELECT DISTINCT c.sequence FROM content c WHERE c.sequence {named} "  # noqa: S608 - numbers
            f"AND c.part = 'sensor' AND c.name = 'sensorElement' AND {view.condition('c')}"
        ).fetchall()
        here = rows_at("event", "e", (row[0] for row in measured))
        found = events_where(cursor, view, here, [], "e.event_time, e.sequence")
    return [reading for stored in found for reading in readings_of(stored.event, stored.event_id)]
