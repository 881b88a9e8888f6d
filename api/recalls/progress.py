"""How far a recall is: who answered, how much came back, who is silent, and whom to call next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.web.bars import Segment, bar, decimal
from api.web.texts import Texts
from epcis_core.store.registry.recall_parties import RecallGoods, RecallParty, State
from epcis_core.store.registry.recalls import OpenedRecall

_SECOND: Final = 1_000_000  # microseconds
MINUTE: Final = 60 * _SECOND
"""Microseconds."""

_HOUR: Final = 60 * MINUTE
_DAY: Final = 24 * _HOUR

STATES: Final[tuple[State, ...]] = ("returned", "confirmed", "seen", "notified", "waiting")
"""The furthest first; each has the look of a bar."""

_LOOKS: Final[dict[State, str]] = {
    "returned": "returned",
    "confirmed": "accounted",
    "seen": "on-hand",
    "notified": "destroyed",
    "waiting": "unaccounted",
}


@dataclass(frozen=True, slots=True)
class Returned:
    """Amounts of one unit over all parties; None where nobody knows."""

    uom: str | None
    expected: Decimal
    held: Decimal
    returned: Decimal
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recall is.

    Attributes:
        counts: how many parties are in each state, in the order of `STATES`.
        bar: the same.
        amounts: by unit.
        unknown: number of sorts of goods of which the records do not say how much.
        calls: whom to call now, in this order.
        told: number of parties that were told.
        answered: number of parties that confirmed.
    """

    counts: tuple[tuple[State, int], ...]
    bar: tuple[Segment, ...]
    amounts: tuple[Returned, ...]
    unknown: int
    calls: tuple[RecallParty, ...]
    told: int
    answered: int


def progress(recall: OpenedRecall, parties: Sequence[RecallParty], now: int) -> Progress:
    """Work out how far a recall is at a time, microseconds since 1970 UTC."""
    counts = tuple((state, sum(one.state == state for one in parties)) for state in STATES)
    goods = [its for one in parties for its in one.goods]
    units = dict.fromkeys(its.uom for its in goods)
    return Progress(
        counts,
        bar([(_LOOKS[state], number) for state, number in counts]),
        tuple(_returned([its for its in goods if its.uom == uom], uom) for uom in units),
        sum(its.expected is None for its in goods),
        tuple(
            sorted(
                (one for one in parties if is_to_be_called(recall, one, now)),
                key=lambda one: (one.called or 0, one.steps, one.number),
            )
        ),
        sum(one.notified is not None for one in parties),
        sum(one.confirmed is not None for one in parties),
    )


def look_of(state: State) -> str:
    """Return the look of a state in a bar."""
    return _LOOKS[state]


def is_to_be_called(recall: OpenedRecall, party: RecallParty, now: int) -> bool:
    """Tell whether a party said nothing for longer than the recall lets it, since it was called."""
    if recall.closed is not None or party.confirmed is not None:
        return False
    return now - max(party.called or 0, silent_since(recall, party)) >= recall.call_after * _HOUR


def silent_since(recall: OpenedRecall, party: RecallParty) -> int:
    """Return since when a party that did not confirm says nothing."""
    return party.notified or recall.opened


def lasted(span: int, texts: Texts) -> str:
    """Return a span of time in words, to the minute from one minute on.

    >>> lasted(3_725_000_000, Texts("en")), lasted(4_000_000, Texts("vi"))
    ('1 h 2 min', '4 giây')
    """
    if span < MINUTE:
        return texts("lasted.seconds", seconds=texts.number(round(Decimal(span) / _SECOND, 1)))
    if span < _HOUR:
        return texts("lasted.minutes", minutes=span // MINUTE)
    hours, minutes = span // _HOUR, span % _HOUR // MINUTE
    if span < 2 * _DAY:
        return texts("lasted.hours", hours=hours, minutes=minutes)
    return texts("lasted.days", days=span // _DAY, hours=span % _DAY // _HOUR)


def _returned(goods: Iterable[RecallGoods], uom: str | None) -> Returned:
    its = list(goods)
    expected = _sum(one.expected for one in its)
    held, back = _sum(one.held for one in its), _sum(one.returned for one in its)
    rest = max(expected - back - held, Decimal())
    shown = bar([("returned", str(back)), ("on-hand", str(held)), ("unaccounted", str(rest))])
    return Returned(uom, expected, held, back, shown)


def _sum(amounts: Iterable[str | None]) -> Decimal:
    return sum((decimal(one) or Decimal() for one in amounts), Decimal())
