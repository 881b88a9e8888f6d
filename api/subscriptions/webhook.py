"""Sending to a receiver over HTTP: signed, numbered, and again later where it fails.

A receiver that has given a `signatureToken` finds in `GS1-Signature` what proves that a delivery is
ours and new: `t=1790000000,v1=<hex>`, where the digits are HMAC-SHA256 with the token as key over
the seconds since 1970, a full stop, and the body: `1790000000.{"@context": …`.

`Epcis-Delivery` numbers the deliveries of a subscription. One that is repeated, because no answer
came or the server was killed before it could note the answer, has the same number and the same
events; a receiver that remembers the last number takes each once.

References:
    EPCIS 2.0, section 12.7 (GS1-Signature); RFC 2104
"""

import asyncio
import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx

from api.clock import now
from api.outward import Outward, OutwardError
from api.wire.versions import VERSION

DELIVERY: Final = "Epcis-Delivery"
"""The header with the number of a delivery."""

TOO_LARGE: Final = 413
_TAKEN: Final = range(200, 300)
_MOVED: Final = range(300, 400)
_SECOND: Final = 1_000_000  # microseconds
_DOUBLINGS: Final = 30


@dataclass(frozen=True, slots=True)
class Pace:
    """How long it takes until what failed is tried again.

    Attributes:
        first: seconds after the first failure; twice as long after each further one.
        most: seconds at most.
        chance: gives a number between two.
    """

    first: float = 1.0
    most: float = 3600.0
    chance: Callable[[float, float], float] = field(default=random.uniform, repr=False)

    def wait(self, failures: int) -> int:
        """Return how long to wait after some failures, in microseconds.

        Between half and all of the time, by chance, so that not all come back at once.
        """
        longest = min(self.most, self.first * 2 ** min(failures - 1, _DOUBLINGS))
        return int(longest * self.chance(0.5, 1.0) * _SECOND)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is sent.

    Attributes:
        dest: to which address.
        body: JSON in UTF-8.
        number: what names it, the same when it is repeated.
        token: with which it is signed; None for no signature.
        is_problem: the body is a problem, and no document of events.
    """

    dest: str
    body: bytes = field(repr=False)
    number: str
    token: str | None = field(repr=False)
    is_problem: bool = False

    def headers(self, seconds: int) -> dict[str, str]:
        """Return the headers to send it with at a time, in seconds since 1970 UTC."""
        headers = {
            "Content-Type": f"application/{'problem+' if self.is_problem else ''}json",
            "GS1-EPCIS-Version": VERSION,
            "GS1-CBV-Version": VERSION,
            "User-Agent": "epcis-ledger",
            DELIVERY: self.number,
        }
        if self.token is not None:
            headers["GS1-Signature"] = signature(self.token, self.body, seconds)
        return headers


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery.

    Attributes:
        failure: why it was not taken; None where it was.
        is_too_large: the receiver wants fewer events at once.
    """

    failure: str | None = None
    is_too_large: bool = False


class Webhooks:
    """Sends deliveries: many at once, and those to receivers that have failed apart from others.

    A receiver that hangs holds a place until its time is over, and then only a place among those
    that have failed, so it cannot hold up for long those that answer.

    Args:
        outward: what they go out by.
        sound: places for receivers that took the last delivery.
        failing: places for the others.
    """

    def __init__(self, outward: Outward, *, sound: int = 128, failing: int = 32) -> None:
        self._outward = outward
        self._sound = asyncio.Semaphore(sound)
        self._failing = asyncio.Semaphore(failing)

    async def send(self, delivery: Delivery, *, has_failed: bool) -> Outcome:
        """Send a delivery and tell what became of it.

        Args:
            delivery: what is sent.
            has_failed: its receiver did not take the last one.
        """
        async with self._failing if has_failed else self._sound:
            try:
                status = await self._outward.post(
                    delivery.dest, delivery.body, delivery.headers(now() // _SECOND)
                )
            except OutwardError as error:
                return Outcome(str(error))
            except httpx.TimeoutException:
                return Outcome("The receiver did not answer in time.")
            except httpx.HTTPError as error:
                return Outcome(f"The receiver could not be reached: {error}")
        if status in _TAKEN:
            return Outcome()
        moved = "; redirects are not followed" if status in _MOVED else ""
        return Outcome(f"The receiver answered {status}{moved}.", status == TOO_LARGE)


def signature(token: str, body: bytes, seconds: int) -> str:
    """Return the signature of a body at a time, in seconds since 1970 UTC.

    >>> signature("token", b"{}", 1790000000)[:40]
    't=1790000000,v1=46bae2506ca1ac5386d65b61'
    """
    digest = hmac.digest(token.encode(), f"{seconds:d}.".encode() + body, hashlib.sha256)
    return f"t={seconds:d},v1={digest.hex()}"
