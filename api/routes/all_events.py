"""All events that a query asks for, in one document, as the command `epcis events` prints them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.event_documents import every_event
from api.media_types import MEDIA_TYPES
from api.negotiation import wanted_syntax
from api.spooled import spooled
from api.wire.parameters import pairs_in

router = APIRouter(tags=["events"])


@router.get("/all-events", summary="Every event that a query asks for", response_class=Response)
def get_all_events(request: Request) -> Response:
    """Answer with one EPCISQueryDocument, in JSON or as `Accept` asks in XML, as captured."""
    syntax = wanted_syntax(request)
    document = every_event(
        request.app.state.ledger, view_of(request), pairs_in(request.url.query), syntax
    )
    return spooled(document, MEDIA_TYPES[syntax], {"Vary": "Accept"})
