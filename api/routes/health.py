"""Whether the server lives."""

from fastapi import APIRouter, Request

from api.server_file import fingerprint
from epcis_core.store.events import latest_events
from epcis_core.store.view import EVERYTHING

router = APIRouter(tags=["operation"])


@router.get("/health", summary="Whether the server answers and its ledger can be read")
def health(request: Request) -> dict[str, str]:
    """Answer `ok` after one read from the ledger, and by which token the server is known."""
    latest_events(request.app.state.ledger, EVERYTHING, 1)
    return {"status": "ok", "server": fingerprint(request.app.state.settings.token)}
