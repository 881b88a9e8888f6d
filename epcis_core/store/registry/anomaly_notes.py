"""Anomalies that the authority has had explained, with the explanation."""

from dataclasses import dataclass
from typing import Final

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping

LONGEST: Final = 1000
"""Characters of an explanation."""


@dataclass(frozen=True, slots=True)
class AnomalyNote:
    """An explanation.

    Attributes:
        key: of the anomaly; where more records show it, it has another, and is open again.
        note: in words.
        by: who noted it.
        noted: microseconds since 1970 UTC.
    """

    key: str
    note: str
    by: str
    noted: int


def explain(books: Bookkeeping, one: AnomalyNote) -> None:
    """Note an explanation, in place of one that was noted before.

    Raises:
        AccessError: it is empty, or too long.
    """
    if not one.note or len(one.note) > LONGEST:
        raise AccessError(f"An explanation has at least one and at most {LONGEST} characters")
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO anomaly_note (key, note, by, noted) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET note = excluded.note, by = excluded.by, "
            "noted = excluded.noted",
            (one.key, one.note, one.by, one.noted),
        )


def reopen(books: Bookkeeping, key: str) -> bool:
    """Forget an explanation; tell whether there was one."""
    with books.transaction() as connection:
        return connection.execute("DELETE FROM anomaly_note WHERE key = ?", (key,)).rowcount > 0


def explanations(books: Bookkeeping) -> dict[str, AnomalyNote]:
    """Return all explanations by the keys of their anomalies."""
    with books.reading() as connection:
        rows = connection.execute("SELECT * FROM anomaly_note").fetchall()
    return {row["key"]: AnomalyNote(**row) for row in rows}
