"""A part of an XML document: some of its events, with everything around them as it was written.

References:
    EPCIS 2.0, section 9.5 (EventList); EPCIS 1.2, section 9.5 (EventList/extension)
"""

import io
import re
from collections.abc import Collection
from typing import Final

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_encoding import DECLARATION_SIZE, Encoding, encoding_of
from epcis_core.codecs.xml_reader import XmlReader

_BLANKS: Final = " \t\r\n"
_EMPTY_WRAPPER: Final = re.compile(rf"<extension>[{_BLANKS}]*</extension>")
"""A wrapper of EPCIS 1.2 that holds no event any more."""

_NESTED: Final = 4
"""So many wrappers around each other at most are taken away; EPCIS 1.2 has two."""


def part_of_document(data: bytes, wanted: Collection[int], limits: Limits) -> bytes | None:
    r"""Return an XML document with some of its events alone, each as it was written.

    Namespaces, header, master data, comments and encoding stay, and so do the wrappers that EPCIS
    1.2 has around some events.

    Args:
        data: the document.
        wanted: which events, by their index from 0.
        limits: how much is taken.

    Returns:
        The document; None where it is no XML, has none of the events, or breaks off among them.

    >>> two = b"<EventList><a>1</a> <b>2</b></EventList>"
    >>> part_of_document(two, {1}, Limits()) is None  # not EPCIS
    True
    """
    encoding = encoding_of(data[:DECLARATION_SIZE])
    if not isinstance(encoding, Encoding):
        return None
    mark, kept = data[: encoding.mark_size], set[int]()
    text = data[encoding.mark_size :].decode(encoding.name, "surrogateescape")
    reader = XmlReader(io.BytesIO(data), limits)
    parts: list[str] = []
    between = ""
    line, line_start, end = 1, 0, 0
    for event in reader.events():
        at = event.locate("")
        while line < (at.line or 1):
            line, line_start = line + 1, text.index("\n", line_start) + 1
        start = line_start + (at.column or 1) - 1
        if not text.startswith(event.text, start):
            return None
        between += text[end:start]
        end = start + len(event.text)
        if event.index in wanted:
            parts += (_without_empty(between), event.text)
            between = ""
            kept.add(event.index)
        else:
            between = between.rstrip(_BLANKS)
    if not kept:
        return None
    parts.append(_without_empty(between + text[end:]))
    return mark + "".join(parts).encode(encoding.name, "surrogateescape")


def _without_empty(between: str) -> str:
    """Return what stands between events without wrappers that hold nothing."""
    for _ in range(_NESTED):
        *before, last = _EMPTY_WRAPPER.split(between)
        between = "".join(piece.rstrip(_BLANKS) for piece in before) + last
    return between
