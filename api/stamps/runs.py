"""The stamps of a run that was ordered, one by one, and their links as a table."""

from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Final

from api.stamps.printing import IN_A_FILE
from api.stamps.stamp import Stamp
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.stamp_pins import pin_key, pin_of
from epcis_core.store.registry.stamps import Run, Serials, serials_of

COLUMNS: Final = ("number", "link", "gtin", "lot", "serial", "expiry", "pin")

_WIDEST: Final = {Serials.RANDOM: "W" * 12, Serials.COUNTED: "0" * 8, Serials.NONE: None}
_LIKELY: Final = {Serials.RANDOM: "7KD9HW3T2QNE", Serials.COUNTED: "00000042", Serials.NONE: None}


def widest(run: Run) -> Stamp:
    """Return a stamp as wide as any of a run can be; where it fits, all do."""
    return _made_up(run, _WIDEST[run.serials])


def example(run: Run) -> Stamp:
    """Return a stamp as those of a run will be, with a number and a PIN that stand for others."""
    return _made_up(run, _LIKELY[run.serials])


def _made_up(run: Run, serial: str | None) -> Stamp:
    pin = "12345678"[: run.pin_digits]
    return Stamp(run.identifier(serial), run.base, run.name, run.expiry, pin)


def stamps_of(books: Bookkeeping, run: Run, first: int = 1) -> Iterator[Stamp]:
    """Yield the stamps of a run, from a place on.

    Args:
        books: where their numbers stand.
        run: it.
        first: the place of the first one, from 1.
    """
    if run.serials is Serials.NONE:
        yield from repeat(
            Stamp(run.identifier(), run.base, run.name, run.expiry), run.count - first + 1
        )
        return
    key = pin_key(books) if run.pin_digits else b""
    for serial in serials_of(books, run, first):
        pin = pin_of(key, run.gtin, serial, run.pin_digits) if run.pin_digits else ""
        yield Stamp(run.identifier(serial), run.base, run.name, run.expiry, pin)


def parts_of(run: Run) -> list[tuple[int, int]]:
    """Return the places of the first and last stamp of each file of a run."""
    return [
        (first, min(first + IN_A_FILE - 1, run.count))
        for first in range(1, run.count + 1, IN_A_FILE)
    ]


def part_of(books: Bookkeeping, run: Run, first: int) -> Iterator[Stamp]:
    """Yield the stamps of one file of a run."""
    return islice(stamps_of(books, run, first), IN_A_FILE)


def link_rows(books: Bookkeeping, run: Run) -> Iterator[Sequence[str]]:
    """Yield a table of all links of a run, with a heading."""
    yield COLUMNS
    expiry = "" if run.expiry is None else run.expiry.isoformat()
    for place, one in enumerate(stamps_of(books, run), 1):
        serial = one.identifier.serial or ""
        yield str(place), one.link, run.gtin, run.lot, serial, expiry, one.pin
