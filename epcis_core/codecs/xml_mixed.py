"""Content in which text and elements are mixed, as XML that declares what it needs.

It is spelled in one way only, as Canonical XML does it, and means the same wherever it is put.
Canonical XML itself, as lxml has it, refuses namespaces that are no absolute URIs.

References:
    Exclusive XML Canonicalization 1.0, section 3; Canonical XML 1.1, section 2.3
"""

from collections.abc import Callable, Mapping
from typing import Final
from xml.sax.saxutils import escape

from lxml.etree import _Element

from epcis_core.codecs.xml_names import split_tag
from epcis_core.codecs.xml_parse import attributes_of, declared_in
from epcis_core.codecs.xml_prefixes import written_namespace
from epcis_core.codecs.xml_scope import XML
from epcis_core.codecs.xml_values import BLANKS

PrefixOf = Callable[[str], str | None]
"""Gives a prefix that stands for a namespace, or None for none."""

_IN_TEXT: Final = {"\r": "&#xD;"}
_IN_ATTRIBUTE: Final = {"\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;", '"': "&quot;"}


def is_mixed(element: _Element) -> bool:
    """Tell whether an element has text beside its elements."""
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip(BLANKS) for text in texts)


def inner_xml(element: _Element, prefix_of: PrefixOf | None = None) -> str:
    """Return the content of an element.

    Args:
        element: of whatever namespaces.
        prefix_of: the prefixes for attributes, which the parser does not tell; those declared in
            the element, if not given.

    >>> from lxml.etree import fromstring
    >>> inner_xml(fromstring('<a xmlns:x="urn:x">1 &lt; <x:b z="2" x:y="3"/> </a>'))
    '1 &lt; <x:b xmlns:x="urn:x" z="2" x:y="3"></x:b> '
    """
    if prefix_of is None:
        declared = declared_in(element)
        prefix_of = {uri: prefix for prefix, uri in sorted(declared, reverse=True) if prefix}.get
    writer = _Writer(prefix_of)
    writer.content(element)
    return "".join(writer.out)


class _Writer:
    """Writes elements, each with the prefixes that it needs and that are not yet declared."""

    def __init__(self, prefix_of: PrefixOf) -> None:
        self.out: list[str] = []
        self._prefix_of = prefix_of
        self._declared = {"": "", "xml": XML}

    def content(self, element: _Element) -> None:
        """Write what is in an element."""
        self.out.append(escape(element.text or "", _IN_TEXT))
        for child in element:
            self._element(child)
            self.out.append(escape(child.tail or "", _IN_TEXT))

    def _element(self, element: _Element) -> None:
        namespace, local = split_tag(element.tag)
        prefix = element.prefix or ""
        needed = {prefix: written_namespace(namespace)}
        chosen = {XML: "xml", **({namespace: prefix} if prefix else {})}
        attributes = []
        for tag, text in attributes_of(element):
            uri, name = split_tag(tag)
            if uri:
                if uri not in chosen:
                    chosen[uri] = self._chosen(uri, needed)
                needed[chosen[uri]] = written_namespace(uri)
                name = f"{chosen[uri]}:{name}"
            attributes.append((uri, name, text))
        name = f"{prefix}:{local}" if prefix else local
        new = {p: uri for p, uri in sorted(needed.items()) if self._declared.get(p) != uri}
        before = [(p, self._declared.get(p)) for p in new]
        self._declared |= new
        self.out.append(f"<{name}")
        self.out += [_attribute(f"xmlns:{p}" if p else "xmlns", uri) for p, uri in new.items()]
        self.out += [_attribute(key, text) for _, key, text in sorted(attributes)]
        self.out.append(">")
        self.content(element)
        self.out.append(f"</{name}>")
        self._declared |= {p: uri or "" for p, uri in before}

    def _chosen(self, uri: str, needed: Mapping[str, str]) -> str:
        """Return the prefix of an attribute: one that means nothing else on the same element."""
        written = written_namespace(uri)
        chosen = self._prefix_of(uri) or "ns"
        while needed.get(chosen, written) != written:
            chosen += "_"
        return chosen


def _attribute(name: str, text: str) -> str:
    return f' {name}="{escape(text, _IN_ATTRIBUTE)}"'
