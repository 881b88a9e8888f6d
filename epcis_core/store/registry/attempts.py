"""How often somebody has tried something of late, so that guessing takes too long.

A try is noted before it is known how it ends, so that many at once are no way around; one that was
right is taken back. Names are kept as digests: what is typed as an address may be a password.
"""

from collections.abc import Iterable, Mapping

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.digests import digest_of

_KEPT = 7 * 24 * 3600 * 1_000_000  # microseconds


def begin_try(books: Bookkeeping, most: Mapping[str, int], now: int, window: int) -> int | None:
    """Note a try under each of some names, unless there were too many under one of them.

    Args:
        books: where tries stand; what is older than a week is forgotten.
        most: how many tries there may be within the window, by name.
        now: microseconds since 1970 UTC.
        window: microseconds.

    Returns:
        None where it was noted; else from when on there may be another, as `now` is.
    """
    names = {_stored(name): number for name, number in most.items()}
    with books.transaction() as connection:
        connection.execute("DELETE FROM attempt WHERE time < ?", (now - _KEPT,))
        last = [
            row["time"]
            for name, number in names.items()
            for row in connection.execute(
                "SELECT time FROM attempt WHERE name = ? AND time > ? "
                "ORDER BY time DESC LIMIT 1 OFFSET ?",
                (name, now - window, number - 1),
            )
        ]
        if not last:
            rows = [(name, now) for name in names]
            connection.executemany("INSERT INTO attempt VALUES (?, ?)", rows)
    return max(last) + window if last else None


def forget_tries(books: Bookkeeping, names: Iterable[str], at: int | None = None) -> None:
    """Forget the tries under some names; those of one time, or all."""
    with books.transaction() as connection:
        connection.executemany(
            "DELETE FROM attempt WHERE name = ?1 AND (?2 IS NULL OR time = ?2)",
            [(_stored(name), at) for name in names],
        )


def last_try(books: Bookkeeping, name: str) -> int | None:
    """Return when something was tried last under a name, as far as it is remembered."""
    with books.reading() as connection:
        row = connection.execute(
            "SELECT max(time) FROM attempt WHERE name = ?", (_stored(name),)
        ).fetchone()
    found: int | None = row[0]
    return found


def _stored(name: str) -> str:
    return digest_of(name).hex()
