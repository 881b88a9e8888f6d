"""Values in paths: whole URIs, whose slashes a client writes as %2F.

What routes a request sees a path in which everything is decoded, and cannot tell a slash in a value
from one between values. Here a slash in a value stays as it came until the value has been cut out.
"""

from typing import Final
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from epcis_core.identifiers.schemes import KEYS

_BASES: Final = ("/epcis/", "/proof/", "/cases/", "/parties/", *(f"/{ai}/" for ai in KEYS))


class WholeSegments:
    """Middleware that leaves slashes in segments encoded: of EPCIS, proofs, cases, parties, keys.

    Args:
        app: what answers the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith(_BASES):
            raw = scope.get("raw_path") or quote(scope["path"]).encode()
            segments = raw.decode("latin-1").split("?")[0].split("/")
            path = "/".join(_kept(unquote(segment)) for segment in segments)
            scope["path"] = path
        await self._app(scope, receive, send)


def value_of(segment: str) -> str:
    """Return the value in a segment of such a path.

    >>> value_of("https:%2F%2Fid.gs1.org%2F414%2F8930001000018")
    'https://id.gs1.org/414/8930001000018'
    """
    return segment.replace("%2F", "/").replace("%25", "%")


def segment_of(value: str) -> str:
    """Return a value as a segment of a path, all that is not plain encoded."""
    return quote(value, safe="")


def _kept(value: str) -> str:
    return value.replace("%", "%25").replace("/", "%2F")
