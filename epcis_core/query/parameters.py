"""The parameters of SimpleEventQuery as a typed query: each name is read once, by one grammar.

A name is looked up whole in a table of fixed names; what is not there must be of a family
(`epcis_core.query.families`), or is an error that names the nearest right parameter. Where official
sources spell a parameter in two ways, both are read; `SPELLINGS` lists them.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from epcis_core.findings import finding, phrase
from epcis_core.identifiers import place_of
from epcis_core.model.events import EVENT_TYPES
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.references import Role
from epcis_core.query.conditions import (
    Column,
    Condition,
    Corrected,
    Declared,
    EventQuery,
    FieldOrder,
    Match,
    Moment,
    OneOf,
    OrderKey,
    Persistent,
    Sensed,
    TimeColumn,
)
from epcis_core.query.families import COMPARISONS, of_family
from epcis_core.query.fields import Place, Within
from epcis_core.query.names import field_names, is_field_name
from epcis_core.query.parameter import Parameter, Takes
from epcis_core.query.patterns import PATTERN, Pattern, read_pattern
from epcis_core.query.refusal import ParameterError, unknown_parameter
from epcis_core.query.sensor_parameters import SENSOR_PARAMETERS, SensorReader
from epcis_core.query.values import (
    FLAG,
    chosen,
    count,
    event_key,
    gathered,
    identifier,
    moment,
    refused,
    single,
    term,
)
from epcis_core.vocabulary import VocabularyList

SPELLINGS: Final[Mapping[str, str]] = {
    "EXISTS_ERROR_DECLARATION": "EXISTS_errorDeclaration",
    "GE_errorDeclaration_Time": "GE_errorDeclarationTime",
    "LT_errorDeclaration_Time": "LT_errorDeclarationTime",
    "GE_ERROR_DECLARATION_Time": "GE_errorDeclarationTime",
    "LT_ERROR_DECLARATION_Time": "LT_errorDeclarationTime",
    "EQ_ERROR_DECLARATION_Reason": "EQ_errorReason",
    "EXISTS_sensorElement": "EXISTS_sensorElementList",
}
"""Other spellings of fixed names, of one official source or another."""


def parse_query(
    pairs: Iterable[tuple[str, str]], namespaces: Namespaces | None = None
) -> EventQuery:
    """Read a query from parameters.

    Args:
        pairs: name and value; a list is given by repeating the name.
        namespaces: what prefixes in names and terms stand for, beside those of the EPCIS context. A
            prefix that is not there stands for itself.

    Raises:
        ParameterError: an unknown parameter, or a value that is none; it names the nearest right
            one.
    """
    known = namespaces or Namespaces()
    query = _Reading()
    for name, given in gathered(pairs).items():
        fixed = FIXED.get(SPELLINGS.get(name, name))
        if fixed is not None:
            query.conditions += fixed.read(_Given(name, given, known))
        elif name in CONTROLS:
            CONTROLS[name].read(query, _Given(name, given, known))
        else:
            found = of_family(name, given, known, _flag)
            if found is None:
                raise unknown_parameter(name, PARAMETERS)
            query.conditions += found
    return query.checked()


@dataclass(frozen=True, slots=True)
class _Given:
    """A parameter as it was given."""

    name: str
    values: list[str]
    namespaces: Namespaces


@dataclass(slots=True)
class _Reading:
    """A query that is being read."""

    conditions: list[Condition] = field(default_factory=list)
    order_by: OrderKey | None = None
    ascending: bool = False
    limit: int | None = None
    ceiling: int | None = None
    per_page: int | None = None
    page_token: str | None = None

    def checked(self) -> EventQuery:
        """Return the query, once what excludes each other is not there together."""
        if self.limit is not None and self.ceiling is not None:
            raise ParameterError(
                finding(
                    "parameters_exclude_each_other",
                    parameter="maxEventCount",
                    other="eventCountLimit",
                )
            )
        if self.limit is not None and self.order_by is None:
            raise ParameterError(
                finding("parameter_needs_another", parameter="eventCountLimit", other="orderBy")
            )
        return EventQuery(
            tuple(self.conditions),
            self.order_by,
            self.ascending,
            self.limit,
            self.ceiling,
            self.per_page,
            self.page_token,
        )


_Fixed = Parameter[Callable[[_Given], list[Condition]]]
_Control = Parameter[Callable[[_Reading, _Given], None]]


def _equal(
    column: Column, read: Callable[[str, _Given], str], member: str, takes: Takes = "texts"
) -> _Fixed:
    return Parameter(
        lambda given: [OneOf(column, tuple(read(value, given) for value in given.values))],
        takes,
        f"whose `{member}` is one of these",
    )


def _time(column: TimeColumn, comparison: str, member: str) -> _Fixed:
    sign = COMPARISONS[comparison]
    return Parameter(
        lambda given: [Moment(column, sign, moment(given.name, given.values))],
        "time",
        f"whose `{member}` is {_SIDES[comparison]} this",
    )


def _persistent(which: Literal["set", "unset"]) -> _Fixed:
    read = _term(VocabularyList.DISPOSITION)
    return Parameter(
        lambda given: [Persistent(which, tuple(read(value, given) for value in given.values))],
        "texts",
        f"that {which} one of these persistent dispositions",
    )


def _match(where: str, *roles: Role, is_class: bool = False) -> _Fixed:
    def reader(given: _Given) -> list[Condition]:
        keys, patterns = [], []
        for value in given.values:
            read = read_pattern(value, given.name) if value.startswith(PATTERN) else value
            if isinstance(read, Pattern):
                patterns.append(read)
            else:
                keys.append(identifier(read, given.name))
        return [Match(roles, is_class, tuple(keys), tuple(patterns))]

    return Parameter(reader, "texts", f"with one of these in {where}; patterns are taken")


def _within(column: Place, member: str) -> _Fixed:
    return Parameter(
        lambda given: [Within(column, tuple(_place(value, given) for value in given.values))],
        "texts",
        f"whose `{member}` is one of these places or somewhere below, by master data",
    )


def _corrected(given: _Given) -> list[Condition]:
    return [Corrected(tuple(event_key(value) for value in given.values))]


def _sensed(name: str, read: SensorReader) -> _Fixed:
    comparison, member = name.split("_")
    takes: Takes = "texts"
    value = "one of these"
    if member.lower().endswith("time"):
        takes, value = "time", f"{_SIDES[comparison]} this"
    elif member == "booleanValue":
        takes, value = "truth", "this"
    return Parameter(
        lambda given: [read(given.name, given.values, given.namespaces)],
        takes,
        f"with a reading whose `{member}` is {value}",
    )


def _there(condition: Condition, finds: str) -> _Fixed:
    return Parameter(
        lambda given: [condition] if _flag(given.name, given.values) else [], "flag", finds
    )


def _flag(name: str, values: list[str]) -> bool:
    """Read a flag; `false` asks for nothing, as if the parameter were not there."""
    return chosen(FLAG, name, values)


def _event_id(value: str, _: _Given) -> str:
    return event_key(value)


def _uri(value: str, given: _Given) -> str:
    return identifier(value, given.name)


def _event_type(value: str, given: _Given) -> str:
    if value in EVENT_TYPES:
        return value
    if ":" not in value:
        raise refused(given.name, phrase("an_event_type"), value)
    return "".join(given.namespaces.expand(value))


def _action(value: str, given: _Given) -> str:
    return chosen({word: word for word in ("ADD", "OBSERVE", "DELETE")}, given.name, [value])


def _term(vocabulary: VocabularyList) -> Callable[[str, _Given], str]:
    return lambda value, given: term(vocabulary, value, given.namespaces)


def _place(value: str, given: _Given) -> str:
    return place_of(_uri(value, given)) or _uri(value, given)


def _order(query: _Reading, given: _Given) -> None:
    value = single(given.name, given.values)
    if value in _ORDERS:
        query.order_by = _ORDERS[value]
    elif is_field_name(value):
        query.order_by = FieldOrder(field_names(value, given.namespaces))
    else:
        raise refused(given.name, phrase("an_order"), value)


def _direction(query: _Reading, given: _Given) -> None:
    query.ascending = chosen({"ASC": True, "DESC": False}, given.name, given.values)


def _limit(query: _Reading, given: _Given) -> None:
    query.limit = count(given.name, given.values)


def _ceiling(query: _Reading, given: _Given) -> None:
    query.ceiling = count(given.name, given.values)


def _per_page(query: _Reading, given: _Given) -> None:
    query.per_page = count(given.name, given.values)


def _page_token(query: _Reading, given: _Given) -> None:
    query.page_token = single(given.name, given.values)


_ORDERS: Final[Mapping[str, OrderKey]] = {"eventTime": "event_time", "recordTime": "record_time"}
_SIDES: Final = {"GE": "at or after", "LT": "before", "EQ": "at"}
_ALL_LISTS: Final = "`epcList`, `childEPCs`, `parentID`, `inputEPCList` or `outputEPCList`"
_QUANTITIES: Final = "`quantityList` or `childQuantityList`"
FIXED: Final[Mapping[str, _Fixed]] = {
    "eventType": _equal("event_type", _event_type, "type"),
    "GE_eventTime": _time("event_time", "GE", "eventTime"),
    "LT_eventTime": _time("event_time", "LT", "eventTime"),
    "GE_recordTime": _time("record_time", "GE", "recordTime"),
    "LT_recordTime": _time("record_time", "LT", "recordTime"),
    "EQ_action": _equal("action", _action, "action", "actions"),
    "EQ_bizStep": _equal("biz_step", _term(VocabularyList.BIZ_STEP), "bizStep"),
    "EQ_disposition": _equal("disposition", _term(VocabularyList.DISPOSITION), "disposition"),
    "EQ_persistentDisposition_set": _persistent("set"),
    "EQ_persistentDisposition_unset": _persistent("unset"),
    "EQ_readPoint": _equal("read_point", _place, "readPoint"),
    "WD_readPoint": _within("read_point", "readPoint"),
    "EQ_bizLocation": _equal("biz_location", _place, "bizLocation"),
    "WD_bizLocation": _within("biz_location", "bizLocation"),
    "EQ_transformationID": _equal("transformation_id", _uri, "transformationID"),
    "EQ_eventID": _equal("event_id", _event_id, "eventID"),
    "MATCH_epc": _match("`epcList` or `childEPCs`", Role.EPC, Role.CHILD),
    "MATCH_parentID": _match("`parentID`", Role.PARENT),
    "MATCH_inputEPC": _match("`inputEPCList`", Role.INPUT),
    "MATCH_outputEPC": _match("`outputEPCList`", Role.OUTPUT),
    "MATCH_anyEPC": _match(_ALL_LISTS, *Role),
    "MATCH_epcClass": _match(_QUANTITIES, Role.EPC, Role.CHILD, is_class=True),
    "MATCH_inputEPCClass": _match("`inputQuantityList`", Role.INPUT, is_class=True),
    "MATCH_outputEPCClass": _match("`outputQuantityList`", Role.OUTPUT, is_class=True),
    "MATCH_anyEPCClass": _match("any list of quantities", *Role, is_class=True),
    "EXISTS_errorDeclaration": _there(Declared(), "with an error declaration"),
    "GE_errorDeclarationTime": _time("declared_at", "GE", "declarationTime"),
    "LT_errorDeclarationTime": _time("declared_at", "LT", "declarationTime"),
    "EQ_errorReason": _equal("reason", _term(VocabularyList.ERROR_REASON), "reason"),
    "EQ_correctiveEventID": Parameter(
        _corrected, "texts", "with one of these among the `correctiveEventIDs`"
    ),
    "EXISTS_sensorElementList": _there(Sensed(), "with readings of sensors"),
    **{name: _sensed(name, read) for name, read in SENSOR_PARAMETERS.items()},
}
"""Parameters that say something of an event, by name."""

CONTROLS: Final[Mapping[str, _Control]] = {
    "orderBy": Parameter(_order, "order", "by which time or extension field they are ordered"),
    "orderDirection": Parameter(_direction, "direction", "in which direction; `DESC` if not told"),
    "eventCountLimit": Parameter(_limit, "count", "the first so many; needs `orderBy`"),
    "maxEventCount": Parameter(_ceiling, "count", "none at all, but an error, if there are more"),
    "perPage": Parameter(_per_page, "count", "so many on a page"),
    "nextPageToken": Parameter(_page_token, "text", "the page that begins there"),
}
"""Parameters that say how events are given out, by name."""

_FAMILY_FORMS: Final = (
    *("EQ_bizTransaction_…", "EQ_source_…", "EQ_destination_…", "HASATTR_…", "EQATTR_…"),
    *(f"{sign}_quantity" for sign in COMPARISONS),
    *(
        f"{sign}_{number}"
        for sign in COMPARISONS
        for number in (
            *("value_CEL", "minValue_CEL", "maxValue_CEL", "meanValue_CEL"),
            *("sDev_CEL", "percValue_CEL", "percRank"),
        )
    ),
)
PARAMETERS: Final = (*FIXED, *SPELLINGS, *CONTROLS, *_FAMILY_FORMS)
"""Every parameter with a fixed name, and an example of each family, to suggest what was meant."""
