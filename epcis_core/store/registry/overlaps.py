"""What would belong to two organisations at once: each of them would see what names it."""

from collections.abc import Iterable
from dataclasses import dataclass

from epcis_core.access.visibility import PARTY
from epcis_core.rules.ownership import covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import own_of


@dataclass(frozen=True, slots=True)
class Overlap:
    """A value that covers, or is covered by, what another organisation has of its own.

    Attributes:
        value: a GLN, a company prefix or another identifier.
        owner: the id of the other organisation.
        name: what people call it.
        owned: what it has.
    """

    value: str
    owner: str
    name: str
    owned: str


def overlaps(books: Bookkeeping, party: str, values: Iterable[str]) -> list[Overlap]:
    """Return what an organisation would newly share with others, by value and name.

    Args:
        books: where organisations stand.
        party: the id of the organisation, known or not; a GLN in it belongs to it anyway.
        values: that are to belong to it; what is its own already is not told again.
    """
    with books.reading() as connection:
        new = {*values, party.removeprefix(PARTY)} - {*own_of(connection, party)}
        rows = connection.execute(
            "SELECT organisation, name, value FROM belonging JOIN organisation ON "
            "organisation.id = organisation WHERE giver = '' AND organisation <> ? "
            "ORDER BY name, organisation, value",
            (party,),
        ).fetchall()
    return [
        Overlap(value, row["organisation"], row["name"], row["value"])
        for value in sorted(new)
        for row in rows
        if covers([row["value"]], value) or covers([value], row["value"])
    ]
