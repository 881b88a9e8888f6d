"""The page of assumptions: what would be affected beyond a recall, and what a kill step spares."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.access.asker import view_of
from api.outbreaks.asked import object_meant
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.naming import Namer
from api.web.trace_page import MOST_ROWS
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.what_if import Assumptions, Containers
from epcis_core.provenance.what_if_result import WhatIf
from epcis_core.store.outbreaks import suppose
from epcis_core.store.trace import recall_lots

router = APIRouter(include_in_schema=False)

_YEAR = 8784  # hours


@router.get("/what-if")
@router.get("/what-if.json")
def show_what_if(
    request: Request,
    id: Annotated[list[str] | None, Query()] = None,  # noqa: A002 - as of a recall
    *,
    containers: Containers = "no",
    hours: Annotated[str, Query(max_length=10)] = "",
    kill_step: Annotated[list[str] | None, Query()] = None,
    kill_party: Annotated[list[str] | None, Query()] = None,
    kill_place: Annotated[list[str] | None, Query()] = None,
    as_of: str | None = None,
    max_objects: Annotated[int, Query(ge=1)] = 10_000,
) -> Response:
    """Show what would be affected if containers or places passed something on."""
    asked = [text.strip() for text in id or () if text.strip()]
    subjects = [object_meant(request, text) for text in asked]
    if not subjects and wants_page(request):
        return RedirectResponse("/recall", 303)
    ledger, view = request.app.state.ledger, view_of(request)
    assumed = Assumptions(
        containers,
        hours_in(hours),
        frozenset(filter(None, kill_party or ())),
        frozenset(filter(None, kill_place or ())),
        frozenset(filter(None, kill_step or ())),
    )
    answer = suppose(ledger, view, subjects, assumed, as_of=as_of or None, max_objects=max_objects)
    if not wants_page(request):
        told = {"what_if": True, "assumptions": _told(assumed), **answer.model_dump(mode="json")}
        return as_json(told, status=200 if answer.subjects else 404)
    recall = recall_lots(ledger, view, subjects, as_of=as_of or None, max_objects=max_objects)
    namer = namer_for(request, as_of=as_of or None)
    return page(
        request,
        "what_if.html",
        status=200 if answer.subjects else 404,
        subjects=subjects,
        assumed=assumed,
        is_assumed=assumed != Assumptions(),
        modes=get_args(Containers),
        steps=_steps(recall, namer),
        parties=_named(recall.trace.parties, namer.party),
        places=_named(recall.trace.places, namer.place),
        recalled=len(recall.affected),
        answer=answer,
        generations=_generations(answer),
        as_of=as_of,
        n=namer,
        most=MOST_ROWS,
    )


def hours_in(text: str) -> float | None:
    """Return hours as typed, with a point or a comma; None for none, or what is no such number.

    >>> hours_in("24"), hours_in("1,5"), hours_in(""), hours_in("-1"), hours_in("nan")
    (24.0, 1.5, None, None, None)
    """
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found <= _YEAR else None


def _told(assumed: Assumptions) -> dict[str, Any]:
    return {
        "containers": assumed.containers,
        "hours": assumed.hours,
        "kill_parties": sorted(assumed.kill_parties),
        "kill_places": sorted(assumed.kill_places),
        "kill_steps": sorted(assumed.kill_steps),
    }


def _steps(recall: Recall, namer: Namer) -> list[tuple[str, str]]:
    """Return the business steps that the goods of a recall went through, with their labels."""
    steps = {visit.biz_step for visit in recall.trace.visits if visit.biz_step}
    return sorted(((one, namer.texts.biz_step(one)) for one in steps), key=lambda pair: pair[1])


def _named(known: Iterable[str], name: Any) -> list[tuple[str, str]]:
    return sorted(((one, name(one)) for one in known), key=lambda pair: pair[1])


def _generations(answer: WhatIf) -> Mapping[int, list[Any]]:
    groups = groupby(answer.supposed, key=lambda one: one.generation)
    return {generation: list(its) for generation, its in groups}
