"""Those who ask go before documents that are being captured, while they are being answered."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.precedence import Precedence

_ASKS: Final = frozenset({"GET", "HEAD"})


class Asking:
    """Middleware that says when somebody is being answered who only asks.

    Args:
        app: what answers the request.
        precedence: whom it is said to.
    """

    def __init__(self, app: ASGIApp, precedence: Precedence) -> None:
        self._app = app
        self._precedence = precedence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] in _ASKS:
            with self._precedence.asking():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)
