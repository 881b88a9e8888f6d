"""Cookies of this server: that of a session, by which a browser shows who looks at a page."""

from collections.abc import Mapping
from typing import Final, TypedDict

from fastapi.responses import Response
from starlette.requests import HTTPConnection

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_SESSION: Final = "session"


class _Terms(TypedDict):
    """For which addresses a browser keeps a cookie."""

    path: str
    secure: bool


_BROWSERS: Final[Mapping[str, str]] = {
    "coc_coc_browser/": "Cốc Cốc",
    "SamsungBrowser/": "Samsung Internet",
    "OPR/": "Opera",
    "Edg": "Edge",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
"""By which mark in `User-Agent` a browser is known; the first counts, as most name others too."""


def own_cookie(connection: HTTPConnection, name: str) -> str:
    """Return what a cookie of this server is called.

    By HTTPS browsers bind a cookie of this name to the host, and want it to be for all paths of it;
    so the name tells of which path it is, where two servers share a host.

    References:
        RFC 6265bis, section 4.1.3.2
    """
    root = connection.app.state.settings.root.replace("/", "-")
    return f"{'__Host-' if is_https(connection) else ''}{name}{root}"


def shown_cookie(connection: HTTPConnection, name: str) -> str | None:
    """Return what a browser keeps under a name for this server; None where it shows nothing."""
    return connection.cookies.get(own_cookie(connection, name)) or None


def keep_cookie(
    connection: HTTPConnection, answer: Response, name: str, value: str, seconds: int | None = None
) -> None:
    """Let a browser keep something for this server alone, which no script reads.

    Args:
        connection: by which it asks.
        answer: by which it is told.
        name: of what it keeps.
        value: what it keeps.
        seconds: for how long; None until the browser is closed.
    """
    shared = _terms(connection)
    answer.set_cookie(
        own_cookie(connection, name), value, seconds, httponly=True, samesite="lax", **shared
    )


def forget_cookie(connection: HTTPConnection, answer: Response, name: str) -> None:
    """Let a browser forget what it keeps under a name for this server."""
    shared = _terms(connection)
    answer.delete_cookie(own_cookie(connection, name), httponly=True, samesite="lax", **shared)


def shown_session(connection: HTTPConnection) -> str | None:
    """Return the secret of the session that a browser shows; None where it shows none."""
    return shown_cookie(connection, _SESSION)


def let_keep(connection: HTTPConnection, answer: Response, secret: str) -> None:
    """Let a browser keep the secret of a session until it is closed."""
    keep_cookie(connection, answer, _SESSION, secret)


def let_forget(connection: HTTPConnection, answer: Response) -> None:
    """Let a browser forget the session."""
    forget_cookie(connection, answer, _SESSION)


def browser_of(connection: HTTPConnection) -> str:
    """Return which browser asks, as a short name by which its person knows it; empty for others.

    Nothing depends on it: a browser says what it likes.
    """
    agent = connection.headers.get("user-agent", "")
    return next((name for mark, name in _BROWSERS.items() if mark in agent), "")


def _terms(connection: HTTPConnection) -> _Terms:
    is_tls = is_https(connection)
    path = "/" if is_tls else connection.app.state.settings.root or "/"
    return {"path": path, "secure": is_tls}


def is_written_elsewhere(connection: HTTPConnection) -> bool:
    """Tell whether a request that writes, or listens, does not say that a page here sent it.

    With a session each browser adds by itself who is at it, whatever page sends the request. Old
    browsers say it by `Origin`, and none leaves out both.

    References:
        W3C Fetch Metadata Request Headers, section 2.4
    """
    if connection.scope.get("method") in _SAFE:  # a WebSocket has no method
        return False
    headers = connection.headers
    if (site := headers.get("sec-fetch-site")) is not None:
        return site != "same-origin"
    return "origin" not in headers  # `OwnSite` and the socket have compared it with the host


def is_https(connection: HTTPConnection) -> bool:
    """Tell whether a browser sees this server by HTTPS."""
    return connection.url.scheme in {"https", "wss"}
