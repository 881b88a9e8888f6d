"""An OpenID provider: what it publishes of itself, and whom a code stands for.

References:
    OpenID Connect Core 1.0, sections 3.1.3 and 5.3; OpenID Connect Discovery 1.0, section 4;
    RFC 6749, sections 2.3.1 and 4.1.3; RFC 7636, section 4.5
"""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import httpx
import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.open_id.configured import OpenId, is_trusted_address
from api.open_id.errors import OpenIdError
from api.open_id.tokens import Expected, checked_claims, keys_of
from api.outward import Outward, OutwardError

_KEPT: Final = 3600  # seconds for which it is not asked again what it publishes
_NEW_KEYS: Final = 60  # seconds after which it is asked whether it signs by a new key
_OK: Final = 200
_JSON: Final = {"Accept": "application/json"}
_FORM: Final = {**_JSON, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a provider vouches for.

    Attributes:
        subject: what it calls them for ever.
        email: their address; None where it says none, or does not say that it is theirs.
    """

    subject: str
    email: str | None


class Provider:
    """One provider, asked through the guarded way out. What it publishes is kept for an hour.

    Args:
        configured: which one.
        outward: the way out.
        clock: gives seconds since 1970 UTC.
    """

    def __init__(
        self, configured: OpenId, outward: Outward, clock: Callable[[], float] = time.time
    ) -> None:
        self.configured = configured
        self.outward = outward
        self._clock = clock
        self._published: Mapping[str, Any] = {}
        self._published_at = float("-inf")
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")

    async def address(self, asked: Mapping[str, str]) -> str:
        """Return where a browser is sent to log in.

        Args:
            asked: what is asked beside the client's name, see RFC 6749, section 4.1.1.

        Raises:
            OpenIdError: the provider does not say where.
        """
        place: str = (await self._metadata())["authorization_endpoint"]
        query = urlencode({"client_id": self.configured.client, "response_type": "code", **asked})
        return f"{place}{'&' if '?' in place else '?'}{query}"

    async def names_itself(self) -> bool:
        """Tell whether the provider says in what it sends back that it is from it (RFC 9207)."""
        published = await self._metadata()
        return published.get("authorization_response_iss_parameter_supported") is True

    async def person(self, code: str, *, nonce: str, verifier: str, back: str) -> Person:
        """Return whom a code stands for.

        Args:
            code: as the browser brought it.
            nonce: of the log-in.
            verifier: of the log-in, see RFC 7636.
            back: the address that the browser was sent back to.

        Raises:
            OpenIdError: the provider does not take the code, or does not answer as one, or what it
                says cannot be relied on.
        """
        published = await self._metadata()
        told = await self._exchanged(published, code, verifier, back)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OpenIdError("not_confirmed", "The provider has answered without an ID token.")
        configured = self.configured
        expected = Expected(configured.issuer, configured.client, nonce)
        claims = checked_claims(token, await self._keys_for(token), expected, self._clock())
        if "email" not in claims:
            claims = {**claims, **await self._more_of(published, claims["sub"], told)}
        return Person(claims["sub"], _own_email(claims))

    async def _exchanged(
        self, published: Mapping[str, Any], code: str, verifier: str, back: str
    ) -> Mapping[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        client, secret = self.configured.client, self.configured.secret
        headers = dict(_FORM)
        ways = published.get("token_endpoint_auth_methods_supported")
        if secret and (not isinstance(ways, list) or "client_secret_basic" in ways):
            shown = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = f"Basic {b64encode(shown).decode()}"
        else:
            fields |= {"client_id": client, **({"client_secret": secret} if secret else {})}
        return await self._asked(
            published["token_endpoint"], headers, urlencode(fields).encode(), fault="refused"
        )

    async def _more_of(
        self, published: Mapping[str, Any], subject: str, told: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return what is said of a person beside the token: address, and whether it is theirs."""
        place, access = published.get("userinfo_endpoint"), told.get("access_token")
        if not isinstance(place, str) or not is_trusted_address(place):
            return {}
        if not isinstance(access, str) or not (access.isascii() and access.isprintable()):
            return {}
        found = await self._asked(place, {**_JSON, "Authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise OpenIdError("not_confirmed", "The provider tells of another person.")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    async def _metadata(self) -> Mapping[str, Any]:
        if self._clock() - self._published_at > _KEPT:
            issuer = self.configured.issuer
            place = f"{issuer.removesuffix('/')}/.well-known/openid-configuration"
            told = await self._asked(place, _JSON)
            if told.get("issuer") != issuer:
                raise OpenIdError(
                    "unreachable", f"At {place} stands another issuer, {told.get('issuer')!r}."
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not is_trusted_address(told.get(name)):
                    raise OpenIdError("unreachable", f"Its {name} is no address with https.")
            self._published, self._published_at = told, self._clock()
        return self._published

    async def _keys_for(self, token: str) -> KeySet:
        """Return the provider's keys, asked for anew where it signs by one that is not known."""
        now = self._clock()
        is_known = self._keys is not None and _key_of(token) in {k.kid for k in self._keys}
        since = now - self._keys_at
        if self._keys is None or since > _KEPT or (not is_known and since > _NEW_KEYS):
            place = (await self._metadata())["jwks_uri"]
            self._keys, self._keys_at = keys_of(await self._asked(place, _JSON)), now
        return self._keys

    async def _asked(
        self,
        place: str,
        headers: dict[str, str],
        body: bytes | None = None,
        fault: Any = "unreachable",
    ) -> Mapping[str, Any]:
        """Return the object that a provider answers with."""
        try:
            if body is None:
                status, answer = await self.outward.get(place, headers)
            else:
                status, answer = await self.outward.exchange(place, body, headers)
        except (OutwardError, httpx.HTTPError) as error:
            raise OpenIdError("unreachable", f"{place} cannot be asked: {error}") from error
        try:
            told = orjson.loads(answer)
        except orjson.JSONDecodeError:
            told = None
        if status != _OK or not isinstance(told, dict):
            why = told.get("error") if isinstance(told, dict) else None
            raise OpenIdError(fault, f"{place} answers with {status}, {str(why)[:80]!r}.")
        return told


def _key_of(token: str) -> str | None:
    """Return by which key a token says that it is signed."""
    try:
        kid: str | None = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError):
        return None
    return kid


def _own_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    is_theirs = claims.get("email_verified") in (True, "true")
    return email.strip() if isinstance(email, str) and is_theirs else None
