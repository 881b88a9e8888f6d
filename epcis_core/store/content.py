"""What an event says beside its columns and the objects it names, as rows that queries find.

One walk over the event: members of other namespaces wherever they may stand, at any depth; what
sensors reported; persistent dispositions; and terms with a prefix, spelled out.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import duckdb

from epcis_core.codecs.stored import read_stored_event
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, party_of, place_of
from epcis_core.model.base import Extensible, Number, json_name
from epcis_core.model.elements import SensorElement, SensorMetadata, SensorReport
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.master_data import attribute_name, element_key
from epcis_core.model.namespaces import TYPES, Namespaces
from epcis_core.model.times import microseconds
from epcis_core.query.values import moment_in, number_in
from epcis_core.store.reading import Reading
from epcis_core.store.tables import CONTENT
from epcis_core.vocabulary import VocabularyList, bare_word

_HELD: Final = frozenset({"#text", "@value"})
"""Members that hold what an element of XML or a value object of JSON-LD says itself."""

_TERMS: Final = {
    "type": VocabularyList.MEASUREMENT_TYPE,
    "exception": VocabularyList.SENSOR_ALERT_TYPE,
    "component": VocabularyList.COMPONENT,
}
_TIMES: Final = frozenset({"time", "start_time", "end_time"})
_TEXTS: Final = frozenset({"string_value", "uom"})
_Plain: Final = str | bool | Number
_TOGETHER: Final = 1000
_SIGN: Final = 1 << 63


class Content(NamedTuple):
    """One row, but for its event and its position; the migration that made the table tells more."""

    part: str
    inside: bool
    name: str
    written: str
    kind: str
    value: str | None = None
    key: str | None = None
    uom: str | None = None
    rank: str | None = None


def content_of(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Content]:
    """Yield what an event says, in its order.

    Args:
        event: an event the rules have passed.
        namespaces: the prefixes in force inside it.
    """
    yield from _terms(event, namespaces)
    if extensions := event.extensions:
        yield from _members("event", extensions, namespaces)
    fields = vars(event)  # a member that a type of event lacks takes pydantic long to miss
    if ilmd := fields.get("ilmd"):
        yield from _members("ilmd", ilmd, namespaces)
    for part in ("error_declaration", "read_point", "biz_location"):
        thing: Extensible | None = fields.get(part)
        if thing is not None and (extensions := thing.extensions):
            yield from _members(part, extensions, namespaces)
    for element in fields.get("sensor_element_list") or ():
        yield from _sensor_element(element, namespaces)


def rank_of_number(value: float) -> str:
    """Return a text that sorts as a number of binary64 does, before all times.

    >>> sorted([10.0, -1.5, 9.0, 0.0], key=rank_of_number)
    [-1.5, 0.0, 9.0, 10.0]
    """
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))  # -0.0 + 0.0 is 0.0
    return f"1{bits ^ (2 * _SIGN - 1 if bits & _SIGN else _SIGN):016x}"


def rank_of_moment(moment: int) -> str:
    """Return a text that sorts as a time does, behind all numbers; microseconds since 1970."""
    return f"2{moment + _SIGN:020d}"


def fill_content(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the rows of the events that a ledger of an older format has."""
    after = -1
    while True:
        found = connection.execute(
            "SELECT e.sequence, e.body, v.syntax, v.prefixes, v.contexts "
            "FROM event e JOIN envelope v USING (envelope) "
            "WHERE e.sequence > ? AND e.body IS NOT NULL ORDER BY e.sequence LIMIT ?",
            [after, _TOGETHER],
        ).fetchall()
        if not found:
            return
        rows = []
        for sequence, body, *stored in found:
            reading = Reading.stored(*stored)
            event = read_stored_event(body, reading.syntax, reading.namespaces)
            namespaces = Namespaces.of_context(event.context, reading.namespaces)
            rows += [(sequence, n, *row) for n, row in enumerate(content_of(event, namespaces))]
        CONTENT.insert(connection, rows)
        after = found[-1][0]


def _terms(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Content]:
    """Yield terms that the columns do not hold, or not with their prefix spelled out."""
    if event.type not in EVENT_TYPES:
        yield from _other_spelling("event_type", event.type, None, namespaces)
    fields, declared = vars(event), event.error_declaration
    for column, written, vocabulary in (
        ("biz_step", fields.get("biz_step"), VocabularyList.BIZ_STEP),
        ("disposition", fields.get("disposition"), VocabularyList.DISPOSITION),
        ("reason", declared.reason if declared else None, VocabularyList.ERROR_REASON),
    ):
        if written is not None and ":" in written:
            yield from _other_spelling(column, written, vocabulary, namespaces)
    kept = fields.get("persistent_disposition")
    for field in ("set", "unset") if kept is not None else ():
        for word in getattr(kept, field) or ():
            yield from _term(field, "", word, VocabularyList.DISPOSITION, namespaces)
    yield from _entries(event, namespaces)


