"""For which keys an organisation speaks to everybody: those it has of its own."""

import sqlite3
from typing import Final

from epcis_core.rules.ownership import covers
from epcis_core.store.names import PRODUCT
from epcis_core.store.registry.claims import GTIN_DIGITS
from epcis_core.store.registry.organisations import own_of

AUTHORITY: Final = ""
"""Stands for the authority in place of an organisation; it speaks for all keys."""


def speaks_for(connection: sqlite3.Connection, organisation: str, thing: str) -> bool:
    """Tell whether a key is an organisation's own.

    It is by a company prefix, a GLN or an identifier that belongs to it, or because its product
    stands in the organisation's list and nobody else has what covers it. What was delegated to it,
    to record for others, is not.

    Args:
        connection: where both stand.
        organisation: its id, or `AUTHORITY`.
        thing: a Digital Link on GS1's own domain.
    """
    if organisation == AUTHORITY or covers(own_of(connection, organisation), thing):
        return True
    if not thing.startswith(PRODUCT):
        return False
    gtin = thing.removeprefix(PRODUCT)[:GTIN_DIGITS]
    found = connection.execute(
        "SELECT 1 FROM product p WHERE organisation = ?1 AND code = ?2 AND retired IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM belonging WHERE giver = '' AND organisation <> ?1 "
        "AND (value = ?3 OR (length(value) < 13 AND substr(?4, 1, length(value)) = value)))",
        (organisation, gtin, PRODUCT + gtin, gtin[1:]),
    ).fetchone()
    return found is not None
