"""The pages on stamps: ordering a run, and what becomes of it."""

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from api.access.asker import asker_of, ownership_of_asker
from api.access.noting import note_done
from api.base_address import LOOPBACK
from api.clock import now
from api.stamps.formats import formats
from api.stamps.runs import parts_of
from api.stamps.svg import label_svg
from api.web import times
from api.web.answers import page, texts_for
from api.web.forms import LineNumber, NotDoneError, ShortForm, number_in
from api.web.stamp_alerts import alerts_of
from api.web.stamp_orders import (
    BETWEEN,
    FIELDS,
    base_of,
    label_of,
    products_for,
    recent_lots,
    run_in,
)
from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.journal import What
from epcis_core.store.registry.stamps import (
    MOST,
    MOST_A_DAY,
    PIN_DIGITS,
    RUNS_A_DAY,
    Run,
    Serials,
    count_labels,
    find_run,
    order_stamps,
    runs_of,
    void_run,
)
from epcis_core.store.registry.unusual_scans import scans_of_run

router = APIRouter(include_in_schema=False)

_ON_A_PAGE: Final = 20
_USUAL: Final = {"count": "100", "serials": "random", "pin": "0", "format": "roll-50x30"}


@router.get("/stamps")
def show(request: Request, before: LineNumber = None, product: str = "", lot: str = "") -> Response:
    """Show the runs of the asker's organisation, and the form to order one.

    `before` goes on from a run; `product` and `lot` stand in the form.
    """
    given = {**_USUAL, "language": texts_for(request).language, "product": product, "lot": lot}
    return _page(request, given, before=before)


@router.post("/stamps")
def order(request: Request, form: ShortForm) -> Response:
    """Show how a stamp would look, or order a run."""
    t, books = texts_for(request), _books(request)
    ownership = ownership_of_asker(request)
    try:
        run = run_in(request, form)
        label = label_of(request, run)
        if form.get("action") == "preview":
            return _page(request, form, preview=Markup(label_svg(label)))  # noqa: S704 - ours
        with books.transaction():
            owned = None if ownership is None else ownership.owned
            run = order_stamps(books, run, owned, now())
            note_done(request, What.STAMPS_ORDERED, named(run))
    except NotDoneError as error:
        return _page(request, form, problem=str(error))
    except TooManyError:
        told = t("stamps.too_many", runs=RUNS_A_DAY, most=t.number(MOST_A_DAY))
        return _page(request, form, problem=told)
    except AccessError:
        return _page(request, form, problem=t("stamps.not_yours"))
    return RedirectResponse(f"/stamps/{run.number}", 303)


@router.get("/stamps/{number}")
def show_run(request: Request, number: str) -> Response:
    """Show one run: how its stamps look, their files, and what became of them."""
    return _run_page(request, run_of(request, number))


@router.post("/stamps/{number}")
def change_run(request: Request, number: str, form: ShortForm) -> Response:
    """Keep how many labels were printed, spoiled and used; or declare the run void."""
    run = run_of(request, number)
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    try:
        with _books(request).transaction():
            action(request, run, form)
    except NotDoneError as error:
        return _run_page(request, run, problem=str(error))
    return RedirectResponse(f"/stamps/{run.number}", 303)


def run_of(request: Request, number: str) -> Run:
    """Return a run of the asker's organisation.

    Raises:
        HTTPException: 404 where it has none of this number.
    """
    found = find_run(_books(request), asker_of(request).owner, number_in({"run": number}, "run"))
    if found is None:
        raise HTTPException(404, texts_for(request)("stamps.unknown"))
    return found


def named(run: Run) -> str:
    """Return a run as the journal names it."""
    return f"{run.number}: {run.identifier().digital_link()} × {run.count}"


def _count(request: Request, run: Run, form: Mapping[str, str]) -> None:
    counts = {name: number_in(form, name) for name in ("printed", "spoiled", "used")}
    t = texts_for(request)
    if run.voided is not None:
        raise NotDoneError(t("stamps.is_void"))
    try:
        count_labels(_books(request), run, **counts)
    except AccessError as error:
        raise NotDoneError(t("stamps.wrong_counts", count=t.number(run.count))) from error
    told = ", ".join(f"{name} {number}" for name, number in counts.items())
    note_done(request, What.STAMPS_COUNTED, f"{named(run)}: {told}")


def _void(request: Request, run: Run, _: Mapping[str, str]) -> None:
    if void_run(_books(request), run, now()):
        note_done(request, What.STAMPS_VOIDED, named(run))


_ACTIONS: Final[Mapping[str, Callable[[Request, Run, Mapping[str, str]], None]]] = {
    "count": _count,
    "void": _void,
}


def _page(
    request: Request,
    form: Mapping[str, str],
    *,
    before: int | None = None,
    problem: str = "",
    preview: Markup | None = None,
) -> Response:
    language, owner = texts_for(request).language, asker_of(request).owner
    found = runs_of(_books(request), owner, before=before, most=_ON_A_PAGE + 1)
    shown = found[:_ON_A_PAGE]
    return page(
        request,
        "stamps.html",
        status=422 if problem else 200,
        rows=[(one, times.day(times.here_at(one.made), language)) for one in shown],
        following=shown[-1].number if len(found) > _ON_A_PAGE else None,
        products=[f"{name}{BETWEEN}{gtin}" for gtin, name in products_for(request).items()],
        formats=formats().values(),
        serials=[*Serials],
        pins=PIN_DIGITS,
        most=MOST,
        lots=recent_lots(request),
        is_local=_is_local(request),
        alerts=alerts_of(request, owner),
        form={name: form.get(name, "") for name in FIELDS},
        problem=problem,
        preview=preview,
    )


def _run_page(request: Request, run: Run, *, problem: str = "") -> Response:
    t = texts_for(request)
    return page(
        request,
        "stamp_run.html",
        thing=run.identifier().digital_link(),
        status=422 if problem else 200,
        run=run,
        format=formats()[run.format].named(t.language) if run.format in formats() else run.format,
        parts=parts_of(run),
        scans=scans_of_run(_books(request), run.number, str(run.identifier().digital_link())),
        alerts=[one for one in alerts_of(request, run.organisation) if one.told.run == run.number],
        made=times.day(times.here_at(run.made), t.language),
        expiry="" if run.expiry is None else times.calendar_day(run.expiry, t.language),
        voided="" if run.voided is None else times.day(times.here_at(run.voided), t.language),
        problem=problem,
    )


def _is_local(request: Request) -> bool:
    """Tell whether links of stamps lead to this machine alone, so that they are for trying."""
    host = base_of(request).partition("://")[2].partition("/")[0]
    return host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
