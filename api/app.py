"""The server: one ledger, its pages and its interface."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.errors import install_error_answers, problem
from api.routes import captures, events, health, schemas
from api.settings import Settings
from api.web import pages
from epcis_core.store.ledger import Ledger

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", "[::1]")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(ledger: Ledger, settings: Settings | None = None) -> FastAPI:
    """Return the application that serves a ledger.

    Args:
        ledger: the open ledger; whoever opened it closes it.
        settings: how the server runs.
    """
    app = FastAPI(
        title="epcis-ledger",
        summary="An EPCIS 2.0 event ledger: capture, trace, and what the records do not show.",
        version="0.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.ledger = ledger
    app.state.settings = settings or Settings()
    app.include_router(health.router)
    app.include_router(captures.router)
    app.include_router(events.router)
    app.include_router(schemas.router)
    app.include_router(pages.router)
    pages.mount_static(app)
    install_error_answers(app)
    app.middleware("http")(_own_site_only)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK), www_redirect=False)
    return app


async def _own_site_only(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Refuse what a page of another site sends here in the name of the person who reads it."""
    origin = request.headers.get("origin")
    if request.method not in _SAFE and origin is not None:
        own = request.headers.get("host", "")
        if urlsplit(origin).netloc != own:
            return problem(403, "SecurityException", "A page of another site may not write here.")
    return await call_next(request)


def new_token() -> str:
    """Return a token for the commands of this machine."""
    return secrets.token_urlsafe(32)
