"""The parameters of SimpleEventQuery that this release understands, as a typed query.

A name is looked up whole in a table and never split at its underscores, because field names hold
underscores too. What is not in the table is an error that names the nearest right parameter.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from epcis_core.errors import QueryError
from epcis_core.identifiers import Level, level_of, parse_identifier, place_of
from epcis_core.model.events import EVENT_TYPES
from epcis_core.model.references import Role
from epcis_core.model.times import microseconds
from epcis_core.query.fields import Described, Place, Within, described
from epcis_core.query.values import TRUTH, chosen, count, gathered, identifier, single, unknown
from epcis_core.vocabulary import VocabularyList, bare_word

Column = Literal[
    "event_type", "action", "biz_step", "disposition", "read_point", "biz_location", "event_id",
    "transformation_id", "reason",
]  # fmt: skip
TimeColumn = Literal["event_time", "record_time", "declared_at"]
Comparison = Literal[">=", "<"]
OrderColumn = Literal["event_time", "record_time"]


@dataclass(frozen=True, slots=True)
class Match:
    """The event names one of some objects in one of some parts.

    Attributes:
        roles: the parts.
        is_class: it names it in a list of quantities; False, in a list of instances or as parent.
        keys: canonical identifiers, of which any will do.
        below: what an identifier may begin with instead, from patterns.
    """

    roles: tuple[Role, ...]
    is_class: bool
    keys: tuple[str, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A query: every condition must hold; within a list any value will do.

    Attributes:
        equal: column to the values it may have.
        times: (column, comparison, microseconds since 1970 UTC).
        matches: what the event must name.
        within: where it must stand, by the hierarchy of places.
        described: what master data must say of what it names.
        declared: only events with (True) or without (False) an error declaration.
        order_by: by which time; None for ledger order.
        ascending: oldest first.
        limit: at most so many events, the first in that order.
        ceiling: more events than this are an error.
    """

    equal: tuple[tuple[Column, tuple[str, ...]], ...] = ()
    times: tuple[tuple[TimeColumn, Comparison, int], ...] = ()
    matches: tuple[Match, ...] = ()
    within: tuple[Within, ...] = ()
    described: tuple[Described, ...] = ()
    declared: bool | None = None
    order_by: OrderColumn | None = None
    ascending: bool = False
    limit: int | None = None
    ceiling: int | None = None


def parse_query(pairs: Iterable[tuple[str, str]]) -> EventQuery:
    """Read a query from parameters.

    Args:
        pairs: name and value; a list is given by repeating the name.

    Raises:
        QueryError: an unknown parameter, or a value that is none; it names the nearest right one.
    """
    query = EventQuery()
    for name, given in gathered(pairs).items():
        reader = _READERS.get(name)
        if reader is not None:
            query = reader(query, name, given)
        elif (condition := described(name, given)) is not None:
            query = replace(query, described=(*query.described, condition))
        else:
            raise unknown(f"Unknown query parameter {name!r}", name, name, PARAMETERS)
    if query.limit is not None and query.ceiling is not None:
        raise QueryError(
            "eventCountLimit and maxEventCount exclude each other", parameter="maxEventCount"
        )
    if query.limit is not None and query.order_by is None:
        raise QueryError("eventCountLimit needs orderBy", parameter="eventCountLimit")
    return query


_Reader = Callable[[EventQuery, str, list[str]], EventQuery]


def _equal(column: Column, read: Callable[[str, str], str]) -> _Reader:
    def reader(query: EventQuery, name: str, given: list[str]) -> EventQuery:
        known = tuple(read(value, name) for value in given)
        return replace(query, equal=(*query.equal, (column, known)))

    return reader


def _time(column: TimeColumn, comparison: Comparison) -> _Reader:
    def reader(query: EventQuery, name: str, given: list[str]) -> EventQuery:
        try:
            moment = microseconds(single(name, given))
        except ValueError as error:
            raise QueryError(f"{name}: {error}", parameter=name) from error
        return replace(query, times=(*query.times, (column, comparison, moment)))

    return reader


def _match(*roles: Role, is_class: bool = False) -> _Reader:
    def reader(query: EventQuery, name: str, given: list[str]) -> EventQuery:
        keys = {value: identifier(value, name) for value in given}
        below = {value: _below(key) for value, key in keys.items() if _is_pattern(value, key)}
        for value, key in keys.items():
            if key.startswith(_PATTERN):
                raise QueryError(
                    f"{name}: only the last part of a pattern may be '*' and no other, "
                    f"got {value!r}",
                    parameter=name,
                )
        if is_class:
            below = {}
        exact = tuple(key for value, key in keys.items() if value not in below)
        match = Match(roles, is_class, exact, tuple(below.values()))
        return replace(query, matches=(*query.matches, match))

    return reader


