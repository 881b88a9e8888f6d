"""An OpenID provider that keeps the rules for its clients, and signs whatever a test wants."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from tests.served import served

CLIENT: Final = "sổ cái"
SECRET: Final = "with a colon: & an ampersand"  # noqa: S105 - of a test

Claims = dict[str, Any]


def _signed(claims: Claims, key: Any, algorithm: str, header: dict[str, Any]) -> str:
    registry = JWSRegistry(algorithms=[algorithm])
    return jwt.encode({"alg": algorithm, **header}, claims, key, registry=registry)


@dataclass
class Signing:
    """How a provider signs what it says of people.

    Attributes:
        key: by which.
        algorithm: how.
        header: of the token, beside the algorithm.
        change: what it says instead of what it should.
        published: the keys it publishes; its own public one where there are none.
        token: the whole token, made by a test.
    """

    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048))
    algorithm: str = "RS256"
    header: dict[str, Any] = field(default_factory=lambda: {"kid": "one"})
    change: Callable[[Claims], Claims] = lambda claims: claims
    published: list[dict[str, Any]] | None = None
    token: Callable[[Claims], str] | None = None

    def sign(self, claims: Claims) -> str:
        """Sign what is said."""
        if self.token is not None:
            return self.token(self.change(claims))
        return _signed(self.change(claims), self.key, self.algorithm, self.header)

    def keys(self) -> list[dict[str, Any]]:
        """Return what is published."""
        if self.published is not None:
            return self.published
        return [{**self.key.as_dict(private=False), **self.header}]


KEYS: Final[dict[str, Any]] = {
    "RS256": RSAKey.generate_key(2048),
    "PS256": RSAKey.generate_key(2048),
    "ES256": ECKey.generate_key("P-256"),
    "Ed25519": OKPKey.generate_key("Ed25519"),
}
"""A key for each way to sign; to make them takes long."""


@dataclass
class TestProvider:
    """A provider in a thread of the test.

    Attributes:
        address: of it, and its name as an issuer.
        person: who is logged in there.
        signing: how it signs.
        metadata: what it publishes otherwise than it should.
        userinfo: what it says beside the token; None for nothing.
        has_to_show: the client shows its secret.
        asked: the paths that were asked for.
    """

    __test__ = False

    address: str = ""
    person: Claims = field(default_factory=dict)
    signing: Signing = field(default_factory=lambda: Signing(KEYS["RS256"]))
    metadata: Claims = field(default_factory=dict)
    userinfo: Claims | None = None
    has_to_show: bool = True
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """Return what answers."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Claims:
            self.asked.append("metadata")
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/auth",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/me",
                "jwks_uri": f"{self.address}/keys",
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }

        @app.get("/keys")
        def keys() -> Claims:
            self.asked.append("keys")
            return {"keys": self.signing.keys()}

        @app.get("/auth")
        def log_in(request: Request) -> Response:
            asked = dict(request.query_params)
            assert asked["response_type"] == "code"
            assert asked["client_id"] == CLIENT
            assert asked["code_challenge_method"] == "S256"
            assert {*asked["scope"].split()} == {"openid", "email"}
            code = f"code-{len(self.codes)}"
            self.codes[code] = asked
            back = f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.address}"
            return RedirectResponse(back, 303)

        @app.post("/token")
        async def token(request: Request) -> Response:
            self.asked.append("token")
            fields = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
            asked = self.codes.pop(fields["code"], None)
            verifier = hashlib.sha256(fields["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
            is_it = self._shown(request, fields) == (CLIENT, SECRET if self.has_to_show else "")
            if not is_it:
                return JSONResponse({"error": "invalid_client"}, 401)
            if (
                asked is None
                or challenge != asked["code_challenge"]
                or fields["redirect_uri"] != asked["redirect_uri"]
                or fields["grant_type"] != "authorization_code"
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            now = int(time.time())
            claims = {
                "iss": self.address,
                "aud": CLIENT,
                "iat": now,
                "exp": now + 300,
                "nonce": asked["nonce"],
                **self.person,
            }
            return JSONResponse({"id_token": self.signing.sign(claims), "access_token": "to-me"})

        @app.get("/me")
        def userinfo(request: Request) -> Response:
            self.asked.append("me")
            assert request.headers["authorization"] == "Bearer to-me"
            return JSONResponse(self.userinfo or {"sub": self.person.get("sub")})

        return app

    def _shown(self, request: Request, fields: dict[str, str]) -> tuple[str, str]:
        shown = request.headers.get("authorization", "")
        if not shown:
            return fields.get("client_id", ""), fields.get("client_secret", "")
        client, _, secret = base64.b64decode(shown.removeprefix("Basic ")).decode().partition(":")
        return unquote_plus(client), unquote_plus(secret)


@contextmanager
def provider() -> Iterator[TestProvider]:
    """Serve a provider on loopback."""
    made = TestProvider()
    with served(made.app()) as made.address:
        yield made


def unsigned(claims: Claims) -> str:
    """A token that says of itself that it is not signed."""
    parts = ({"alg": "none"}, claims)
    return ".".join([*(_part(json.dumps(one).encode()) for one in parts), ""])


def signed_by_what_is_public(key: RSAKey) -> Callable[[Claims], str]:
    """What signs by a public key, taken for a secret that both sides have."""

    def sign(claims: Claims) -> str:
        parts = ({"alg": "HS256", "kid": "one"}, claims)
        body = ".".join(_part(json.dumps(one).encode()) for one in parts)
        return f"{body}.{_part(hmac.digest(key.as_pem(private=False), body.encode(), 'sha256'))}"

    return sign


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
