"""The inspector's pages: recall, and the gaps of a lot or of everything."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.clock import now
from api.hints import hint
from api.paper_checkpoint import latest_on_paper
from api.web.answers import as_json, namer_for, page, texts_for, wants_page
from api.web.event_page import facts_of_stored
from api.web.gap_words import Briefs, briefs_of_facts, briefs_of_trace, listed_events
from api.web.gaps_page import by_code, gap_groups
from api.web.naming import Namer, recall_link
from api.web.reached import recall_reached
from api.web.recall_page import MOST_SUSPECTS, recall_page
from api.web.trace_page import MOST_ROWS
from epcis_core.errors import QueryError
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Gap
from epcis_core.store.events import events_by_id
from epcis_core.store.ledger import Ledger
from epcis_core.store.search import Hit, search
from epcis_core.store.trace import gaps_of, recall_lots, trace_lot
from epcis_core.store.view import View

router = APIRouter()

SURE: Final = 0.9
"""A hit of this score is what was meant, if it is the only one."""
_NEAR: Final = 5

AsOf = Annotated[str | None, Query()]
MaxObjects = Annotated[int, Query(ge=1)]


@router.get("/recall", summary="What came of suspect objects")
@router.get("/recall.json", summary="What came of suspect objects")
def show_recall(
    request: Request,
    id: Annotated[list[str] | None, Query()] = None,  # noqa: A002 - the contract's name
    *,
    as_of: AsOf = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show what came of suspect objects, where it is and whom to call."""
    ledger = request.app.state.ledger
    asked = [*dict.fromkeys(text.strip() for text in id or () if text.strip())]
    is_page = wants_page(request)
    if not asked and is_page:
        return page(request, "recall_start.html", as_of=as_of)
    if not asked:
        raise QueryError("A recall needs at least one object: id=…", parameter="id")
    if is_page and len(asked) > MOST_SUSPECTS:
        raise QueryError(texts_for(request)("recall.too_many", most=MOST_SUSPECTS), parameter="id")
    answer = recall_lots(
        ledger, view_of(request), asked, as_of=as_of or None, now=now(), max_objects=max_objects
    )
    status = 200 if answer.subjects else 404
    if not is_page:
        reached = recall_reached(request, answer, as_of=as_of or None)
        return as_json(reached.as_json(), status=status)
    # What a person types is often the bare lot number.
    near = {one: _near(ledger, view_of(request), one) for one in answer.unknown}
    meant = {one: sure for one, hits in near.items() if (sure := _meant(one, hits)) is not None}
    options = {"as_of": as_of, "lang": request.query_params.get("lang")}
    ids = [*answer.subjects, *answer.unknown]
    if meant:
        return RedirectResponse(recall_link([meant.get(one, one) for one in ids], **options), 303)
    return _recall_page(request, answer, near, as_of, status)


def _recall_page(
    request: Request, answer: Recall, near: dict[str, list[Hit]], as_of: str | None, status: int
) -> Response:
    state = request.app.state
    namer = namer_for(request, as_of=as_of or None)
    ids = [*answer.subjects, *answer.unknown]

    def without(one: str, instead: str | None = None) -> str:
        kept = [instead if other == one else other for other in ids]
        return recall_link([other for other in kept if other is not None], as_of=as_of)

    return page(
        request,
        "recall.html" if answer.subjects else "recall_unknown.html",
        status=status,
        p=recall_page(answer, namer) if answer.subjects else None,
        recall=answer,
        trace=answer.trace,
        n=namer,
        ids=ids,
        near=near,
        hints={one: hint(one, namer.texts.language).get("hint") for one in near},
        as_of=as_of,
        checkpoint=latest_on_paper(state.ledger, state.books, now()),
        most=MOST_ROWS,
        without=without,
    )


def _near(ledger: Ledger, view: View, text: str) -> list[Hit]:
    hits = search(ledger, view, text, _NEAR)
    return [hit for hit in hits if hit.kind not in {"party", "place", "product"}]


def _meant(text: str, hits: list[Hit]) -> str | None:
    """Return the object that a text surely means, and does not name as it is."""
    sure = [hit.id for hit in hits if hit.score >= SURE]
    return sure[0] if len(sure) == 1 and sure[0] != text else None


@router.get("/gaps", summary="What the records do not show")
@router.get("/gaps.json", summary="What the records do not show")
def show_gaps(
    request: Request,
    id: str | None = None,  # noqa: A002 - the contract's name
    *,
    as_of: AsOf = None,
    max_objects: MaxObjects = 10_000,
) -> Response:
    """Show what the records of an object, or of everything, do not show."""
    ledger = request.app.state.ledger
    as_of = as_of or None
    if not wants_page(request):
        found = gaps_of(ledger, view_of(request), id, as_of=as_of, max_objects=max_objects)
        gaps = None if found is None else [gap.model_dump(mode="json") for gap in found]
        return as_json(gaps, status=404 if gaps is None else 200)
    namer = namer_for(request, as_of=as_of)
    if id:
        trace = trace_lot(ledger, view_of(request), id, as_of=as_of, max_objects=max_objects)
        if not trace.objects:
            told = hint(id, namer.texts.language).get("hint")
            return page(
                request,
                "trace_unknown.html",
                status=404,
                trace=trace,
                asked=id,
                n=namer,
                hint=told,
            )
        return _gaps_page(
            request, trace.gaps, briefs_of_trace(trace), namer, subject=trace.subject, as_of=as_of
        )
    everything = gaps_of(ledger, view_of(request), None, as_of=as_of, max_objects=max_objects) or ()
    listed = [gap for its in by_code(everything).values() for gap in its[:MOST_ROWS]]
    stored = events_by_id(ledger, view_of(request), listed_events(listed))
    facts = [one for one in map(facts_of_stored, stored) if not one.retracts]
    return _gaps_page(request, everything, briefs_of_facts(facts, namer), namer, as_of=as_of)


def _gaps_page(
    request: Request,
    gaps: tuple[Gap, ...],
    briefs: Briefs,
    namer: Namer,
    *,
    as_of: str | None,
    subject: str | None = None,
) -> Response:
    return page(
        request,
        "gaps.html",
        groups=gap_groups(gaps, briefs, namer, MOST_ROWS),
        number=sum(gap.code != "truncated" for gap in gaps),
        is_partial=not asker_of(request).sees_all,
        is_cut=any(gap.code == "truncated" for gap in gaps),
        subject=subject,
        as_of=as_of,
        n=namer,
        most=MOST_ROWS,
    )