def _within(column: Place) -> _Reader:
    def reader(query: EventQuery, name: str, given: list[str]) -> EventQuery:
        within = Within(column, tuple(_place(value, name) for value in given))
        return replace(query, within=(*query.within, within))

    return reader


def _declared(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    return replace(query, declared=chosen(TRUTH, name, given))


def _order(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    return replace(query, order_by=chosen(_ORDERS, name, given))


def _direction(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    return replace(query, ascending=chosen({"ASC": True, "DESC": False}, name, given))


def _limit(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    return replace(query, limit=count(name, given))


def _ceiling(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    return replace(query, ceiling=count(name, given))


def _text(value: str, _: str) -> str:
    return value


def _event_type(value: str, name: str) -> str:
    if value in EVENT_TYPES or ":" in value:  # a type of an extension is a URI
        return value
    raise unknown(f"{name}: unknown event type {value!r}", name, value, EVENT_TYPES)


def _action(value: str, name: str) -> str:
    return chosen({word: word for word in ("ADD", "OBSERVE", "DELETE")}, name, [value])


def _term(vocabulary: VocabularyList) -> Callable[[str, str], str]:
    return lambda value, _: bare_word(vocabulary, value)


def _place(value: str, name: str) -> str:
    return place_of(identifier(value, name)) or identifier(value, name)


def _is_pattern(value: str, key: str) -> bool:
    """Tell whether a value is a pattern for all instances of a class, and the key the class."""
    return value.startswith(_PATTERN) and level_of(key) is Level.CLASS


def _below(key: str) -> str:
    """Return what the identifiers of a class's instances begin with."""
    return key if parse_identifier(key).scheme in _SERIAL_IN_KEY else f"{key}/"


_PATTERN: Final = "urn:epc:idpat:"
_SERIAL_IN_KEY: Final = frozenset({"grai_class", "gdti_class", "sgcn_class"})
_ORDERS: Final[Mapping[str, OrderColumn]] = {
    "eventTime": "event_time",
    "recordTime": "record_time",
}
_READERS: Final[Mapping[str, _Reader]] = {
    "eventType": _equal("event_type", _event_type),
    "EQ_action": _equal("action", _action),
    "EQ_bizStep": _equal("biz_step", _term(VocabularyList.BIZ_STEP)),
    "EQ_disposition": _equal("disposition", _term(VocabularyList.DISPOSITION)),
    "EQ_readPoint": _equal("read_point", _place),
    "EQ_bizLocation": _equal("biz_location", _place),
    "WD_readPoint": _within("read_point"),
    "WD_bizLocation": _within("biz_location"),
    "EQ_eventID": _equal("event_id", _text),
    "EQ_transformationID": _equal("transformation_id", identifier),
    "EQ_errorReason": _equal("reason", _term(VocabularyList.ERROR_REASON)),
    "GE_eventTime": _time("event_time", ">="),
    "LT_eventTime": _time("event_time", "<"),
    "GE_recordTime": _time("record_time", ">="),
    "LT_recordTime": _time("record_time", "<"),
    "GE_errorDeclarationTime": _time("declared_at", ">="),
    "LT_errorDeclarationTime": _time("declared_at", "<"),
    "EXISTS_errorDeclaration": _declared,
    "MATCH_epc": _match(Role.EPC, Role.CHILD),
    "MATCH_parentID": _match(Role.PARENT),
    "MATCH_inputEPC": _match(Role.INPUT),
    "MATCH_outputEPC": _match(Role.OUTPUT),
    "MATCH_anyEPC": _match(*Role),
    "MATCH_epcClass": _match(Role.EPC, Role.CHILD, is_class=True),
    "MATCH_inputEPCClass": _match(Role.INPUT, is_class=True),
    "MATCH_outputEPCClass": _match(Role.OUTPUT, is_class=True),
    "MATCH_anyEPCClass": _match(*Role, is_class=True),
    "orderBy": _order,
    "orderDirection": _direction,
    "eventCountLimit": _limit,
    "maxEventCount": _ceiling,
}
PARAMETERS: Final = tuple(_READERS)
"""Every parameter this release understands that has a fixed name.

The families `HASATTR_` and `EQATTR_` stand in `epcis_core.query.fields`.
"""
