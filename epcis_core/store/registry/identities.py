"""Who people are to a service that vouches for them, and which account is theirs.

A person is known by what the service calls them for ever. An address may be given to somebody else
one day; so it leads to an account once, and then the service's own name for the person does.
"""

from typing import Literal

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import Account, account_numbered, account_of

Unknown = Literal["no_account", "no_email", "another"]
"""Nobody was invited under the address; it is not known to be theirs; or the account belongs to
another person of that service."""


def account_of_person(
    books: Bookkeeping, issuer: str, subject: str, email: str | None, now: int
) -> Account | Unknown:
    """Return the account of a person whom a service vouches for; at first it is given to them.

    Args:
        books: where accounts stand.
        issuer: the service.
        subject: what it calls the person.
        email: their address, where the service says that it is theirs.
        now: microseconds since 1970 UTC.

    Returns:
        The account, whether it is let in or not; else why there is none.
    """
    with books.reading() as connection:
        row = connection.execute(
            "SELECT account FROM identity WHERE issuer = ? AND subject = ?", (issuer, subject)
        ).fetchone()
    if row is not None and (known := account_numbered(books, row["account"])) is not None:
        return known
    if email is None:
        return "no_email"
    account = account_of(books, email)
    if account is None or not account.active:
        return account or "no_account"
    with books.transaction() as connection:
        done = connection.execute(
            "INSERT INTO identity VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (issuer, subject, account.number, now),
        )
        if done.rowcount:
            connection.execute("DELETE FROM link WHERE account = ?", (account.number,))
    return account if done.rowcount else "another"


def accounts_with_identity(books: Bookkeeping) -> frozenset[int]:
    """Return the numbers of the accounts whose people a service vouches for."""
    with books.reading() as connection:
        rows = connection.execute("SELECT DISTINCT account FROM identity").fetchall()
    return frozenset(row["account"] for row in rows)
