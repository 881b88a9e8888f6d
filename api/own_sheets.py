"""What spreadsheets may take for granted of whoever sends them over HTTP."""

from fastapi import Request

from api.access.asker import asker_of
from ingest.registry.own import own_of
from ingest.sheets.own import Own


def own_of_asker(request: Request) -> Own | None:
    """Return what the lists and headings of the asker's organisation say; None without one."""
    owner = asker_of(request).owner
    return own_of(request.app.state.books, owner) if owner else None
