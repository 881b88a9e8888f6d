"""Stored events on their way out: as one document, in JSON or XML, piece by piece."""

from collections.abc import Iterable, Iterator
from itertools import chain

from api.clock import now
from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import (
    context_of,
    json_bytes,
    members,
    write_query_document,
)
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.findings import Syntax
from epcis_core.model.documents import DocumentOfResults
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.model.times import utc_text
from epcis_core.store.events import StoredEvent


def as_query_document(found: Iterable[StoredEvent], syntax: Syntax = "json") -> Iterator[bytes]:
    """Yield stored events as one EPCISQueryDocument, piece by piece.

    Each has our `recordTime` and the `eventID` that the ledger knows it by, and carries the
    prefixes of its own document, which differ between documents.

    Args:
        found: the events, in order; taken one by one.
        syntax: of the document; in XML it is one of EPCIS 2.0.
    """
    if syntax == "xml":
        yield from _in_xml(found)
        return
    yield from write_query_document(
        map(_in_json, found), creation_date=utc_text(now()), prefixes={}
    )


def _in_json(stored: StoredEvent) -> bytes:
    body = members(stored.event)
    if own := _own_prefixes(stored):
        body = {"@context": own, **{k: v for k, v in body.items() if k != "@context"}}
    body["recordTime"] = utc_text(stored.record_time)
    body["eventID"] = stored.event_id
    return json_bytes(body)


def _in_xml(found: Iterable[StoredEvent]) -> Iterator[bytes]:
    events = iter(found)
    first = next(events, None)
    written = utc_text(now())
    writer = XmlWriter(_envelope(written), now=written, holds_events=first is not None)
    yield writer.start()
    for stored in chain(() if first is None else (first,), events):
        yield writer.event(_as_given_out(stored)).data
    yield writer.end()


def _envelope(written: str) -> Envelope:
    head = DocumentOfResults.model_validate(
        {
            "@context": context_of({}),
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": written,
            "epcisBody": {
                "queryResults": {
                    "queryName": "SimpleEventQuery",
                    "resultsBody": {"eventList": []},
                }
            },
        }
    )
    return Envelope("json", "EPCISQueryDocument", Namespaces(), head=head)


def _as_given_out(stored: StoredEvent) -> EpcisEvent:
    return stored.event.model_copy(
        update={
            "context": _own_prefixes(stored) or None,
            "record_time": utc_text(stored.record_time),
            "event_id": stored.event_id,
        }
    )


def _own_prefixes(stored: StoredEvent) -> dict[str, str]:
    """Return the prefixes in force inside an event that the EPCIS context does not have."""
    prefixes = stored.namespaces.prefixes
    return {name: uri for name, uri in prefixes.items() if BUILT_IN.get(name) != uri}
