"""Backups of a served ledger, asked for by the command of this machine's operator."""

import secrets
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from api.clock import now
from epcis_core.errors import StoreError
from epcis_core.store.backup import back_up_ledger, copy_to_check

router = APIRouter(include_in_schema=False)


class Wanted(BaseModel):
    """Where a backup is to be made: a folder of this machine that is not there yet.

    Attributes:
        folder: it.
        signed: with a checkpoint and a manifest; else a copy to be checked.
    """

    folder: Path
    signed: bool = True


@router.post("/backups")
def make_backup(request: Request, wanted: Wanted) -> dict[str, Any]:
    """Make a backup, and answer with its manifest, or make a copy.

    Only who has the server's token may ask.

    Raises:
        HTTPException: 401 without the token, 400 for no whole path, 409 where it cannot be made.
    """
    state = request.app.state
    shown = request.headers.get("authorization", "")
    token = f"Bearer {state.settings.token}"
    if not state.settings.token or not secrets.compare_digest(shown.encode(), token.encode()):
        raise HTTPException(401, "A backup holds the key of the log: the server's token is needed.")
    if not wanted.folder.is_absolute():
        raise HTTPException(400, f"Expected a whole path, got {str(wanted.folder)!r}.")
    try:
        if not wanted.signed:
            copy_to_check(state.ledger, state.books, wanted.folder)
            return {}
        return back_up_ledger(state.ledger, state.books, wanted.folder, now())
    except StoreError as error:
        raise HTTPException(409, str(error)) from error
