"""What the journal is told: what was managed, who came in, and who was refused.

Refusals of a kind are noted so many times in a quarter of an hour from each place, so that nobody
fills the disk by being refused: log-ins as often as one may try, all else once for each person or
key, and route.

References:
    OWASP ASVS 5.0, section 16.3
"""

from starlette.requests import HTTPConnection

from api.access.asker import asker_of
from api.access.log_in import OF_PLACE, WINDOW, place_of
from api.clock import now
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.accounts import is_email
from epcis_core.store.registry.attempts import begin_try
from epcis_core.store.registry.journal import Entry, What, note


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


def note_refused_log_in(connection: HTTPConnection, email: str) -> None:
    """Note that somebody is not let in, whatever they showed.

    Args:
        connection: by which they came.
        email: as typed, or empty; what cannot be an address may be a password, and is not kept.
    """
    about = _address(email)
    # Who types no address uses up none of what is noted of those who do.
    kind = "of an address" if about else "of none"
    _note(connection, What.LOG_IN_REFUSED, about, most=OF_PLACE, each=kind)


def note_too_many(connection: HTTPConnection, email: str) -> None:
    """Note that there were too many tries from a place.

    Args:
        connection: by which they came.
        email: as typed last.
    """
    _note(connection, What.TOO_MANY_TRIES, _address(email))


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


def _address(email: str) -> str:
    email = email.strip()
    return email if is_email(email) else ""


def _books(connection: HTTPConnection) -> Bookkeeping:
    books: Bookkeeping = connection.app.state.books
    return books
