"""Delegations: an organisation lets another speak for what belongs to it."""

from dataclasses import dataclass

from epcis_core.errors import AccessError
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import check_belonging, own_of


@dataclass(frozen=True, slots=True)
class Delegation:
    """What one organisation has delegated to another.

    Attributes:
        giver: whose it is.
        taker: who may speak for it too, and sees what names it.
        value: a GLN, a company prefix, or the identifier of a product.
    """

    giver: str
    taker: str
    value: str


def delegate(books: Bookkeeping, one: Delegation) -> None:
    """Delegate something; what is delegated already stays so.

    Raises:
        AccessError: the giver has no such thing of its own, or one of the two is not known.
    """
    check_belonging(one.value)
    if one.giver == one.taker:
        raise AccessError("What belongs to an organisation need not be delegated to itself")
    with books.transaction() as connection:
        known = connection.execute(
            "SELECT count(*) FROM organisation WHERE id IN (?, ?)", (one.giver, one.taker)
        ).fetchone()[0]
        if known != 2:  # noqa: PLR2004 - the giver and the taker
            raise AccessError("Both organisations of a delegation must be known")
        if not covers(own_of(connection, one.giver), one.value):
            raise AccessError(f"{one.value!r} does not belong to {one.giver}, so it cannot give it")
        connection.execute(
            "INSERT OR IGNORE INTO belonging VALUES (?, ?, ?)", (one.taker, one.value, one.giver)
        )


def withdraw(books: Bookkeeping, one: Delegation) -> bool:
    """Withdraw a delegation; False where there was none."""
    with books.transaction() as connection:
        done = connection.execute(
            "DELETE FROM belonging WHERE organisation = ? AND value = ? AND giver = ?",
            (one.taker, one.value, one.giver),
        )
    return done.rowcount > 0


def delegations(books: Bookkeeping) -> list[Delegation]:
    """Return all delegations that hold, by giver, taker and value."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT giver, organisation, value FROM belonging WHERE giver <> '' ORDER BY 1, 2, 3"
        ).fetchall()
    return [Delegation(row["giver"], row["organisation"], row["value"]) for row in rows]
