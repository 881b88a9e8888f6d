"""The parameters of SimpleEventQuery that this release understands, as a typed query.

A name is looked up whole in a table and never split at its underscores, because field names hold
underscores too. What is not in the table is an error that names the nearest right parameter.

References:
    EPCIS 2.0, section 8.2.7.1
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeVar

from epcis_core.errors import IdentifierError, QueryError
from epcis_core.identifiers import canonical, place_of
from epcis_core.model.references import Role
from epcis_core.model.times import microseconds
from epcis_core.vocabulary import VocabularyList, bare_word

_Choice = TypeVar("_Choice")

Column = Literal[
    "event_type", "action", "biz_step", "disposition", "read_point", "biz_location", "event_id",
    "transformation_id", "reason",
]  # fmt: skip
TimeColumn = Literal["event_time", "record_time", "declared_at"]
_List = Literal["text", "biz_step", "disposition", "error_reason", "place", "uri"]

_EQUAL: Final[dict[str, tuple[Column, _List]]] = {
    "eventType": ("event_type", "text"),
    "EQ_action": ("action", "text"),
    "EQ_bizStep": ("biz_step", "biz_step"),
    "EQ_disposition": ("disposition", "disposition"),
    "EQ_readPoint": ("read_point", "place"),
    "EQ_bizLocation": ("biz_location", "place"),
    "EQ_eventID": ("event_id", "text"),
    "EQ_transformationID": ("transformation_id", "uri"),
    "EQ_errorReason": ("reason", "error_reason"),
}
_TIMES: Final[dict[str, tuple[TimeColumn, Literal[">=", "<"]]]] = {
    f"{comparison}_{name}": (column, sign)  # type: ignore[misc]
    for name, column in (
        ("eventTime", "event_time"),
        ("recordTime", "record_time"),
        ("errorDeclarationTime", "declared_at"),
    )
    for comparison, sign in (("GE", ">="), ("LT", "<"))
}
_ALL_ROLES: Final = tuple(Role)
_MATCH: Final[dict[str, tuple[Role, ...]]] = {
    "MATCH_epc": (Role.EPC, Role.CHILD),
    "MATCH_parentID": (Role.PARENT,),
    "MATCH_inputEPC": (Role.INPUT,),
    "MATCH_outputEPC": (Role.OUTPUT,),
    "MATCH_anyEPC": _ALL_ROLES,
    "MATCH_epcClass": (Role.EPC, Role.CHILD),
    "MATCH_inputEPCClass": (Role.INPUT,),
    "MATCH_outputEPCClass": (Role.OUTPUT,),
    "MATCH_anyEPCClass": _ALL_ROLES,
}
_COUNTS: Final = ("eventCountLimit", "maxEventCount")
_ORDERS: Final[dict[str, Literal["event_time", "record_time"]]] = {
    "eventTime": "event_time",
    "recordTime": "record_time",
}
PARAMETERS: Final = (
    *_EQUAL, *_TIMES, *_MATCH, *_COUNTS, "EXISTS_errorDeclaration", "orderBy", "orderDirection",
)  # fmt: skip
"""Every parameter this release understands."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A query: every condition must hold; within a list any value will do.

    Attributes:
        equal: column to the values it may have.
        times: (column, comparison, microseconds since 1970 UTC).
        matches: (roles, canonical identifiers): the event names one of them in one of the roles.
        declared: only events with (True) or without (False) an error declaration.
        order_by: by which time; None for ledger order.
        ascending: oldest first.
        limit: at most so many events, the first in that order.
        ceiling: more events than this are an error.
    """

    equal: tuple[tuple[Column, tuple[str, ...]], ...] = ()
    times: tuple[tuple[TimeColumn, Literal[">=", "<"], int], ...] = ()
    matches: tuple[tuple[tuple[Role, ...], tuple[str, ...]], ...] = ()
    declared: bool | None = None
    order_by: Literal["event_time", "record_time"] | None = None
    ascending: bool = False
    limit: int | None = None
    ceiling: int | None = None
    names: tuple[str, ...] = field(default=(), compare=False)


def parse_query(pairs: Iterable[tuple[str, str]]) -> EventQuery:
    """Read a query from parameters.

    Args:
        pairs: name and value; a list is given by repeating the name.

    Raises:
        QueryError: an unknown parameter, or a value that is none; it names the nearest right one.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    query = EventQuery(names=tuple(values))
    for name, given in values.items():
        query = _add(query, name, given)
    if query.limit is not None and query.ceiling is not None:
        raise QueryError(
            "eventCountLimit and maxEventCount exclude each other", parameter="maxEventCount"
        )
    if query.limit is not None and query.order_by is None:
        raise QueryError("eventCountLimit needs orderBy", parameter="eventCountLimit")
    return query


def _add(query: EventQuery, name: str, given: list[str]) -> EventQuery:
    if name in _EQUAL:
        column, kind = _EQUAL[name]
        known = tuple(_normal(kind, value, name) for value in given)
        return replace(query, equal=(*query.equal, (column, known)))
    if name in _MATCH:
        keys = tuple(_identifier(value, name) for value in given)
        return replace(query, matches=(*query.matches, (_MATCH[name], keys)))
    value = _single(name, given)
    if name in _TIMES:
        return replace(query, times=(*query.times, (*_TIMES[name], _time(value, name))))
    if name == "EXISTS_errorDeclaration":
        return replace(query, declared=_chosen(value, {"true": True, "false": False}, name))
    if name == "orderBy":
        return replace(query, order_by=_chosen(value, _ORDERS, name))
    if name == "orderDirection":
        return replace(query, ascending=_chosen(value, {"ASC": True, "DESC": False}, name))
    if name == "eventCountLimit":
        return replace(query, limit=_count(value, name))
    if name == "maxEventCount":
        return replace(query, ceiling=_count(value, name))
    near = difflib.get_close_matches(name, PARAMETERS, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise QueryError(
        f"Unknown query parameter {name!r}{hint}", parameter=name, nearest=near[0] if near else None
    )


def _normal(kind: _List, value: str, name: str) -> str:
    match kind:
        case "biz_step":
            return bare_word(VocabularyList.BIZ_STEP, value)
        case "disposition":
            return bare_word(VocabularyList.DISPOSITION, value)
        case "error_reason":
            return bare_word(VocabularyList.ERROR_REASON, value)
        case "place":
            return place_of(_identifier(value, name)) or _identifier(value, name)
        case "uri":
            return _identifier(value, name)
        case "text":
            return value


def _identifier(value: str, name: str) -> str:
    try:
        return canonical(value)
    except IdentifierError as error:
        raise QueryError(f"{name}: {error}", parameter=name) from error


def _single(name: str, given: list[str]) -> str:
    if len(given) > 1:
        raise QueryError(f"{name} is given {len(given)} times; it takes one value", parameter=name)
    return given[0]


def _time(value: str, name: str) -> int:
    try:
        return microseconds(value)
    except ValueError as error:
        raise QueryError(f"{name}: {error}", parameter=name) from error


def _count(value: str, name: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise QueryError(f"{name}: expected a whole number above 0, got {value!r}", parameter=name)
    return int(value)


def _chosen(value: str, choices: dict[str, _Choice], name: str) -> _Choice:
    if value not in choices:
        expected = " or ".join(choices)
        raise QueryError(f"{name}: expected {expected}, got {value!r}", parameter=name)
    return choices[value]
