"""Events over HTTP: the query of the EPCIS interface."""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.clock import now
from epcis_core.codecs.jsonld_writer import json_bytes, members, write_query_document
from epcis_core.model.namespaces import BUILT_IN
from epcis_core.model.times import utc_text
from epcis_core.query.parameters import parse_query
from epcis_core.store.events import StoredEvent
from epcis_core.store.query import query_events
from epcis_core.store.view import EVERYTHING

router = APIRouter(prefix="/epcis", tags=["EPCIS 2.0"])


@router.get("/events", summary="SimpleEventQuery", response_class=Response)
def get_events(request: Request) -> Response:
    """Answer a SimpleEventQuery with an EPCISQueryDocument."""
    query = parse_query(request.query_params.multi_items())
    found = query_events(request.app.state.ledger, EVERYTHING, query)
    return Response(b"".join(as_query_document(found)), media_type="application/json")


def as_query_document(found: Iterable[StoredEvent]) -> Iterator[bytes]:
    """Yield stored events as one EPCISQueryDocument, piece by piece.

    Each event carries the `@context` of its own document, where prefixes differ between documents.
    """
    return write_query_document(
        (_with_context(stored) for stored in found), creation_date=utc_text(now()), prefixes={}
    )


def _with_context(stored: StoredEvent) -> bytes:
    body = members(stored.event)
    own = {p: n for p, n in stored.namespaces.prefixes.items() if BUILT_IN.get(p) != n}
    if own:
        body = {"@context": own, **{k: v for k, v in body.items() if k != "@context"}}
    body["recordTime"] = utc_text(stored.record_time)
    body["eventID"] = stored.event_id
    return json_bytes(body)
