"""Writing EPCIS JSON-LD. Numbers and extension members come out as they came in.

References:
    EPCIS 2.0, section 10
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic import BaseModel

from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import BUILT_IN, EPCIS_CONTEXT


def members(part: BaseModel) -> dict[str, Any]:
    """Return a part of the model as JSON members, numbers still as `Number`."""
    return part.model_dump(by_alias=True, exclude_unset=True)


def json_bytes(value: Any, *, indent: bool = False) -> bytes:
    """Return a model part, or JSON members, as JSON text in UTF-8."""
    if isinstance(value, BaseModel):
        value = members(value)
    return orjson.dumps(value, default=_written, option=orjson.OPT_INDENT_2 if indent else 0)


def context_of(prefixes: Mapping[str, str]) -> list[Any]:
    """Return the `@context` that declares prefixes beside those of the EPCIS context."""
    own = {name: uri for name, uri in prefixes.items() if BUILT_IN.get(name) != uri}
    return [EPCIS_CONTEXT, own] if own else [EPCIS_CONTEXT]


def write_document(
    events: Iterable[bytes], *, creation_date: str, prefixes: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield an EPCISDocument piece by piece.

    Args:
        events: each event as JSON in UTF-8.
        creation_date: when the document is written, a timestamp.
        prefixes: what the events' prefixes stand for; an event may declare more of its own.
    """
    head = _head("EPCISDocument", creation_date, prefixes)
    yield from _filled(head, b'"epcisBody":{"eventList":[', events, b"]}}")


def write_query_document(
    events: Iterable[bytes], *, creation_date: str, prefixes: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield an EPCISQueryDocument with the result of a SimpleEventQuery, piece by piece.

    Arguments are those of `write_document`.
    """
    head = _head("EPCISQueryDocument", creation_date, prefixes)
    before = (
        b'"epcisBody":{"queryResults":{"queryName":"SimpleEventQuery","resultsBody":{"eventList":['
    )
    yield from _filled(head, before, events, b"]}}}}")


def _head(kind: str, creation_date: str, prefixes: Mapping[str, str]) -> bytes:
    return json_bytes(
        {
            "@context": context_of(prefixes),
            "type": kind,
            "schemaVersion": "2.0",
            "creationDate": creation_date,
        }
    )


def _filled(head: bytes, before: bytes, events: Iterable[bytes], after: bytes) -> Iterator[bytes]:
    yield head.removesuffix(b"}") + b"," + before
    for index, event in enumerate(events):
        yield (b"," if index else b"") + event
    yield after


def event_bytes(event: EpcisEvent) -> bytes:
    """Return one event as JSON text in UTF-8."""
    return json_bytes(event)


def _written(value: Any) -> Any:
    if isinstance(value, Number):
        return orjson.Fragment(value.text)
    raise TypeError(f"Expected JSON members, got {type(value).__name__}")
