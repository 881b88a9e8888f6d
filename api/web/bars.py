"""Bars: how a whole is split into parts, as rectangles that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

WIDTH: Final = 100
_SANE: Final = 18


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar.

    Attributes:
        look: class name.
        x: where it begins, of `WIDTH`.
        width: how long it is, of `WIDTH`.
    """

    look: str
    x: float
    width: float


def bar(
    parts: Sequence[tuple[str, str | int | None]], whole: int | None = None
) -> tuple[Segment, ...]:
    """Return the parts of a bar, side by side.

    Args:
        parts: look and amount of each.
        whole: the amount that fills the bar; None is the parts' sum.

    Returns:
        The parts that are not nothing; no bar at all where an amount is not known, is below zero or
        no sane number, or where there is nothing to split.

    >>> [(one.look, one.width) for one in bar([("used", "3"), ("shipped", "0"), ("left", "1")])]
    [('used', 75.0), ('left', 25.0)]
    >>> bar([("used", None), ("left", "1")])
    ()
    """
    amounts = [(look, decimal(amount)) for look, amount in parts]
    known = [(look, amount) for look, amount in amounts if amount is not None and amount >= 0]
    total = sum((amount for _, amount in known), Decimal()) if whole is None else Decimal(whole)
    if len(known) < len(parts) or total <= 0:
        return ()
    segments = []
    x = Decimal()
    for look, amount in known:
        width = WIDTH * amount / total
        if width:
            segments.append(Segment(look, round(float(x), 2), round(float(width), 2)))
        x += width
    return tuple(segments)


def decimal(amount: str | int | None) -> Decimal | None:
    """Return an amount as a number, or None where it is none that can be drawn or added."""
    try:
        found = Decimal(amount) if amount is not None else None
    except InvalidOperation:
        return None
    sane = found is not None and found.is_finite() and abs(found.adjusted()) <= _SANE
    return found if sane else None


def added(amounts: Sequence[str | None]) -> str | None:
    """Return the sum of amounts of one unit, or None where one of them is not known.

    >>> added(["1", "0.5"])
    '1.5'
    >>> added(["1", None]) is None
    True
    """
    known = [found for one in amounts if (found := decimal(one)) is not None]
    return str(sum(known, Decimal())) if len(known) == len(amounts) else None
