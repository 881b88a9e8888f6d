"""A lot's completeness in brief, for the page of its trace."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.access.asker import view_of
from api.clock import now
from api.dossier.completeness_page import Row, completeness_link, day_of, rows_of
from api.web.naming import Namer
from epcis_core.dossier.completeness import Completeness, completeness
from epcis_core.dossier.lot_chain import product_of
from epcis_core.dossier.material import Material
from epcis_core.provenance.result import Trace
from epcis_core.rules.profiles import profiles_for
from epcis_core.store.dossier import material_of
from epcis_core.store.trace import as_known

_MOST_EVENTS: Final = 300
"""A lot of more events is judged on the page of its completeness alone, which may take longer."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a lot stands by one profile.

    Attributes:
        judged: all of it.
        title: of the profile.
        href: of the page that has all of it.
        rows: what is missing or doubtful and counts.
    """

    judged: Completeness
    title: str
    href: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class InBrief:
    """What the page of a trace says of completeness.

    Attributes:
        href: of the page that has all of it.
        scores: by each profile that the product is judged by; none of a very large lot.
    """

    href: str
    scores: tuple[Score, ...]


def completeness_in_brief(
    request: Request, trace: Trace, namer: Namer, *, as_of: str | None
) -> InBrief | None:
    """Return how complete the records are that a trace rests on.

    Args:
        request: who asks.
        trace: what was answered.
        namer: names and language.
        as_of: the ledger time that was asked for; None for now.

    Returns:
        None where the trace is of one direction alone, or of no lot or item.
    """
    kinds = {one.kind for one in trace.objects if one.role == "subject"}
    if trace.direction != "both" or kinds.isdisjoint({"lot", "instance", "other"}):
        return None
    href = completeness_link(trace.subject, as_of=as_of)
    if len({visit.event for visit in trace.visits}) > _MOST_EVENTS:
        return InBrief(href, ())
    state, view = request.app.state, view_of(request)
    if as_of is not None:
        with state.ledger.reading() as cursor:
            view = as_known(cursor, view, as_of)
    material = material_of(state.ledger, view, state.books, trace)
    return InBrief(href, tuple(_scores(material, namer, as_of)))


def _scores(material: Material, namer: Namer, as_of: str | None) -> Iterator[Score]:
    subject, moment = material.trace.subject, now()
    sector = material.sectors.get(product_of(subject), "")
    for law in profiles_for(sector, day_of(moment)):
        judged = completeness(material, law, moment)
        lacking = [one for one in judged.requirements if one.counts and one.status != "met"]
        title = law.title.in_every_language()[namer.texts.language]
        href = completeness_link(subject, law.name, as_of)
        yield Score(judged, title, href, tuple(rows_of(lacking, namer)))
