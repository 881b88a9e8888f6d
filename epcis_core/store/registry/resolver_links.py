"""Where Digital Links lead: addresses that organisations keep for keys of their own."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from epcis_core.errors import AccessError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.lines import newest
from epcis_core.store.registry.own_keys import speaks_for

MOST: Final = 5000
"""Links of one organisation at once."""

LONGEST: Final = 2000
"""Characters of an address."""

LONGEST_TITLE: Final = 200

_PLAIN: Final = re.compile(r"[!-~]+")  # as RFC 3986 has it: all else is percent-encoded
_LANGUAGE: Final = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_LINK_TYPE: Final = re.compile(r"[A-Za-z]{1,60}")


@dataclass(frozen=True, slots=True)
class ResolverLink:
    """One address that a key leads to.

    Attributes:
        anchor: the key, a Digital Link on GS1's own domain with all its qualifiers.
        link_type: what is there, by the last part of a link type of GS1's, such as `pip`.
        href: the address, of http or https.
        title: what people call it.
        organisation: who keeps it; empty for the server itself.
        hreflang: its language, as BCP 47 has it; empty for none in particular.
        media_type: of what is there.
        is_default: whether who asks for nothing in particular is led there.
        number: its place among all; 0 before it was added.
    """

    anchor: str
    link_type: str
    href: str
    title: str
    organisation: str
    hreflang: str = ""
    media_type: str = "text/html"
    is_default: bool = False
    number: int = 0


def check_target(href: str) -> None:
    """Check that a link may lead to an address.

    Raises:
        AccessError: it is no whole address of http or https, or names a person.
    """
    try:
        parts = urlsplit(href)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        is_whole = False
    if not is_whole or len(href) > LONGEST or not _PLAIN.fullmatch(href):
        raise AccessError(f"Expected a web address of http or https, got {href[:LONGEST]!r}")


def add_link(books: Bookkeeping, one: ResolverLink, now: int) -> ResolverLink:
    """Add a link, and return it with its number; as the default it takes the place of another.

    Raises:
        AccessError: its address, title, type, language or media type is none.
        TooManyError: the organisation has as many links as it may.
    """
    check_target(one.href)
    if not one.title or len(one.title) > LONGEST_TITLE:
        raise AccessError(f"A link has a title of at most {LONGEST_TITLE} characters")
    for pattern, value in (
        (_LINK_TYPE, one.link_type),
        (_LANGUAGE, one.hreflang),
        (_MEDIA_TYPE, one.media_type),
    ):
        if not pattern.fullmatch(value):
            raise AccessError(f"A link cannot have {value[:LONGEST_TITLE]!r}")
    with books.transaction() as connection:
        has = connection.execute(
            "SELECT count(*) FROM resolver_link WHERE organisation = ? AND removed IS NULL",
            (one.organisation,),
        ).fetchone()[0]
        if has >= MOST:
            raise TooManyError(f"An organisation has {MOST} links at most")
        if one.is_default:
            connection.execute(
                "UPDATE resolver_link SET is_default = 0 WHERE anchor = ?", (one.anchor,)
            )
        row = connection.execute(
            "INSERT INTO resolver_link (anchor, link_type, href, title, hreflang, media_type, "
            "is_default, organisation, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (
                one.anchor,
                one.link_type,
                one.href,
                one.title,
                one.hreflang,
                one.media_type,
                one.is_default,
                one.organisation,
                now,
            ),
        ).fetchone()
    return _link(row)


def remove_link(
    books: Bookkeeping, number: int, now: int, *, organisation: str | None = None
) -> ResolverLink | None:
    """Remove a link and return it; None where there is none of this number.

    Args:
        books: where it stands.
        number: its number.
        now: microseconds since 1970 UTC.
        organisation: only one that it keeps; None for any.
    """
    with books.transaction() as connection:
        row = connection.execute(
            "UPDATE resolver_link SET removed = ?1 WHERE number = ?2 AND removed IS NULL "
            "AND (?3 IS NULL OR organisation = ?3) RETURNING *",
            (now, number, organisation),
        ).fetchone()
    return None if row is None else _link(row)


def links_by(
    books: Bookkeeping, organisation: str | None, *, before: int | None = None, most: int = 1000
) -> list[ResolverLink]:
    """Return links, the newest first; of one organisation, or of all."""
    conditions = {
        "removed IS NULL AND ? IS NOT NULL": True,
        "organisation = ?": organisation,
        "number < ?": before,
    }
    return [_link(row) for row in newest(books, "resolver_link", conditions, most)]


def links_at(
    connection: sqlite3.Connection, anchors: Sequence[str]
) -> dict[str, tuple[ResolverLink, ...]]:
    """Return the links of each of some keys, in the order in which they were added.

    A link counts as long as who keeps it takes part and the key is its own.
    """
    rows = connection.execute(
        "SELECT * FROM resolver_link l "  # noqa: S608 - question marks
        f"WHERE anchor IN ({', '.join('?' * len(anchors))}) AND removed IS NULL "
        "AND (organisation = '' OR EXISTS (SELECT 1 FROM organisation o "
        "WHERE o.id = l.organisation AND o.active)) ORDER BY number",
        tuple(anchors),
    ).fetchall()
    found: dict[str, tuple[ResolverLink, ...]] = {}
    for one in map(_link, rows):
        if speaks_for(connection, one.organisation, one.anchor):
            found[one.anchor] = (*found.get(one.anchor, ()), one)
    return found


def _link(row: sqlite3.Row) -> ResolverLink:
    return ResolverLink(
        row["anchor"],
        row["link_type"],
        row["href"],
        row["title"],
        row["organisation"],
        row["hreflang"],
        row["media_type"],
        bool(row["is_default"]),
        row["number"],
    )
