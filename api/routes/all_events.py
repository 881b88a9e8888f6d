"""All events that a query asks for, in one document, as the command `epcis events` prints them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.event_documents import as_query_document
from api.negotiation import MEDIA_TYPES, wanted_syntax
from api.spooled import spooled
from epcis_core.query.parameters import parse_query
from epcis_core.store.query import stream_events
from epcis_core.store.view import EVERYTHING

router = APIRouter(tags=["events"])


@router.get("/all-events", summary="Every event that a query asks for", response_class=Response)
def get_all_events(request: Request) -> Response:
    """Answer with one EPCISQueryDocument, in JSON or as `Accept` asks in XML, as captured."""
    query = parse_query(request.query_params.multi_items())
    syntax = wanted_syntax(request)
    found = stream_events(request.app.state.ledger, EVERYTHING, query)
    return spooled(as_query_document(found, syntax), MEDIA_TYPES[syntax], {"Vary": "Accept"})
