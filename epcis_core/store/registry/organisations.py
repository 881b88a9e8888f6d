"""Organisations, and which identifiers belong to them."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from epcis_core.access.visibility import PARTY, is_key
from epcis_core.errors import AccessError, IdentifierError
from epcis_core.identifiers.reading import parse_identifier, party_of
from epcis_core.rules.ownership import covering, covers
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.shares import shared_with
from epcis_core.store.view import EVERYTHING, View

LONGEST: Final = 200
"""Characters of an organisation's id, and of one value that belongs to it."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation that takes part.

    Attributes:
        id: its party, canonical, such as `https://id.gs1.org/417/8936099140001`.
        name: what people call it.
        roles: what it does in the chain, such as `farm`.
        contact: members such as `phone`, `phone_24h`, `email`, `address`.
        owned: GLNs, company prefixes and other identifiers that belong to it or were delegated.
        active: whether its people and keys are let in.
        shared: what others show to it: whose records, and about what.
    """

    id: str
    name: str
    roles: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    owned: tuple[str, ...] = ()
    active: bool = True
    shared: tuple[tuple[str, str], ...] = ()

    @property
    def view(self) -> View:
        """What it sees."""
        return View(self.id, owned=self.owned, shared=self.shared)


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed of what belongs to an organisation itself.

    Attributes:
        came: what belongs to it since.
        went: what does no more.
        ended: delegations that ended thereby: to whom, of what.
    """

    came: tuple[str, ...]
    went: tuple[str, ...]
    ended: tuple[tuple[str, str], ...]


def add_organisation(books: Bookkeeping, one: Organisation, now: int) -> Change:
    """Add an organisation, or give one of its id other names, roles, contacts and belongings.

    Args:
        books: where.
        one: it; a GLN in its id belongs to it anyway. What it no longer has ends where it was
            delegated on.
        now: microseconds since 1970 UTC.

    Returns:
        What has changed of what belongs to it; all of it where it is new.

    Raises:
        AccessError: something cannot belong to it, see `check_belonging`.
    """
    for value in one.owned:
        check_belonging(value)
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO organisation VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "name = excluded.name, roles = excluded.roles, contact = excluded.contact, "
            "active = excluded.active",
            (
                one.id,
                one.name,
                json.dumps(one.roles),
                json.dumps(dict(one.contact)),
                one.active,
                now,
            ),
        )
        before = own_of(connection, one.id)
        connection.execute("DELETE FROM belonging WHERE organisation = ? AND giver = ''", (one.id,))
        # What was delegated to it is among what it has, and does not become its own by that.
        lent = {*_values(connection, one.id)} - {*before}
        own = {*one.owned, *_gln_of(one.id)} - lent
        connection.executemany(
            "INSERT OR IGNORE INTO belonging VALUES (?, ?, '')", [(one.id, v) for v in sorted(own)]
        )
        ended = _end_delegations(connection, one.id, own)
        return Change(tuple(sorted(own - {*before})), tuple(sorted({*before} - own)), ended)


def find_organisation(books: Bookkeeping, identifier: str) -> Organisation | None:
    """Return the organisation of an id."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM organisation WHERE id = ?", (identifier,)
        ).fetchone()
        return None if row is None else _organisation(connection, row)


def takes_part(books: Bookkeeping, identifier: str | None) -> bool:
    """Tell whether the people of an organisation are let in; those of none are."""
    if identifier is None:
        return True
    found = find_organisation(books, identifier)
    return found is not None and found.active


def view_of_owner(books: Bookkeeping, owner: str) -> View:
    """Return what the owner of a query sees now; nothing where it takes part no more.

    Args:
        books: where organisations stand.
        owner: an organisation; empty for the server itself, which sees all.
    """
    if not owner:
        return EVERYTHING
    found = find_organisation(books, owner)
    return found.view if found is not None and found.active else View(viewer="")


def organisation_of_key(books: Bookkeeping, key: str) -> Organisation | None:
    """Return the organisation that a party's key names: by its id, or by a number of its own.

    Args:
        books: where organisations stand.
        key: canonical, of a party.
    """
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM organisation WHERE id = ? OR id IN "
            "(SELECT organisation FROM belonging WHERE value = ? AND giver = '') "
            "ORDER BY id <> ? LIMIT 1",
            (key, key.removeprefix(PARTY), key),
        ).fetchone()
        return None if row is None else _organisation(connection, row)


def organisations(books: Bookkeeping) -> list[Organisation]:
    """Return all organisations, by name."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM organisation ORDER BY name, id").fetchall()
        return [_organisation(connection, row) for row in rows]


def organisation_names(books: Bookkeeping) -> dict[str, str]:
    """Return what people call each organisation, by id."""
    with books.reading() as connection:
        rows = connection.execute("SELECT id, name FROM organisation ORDER BY name, id").fetchall()
    return {row["id"]: row["name"] for row in rows}


