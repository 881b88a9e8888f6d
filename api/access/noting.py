"""What the journal is told: what was managed, who came in, and who was refused.

Refusals of a kind are noted so many times in a quarter of an hour from each place, so that nobody
fills the disk by being refused: log-ins as often as one may try, all else once for each person or
key, and route.

References:
    OWASP ASVS 5.0, section 16.3
"""

from collections.abc import Iterator

from starlette.requests import HTTPConnection

from api.access.asker import asker_of
from api.access.log_in import OF_PLACE, WINDOW, place_of
from api.clock import now
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import account_of
from epcis_core.store.registry.attempts import begin_try
from epcis_core.store.registry.journal import LONGEST, Entry, What, note
from epcis_core.store.registry.organisations import Change


def note_done(
    connection: HTTPConnection, what: What, about: str = "", *, who: str | None = None
) -> None:
    """Note that somebody did something.

    Args:
        connection: by which.
        what: was done.
        about: whom or what it was done to.
        who: did it; None for whoever asks.
    """
    name = asker_of(connection).name if who is None else who
    note(_books(connection), Entry(now(), name, place_of(connection), what, about))


def lines_of(party: str, change: Change) -> Iterator[str]:
    """Yield what an entry says of a changed organisation: what came, what went.

    It is one text, or several where one would be too long.

    >>> [*lines_of("urn:x:farm", Change(came=("89360",), went=("8931",), ended=()))]
    ['urn:x:farm +89360 −8931']
    """
    line = party
    for told in (*(f"+{one}" for one in change.came), *(f"−{one}" for one in change.went)):
        if len(line) + 1 + len(told) > LONGEST:
            yield line
            line = party
        line = f"{line} {told}"
    yield line


def note_refused_log_in(connection: HTTPConnection, email: str) -> None:
    """Note that somebody is not let in, whatever they showed.

    Args:
        connection: by which they came.
        email: as typed, or empty; what is nobody's address may be a password, and is not kept.
    """
    about = _address(connection, email)
    # Who types nobody's address uses up none of what is noted of those who do.
    kind = "of an address" if about else "of none"
    _note(connection, What.LOG_IN_REFUSED, about, most=OF_PLACE, each=kind)


def note_too_many(connection: HTTPConnection, email: str) -> None:
    """Note that there were too many tries from a place.

    Args:
        connection: by which they came.
        email: as typed last.
    """
    _note(connection, What.TOO_MANY_TRIES, _address(connection, email))


def note_refused_key(connection: HTTPConnection, key_id: str | None) -> None:
    """Note that somebody showed a key that is not good.

    Args:
        connection: by which.
        key_id: of a key that was good once; None for any other.
    """
    who = "" if key_id is None else f"key {key_id}"
    _note(connection, What.KEY_REFUSED, "", who=who, each=who)


def note_not_allowed(connection: HTTPConnection) -> None:
    """Note that whoever asks may not have what they ask for."""
    method = connection.scope.get("method", "WEBSOCKET")
    route = f"{method} {getattr(connection.scope.get('route'), 'path', '')}"
    _note(connection, What.NOT_ALLOWED, route, each=f"{asker_of(connection).name} {route}")


def _note(
    connection: HTTPConnection,
    what: What,
    about: str,
    *,
    who: str | None = None,
    most: int = 1,
    each: str = "",
) -> None:
    """Note something, of each kind and place so many times in a quarter of an hour at most."""
    name, books = f"noted {what} from {place_of(connection)} {each}", _books(connection)
    with books.transaction():
        if begin_try(books, {name: most}, now(), WINDOW) is None:
            note_done(connection, what, about, who=who)


def _address(connection: HTTPConnection, email: str) -> str:
    """Return the address of the account that is meant; empty where there is none."""
    found = account_of(_books(connection), email.strip())
    return "" if found is None else found.email


def _books(connection: HTTPConnection) -> Bookkeeping:
    books: Bookkeeping = connection.app.state.books
    return books