def _entries(event: EpcisEvent, namespaces: Namespaces) -> Iterator[Content]:
    """Yield entries whose type has a prefix, as `type identifier` with the type spelled out."""
    fields = vars(event)
    for entry in fields.get("biz_transaction_list") or ():
        vocabulary = VocabularyList.BUSINESS_TRANSACTION_TYPE
        for kind in _spelled_out(entry.type, vocabulary, namespaces):
            text = f"{kind} {canonical(entry.biz_transaction)}"
            yield Content("transactions", False, "", "", "text", text)
    for column, entries, member in (
        ("sources", "source_list", "source"),
        ("destinations", "destination_list", "destination"),
    ):
        for entry in fields.get(entries) or ():
            for kind in _spelled_out(entry.type, VocabularyList.SOURCE_DEST_TYPE, namespaces):
                uri = getattr(entry, member)
                key = (place_of if kind == "location" else party_of)(uri) or canonical(uri)
                yield Content(column, False, "", "", "text", f"{kind} {key}")


def _other_spelling(
    column: str, written: str | None, vocabulary: VocabularyList | None, namespaces: Namespaces
) -> Iterator[Content]:
    for value in _spelled_out(written, vocabulary, namespaces):
        yield Content(column, False, "", "", "text", value)


def _spelled_out(
    written: str | None, vocabulary: VocabularyList | None, namespaces: Namespaces
) -> Iterator[str]:
    """Yield a term whose prefix stands for something, with it spelled out; else nothing."""
    if written is None or ":" not in written:
        return
    whole = "".join(namespaces.expand(written))
    plain = bare_word(vocabulary, written) if vocabulary else written
    value = bare_word(vocabulary, whole) if vocabulary else whole
    if value != plain:
        yield value


def _term(
    part: str, name: str, written: str, vocabulary: VocabularyList, namespaces: Namespaces
) -> Iterator[Content]:
    """Yield a term in each way it may be asked for."""
    yield Content(part, False, name, name, "text", bare_word(vocabulary, written))
    for value in _spelled_out(written, vocabulary, namespaces):
        yield Content(part, False, name, name, "text", value)


def _sensor_element(element: SensorElement, namespaces: Namespaces) -> Iterator[Content]:
    yield Content("sensor", False, "sensorElement", "sensorElement", "object")
    yield from _members("sensor_element", element.extensions, namespaces)
    if element.sensor_metadata is not None:
        yield from _sensor_fields(element.sensor_metadata, None, namespaces)
        yield from _members("sensor_metadata", element.sensor_metadata.extensions, namespaces)
    for report in element.sensor_report:
        yield from _sensor_fields(report, report.uom, namespaces)
        yield from _members("sensor_report", report.extensions, namespaces)


def _sensor_fields(
    said: SensorMetadata | SensorReport, uom: str | None, namespaces: Namespaces
) -> Iterator[Content]:
    """Yield the standard's fields of metadata or a report."""
    for field in type(said).model_fields:
        value = getattr(said, field)
        if value is None:
            continue
        name = json_name(field)
        if field in _TERMS:
            yield from _term("sensor", name, value, _TERMS[field], namespaces)
        elif isinstance(value, Number):
            yield Content("sensor", False, name, name, "number", value.text, None, uom)
        elif isinstance(value, bool):
            yield Content("sensor", False, name, name, "boolean", str(value).lower())
        elif field in _TIMES:
            rank = rank_of_moment(microseconds(value))
            yield Content("sensor", False, name, name, "time", value, rank=rank)
        elif field == "hex_binary_value":
            yield Content("sensor", False, name, name, "text", value.upper())
        else:
            text = value if field in _TEXTS else _canonical(value)
            yield Content("sensor", False, name, name, "text", text)


def _canonical(uri: str) -> str:
    try:
        return canonical(uri)
    except IdentifierError:
        return uri


def _members(
    part: str, members: Mapping[str, Any], namespaces: Namespaces, *, inside: bool = False
) -> Iterator[Content]:
    """Yield extension members and everything below them."""
    for written, value in members.items():
        if written != TYPES or inside:
            name = attribute_name(written, namespaces)
            yield from _values(part, name, written, value, namespaces, inside=inside)


def _values(
    part: str, name: str, written: str, value: Any, namespaces: Namespaces, *, inside: bool
) -> Iterator[Content]:
    """Yield what stands under one name; nothing for null, and for a list or object of nothing."""
    match value:
        case list() | tuple():
            for one in value:
                yield from _values(part, name, written, one, namespaces, inside=inside)
        case dict() if value:
            yield Content(part, inside, name, written, "object")
            held = {one for one in _HELD & value.keys() if isinstance(value[one], _Plain)}
            for one in (one for one in value if one in held):
                yield from _values(part, name, written, value[one], namespaces, inside=inside)
            inner = {one: value[one] for one in value if one not in held}
            yield from _members(part, inner, namespaces, inside=True)
        case Number():
            rank = rank_of_number(float(value.value))
            yield Content(part, inside, name, written, "number", value.text, rank=rank)
        case bool():
            yield Content(part, inside, name, written, "boolean", str(value).lower())
        case str():
            yield _text(part, name, written, value, inside=inside)


def _text(part: str, name: str, written: str, value: str, *, inside: bool) -> Content:
    key = element_key(value) if ":" in value else value  # other texts are no URIs
    kind, rank = "text", None
    if (number := number_in(value)) is not None:
        kind, rank = "numeral", rank_of_number(float(number))
    elif value[4:5] == "-" and (moment := moment_in(value)) is not None:  # as years end
        kind, rank = "time", rank_of_moment(moment)
    return Content(
        part, inside, name, written, kind, value, key if key != value else None, None, rank
    )
