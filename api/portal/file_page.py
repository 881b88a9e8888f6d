"""Files for portals that take them: making one, fetching it again, and noting what became of it."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of
from api.access.noting import note_done
from api.clock import now
from api.portal.file_export import MOST, make_export
from api.portal.states import delivery_state, export_state
from api.portal.targets import Target
from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.forms import NotDoneError, ShortForm, number_in
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.portal.deliveries import Delivery
from epcis_core.store.portal.exports import (
    Export,
    OvertakenError,
    export_at,
    export_bytes,
    note_answers,
    unanswered,
)
from epcis_core.store.registry.journal import What

router = APIRouter(include_in_schema=False)

_SHOWN: Final = 100
"""Lots of an export that a page shows, those without an answer first."""
_LONGEST: Final = 500  # characters of a reason


@router.post("/portal/exports")
def export_what_waits(request: Request, form: ShortForm) -> Response:
    """Make a file of what waits for a target."""
    t = texts_for(request)
    target = _target(request, form.get("target", ""))
    books = _books(request)

    def noted(made: Export) -> None:
        note_done(request, What.PORTAL_EXPORTED, f"{made.target}: {made.number}, {made.lots}")

    try:
        made = make_export(
            books, target, log_signer(books), now(), asker_of(request).name, noted=noted
        )
    except OvertakenError as error:
        raise HTTPException(409, t("portal_files.overtaken")) from error
    if made is None:
        raise HTTPException(409, t("portal_files.nothing"))
    return RedirectResponse(f"/portal/exports/{made.target}/{made.number}", 303)


@router.get("/portal/exports/{target}/{number}.zip")
def fetch_export(request: Request, target: str, number: str) -> Response:
    """Return an export as it was made."""
    one = _export(request, target, number)
    data = export_bytes(_books(request), one.target, one.number)
    if data is None:
        raise HTTPException(410, texts_for(request)("portal_files.let_go"))
    name = f"{one.target}-{one.number}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/zip", headers=headers)


@router.get("/portal/exports/{target}/{number}")
@router.get("/portal/exports/{target}/{number}.json")  # goes first: it is next to it
def show_export(request: Request, target: str, number: str) -> Response:
    """Show one export, and what in it was not answered."""
    return _shown(request, _export(request, target, number))


@router.post("/portal/exports/{target}/{number}")
def answer_export(request: Request, target: str, number: str, form: ShortForm) -> Response:
    """Note that what is in an export was accepted, or rejected with a reason."""
    one = _export(request, target, number)
    books = _books(request)
    try:
        reason = _reason(request, form)
        with books.transaction():
            chosen = _chosen(request, form, unanswered(books, one.target, one.number))
            note_answers(books, chosen, reason, asker_of(request).name, now())
            told = f"{one.target}: {one.number}, {len(chosen)}"
            note_done(
                request, What.PORTAL_ANSWERED, told if reason is None else f"{told}: {reason}"
            )
    except NotDoneError as error:
        return _shown(request, one, problem=str(error), form=form)
    return RedirectResponse(f"/portal/exports/{one.target}/{one.number}", 303)


def _reason(request: Request, form: Mapping[str, str]) -> str | None:
    """Return why something was rejected; None where it was accepted.

    Raises:
        NotDoneError: neither was said, or no reason.
    """
    t = texts_for(request)
    reason = form.get("reason", "").strip()
    match form.get("answer"):
        case "accepted":
            return None
        case "rejected" if not reason:
            raise NotDoneError(t("portal_files.no_reason"))
        case "rejected" if len(reason) > _LONGEST:
            raise NotDoneError(t("portal_files.long_reason", number=t.number(_LONGEST)))
        case "rejected":
            return reason
    raise NotDoneError(t("portal_files.no_answer"))


def _chosen(request: Request, form: Mapping[str, str], left: list[Delivery]) -> list[Delivery]:
    """Return the deliveries that an answer is about: all without one, or those that are marked.

    Raises:
        NotDoneError: there are none.
    """
    chosen = left
    if form.get("which") != "all":
        chosen = [one for one in left if f"lot-{one.number}" in form]
    if not chosen:
        raise NotDoneError(texts_for(request)("portal_files.none_chosen"))
    return chosen


def _shown(
    request: Request, one: Export, *, problem: str = "", form: Mapping[str, str] | None = None
) -> Response:
    left = unanswered(_books(request), one.target, one.number)
    told = export_state(one, len(left))
    if not wants_page(request):
        body = {**told, "waiting_for_answer": [delivery_state(it) for it in left]}
        return as_json({"problem": problem} if problem else body, status=409 if problem else 200)
    t = texts_for(request)
    return page(
        request,
        "portal_export.html",
        status=409 if problem else 200,
        n=namer_for(request),
        one=told,
        title=_target(request, one.target).called(t.language),
        made=times.date_and_time(times.here_at(one.made), t.language),
        left=left[:_SHOWN],
        problem=problem,
        form={"which": "all", "reason": "", **(form or {})},
        longest=_LONGEST,
        most=MOST,
    )


def _export(request: Request, target: str, number: str) -> Export:
    """Return an export of a target that takes files.

    Raises:
        HTTPException: 404 where there is none.
    """
    one = _target(request, target)
    found = export_at(_books(request), one.name, number_in({"number": number}, "number"))
    if found is None:
        raise HTTPException(404, texts_for(request)("portal_files.no_export"))
    return found


def _target(request: Request, name: str) -> Target:
    targets: tuple[Target, ...] = request.app.state.settings.targets
    for one in targets:
        if one.name == name and one.kind == "file":
            return one
    raise HTTPException(404, texts_for(request)("portal_files.no_target"))


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
