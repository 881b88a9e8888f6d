"""What an OpenID provider has signed: by one of its keys, for this server, for this log-in, now.

References:
    OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725 (algorithms are chosen here, not by a token)
"""

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from api.open_id.errors import OpenIdError

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "Ed25519")
"""Signatures that are taken: those of a key pair alone, of which no secret is shared."""

TOLERANCE: Final = 60
"""Seconds by which the clocks of a provider and of this machine may differ."""

_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
_SMALLEST: Final = 2048  # bits of a key of RSA


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say.

    Attributes:
        issuer: who signed it.
        client: for whom.
        nonce: for which log-in.
    """

    issuer: str
    client: str
    nonce: str


def keys_of(told: Any) -> KeySet:
    """Return the keys by which a provider signs; what is none, or too weak, is left out.

    Raises:
        OpenIdError: it has none.
    """
    given = told.get("keys") if isinstance(told, dict) else None
    found = []
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and _may_sign(one):
            with suppress(JoseError, ValueError, TypeError, KeyError):
                found.append(JWKRegistry.import_key(one))
    if not found:
        raise OpenIdError("unreachable", "The provider has no key by which it could sign.")
    return KeySet(found)


def _may_sign(key: Mapping[str, Any]) -> bool:
    """Tell whether a JWK is of a key pair for signatures, and long enough."""
    if key.get("kty") not in _KINDS or key.get("use") == "enc":
        return False
    modulus = key.get("n", "") if key["kty"] == "RSA" else None
    return modulus is None or (isinstance(modulus, str) and len(modulus) * 6 >= _SMALLEST)


def checked_claims(token: str, keys: KeySet, expected: Expected, now: float) -> Mapping[str, Any]:
    """Return what an ID token says, where it can be relied on.

    Args:
        token: as the provider gave it.
        keys: of the provider.
        expected: what it has to say.
        now: seconds since 1970 UTC.

    Raises:
        OpenIdError: it cannot.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=[*ALGORITHMS]).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _not_confirmed(f"its signature is not good ({type(error).__name__})") from error
    named, party = claims.get("aud"), claims.get("azp")
    audience = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    nonce, subject = claims.get("nonce"), claims.get("sub")
    if claims.get("iss") != expected.issuer:
        raise _not_confirmed("another has issued it")
    if expected.client not in audience:
        raise _not_confirmed("it is for another")
    if party != expected.client and (party is not None or len(audience) > 1):
        raise _not_confirmed("it was asked for by another")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode("utf-8", "replace"), expected.nonce.encode()
    ):
        raise _not_confirmed("it is of another log-in")
    if not isinstance(subject, str) or not subject:
        raise _not_confirmed("it names nobody")
    _check_times(claims, now)
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, begins = (_moment(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None or ("nbf" in claims and begins is None):
        raise _not_confirmed("it does not say from when to when it is good")
    if now > expires + TOLERANCE:
        raise _not_confirmed("it has expired")
    if max(issued, begins or issued) > now + TOLERANCE:
        raise _not_confirmed("it is of a time that has not come")


def _moment(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 2**53 else None


def _not_confirmed(why: str) -> OpenIdError:
    return OpenIdError("not_confirmed", f"The ID token cannot be relied on: {why}.")
