"""What the page of a trace says, worked out before it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.traces.certainty import Certainty, certainty_of
from api.traces.deliveries import Deliveries, deliveries_of
from api.traces.happenings import Day, by_event, days_of, happening
from api.traces.headline import Headline, headline_of
from api.traces.packings import Packings, packings_of
from api.web import times
from api.web.balance_table import BalanceTable, balance_table
from api.web.chain import Chain, chain_of
from api.web.contacts import Contact, address_of, contact_of
from api.web.gap_words import briefs_of_trace
from api.web.naming import Namer
from api.web.packing import loads_of
from api.web.svg import Figure, tall_figure, wide_figure
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.result import ContainerLoad, ObjectRole, Trace, TracedObject

ROLE_ORDER: Final[tuple[ObjectRole, ...]] = (
    "upstream",
    "both",
    "subject",
    "content",
    "downstream",
    "carrier",
)
MOST_ROWS: Final = 300
"""A page lists this many rows of one sort; the JSON has all."""

MOST_SHOWN: Final = 100
"""The page of a trace shows this many happenings or loads itself; of more it shows the days, or the
sorts, and leaves the rest to lists that it links to."""

MOST_LINES: Final = 30
"""Of handovers, objects, places and the like it shows this many itself."""

_MOST_LOADS: Final = 12
_MOST_GAPS: Final = 5


@dataclass(frozen=True, slots=True)
class Call:
    """A party to call.

    Attributes:
        silent: somebody shipped to it, and it recorded no receipt.
    """

    contact: Contact
    silent: bool


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of the chain.

    Attributes:
        coordinates: latitude and longitude as written, or None.
    """

    place: str
    name: str
    address: str | None
    coordinates: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class TracePage:
    """Everything the page of a known object shows beside the trace itself.

    Attributes:
        subject: the object in question.
        title: product, or what to call the object.
        maker: the party it begins with.
        expiry: the day, or as the records have it.
        headline: what is said first.
        coverage: the sentence on handovers.
        certainty: what is known, likely and not known.
        groups: role to objects, origins first.
        balances: of the lot in question, or of the lots that the item in question belongs to.
        choices: the loads of a container in question to choose from, by time, nearest to the one
            that is shown; none where there is only one.
        packings: what was packed in what, by time.
        loads: how many loads that are.
        deliveries: the handovers by giver and taker.
        days: what happened, day by day.
        happenings: how many events that are.
        is_disputed: something in it is likely, but not proven.
    """

    trace: Trace
    subject: TracedObject
    title: str
    maker: str | None
    expiry: str | None
    headline: Headline
    coverage: str
    certainty: Certainty
    groups: tuple[tuple[ObjectRole, tuple[TracedObject, ...]], ...]
    balances: tuple[BalanceTable, ...]
    choices: tuple[ContainerLoad, ...]
    packings: tuple[Packings, ...]
    loads: int
    deliveries: tuple[Deliveries, ...]
    chain: Chain
    wide: Figure
    tall: Figure
    calls: tuple[Call, ...]
    places: tuple[PlaceRow, ...]
    days: tuple[Day, ...]
    happenings: int
    is_disputed: bool


def trace_page(
    trace: Trace,
    offsets: Mapping[str, str],
    balances: Sequence[Balance],
    namer: Namer,
    *,
    is_recalled: bool = False,
) -> TracePage:
    """Work out the page of a trace.

    Args:
        trace: an answer that knows its subject.
        offsets: event to the offset from UTC that it states, of those of `shown_events`.
        balances: those that go with it.
        namer: names and language.
        is_recalled: everybody was told that the subject is recalled.
    """
    subject = next(one for one in trace.objects if one.role == "subject")
    chain = chain_of(trace)
    briefs = briefs_of_trace(trace)
    visits = by_event(trace.visits)
    shown = {one: happening(visits[one], offsets.get(one), namer) for one in shown_events(trace)}
    home = next((node for node in chain.nodes if node.object is subject and not node.is_stop), None)
    loads = loads_of(trace.links)
    deliveries = deliveries_of(trace, namer)
    return TracePage(
        trace=trace,
        subject=subject,
        title=_title(subject, namer),
        maker=home.party if home is not None else None,
        expiry=_expiry(subject.expiry, namer),
        headline=headline_of(trace, balances, namer, is_recalled=is_recalled),
        coverage=coverage_of(trace, namer),
        certainty=certainty_of(trace, deliveries, briefs, namer, most=_MOST_GAPS),
        groups=_groups(trace),
        balances=tuple(balance_table(one, briefs, namer) for one in balances),
        choices=_choices(trace.loads),
        packings=packings_of(loads, namer, most=MOST_SHOWN),
        loads=len(loads),
        deliveries=deliveries,
        chain=chain,
        wide=wide_figure(chain, namer, subject.id),
        tall=tall_figure(chain, namer, subject.id),
        calls=calls_of(chain, trace, namer),
        places=_places(trace, namer),
        days=days_of(visits, shown, namer),
        happenings=len(visits),
        is_disputed=is_disputed(trace),
    )


