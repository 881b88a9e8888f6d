"""Who sent what, and which upload sends an earlier one again: beside the ledger's book of captures.

The book says which organisation sent a document; that one of its people did, by name, is for the
organisation itself alone, and stands here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping

_AT_ONCE: Final = 500  # parameters of one statement


@dataclass(frozen=True, slots=True)
class Upload:
    """What is known of a capture beside the book.

    Attributes:
        capture_id: names it.
        who: the account or key that sent it.
        corrects: the capture whose mended part it sends again; None for none.
    """

    capture_id: str
    who: str
    corrects: str | None = None


def note_upload(books: Bookkeeping, upload: Upload) -> None:
    """Note who sent a capture; what was noted of it first stays."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO upload (capture_id, who, corrects) VALUES (?, ?, ?)",
            (upload.capture_id, upload.who, upload.corrects),
        )


def uploads_of(books: Bookkeeping, capture_ids: Iterable[str]) -> dict[str, Upload]:
    """Return what is known of captures, by their ids; nothing of those nobody noted."""
    wanted = list(capture_ids)
    found: dict[str, Upload] = {}
    with books.reading() as connection:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            rows = connection.execute(
                "SELECT capture_id, who, corrects FROM upload "  # noqa: S608 - places alone
                f"WHERE capture_id IN ({', '.join('?' * len(some))})",
                some,
            ).fetchall()
            found |= {row["capture_id"]: Upload(**row) for row in rows}
    return found


def corrections_of(books: Bookkeeping, capture_id: str) -> list[str]:
    """Return the captures that send a capture again, in the order in which they came."""
    with books.reading() as connection:
        rows = connection.execute(
            "SELECT capture_id FROM upload WHERE corrects = ? ORDER BY rowid", (capture_id,)
        ).fetchall()
    return [row["capture_id"] for row in rows]
