"""Definitions of named queries: a JSON object of parameters becomes a query, and stays as given.

    {"name": "shipped", "query": {"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping"]}}

Its values are texts, numbers, `true` and `false`, or lists of these; `null` is a flag without a
value. An `@context` among the parameters binds prefixes.

References:
    EPCIS 2.0, section 12.7 (named queries)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from api.errors import Refusal
from api.wire.pages import PAGING
from epcis_core.codecs.json_text import JsonText, MalformedJsonError
from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.codecs.limits import Limits
from epcis_core.model.base import Number
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.query.conditions import EventQuery
from epcis_core.query.parameters import parse_query
from epcis_core.store.named_queries import NamedQuery

RESERVED: Final = ("SimpleEventQuery", "SimpleMasterDataQuery")
"""Names that the standard gives to its own queries."""

LARGEST: Final = 2**20
"""Bytes of a definition, and of a subscription."""

_CONTEXT: Final = "@context"
_LONGEST_NAME: Final = 200
_NO_NAMES: Final = (".", "..")  # they vanish from paths
_INVALID: Final = "QueryValidationException"


@dataclass(frozen=True, slots=True)
class Definition:
    """A query that is to have a name.

    Attributes:
        name: as given.
        text: the parameters as given, a JSON object.
    """

    name: str
    text: str


def read_definition(body: bytes, prefixes: Mapping[str, str]) -> Definition:
    """Read the definition of a query, and make sure that it can be asked.

    Args:
        body: JSON in UTF-8.
        prefixes: bound beside those in the definition: prefix to namespace.

    Raises:
        Refusal: 400 for what is no definition.
        QueryError: a parameter is unknown, or its value is none.
    """
    members = json_object(body, _INVALID)
    for member in members:
        if member not in {"name", "query"}:
            raise _invalid(f"A named query has a name and a query, but no {member!r}.")
    name, parameters = members.get("name"), members.get("query")
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise _invalid(f"Expected a text as name, got {_shown(name)}.")
    if len(name) > _LONGEST_NAME or name in _NO_NAMES:
        raise _invalid(f"{name[:_LONGEST_NAME]!r} cannot be a name: it stands in an address.")
    if not isinstance(parameters, dict):
        raise _invalid(f"Expected an object of parameters as query, got {_shown(parameters)}.")
    _parsed(parameters, prefixes)
    return Definition(name, json_bytes(parameters).decode())


def query_of(named: NamedQuery) -> EventQuery:
    """Return what a named query asks for.

    Raises:
        QueryError: a release that knew more parameters made it.
    """
    return _parsed(parameters_of(named), named.prefixes)


def pairs_of(named: NamedQuery) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a named query as pairs; a list is its name several times."""
    return tuple(_pairs(parameters_of(named)))


def prefixes_of(named: NamedQuery) -> dict[str, str]:
    """Return what prefixes stand for in a named query, those of the EPCIS context left out."""
    known = _namespaces(parameters_of(named), named.prefixes).prefixes
    return {name: uri for name, uri in known.items() if BUILT_IN.get(name) != uri}


def parameters_of(named: NamedQuery) -> dict[str, Any]:
    """Return the parameters of a named query as they were given, numbers as `Number`."""
    return json_object(named.definition.encode(), _INVALID)


def json_object(body: bytes, kind: str) -> dict[str, Any]:
    """Read a JSON object whose numbers stay as written, as `Number`.

    Args:
        body: JSON in UTF-8.
        kind: the exception of the standard that a refusal names.

    Raises:
        Refusal: 400 for what is none.
    """
    try:
        text = JsonText(BytesIO(body), Limits(value_size=LARGEST))
        value = text.value("")
        text.expect_end()
    except MalformedJsonError as error:
        raise Refusal(400, kind, error.found.message) from error
    if value.is_broken:
        raise Refusal(400, kind, value.faults[0].message)
    if not isinstance(value.data, dict):
        raise Refusal(400, kind, f"Expected a JSON object, got {_shown(value.data)}.")
    return value.data


def _parsed(parameters: Mapping[str, Any], prefixes: Mapping[str, str]) -> EventQuery:
    if not PAGING.isdisjoint(parameters):
        raise _invalid("perPage and nextPageToken go with a request, and are no part of a query.")
    return parse_query(_pairs(parameters), _namespaces(parameters, prefixes))


def _namespaces(parameters: Mapping[str, Any], prefixes: Mapping[str, str]) -> Namespaces:
    context = parameters.get(_CONTEXT)
    if not isinstance(context, str | dict | list | None):
        raise _invalid(f"Expected prefixes or addresses as @context, got {_shown(context)}.")
    return Namespaces.of_context(context, Namespaces({**BUILT_IN, **prefixes}))


def _pairs(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield parameters as pairs of a name and a value; a list is its name several times."""
    for name, value in parameters.items():
        if name == _CONTEXT:
            continue
        values = value if isinstance(value, list) else [value]
        if not values:
            raise _invalid(f"{name}: expected at least one value, got an empty list.")
        for one in values:
            yield name, _text(name, one)


def _text(name: str, value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Number():
            return value.text
        case None:
            return ""
    raise _invalid(f"{name}: expected a text, a number, true or false, got {_shown(value)}.")


def _shown(value: Any) -> str:
    """Return a value as a message shows it."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "an object"
        case list():
            return "a list"
    return json_bytes(value).decode()[:80]


def _invalid(title: str) -> Refusal:
    return Refusal(400, _INVALID, title)
