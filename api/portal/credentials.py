"""Showing a target who sends: keys, signatures and tokens, which are never kept or logged."""

import hashlib
import hmac
import json
import ssl
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

import httpx

from api.outward import Outward, OutwardError
from api.portal.answers import Outcome
from api.portal.target_parts import Authentication, TargetError, Tls

_SECOND: Final = 1_000_000  # microseconds
_EARLY: Final = 30  # seconds before its end that a token is fetched anew
_USUAL: Final = 300  # seconds that a token holds which does not say so
_TAKEN: Final = 200
_REFUSED: Final = 401
_HIDDEN: Final = "…"


class Credentials:
    """What a target is shown with each request.

    Args:
        how: the target knows who sends.
        outward: what tokens are fetched by.
    """

    def __init__(self, how: Authentication, outward: Outward) -> None:
        self._how = how
        self._outward = outward
        self._token = ""
        self._until = 0

    async def headers(self, body: bytes, now: int) -> dict[str, str]:
        """Return the headers that show it.

        Args:
            body: what is sent.
            now: the clock, microseconds since 1970 UTC.

        Raises:
            TargetError: the secret is not there, or no token was given.
        """
        how = self._how
        if how.kind == "none":
            return {}
        secret = how.secret.value()
        if how.kind == "api-key":
            return {how.header: f"{how.prefix}{secret}"}
        if how.kind == "hmac":
            seconds = str(now // _SECOND)
            digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
            return {how.time_header: seconds, how.header: f"{how.prefix}{digest.hex()}"}
        if now >= self._until:
            await self._fetch(secret, now)
        return {how.header: f"{how.prefix or 'Bearer '}{self._token}"}

    def hidden(self, outcome: Outcome) -> Outcome:
        """Return an outcome without secrets, which a target may have repeated."""
        try:
            secrets = {self._how.secret.value(), self._token} - {""}
        except TargetError:
            secrets = {self._token} - {""}
        told, reason = outcome.told, outcome.reason
        for one in secrets:
            told = told.replace(one, _HIDDEN)
            reason = None if reason is None else reason.replace(one, _HIDDEN)
        return replace(outcome, told=told, reason=reason)

    def refused(self, status: int) -> None:
        """Forget a token that a target did not want."""
        if status == _REFUSED:
            self._until = 0

    async def _fetch(self, secret: str, now: int) -> None:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._how.client,
            "client_secret": secret,
        }
        if self._how.scope:
            asked["scope"] = self._how.scope
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        try:
            status, body = await self._outward.exchange(
                self._how.token_address, urlencode(asked).encode(), headers
            )
            members = json.loads(body) if status == _TAKEN else {}
            token, lasts = members.get("access_token"), members.get("expires_in", _USUAL)
        except (OutwardError, httpx.HTTPError) as error:
            raise TargetError(f"No token was given: {error}") from error
        except (ValueError, AttributeError) as error:
            raise TargetError("What was given as a token is none.") from error
        if not isinstance(token, str) or not isinstance(lasts, int | float):
            raise TargetError(f"No token was given: the answer was {status}.")
        self._token = token
        self._until = now + int(max(lasts - _EARLY, 0) * _SECOND)


def tls_of(tls: Tls | None) -> ssl.SSLContext | None:
    """Return by which servers are known, and this client to them; None for what is usual.

    Raises:
        TargetError: a file cannot be read, or holds something else.
    """
    if tls is None:
        return None
    try:
        context = ssl.create_default_context(
            cafile=None if tls.authority is None else str(tls.authority)
        )
        context.load_cert_chain(tls.certificate, tls.key, password="")  # and asks nobody
    except (OSError, ssl.SSLError) as error:
        raise TargetError(f"The certificate {tls.certificate} cannot be used: {error}") from error
    return context
