"""Saving lines of a list: in the registry, and as master data in the ledger, all or none.

First everything is tried, then the ledger takes the master data, then the registry the lines. Where
the ledger refuses nothing is saved; where a machine stops between the two, the ledger holds what
its sender did say, and saving again brings it no second time.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from epcis_core.access.ownership import Ownership
from epcis_core.findings import Finding, has_errors
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.partners import (
    Partner,
    faults_of_partner,
    find_partner,
    partners_of,
    save_partner,
)
from epcis_core.store.registry.places import (
    Place,
    faults_of_place,
    find_place,
    places_of,
    save_place,
)
from epcis_core.store.registry.products import (
    Product,
    faults_of_product,
    find_product,
    products_of,
    save_product,
)
from ingest.capture import capture_bytes
from ingest.registry.lines import Line, ListKey, key_of
from ingest.registry.master_data import changes, document_of

Faults = list[tuple[int, Finding]]
"""What keeps lines out: the index of a line, and why."""

Note = Callable[[Sequence[tuple[Line, Line | None]]], None]
"""Called with the lines that were saved, and what each was before, in their transaction."""


class _TakenBackError(Exception):
    """Ends a transaction of which nothing is to stay."""


def lines_of(books: Bookkeeping, key: ListKey, organisation: str) -> Sequence[Line]:
    """Return the lines of a list, retired ones last; products without their images."""
    match key:
        case "products":
            return products_of(books, organisation)
        case "places":
            return places_of(books, organisation)
        case "partners":
            return partners_of(books, organisation)


def find_line(books: Bookkeeping, key: ListKey, organisation: str, number: int) -> Line | None:
    """Return a line of a list by its number; None where there is none such."""
    match key:
        case "products":
            return find_product(books, organisation, number)
        case "places":
            return find_place(books, organisation, number)
        case "partners":
            return find_partner(books, organisation, number)


def save_lines(
    ledger: Ledger,
    books: Bookkeeping,
    lines: Sequence[Line],
    *,
    now: int,
    ownership: Ownership | None = None,
    note: Note = lambda *_: None,
) -> Faults:
    """Save lines of one list of one organisation, all or none.

    Args:
        ledger: takes what is said of products and places as master data.
        books: where the lists stand.
        lines: those with a number are changed, the others added; of each code one.
        now: the clock, microseconds since 1970 UTC.
        ownership: what belongs to the organisation.
        note: called with what was saved.

    Returns:
        What keeps them out; none of them is saved then.

    Raises:
        StoreError: the ledger or the registry cannot be written.
    """
    if not lines:
        return []
    key, organisation = key_of(lines[0]), lines[0].organisation
    known = {one.number: one for one in lines_of(books, key, organisation)}
    before = [known.get(one.number) for one in lines]
    if found := _written(books, lines, before, now=now, note=note, stays=False):
        return found
    said = [
        (line, told)
        for line, old in zip(lines, before, strict=True)
        if (told := changes(line, old))
    ]
    if said:
        report = capture_bytes(
            ledger,
            document_of(said, organisation, now),
            file_name=f"{key}.json",
            now=now,
            organisation=organisation,
            ownership=ownership,
        )
        if report.status == "rejected":
            return [(0, one) for one in report.findings]
    # Somebody else may have taken a code meanwhile, which is told then.
    return _written(books, lines, before, now=now, note=note, stays=True)


def _written(
    books: Bookkeeping,
    lines: Sequence[Line],
    before: Sequence[Line | None],
    *,
    now: int,
    note: Note,
    stays: bool,
) -> Faults:
    """Write lines, one after the other, and return what is wrong; then nothing of it stays."""
    found: Faults = []
    done: list[tuple[Line, Line | None]] = []
    with suppress(_TakenBackError), books.transaction():
        for index, (line, old) in enumerate(zip(lines, before, strict=True)):
            faults = _faults(books, line)
            found += [(index, one) for one in faults]
            if not has_errors(faults):
                done.append((_save(books, line, now), old))
        if found or not stays:
            raise _TakenBackError
        note(done)
    return found


def _faults(books: Bookkeeping, line: Line) -> list[Finding]:
    match line:
        case Product():
            return faults_of_product(books, line)
        case Place():
            return faults_of_place(books, line)
        case Partner():
            return faults_of_partner(books, line)


def _save(books: Bookkeeping, line: Line, now: int) -> Line:
    match line:
        case Product():
            return save_product(books, line, now)
        case Place():
            return save_place(books, line, now)
        case Partner():
            return save_partner(books, line, now)


def matched(lines: Sequence[Line], known: Sequence[Line]) -> list[Line]:
    """Return lines with the numbers of those in use that have the same codes already."""
    numbers = {one.code: one.number for one in known if one.retired is None}
    return [replace(one, number=numbers.get(one.code, 0)) for one in lines]
