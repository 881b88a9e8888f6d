"""Telling what a file is by its first bytes, and opening the right reader."""

from typing import BinaryIO, Final

from epcis_core.codecs.document import DocumentReader
from epcis_core.codecs.json_text import wrong_encoding
from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_encoding import DECLARATION_SIZE, looks_like_xml
from epcis_core.codecs.xml_reader import XmlReader
from epcis_core.findings import Finding, Where, finding

_SHOWN: Final = 24
_UTF8_MARK: Final = b"\xef\xbb\xbf"


def open_document(source: BinaryIO, limits: Limits | None = None) -> DocumentReader | Finding:
    """Open a document of any syntax the ledger reads.

    Args:
        source: the bytes at their start; it must be possible to go back to it.
        limits: how much is taken before the document is refused.

    Returns:
        A reader, or the finding that says why the bytes are no EPCIS document.
    """
    start = source.tell()
    head = source.read(DECLARATION_SIZE)
    source.seek(start)
    if looks_like_xml(head):
        return XmlReader(source, limits)
    if found := wrong_encoding(head):
        return found
    first = head.removeprefix(_UTF8_MARK).lstrip()[:1]
    if first in {b"{", b"[", b""}:
        return JsonLdReader(source, limits)
    at = Where(pointer="", line=1, column=1)
    shown = head[:_SHOWN].decode("utf-8", "replace")
    return finding("unknown_format", at=at, actual=repr(shown))
