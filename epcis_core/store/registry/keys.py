"""API keys of machines: shown once, kept as digests, with fewer rights and an end if wanted."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.digests import digest_of

_MARK: Final = "epcis"
_ID_SIZE: Final = 6  # bytes
_SECRET_SIZE: Final = 32  # bytes


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without what is secret of it.

    Attributes:
        id: names it.
        role: of whoever shows it.
        organisation: whose it is; None for none.
        rights: what it may do.
        note: what it is for.
        created: microseconds since 1970 UTC.
        expires: when it ends; None for never.
        revoked: when it was revoked; None where it was not.
    """

    id: str
    role: Role
    organisation: str | None
    rights: frozenset[Right]
    note: str
    created: int
    expires: int | None
    revoked: int | None

    def holds(self, now: int) -> bool:
        """Tell whether it lets anybody in at a time, in microseconds since 1970 UTC."""
        return self.revoked is None and (self.expires is None or now < self.expires)


def make_key(
    books: Bookkeeping,
    role: Role,
    organisation: str | None,
    now: int,
    *,
    rights: Iterable[Right] | None = None,
    expires: int | None = None,
    note: str = "",
) -> str:
    """Make a key and return it; afterwards nobody can tell it any more.

    Args:
        books: where.
        role: of whoever shows it.
        organisation: whose it is, which must be known; None for none.
        now: microseconds since 1970 UTC.
        rights: what it may do of what its role may; None for all.
        expires: when it ends; None for never.
        note: what it is for.

    Raises:
        AccessError: a business without an organisation, or rights that the role has not.
    """
    if role is Role.BUSINESS and organisation is None:
        raise AccessError("A key for a business belongs to a party; say which")
    chosen = None if rights is None else frozenset(rights)
    if chosen is not None and (beyond := chosen - RIGHTS[role]):
        raise AccessError(f"The role {role} has no right to {', '.join(sorted(beyond))}")
    name, secret = secrets.token_hex(_ID_SIZE), secrets.token_urlsafe(_SECRET_SIZE)
    key = f"{_MARK}_{name}_{secret}"
    scopes = None if chosen is None else json.dumps(sorted(chosen))
    row = (name, digest_of(key), role, organisation, scopes, note, now, expires, None)
    with books.transaction() as connection:
        connection.execute("INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return key


def find_key(books: Bookkeeping, shown: str, now: int) -> ApiKey | None:
    """Return the key that somebody shows; None where it lets nobody in."""
    found = key_ever_made(books, shown)
    return found if found is not None and found.holds(now) else None


def key_ever_made(books: Bookkeeping, shown: str) -> ApiKey | None:
    """Return the key that somebody shows, whether it lets anybody in or not; None for no key."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT * FROM api_key WHERE digest = ?", (digest_of(shown),)
        ).fetchone()
    return None if row is None else _key(row)


def id_in(key: str) -> str:
    """Return the id that stands in a key that was made here.

    >>> id_in("epcis_0a1b2c3d4e5f_x_y")
    '0a1b2c3d4e5f'
    """
    return key.split("_", 2)[1]


def all_keys(books: Bookkeeping) -> list[ApiKey]:
    """Return all keys that ever were, the newest last."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM api_key ORDER BY created, id").fetchall()
    return [_key(row) for row in rows]


def revoke_key(books: Bookkeeping, identifier: str, now: int) -> bool:
    """Let a key let nobody in any more; False where there is none of this id."""
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE api_key SET revoked = coalesce(revoked, ?) WHERE id = ?", (now, identifier)
        )
    return done.rowcount > 0


def _key(row: sqlite3.Row) -> ApiKey:
    role = Role(row["role"])
    rights = RIGHTS[role]
    if row["rights"] is not None:
        rights &= frozenset(Right(one) for one in json.loads(row["rights"]))
    return ApiKey(
        row["id"],
        role,
        row["organisation"],
        rights,
        row["note"],
        row["created"],
        row["expires"],
        row["revoked"],
    )
