"""The province's desk: how many take part, where, with what; and which report is due when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from api.access.asker import view_of
from api.clock import now
from api.reports.layout import NAMES, Layout, Name, layouts
from api.reports.made import Row, count_figures, group_in_words
from api.reports.periods import Kind, Period, current, period_of
from api.web import times
from api.web.answers import as_json, page, texts_for, wants_page
from api.web.bars import Segment, bar
from api.web.texts import Texts
from epcis_core.store.registry.desk import DESK_LISTS
from ingest.desk import desk_list

router = APIRouter(include_in_schema=False)

TILES: Final = (
    *("organisations", "organisations_recording", "products", "lots", "events"),
    *("stamps", "scans", "certificates", "trainees", "recalls_open"),
    *("lots_with_gaps", "portal_lots"),
)
"""Figures that the page shows as numbers."""

CHARTS: Final = (
    *("organisations_by_sector", "organisations_by_area", "organisations_by_area_before"),
    *("products_by_sector", "products_by_stars", "products_by_indication", "stamps_by_sector"),
    *(
        "certificates_by_standard",
        "events_by_month",
        "scans_by_month",
        "scans_by_sector",
        "surveyed_by_wish",
    ),
    *(
        "lots_by_sector",
        "lots_by_completeness",
        "lots_complete_by_sector",
        "lots_by_gap",
        "portal_by_status",
    ),
)
"""Figures that it shows by groups, as bars."""

MOST_GROUPS: Final = 12
"""Groups of one chart that a page shows; the others are one more."""

_LOOK: Final = "shipped"  # the blue of all bars that stand for a number alone


@dataclass(frozen=True, slots=True)
class Bar:
    """A group of a figure, as a page shows it.

    Attributes:
        name: in words.
        number: in words.
        segments: how much it is beside the largest.
    """

    name: str
    number: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be made.

    Attributes:
        name: which one.
        layout: what it is made of.
        period: of when.
        day: before which it is due.
        left: how many days there still are; less than 0 where it is late.
    """

    name: Name
    layout: Layout
    period: Period
    day: date
    left: int


@router.get("/desk")
@router.get("/desk.json")
def show_desk(request: Request, period: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show the desk for a year or a quarter."""
    chosen, moment = asked_period(request, period), now()
    state, t = request.app.state, texts_for(request)
    rows = {
        row.key: row
        for row in count_figures(
            state.ledger,
            state.books,
            view_of(request),
            (*TILES, *CHARTS),
            period=chosen,
            now=moment,
        )
    }
    if not wants_page(request):
        return as_json(
            {
                "period": str(chosen),
                "figures": {
                    key: {"number": row.counted.number, "groups": dict(row.counted.groups)}
                    for key, row in rows.items()
                },
            }
        )
    return page(
        request,
        "desk.html",
        period=chosen,
        period_words=in_words(chosen, t),
        periods=_offered(moment, t),
        whole=chosen.is_over(moment),
        tiles=[rows[key] for key in TILES],
        charts=[(rows[key], bars_of(rows[key], t)) for key in CHARTS],
        due=dues(moment),
        in_words=lambda one: in_words(one, t),
        lists=[(key, desk_list(key)) for key in DESK_LISTS],
    )


def bars_of(row: Row, t: Texts) -> list[Bar]:
    """Return the groups of a figure as bars: months in their order, else the largest first."""
    groups: Sequence[tuple[str, int]] = row.counted.groups
    if row.figure.by == "month":
        groups = sorted(groups)
    largest = max((number for _, number in groups), default=0)
    shown = [(group_in_words(row, name, t), number) for name, number in groups[:MOST_GROUPS]]
    rest = sum(number for _, number in groups[MOST_GROUPS:])
    if rest:
        shown.append((t("desk.others"), rest))
    return [
        Bar(name, t.number(number), bar([(_LOOK, number)], max(largest, number)))
        for name, number in shown
    ]


def dues(moment: int) -> list[Due]:
    """Return the reports that are due next: of the period that goes on, the soonest first."""
    today = times.here_at(moment).date()
    found = []
    for name in NAMES:
        layout = layouts()[name]
        period = current(layout.kind, moment)
        day = layout.due(period)
        found.append(Due(name, layout, period, day, (day - today).days))
    return sorted(found, key=lambda one: one.day)


def asked_period(request: Request, name: str, kind: Kind | None = None) -> Period:
    """Return the period of a name; the one that goes on for none, a year where any will do.

    Args:
        request: what is asked.
        name: of the period; empty for none.
        kind: of which it has to be; None for any.

    Raises:
        HTTPException: 400 where it is the name of none, or of one of another kind.
    """
    if not name:
        return current(kind or "year", now())
    found = period_of(name)
    if found is None or kind not in {None, found.kind}:
        raise HTTPException(400, texts_for(request)("desk.no_period", name=name))
    return found


def in_words(period: Period, t: Texts) -> str:
    """Return a period as people call it."""
    if period.quarter is None:
        return t("desk.year", year=str(period.year))
    return t("desk.quarter", quarter=period.quarter, year=str(period.year))


def _offered(moment: int, t: Texts) -> list[tuple[str, str]]:
    """Return the periods that one chooses among: three years, and the quarters of two."""
    year = current("year", moment)
    quarter = current("quarter", moment)
    periods = [year, year.before, year.before.before]
    for _ in range(8):
        periods.append(quarter)
        quarter = quarter.before
    return [(str(one), in_words(one, t)) for one in periods]