def organisation_id(text: str) -> str:
    """Return the canonical id of an organisation, from any spelling of its GLN or an identifier.

    Raises:
        AccessError: it names no party, or is far too long.

    >>> organisation_id("8936099140001"), organisation_id("urn:x:farm")
    ('https://id.gs1.org/417/8936099140001', 'urn:x:farm')
    """
    if len(text) > LONGEST:
        raise AccessError(f"A party has {LONGEST} characters at most, and this has {len(text)}")
    try:
        if text.isdecimal():
            return str(parse_identifier(f"{PARTY}{text}").digital_link())
        found = party_of(parse_identifier(text).digital_link())
    except IdentifierError as error:
        if ":" in text and error.code == "not_an_identifier":
            return text
        raise AccessError(f"{text!r} names no party: {error}") from error
    if found is None:
        raise AccessError(f"{text!r} names no party")
    return str(found)


def let_take_part(books: Bookkeeping, text: str, now: int) -> str:
    """Return the id of an organisation; one that is not known yet is added under its own GLN.

    Args:
        books: where organisations stand.
        text: a GLN in any spelling, or another identifier; it is the name of a new one.
        now: microseconds since 1970 UTC.

    Raises:
        AccessError: it names no party.
    """
    found = organisation_id(text)
    if find_organisation(books, found) is None:
        add_organisation(books, Organisation(found, text), now)
    return found


def check_belonging(value: str) -> None:
    """See that something can belong to an organisation.

    Raises:
        AccessError: digits that are neither a GLN nor a company prefix, or far too much.
    """
    if value.isdecimal() and not is_key(value):
        raise AccessError(
            f"{value!r} is neither a GLN, of 13 digits, nor a company prefix, of 4 to 12"
        )
    if not 0 < len(value) <= LONGEST:
        raise AccessError(f"What belongs to an organisation has 1 to {LONGEST} characters")


def own_of(connection: sqlite3.Connection, identifier: str) -> list[str]:
    """Return what belongs to an organisation itself, without what was delegated to it."""
    rows = connection.execute(
        "SELECT value FROM belonging WHERE organisation = ? AND giver = ''", (identifier,)
    ).fetchall()
    return [row["value"] for row in rows]


def owner_of(books: Bookkeeping, value: str) -> tuple[str, list[str]] | None:
    """Return the organisation to which an identifier belongs itself, and all that does.

    Args:
        books: where organisations stand.
        value: canonical.

    Returns:
        The id, of several that of which something was noted first; None where it is nobody's.
    """
    found = sorted(covering(value))
    marks = ", ".join("?" * len(found))
    with books.reading() as connection:
        row = connection.execute(
            "SELECT organisation FROM belonging b "  # noqa: S608 - marks
            f"WHERE giver = '' AND value IN ({marks}) ORDER BY (SELECT min(rowid) FROM belonging "
            "WHERE organisation = b.organisation AND giver = '') LIMIT 1",
            found,
        ).fetchone()
        return None if row is None else (row[0], own_of(connection, row[0]))


def belongings(books: Bookkeeping) -> dict[str, list[str]]:
    """Return what belongs to each organisation itself, without what was delegated to it."""
    found: dict[str, list[str]] = {}
    with books.reading() as connection:
        for row in connection.execute("SELECT organisation, value FROM belonging WHERE giver = ''"):
            found.setdefault(row["organisation"], []).append(row["value"])
    return found


def _values(connection: sqlite3.Connection, identifier: str) -> list[str]:
    """Return what belongs to an organisation or was delegated to it."""
    rows = connection.execute(
        "SELECT DISTINCT value FROM belonging WHERE organisation = ? ORDER BY value", (identifier,)
    ).fetchall()
    return [row["value"] for row in rows]


def _end_delegations(
    connection: sqlite3.Connection, giver: str, own: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """End the delegations of what does not belong to their giver any more, and return them."""
    given = connection.execute(
        "SELECT organisation, value FROM belonging WHERE giver = ? ORDER BY organisation, value",
        (giver,),
    ).fetchall()
    ended = tuple(tuple(row) for row in given if not covers(own, row["value"]))
    connection.executemany(
        "DELETE FROM belonging WHERE organisation = ? AND value = ? AND giver = ?",
        [(taker, value, giver) for taker, value in ended],
    )
    return ended


def _gln_of(identifier: str) -> list[str]:
    return [identifier.removeprefix(PARTY)] if identifier.startswith(PARTY) else []


def _organisation(connection: sqlite3.Connection, row: sqlite3.Row) -> Organisation:
    return Organisation(
        row["id"],
        row["name"],
        tuple(json.loads(row["roles"])),
        json.loads(row["contact"]),
        tuple(_values(connection, row["id"])),
        bool(row["active"]),
        shared_with(connection, row["id"]),
    )
