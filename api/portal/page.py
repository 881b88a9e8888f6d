"""The page on portals: what each has, what waits, what it rejected; and what a lot's page says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.access.noting import note_done
from api.clock import now
from api.portal.states import states
from api.portal.targets import Target
from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.forms import ShortForm, number_in
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.portal.deliveries import Delivery, Status, deliveries_of, send_again
from epcis_core.store.portal.turns import Awaited, Cause, awaited_by
from epcis_core.store.registry.journal import What
from epcis_core.store.trace import is_recorded

router = APIRouter(include_in_schema=False)

_MOST: Final = 50
"""Parked deliveries of a target that are shown."""


@dataclass(frozen=True, slots=True)
class PortalState:
    """What a lot's page says of one target.

    Attributes:
        title: what people call it.
        status: how the lot's latest delivery stands.
        day: since when, in words.
        reason: why it was rejected; empty for not.
        awaited: what is waited for before it is sent; None for nothing that may be named.
    """

    title: str
    status: Status
    day: str
    reason: str
    awaited: Awaited | None


@router.get("/portal")
@router.get("/portal.json")
def show_portals(request: Request) -> Response:
    """Show how each target stands."""
    found = states(_books(request), _targets(request), now(), texts_for(request).language, _MOST)
    if not wants_page(request):
        return as_json(found)
    return page(
        request,
        "portal.html",
        n=namer_for(request),
        targets=found,
        statuses=[*Status],
        most=_MOST,
        when=lambda text: times.date_and_time(times.here(text), texts_for(request).language),
    )


@router.post("/portal")
def send_parked_again(request: Request, form: ShortForm) -> Response:
    """Let a parked delivery be sent again."""
    books = _books(request)
    with books.transaction():
        found = send_again(books, number_in(form, "delivery"))
        if found is None:
            raise HTTPException(409, texts_for(request)("portal.not_parked"))
        note_done(request, What.PORTAL_SENT_AGAIN, f"{found.target}: {found.lot}")
    return RedirectResponse("/portal", 303)


def portals_of(request: Request, lot: str) -> list[PortalState]:
    """Return how a lot stands with each target, for those whose lot it is, or who see all."""
    if not _targets(request) or not _may_know(request, lot):
        return []
    return list(_states_of(request, lot))


def _states_of(request: Request, lot: str) -> Iterator[PortalState]:
    t = texts_for(request)
    targets = {one.name: one for one in _targets(request)}
    for one in deliveries_of(_books(request), lot):
        if (target := targets.get(one.target)) is not None:
            since = one.answered or one.sent or one.captured
            day = times.day(times.here_at(since), t.language)
            reason = (one.reason or "") if one.status is Status.REJECTED else ""
            awaited = _awaited(request, one) if target.goes_in_turn else None
            yield PortalState(target.called(t.language), one.status, day, reason, awaited)


def _awaited(request: Request, delivery: Delivery) -> Awaited | None:
    """Return what a delivery waits for, of what whoever asks may know of.

    What a target says of a lot is for its owner, and for those who see all.
    """
    ledger, view = request.app.state.ledger, view_of(request)
    for one in awaited_by(_books(request), delivery.target, delivery.lot, most=_MOST):
        if _may_know(request, one.lot):
            return one
        if is_recorded(ledger, view, one.lot):
            return replace(one, cause=Cause.UNDER_WAY, reason=None)
    return None


def _may_know(request: Request, lot: str) -> bool:
    """Tell whether whoever asks sees all, or owns a lot: a delivery tells that something came."""
    view = view_of(request)
    return view.viewer is None or covers(view.owned, lot)


def _targets(request: Request) -> tuple[Target, ...]:
    found: tuple[Target, ...] = request.app.state.settings.targets
    return found


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
