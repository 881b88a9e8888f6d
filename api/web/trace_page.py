"""What the page of a trace says, worked out before it is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from api.web import times
from api.web.balance_table import BalanceTable, balance_table
from api.web.chain import Chain, chain_of
from api.web.contacts import Contact, address_of, contact_of
from api.web.gap_words import GapRow, briefs_of_trace, gap_rows
from api.web.naming import Namer
from api.web.packing import Load, loads_of
from api.web.svg import Figure, tall_figure, wide_figure
from epcis_core.model.references import Role
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.result import ContainerLoad, ObjectRole, Trace, TracedObject, Visit

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
_MOST_LOADS: Final = 12


@dataclass(frozen=True, slots=True)
class Happening:
    """What one event did with objects of the chain.

    Attributes:
        visit: the first visit, which stands for time, step, party and place of all.
        offset: the offset from UTC that the event states; None if it was not read.
        goods: the objects, in words.
        inside: the containers they were in, in words; empty where they were named themselves.
        disputed: it is likely for all of them, and proven for none.
    """

    visit: Visit
    offset: str | None
    goods: str
    inside: str
    disputed: bool


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
        amount: how much was made, or None if the records do not say.
        expiry: the day, or as the records have it.
        coverage: the sentence on handovers.
        gaps: as sentences.
        groups: role to objects, origins first.
        balances: of the lot in question, or of the lots that the item in question belongs to.
        choices: the loads of a container in question to choose from, by time, nearest to the one
            that is shown; none where there is only one.
        loads: what was packed in what, by time.
        happenings: what happened, by time; at most `MOST_ROWS`.
        unlisted: how many more there are.
        is_disputed: something in it is likely, but not proven.
    """

    trace: Trace
    subject: TracedObject
    title: str
    maker: str | None
    amount: str | None
    expiry: str | None
    coverage: str
    gaps: tuple[GapRow, ...]
    groups: tuple[tuple[ObjectRole, tuple[TracedObject, ...]], ...]
    balances: tuple[BalanceTable, ...]
    choices: tuple[ContainerLoad, ...]
    loads: tuple[Load, ...]
    chain: Chain
    wide: Figure
    tall: Figure
    calls: tuple[Call, ...]
    places: tuple[PlaceRow, ...]
    happenings: tuple[Happening, ...]
    unlisted: int
    is_disputed: bool


def trace_page(
    trace: Trace, facts: Sequence[EventFacts], balances: Sequence[Balance], namer: Namer
) -> TracePage:
    """Work out the page of a trace.

    Args:
        trace: an answer that knows its subject.
        facts: of the events the page lists, for their offsets and the amount made, without error
            declarations.
        balances: of the objects that `balanced` names.
        namer: names and language.
    """
    subject = next(one for one in trace.objects if one.role == "subject")
    chain = chain_of(trace)
    briefs = briefs_of_trace(trace)
    home = next((node for node in chain.nodes if node.object is subject and not node.is_stop), None)
    return TracePage(
        trace=trace,
        subject=subject,
        title=subject.name or namer.thing(subject.id),
        maker=home.party if home is not None else None,
        amount=_amount_made(subject.id, facts, namer),
        expiry=_expiry(subject.expiry, namer),
        coverage=coverage_of(trace, namer),
        gaps=gap_rows(trace.gaps, briefs, namer, known=[subject.id]),
        groups=_groups(trace),
        balances=tuple(balance_table(one, briefs, namer) for one in balances if one.rows),
        choices=_choices(trace.loads),
        loads=loads_of(trace.links),
        chain=chain,
        wide=wide_figure(chain, namer, subject.id),
        tall=tall_figure(chain, namer, subject.id),
        calls=_calls(chain, trace, namer),
        places=_places(trace, namer),
        happenings=_happenings(trace, facts, namer),
        is_disputed=is_disputed(trace),
        unlisted=max(len({visit.event for visit in trace.visits}) - MOST_ROWS, 0),
    )


def balanced(trace: Trace) -> list[str]:
    """Return the objects whose balance the page shows: a lot; of a single item, its lots."""
    subject = next(one for one in trace.objects if one.role == "subject")
    if subject.kind in {"lot", "class"}:
        return [subject.id]
    lots = (
        link.to for link in trace.links if link.kind == "membership" and link.from_ == subject.id
    )
    return list(dict.fromkeys(lots))


def is_disputed(trace: Trace) -> bool:
    """Tell whether anything in a trace is likely, but not proven."""
    return (
        any(one.disputed for one in trace.objects)
        or any(one.disputed for one in trace.links)
        or any(one.disputed for one in trace.handovers)
    )


def listed_events(trace: Trace) -> list[str]:
    """Return the events that the page lists one by one, by time."""
    return list(dict.fromkeys(visit.event for visit in trace.visits))[:MOST_ROWS]


def _choices(loads: Sequence[ContainerLoad]) -> tuple[ContainerLoad, ...]:
    if len(loads) <= 1:
        return ()
    shown = next(place for place, load in enumerate(loads) if load.shown)
    first = max(min(shown - _MOST_LOADS // 2, len(loads) - _MOST_LOADS), 0)
    return tuple(loads[first : first + _MOST_LOADS])


def _happenings(trace: Trace, facts: Sequence[EventFacts], namer: Namer) -> tuple[Happening, ...]:
    offsets = {one.event_id: one.offset for one in facts}
    by_event: dict[str, list[Visit]] = {event: [] for event in listed_events(trace)}
    for visit in trace.visits:
        if visit.event in by_event:
            by_event[visit.event].append(visit)
    return tuple(
        Happening(
            visits[0],
            offsets.get(event),
            namer.joined(_distinct(namer.thing(visit.object) for visit in visits)),
            namer.joined(found)
            if (found := _distinct(namer.thing(v.inside) for v in visits if v.inside))
            else "",
            all(visit.disputed for visit in visits),
        )
        for event, visits in by_event.items()
    )


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


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


def _amount_made(subject: str, facts: Sequence[EventFacts], namer: Namer) -> str | None:
    """Return how much was made: of outputs their sum, else the first amount recorded as new."""
    outputs = [n for one in facts for n in one.objects(Role.OUTPUT) if n.object == subject]
    added = [
        named
        for one in facts
        if one.type == "ObjectEvent" and one.action == "ADD"
        for named in one.objects(Role.EPC)
        if named.object == subject
    ]
    total = _sum(outputs or added[:1])
    return None if total is None else namer.texts.amount_or_count(str(total[0]), total[1])


def _sum(named: Sequence[Named]) -> tuple[Decimal, str | None] | None:
    units = {one.uom for one in named}
    if len(units) != 1 or any(one.quantity is None for one in named):
        return None
    try:
        return sum((Decimal(one.quantity or "") for one in named), Decimal()), units.pop()
    except InvalidOperation:
        return None


def _calls(chain: Chain, trace: Trace, namer: Namer) -> tuple[Call, ...]:
    """Return the parties of the chain, nearest to the consumer first, then all others."""
    drawn = [party for party in reversed(chain.parties) if party is not None]
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
