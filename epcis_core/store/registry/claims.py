"""Whose a code is: what an organisation may put into its lists of products and places.

A code of GS1 is one organisation's alone. Who has a company prefix registers what begins with it;
who has none may register what nobody else has. What a refusal says of others is that there is one.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final, Literal

from epcis_core.access.visibility import is_key
from epcis_core.errors import AccessError, IdentifierError
from epcis_core.findings import Finding, Where, finding
from epcis_core.identifiers import identifier_of
from epcis_core.rules.ownership import covers
from epcis_core.store.registry.organisations import own_of

Table = Literal["product", "place"]

GTIN_DIGITS: Final = 14
_GLN: Final = 13  # digits
_GEO: Final = "geo:"


def key_of_code(code: str) -> str | None:
    """Return the GS1 key in a code, canonical; None for coordinates.

    Args:
        code: a GTIN of 14 digits; a GLN, with a part of it behind a slash; a GLN, a colon and an
            own code; or coordinates.

    Raises:
        IdentifierError: its digits are not right.

    >>> key_of_code("9506000911007:NHO-DO"), key_of_code("9506000911007/LO-1")
    ('https://id.gs1.org/414/9506000911007', 'https://id.gs1.org/414/9506000911007/254/LO-1')
    """
    if code.startswith(_GEO):
        return None
    if code.isdecimal() and len(code) == GTIN_DIGITS:
        return str(identifier_of({"01": code}, text=code).digital_link())
    gln, _, part = code.partition(":")[0].partition("/")
    elements = {"414": gln} | ({"254": part} if part else {})
    return str(identifier_of(elements, text=code).digital_link())


def faults_of_code(
    connection: sqlite3.Connection, table: Table, organisation: str, code: str, number: int
) -> Iterator[Finding]:
    """Yield why an organisation may not have a code in one of its lists.

    Args:
        connection: of a transaction, in which the code is then written.
        table: which list.
        organisation: whose.
        code: as for `key_of_code`.
        number: of the line that is changed; 0 for a new one.

    Raises:
        AccessError: it is no code; whoever reads it from people finds that before.
    """
    at = Where(pointer="/code")
    try:
        key = key_of_code(code)
    except IdentifierError as error:
        raise AccessError(f"{code!r} is no code of a {table}: {error}") from error
    holders = {
        row["organisation"]
        for row in connection.execute(
            f"SELECT organisation FROM {table} "  # noqa: S608 - one of two words
            "WHERE code = ? AND number <> ? AND retired IS NULL",
            (code, number),
        )
    }
    if organisation in holders:
        yield finding("registered_already", at=at, actual=code)
    elif key is not None and (holders or _is_anothers(connection, organisation, key)):
        yield finding("registered_elsewhere", at=at, actual=code)
    elif key is not None and (prefixes := _outside(connection, organisation, key)):
        yield finding("outside_prefix", at=at, actual=code, expected=", ".join(prefixes))


def _is_anothers(connection: sqlite3.Connection, organisation: str, key: str) -> bool:
    """Tell whether a key belongs to another organisation, and not to this one."""
    if covers(_own(connection, organisation), key):
        return False
    others = connection.execute(
        "SELECT value FROM belonging WHERE organisation <> ? AND giver = ''", (organisation,)
    )
    return covers([row["value"] for row in others], key)


def _outside(connection: sqlite3.Connection, organisation: str, key: str) -> list[str]:
    """Return the company prefixes of an organisation where none of them begins a key."""
    own = _own(connection, organisation)
    prefixes = sorted(one for one in own_of(connection, organisation) if _is_prefix(one))
    return [] if covers(own, key) else prefixes


def _own(connection: sqlite3.Connection, organisation: str) -> list[str]:
    """Return what belongs to an organisation, what was delegated to it too."""
    rows = connection.execute(
        "SELECT value FROM belonging WHERE organisation = ?", (organisation,)
    ).fetchall()
    return [row["value"] for row in rows]


def _is_prefix(value: str) -> bool:
    return is_key(value) and len(value) < _GLN
