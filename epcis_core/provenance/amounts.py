"""Amounts of a lot: added, taken away and compared across units of one physical quantity."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Final

from epcis_core.provenance.facts import Named
from epcis_core.provenance.result import Amount
from epcis_core.vocabulary.units import convert, from_base, to_base

_PIECES: Final = "C62"
_SHORT: Final = 32
"""Digits that many amounts are written with; longer ones are not remembered."""

Total = dict[str, Fraction]
"""Physical quantity, or a unit without a fixed size, to the exact amount in base units."""


Measure = tuple[str, Fraction]
"""What an amount measures, `mass` or a unit without a fixed size, and how much in base units."""


def measured(named: Named) -> Measure | None:
    """Return what an amount measures and how much, in base units; None if it says nothing.

    References:
        EPCIS 2.0, section 7.3.3.3: a quantity without a unit counts instances.
    """
    text = named.quantity
    if text is None:
        return None
    return (_read if len(text) <= _SHORT else _read.__wrapped__)(text, named.uom or _PIECES)


@lru_cache(maxsize=1 << 12)
def _read(text: str, unit: str) -> Measure | None:
    value = _decimal(text)
    return None if value is None else to_base(value, unit) or (unit, Fraction(value))


def put(total: Total | None, named: Named) -> Total | None:
    """Return a total with an amount added; None, which is unknown, if either is unknown."""
    amount = measured(named)
    if total is None or amount is None:
        return None
    kind, more = amount
    return {**total, kind: total[kind] + more if kind in total else more}


def take(total: Total | None, named: Named) -> Total | None:
    """Return what is left of a total; None if the two cannot be compared.

    What has run out is not in it: an empty total means that nothing is left.
    """
    amount = measured(named)
    if total is None or amount is None or amount[0] not in total:
        return None
    kind, less = amount
    left = {**total, kind: total[kind] - less}
    return {kind: rest for kind, rest in left.items() if rest > 0}


def pieces(count: int) -> Measure:
    """Return an amount of things that are counted one by one."""
    return "count", Fraction(count)


def added_up(amounts: Iterable[Measure | None]) -> Measure | None:
    """Return amounts of one physical quantity added up.

    Returns:
        None if there is none, if one of them is not known, or if they do not compare.
    """
    known = list(amounts)
    first = known[0] if known else None
    if first is None or len(known) == 1:
        return first
    if any(one is None or one[0] != first[0] for one in known):
        return None
    return first[0], sum((one[1] for one in known[1:] if one is not None), first[1])


def together(amounts: Iterable[Named]) -> Amount | None:
    """Return amounts as one, in the unit of the first; None where they do not add up."""
    added: Decimal | None = None
    uom: str | None = None
    for named in amounts:
        value = _decimal(named.quantity)
        if value is not None and added is not None and named.uom != uom:
            value = convert(value, named.uom or _PIECES, uom or _PIECES)
        if value is None:
            return None
        added, uom = (value, named.uom) if added is None else (added + value, uom)
    return None if added is None else Amount(value=format(added, "f"), uom=uom)


def in_unit(amount: Fraction, uom: str | None) -> str:
    """Return an amount in base units as digits of a unit; None is pieces."""
    return format(from_base(amount, uom or _PIECES), "f")


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    # A number of a sane size, so that a few bytes cannot ask for gigabytes of digits.
    if value is None or not value.is_finite() or abs(value.adjusted()) > 400:  # noqa: PLR2004
        return None
    return value
