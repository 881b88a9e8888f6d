"""What is carried to a target of one lot: its record, and which lots it was made of."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.provenance.result import Trace
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import View


@dataclass(frozen=True, slots=True)
class Made:
    """The record of a lot.

    Attributes:
        record: JSON.
        hash: the same for equal records, and for no others.
        upstream: lots that it was made of, however far.
    """

    record: Mapping[str, Any] | Sequence[Any]
    hash: str
    upstream: tuple[str, ...]


Make = Callable[[str], Made | None]
"""Makes the record of a lot by its canonical identifier; None where nothing is known of it."""


def record_of(ledger: Ledger, view: View, lot: str) -> Made | None:
    """Return the record of a lot; None where no event that holds names it."""
    trace = trace_lot(ledger, view, lot, direction="upstream")
    if not any(visit.object == lot for visit in trace.visits):
        return None
    record = _told(trace)
    digest = hashlib.sha256(json_bytes(record)).hexdigest()
    up = tuple(one.id for one in trace.objects if one.kind == "lot" and one.role == "upstream")
    return Made(record, digest, up)


def _told(trace: Trace) -> dict[str, Any]:
    [subject] = [one for one in trace.objects if one.id == trace.subject]
    stages = [
        {
            "event": visit.event,
            "time": visit.time,
            "what": visit.biz_step,
            "place": visit.place,
            "place_name": _said(trace.places.get(visit.place or "", {}).get("name")),
        }
        for visit in trace.visits
    ]
    return {
        "id": subject.id,
        "gtin": subject.gtin,
        "lot": subject.lot,
        "name": _said(subject.name),
        "expiry": _said(subject.expiry),
        "stages": stages,
    }


def _said(value: Any) -> dict[str, Any] | None:
    return None if value is None else {"value": value}
