"""Who is told why the server itself has failed.

The text of a failure names files of the machine, and what their disk and DuckDB say of them. It is
for those who run the server; everybody else is told what to expect, and under which id the log
tells them why.

References:
    OWASP ASVS 5.0, section 16.5
"""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.requests import HTTPConnection

from api.access.asker import asker_of
from epcis_core.access.roles import Right
from epcis_core.errors import DiskFullError, EpcisError, StoppedError, StoreError

_log: Final = logging.getLogger("epcis.requests")

_IN_GENERAL: Final[Mapping[type[StoreError], str]] = {
    DiskFullError: "The server has no room for what was sent, and keeps nothing of it",
    StoppedError: "The ledger cannot be used until the server is started again",
    StoreError: "The server cannot use its ledger",
}
"""What everybody may know of a failure; the first that fits."""


def told_of(connection: HTTPConnection, error: EpcisError) -> str:
    """Return an error in a sentence for whoever asks; a failure of the server is logged besides.

    Args:
        connection: at which it went wrong.
        error: what did.
    """
    if not isinstance(error, StoreError):
        return str(error)
    _log.error("refused", extra={"route": _route(connection), "reason": str(error)})
    if Right.OPERATE in asker_of(connection).rights:
        return str(error)
    general = next(text for kind, text in _IN_GENERAL.items() if isinstance(error, kind))
    request_id = getattr(connection.state, "request_id", None)
    return f"{general}; its log tells why{'' if request_id is None else f', under {request_id}'}."


def _route(connection: HTTPConnection) -> str:
    """Return which route a request took, as a pattern; `none` where there is none for it."""
    return getattr(connection.scope.get("route"), "path", "none")
