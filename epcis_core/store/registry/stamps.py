"""Stamps: runs that organisations order, each for a lot, with serial numbers or without.

A serial number stands for one item of its product for ever, whoever ordered it. What became of the
labels of a run is told by whoever uses them.
"""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from random import SystemRandom
from typing import Final, Literal

from epcis_core.errors import AccessError, TooManyError
from epcis_core.findings import Language
from epcis_core.identifiers import Identifier, identifier_of
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.lines import newest

MOST: Final = 100_000
"""Stamps of one run."""

MOST_A_DAY: Final = 500_000
"""Stamps that one organisation orders within 24 hours, and that have serial numbers."""

RUNS_A_DAY: Final = 200
"""Runs that one organisation orders within 24 hours."""

LETTERS: Final = "23456789ACDEFGHJKMNPQRTVWXY"
"""What random serial numbers are made of, without what looks like another: 0 and O, 1, I and L, and
the letters Z, S, B and U. Twelve of them are one of 10^17, which nobody guesses."""

PIN_DIGITS: Final = (0, 6, 8)
"""How long a PIN may be; 0 for none."""

State = Literal["ordered", "printed", "used", "voided"]
"""How a run stands: as far as somebody has told."""

_RANDOM: Final = SystemRandom()
_LENGTH: Final = 12  # characters of a random serial number; AI (21) has 20 at most
_COUNTED: Final = 8  # digits of a counted one at least
_DAY: Final = 24 * 3600 * 1_000_000  # microseconds
_AT_ONCE: Final = 5000


class Serials(StrEnum):
    """Which serial numbers the stamps of a run have."""

    NONE = auto()
    RANDOM = auto()
    COUNTED = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """Stamps that were ordered together.

    Attributes:
        organisation: whose they are; empty for the server itself.
        gtin: of the product, 14 digits.
        lot: of it.
        count: how many.
        serials: which numbers they have.
        base: what their links begin with.
        format: the key of the labels' format.
        language: of the words on them.
        name: what the product is called on them; may be empty.
        expiry: the last day on which the lot is good, of no zone; None for not said.
        pin_digits: of the PIN of each; 0 for none.
        made_by: who ordered them.
        made: when, microseconds since 1970 UTC; 0 before.
        printed: how many were printed, as somebody told.
        spoiled: how many of those cannot be used.
        used: how many of those stand on goods.
        voided: when they were declared void, likewise; None for not.
        number: names the run; 0 before it was ordered.
    """

    organisation: str
    gtin: str
    lot: str
    count: int
    serials: Serials
    base: str
    format: str
    language: Language
    name: str = ""
    expiry: date | None = None
    pin_digits: int = 0
    made_by: str = ""
    made: int = 0
    printed: int = 0
    spoiled: int = 0
    used: int = 0
    voided: int | None = None
    number: int = 0

    @property
    def state(self) -> State:
        """How it stands."""
        if self.voided is not None:
            return "voided"
        return "used" if self.used else "printed" if self.printed else "ordered"

    def identifier(self, serial: str | None = None) -> Identifier:
        """Return the lot, or the item of a serial number.

        Raises:
            IdentifierError: the product or the lot cannot be so.
        """
        elements = {"01": self.gtin, "10": self.lot}
        elements |= {} if serial is None else {"21": serial}
        return identifier_of(elements, text=f"(01){self.gtin}(10){self.lot}")


def order_stamps(books: Bookkeeping, one: Run, owned: Collection[str] | None, now: int) -> Run:
    """Order a run: its serial numbers are made, each for the first time.

    Args:
        books: where it will stand.
        one: it.
        owned: what its organisation may speak for; None where that is everything.
        now: microseconds since 1970 UTC.

    Returns:
        It, with its number.

    Raises:
        AccessError: the product does not belong to the organisation, there are too many or too few,
            or PINs without serial numbers.
        IdentifierError: the product or the lot cannot be so.
        TooManyError: the organisation orders more than it may in a day.
    """
    lot = one.identifier()
    if owned is not None and not covers(owned, lot.digital_link()):
        raise AccessError(f"{lot.element_string()} does not belong to {one.organisation}")
    if not 1 <= one.count <= MOST:
        raise AccessError(f"A run has 1 to {MOST} stamps")
    if one.pin_digits not in PIN_DIGITS or (one.pin_digits and one.serials is Serials.NONE):
        raise AccessError("A PIN has 6 or 8 digits, and belongs to a serial number")
    with books.transaction() as connection:
        _check_day(connection, one, now)
        first = _next(connection, one.gtin) if one.serials is Serials.COUNTED else None
        row = connection.execute(
            "INSERT INTO stamp_run (organisation, gtin, lot, count, serials, first, pin_digits, "
            "expiry, name, base, format, language, made_by, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (
                one.organisation,
                one.gtin,
                one.lot,
                one.count,
                one.serials,
                first,
                one.pin_digits,
                None if one.expiry is None else one.expiry.isoformat(),
                one.name,
                one.base,
                one.format,
                one.language,
                one.made_by,
                now,
            ),
        ).fetchone()
        if one.serials is not Serials.NONE:
            _make_serials(connection, one, row["number"], first)
    return _run(row)


