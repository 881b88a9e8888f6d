"""What everybody may see: versions of public pages, each kept for ever as it was shown.

What a page shows is fixed when it is published. So it stays up when the lot is long gone, whatever
became of its events, and to look at it takes no look at the ledger.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.organisations import own_of

MOST: Final = 50_000
"""Versions of one organisation."""

MOST_A_DAY: Final = 1000
"""Versions of one organisation within 24 hours."""

LONGEST: Final = 2**14
"""Characters of what one version shows."""

LARGEST_IMAGE: Final = 60_000
"""Bytes of a photo: with it, page and style sheet stay below 100 kB."""


_DAY: Final = 24 * 3600 * 1_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of a public page.

    Attributes:
        thing: a lot, item or product, canonical.
        version: from 1, without holes.
        organisation: who published it; empty for the authority.
        content: what it shows, as JSON.
        published: microseconds since 1970 UTC.
        number: its place among all.
    """

    thing: str
    version: int
    organisation: str
    content: str
    published: int
    number: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo: its media type, and its bytes."""

    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        """By which it is asked for: the SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def publish(
    books: Bookkeeping,
    thing: str,
    organisation: str,
    content: str,
    now: int,
    *,
    photo: Photo | None = None,
) -> Publication:
    """Add a version, unless the last one is the same; return the version that is shown now.

    Args:
        books: where.
        thing: canonical.
        organisation: who publishes it.
        content: what it shows, as JSON.
        now: microseconds since 1970 UTC.
        photo: that it shows, kept with it for ever.

    Raises:
        AccessError: it is too long, or the photo too large.
        TooManyError: the organisation has as many versions as it may.
    """
    if len(content) > LONGEST:
        raise AccessError(f"What is published has {LONGEST} characters at most")
    with books.transaction() as connection:
        last = connection.execute(
            "SELECT * FROM publication WHERE thing = ? ORDER BY version DESC LIMIT 1", (thing,)
        ).fetchone()
        if last is not None and (last["organisation"], last["content"]) == (organisation, content):
            return _publication(last)
        has, lately = connection.execute(
            "SELECT count(*), coalesce(sum(published > ?), 0) FROM publication "
            "WHERE organisation = ?",
            (now - _DAY, organisation),
        ).fetchone()
        if has >= MOST or lately >= MOST_A_DAY:
            raise TooManyError(
                f"An organisation publishes {MOST} versions at most, {MOST_A_DAY} in 24 hours"
            )
        if photo is not None:
            keep_image(books, photo)
        version = 1 if last is None else last["version"] + 1
        row = connection.execute(
            "INSERT INTO publication (thing, version, organisation, content, published) "
            "VALUES (?, ?, ?, ?, ?) RETURNING *",
            (thing, version, organisation, content, now),
        ).fetchone()
    return _publication(row)


def versions_of(
    books: Bookkeeping, thing: str, *, most: int = 1000, last: int | None = None
) -> list[Publication]:
    """Return versions of a page, the newest first.

    Args:
        books: where they stand.
        thing: whose page it is, canonical.
        most: so many at most.
        last: the newest of them; None for that which is shown now.
    """
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM publication WHERE thing = ?1 AND (?2 IS NULL OR version <= ?2) "
            "ORDER BY version DESC LIMIT ?3",
            (thing, last, most),
        ).fetchall()
    return [_publication(row) for row in rows]


def latest_of(connection: sqlite3.Connection, things: Sequence[str]) -> dict[str, Publication]:
    """Return the version that is shown now of each thing that was published."""
    rows = connection.execute(
        "SELECT *, max(version) FROM publication "  # noqa: S608 - question marks
        f"WHERE thing IN ({', '.join('?' * len(things))}) GROUP BY thing",
        tuple(things),
    ).fetchall()
    return {row["thing"]: _publication(row) for row in rows}


def published_by(
    books: Bookkeeping, organisation: str | None, *, before: int | None = None, most: int = 1000
) -> list[Publication]:
    """Return the version that is shown now of each page, the newest first.

    Args:
        books: where they stand.
        organisation: whose last version it is; None for all.
        before: only those of a smaller number; None for all.
        most: so many at most.
    """
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM publication p WHERE (?1 IS NULL OR organisation = ?1) "
            "AND (?2 IS NULL OR number < ?2) AND NOT EXISTS (SELECT 1 FROM publication n "
            "WHERE n.thing = p.thing AND n.version > p.version) ORDER BY number DESC LIMIT ?3",
            (organisation, before, most),
        ).fetchall()
    return [_publication(row) for row in rows]


def keep_image(books: Bookkeeping, photo: Photo) -> None:
    """Keep a photo for ever.

    Raises:
        AccessError: it is too large.
    """
    if len(photo.content) > LARGEST_IMAGE:
        raise AccessError(f"A photo on a public page has {LARGEST_IMAGE} bytes at most")
    with books.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO public_image VALUES (?, ?, ?)",
            (photo.digest, photo.kind, photo.content),
        )


def find_image(books: Bookkeeping, digest: str) -> Photo | None:
    """Return a photo that was published."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT kind, bytes FROM public_image WHERE digest = ?", (digest,)
        ).fetchone()
    return None if row is None else Photo(row["kind"], row["bytes"])


def let_be_named(books: Bookkeeping, organisation: str, *, named: bool, now: int) -> None:
    """Let others name an organisation on their public pages from now on, or no more."""
    with books.transaction() as connection:
        if named:
            connection.execute(
                "INSERT OR IGNORE INTO public_party VALUES (?, ?)", (organisation, now)
            )
        else:
            connection.execute("DELETE FROM public_party WHERE organisation = ?", (organisation,))


def public_parties(books: Bookkeeping) -> dict[str, list[str]]:
    """Return the organisations that others may name on public pages, and what belongs to each."""
    with books.reading() as connection:
        rows = connection.execute("SELECT organisation FROM public_party").fetchall()
        return {row["organisation"]: own_of(connection, row["organisation"]) for row in rows}


def _publication(row: sqlite3.Row) -> Publication:
    return Publication(
        row["thing"],
        row["version"],
        row["organisation"],
        row["content"],
        row["published"],
        row["number"],
    )
