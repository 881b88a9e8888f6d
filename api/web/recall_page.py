"""What the page of a recall says: whom to call, what is where, who got how much, what is common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from api.web.bars import Segment, added, bar, decimal
from api.web.chain import Chain, chain_of
from api.web.gap_words import GapRow, briefs_of_trace, gap_rows
from api.web.goods import Goods, goods_of, in_words, sort_of
from api.web.naming import Namer
from api.web.recall_calls import CallRow, call_rows
from api.web.svg import Figure, tall_figure, wide_figure
from api.web.trace_page import coverage_of, is_disputed
from epcis_core.provenance.recall_result import Affected, Delivered, Recall, Status
from epcis_core.provenance.result import Amount

MOST_SUSPECTS: Final = 50
"""Objects of one page or document of a recall."""

STATES: Final[tuple[Status, ...]] = get_args(Status)
"""In the order of what is left to do."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where some of the goods should be, or were seen last.

    Attributes:
        amount: in words; None where all of it is meant.
    """

    party: str | None
    place: str | None
    amount: str | None


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """An object, or single items of one product in one place and state.

    Attributes:
        amount: in words.
        spots: where it is; empty where nobody recorded that.
        last_seen: UTC, or None.
    """

    goods: Goods
    amount: str
    spots: tuple[Spot, ...]
    last_seen: str | None
    disputed: bool


@dataclass(frozen=True, slots=True)
class StateGroup:
    """What is in one state.

    Attributes:
        number: of objects.
    """

    status: Status
    number: int
    rows: tuple[AffectedRow, ...]


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """How much of some goods one customer got; amounts in words.

    Attributes:
        party: None for consumers.
        is_kept: nothing was sent back.
        is_open: some of it must still be looked for, or nobody knows how much.
        bar: returned, otherwise accounted for, and still to be found.
    """

    party: str | None
    goods: Goods
    shipped: str
    returned: str
    on_hand: str
    unaccounted: str
    is_kept: bool
    is_open: bool
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class CommonRow:
    """A source, or a party, that several of the suspects have in common.

    Attributes:
        object: identifier of the source; None for a party.
        parties: who made it, or the party.
        share: how many of how many, in words.
        cases: which ones, where it is not all of them.
    """

    object: str | None
    parties: tuple[str, ...]
    share: str
    bar: tuple[Segment, ...]
    cases: tuple[str, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class RecallPage:
    """Everything the page shows of a recall that knows at least one suspect."""

    coverage: str
    calls: tuple[CallRow, ...]
    states: tuple[StateGroup, ...]
    delivered: tuple[DeliveredRow, ...]
    sources: tuple[CommonRow, ...]
    makers: tuple[CommonRow, ...]
    gaps: tuple[GapRow, ...]
    chain: Chain
    wide: Figure
    tall: Figure
    is_disputed: bool


def recall_page(recall: Recall, namer: Namer) -> RecallPage:
    """Work out the page of a recall that knows at least one suspect."""
    trace = recall.trace
    chain = chain_of(trace)
    return RecallPage(
        coverage_of(trace, namer),
        call_rows(recall, namer),
        tuple(state_groups(recall, namer)),
        tuple(delivered_rows(recall, namer)),
        tuple(
            _common(one.object, one.parties, one.cases, recall, namer, disputed=one.disputed)
            for one in recall.common_sources
        ),
        tuple(
            _common(None, (one.party,), one.cases, recall, namer) for one in recall.common_parties
        ),
        gap_rows(recall.gaps, briefs_of_trace(trace), namer),
        chain,
        wide_figure(chain, namer, recall.subjects[0]),
        tall_figure(chain, namer, recall.subjects[0]),
        is_disputed(trace),
    )


def state_groups(recall: Recall, namer: Namer) -> Iterator[StateGroup]:
    """Yield what is affected, by what is left to do with it."""
    for status in STATES:
        found = [one for one in recall.affected if one.status == status]
        alike: dict[object, list[Affected]] = {}
        for one in found:
            sites = tuple((holding.party, holding.place) for holding in one.holdings)
            where = one.last_party, one.last_place, sites
            alike.setdefault((sort_of(one.object), where, one.disputed), []).append(one)
        if found:
            rows = tuple(_affected(its, namer) for its in alike.values())
            yield StateGroup(status, len(found), rows)


def _affected(its: list[Affected], namer: Namer) -> AffectedRow:
    first = its[0]
    spots = [
        Spot(holding.party, holding.place, _sum([one.holdings[at].quantity for one in its], namer))
        for at, holding in enumerate(first.holdings)
    ]
    if not spots and (first.last_party or first.last_place):
        spots = [Spot(first.last_party, first.last_place, None)]
    seen = [one.last_seen for one in its if one.last_seen]
    return AffectedRow(
        goods_of([one.object for one in its], namer),
        _sum([one.quantity for one in its], namer),
        tuple(spots),
        max(seen, default=None),
        first.disputed,
    )


def _sum(amounts: Sequence[Amount | None], namer: Namer) -> str:
    """Return the sum of amounts of one unit, in words."""
    total = added([amount.value if amount else None for amount in amounts])
    return in_words(total, next((amount.uom for amount in amounts if amount), None), namer)


def delivered_rows(recall: Recall, namer: Namer) -> Iterator[DeliveredRow]:
    """Yield who got how much of which goods, and what is there still by the records."""
    affected = {one.object: one for one in recall.affected}
    for customer in recall.customers:
        alike: dict[object, list[Delivered]] = {}
        for one in customer.objects:
            alike.setdefault((sort_of(one.object), one.uom), []).append(one)
        for its in alike.values():
            shipped = added([one.shipped for one in its])
            returned = added([one.returned for one in its])
            left = added([one.unaccounted for one in its])
            known = [decimal(one) for one in (shipped, returned, left)]
            other = None
            if known[0] is not None and known[1] is not None and known[2] is not None:
                other = str(known[0] - known[1] - known[2])
            uom = its[0].uom
            yield DeliveredRow(
                customer.party,
                goods_of([one.object for one in its], namer),
                in_words(shipped, uom, namer),
                in_words(returned, uom, namer),
                _on_hand(customer.party, its, affected, namer),
                in_words(left, uom, namer),
                known[1] == 0,
                left is None or known[2] != 0,
                bar([("returned", returned), ("accounted", other), ("unaccounted", left)]),
            )


def _on_hand(
    party: str | None, its: Sequence[Delivered], affected: Mapping[str, Affected], namer: Namer
) -> str:
    """Return what should be with a customer still of some goods, in words."""
    if party is None:
        return "—"  # nobody records what consumers have
    known = [found for one in its if (found := affected.get(one.object)) is not None]
    there = [spot.quantity for one in known for spot in one.holdings if spot.party == party]
    if there:
        return _sum(there, namer)
    is_known = all(one.status != "unknown" for one in known)
    return in_words("0" if is_known else None, its[0].uom, namer)


def _common(
    one: str | None,
    parties: tuple[str, ...],
    cases: tuple[str, ...],
    recall: Recall,
    namer: Namer,
    *,
    disputed: bool = False,
) -> CommonRow:
    every = len(recall.subjects)
    number = namer.texts.number
    return CommonRow(
        one,
        parties,
        namer.texts("recall.share", cases=number(len(cases)), all=number(every)),
        bar([("common", len(cases))], every),
        cases if len(cases) < every else (),
        disputed,
    )
