"""PINs under a scratch-off layer: whether one is right, and since when somebody knows it.

No PIN is kept. Each is worked out of the product and the serial number by a key of the server, as
RFC 4226 works out one-time passwords, so that labels can be printed again; who has the bookkeeping
alone has the key too, whatever else were kept.

References:
    docs/adr/0030-stamps-and-their-secrets.md
"""

import hmac
from dataclasses import dataclass

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.stamps import Run, find_run

_KEY = "stamp pins"


@dataclass(frozen=True, slots=True)
class CheckedPin:
    """What is told of a right PIN.

    Attributes:
        run: whose stamp it is on.
        first: when it was told rightly for the first time, microseconds since 1970 UTC.
        is_first: that is this time.
    """

    run: Run
    first: int
    is_first: bool


def pin_of(key: bytes, gtin: str, serial: str, digits: int) -> str:
    """Return the PIN of an item.

    Args:
        key: see `pin_key`.
        gtin: 14 digits.
        serial: its serial number.
        digits: how long it is.

    >>> pin_of(b"key", "08936099141015", "AC2", 6)
    '492136'
    """
    digest = hmac.digest(key, f"{gtin} {serial}".encode(), "sha256")
    return f"{int.from_bytes(digest[:16]) % 10**digits:0{digits}d}"


def pin_key(books: Bookkeeping) -> bytes:
    """Return the key by which PINs are worked out, the same for ever."""
    return books.secret(_KEY)


def check_pin(
    books: Bookkeeping, gtin: str, serial: str, told: str, now: int, *, lot: str | None = None
) -> CheckedPin | None:
    """Return what is known of an item whose PIN somebody tells; the first time is kept.

    Args:
        books: where stamps stand.
        gtin: 14 digits.
        serial: its serial number.
        told: what was typed.
        now: microseconds since 1970 UTC.
        lot: that the item is said to be of; None where none is told.

    Returns:
        None where the PIN is another, and also where there is no such item, it has none, or it
        belongs to another lot.
    """
    with books.reading() as connection:
        row = connection.execute(
            "SELECT run FROM stamp WHERE gtin = ? AND serial = ?", (gtin, serial)
        ).fetchone()
    run = None if row is None else find_run(books, None, row["run"])
    # What is compared takes the same time whether there is such an item or not.
    right = pin_of(pin_key(books), gtin, serial, run.pin_digits if run and run.pin_digits else 6)
    is_right = hmac.compare_digest(right.encode(), told.encode())
    if run is None or not run.pin_digits or not is_right or lot not in {None, run.lot}:
        return None
    with books.transaction() as connection:
        done = connection.execute(
            "UPDATE stamp SET checked = ? WHERE gtin = ? AND serial = ? AND checked IS NULL",
            (now, gtin, serial),
        )
        first: int = connection.execute(
            "SELECT checked FROM stamp WHERE gtin = ? AND serial = ?", (gtin, serial)
        ).fetchone()["checked"]
    return CheckedPin(run, first, done.rowcount > 0)
