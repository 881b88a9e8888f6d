"""Events over HTTP: the query of the EPCIS interface."""

import tempfile
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from api.event_documents import as_query_document
from api.negotiation import MEDIA_TYPES, wanted_syntax
from epcis_core.query.parameters import parse_query
from epcis_core.store.query import stream_events
from epcis_core.store.view import EVERYTHING

router = APIRouter(prefix="/epcis", tags=["EPCIS 2.0"])

_IN_MEMORY: Final = 2**20  # bytes of an answer; more go to disk
_CHUNK: Final = 2**16


@router.get("/events", summary="SimpleEventQuery", response_class=Response)
def get_events(request: Request) -> Response:
    """Answer a SimpleEventQuery with an EPCISQueryDocument, in JSON or as `Accept` asks in XML."""
    query = parse_query(request.query_params.multi_items())
    syntax = wanted_syntax(request)
    found = stream_events(request.app.state.ledger, EVERYTHING, query)
    # Written whole before it is sent: a slow client holds no state of the ledger.
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - sent after this call
    try:
        spool.writelines(as_query_document(found, syntax))
    except BaseException:
        spool.close()
        raise
    headers = {"Content-Length": str(spool.tell()), "Vary": "Accept"}
    spool.seek(0)

    def pieces() -> Iterator[bytes]:
        with spool:
            while piece := spool.read(_CHUNK):
                yield piece

    return StreamingResponse(pieces(), media_type=MEDIA_TYPES[syntax], headers=headers)
