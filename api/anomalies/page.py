"""The list of anomalies: as a page, as JSON and as CSV; and noting what was explained."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from api.access.asker import asker_of, view_of
from api.access.noting import note_done
from api.anomalies.asked import STATES, AskedAnomalies, Registered, Wanted, counts
from api.anomalies.known import KnownAnomalies
from api.anomalies.words import anomaly_row, anomaly_sentence
from api.clock import now
from api.web import times
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.csv_cells import lines
from api.web.event_page import facts_of_stored
from api.web.forms import ShortForm
from api.web.gap_words import briefs_of_facts
from api.web.log_in import local
from api.web.naming import Namer
from api.web.paging import PageNumber, paged
from epcis_core.errors import AccessError
from epcis_core.model.times import utc_text
from epcis_core.provenance.anomalies.anomaly import KINDS, Anomaly
from epcis_core.store.anomalies import Odd
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import events_by_id
from epcis_core.store.registry.anomaly_notes import AnomalyNote, explain, explanations, reopen
from epcis_core.store.registry.journal import What
from ingest.registry.lines import list_of

router = APIRouter(include_in_schema=False)

_COLUMNS: Final = (
    *("key", "kind", "severity", "time", "sentence", "objects", "parties", "places", "events"),
    "explanation",
)


@router.get("/anomalies")
@router.get("/anomalies.json")
def show_anomalies(request: Request, wanted: AskedAnomalies, number: PageNumber = 1) -> Response:
    """Show what is odd in the records, the gravest first, of these the newest."""
    odd, notes = _odd(request), explanations(_books(request))
    if not wants_page(request):
        found = _filtered(odd, wanted, notes, Registered(_books(request)))
        told = [_told(one, notes.get(one.key)) for one in found]
        return as_json({"truncated": odd.truncated, "anomalies": told})
    return _page(request, wanted, number, odd=odd)


@router.get("/anomalies.csv")
def export_anomalies(request: Request, wanted: AskedAnomalies) -> Response:
    """Answer with the list as CSV, in times of UTC, its sentences in the language of the page."""
    odd, notes, namer = _odd(request), explanations(_books(request)), namer_for(request)
    found = _filtered(odd, wanted, notes, Registered(_books(request)))
    rows = (_cells(one, notes.get(one.key), namer) for one in found)
    headers = {
        "Content-Disposition": 'attachment; filename="anomalies.csv"',
        "Cache-Control": "no-store",
    }
    text = lines([_COLUMNS, *rows])
    return StreamingResponse(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/anomalies")
def change_anomaly(request: Request, form: ShortForm) -> Response:
    """Note how an anomaly was explained, or open it again."""
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        raise HTTPException(400, f"Expected action, one of {', '.join(_ACTIONS)}.")
    known = {one.key for one in _odd(request).anomalies}
    if form.get("key", "") not in known:
        raise HTTPException(404, texts_for(request)("anomalies.unknown"))
    try:
        with _books(request).transaction():
            action(request, form)
    except AccessError as error:
        raise HTTPException(422, texts_for(request)("anomalies.no_note")) from error
    return RedirectResponse(local(form.get("next") or "/anomalies"), 303)


def _explain(request: Request, form: Mapping[str, str]) -> None:
    key, note = form["key"], form.get("note", "").strip()
    explain(_books(request), AnomalyNote(key, note, asker_of(request).name, now()))
    note_done(request, What.ANOMALY_EXPLAINED, f"{key}: {note}")


def _reopen(request: Request, form: Mapping[str, str]) -> None:
    if reopen(_books(request), form["key"]):
        note_done(request, What.ANOMALY_REOPENED, form["key"])


_ACTIONS: Final[Mapping[str, Callable[[Request, Mapping[str, str]], None]]] = {
    "explain": _explain,
    "reopen": _reopen,
}


def _page(request: Request, wanted: Wanted, number: int, *, odd: Odd) -> Response:
    books, namer = _books(request), namer_for(request)
    notes, registered = explanations(books), Registered(books)
    found = _filtered(odd, wanted, notes, registered)
    shown = paged(found, number)
    ids = [event for one in shown.shown for event in one.events]
    stored = events_by_id(request.app.state.ledger, view_of(request), list(dict.fromkeys(ids)))
    facts = [one for one in map(facts_of_stored, stored) if not one.retracts]
    briefs = briefs_of_facts(facts, namer)
    sectors, areas = registered.choices(odd.anomalies)
    names = {one: namer.party(one) for each in odd.anomalies for one in each.parties}
    return page(
        request,
        "anomalies.html",
        rows=[anomaly_row(one, briefs, namer, notes.get(one.key)) for one in shown.shown],
        list=shown,
        tally=counts(found),
        wanted=wanted,
        asked=wanted.days,
        kinds=KINDS,
        states=STATES,
        parties=sorted(names.items(), key=lambda pair: pair[1]),
        sectors=[(one, _sector(one, namer)) for one in sectors],
        areas=areas,
        is_cut=odd.truncated,
        n=namer,
        here=times.here_at,
        link=lambda to: _link("/anomalies", wanted, number=str(to)),
        of_kind=lambda kind: _link("/anomalies", wanted, kind=kind),
        csv=_link("/anomalies.csv", wanted),
        own=_link("/anomalies", wanted, number=str(number)),
    )


def _sector(value: str, namer: Namer) -> str:
    columns = list_of("products").columns
    choices = next(column.choices for column in columns if column.key == "sector")
    chosen = next((one for one in choices if one.value == value), None)
    return value if chosen is None else str(getattr(chosen.name, namer.texts.language))


def _link(path: str, wanted: Wanted, **change: str) -> str:
    query = urlencode({**wanted.query, **change})
    return f"{path}?{query}" if query else path


def _filtered(
    odd: Odd, wanted: Wanted, notes: Mapping[str, AnomalyNote], registered: Registered
) -> list[Anomaly]:
    return [
        one for one in odd.anomalies if wanted.holds(one, registered, is_explained=one.key in notes)
    ]


def _odd(request: Request) -> Odd:
    known: KnownAnomalies = request.app.state.anomalies
    return known.of(request.app.state.ledger, _books(request), view_of(request), now())


def _told(one: Anomaly, note: AnomalyNote | None) -> dict[str, Any]:
    told = None
    if note is not None:
        told = {"note": note.note, "by": note.by, "noted": utc_text(note.noted)}
    return {**one.as_json(), "explained": told}


def _cells(one: Anomaly, note: AnomalyNote | None, namer: Namer) -> tuple[str, ...]:
    lists = (" ".join(its) for its in (one.objects, one.parties, one.places, one.events))
    sentence = anomaly_sentence(one, namer)
    explained = "" if note is None else note.note
    return (one.key, one.kind, one.severity, one.time, sentence, *lists, explained)


def _books(request: Request) -> Bookkeeping:
    books: Bookkeeping = request.app.state.books
    return books
