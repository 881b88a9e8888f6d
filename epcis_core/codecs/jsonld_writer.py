"""Writing EPCIS JSON-LD. Numbers and extension members come out as they came in.

`write_document` makes a document of events; `JsonLdWriter` writes one that was read, head and all.

References:
    EPCIS 2.0, section 10
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from pydantic import BaseModel

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.document_forms import json_form
from epcis_core.errors import EpcisError
from epcis_core.model.base import Number
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import BUILT_IN, EPCIS_CONTEXT

_VERSION: Final = "2.0"
_BODY: Final = ("epcisBody", "eventList")
_RESULTS: Final = ("epcisBody", "queryResults", "resultsBody", "eventList")


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
    events: Iterable[bytes],
    *,
    creation_date: str,
    prefixes: Mapping[str, str],
    query_name: str = "SimpleEventQuery",
    subscription_id: str | None = None,
) -> Iterator[bytes]:
    """Yield an EPCISQueryDocument with the result of a query of events, piece by piece.

    Args:
        events: each event as JSON in UTF-8.
        creation_date: when the document is written, a timestamp.
        prefixes: what the events' prefixes stand for; an event may declare more of its own.
        query_name: which query it was.
        subscription_id: the subscription that asked; None where none did.
    """
    head = _head("EPCISQueryDocument", creation_date, prefixes)
    asked = {"queryName": query_name}
    if subscription_id is not None:
        asked["subscriptionID"] = subscription_id
    before = b'"epcisBody":{"queryResults":' + json_bytes(asked).removesuffix(b"}")
    yield from _filled(head, before + b',"resultsBody":{"eventList":[', events, b"]}}}}")


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


class JsonLdWriter:
    """Writes one document that was read, in whatever syntax, or a bare event.

    Use `start`, `event` for each event, and `end`, in that order. What JSON has no document for
    takes the form that `epcis_core.codecs.document_forms` explains.

    Args:
        envelope: what the document is; its head must have been read.

    Raises:
        EpcisError: the envelope has no head.
    """

    def __init__(self, envelope: Envelope) -> None:
        self._start, self._end, self._separator = b"", b"\n", b""
        self._context: list[Any] | None = None
        if envelope.kind == "event":
            self._context = context_of(envelope.namespaces.prefixes)
            return
        head = json_form(envelope.kind, head_members(envelope))
        if not head.get("schemaVersion", _VERSION).startswith("2"):
            head["schemaVersion"] = _VERSION
        is_query = envelope.kind == "EPCISQueryDocument"
        self._start, self._end = _around_events(head, _RESULTS if is_query else _BODY)
        self._end += b"\n"

    def start(self) -> bytes:
        """Return everything up to the first event."""
        return self._start

    def event(self, event: EpcisEvent) -> bytes:
        """Return one event, and the comma between it and the event before."""
        separator, self._separator = self._separator, b",\n"
        if self._context is not None and event.context is None:
            return separator + json_bytes({"@context": self._context, **members(event)})
        return separator + json_bytes(event)

    def end(self) -> bytes:
        """Return everything behind the last event."""
        return self._end


def head_members(envelope: Envelope) -> dict[str, Any]:
    """Return the members of a document's head, a list of events among them empty.

    Raises:
        EpcisError: the head could not be read.
    """
    if envelope.head is None:
        raise EpcisError(f"Expected a document whose head was read, got: {envelope.kind}")
    return members(envelope.head)


def _around_events(head: dict[str, Any], way: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Return what stands before and behind the events; the last of the way is the list of them."""
    name, *inner = way
    before = json_bytes({one: value for one, value in head.items() if one != name})[:-1]
    before += (b"" if before == b"{" else b",") + json_bytes(name) + b":"
    if not inner:
        return before + b"[", b"]}"
    below, behind = _around_events(head[name], tuple(inner))
    return before + below, behind + b"}"


def _written(value: Any) -> Any:
    if isinstance(value, Number):
        return orjson.Fragment(value.text)
    raise TypeError(f"Expected JSON members, got {type(value).__name__}")
