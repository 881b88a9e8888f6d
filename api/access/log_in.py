"""Logging in: whether an address and a password belong together, without being guessed.

Under an address, from one place, and under an address from one place there may be so many tries in
a quarter of an hour. Who guesses from one place is stopped before the person whose address it is.
"""

from collections.abc import Iterator
from ipaddress import IPv6Network, ip_address
from typing import Final

from starlette.requests import HTTPConnection

from api.access import passwords
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import Account, account_of
from epcis_core.store.registry.attempts import begin_try, forget_tries, last_try
from epcis_core.store.registry.practice import trainees_of

WINDOW: Final = 15 * 60_000_000
"""Microseconds in which tries are counted."""

OF_BOTH: Final = 10
"""Tries under one address from one place."""

OF_ACCOUNT: Final = 30
"""Tries under one address, wherever from."""

OF_PLACE: Final = 60
"""Tries from one place, for whomever: many people may share it."""


class TooManyTriesError(Exception):
    """Somebody tries too often.

    Attributes:
        seconds: after which they may try again.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Too many tries; again in {seconds} s")


def account_with(
    books: Bookkeeping, email: str, password: str, place: str, now: int
) -> Account | None:
    """Return the account of an address and its password, whether it is let in or not.

    It takes the same time where there is no account.

    Args:
        books: where accounts stand.
        email: as typed.
        password: as typed.
        place: where the try comes from, see `place_of`.
        now: microseconds since 1970 UTC.

    Returns:
        None where there is none, or the password is another.

    Raises:
        TooManyTriesError: there were too many tries, right or wrong.
    """
    email = email.strip()
    account, both, from_place = _names(email, place)
    of_place = OF_PLACE + OF_BOTH * len(trainees_of(books))  # a class comes in from one place
    begin(books, {both: OF_BOTH, account: OF_ACCOUNT, from_place: of_place}, now)
    found = account_of(books, email)
    if not passwords.is_right(password, None if found is None else found.password):
        return None
    forget_tries(books, (account, both))
    forget_tries(books, (from_place,), now)
    return found


def begin(books: Bookkeeping, most: dict[str, int], now: int) -> None:
    """Note a try under some names.

    Raises:
        TooManyTriesError: there were too many under one of them.
    """
    later = begin_try(books, most, now, WINDOW)
    if later is not None:
        raise TooManyTriesError(max(1, -(-(later - now) // 1_000_000)))


def place_of(connection: HTTPConnection) -> str:
    """Return where a request comes from: an address, of IPv6 the network.

    Of a proxy that is trusted it is what it has added last to `X-Forwarded-For`.
    """
    client = "" if connection.client is None else connection.client.host
    proxies = connection.app.state.settings.proxies
    try:
        if any(ip_address(client) in network for network in proxies):
            named = ",".join(connection.headers.getlist("x-forwarded-for"))
            client = named.rpartition(",")[2].strip() or client
        found = ip_address(client)
    except ValueError:
        return client
    return str(IPv6Network((found, 64), strict=False) if found.version == 6 else found)  # noqa: PLR2004 - of IP


def note_asked(books: Bookkeeping, email: str, now: int) -> None:
    """Note that somebody asks for a new password; whoever manages people sees it for a week."""
    begin_try(books, {_asked(email): OF_ACCOUNT}, now, WINDOW)


def last_asked(books: Bookkeeping, email: str) -> int | None:
    """Return when a new password was asked for last, for an address; None where it was not."""
    return last_try(books, _asked(email))


def forget_asked(books: Bookkeeping, email: str) -> None:
    """Forget that a new password was asked for: it has been set."""
    forget_tries(books, [_asked(email)])


def _asked(email: str) -> str:
    return f"asked {email.strip().lower()}"


def _names(email: str, place: str) -> Iterator[str]:
    address = email.lower()
    yield f"account {address}"
    yield f"account {address} from {place}"
    yield f"from {place}"
