"""What was managed and who came in: lines that are added and never changed.

Nothing secret stands in it: no password, and neither a key, a link nor a session.
"""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.lines import newest

COMMAND_LINE: Final = "command line"
"""Who did something by a command of the machine; it has no place."""

SERVER: Final = "server"
"""Who did something where nobody asked for it, because its time had come."""

LONGEST: Final = 1000
"""Characters of what something was about; more is cut."""

_TURNING: Final = dict.fromkeys(
    (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Characters that turn the direction of writing, as Unicode's `Bidi_Control` has them."""


class What(StrEnum):
    """What was done, as a word in small letters; `about` of an entry says whom or what to."""

    SET_UP = auto()
    ORGANISATION_ADDED = auto()
    ORGANISATION_CHANGED = auto()
    ORGANISATION_EXCLUDED = auto()
    ORGANISATION_ADMITTED = auto()
    INVITED = auto()
    PASSWORD_LINK_MADE = auto()
    PASSWORD_SET = auto()
    DEACTIVATED = auto()
    REACTIVATED = auto()
    KEY_MADE = auto()
    KEY_REVOKED = auto()
    DELEGATED = auto()
    DELEGATION_WITHDRAWN = auto()
    CHOICE_CHANGED = auto()
    CERTIFICATE_ADDED = auto()
    CERTIFICATE_WITHDRAWN = auto()
    LIST_ADDED = auto()
    LIST_CHANGED = auto()
    LIST_RETIRED = auto()
    HEADINGS_SAVED = auto()
    HEADINGS_FORGOTTEN = auto()
    SHARED = auto()
    SHARE_WITHDRAWN = auto()
    SUBSCRIBED = auto()
    UNSUBSCRIBED = auto()
    CASE_OPENED = auto()
    CASE_CLOSED = auto()
    IDENTITY_BOUND = auto()
    STAMPS_ORDERED = auto()
    STAMPS_FETCHED = auto()
    STAMPS_COUNTED = auto()
    STAMPS_VOIDED = auto()
    PUBLISHED = auto()
    RECALL_DECLARED = auto()
    RECALL_LIFTED = auto()
    NOTICE_ISSUED = auto()
    RECALL_OPENED = auto()
    RECALL_NOTIFIED = auto()
    RECALL_LINKED = auto()
    RECALL_CALLED = auto()
    RECALL_SEEN = auto()
    RECALL_CONFIRMED = auto()
    RECALL_CLOSED = auto()
    ANOMALY_EXPLAINED = auto()
    ANOMALY_REOPENED = auto()
    PORTAL_SENT_AGAIN = auto()
    PORTAL_EXPORTED = auto()
    PORTAL_ANSWERED = auto()
    PORTAL_LET_GO = auto()
    LINK_ADDED = auto()
    LINK_REMOVED = auto()
    NAMING_ALLOWED = auto()
    NAMING_FORBIDDEN = auto()
    LOGGED_IN = auto()
    LOG_IN_REFUSED = auto()
    TOO_MANY_TRIES = auto()
    LOGGED_OUT = auto()
    SESSION_ENDED = auto()
    KEY_REFUSED = auto()
    NOT_ALLOWED = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal.

    Attributes:
        time: microseconds since 1970 UTC.
        who: the account or key, `COMMAND_LINE`, `SERVER`, or empty for who is not known.
        place: from where: an address, of IPv6 the network; empty for the command line.
        what: was done.
        about: whom or what it was done to, in at most 1,000 characters; none that turns the
            direction of writing, by which a text could be read as another.
        number: its place among all, from 1 without holes; 0 before it was noted.
    """

    time: int
    who: str
    place: str
    what: What
    about: str
    number: int = 0


def note(books: Bookkeeping, entry: Entry) -> None:
    """Add an entry; within a transaction it stands there with what that changes, or not at all.

    Args:
        books: where.
        entry: it; its number is given here.
    """
    about = entry.about.translate(_TURNING)[:LONGEST]
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO journal (time, who, place, what, about) VALUES (?, ?, ?, ?, ?)",
            (entry.time, entry.who, entry.place, entry.what, about),
        )


def journal(
    books: Bookkeeping,
    *,
    before: int | None = None,
    what: What | None = None,
    who: str | None = None,
    most: int = 1000,
) -> list[Entry]:
    """Return entries, the newest first.

    Args:
        books: where they stand.
        before: only those of a smaller number; None for all.
        what: only of this kind; None for all.
        who: only what this account or key did; None for all.
        most: so many at most.
    """
    asked = {"number < ?": before, "what = ?": what, "who = ?": who}
    return [
        Entry(row["time"], row["who"], row["place"], What(row["what"]), row["about"], row["number"])
        for row in newest(books, "journal", asked, most)
    ]
