"""Who is let in: requests that mean this server by its own names, and no page of another site.

A name of somebody's own that leads to this machine would let a page of theirs read what is here; a
page of another site could write in the name of the person who looks at it.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.base_address import LOOPBACK, BaseAddress
from api.errors import problem

_HOST: Final = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnSite:
    """Middleware that refuses whoever does not mean this server, or writes from another site.

    Args:
        app: what answers the request.
        base: where the server is found from outside; None for its own address.
    """

    def __init__(self, app: ASGIApp, base: BaseAddress | None = None) -> None:
        self._app = app
        self._outside = None if base is None else base.host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = self._app
        if scope["type"] in {"http", "websocket"}:
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            if not (_is_loopback(host) or host.lower() == self._outside):
                own = f"{self._outside} or " if self._outside else ""
                title = f"Expected {own}this machine as Host, such as 127.0.0.1, got {host!r}."
                answer = problem(400, "ValidationException", title)
            elif scope.get("method", "GET") not in _SAFE and not same_site(origin, host):
                title = "A page of another site may not write here."
                answer = problem(403, "SecurityException", title)
        await answer(scope, receive, send)


def same_site(origin: str | None, host: str) -> bool:
    """Tell whether a request comes from no page, or from one of this server.

    Args:
        origin: the request's `Origin`.
        host: its `Host`.
    """
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and match[1].lower() in LOOPBACK
