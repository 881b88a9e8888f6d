"""Every request under an id of its own, counted, timed and logged.

The id is the caller's `X-Request-ID` where that is a plain one, and stands in the answer, in each
line that is logged meanwhile, and in the problem that an unexpected error is answered with.

What is asked for is nobody's to read in a log: neither who asks, nor the query, nor the path, which
may name an event, a smallholder's place or a query. The log has the route, `/proof/{event_id}`.
"""

import logging
import re
import time
import uuid
from typing import Final

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.secure_headers import SecureHeaders
from api.errors import failed
from api.metrics import Metrics

REQUEST_ID: Final = "X-Request-ID"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log: Final = logging.getLogger("epcis.requests")


class Observed:
    """Middleware that gives each request an id, and tells what became of it.

    Args:
        app: what answers the request.
        metrics: where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _PLAIN.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, started = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            except Exception:
                _log.exception("failed", extra={"route": _route(scope)})
                if started:
                    raise  # the connection is cut: what has been sent is not whole
                told = SecureHeaders(failed(Request(scope), request_id))
                await told(scope, receive, answer)
            finally:
                seconds = time.perf_counter() - began
                route = _route(scope)
                self._metrics.request(scope["method"], route, status, seconds)
                said = {
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                }
                _log.info("request", extra=said)


def _route(scope: Scope) -> str:
    """Return which route a request took, `none` where there is none for it."""
    return getattr(scope.get("route"), "path", "none")
