"""HEAD: what GET answers, without its content."""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadAsGet:
    """Middleware that lets HEAD be answered as GET; the server sends no content to HEAD.

    What answers finds `is_head` in the scope, for looks that are counted.

    References:
        RFC 9110, sections 9.1 and 9.3.2

    Args:
        app: what answers the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        as_get = {**scope, "method": "GET", "is_head": True}
        await self._app(as_get if is_head else scope, receive, send)
