"""Whether the server lives, and its numbers."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.metrics import Metrics
from api.server_file import fingerprint
from epcis_core.store.log import last_sequence
from epcis_core.store.view import EVERYTHING

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Whether the server answers and its ledger can be read")
def health(request: Request) -> dict[str, str]:
    """Answer `ok` after one read from the ledger, and by which token the server is known."""
    last_sequence(request.app.state.ledger, EVERYTHING)
    return {"status": "ok", "server": fingerprint(request.app.state.settings.token)}


@router.get(
    "/metrics",
    summary="The server's numbers, in the text form of Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Answer with counts and times of requests, and what waits."""
    numbers: Metrics = request.app.state.metrics
    return Response(numbers.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
