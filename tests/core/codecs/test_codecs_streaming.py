"""A document of any length is read in bounded memory, and no input hangs or breaks the reader."""

import io
import os
import re
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.codecs.json_places import Places
from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.jsonld_writer import event_bytes, json_bytes, write_document
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, escape_pointer
from epcis_core.model.base import Number
from epcis_core.rules import check_event
from tests.pace import allowed
from tests.strategies.events import NAMESPACES, events, json_values

MEGABYTE = 2**20
SIZE = int(float(os.environ.get("TEST_SCALE", "1")) * 20) * MEGABYTE
NOW = "2026-03-01T08:00:00Z"
CONTEXT = b'"@context": "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"'
EVENT = (
    b'{"type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z", "action": "ADD", '
    b'"eventTimeZoneOffset": "+07:00", "epcList": ['
    + b",".join(b'"urn:epc:id:sscc:8930001.%010d"' % n for n in range(1000))
    + b"]}"
)


class EndlessEvents(io.RawIOBase):
    """A document of so many bytes that is made while it is read."""

    def __init__(self, size: int, *, context_first: bool) -> None:
        rest = (
            b'"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "%s"' % NOW.encode()
        )
        first, last = (
            (CONTEXT + b", " + rest, rest[:0]) if context_first else (rest, b", " + CONTEXT)
        )
        self._head = b"{" + first + b', "epcisBody": {"eventList": [\n' + EVENT
        self._tail = b"\n]}" + last + b"}"
        self._more = b",\n" + EVENT
        self.events = 1 + size // len(self._more)
        self._size = len(self._head) + (self.events - 1) * len(self._more) + len(self._tail)
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 2 * len(EVENT) + MEGABYTE
        made = b""
        while len(made) < size and self._at < self._size:
            piece = self._piece()[: size - len(made)]
            made += piece
            self._at += len(piece)
        return made

    def _piece(self) -> bytes:
        into_tail = self._at - (self._size - len(self._tail))
        if self._at < len(self._head):
            return self._head[self._at :]
        if into_tail >= 0:
            return self._tail[into_tail:]
        return self._more[(self._at - len(self._head)) % len(self._more) :]


@pytest.mark.parametrize("context_first", [True, False], ids=["context first", "context last"])
def test_a_long_document_is_read_in_bounded_memory(*, context_first: bool) -> None:
    source = EndlessEvents(SIZE, context_first=context_first)
    tracemalloc.start()
    try:
        reader = JsonLdReader(source)  # type: ignore[arg-type]
        last, count = -1, 0
        for read in reader.events():
            assert read.event is not None
            assert read.findings == ()
            assert read.index == last + 1
            last, count = read.index, count + 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert reader.findings == []
    assert count == source.events
    assert reader.bytes_read > SIZE
    assert peak < 10 * MEGABYTE


BARE = (
    '{"type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z", "eventTimeZoneOffset": "+07:00", '
    '"action": "OBSERVE", "epcList": [%s]%s}'
)
MANY = 20_000
SECONDS = 10


def filled(*, epcs: str = "", more: str = "") -> str:
    return BARE % (epcs, more)


def joined(entry: Callable[[int], str]) -> str:
    return ",".join(entry(n) for n in range(MANY))


HOSTILE = {
    "identifiers that are none": filled(epcs=joined(lambda n: f'"{n}"')),
    "identifiers that are malformed": filled(
        epcs=joined(lambda n: f'"urn:epc:id:sscc:8930001.{n}"')
    ),
    "one identifier over and over": filled(epcs=joined(lambda _: '"urn:x:y"')),
    "unknown members": filled(more="," + joined(lambda n: f'"member{n}": 1')),
    "unknown prefixes": filled(more="," + joined(lambda n: f'"f{n}:a": 1')),
    "misspelt terms": filled(
        more=', "persistentDisposition": {"set": [' + joined(lambda n: f'"activ{n}"') + "]}"
    ),
    "members over and over": filled(more=', "ex:a": {' + joined(lambda _: '"b": 1') + "}"),
    "NaN over and over": filled(more=', "ex:a": [' + joined(lambda _: "NaN") + "]"),
    "sensors without readings": filled(
        more=', "sensorElementList": [' + joined(lambda _: "{}") + "]"
    ),
    "a URI of 10 MB": filled(epcs='"urn:%s "' % ("a" * 10_000_000)),
    "an authority of 10 MB": filled(epcs='"http://%s "' % ("a" * 10_000_000)),
    "a term of 10 MB": filled(more=', "bizStep": "%s"' % ("s" * 10_000_000)),
    "a name of 10 MB": filled(more=', "%s": 1' % ("s" * 10_000_000)),
    "a type of 10 MB": filled().replace("ObjectEvent", "O" * 10_000_000),
    "a time of 10 MB": filled().replace("08:00:00Z", "08:00:00.%sZ" % ("1" * 10_000_000)),
    "escapes only": filled(more=', "ex:a": "%s"' % ("\\u0000" * 1_000_000)),
    "half of it escapes": filled(more=', "ex:a": "%s"' % ("a\\ud83d\\ude00" * 500_000)),
    "a text without end": filled(more=', "ex:a": "%s' % ("a" * 30_000_000)),
    "brackets only": "[" * 30_000_000,
    "white space only": " " * 30_000_000,
}


