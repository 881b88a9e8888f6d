"""Who looked at what: lines that are added and never changed."""

import json
from dataclasses import dataclass

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.lines import newest


@dataclass(frozen=True, slots=True)
class Look:
    """One look at records by somebody to whom none is hidden.

    Attributes:
        time: microseconds since 1970 UTC.
        who: the account or key.
        role: of whoever looked.
        case_number: under which; None for none.
        asked: method and path.
        about: what was asked about, in words of the request.
        number: its place among all, from 1 without holes; 0 before it was noted.
    """

    time: int
    who: str
    role: str
    case_number: str | None
    asked: str
    about: tuple[str, ...]
    number: int = 0


def note_look(books: Bookkeeping, look: Look) -> None:
    """Note that somebody looks; it is on disk before anything is shown.

    Args:
        books: where.
        look: it; its number is given here.
    """
    about = json.dumps(look.about, ensure_ascii=False)
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO look (time, who, role, case_number, asked, about) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (look.time, look.who, look.role, look.case_number, look.asked, about),
        )


def looks(
    books: Bookkeeping,
    *,
    before: int | None = None,
    case_number: str | None = None,
    most: int = 1000,
) -> list[Look]:
    """Return looks, the newest first.

    Args:
        books: where they stand.
        before: only those of a smaller number; None for all.
        case_number: only those under this case; None for all.
        most: so many at most.
    """
    conditions = {"number < ?": before, "case_number = ?": case_number}
    return [
        Look(
            row["time"],
            row["who"],
            row["role"],
            row["case_number"],
            row["asked"],
            tuple(json.loads(row["about"])),
            row["number"],
        )
        for row in newest(books, "look", conditions, most)
    ]
