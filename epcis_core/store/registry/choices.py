"""What the province has chosen for everybody."""

from typing import Final

from epcis_core.access.ownership import Ownership, Strictness
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import find_organisation

_FOREIGN: Final = "foreign_claims"


def strictness(books: Bookkeeping) -> Strictness:
    """Return what becomes of events whose sender speaks for others; before a choice, a warning."""
    with books.reading() as connection:
        row = connection.execute("SELECT value FROM choice WHERE name = ?", (_FOREIGN,)).fetchone()
    return Strictness.WARN if row is None else Strictness(row["value"])


def choose_strictness(books: Bookkeeping, chosen: Strictness) -> None:
    """Choose what becomes of events whose sender speaks for others, from now on."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO choice VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_FOREIGN, chosen),
        )


def ownership_of(books: Bookkeeping, organisation: str) -> Ownership | None:
    """Return what an organisation may speak for; None for the server itself, which may for all."""
    found = find_organisation(books, organisation)
    return None if found is None else Ownership(found.owned, strictness(books))