@pytest.mark.parametrize("event", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_costs_little_and_names_few_findings(event: str) -> None:
    if event.startswith("{"):
        event = (
            f'{{{CONTEXT.decode()}, "type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody":\
 {{"eventList": [{event}]}}, "creationDate": "{NOW}"}}'
        )
    started = time.process_time()
    found = everything(event.encode())
    took = time.process_time() - started
    assert took < SECONDS or took < allowed(SECONDS)
    assert found
    assert len(found) < 50
    assert all(len(one.message) < 1000 and len(str(one.where)) < 1100 for one in found)


def everything(data: bytes, limits: Limits | None = None) -> list[Finding]:
    opened = open_document(io.BytesIO(data), limits)
    if isinstance(opened, Finding):
        return [opened]
    found: list[Finding] = []
    for read in opened.events():
        found += read.findings
        if read.event is not None:
            found += [
                read.placed(one) for one in check_event(read.event, read.namespaces, read.syntax)
            ]
    return found + opened.findings


@given(event=events(), data=st.data())
def test_a_damaged_document_gives_findings_and_never_an_exception(
    event: object, data: st.DataObject
) -> None:
    whole = b"".join(
        write_document([event_bytes(event)], creation_date=NOW, prefixes=NAMESPACES)  # type: ignore[arg-type]
    )
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 8))
    put = data.draw(
        st.one_of(
            st.binary(max_size=4), st.sampled_from([b'"', b"\\", b"{", b"]", b"null", b"1e9"])
        )
    )
    damaged = whole[:at] + put + whole[at + cut :]
    found = everything(damaged)
    assert everything(damaged, Limits(chunk=7)) == found
    for one in found:
        assert one.message
        assert one.message_in("vi")
        assert one.where.line
        assert one.where.column


@given(st.binary(max_size=200))
def test_any_bytes_give_findings_and_never_an_exception(data: bytes) -> None:
    assert all(one.message for one in everything(data))
    assert all(one.message for one in everything(b'{"@context":' + data))


TEXT_OR_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]')


def spaced(part: str, space: str) -> str:
    return part if part.startswith('"') else f"{space}{part}{space}"


@given(json_values(), st.text(" \t\r\n", max_size=3))
def test_every_part_of_a_value_is_found_where_it_stands(value: object, space: str) -> None:
    text = json_bytes(value).decode()
    text = TEXT_OR_MARK.sub(lambda found: spaced(found[0], space), text).strip()
    places = Places(text, "/base", 3, 5)
    expected = list(parts(value, ""))
    assert [places.where(pointer).pointer for pointer, _ in expected] == [
        f"/base{pointer}" for pointer, _ in expected
    ]
    lines = text.split("\n")
    lines[0] = "    " + lines[0]
    for pointer, first in expected:
        where = places.where(pointer)
        assert where.line is not None
        assert where.column is not None
        assert lines[where.line - 3][where.column - 1 :].startswith(first)


def parts(value: object, pointer: str) -> list[tuple[str, str]]:
    """Pointer and first character of every part of a value."""
    found = [(pointer, first_of(value))]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += parts(inner, f"{pointer}/{escape_pointer(name)}")
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += parts(inner, f"{pointer}/{index}")
    return found


def first_of(value: object) -> str:
    if isinstance(value, Number):
        return value.text
    return json_bytes(value).decode()[:1]
