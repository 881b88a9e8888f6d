"""Withdrawing an event by its id, for whoever has the ledger file itself."""

from collections.abc import Mapping
from typing import Final

from epcis_core.errors import QueryError
from epcis_core.store.events import find_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.capture import DEFAULT_ORGANISATION, capture_bytes
from ingest.corrections import Reason, Refusal, refusal, withdrawal
from ingest.report import CaptureReport

_WHY: Final[Mapping[Refusal, str]] = {
    "not_own": "Only the organisation that recorded this can correct or withdraw it.",
    "already": "This record was corrected or withdrawn already.",
    "declaration": "This only says that a record is wrong; name the record that it is about.",
}


def withdrawn(ledger: Ledger, event_id: str, reason: Reason, now: int) -> CaptureReport:
    """Declare an event wrong that the operator recorded.

    Args:
        ledger: in which it is.
        event_id: its id.
        reason: why it is wrong.
        now: the clock, microseconds since 1970 UTC.

    Raises:
        QueryError: there is no such event, or it cannot be withdrawn.
    """
    records = find_events(ledger, EVERYTHING, event_id)
    if not records:
        raise QueryError(f"The ledger holds no event {event_id!r}.", parameter="")
    refused = refusal(records, DEFAULT_ORGANISATION)
    if refused is not None:
        raise QueryError(_WHY[refused], parameter="")
    data = withdrawal(records[:1], reason, now)
    return capture_bytes(ledger, data, file_name="withdrawal", now=now)
