"""What a target's file is made of: each part is a table of it.

References:
    docs/portal.md, "What stands in the file"
"""

import os
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.outward import OutwardError, checked_url
from epcis_core.errors import EpcisError
from epcis_core.store.portal.deliveries import Operation

_MOST: Final = 200
"""Of an answer 64 KiB are read, and each delivery is to have its part."""


class TargetError(EpcisError):
    """A file describes no target; the message says where and why."""


class Part(BaseModel):
    """A table of a target's file, in which there is nothing that is not known here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(Part):
    """Where a secret stands: in a variable of the environment, or in a file."""

    env: str = ""
    file: Path | None = None

    def value(self) -> str:
        """Return the secret.

        Raises:
            TargetError: it is not there.
        """
        if self.file is not None:
            try:
                return self.file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise TargetError(f"{self.file} cannot be read: {error.strerror}.") from error
        found = os.environ.get(self.env, "").strip()
        if not found:
            raise TargetError(f"The variable {self.env or 'of the secret'} is not set.")
        return found


class Authentication(Part):
    """How a target knows who sends.

    Attributes:
        kind: `api-key`: the secret in a header. `hmac`: HMAC-SHA256 with the secret over the time,
            a full stop and the body, as hexadecimal digits. `oauth2`: a token that is fetched with
            the client credentials (RFC 6749, section 4.4).
        header: that carries the key, the digits or the token.
        prefix: before it, such as `Bearer `.
        time_header: of `hmac`, that carries the time, in seconds since 1970 UTC.
        secret: where it stands.
        token_address: of `oauth2`, where tokens are given.
        client: likewise, the id of this client.
        scope: likewise; empty for none.
    """

    kind: Literal["none", "api-key", "hmac", "oauth2"] = "none"
    header: str = "Authorization"
    prefix: str = ""
    time_header: str = "X-Timestamp"
    secret: Secret = Secret()
    token_address: str = ""
    client: str = ""
    scope: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind != "none" and not (self.secret.env or self.secret.file):
            raise ValueError('expected secret = { env = "NAME" } or { file = "/path" }')
        if self.kind == "oauth2":
            if not self.client:
                raise ValueError("expected client, the id of this client")
            try:
                checked_url(self.token_address)
            except OutwardError as error:
                raise ValueError(f"token_address: {error}") from error
        return self


class Tls(Part):
    """Mutual TLS: the certificate that this client shows, and whose certificates it believes."""

    certificate: Path
    key: Path | None = None
    authority: Path | None = None


class Call(Part):
    """One request of a target's interface.

    Attributes:
        method: of HTTP.
        path: behind the address; what stands in braces is put in.
        body: a template of its own; None for the target's.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    body: dict[str, Any] | None = None


class ReadBack(Part):
    """How it is asked whether a target has a delivery.

    Attributes:
        path: behind the address.
        at: JSON Pointer of what is compared.
        equals: with what; in braces.
        absent: answers that say it has none.
        reference: JSON Pointer of what the target calls the lot; empty where that is not said.
    """

    path: str
    at: str
    equals: str = "{key}"
    absent: tuple[int, ...] = (404, 410)
    reference: str = ""


class Sign(Part):
    """What an answer's body says: a JSON Pointer, and the value that counts."""

    at: str
    equals: str | int | bool


class Answers(Part):
    """How an answer is read.

    Attributes:
        accepted: its numbers.
        success: what the body says as well where it was accepted; None for nothing.
        duplicate: its numbers where the target has this very delivery already.
        duplicate_sign: what the body says as well in that case.
        reason: JSON Pointer of why something was rejected.
        reference: JSON Pointer of what the target calls the lot.
    """

    accepted: tuple[int, ...] = (200, 201, 202, 204)
    success: Sign | None = None
    duplicate: tuple[int, ...] = ()
    duplicate_sign: Sign | None = None
    reason: str = ""
    reference: str = ""


class Batch(Part):
    """How several deliveries go in one request, and how each is answered.

    Attributes:
        most: deliveries in a request at most.
        method: of HTTP.
        path: behind the address; nothing of a lot can be put in.
        list: the name under which the deliveries stand in the body.
        entry: what stands in each beside the target's `body`, which a withdrawal has not.
        operations: that go so; others go alone.
        answers: JSON Pointer of the list of answers.
        by: JSON Pointer, in an answer, of what tells which delivery it is about; empty where they
            stand in the order of the deliveries.
        equals: what stands there; in braces.
        status: JSON Pointer, in an answer, of its number, as that of an answer to one; empty where
            it has none, and the number of the whole answer counts.
    """

    most: int = Field(100, ge=1, le=_MOST)
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: str
    list: str = Field(min_length=1)
    entry: dict[str, Any] = Field(default_factory=dict)
    operations: tuple[Operation, ...] = tuple(Operation)
    answers: str
    by: str = ""
    equals: str = "{key}"
    status: str = ""
