"""What can be told of a document before it is promised to be captured.

A document that cannot be captured whatever the ledger holds is refused at once, so that its sender
need not ask again:

- Of every document the start is looked at: whether it is JSON or XML at all, and whether its root
  is a document of EPCIS.
- One of up to 1 MiB is read to its end: a fault of the document as a whole (broken off, no
  `schemaVersion`, too many events …) refuses it, and so does a document of whose events none has
  the structure of an event: there is nothing in it to capture.

All else is a matter of single events, and comes out when they are captured: a part of the events is
wrong, a rule of the standard beyond structure is broken, an `eventID` belongs to another event. So
does what is wrong further on in a large document.

References:
    EPCIS 2.0, section 12.6
"""

import io
from dataclasses import dataclass
from typing import BinaryIO, Final

from epcis_core.codecs.document import DocumentKind
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Syntax, capped, has_errors
from ingest.prepare import events_of, findings_at_end

AT_ONCE: Final = 2**20
"""Bytes of a document that are read before it is taken."""

_TOLD_BY_THE_START: Final = frozenset({"not_a_document", "wrong_namespace"})


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the first look at a document shows.

    Attributes:
        syntax: how it is written; None where it could not be told.
        kind: what it is; None likewise.
        refused: why it cannot be captured; empty where it may be.
    """

    syntax: Syntax | None
    kind: DocumentKind | None
    refused: tuple[Finding, ...] = ()


def first_look(source: BinaryIO, limits: Limits) -> FirstLook:
    """Look at a document, at its start.

    Args:
        source: its bytes.
        limits: how much of it is taken.
    """
    start = source.read(AT_ONCE + 1)
    is_whole = len(start) <= AT_ONCE
    reader = open_document(io.BytesIO(start), limits)
    if isinstance(reader, Finding):
        return FirstLook(None, None, (reader,))
    syntax = reader.envelope.syntax
    if not is_whole:
        told = tuple(found for found in reader.findings if found.code in _TOLD_BY_THE_START)
        return FirstLook(syntax, None if reader.findings else reader.envelope.kind, told)
    kind = None if has_errors(reader.findings) else reader.envelope.kind
    events = readable = 0
    of_events: list[Finding] = []
    for read in events_of(reader, limits):
        events += 1
        readable += read.event is not None
        of_events += read.findings if read.event is None else ()
    found = findings_at_end(reader, events, lenient=False)
    if has_errors(found) or (events and not readable):
        return FirstLook(syntax, kind, (*found, *capped(of_events)))
    return FirstLook(syntax, kind)
