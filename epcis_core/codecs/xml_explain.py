"""What is wrong with a text that is no XML, in plain words, and where.

The parser tells a code, a sentence for programmers, and a place that may be anywhere behind what is
wrong. So tags that do not fit each other, prefixes and attributes are looked for in the text.

References:
    XML 1.0; Namespaces in XML 1.0
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_iri import is_iri
from epcis_core.codecs.xml_places import WRAPPER, Source
from epcis_core.findings import Finding, Phrase, finding, phrase

_ENTITY: Final = 26
_INVALID_CHARACTER: Final = 9
_MISMATCH: Final = 76
_NO_URI: Final = 99
_PREFIX: Final = 201
_UNFINISHED: Final = 77
_RESOURCES: Final = frozenset({110, 114})
_PLAIN: Final[Mapping[int, str]] = {
    38: "xml_less_than",
    39: "xml_unquoted",
    62: "xml_cdata_end",
    64: "xml_instruction",
    68: "xml_name",
    80: "xml_comment",
    200: "xml_namespace",
    202: "xml_colon",
    205: "xml_colon",
}
_BEGINNINGS: Final[Mapping[int, str]] = {
    _INVALID_CHARACTER: "&",
    64: "<?",
    _NO_URI: "xmlns",
    200: "xmlns",
    202: "<",
    205: "<",
}
"""How that begins which the parser tells the end of."""

_TWICE: Final = {
    42: re.compile(r"Attribute (?:[^\s:]+:)?(?P<name>\S+) redefined"),
    203: re.compile(r"Attribute (?P<name>\S+) in"),
}
_UNBOUND: Final = re.compile(r"prefix (?P<prefix>\S+)(?: for (?P<name>\S+))? (?:for|on) ")
_NAMESPACE: Final = re.compile(r"(?P<name>xmlns\S*): '(?P<uri>.*)' is not a valid URI", re.DOTALL)
_UNDEFINED: Final = re.compile(r"Entity '(?P<name>.*?)' not defined", re.DOTALL)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_POSITION: Final = re.compile(r", line \d+, column \d+.*", re.DOTALL)


class Complaint(NamedTuple):
    """What the parser says.

    Attributes:
        code: the kind of error, as libxml2 numbers them.
        message: its sentence.
        line: line in the text, from 1.
        column: column in that line, from 1.
    """

    code: int
    message: str
    line: int
    column: int


def is_about_iri(complaint: Complaint) -> bool:
    """Tell whether a parser takes offence at a namespace only since it has letters beyond ASCII."""
    match = _NAMESPACE.match(complaint.message) if complaint.code == _NO_URI else None
    return match is not None and is_iri(match["uri"])


def explained(complaint: Complaint, source: Source, limits: Limits) -> Finding:
    """Return the finding that tells why a text could not be parsed.

    Args:
        complaint: what the parser says.
        source: the text.
        limits: how much is taken.
    """
    text, code, message = source.text, complaint.code, complaint.message
    offset = source.offset(complaint.line, complaint.column)
    if code in _RESOURCES:
        return _too_much(message, source, offset, limits)
    if code in {_MISMATCH, _UNFINISHED} and (found := _unbalanced(source)) is not None:
        return found
    if code == _ENTITY and (match := _UNDEFINED.search(message)):
        name = match["name"]
        at = text.rfind(f"&{name};", 0, offset)
        return finding("undefined_entity", at=source.where(at), name=name)
    if code == _INVALID_CHARACTER and (match := _FORBIDDEN.search(text)):
        character = f"U+{ord(match[0]):04X}"
        return finding("forbidden_character", at=source.where(match.start()), character=character)
    if code == _NO_URI and (match := _NAMESPACE.match(message)):
        place = source.where(max(text.rfind("xmlns", 0, offset), 0))
        actual = repr(match["uri"])
        return finding("malformed_namespace", at=place, name=match["name"], actual=actual)
    offset, reason = _reason(code, message, text, offset)
    return finding("malformed_xml", at=source.where(offset), reason=reason)


def _too_much(message: str, source: Source, offset: int, limits: Limits) -> Finding:
    at = source.where(offset)
    if "depth" in message:
        return finding("too_deep", at=at, limit=limits.depth)
    what, limit = phrase("a_value_here"), limits.value_size
    return finding("value_too_large", at=at, what=what, limit=limit, name="value_size")


def _unbalanced(source: Source) -> Finding | None:
    """Return what is wrong with how tags open and close; None where nothing is."""
    opened: list[str] = []
    for tag in source.all_tags():
        if not tag["close"]:
            if not tag["rest"].endswith("/"):
                opened.append(tag["name"])
            continue
        start = opened.pop() if opened else ""
        if start != tag["name"]:
            end = tag["name"]
            reason = phrase("xml_mismatch", start=start, end=end)
            if start in {"", WRAPPER}:
                reason = phrase("xml_never_opened", end=end)
            return finding("malformed_xml", at=source.where(tag.start()), reason=reason)
    if opened:
        return finding(
            "truncated", at=source.where(len(source.text)), expected=f"'</{opened[-1]}>'"
        )
    return None


def _reason(code: int, message: str, text: str, offset: int) -> tuple[int, Phrase | str]:
    """Return where something is wrong, and what."""
    tag = max(text.rfind("<", 0, offset), 0)
    if code in _TWICE and (match := _TWICE[code].search(message)):
        name = match["name"]
        given = list(re.finditer(rf"\s(?:[^\s=]+:)?{re.escape(name)}\s*=", text[tag : offset + 1]))
        at = tag + given[-1].start() + 1 if given else offset
        return at, phrase("xml_attribute_twice", name=name)
    if code == _PREFIX and (match := _UNBOUND.search(message)):
        prefix, name = match["prefix"], match["name"]
        at = text.find(f"{prefix}:{name}", tag) if name else tag
        return at, phrase("xml_prefix", prefix=prefix)
    if code in _BEGINNINGS:
        offset = max(text.rfind(_BEGINNINGS[code], 0, offset + 1), 0)
        name = _PLAIN.get(code, "xml_character")
        return offset, phrase(name)
    if text[offset - 1 : offset] == "<":
        return offset - 1, phrase("xml_tag")
    return offset, phrase(_PLAIN[code]) if code in _PLAIN else _POSITION.sub("", message)
