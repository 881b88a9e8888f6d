"""Recall notices that were issued: each version kept as it went out, with its PDF, for ever.

Who issues numbers its notices by itself, so that a number tells nothing of those of others.
"""

import hashlib
import sqlite3
from dataclasses import dataclass, replace
from typing import Final

from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping

LARGEST: Final = 2**21
"""Bytes of the PDF of one version."""

MOST_A_DAY: Final = 200
"""Versions of one issuer within 24 hours."""

_DAY: Final = 24 * 3600 * 1_000_000  # microseconds
_TOLD: Final = (
    "owner, number, version, subjects, languages, content, case_number, issued_by, issued, digest"
)


@dataclass(frozen=True, slots=True)
class IssuedNotice:
    """One version of a recall notice.

    Attributes:
        owner: the organisation that issued it; empty for the authority.
        number: from 1, for each owner.
        version: from 1, for each number.
        subjects: identifiers of what is recalled, canonical, a JSON list.
        languages: of its text, such as `vi` or `vi en`.
        content: its text as it was edited, JSON members.
        case_number: under which it was issued; None for none.
        issued_by: the account or key.
        issued: microseconds since 1970 UTC.
        digest: SHA-256 of its PDF, as hexadecimal digits; empty before it was issued.
    """

    owner: str
    number: int
    version: int
    subjects: str
    languages: str
    content: str
    case_number: str | None
    issued_by: str
    issued: int
    digest: str = ""


def next_version(books: Bookkeeping, owner: str, number: int | None = None) -> tuple[int, int]:
    """Return number and version that a notice would have if it were issued now.

    Args:
        books: where they stand.
        owner: who issues it.
        number: of the notice of which it is another version; None for a new one.
    """
    with books.reading() as connection:
        if number is None:
            return _highest(connection, "number", "owner = ?", (owner,)) + 1, 1
        return number, _highest(
            connection, "version", "owner = ? AND number = ?", (owner, number)
        ) + 1


def issue_notice(books: Bookkeeping, notice: IssuedNotice, pdf: bytes) -> IssuedNotice | None:
    """Keep a version of a notice as issued, and return it with its digest.

    Args:
        books: where.
        notice: it, under the number and version that its PDF says.
        pdf: it.

    Returns:
        None where somebody has issued another under this number and version meanwhile.

    Raises:
        AccessError: the PDF is too large.
        TooManyError: the owner has issued as many as it may in a day.
    """
    if len(pdf) > LARGEST:
        raise AccessError(f"The PDF of a notice has {LARGEST} bytes at most, got {len(pdf)}")
    with books.transaction() as connection:
        lately = connection.execute(
            "SELECT count(*) FROM issued_notice WHERE owner = ? AND issued > ?",
            (notice.owner, notice.issued - _DAY),
        ).fetchone()[0]
        if lately >= MOST_A_DAY:
            raise TooManyError(f"At most {MOST_A_DAY} notices are issued in 24 hours")
        kept = replace(notice, digest=hashlib.sha256(pdf).hexdigest())
        try:
            connection.execute(
                f"INSERT INTO issued_notice ({_TOLD}, pdf) "  # noqa: S608 - ours
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*(getattr(kept, name) for name in _TOLD.split(", ")), pdf),
            )
        except sqlite3.IntegrityError:
            return None
    return kept


def versions_of_notice(books: Bookkeeping, owner: str, number: int) -> list[IssuedNotice]:
    """Return the versions of a notice, the newest first."""
    return _found(books, "owner = ? AND number = ? ORDER BY version DESC", (owner, number))


def latest_notices(
    books: Bookkeeping, owner: str, *, most: int = 20, subjects: str | None = None
) -> list[IssuedNotice]:
    """Return the notices of an issuer, the last issued first, each in its last version.

    Args:
        books: where they stand.
        owner: who issued them.
        most: so many at most.
        subjects: only those of just these, a JSON list; None for all.
    """
    return _found(
        books,
        "owner = ?1 AND (?2 IS NULL OR subjects = ?2) AND version = (SELECT max(other.version) "
        "FROM issued_notice other WHERE other.owner = ?1 AND other.number = issued_notice.number) "
        "ORDER BY issued DESC, number DESC LIMIT ?3",
        (owner, subjects, most),
    )


def pdf_of_notice(books: Bookkeeping, owner: str, number: int, version: int) -> bytes | None:
    """Return the PDF of a version; None where there is none of this number and version."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT pdf FROM issued_notice WHERE owner = ? AND number = ? AND version = ?",
            (owner, number, version),
        ).fetchone()
    return None if row is None else bytes(row["pdf"])


def _highest(
    connection: sqlite3.Connection, column: str, where: str, given: tuple[object, ...]
) -> int:
    found: int = connection.execute(
        f"SELECT coalesce(max({column}), 0) FROM issued_notice WHERE {where}",  # noqa: S608 - ours
        given,
    ).fetchone()[0]
    return found


def _found(books: Bookkeeping, where: str, given: tuple[object, ...]) -> list[IssuedNotice]:
    with books.reading() as connection:
        rows = connection.execute(
            f"SELECT {_TOLD} FROM issued_notice WHERE {where}",  # noqa: S608 - ours
            given,
        ).fetchall()
    return [IssuedNotice(*row) for row in rows]
