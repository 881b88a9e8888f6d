"""What a trace says first: how much there was, where it is now, from whom to whom, in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from api.web.bars import decimal
from api.web.naming import Namer
from epcis_core.provenance.balance_result import Balance, BalanceRow
from epcis_core.provenance.result import Handover, Trace

_MOST_SPOTS: Final = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that should have some of the goods.

    Attributes:
        amount: in words.
        party: who holds it there; None is a party that nobody names.
    """

    amount: str
    party: str | None


@dataclass(frozen=True, slots=True)
class Headline:
    """What an inspector reads in the first seconds.

    Attributes:
        made: how much was made, or None where the records do not say.
        spots: where it should be now, the most first; a few.
        further: how many more such places there are.
        missing: how much was shipped of which nobody recorded that it came, or None.
        is_used_up: every place is known to have none left.
        way: from whom it came and to whom it went, in a sentence.
        state: whether it is recalled and whether the records have gaps, in a sentence.
        look: `recalled`, `gaps` or `clear`.
    """

    made: str | None
    spots: tuple[Spot, ...]
    further: int
    missing: str | None
    is_used_up: bool
    way: str
    state: str
    look: Literal["recalled", "gaps", "clear"]


def headline_of(
    trace: Trace, balances: Sequence[Balance], namer: Namer, *, is_recalled: bool
) -> Headline:
    """Return what a trace says first.

    Args:
        trace: an answer that knows its subject.
        balances: those that go with it.
        namer: names and language.
        is_recalled: everybody was told that it is recalled.
    """
    own = next((one for one in balances if one.object == trace.subject), None)
    rows = own.rows if own is not None else ()
    uom = own.uom if own is not None else None
    held = _held(rows)
    lost = sum((decimal(row.unaccounted) or Decimal() for row in rows), Decimal())
    gaps = sum(gap.code != "truncated" for gap in trace.gaps)

    def said(amount: Decimal) -> str:
        return namer.texts.amount_or_count(str(amount), uom)

    made = _made(rows)
    return Headline(
        None if made is None else said(made),
        tuple(Spot(said(amount), party) for party, amount in held[:_MOST_SPOTS]),
        max(len(held) - _MOST_SPOTS, 0),
        said(lost) if lost > 0 else None,
        bool(rows) and not held and all(row.on_hand is not None for row in rows),
        way_of(trace.handovers, trace.sales, namer),
        _state(trace, gaps, namer, is_recalled=is_recalled),
        "recalled" if is_recalled else "gaps" if gaps else "clear",
    )


def _held(rows: Iterable[BalanceRow]) -> list[tuple[str | None, Decimal]]:
    """Return parties that should have some, with how much, the most first."""
    found: dict[str | None, Decimal] = {}
    for row in rows:
        amount = decimal(row.on_hand) or Decimal()
        if amount > 0:
            found[row.party] = found.get(row.party, Decimal()) + amount
    return sorted(found.items(), key=lambda one: (-one[1], one[0] or ""))


def _made(rows: Sequence[BalanceRow]) -> Decimal | None:
    amounts = [decimal(row.produced) for row in rows]
    known = [amount for amount in amounts if amount is not None]
    total = sum(known, Decimal())
    return total if len(known) == len(amounts) and total > 0 else None


def way_of(handovers: Sequence[Handover], sales: Sequence[Handover], namer: Namer) -> str:
    """Return from whom goods came, through whose hands they went and to whom, in a sentence."""
    sold = {id(one) for one in sales}
    moved = [
        one
        for one in handovers
        if id(one) not in sold and one.from_party != one.to_party and one.to_party is not None
    ]
    texts = namer.texts
    sellers = dict.fromkeys(one.from_party for one in sales)
    told = [_between(moved, namer)] if moved else [texts("chain.way_none")] if not sellers else []
    if sellers:
        told.append(texts("chain.way_sold", parties=namer.parties(sellers)))
    return " ".join(told)


def _between(moved: Sequence[Handover], namer: Namer) -> str:
    givers = dict.fromkeys(one.from_party for one in moved if one.from_party is not None)
    takers = dict.fromkeys(one.to_party for one in moved)
    # Where goods go in a circle, whoever gave first and took last stands at its ends.
    first: list[str | None] = [one for one in givers if one not in takers]
    first = first or [moved[0].from_party]
    last = [one for one in takers if one not in givers] or [moved[-1].to_party]
    between = [one for one in givers if one in takers and one not in {*first, *last}]
    named: Mapping[str, str] = {
        "first": namer.parties(first),
        "last": namer.parties(last),
    }
    if not between:
        return namer.texts("chain.way", **named)
    return namer.texts("chain.way_through", between=namer.parties(between), **named)


def _state(trace: Trace, gaps: int, namer: Namer, *, is_recalled: bool) -> str:
    texts = namer.texts
    recalled = texts("chain.recalled" if is_recalled else "chain.not_recalled")
    if gaps:
        return texts("chain.state", recall=recalled, gaps=texts.count("chain.gaps", gaps))
    clear = texts("chain.gaps_none_shown" if trace.edges else "chain.gaps_none")
    return texts("chain.state", recall=recalled, gaps=clear)
