"""What one party handed to another, all times together."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from api.traces.happenings import day_of
from api.web.bars import decimal
from api.web.naming import Namer
from epcis_core.provenance.result import Handover, Trace


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The handovers between two parties.

    Attributes:
        giver: None is a party that nobody names; so is `taker`, but for sales to consumers.
        is_sale: consumers took it, who record nothing.
        number: how many there were.
        told: how often and over how many days, in words.
        confirmed: how many both sides recorded, as far as whoever asks can know.
        unseen: of how many the other side's record is not shown.
        disputed: one of them is likely only.
        amount: how much it was altogether, in words; None where a part of it is not known.
    """

    giver: str | None
    taker: str | None
    is_sale: bool
    number: int
    told: str
    confirmed: int
    unseen: int
    disputed: bool
    amount: str | None


def deliveries_of(trace: Trace, namer: Namer) -> tuple[Deliveries, ...]:
    """Return the handovers of a trace by giver and taker, by the time of the first."""
    sold = {id(one) for one in trace.sales}
    found: dict[tuple[str | None, str | None, bool], list[Handover]] = {}
    for one in trace.handovers:
        found.setdefault((one.from_party, one.to_party, id(one) in sold), []).append(one)
    return tuple(
        Deliveries(
            giver,
            taker,
            is_sale,
            len(its),
            _told(its, namer),
            sum(one.confirmed == "both" for one in its),
            sum(one.unseen for one in its),
            any(one.disputed for one in its),
            amount_of(its, namer),
        )
        for (giver, taker, is_sale), its in found.items()
    )


def _told(handovers: Iterable[Handover], namer: Namer) -> str:
    moments = [one.shipped_at or one.received_at for one in handovers]
    days = {day_of(moment) for moment in moments if moment}
    texts = namer.texts
    number = texts.count("chain.times", len(moments))
    return texts("chain.times_in_days", times=number, days=texts.count("chain.days", len(days)))


def amount_of(handovers: Iterable[Handover], namer: Namer) -> str | None:
    """Return how much changed hands altogether; None where it does not add up."""
    total, units = Decimal(), set()
    for one in handovers:
        amount = decimal(one.quantity.value) if one.quantity is not None else None
        if one.quantity is None or amount is None:
            return None
        units.add(one.quantity.uom)
        total += amount
    return namer.texts.amount_or_count(str(total), units.pop()) if len(units) == 1 else None
