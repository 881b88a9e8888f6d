"""How long an event is kept: rules as data, and the day on which the last of them lets it go.

A file of `schemas/retention/` holds rules, and an operator may add files of its own. Of all rules
that speak of an event the longest wins. What no rule speaks of is kept for ever, and so is what
concerns goods whose expiry date cannot be read.

References:
    docs/retention.md
"""

import calendar
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from epcis_core.errors import ParseError
from epcis_core.model.times import microseconds

EXPIRY: Final = ("itemExpirationDate", "expirationDateTime", "bestBeforeDate", "sellByDate")
"""Attributes of lots and instances that say until when they are good, by their last part."""

FOR_EVER: Final = 253_402_300_800_000_000
"""Microseconds since 1970 UTC: the end of the year 9999."""

UNREADABLE: Final = "unreadable_expiry"
"""Stands for a rule where an expiry date cannot be read."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR: Final = 9999


class RetentionRule(BaseModel):
    """One rule.

    Attributes:
        id: its name; it stands in the decisions.
        reference: the clause, contract or wish that asks for it.
        after: what its months begin with: the event, or the last expiry date of goods that the
            event concerns.
        months: how many.
        gtins: of which products, 14 digits; empty for all.
        attribute: of which lots and instances alone: those with this attribute, by its full name.
        value: of that attribute; None for any.
        en: the rule in a sentence.
        vi: likewise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern="^[a-z0-9_]+$")
    reference: str
    after: Literal["event", "expiry"]
    months: int = Field(ge=0, le=12_000)
    gtins: frozenset[str] = frozenset()
    attribute: str | None = None
    value: str | None = None
    en: str
    vi: str

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if wrong := [one for one in self.gtins if not (one.isdigit() and len(one) == 14)]:  # noqa: PLR2004 - digits of a GTIN
            raise ValueError(f"{self.id}: expected GTINs of 14 digits, got {wrong[0]!r}")
        if self.value is not None and self.attribute is None:
            raise ValueError(f"{self.id}: a value needs the attribute that it is of")
        return self

    def speaks_of(self, concern: "Concern") -> bool:
        """Tell whether the rule speaks of an event."""
        if self.gtins and self.gtins.isdisjoint(concern.gtins):
            return False
        if self.attribute is None:
            return True
        return any(
            name == self.attribute and self.value in {None, value}
            for name, value in concern.attributes
        )


class RuleFile(BaseModel):
    """A file of rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[RetentionRule, ...]


@dataclass(frozen=True, slots=True)
class Concern:
    """What the rules look at in an event.

    Attributes:
        time: when it happened, microseconds since 1970 UTC.
        gtins: products that it names, or that are in containers that it names.
        attributes: name and value of what is known of its lots and instances, from any event.
    """

    time: int
    gtins: frozenset[str] = frozenset()
    attributes: frozenset[tuple[str, str]] = frozenset()

    @property
    def expiry(self) -> int | None:
        """The last expiry date, microseconds since 1970 UTC; None where there is none.

        Raises:
            ValueError: one cannot be read.
        """
        found = [
            expiry_instant(value)
            for name, value in self.attributes
            if name.rpartition(":")[2].rpartition("#")[2] in EXPIRY
        ]
        return max(found, default=None)


@dataclass(frozen=True, slots=True)
class Kept:
    """Until when an event is kept, and by which rule.

    Attributes:
        until: microseconds since 1970 UTC.
        rule: the id of the rule that keeps it longest.
    """

    until: int
    rule: str


def kept_until(rules: Sequence[RetentionRule], concern: Concern) -> Kept:
    """Return until when an event is to be kept.

    Args:
        rules: all there are.
        concern: the event.
    """
    try:
        expiry = concern.expiry
    except ValueError:
        return Kept(FOR_EVER, UNREADABLE)
    starts = {"event": concern.time, "expiry": expiry}
    found = [
        Kept(months_after(start, rule.months), rule.id)
        for rule in rules
        if (start := starts[rule.after]) is not None and rule.speaks_of(concern)
    ]
    return max(found, key=lambda one: one.until, default=Kept(FOR_EVER, ""))


def shortest(rules: Iterable[RetentionRule]) -> int:
    """Return the months that every event is kept for at least, after it happened."""
    always = [
        rule.months
        for rule in rules
        if rule.after == "event" and not rule.gtins and rule.attribute is None
    ]
    return max(always, default=0)


def months_after(start: int, months: int) -> int:
    """Return a time some months later; the last day of a month where it has no such day.

    >>> from epcis_core.model.times import utc_text
    >>> utc_text(months_after(microseconds("2024-01-31T08:00:00Z"), 1))
    '2024-02-29T08:00:00Z'
    """
    moment = _EPOCH + timedelta(microseconds=start)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > _LAST_YEAR:
        return FOR_EVER
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    since = moment.replace(year=year, month=month + 1, day=day) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def expiry_instant(text: str) -> int:
    """Return when something is no longer good, microseconds since 1970 UTC.

    A day counts to its end; a time without a zone is one of UTC.

    Raises:
        ValueError: the text is neither a day nor a time.
    """
    given = text.strip()
    try:
        return microseconds(given)
    except ValueError:
        moment = datetime.fromisoformat(given)
    if len(given) <= len("2026-03-01"):
        moment += timedelta(days=1)
    since = moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@cache
def shipped_rules() -> tuple[RetentionRule, ...]:
    """Return the rules of `schemas/retention/`, file by file."""
    folder = files("schemas") / "retention"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(
        rule for name in names for rule in read_rules((folder / name).read_text("utf-8"), name)
    )


def read_rules(text: str, name: str) -> tuple[RetentionRule, ...]:
    """Read a file of rules.

    Args:
        text: its TOML.
        name: what the message calls it.

    Raises:
        ParseError: it is no such file; the message says where.
    """
    try:
        return RuleFile.model_validate(tomllib.loads(text)).rules
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        raise ParseError(f"{name}: {at + ': ' if at else ''}{first['msg']}") from error
    except ValueError as error:
        raise ParseError(f"{name}: {error}") from error


def all_rules(more: Iterable[RetentionRule] = ()) -> tuple[RetentionRule, ...]:
    """Return the shipped rules and more.

    Raises:
        ParseError: two have one id.
    """
    rules = (*shipped_rules(), *more)
    ids = [rule.id for rule in rules]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise ParseError(f"Two rules have the id {twice!r}")
    return rules
