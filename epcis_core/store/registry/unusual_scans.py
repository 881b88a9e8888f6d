"""Scans of stamps that are unlike those of other stamps: signs of copies, theft, or guessing.

Only how often an item was asked for on which day is known, and nothing about who asked. So each
sign is a reason to look, and no proof. Days are those of the count: of Viet Nam, as `YYYY-MM-DD`.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from epcis_core.identifiers.schemes import CANONICAL_DOMAIN
from epcis_core.store.bookkeeping import Bookkeeping

OFTEN: Final = 30
"""Scans from which an item may stand out."""

MANY_DAYS: Final = 10
"""Days with scans from which an item may stand out."""

TIMES: Final = 10
"""How many times the scans of its siblings, and half as many times their days, an item has then."""


class Why(StrEnum):
    """What is unusual."""

    AFTER_VOID = auto()
    NEVER_MADE = auto()
    NOT_PRINTED = auto()
    OFTEN = auto()
    MANY_DAYS = auto()


@dataclass(frozen=True, slots=True)
class Scanned:
    """How often an item was scanned, whose stamp was ordered.

    Attributes:
        run: the number of its run.
        serial: its serial number.
        place: within the run, from 1.
        scans: how often.
        days: on how many days.
        last: the last of these days.
        after_void: of these scans those on a day after that on which the run was declared void.
    """

    run: int
    serial: str
    place: int
    scans: int
    days: int
    last: str
    after_void: int = 0


@dataclass(frozen=True, slots=True)
class Unusual:
    """What is unusual about scans.

    Attributes:
        why: what.
        organisation: whose stamps they seem to be.
        gtin: of the product, 14 digits.
        run: the number of the run; None where no run has the item.
        serial: of the item; of items without a run, the one that was scanned last.
        items: how many items it is told of; 1 where a run has the item.
        scans: how often these were scanned.
        days: on how many days, one item at most.
        last: the last of these days.
    """

    why: Why
    organisation: str
    gtin: str
    run: int | None
    serial: str
    items: int
    scans: int
    days: int
    last: str


def unusual_scans(books: Bookkeeping, organisation: str | None = None) -> list[Unusual]:
    """Return what is unusual about scans of stamps with serial numbers, the latest first.

    Items of a product that has no run with serial numbers are nobody's stamps, and not looked at.

    Args:
        books: where runs and scans stand.
        organisation: whose stamps; None for those of all.
    """
    with books.reading() as connection:
        runs = connection.execute(
            "SELECT * FROM stamp_run WHERE serials <> 'none' "
            "AND (?1 IS NULL OR organisation = ?1) ORDER BY number",
            (organisation,),
        ).fetchall()
        found: list[Unusual] = []
        for gtin in sorted({run["gtin"] for run in runs}):
            own = [run for run in runs if run["gtin"] == gtin]
            scanned, strange = _scanned(connection, gtin)
            items: dict[int, list[Scanned]] = {}
            for one in scanned:
                items.setdefault(one.run, []).append(one)
            for run in own:
                found += _of_run(run, items.get(run["number"], []))
            found += _of_none(gtin, own[-1]["organisation"], strange)
    return sorted(found, key=lambda one: (one.last, one.scans, one.serial), reverse=True)


def scans_of_run(books: Bookkeeping, run: int, lot: str) -> int:
    """Return how often the stamps of a run were scanned; all of its lot's where they are the same.

    Args:
        books: where runs and scans stand.
        run: its number.
        lot: its lot, canonical.
    """
    with books.reading() as connection:
        row = connection.execute("SELECT * FROM stamp_run WHERE number = ?", (run,)).fetchone()
        if row["serials"] == "none":
            found: int = connection.execute(
                "SELECT coalesce(sum(number), 0) FROM scan WHERE thing = ?", (lot,)
            ).fetchone()[0]
            return found
        return sum(one.scans for one in _scanned(connection, row["gtin"])[0] if one.run == run)


def standing_out(items: Sequence[Scanned]) -> Iterator[tuple[Why, Scanned]]:
    """Yield the items of a run that were scanned far more, or on far more days, than the others.

    Args:
        items: those that were scanned at all.
    """
    scans, days = sum(one.scans for one in items), sum(one.days for one in items)
    others = max(1, len(items) - 1)
    for one in items:
        if one.scans >= max(OFTEN, TIMES * (scans - one.scans) / others):
            yield Why.OFTEN, one
        elif one.days >= max(MANY_DAYS, TIMES / 2 * (days - one.days) / others):
            yield Why.MANY_DAYS, one


def _of_run(run: sqlite3.Row, items: Sequence[Scanned]) -> Iterator[Unusual]:
    told: dict[str, tuple[Why, Scanned]] = {}
    if run["printed"]:  # labels leave a printer in their order
        told |= {one.serial: (Why.NOT_PRINTED, one) for one in items if one.place > run["printed"]}
    told |= {one.serial: (why, one) for why, one in standing_out(items)}
    told |= {one.serial: (Why.AFTER_VOID, one) for one in items if one.after_void}
    for why, one in told.values():
        scans = one.after_void if why is Why.AFTER_VOID else one.scans
        yield Unusual(
            why,
            run["organisation"],
            run["gtin"],
            one.run,
            one.serial,
            1,
            scans,
            one.days,
            one.last,
        )


def _of_none(gtin: str, organisation: str, strange: Sequence[sqlite3.Row]) -> Iterator[Unusual]:
    if strange:
        last = max(strange, key=lambda row: (row["last"], row["serial"]))
        yield Unusual(
            Why.NEVER_MADE,
            organisation,
            gtin,
            None,
            last["serial"],
            len(strange),
            sum(row["scans"] for row in strange),
            max(row["days"] for row in strange),
            last["last"],
        )


def _scanned(connection: sqlite3.Connection, gtin: str) -> tuple[list[Scanned], list[sqlite3.Row]]:
    """Return the items of a product that were scanned: those of runs, and the others."""
    begin = f"https://{CANONICAL_DOMAIN}/01/{gtin}/21/"
    rows = connection.execute(
        "SELECT substr(thing, ?2) AS serial, run, place, sum(scan.number) AS scans, "
        "count(*) AS days, max(day) AS last, coalesce(sum(scan.number) FILTER (WHERE "
        "day > date(voided / 1000000, 'unixepoch', '+7 hours')), 0) AS after_void "
        "FROM scan LEFT JOIN stamp ON stamp.gtin = ?3 AND stamp.serial = substr(thing, ?2) "
        "LEFT JOIN stamp_run ON stamp_run.number = run "
        "WHERE thing >= ?1 AND thing < ?1 || '~' GROUP BY thing ORDER BY thing",
        (begin, len(begin) + 1, gtin),
    ).fetchall()
    known = [
        Scanned(
            row["run"],
            row["serial"],
            row["place"],
            row["scans"],
            row["days"],
            row["last"],
            row["after_void"],
        )
        for row in rows
        if row["run"] is not None
    ]
    return known, [row for row in rows if row["run"] is None]
