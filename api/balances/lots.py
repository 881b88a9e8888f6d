"""The page of a lot's balance, with its files."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import asker_of, view_of
from api.balances.asked import AskedPeriod
from api.balances.lines import balance_lines, behind, columns_of
from api.balances.sheets import balance_file
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.event_page import facts_of_stored
from api.web.gap_words import briefs_of_facts, gap_rows, listed_events
from api.web.naming import balance_link, trace_link
from epcis_core.store.events import events_by_id
from epcis_core.store.trace import balance_of, subject_of

router = APIRouter()

Id = Annotated[str, Query(min_length=1)]


@router.get("/balance", summary="What came to each place of an object")
@router.get("/balance.json", summary="What came to each place of an object")
def show_balance(
    request: Request,
    id: Id,  # noqa: A002 - the contract's name
    asked: AskedPeriod,
    *,
    as_of: Annotated[str | None, Query()] = None,
) -> Response:
    """Show what came to each place of an object; where nothing is known, its trace says so."""
    ledger, view = request.app.state.ledger, view_of(request)
    as_of = as_of or None
    answer = balance_of(ledger, view, id, as_of=as_of, period=asked.period)
    if not wants_page(request):
        return as_json(answer.as_json(), status=200 if answer.rows else 404)
    if not answer.rows and not asked.query:
        lang = request.query_params.get("lang")
        return RedirectResponse(trace_link(subject_of(id), as_of=as_of, lang=lang), 303)
    namer = namer_for(request, as_of=as_of)
    stored = events_by_id(ledger, view, [*behind(answer.rows), *listed_events(answer.gaps)])
    facts = [one for one in map(facts_of_stored, stored) if not one.retracts]
    briefs = briefs_of_facts(facts, namer)
    return page(
        request,
        "balance.html",
        balance=answer,
        table=balance_lines(
            [(answer.object, answer.uom, row) for row in answer.rows], asked, briefs, namer
        ),
        gaps=gap_rows(answer.gaps, briefs, namer, known=[answer.object]),
        asked=asked,
        as_of=as_of,
        n=namer,
        is_partial=not asker_of(request).sees_all,
        link=lambda ending: balance_link(answer.object, **asked.query, as_of=as_of).replace(
            "/balance?", f"/balance.{ending}?", 1
        ),
    )


def _file(request: Request, one: str, asked: AskedPeriod, as_of: str | None, kind: str) -> Response:
    answer = balance_of(
        request.app.state.ledger, view_of(request), one, as_of=as_of or None, period=asked.period
    )
    rows = [(answer.object, answer.uom, row) for row in answer.rows]
    namer = namer_for(request, as_of=as_of or None)
    return balance_file(kind, "balance", rows, columns_of(asked), namer)


def _serve(ending: Literal["csv", "xlsx"]) -> None:
    @router.get(f"/balance.{ending}", include_in_schema=False)
    def file(
        request: Request,
        id: Id,  # noqa: A002 - the contract's name
        asked: AskedPeriod,
        as_of: Annotated[str | None, Query()] = None,
    ) -> Response:
        """Answer with the balance of an object as a file; without rows where nothing is known."""
        return _file(request, id, asked, as_of, ending)


_serve("csv")
_serve("xlsx")
