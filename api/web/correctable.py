"""Which records whoever asks may withdraw or correct, and who will see it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Request

from api.access.asker import Asker, asker_of, view_of
from api.web.event_page import facts_of_stored
from api.web.naming import Namer
from epcis_core.access.roles import Right
from epcis_core.access.visibility import PARTY
from epcis_core.store.events import StoredEvent, events_by_id
from ingest.corrections import refusal

MOST: Final = 20_000
"""Events of an upload that are withdrawn together."""

LOOKED_AT: Final = 500
"""Events of an upload that a page looks at one by one; of more it tells how many were stored."""


def may_correct(records: Sequence[StoredEvent], asker: Asker) -> bool:
    """Tell whether an asker may correct an event, whose records are given, the event first."""
    return Right.CAPTURE in asker.rights and refusal(records, asker.organisation) is None


def others_of(stored: StoredEvent, n: Namer) -> str:
    """Return the names of the other parties that a record names, or nothing: they will see it."""
    found = other_parties(stored)
    return n.joined([n.party(one) for one in found]) if found else ""


def other_parties(stored: StoredEvent) -> list[str]:
    """Return the parties that a record names beside whoever recorded it, canonical."""
    facts = facts_of_stored(stored)
    keys = (end.partition(" ")[2] for end in (*facts.sources, *facts.destinations))
    named = (key for key in keys if key.startswith(PARTY) and key != stored.organisation)
    return list(dict.fromkeys(named))


def stored_by(report: Mapping[str, Any]) -> list[str]:
    """Return the ids of the events that a capture brought, as its report says."""
    return [one["event_id"] for one in report["events"] if one["status"] == "accepted"]


def withdrawable(request: Request, report: Mapping[str, Any], most: int) -> list[StoredEvent]:
    """Return the events that a capture of the asker's brought, and that stand uncorrected.

    Args:
        request: who asks.
        report: of the capture, as the book has it.
        most: how many of its events are looked at, the first.
    """
    ledger, view, asker = request.app.state.ledger, view_of(request), asker_of(request)
    records: dict[str, list[StoredEvent]] = {}
    for one in events_by_id(ledger, view, stored_by(report)[:most]):
        records.setdefault(one.event_id, []).append(one)
    found = []
    for several in records.values():
        several.sort(key=lambda one: (one.event.error_declaration is not None, one.sequence))
        if several[0].capture_id == report["capture_id"] and may_correct(several, asker):
            found.append(several[0])
    return found
