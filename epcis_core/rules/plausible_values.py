"""Whether a value of an event can be true, as far as the event alone can tell."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from epcis_core.findings import Finding, Where, finding
from epcis_core.rules.seen_event import SeenEvent

_EXPIRY: Final = frozenset(
    {
        "cbvmda:bestBeforeDate",
        "cbvmda:itemExpirationDate",
        "cbvmda:sellByDate",
        "gs1:bestBeforeDate",
        "gs1:expirationDate",
    }
)
_PAST: Final = frozenset(
    {
        "cbvmda:harvestStartDate",
        "cbvmda:harvestEndDate",
        "cbvmda:productionDate",
        "gs1:harvestDate",
        "gs1:harvestDateStart",
        "gs1:harvestDateEnd",
        "gs1:productionDate",
    }
)


def doubts_of_value(
    way: str, value: str, seen: SeenEvent, at: Where | None = None
) -> Iterator[Finding]:
    """Yield why a value can hardly be true.

    Args:
        way: the fact or attribute, as a profile names it.
        value: as text.
        seen: the event that says so.
        at: its place in a file; None where there is none.
    """
    if way == "quantity" and not _is_some(value):
        yield finding("implausible_quantity", at=at, quantity=value)
    elif way in _EXPIRY:
        expiry, made = _day(value), made_on(seen)
        if expiry is None or expiry < made:
            yield finding("implausible_expiry", at=at, expiry=value, day=made.isoformat())
    elif way in _PAST:
        said = _day(value)
        if said is None or said > seen.day:
            yield finding("implausible_date", at=at, date=value, day=seen.day.isoformat())


def made_on(seen: SeenEvent) -> date:
    """Return the day on which goods were made: as is said of them, else that of the event."""
    return _day(seen.attribute("cbvmda:productionDate") or "") or seen.day


def _is_some(value: str) -> bool:
    try:
        return Decimal(value.partition(" ")[0]) > 0
    except InvalidOperation:
        return False


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
