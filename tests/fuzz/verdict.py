"""What must hold for every input, however damaged: findings with places, and nothing else.

Two parsers that are not ours sit beside: whatever the reader takes without an error they must read
too, and whatever they refuse the reader must refuse.
"""

import io
import json
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from lxml import etree

from epcis_core.codecs.document import DocumentReader, ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.codecs.stored import read_stored_event
from epcis_core.codecs.xml_encoding import Encoding, encoding_of, looks_like_xml
from epcis_core.findings import Finding, has_errors
from ingest.prepare import Prepared, prepare
from tests.pace import allowed

LONGEST: Final = 2.0
"""Seconds of processor time that an input may take on the usual machine."""

_NO_XML: Final = frozenset(
    {"malformed_xml", "unexpected_markup", "truncated", "undefined_entity", "forbidden_character"}
    | {"malformed_namespace"}
)
_NO_JSON: Final = frozenset({"malformed_json", "truncated"})
_LIMITS: Final = frozenset({"too_deep", "value_too_large", "too_many_entries", "number_too_long"})
_NO_URI: Final = etree.ErrorTypes.WAR_NS_URI
_ENCODING: Final = re.compile(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""")
"""What an XML declaration says of the encoding, behind all that stands before it."""
_OURS: Final = frozenset({"unknown_encoding", "encoding_contradicted", "namespace_on_wrapper"})
"""Refused here, whatever is well formed."""
_ONE_IN: Final = 10


class TooSlowError(Exception):
    """The processor time for one input ran out."""


@dataclass(frozen=True)
class Seen:
    """What became of a file.

    Attributes:
        reader: what read it; None where it was not even opened.
        events: what was read, with what became of it.
        findings: everything found.
    """

    reader: DocumentReader | None
    events: tuple[tuple[ReadEvent, Prepared], ...]
    findings: tuple[Finding, ...]


def see(data: bytes, limits: Limits | None = None) -> Seen:
    """Read a file to its end, and do with its events what capture does before it stores them."""
    reader = open_document(io.BytesIO(data), limits)
    if isinstance(reader, Finding):
        return Seen(None, (), (reader,))
    events = tuple((read, prepare(read, organisation="")) for read in reader.events())
    found = (one for _, prepared in events for one in prepared.findings)
    return Seen(reader, events, (*found, *reader.findings))


def wrong_with(data: bytes, number: int) -> list[str]:
    """Return what is wrong with how a file is read; nothing, if all is well.

    Args:
        data: the file.
        number: decides what is looked at only now and then.
    """
    longest = _longest()
    started = time.process_time()
    try:
        with _alarm():
            seen = see(data)
        wrong = list(_wrong(data, seen))
        if number % _ONE_IN == 0:
            chunk = Random(number).randint(1, 64)  # noqa: S311 - the same every time
            with _alarm():
                again = see(data, Limits(chunk=chunk))
            if _told(again) != _told(seen):
                wrong.append(f"reads otherwise in pieces of {chunk} bytes")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a bug
        return [f"{type(error).__name__}: {error}"]
    took = time.process_time() - started
    return [*wrong, f"took {took:.1f} s"] if took > longest else wrong


@cache
def _longest() -> float:
    return allowed(LONGEST)


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise after so much processor time, wherever the program is."""

    def ring(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, _longest())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _told(seen: Seen) -> tuple[object, ...]:
    """Return what a sender is told, to compare."""
    found = [(one.code, one.where, one.message) for one in seen.findings]
    return found, [(read.text, read.event, p.event_id) for read, p in seen.events]


def _wrong(data: bytes, seen: Seen) -> Iterator[str]:
    text = decoded(data)
    lines = text.split("\n")
    for one in seen.findings:
        yield from _wrong_finding(one, lines)
    for read, _ in seen.events:
        yield from _wrong_event(read, seen, text)
    if is_xml(data):
        yield from _beside_lxml(data, text, seen)
    elif seen.reader is not None:
        yield from _beside_json(data, seen)


def _wrong_finding(one: Finding, lines: list[str]) -> Iterator[str]:
    line, column = one.where.line, one.where.column
    if line is None or column is None:
        yield f"{one.code} has no place"
    elif not (1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1):
        yield f"{one.code} at {line}:{column} is outside of the file"
    if not one.message or not one.message_in("vi"):
        yield f"{one.code} says nothing"


def _wrong_event(read: ReadEvent, seen: Seen, text: str) -> Iterator[str]:
    if read.text not in text:
        yield f"event {read.index} is not kept as received"
    if (read.event is None) != has_errors(read.findings):
        yield f"event {read.index} is {read.event!r}, its findings {read.findings!r}"
    if read.event is not None and seen.reader is not None:
        envelope = seen.reader.envelope
        again = read_stored_event(read.text, envelope.syntax, envelope.namespaces)
        if again != read.event:
            yield f"event {read.index} is another one when read again: {again!r}"


def _beside_lxml(data: bytes, text: str, seen: Seen) -> Iterator[str]:
    codes = {one.code for one in seen.findings}
    if "<!DOCTYPE" in text or codes & {*_LIMITS, *_OURS}:
        return
    # Without a byte order mark lxml does not know UTF-16; it is given the text, wherein what is no
    # character has been replaced.
    is_unmarked = data[:2] in {b"<\0", b"\0<"}
    given = _ENCODING.sub(r"\1", text).encode() if is_unmarked else data
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(given, parser)
        # Errors that lxml passes over are errors too.
        complaints = [entry.message for entry in parser.error_log.filter_from_errors()]
    except etree.XMLSyntaxError as error:
        complaints = [error.msg or ""]
    if any(one.type == _NO_URI and not one.message.isascii() for one in parser.error_log):
        return  # lxml knows no IRIs, and cannot tell which are
    if complaints:
        if not has_errors(seen.findings):
            yield f"is taken, and lxml says: {complaints}"
        return
    refused = codes & (_NO_XML if is_unmarked else {*_NO_XML, "undecodable"})
    if refused:
        yield f"is refused as {refused}, and lxml reads it"
    if not has_errors(seen.findings) and seen.reader and seen.reader.envelope.kind != "event":
        body = "EPCISBody/*/resultsBody" if "Query" in root.tag else "EPCISBody"
        lists = root.findall(f"{body}/EventList")
        inside = [two for one in lists for two in one.iterfind("extension/*")]
        inside += [two for one in lists for two in one.iterfind("extension/extension/*")]
        held = [*inside, *(two for one in lists for two in one)]
        count = sum(event.tag != "extension" for event in held if isinstance(event.tag, str))
        if count != len(seen.events):
            yield f"has {count} events for lxml and {len(seen.events)} for us"


def _beside_json(data: bytes, seen: Seen) -> Iterator[str]:
    codes = {one.code for one in seen.findings}
    try:
        json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if not has_errors(seen.findings):
            yield f"is taken, and Python says: {error}"
        return
    if codes & _NO_JSON:
        yield f"is refused as {codes & _NO_JSON}, and Python reads it"


def is_xml(data: bytes) -> bool:
    """Tell whether a file is one for the reader of XML."""
    return looks_like_xml(data[:512])


def decoded(data: bytes) -> str:
    """Return the text of a file, as far as it has one."""
    encoding = encoding_of(data[:512]) if is_xml(data) else Encoding("utf-8", 0, 0)
    if isinstance(encoding, Finding):
        return ""
    mark = encoding.mark_size or (3 if data.startswith(b"\xef\xbb\xbf") else 0)
    return data[mark:].decode(encoding.name, "replace")


def shown(data: bytes) -> str:
    """Return the beginning of a file, for a report."""
    return re.sub(r"\s+", " ", decoded(data))[:200]
