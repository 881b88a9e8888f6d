"""What a query asks of one event: the typed predicate that parameters become.

A condition holds or does not hold of one event, with what is known of it beside its text. It says
nothing of how it is found out: `epcis_core.query.evaluation` does so in memory, and
`epcis_core.store` in SQL, and the two share nothing but these types. Values in a condition are in
the one spelling in which things are compared: identifiers canonical, terms of the CBV as bare
words, times in microseconds since 1970 UTC, numbers exact.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from epcis_core.model.references import Role
from epcis_core.query.fields import Described, Within
from epcis_core.query.patterns import Pattern

Comparison = Literal["=", ">", ">=", "<", "<="]
Column = Literal[
    "event_type", "action", "biz_step", "disposition", "read_point", "biz_location", "event_id",
    "transformation_id", "reason",
]  # fmt: skip
TimeColumn = Literal["event_time", "record_time", "declared_at"]
EntryList = Literal["transactions", "sources", "destinations"]


class Part(StrEnum):
    """Where in an event members of other namespaces may stand."""

    EVENT = "event"
    ILMD = "ilmd"
    ERROR_DECLARATION = "error_declaration"
    READ_POINT = "read_point"
    BIZ_LOCATION = "biz_location"
    SENSOR_ELEMENT = "sensor_element"
    SENSOR_METADATA = "sensor_metadata"
    SENSOR_REPORT = "sensor_report"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field has one of some values. A term counts as written and with its prefix spelled out."""

    field: Column
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the event is at, before or after a moment.

    Attributes:
        field: which of its times.
        comparison: how it must stand to the moment.
        moment: microseconds since 1970 UTC.
    """

    field: TimeColumn
    comparison: Comparison
    moment: int


@dataclass(frozen=True, slots=True)
class Persistent:
    """A persistent disposition is set, or unset, by the event."""

    field: Literal["set", "unset"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A list has an entry of a type with one of some identifiers, both in the same entry.

    Attributes:
        list: which list.
        kind: bare word, or a URI.
        keys: canonical; of a party by its GLN, of a place with its extension.
    """

    list: EntryList
    kind: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The event names one of some objects in one of some parts.

    Attributes:
        roles: the parts.
        is_class: it names it in a list of quantities; False, in a list of instances or as parent.
        keys: canonical identifiers, of which any will do.
        patterns: or what a pattern stands for.
    """

    roles: tuple[Role, ...]
    is_class: bool
    keys: tuple[str, ...]
    patterns: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity element of any list has a quantity that compares so with one of some numbers.

    Attributes:
        comparison: of the quantity with a number.
        numbers: any will do.
        uom: the numbers' unit; amounts in other units of the same physical quantity are converted.
            None: the number as it stands, whatever its unit.
    """

    comparison: Comparison
    numbers: tuple[Decimal, ...]
    uom: str | None


@dataclass(frozen=True, slots=True)
class Declared:
    """The event has an error declaration."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """The event's error declaration names one of some events as corrective."""

    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sensed:
    """The event has a sensor element."""


@dataclass(frozen=True, slots=True)
class SensorOneOf:
    """A field of a sensor's metadata or of a report has one of some values.

    Attributes:
        field: the standard's name, such as `deviceID`.
        values: terms as bare words, URIs canonical, `true` or `false`, hexadecimal in capitals.
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SensorMoment:
    """A time in a sensor's metadata or in a report compares so with a moment."""

    field: str
    comparison: Comparison
    moment: int


@dataclass(frozen=True, slots=True)
class SensorNumber:
    """A number of a report compares so with one of some numbers.

    Attributes:
        field: the standard's name, such as `minValue`.
        comparison: of the report's number with one that is asked for.
        numbers: any will do.
        uom: the unit of the numbers; readings in other units of the same physical quantity are
            converted. None: the number as it stands, whatever its unit.
    """

    field: str
    comparison: Comparison
    numbers: tuple[Decimal, ...]
    uom: str | None

    @property
    def is_difference(self) -> bool:
        """A standard deviation: a degree Celsius is then a kelvin."""
        return self.field == "sDev"


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that an extension field is compared with, in every way it can be read.

    The type of the stored value decides which one counts.

    Attributes:
        key: as text, an identifier or term of the CBV in its one spelling.
        number: as a number; None if it is none.
        moment: as a time with its zone, microseconds since 1970 UTC; None if it is none.
    """

    key: str
    number: Decimal | None = None
    moment: int | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """The event has an extension field, with a value that compares so with one of some operands.

    Attributes:
        part: in which part of the event.
        is_inner: at any depth below a field that stands directly in that part; else directly there.
        names: of the field, of which any will do: with its namespace spelled out, or as written
            where nothing is known of its prefix.
        comparison: `=` compares text with text, numbers with numbers, times with times, and
            booleans with `true` and `false`; any other one compares numbers and times alone, and
            there text that is a number counts as one, since attributes in XML have no type. None:
            that the field is there and not empty.
        operands: any will do.
    """

    part: Part
    is_inner: bool
    names: tuple[str, ...]
    comparison: Comparison | None = None
    operands: tuple[Operand, ...] = ()


Condition = (
    OneOf | Moment | Persistent | Entry | Match | Amount | Declared | Corrected | Sensed
    | SensorOneOf | SensorMoment | SensorNumber | Extension | Within | Described
)  # fmt: skip
"""Everything that a query may ask of an event."""


@dataclass(frozen=True, slots=True)
class FieldOrder:
    """Order by an extension field of the event itself, by its first value.

    Numbers, also those that are text, come before times and times before other text; numbers in the
    precision of binary64, text by its characters' code points. Events without a value come before
    all others, ascending.

    Attributes:
        names: as in `Extension`.
    """

    names: tuple[str, ...]


OrderKey = Literal["event_time", "record_time"] | FieldOrder


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A query: every condition must hold; within a condition any value will do.

    Attributes:
        conditions: what is asked of an event.
        order_by: by what the events are ordered; None for ledger order.
        ascending: the least first; of equal ones, the one the ledger took first.
        limit: at most so many events, the first in that order.
        ceiling: more events than this are an error.
        per_page: so many events at once, for who gives pages.
        page_token: where the next page begins, likewise; opaque here.
    """

    conditions: tuple[Condition, ...] = ()
    order_by: OrderKey | None = None
    ascending: bool = False
    limit: int | None = None
    ceiling: int | None = None
    per_page: int | None = None
    page_token: str | None = None