def find_run(books: Bookkeeping, organisation: str | None, number: int) -> Run | None:
    """Return a run of an organisation; None where it has none of this number.

    Args:
        books: where it stands.
        organisation: whose; None for whomever's.
        number: of the run.
    """
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM stamp_run WHERE number = ?1 AND (?2 IS NULL OR organisation = ?2)",
            (number, organisation),
        ).fetchone()
    return None if row is None else _run(row)


def runs_of(
    books: Bookkeeping, organisation: str, *, before: int | None = None, most: int = 1000
) -> list[Run]:
    """Return the runs of an organisation, the newest first.

    Args:
        books: where they stand.
        organisation: whose.
        before: only runs of a smaller number; None for all.
        most: so many at most.
    """
    asked = {"organisation = ?": organisation, "number < ?": before}
    return [_run(row) for row in newest(books, "stamp_run", asked, most)]


def serials_of(books: Bookkeeping, run: Run, first: int = 1) -> Iterator[str]:
    """Yield the serial numbers of a run in their order, some thousands read at once.

    Args:
        books: where they stand.
        run: which has some.
        first: the place of the first one, from 1.
    """
    place = first
    while place <= run.count:
        with books.reading() as connection:
            rows = connection.execute(
                "SELECT serial FROM stamp WHERE run = ? AND place >= ? ORDER BY place LIMIT ?",
                (run.number, place, _AT_ONCE),
            ).fetchall()
        yield from (row["serial"] for row in rows)
        place += _AT_ONCE


def count_labels(
    books: Bookkeeping, run: Run, *, printed: int, spoiled: int, used: int
) -> Run | None:
    """Keep what became of the labels of a run, and return it; None where it was declared void.

    Raises:
        AccessError: more were printed than ordered, or more spoiled and used than printed.
    """
    if not (0 <= printed <= run.count and spoiled >= 0 and used >= 0 and spoiled + used <= printed):
        raise AccessError(
            "No more are printed than ordered, nor more spoiled and used than printed"
        )
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE stamp_run SET printed = ?, spoiled = ?, used = ? "
            "WHERE number = ? AND voided IS NULL RETURNING *",
            (printed, spoiled, used, run.number),
        ).fetchone()
    return None if row is None else _run(row)


def void_run(books: Bookkeeping, run: Run, now: int) -> bool:
    """Declare the stamps of a run void; False where they were already."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE stamp_run SET voided = ? WHERE number = ? AND voided IS NULL",
            (now, run.number),
        )
    return done.rowcount > 0


def is_void(books: Bookkeeping, gtin: str, serial: str) -> bool:
    """Tell whether the stamp of an item belongs to a run that was declared void."""
    with books.reading() as connection:
        found = connection.execute(
            "SELECT 1 FROM stamp JOIN stamp_run ON stamp_run.number = run "
            "WHERE stamp.gtin = ? AND serial = ? AND voided IS NOT NULL",
            (gtin, serial),
        ).fetchone()
    return found is not None


def _check_day(connection: sqlite3.Connection, one: Run, now: int) -> None:
    runs, stamps = connection.execute(
        "SELECT count(*), coalesce(sum(count) FILTER (WHERE serials <> 'none'), 0) FROM stamp_run "
        "WHERE organisation = ? AND made > ?",
        (one.organisation, now - _DAY),
    ).fetchone()
    more = 0 if one.serials is Serials.NONE else one.count
    if runs >= RUNS_A_DAY or stamps + more > MOST_A_DAY:
        raise TooManyError(
            f"An organisation orders {RUNS_A_DAY} runs and {MOST_A_DAY} stamps with serial numbers "
            "at most in 24 hours"
        )


def _next(connection: sqlite3.Connection, gtin: str) -> int:
    """Return the first number of a product that was not counted yet."""
    found: int | None = connection.execute(
        "SELECT max(first + count) FROM stamp_run WHERE gtin = ?", (gtin,)
    ).fetchone()[0]
    return found or 1


def _make_serials(connection: sqlite3.Connection, one: Run, run: int, first: int | None) -> None:
    for place in range(1, one.count + 1):
        is_new = 0
        while not is_new:  # a random number may be there already, once in very many years
            serial = _random() if first is None else f"{first + place - 1:0{_COUNTED}d}"
            is_new = connection.execute(
                "INSERT OR IGNORE INTO stamp (gtin, serial, run, place) VALUES (?, ?, ?, ?)",
                (one.gtin, serial, run, place),
            ).rowcount


def _random() -> str:
    return "".join(_RANDOM.choices(LETTERS, k=_LENGTH))


def _run(row: sqlite3.Row) -> Run:
    return Run(
        organisation=row["organisation"],
        gtin=row["gtin"],
        lot=row["lot"],
        count=row["count"],
        serials=Serials(row["serials"]),
        base=row["base"],
        format=row["format"],
        language=row["language"],
        name=row["name"],
        expiry=None if row["expiry"] is None else date.fromisoformat(row["expiry"]),
        pin_digits=row["pin_digits"],
        made_by=row["made_by"],
        made=row["made"],
        printed=row["printed"],
        spoiled=row["spoiled"],
        used=row["used"],
        voided=row["voided"],
        number=row["number"],
    )
