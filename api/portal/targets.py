"""To whom lots are carried: each target is a file that says where it is and how it wants things.

The name of the file is the name of the target. Secrets never stand in it: it says which variable of
the environment, or which file, has them.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from api.outward import OutwardError, checked_url
from api.portal.mapping import Filling
from api.portal.mapping_check import faults_of_template, faults_of_text, faults_of_zone
from api.portal.target_parts import (
    Answers,
    Authentication,
    Batch,
    Call,
    Part,
    ReadBack,
    TargetError,
    Tls,
)
from epcis_core.findings import Language
from epcis_core.rules.profiles import Text
from epcis_core.store.portal.deliveries import Operation

HOUR: Final = 3_600_000_000  # microseconds
_YEAR: Final = 8784  # hours
_DAY: Final = 24 * HOUR
_FIVE_YEARS: Final = 1827  # days; what the law of Viet Nam wants kept at most is 60 months
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Target(Part):
    """Somebody to whom lots are carried.

    Attributes:
        name: of its file.
        kind: `lot-record`: JSON by this file's mapping. `epcis`: the events of a lot, captured by
            any EPCIS 2.0 repository. `file`: JSON by this file's mapping, in a file that somebody
            hands over.
        title: what people call it.
        address: what its paths stand behind; empty for a file.
        per_second: requests at most.
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
    headers: dict[str, str] = Field(default_factory=dict)
    create: Call | None = None
    update: Call | None = None
    withdraw: Call | None = None
    batch: Batch | None = None
    read_back: ReadBack | None = None
    answer: Answers = Answers()
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind == "file":
            if self.address or not self.body:
                raise ValueError("a target of files has body and no address")
        elif self.kind == "lot-record" and not ((self.create or self.batch) and self.body):
            raise ValueError("a target of lot records has body, and create or batch")
        if self.batch is not None and self.kind != "lot-record":
            raise ValueError("batch is for targets of lot records")
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
        if (batch := self.batch) is not None:
            yield from faults_of_template(batch.entry, self.filling, "batch.entry")
            yield from faults_of_text(batch.equals, "batch.equals")
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
