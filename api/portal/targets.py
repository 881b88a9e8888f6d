"""To whom lots are carried: each target is a file that says where it is and how it wants things.

The name of the file is the name of the target. Secrets never stand in it: it says which variable of
the environment, or which file, has them.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.outward import OutwardError, checked_url
from api.portal.mapping import Filling
from api.portal.mapping_check import faults_of_template, faults_of_text, faults_of_zone
from epcis_core.errors import EpcisError
from epcis_core.findings import Language
from epcis_core.rules.profiles import Text
from epcis_core.store.portal.deliveries import Operation

HOUR: Final = 3_600_000_000  # microseconds
_YEAR: Final = 8784  # hours
_DAY: Final = 24 * HOUR
_FIVE_YEARS: Final = 1827  # days; what the law of Viet Nam wants kept at most is 60 months
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class TargetError(EpcisError):
    """A file describes no target; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(_Part):
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


class Authentication(_Part):
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


class Tls(_Part):
    """Mutual TLS: the certificate that this client shows, and whose certificates it believes."""

    certificate: Path
    key: Path | None = None
    authority: Path | None = None


class Call(_Part):
    """One request of a target's interface.

    Attributes:
        method: of HTTP.
        path: behind the address; what stands in braces is put in.
        body: a template of its own; None for the target's.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: str
    body: dict[str, Any] | None = None


class ReadBack(_Part):
    """How it is asked whether a target has a delivery.

    Attributes:
        path: behind the address.
        at: JSON Pointer of what is compared.
        equals: with what; in braces.
        absent: answers that say it has none.
    """

    path: str
    at: str
    equals: str = "{key}"
    absent: tuple[int, ...] = (404, 410)


class Sign(_Part):
    """What an answer's body says: a JSON Pointer, and the value that counts."""

    at: str
    equals: str | int | bool


class Answers(_Part):
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


class Target(_Part):
    """Somebody to whom lots are carried.

    Attributes:
        name: of its file.
        kind: `lot-record`: JSON by this file's mapping. `epcis`: the events of a lot, captured by
            any EPCIS 2.0 repository. `file`: JSON by this file's mapping, in a file that somebody
            hands over.
        title: what people call it.
        address: what its paths stand behind; empty for a file.
        per_second: deliveries at most.
        upstream_first: a lot is sent after the lots it was made of.
        deadline_hours: from the record of an event to its arrival.
        warning_hours: before the deadline, in which somebody is warned.
        attempts: after so many errors of the target's own a delivery is parked.
        kept_days: for which what was told is kept, where the target has a later record of the lot.
    """

    name: str
    kind: Literal["lot-record", "epcis", "file"]
    title: Text
    address: str = ""
    per_second: float = Field(5, gt=0, allow_inf_nan=False)
    upstream_first: bool = False
    deadline_hours: float = Field(24, gt=0, le=_YEAR)
    warning_hours: float = Field(4, ge=0, le=_YEAR)
    attempts: int = Field(30, gt=0)
    kept_days: int = Field(_FIVE_YEARS, gt=0, le=100 * 366)
    zone: str = "+07:00"
    authentication: Authentication = Authentication()
    tls: Tls | None = None
    headers: dict[str, str] = {}
    create: Call | None = None
    update: Call | None = None
    withdraw: Call | None = None
    read_back: ReadBack | None = None
    answer: Answers = Answers()
    values: dict[str, dict[str, str]] = {}
    body: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "file":
            if self.address or not self.body:
                raise ValueError("a target of files has body and no address")
        elif self.kind == "lot-record" and not (self.create and self.body):
            raise ValueError("a target of lot records has create and body")
        if self.kind != "file":
            try:
                checked_url(self.address)
            except OutwardError as error:
                raise ValueError(f"address: {error}") from error
        if found := list(self._faults()):
            raise ValueError("; ".join(found))
        return self

    def _faults(self) -> Iterator[str]:
        """Yield what is wrong with the mapping."""
        yield from faults_of_zone(self.zone)
        yield from faults_of_template(self.body, self.filling, "body")
        for each in Operation:
            call: Call | None = getattr(self, each)
            if call is not None:
                yield from faults_of_text(call.path, f"{each}.path")
                yield from faults_of_template(call.body or {}, self.filling, f"{each}.body")
        if (back := self.read_back) is not None:
            yield from faults_of_text(back.path, "read_back.path")
            yield from faults_of_text(back.equals, "read_back.equals")
        if self.kind == "lot-record":
            for name, text in self.headers.items():
                yield from faults_of_text(text, f"headers.{name}")

    @property
    def filling(self) -> Filling:
        """What its templates are filled in with."""
        return Filling(self.values, self.zone)

    @property
    def deadline(self) -> int:
        """How long a delivery may take, in microseconds."""
        return int(self.deadline_hours * HOUR)

    @property
    def warning(self) -> int:
        """How long before the deadline somebody is warned, in microseconds."""
        return int(self.warning_hours * HOUR)

    @property
    def kept(self) -> int:
        """How long what was told is kept, in microseconds."""
        return self.kept_days * _DAY

    @property
    def goes_in_turn(self) -> bool:
        """Whether a lot waits for those it was made of; in a file it stands after them."""
        return self.upstream_first and self.kind != "file"

    def called(self, language: Language) -> str:
        """Return what people call it in a language."""
        found: str = getattr(self.title, language)
        return found

    def call(self, operation: Operation) -> Call | None:
        """Return the request of an operation; an update is a creation where it has none."""
        if operation is Operation.UPDATE:
            return self.update or self.create
        return self.create if operation is Operation.CREATE else self.withdraw


def read_target(name: str, text: str) -> Target:
    """Read a target.

    Args:
        name: of its file, without the ending.
        text: TOML.

    Raises:
        TargetError: it is none.
    """
    if not _NAME.fullmatch(name):
        raise TargetError(f"{name}.toml: a target's name has small letters, digits and hyphens.")
    try:
        return Target.model_validate({**tomllib.loads(text), "name": name})
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{name}.toml is no TOML: {error}.") from error
    except ValidationError as error:
        told = [
            ": ".join(filter(None, [".".join(map(str, one["loc"])), _said(one["msg"])]))
            for one in error.errors()
        ]
        raise TargetError(f"{name}.toml: {'; '.join(told)}.") from error


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def read_targets(folder: Path) -> tuple[Target, ...]:
    """Read every target of a folder, by name.

    Raises:
        TargetError: a file describes none, or the folder cannot be read.
    """
    try:
        files = sorted(folder.glob("*.toml"))
        if not folder.is_dir():
            raise TargetError(f"{folder} is no folder.")
        return tuple(read_target(one.stem, one.read_text(encoding="utf-8")) for one in files)
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{folder} cannot be read: {error}.") from error
