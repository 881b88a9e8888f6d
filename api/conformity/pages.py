"""The pages of the self-assessment, for the province."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.conformity.asked import laws
from api.conformity.assessed import Assessment, assess, assessment_pdf
from api.paper_checkpoint import latest_on_paper
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.own_lists import attached

router = APIRouter(include_in_schema=False)


@router.get("/conformity.{ending}")
def send_assessment(request: Request, ending: Literal["pdf", "json"]) -> Response:
    """Send the assessment as a file."""
    found, t = _found(request), texts_for(request)
    if ending == "json":
        return as_json(found.as_json())
    state = request.app.state
    paper = latest_on_paper(state.ledger, state.books, now())
    answer = attached(assessment_pdf(found, t, paper), f"conformity-{t.language}.pdf")
    answer.headers["Content-Type"] = "application/pdf"
    return answer


@router.get("/conformity")
def show_assessment(request: Request) -> Response:
    """Show what law asks, and what answers it."""
    found, t = _found(request), texts_for(request)
    if not wants_page(request):
        return as_json(found.as_json())
    return page(
        request,
        "conformity.html",
        found=found,
        laws=laws(),
        standings=found.standings(),
        made=times.date_and_time(times.here_at(found.made), t.language),
    )


def _found(request: Request) -> Assessment:
    state = request.app.state
    return assess(state.ledger, state.books, view_of(request), now())
