"""Parsing pieces of XML with lxml, each by itself.

No DTD, no entity but the five that XML itself has, no network, no deep or huge trees.

References:
    XML 1.0; Namespaces in XML 1.0
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, cast
from xml.sax.saxutils import quoteattr

from lxml import etree
from lxml.etree import ErrorLevels, _Element

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_explain import Complaint, explained, is_about_iri
from epcis_core.codecs.xml_places import WRAPPER, Source
from epcis_core.codecs.xml_text import TAG
from epcis_core.findings import Finding, finding, phrase

_new_parser: Final = partial(
    etree.XMLParser,
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)

_USUAL_NAMESPACE: Final = 1000
"""Characters; a longer namespace is a burden with every name that it is in."""

WRAPPER_END: Final = f"</{WRAPPER}>"
"""Ends what `wrapper_of` begins."""


def wrapper_of(declared: Mapping[str | None, str]) -> str:
    """Return a start tag that declares prefixes; None is the default namespace."""
    parts = [
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in declared.items()
        if prefix != "xml"
    ]
    return f"<{WRAPPER}{''.join(parts)}>"


def attributes_of(element: _Element) -> Sequence[tuple[str, str]]:
    """Return the attributes of an element, each with its name as lxml spells it and its text."""
    return cast("Sequence[tuple[str, str]]", element.items())


def declared_in(element: _Element) -> list[tuple[str, str]]:
    """Return the prefixes that an element and what is in it declare, in the order of the text.

    Each stands there once. The default namespace has an empty prefix.
    """
    found = etree.iterwalk(element, events=("start-ns",))
    return list(dict.fromkeys((prefix, uri) for _, (prefix, uri) in found))


def parse(source: Source, limits: Limits) -> _Element | Finding:
    """Parse a text.

    Args:
        source: one element.
        limits: how much is taken.

    Returns:
        The element, or what is wrong with the text.
    """
    text = source.text
    if text.count("<") // 2 + text.count("=") > limits.entries:
        return finding("too_many_entries", at=source.where(0), limit=limits.entries)
    root = _parsed(text.encode())
    if isinstance(root, Complaint):
        return explained(root, source, limits)
    return _excess(root, source, limits) or root


def _parsed(data: bytes) -> _Element | Complaint:
    parser = _new_parser()
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if len(parser.error_log) == 0:
            return Complaint(getattr(error, "code", 0), error.msg or "", *error.position)
        if (complaint := _first_complaint(parser)) is not None:
            return complaint
        # The parser minds nothing but namespaces that are IRIs, which it does not know.
        return etree.fromstring(data, _new_parser(recover=True))
    return _first_complaint(parser) or root


def _first_complaint(parser: etree.XMLParser) -> Complaint | None:
    """Return the first error that a parser met, and that is one.

    lxml itself raises the last one, and none where there is but a warning behind it.
    """
    for entry in parser.error_log:
        complaint = Complaint(entry.type, entry.message, entry.line, entry.column)
        if entry.level >= ErrorLevels.ERROR and not is_about_iri(complaint):
            return complaint
    return None


def _excess(root: _Element, source: Source, limits: Limits) -> Finding | None:
    """Return of what there is too much in a text that is well formed.

    The time to read an element grows with the square of the number of its attributes.
    """
    text, limit = source.text, limits.attributes
    if text.count("=") > limit:
        for element, offset in zip(root.iter(), source.tags, strict=True):
            if len(element.attrib) > limit or _prefixes_at(text, offset) > limit:
                return finding("too_many_attributes", at=source.where(offset), limit=limit)
    if _named_in_full(root, text) > limits.value_size:
        what, limit = phrase("a_value_here"), limits.value_size
        return finding(
            "value_too_large", at=source.where(0), what=what, limit=limit, name="value_size"
        )
    limit = limits.context_size
    if len(text) > limit and sum(len(p) + len(uri) for p, uri in declared_in(root)) > limit:
        what = phrase("the_namespaces")
        return finding(
            "value_too_large", at=source.where(0), what=what, limit=limit, name="context_size"
        )
    return None


def _named_in_full(root: _Element, text: str) -> int:
    """Return how many characters its names take, at most, if a long namespace stands in each.

    So the parser tells them, and that is how much of memory they take. Usual namespaces are short.
    """
    namespaces = list(root.nsmap.values())
    if text.count("xmlns") > len(namespaces):
        namespaces += [uri for _, uri in declared_in(root)]
    longest = max(map(len, namespaces), default=0)
    return longest * (text.count("<") + text.count("=")) if longest > _USUAL_NAMESPACE else 0


def _prefixes_at(text: str, offset: int) -> int:
    """Return how many prefixes a tag declares, at most."""
    match = TAG.match(text, offset)
    return match[0].count("xmlns") if match else 0
