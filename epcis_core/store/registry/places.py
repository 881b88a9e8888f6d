"""Places of organisations: what they are called, where they are, and what grows there."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import AccessError
from epcis_core.findings import Finding
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.claims import faults_of_code
from epcis_core.store.registry.own_lists import is_full, retire_line, write_line

_GEO: Final = "geo:"
_LAT: Final = 90.0
_LON: Final = 180.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place of an organisation.

    Attributes:
        organisation: whose.
        code: a GLN, a part of it behind a slash, or coordinates as in `geo:11.5,108.9`.
        name: what people call it.
        growing_area: the code of the growing area (mã vùng trồng); may be empty.
        address: street and hamlet; may be empty.
        unit_now: ward or commune and province, as they are called since 1 July 2025; may be empty.
        unit_before: as they were called before, on labels and papers of then; may be empty.
        lat: degrees north, WGS 84; None where the point is not known, and then `lon` too.
        lon: degrees east.
        retired: when it was marked as used no more, microseconds since 1970 UTC.
        number: names it here; 0 before it was added.
    """

    organisation: str
    code: str
    name: str
    growing_area: str = ""
    address: str = ""
    unit_now: str = ""
    unit_before: str = ""
    lat: float | None = None
    lon: float | None = None
    retired: int | None = None
    number: int = 0

    @property
    def gln(self) -> str | None:
        """Its GLN, 13 digits, without the part; None for coordinates."""
        return None if self.code.startswith(_GEO) else self.code.partition("/")[0]


def faults_of_place(books: Bookkeeping, one: Place) -> list[Finding]:
    """Return why an organisation cannot have a place in its list; pointers name the member.

    Args:
        books: where the lists stand.
        one: its `number` names the place that is to be changed; 0 for a new one.

    Raises:
        AccessError: its code is none.
    """
    with books.transaction() as connection:
        found = [] if one.number else is_full(connection, "place", one.organisation)
        found += faults_of_code(connection, "place", one.organisation, one.code, one.number)
    return found


def save_place(books: Bookkeeping, one: Place, now: int) -> Place:
    """Add a place, or change the one of its number, and return it.

    Args:
        books: where.
        one: it; `faults_of_place` finds nothing, in the same transaction.
        now: microseconds since 1970 UTC.

    Raises:
        AccessError: its organisation has no such place, or something in it cannot be.
    """
    if (
        not one.name
        or (one.lat is None) != (one.lon is None)
        or abs(one.lat or 0) > _LAT
        or abs(one.lon or 0) > _LON
    ):
        raise AccessError("A place has a name, and a latitude and longitude or neither")
    values = {
        "code": one.code,
        "name": one.name,
        "growing_area": one.growing_area,
        "address": one.address,
        "unit_now": one.unit_now,
        "unit_before": one.unit_before,
        "lat": one.lat,
        "lon": one.lon,
    }
    row = write_line(books, "place", one.organisation, values, number=one.number, now=now)
    if row is None:
        raise AccessError(f"{one.organisation} has no place {one.number}")
    return _place(row)


def retire_place(books: Bookkeeping, organisation: str, number: int, now: int) -> Place | None:
    """Mark a place as used no more and return it; None where it is not in use."""
    row = retire_line(books, "place", organisation, number, now)
    return None if row is None else _place(row)


def places_of(books: Bookkeeping, organisation: str) -> list[Place]:
    """Return the places of an organisation, retired ones last."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM place WHERE organisation = ? "
            "ORDER BY retired IS NOT NULL, name, code, number",
            (organisation,),
        ).fetchall()
    return [_place(row) for row in rows]


def find_place(books: Bookkeeping, organisation: str, number: int) -> Place | None:
    """Return a place of an organisation; None where it has none such."""
    return _found(books, "organisation = ? AND number = ?", organisation, number)


def place_of(books: Bookkeeping, gln: str) -> Place | None:
    """Return the place that a GLN names, whoever's it is.

    Args:
        books: where.
        gln: 13 digits, with a part behind a slash where that is meant.

    Returns:
        One that is used no more where no other has the code now; None where nobody ever had it.
    """
    return _found(books, "code = ?", gln)


def _found(books: Bookkeeping, condition: str, *values: str | int) -> Place | None:
    with books.reading() as connection:
        row = connection.execute(
            f"SELECT * FROM place WHERE {condition} "  # noqa: S608 - conditions of ours
            "ORDER BY retired IS NOT NULL, number DESC LIMIT 1",
            values,
        ).fetchone()
    return None if row is None else _place(row)


def _place(row: sqlite3.Row) -> Place:
    return Place(
        row["organisation"],
        row["code"],
        row["name"],
        row["growing_area"],
        row["address"],
        row["unit_now"],
        row["unit_before"],
        row["lat"],
        row["lon"],
        row["retired"],
        row["number"],
    )
