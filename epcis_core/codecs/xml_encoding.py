"""Which characters the bytes of an XML file are.

References:
    XML 1.0, section 4.3.3 and appendix F
"""

import codecs
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from epcis_core.findings import Finding, Where, finding

_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# How '<?' or a first tag looks in encodings whose characters are wider than a byte.
_FIRST_BYTES: Final = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "ebcdic"),
)
_WIDE: Final = frozenset({"utf-16-le", "utf-16-be"})

_KNOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "us-ascii": "ascii",
        "ascii": "ascii",
        "iso-8859-1": "latin-1",
        "iso8859-1": "latin-1",
        "latin1": "latin-1",
        "windows-1252": "cp1252",
        "cp1252": "cp1252",
        "windows-1258": "cp1258",
        "cp1258": "cp1258",
        "utf-16": "utf-16",
        "utf-16le": "utf-16-le",
        "utf-16be": "utf-16-be",
    }
)
_EQUALS: Final = r"[ \t\r\n]*=[ \t\r\n]*"
_DECLARATION: Final = re.compile(
    rf"<\?xml[ \t\r\n]+version{_EQUALS}(?P<q>[\"'])1\.[0-9]+(?P=q)"
    rf"(?:[ \t\r\n]+encoding{_EQUALS}(?P<r>[\"'])(?P<name>[A-Za-z][A-Za-z0-9._\-]*)(?P=r))?"
    rf"(?:[ \t\r\n]+standalone{_EQUALS}(?P<s>[\"'])(?:yes|no)(?P=s))?[ \t\r\n]*\?>"
)
_NAME: Final = re.compile(rf"encoding{_EQUALS}[\"']([^\"'<>]{{1,40}})[\"']")
_START: Final = Where(pointer="", line=1, column=1)

DECLARATION_SIZE: Final = 512
"""So many bytes of a file tell its encoding."""


class Encoding(NamedTuple):
    """How to decode a file.

    Attributes:
        name: as Python spells it.
        mark_size: bytes of the byte order mark, which is no part of the text.
        declaration_size: characters of the XML declaration; 0 without one.
    """

    name: str
    mark_size: int
    declaration_size: int


def looks_like_xml(head: bytes) -> bool:
    r"""Tell whether a file with these first bytes means to be XML, in whatever encoding.

    >>> looks_like_xml(b"\xff\xfe<\x00?\x00"), looks_like_xml(b'{"type": "<"}')
    (True, False)
    """
    mark, name, _ = _family(head)
    if name.startswith("utf-32") or name == "ebcdic":
        return not mark or b"<" in head[mark : mark + 4]
    return head[mark:].decode(name, "replace").lstrip(" \t\r\n").startswith("<")


def encoding_of(head: bytes) -> Encoding | Finding:
    """Return how a file is to be decoded, or why it is not.

    Args:
        head: its first bytes, 512 or all.
    """
    mark, family, is_certain = _family(head)
    if family.startswith("utf-32") or family == "ebcdic":
        return finding("unknown_encoding", at=_START, encoding=family.upper())
    text = head[mark : mark + DECLARATION_SIZE].decode(
        family if family in _WIDE or mark else "latin-1", "replace"
    )
    if not text.startswith("<?xml") or text[5:6] not in " \t\r\n":
        return Encoding(family, mark, 0)
    match = _DECLARATION.match(text)
    named = match["name"] if match else (_NAME.search(text.partition(">")[0]) or [None, None])[1]
    if named is None:
        return Encoding(family, mark, match.end() if match else 0)
    known = _KNOWN.get(named.lower())
    if known is None:
        return finding("unknown_encoding", at=_START, encoding=named)
    is_wide = known.startswith("utf-16")
    if is_wide != (family in _WIDE) or (is_certain and known not in {family, "utf-16"}):
        return finding("encoding_contradicted", at=_START, declared=named, actual=family.upper())
    return Encoding(family if is_certain else known, mark, match.end() if match else 0)


def _family(head: bytes) -> tuple[int, str, bool]:
    """Return size of the byte order mark, the encoding that is shown, and whether surely."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return len(mark), name, True
    for first, name in _FIRST_BYTES:
        if head.startswith(first):
            return 0, name, True
    return 0, "utf-8", False


class Decoder:
    """Decodes a file piece by piece, up to the first byte that is no character of its encoding.

    Args:
        encoding: its name as Python spells it.

    Attributes:
        encoding: the same.
        wrong_byte: index of the byte, from the first one given, at which the text ends; None as
            long as all is well.
    """

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.wrong_byte: int | None = None
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._taken = 0

    def decode(self, data: bytes, *, final: bool) -> str:
        """Return the next characters; those before the wrong byte, and none after it."""
        if self.wrong_byte is not None:
            return ""
        try:
            text = self._decoder.decode(data, final=final)
        except UnicodeDecodeError as error:
            held = len(error.object) - len(data)
            self.wrong_byte = self._taken - held + error.start
            return bytes(error.object[: error.start]).decode(self.encoding, "ignore")
        self._taken += len(data)
        return text
