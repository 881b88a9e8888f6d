"""A recall: everything downstream of suspect objects, where it is, who has it, whom to call."""

from collections.abc import Iterator, Mapping, Sequence

from epcis_core.model.times import utc_text
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain, Findings
from epcis_core.provenance.common_sources import common_sources
from epcis_core.provenance.customers import (
    Delivery,
    call_list,
    customers_of,
    deliveries_of,
    sales_of,
)
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.handovers import Transfer
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.recall_result import Affected, Customer, Recall
from epcis_core.provenance.result import Trace, TracedObject
from epcis_core.provenance.stock import Stocks, StocksOfLots
from epcis_core.provenance.suspicions import possible_slips
from epcis_core.provenance.trace import explore, known, told
from epcis_core.provenance.whereabouts import last_seen, whereabouts_of


def recall(
    evidence: Evidence,
    book: Book,
    subjects: Sequence[str],
    *,
    as_of: str | None = None,
    max_objects: int = 10_000,
) -> Recall:
    """Work out what came of suspect objects, where it is now, and whom to call.

    Args:
        evidence: the events that count.
        book: names and addresses.
        subjects: canonical identifiers, at least one.
        as_of: the ledger time the evidence stands for, to be shown.
        max_objects: how many objects of any role the answer may hold.
    """
    chain = Chain(evidence, book)
    asked = list(dict.fromkeys(subjects))
    here = [one for one in asked if chain.is_known(one)]
    unknown = tuple(one for one in asked if one not in here)
    if not here:
        return Recall(
            subjects=(),
            unknown=unknown,
            trace=Trace(subject=asked[0], direction="downstream", as_of=as_of),
        )
    found, origin = explore(chain, here, "downstream", max_objects)
    lots = found.lots
    worked_out = StocksOfLots(chain, lots)
    answer = told(chain, found, origin, worked_out, direction="downstream", as_of=as_of)
    objects = [one for one in answer.objects if one.role in {"subject", "content", "downstream"}]
    # Of a class that nobody asked for, most of what is on record is of other goods.
    counted = [one.id for one in objects if one.kind != "class" or one.id in found.subjects]
    stocks = {one: worked_out.of(one) for one in counted}
    moved = {one: _moved(chain, found, one, whole=one in lots) for one in stocks}
    deliveries = {one: deliveries_of(chain, stocks[one], moved[one]) for one in stocks}
    affected = [_affected(chain, found, one, stocks.get(one.id), moved) for one in objects]
    holders = {
        party
        for one in affected
        if not found.is_load(one.object)
        for party in (one.last_party, *_holders(stocks.get(one.object)))
        if party is not None
    }
    carried = (its for one, its in deliveries.items() if not found.is_load(one))
    calls = call_list(chain, carried, holders)
    sources, makers = common_sources(chain, here, max_objects) if len(here) > 1 else ([], [])
    return Recall(
        subjects=tuple(here),
        unknown=unknown,
        affected=tuple(affected),
        customers=_in_order(
            customers_of(_told_apart(chain, found, deliveries), stocks),
            [call.party for call in calls],
        ),
        sales=tuple(sales_of(chain, found.moved)),
        call_list=tuple(calls),
        possible=tuple(possible_slips(chain, found, max_objects)),
        common_sources=tuple(sources),
        common_parties=tuple(makers),
        gaps=answer.gaps,
        trace=answer.model_copy(
            update={"parties": {**known(book.party, holders), **answer.parties}}
        ),
    )


def _moved(chain: Chain, found: Findings, one: str, *, whole: bool) -> list[Transfer]:
    """Return the changes of hands of an object; of a container only in its latest load."""
    moved = chain.changes.whole(one) if whole else chain.changes.own(one)
    subject = found.subjects.get(one)
    return moved if subject is None else [each for each in moved if subject.is_of_now(each.time)]


def _holders(stocks: Stocks | None) -> Iterator[str | None]:
    """Yield who made, got, used, gave away or destroyed some of an object."""
    for stock in stocks.each() if stocks else ():
        yield from (booking.party for booking in stock.all())


def _affected(
    chain: Chain,
    found: Findings,
    one: TracedObject,
    stocks: Stocks | None,
    moved: Mapping[str, Sequence[Transfer]],
) -> Affected:
    seen = found.seen[one.id]
    there = (
        last_seen(seen, chain.parties)
        if stocks is None
        else whereabouts_of(stocks, seen, moved[one.id], chain.parties)
    )
    return Affected(
        object=one.id,
        kind=one.kind,
        name=one.name,
        quantity=there.quantity,
        last_party=there.party,
        last_place=there.place,
        last_seen=utc_text(seen[-1].facts.time) if seen else None,
        status=there.status,
        holdings=there.holdings,
        disputed=one.disputed,
    )


def _told_apart(
    chain: Chain, found: Findings, deliveries: dict[str, list[Delivery]]
) -> dict[str, list[Delivery]]:
    """Return the deliveries without those that are told of a lot, or of the content, already."""
    lots = found.lots
    members = {member for lot in lots for member in chain.gathered.members(lot)}
    return {
        one: its
        for one, its in deliveries.items()
        if one not in members and not found.is_load(one) and kind_of(one) != "class"
    }


def _in_order(customers: Sequence[Customer], parties: Sequence[str]) -> tuple[Customer, ...]:
    """Return customers in the order of calls; consumers last."""
    place = {party: number for number, party in enumerate(parties)}
    return tuple(sorted(customers, key=lambda one: place.get(one.party or "", len(place))))
