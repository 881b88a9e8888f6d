"""What sensors reported in events, through a view."""

from collections.abc import Collection

from epcis_core.provenance.readings import Reading, readings_of
from epcis_core.store.events import events_where
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.view import View

_MEASURED = "SELECT c.sequence FROM content c WHERE c.part = 'sensor' AND c.name = 'sensorElement'"


def readings_in(ledger: Ledger, view: View, event_ids: Collection[str]) -> list[Reading]:
    """Return what events say that sensors measured, in numbers, by event time.

    Args:
        ledger: where to look.
        view: what may be seen.
        event_ids: of the events; declarations that one is wrong say nothing here.
    """
    condition = (
        f"e.event_id {among(event_ids)} AND e.retracts IS NULL AND e.sequence IN ({_MEASURED})"
    )
    with ledger.reading() as cursor:
        found = events_where(cursor, view, condition, [], "e.event_time, e.sequence")
    return [reading for stored in found for reading in readings_of(stored.event, stored.event_id)]
