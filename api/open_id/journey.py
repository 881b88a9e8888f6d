"""A log-in on its way: what the browser keeps sealed until it comes back from the provider.

References:
    RFC 9700, sections 2.1.1 and 4.7 (PKCE, state); RFC 7636, section 4
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import astuple, dataclass
from typing import Final, Self

import orjson

from api.wire.sealed import sealed, unsealed

GOOD_FOR: Final = 10 * 60
"""Seconds in which somebody has to come back."""

_BOUND: Final = b"open id log-in"
_SIZE: Final = 32  # bytes


@dataclass(frozen=True, slots=True)
class Journey:
    """One log-in.

    Attributes:
        state: comes back with the browser, so that nobody else's code is taken.
        nonce: comes back in what the provider signs.
        verifier: shown by this server with the code, which is worth nothing without.
        following: the path to go on to.
        begun: microseconds since 1970 UTC.
    """

    state: str
    nonce: str
    verifier: str
    following: str
    begun: int

    @classmethod
    def begin(cls, following: str, now: int) -> Self:
        """Begin one that goes on to a path."""
        state, nonce, verifier = (secrets.token_urlsafe(_SIZE) for _ in range(3))
        return cls(state, nonce, verifier, following, now)

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def kept(self, key: bytes) -> str:
        """Return what the browser keeps, sealed by a key of the server."""
        return sealed(orjson.dumps(astuple(self)), key, _BOUND)

    @classmethod
    def found(cls, kept: str, state: str, key: bytes, now: int) -> Self | None:
        """Return the log-in that a browser comes back from; None for none, or one of long ago.

        Args:
            kept: as the browser shows it.
            state: as it came back.
            key: of the server.
            now: microseconds since 1970 UTC.
        """
        opened = unsealed(kept, key, _BOUND)
        if opened is None:
            return None
        journey = cls(*orjson.loads(opened))
        is_same = hmac.compare_digest(journey.state.encode(), state.encode("utf-8", "replace"))
        is_good = 0 <= now - journey.begun <= GOOD_FOR * 1_000_000
        return journey if is_same and is_good else None
