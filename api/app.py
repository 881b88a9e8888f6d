"""The server: one ledger, its pages and its interface."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI

from api.access import passwords
from api.access.admit import admit, recognise
from api.access.quota import Quota
from api.access.secure_headers import SecureHeaders
from api.anomalies.known import KnownAnomalies
from api.asking import Asking
from api.behind_proxy import BehindProxy
from api.checkpoints import Publisher
from api.clock import now
from api.conformity import pages as conformity_pages
from api.dossier.judging import Judge, Judging
from api.errors import install_error_answers
from api.finding import about_page, label, search_page
from api.head import HeadAsGet
from api.metrics import Metrics
from api.observed import Observed
from api.open_id.provider import Provider
from api.openapi import document as openapi_document
from api.outward import Outward
from api.own_site import OwnSite
from api.portal.runner import Connectors
from api.portal.runner import Means as PortalMeans
from api.practice import pages as practice_pages
from api.reports import desk, documents, lists
from api.resolver import addresses, description
from api.resolver.scans import ScanCounter
from api.routes import (
    all_events,
    backups,
    capture_jobs,
    captures,
    collections,
    event_capture,
    events,
    health,
    master_data,
    named_queries,
    proof,
    root,
    schemas,
    subscriptions,
)
from api.settings import Settings
from api.subscriptions.runner import Runner
from api.web import pages, stamp_files
from api.wire.paths import WholeSegments
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import count_contents
from epcis_core.store.jobs import unfinished_jobs
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.practice import trainees_of
from epcis_core.store.subscriptions import all_subscriptions
from epcis_core.store.view import EVERYTHING
from ingest.jobs import CaptureJobs
from ingest.kept import KeptUploads
from ingest.precedence import Precedence


def create_app(ledger: Ledger, settings: Settings | None = None) -> FastAPI:
    """Return the application that serves a ledger.

    Args:
        ledger: the open ledger; whoever opened it closes it.
        settings: how the server runs.
    """
    app = routed()
    app.state.ledger = ledger
    app.state.settings = settings = settings or Settings()
    app.state.metrics = Metrics()
    app.state.precedence = Precedence()
    app.state.quota = Quota(ledger, settings.daily_quota)
    app.state.event_limiter = CapacityLimiter(event_capture.AT_ONCE)
    app.state.look_limiter = CapacityLimiter(capture_jobs.LOOKS_AT_ONCE)
    app.state.kept = KeptUploads(ledger.path)
    app.state.uploading = {}
    app.state.anomalies = KnownAnomalies()
    app.state.password_limiter = CapacityLimiter(passwords.AT_ONCE)
    app.state.stamp_limiter = CapacityLimiter(stamp_files.AT_ONCE)
    app.state.stamp_files = Counter()
    install_error_answers(app, recognise)
    app.add_middleware(OwnSite, base=settings.base)
    app.add_middleware(WholeSegments)
    app.add_middleware(Asking, precedence=app.state.precedence)
    app.add_middleware(SecureHeaders)
    app.add_middleware(BehindProxy, base=settings.base, proxies=settings.proxies)
    app.add_middleware(Observed, metrics=app.state.metrics)
    app.add_middleware(HeadAsGet)
    return app


def routed() -> FastAPI:
    """Return the application with all its routes; it has nothing yet that it could serve."""
    app = FastAPI(
        title="epcis-ledger",
        summary="An EPCIS 2.0 event ledger: capture, trace, and what the records do not show.",
        version="0.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=_life,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(admit)],
    )
    app.include_router(health.router)
    app.include_router(captures.router)
    app.include_router(capture_jobs.router)
    app.include_router(event_capture.router)
    app.include_router(root.router)
    app.include_router(events.router)
    app.include_router(collections.router())
    app.include_router(master_data.router)
    app.include_router(all_events.router)
    app.include_router(named_queries.router)
    app.include_router(subscriptions.router)
    app.include_router(proof.router)
    app.include_router(backups.router)
    app.include_router(schemas.router)
    app.include_router(addresses.router)
    app.include_router(description.router)
    app.include_router(search_page.router)
    app.include_router(about_page.router)
    app.include_router(label.router)
    app.include_router(pages.router)
    app.include_router(desk.router)
    app.include_router(lists.router)
    app.include_router(documents.router)
    app.include_router(practice_pages.router)
    app.include_router(conformity_pages.router)
    pages.mount_static(app)
    app.include_router(openapi_document.router)
    app.state.description = openapi_document.Description(app)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Hold what a running server has beside its ledger."""
    ledger, settings = app.state.ledger, app.state.settings
    app.state.kept.sweep()
    to_portals = settings.targets_at or settings.outward
    with (
        Bookkeeping(ledger.path) as books,
        CaptureJobs(
            ledger, books, limits=settings.limits, clock=now, precedence=app.state.precedence
        ) as jobs,
        Connectors(PortalMeans(ledger, books, to_portals, settings.pace), settings.targets),
        Judging(Judge(ledger, books)),
    ):
        async with (
            Outward(settings.outward) as outward,
            Runner(ledger, books, outward, settings.pace) as runner,
            Publisher(
                ledger,
                books,
                outward,
                runner.commits,
                outsiders=settings.outsiders,
                pace=settings.pace,
            ),
            _provider(settings) as provider,
        ):
            app.state.books = books
            app.state.practice = bool(trainees_of(books))
            app.state.scans = scans = ScanCounter(books)
            app.state.jobs = jobs
            app.state.subscriptions = runner
            app.state.provider = provider
            _measure(app)
            try:
                yield
            finally:
                scans.write()


@asynccontextmanager
async def _provider(settings: Settings) -> AsyncIterator[Provider | None]:
    """Hold the way to who vouches for people; its own host may be inside, since it was named."""
    if settings.open_id is None:
        yield None
        return
    hosts = settings.outward.hosts | {settings.open_id.host}
    async with Outward(replace(settings.outward, hosts=hosts)) as outward:
        yield Provider(settings.open_id, outward)


def _measure(app: FastAPI) -> None:
    """Let the metrics tell what the ledger holds and what waits."""
    ledger: Ledger = app.state.ledger
    books: Bookkeeping = app.state.books
    runner: Runner = app.state.subscriptions
    metrics: Metrics = app.state.metrics
    metrics.measure(
        "epcis_ledger", "What the ledger holds.", lambda: dict(count_contents(ledger, EVERYTHING))
    )
    metrics.measure(
        "epcis_waiting",
        "What waits or listens.",
        lambda: {
            "capture jobs": len(unfinished_jobs(books)),
            "subscriptions": len(all_subscriptions(books)),
            "listeners": runner.listeners.total(),
        },
    )


def new_token() -> str:
    """Return a token for the commands of this machine."""
    return secrets.token_urlsafe(32)