def _title(subject: TracedObject, namer: Namer) -> str:
    """Return the product of a lot, whose number stands beside it; else what to call an object."""
    if subject.lot and subject.gtin and not subject.serial:
        return subject.name or f"GTIN {subject.gtin}"
    return subject.name or namer.thing(subject.id)


def is_disputed(trace: Trace) -> bool:
    """Tell whether anything in a trace is likely, but not proven."""
    return (
        any(one.disputed for one in trace.objects)
        or any(one.disputed for one in trace.links)
        or any(one.disputed for one in trace.handovers)
    )


def shown_events(trace: Trace) -> list[str]:
    """Return the events that the page shows one by one: all, or of very many none."""
    events = list(dict.fromkeys(visit.event for visit in trace.visits))
    return events if len(events) <= MOST_SHOWN else []


def _choices(loads: Sequence[ContainerLoad]) -> tuple[ContainerLoad, ...]:
    if len(loads) <= 1:
        return ()
    shown = next(place for place, load in enumerate(loads) if load.shown)
    first = max(min(shown - _MOST_LOADS // 2, len(loads) - _MOST_LOADS), 0)
    return tuple(loads[first : first + _MOST_LOADS])


def _expiry(text: str | None, namer: Namer) -> str | None:
    """Return a date as the language writes it; what is no date as it is."""
    try:
        return times.calendar_day(date.fromisoformat(text), namer.texts.language) if text else None
    except ValueError:
        return text


def coverage_of(trace: Trace, namer: Namer) -> str:
    """Return the sentence on handovers."""
    counted = trace.coverage
    if not counted.handovers:
        is_unseen = any(one.unseen for one in trace.handovers)
        return namer.texts("trace.coverage_unseen" if is_unseen else "trace.coverage_none")
    both = namer.texts.number(counted.confirmed_by_both)
    return namer.texts.count("trace.coverage", counted.handovers, both=both)


def _groups(trace: Trace) -> tuple[tuple[ObjectRole, tuple[TracedObject, ...]], ...]:
    by_role = {role: tuple(one for one in trace.objects if one.role == role) for role in ROLE_ORDER}
    return tuple((role, found) for role, found in by_role.items() if found)


def calls_of(chain: Chain, trace: Trace, namer: Namer) -> tuple[Call, ...]:
    """Return the parties of the chain, nearest to the consumer first, then all others."""
    drawn = [party for party in reversed(chain.everybody) if party is not None]
    carriers = [h.carrier for h in trace.handovers if h.carrier is not None]
    silent = {h.to_party for h in trace.handovers if h.confirmed == "sender" and not h.unseen}
    return tuple(
        Call(
            contact_of(party, namer.book.party(party) or trace.parties.get(party, {}), namer),
            party in silent,
        )
        for party in dict.fromkeys([*drawn, *carriers, *trace.parties])
    )


def _places(trace: Trace, namer: Namer) -> tuple[PlaceRow, ...]:
    return tuple(
        PlaceRow(
            place,
            namer.place(place),
            address_of(known),
            (str(known["latitude"]), str(known["longitude"]))
            if known.get("latitude") is not None and known.get("longitude") is not None
            else None,
        )
        for place, known in trace.places.items()
    )
