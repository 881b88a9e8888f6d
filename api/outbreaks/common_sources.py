"""The page of several cases: what they have in common upstream, impossible dates left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.outbreaks.asked import Typed, incidents_of, typed_cases
from api.web.answers import as_json, namer_for, page, wants_page
from api.web.bars import Segment, bar
from api.web.trace_page import MOST_ROWS
from epcis_core.provenance.incidents import DatedParty, DatedSource
from epcis_core.store.outbreaks import origin_of_cases

router = APIRouter(include_in_schema=False)

_LEAST_ROWS: Final = 3
_SPARE_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A source or a party, and which cases it explains.

    Attributes:
        source: None for a party.
        parties: who made it, or the party.
        share: how many of the cases it explains, as a bar.
        marks: number of a case, from 1, with whether its date allows it; only cases it concerns.
    """

    source: DatedSource | None
    parties: tuple[str, ...]
    share: tuple[Segment, ...]
    marks: tuple[tuple[int, bool], ...]


@router.get("/common-sources")
@router.get("/common-sources.json")
def show_common_sources(
    request: Request,
    *,
    as_of: str | None = None,
    max_objects: Annotated[int, Query(ge=1)] = 10_000,
) -> Response:
    """Show what several cases have in common: what they came of, and who made it."""
    typed = typed_cases(request)
    answer = origin_of_cases(
        request.app.state.ledger,
        view_of(request),
        incidents_of(request, typed),
        as_of=as_of or None,
        max_objects=max_objects,
    )
    if not wants_page(request):
        return as_json(answer.model_dump(mode="json"))
    spare = max(_LEAST_ROWS - len(typed), _SPARE_ROWS)
    number = len(typed)
    return page(
        request,
        "common_sources.html",
        typed=[*typed, *[Typed()] * spare],
        answer=answer if typed else None,
        sources=_source_rows(answer.sources, number),
        impossible=_source_rows(answer.impossible, number),
        makers=_party_rows(answer.parties, number),
        as_of=as_of,
        n=namer_for(request, as_of=as_of or None),
        most=MOST_ROWS,
    )


def _source_rows(sources: Sequence[DatedSource], number: int) -> list[SharedRow]:
    return [
        SharedRow(
            one,
            one.parties,
            _share(len(one.explains), len(one.excluded), number),
            tuple(
                sorted(
                    [(at + 1, True) for at in one.explains]
                    + [(at + 1, False) for at in one.excluded]
                )
            ),
        )
        for one in sources[:MOST_ROWS]
    ]


def _party_rows(parties: Sequence[DatedParty], number: int) -> list[SharedRow]:
    return [
        SharedRow(
            None,
            (one.party,),
            _share(len(one.explains), 0, number),
            tuple((at + 1, True) for at in one.explains),
        )
        for one in parties[:MOST_ROWS]
    ]


def _share(explained: int, excluded: int, number: int) -> tuple[Segment, ...]:
    return bar([("common", explained), ("destroyed", excluded)], number)
