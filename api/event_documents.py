"""Stored events on their way out: as one document, in JSON or XML, piece by piece."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from api.clock import now
from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import (
    context_of,
    json_bytes,
    members,
    write_query_document,
)
from epcis_core.codecs.xml_writer import XmlWriter
from epcis_core.codecs.xml_writer_shape import CbvFormat
from epcis_core.errors import QueryError
from epcis_core.findings import Syntax
from epcis_core.model.documents import DocumentOfResults
from epcis_core.model.epc_format import EpcFormat, in_epc_format
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.model.times import utc_text
from epcis_core.query.parameters import parse_query
from epcis_core.store.events import StoredEvent
from epcis_core.store.ledger import Ledger
from epcis_core.store.query import stream_events
from epcis_core.store.view import View


@dataclass(frozen=True, slots=True)
class Formats:
    """How a caller wants an answer spelled.

    Attributes:
        epc_format: of identifiers.
        cbv_format: of terms of the CBV, in XML; in JSON they are bare words.
    """

    epc_format: EpcFormat = "digital-link"
    cbv_format: CbvFormat = "urn"


AS_CAPTURED: Final = Formats("as-is", "urn")
"""Identifiers as their sender spelled them."""


def as_query_document(
    found: Iterable[StoredEvent],
    syntax: Syntax = "json",
    *,
    formats: Formats = AS_CAPTURED,
    query_name: str = "SimpleEventQuery",
    subscription_id: str | None = None,
) -> Iterator[bytes]:
    """Yield stored events as one EPCISQueryDocument, piece by piece.

    Each has our `recordTime` and the `eventID` that the ledger knows it by, and carries the
    prefixes of its own document, which differ between documents.

    Args:
        found: the events, in order; taken one by one.
        syntax: of the document; in XML it is one of EPCIS 2.0.
        formats: how identifiers and terms are spelled.
        query_name: of which query these are the results.
        subscription_id: for which subscription; None where somebody asked.
    """
    if syntax == "xml":
        events = (_as_given_out(stored, formats.epc_format) for stored in found)
        yield from _in_xml(events, formats, query_name, subscription_id)
        return
    yield from write_query_document(
        (event_in_json(stored, formats.epc_format) for stored in found),
        creation_date=utc_text(now()),
        prefixes={},
        query_name=query_name,
        subscription_id=subscription_id,
    )


def every_event(
    ledger: Ledger, view: View, parameters: Iterable[tuple[str, str]], syntax: Syntax
) -> Iterator[bytes]:
    """Yield all events that a query asks for as one document, as captured, piece by piece.

    Args:
        ledger: where they are.
        view: through whose eyes.
        parameters: of the query, a list by repeating a name.
        syntax: of the document.

    Raises:
        QueryError: there is no such parameter, its value is none, or it asks for a page.
    """
    query = parse_query(parameters)
    for name, given in (("perPage", query.per_page), ("nextPageToken", query.page_token)):
        if given is not None:
            raise QueryError(
                f"{name}: this answer has no pages; eventCountLimit asks for its first events.",
                parameter=name,
            )
    yield from as_query_document(stream_events(ledger, view, query), syntax)


def event_in_json(stored: StoredEvent, epc_format: EpcFormat = "as-is") -> bytes:
    """Return a stored event as JSON in UTF-8, as it stands in a document of ours."""
    body = members(_as_given_out(stored, epc_format))
    context = body.pop("@context", None)
    return json_bytes({"@context": context, **body} if context else body)


def _in_xml(
    events: Iterator[EpcisEvent], formats: Formats, query_name: str, subscription_id: str | None
) -> Iterator[bytes]:
    first = next(events, None)
    written = utc_text(now())
    writer = XmlWriter(
        _envelope(written, query_name, subscription_id),
        now=written,
        holds_events=first is not None,
        cbv_format=formats.cbv_format,
    )
    yield writer.start()
    for event in chain(() if first is None else (first,), events):
        yield writer.event(event).data
    yield writer.end()


def _envelope(written: str, query_name: str, subscription_id: str | None) -> Envelope:
    asked = {"subscriptionID": subscription_id} if subscription_id is not None else {}
    head = DocumentOfResults.model_validate(
        {
            "@context": context_of({}),
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": written,
            "epcisBody": {
                "queryResults": {
                    "queryName": query_name,
                    **asked,
                    "resultsBody": {"eventList": []},
                }
            },
        }
    )
    return Envelope("json", "EPCISQueryDocument", Namespaces(), head=head)


def _as_given_out(stored: StoredEvent, epc_format: EpcFormat) -> EpcisEvent:
    event, _ = in_epc_format(stored.event, epc_format)
    return event.model_copy(
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
