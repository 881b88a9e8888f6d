"""Photographs of steps: kept for good under the organisation that took them, beside the ledger.

A photograph is on disk before the event that names it is stored. Until then it waits, and goes
after a day where no event has come. Nobody is shown one but by such an event.

References:
    docs/adr/0031-an-event-names-its-photo-by-digest.md
"""

from collections.abc import Iterable, Iterator
from typing import Final

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.publications import Photo

LARGEST: Final = 300_000
"""Bytes of one."""

MOST: Final = 2 * 2**30
"""Bytes of all of one organisation."""

_DAY: Final = 24 * 3600 * 1_000_000  # microseconds


def keep_photo(
    books: Bookkeeping, organisation: str, photo: Photo, now: int, *, most: int = MOST
) -> None:
    """Keep a photograph; it is on disk when this returns. One that is there already stays.

    Args:
        books: where.
        organisation: who took it.
        photo: it.
        now: microseconds since 1970 UTC.
        most: bytes of all that the organisation may have.

    Raises:
        AccessError: it is too large, or the organisation has as many as it may.
    """
    if len(photo.content) > LARGEST:
        raise AccessError(f"A photo of a step has {LARGEST} bytes at most")
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE step_photo SET kept = ? WHERE organisation = ? AND digest = ?",
            (now, organisation, photo.digest),
        )
        if done.rowcount:
            return
        held = connection.execute(
            "SELECT coalesce(sum(length(bytes)), 0) FROM step_photo WHERE organisation = ?",
            (organisation,),
        ).fetchone()[0]
        if held + len(photo.content) > most:
            raise AccessError(f"{organisation} has {held} bytes of photos of steps, of {most}")
        connection.execute(
            "INSERT INTO step_photo VALUES (?, ?, ?, ?, ?, 0)",
            (organisation, photo.digest, photo.kind, photo.content, now),
        )


def note_named(books: Bookkeeping, organisation: str, digest: str) -> None:
    """Note that an event of the ledger names a photograph; it waits no more."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE step_photo SET is_named = 1 WHERE organisation = ? AND digest = ?",
            (organisation, digest),
        )


def find_photo(books: Bookkeeping, organisation: str, digest: str) -> Photo | None:
    """Return a photograph that an organisation took."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT kind, bytes FROM step_photo WHERE organisation = ? AND digest = ?",
            (organisation, digest),
        ).fetchone()
    return None if row is None else Photo(row["kind"], row["bytes"])


def has_photo(books: Bookkeeping, organisation: str, digest: str) -> bool:
    """Tell whether a photograph that an organisation took is kept."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT 1 FROM step_photo WHERE organisation = ? AND digest = ?",
            (organisation, digest),
        ).fetchone()
    return row is not None


def photos_kept(books: Bookkeeping) -> list[tuple[str, str, int, bool]]:
    """Return organisation, digest, when it was last sent, and whether an event names it, of all."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT organisation, digest, kept, is_named FROM step_photo "
            "ORDER BY organisation, digest"
        ).fetchall()
    return [(row[0], row[1], row[2], bool(row[3])) for row in rows]


def forget_waiting(books: Bookkeeping, photos: Iterable[tuple[str, str]], now: int) -> None:
    """Erase photographs that have waited for more than a day, but one sent again meanwhile."""
    with books.transaction() as connection:
        connection.executemany(
            "DELETE FROM step_photo WHERE organisation = ? AND digest = ? "
            "AND NOT is_named AND kept < ?",
            [(*one, now - _DAY) for one in photos],
        )


def left_waiting(books: Bookkeeping, now: int) -> list[tuple[str, str]]:
    """Return organisation and digest of photographs that have waited for more than a day."""
    found = photos_kept(books)
    return [one[:2] for one in found if not one[3] and one[2] < now - _DAY]


def put_photos(books: Bookkeeping, photos: Iterable[tuple[str, Photo]], now: int) -> None:
    """Keep photographs that events name already, whoever took them."""
    with books.transaction() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO step_photo VALUES (?, ?, ?, ?, ?, 1)",
            ((whose, one.digest, one.kind, one.content, now) for whose, one in photos),
        )


def forget_photos(books: Bookkeeping, photos: Iterable[tuple[str, str]]) -> int:
    """Erase photographs, by organisation and digest, and return how many there were."""
    with books.transaction() as connection:
        return sum(
            connection.execute(
                "DELETE FROM step_photo WHERE organisation = ? AND digest = ?", one
            ).rowcount
            for one in photos
        )


def all_photos(
    books: Bookkeeping, wanted: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, Photo]]:
    """Yield those that are kept of some photographs, one after the other, with who took them."""
    for organisation, digest in wanted:
        found = find_photo(books, organisation, digest)
        if found is not None:
            yield organisation, found
