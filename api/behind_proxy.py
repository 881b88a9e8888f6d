"""A server behind a proxy: what it is told from there, and the address it gives out.

Inside, everything is addressed from `/`. What comes in loses the path of the base address, and what
leads on in a header gets it back; pages put it before their links themselves.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.base_address import BaseAddress, Network
from api.errors import problem

_FOLLOWED: Final = {"location": "", "link": "<"}
"""Headers with an address of this server, and what stands before it."""
_OVER_SOCKET: Final = {"http": "ws", "https": "wss"}


class BehindProxy:
    """Middleware between a server and whoever reaches it through a proxy.

    `X-Forwarded-Proto` and `X-Forwarded-Host` hold where a proxy that is named sends them, the last
    value of each in its last line, and are nothing from anybody else. They take the place of scheme
    and `Host`.

    Args:
        app: what answers the request.
        base: where the server is found from outside; None for its own address.
        proxies: who is believed.
    """

    def __init__(self, app: ASGIApp, base: BaseAddress | None, proxies: Sequence[Network]) -> None:
        self._app = app
        self._base = base
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        if self._comes_from_proxy(scope):
            _take_forwarded(scope)
        if self._base is None:
            await self._app(scope, receive, send)
        elif _strip(scope, self._base.path):
            came_by = Headers(scope=scope).get("host", "").lower()
            prefix = str(self._base) if came_by == self._base.host else self._base.path
            await self._app(scope, receive, _leading(send, prefix))
        else:
            title = f"Everything here stands under {self._base.path}/."
            await problem(404, "NoSuchResourceException", title)(scope, receive, send)

    def _comes_from_proxy(self, scope: Scope) -> bool:
        client = scope.get("client")
        if client is None or not self._proxies:
            return False
        address = ip_address(client[0])
        return any(address in network for network in self._proxies)


def _take_forwarded(scope: Scope) -> None:
    headers = MutableHeaders(scope=scope)
    scheme = _last(headers, "x-forwarded-proto").lower()
    if scheme in _OVER_SOCKET:
        scope["scheme"] = _OVER_SOCKET[scheme] if scope["type"] == "websocket" else scheme
    if host := _last(headers, "x-forwarded-host"):
        headers["host"] = host


def _last(headers: Headers, name: str) -> str:
    """Return what the nearest proxy has added to a header."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _strip(scope: Scope, prefix: str) -> bool:
    """Take a prefix from the path of a request, and tell whether it was there."""
    raw: bytes = scope["raw_path"]
    before, behind = raw[: len(prefix)], raw[len(prefix) :]
    if before != prefix.encode() or behind[:1] not in {b"", b"/"}:
        return False
    scope["raw_path"] = behind or b"/"
    scope["path"] = scope["path"][len(prefix) :] or "/"  # a prefix has nothing that is encoded
    return True


def _leading(send: Send, prefix: str) -> Send:
    """Return what sends an answer whose headers lead to addresses under a prefix."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, before in _FOLLOWED.items():
                value = headers.get(name, "")
                if value.startswith(f"{before}/"):
                    headers[name] = f"{before}{prefix}{value.removeprefix(before)}"
        await send(message)

    return answer
