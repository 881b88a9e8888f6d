"""Names of extension members in XML: which are names there too, and which prefixes they need.

A name of JSON may stand in XML where the reader makes the same name of it again: its prefix must be
bound, to the same namespace outside the event, and its local part must be a name in XML. Every
other name is told by a mark; see `epcis_core.codecs.xml_names`.

References:
    Namespaces in XML 1.0; EPCIS 2.0, sections 9.5 and 10.1
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from epcis_core.codecs.xml_iri import is_iri
from epcis_core.codecs.xml_names import JSON, TECHNICAL, XSI, epcis_version
from epcis_core.codecs.xml_prefixes import (
    SCHEME,
    is_usable,
    normal_namespace,
    written_namespace,
)
from epcis_core.codecs.xml_scope import XML
from epcis_core.model.namespaces import Namespaces

_START: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME: Final = re.compile(f"[{_START}][{_START}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_RESERVED: Final = frozenset({XML, "http://www.w3.org/2000/xmlns/", JSON, XSI})
_REMEMBERED: Final = 4096

_Name = tuple[str, str, str]
"""A qualified name, its prefix and what that stands for in XML."""

_Names = dict[str, _Name | None]
"""Names of JSON to those of XML; None where there is none."""


def is_name(text: str) -> bool:
    """Tell whether a text is a name in XML, without a prefix.

    >>> is_name("tên"), is_name("2nd"), is_name("a:b")
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None


def is_declarable(prefix: str, namespace: str) -> bool:
    """Tell whether a prefix can be declared in XML, and means the same to JSON when read again."""
    return (
        is_name(prefix)
        and not prefix.lower().startswith("xml")
        and _ABSOLUTE.match(namespace) is not None
        and is_iri(namespace)
        and namespace not in _RESERVED
        and epcis_version(namespace) is None
        and prefix not in TECHNICAL
        and normal_namespace(written_namespace(namespace)) == namespace
    )


def _remembered(names: _Names, name: str, found: Callable[[str], _Name | None]) -> _Name | None:
    if name not in names:
        if len(names) >= _REMEMBERED:
            names.clear()
        names[name] = found(name)
    return names[name]


class Prefixes:
    """The prefixes in force in one event, or in the head of a document.

    Args:
        around: what prefixes stand for outside, for JSON.
        declared: prefixes that are declared outside, with their namespaces in XML.
        context: the `@context` of the event itself; None for none.
        taken: a prefix that cannot be declared inside with another meaning.

    Attributes:
        needed: prefixes that must be declared inside, with their namespaces in XML.
    """

    def __init__(
        self,
        around: Namespaces,
        declared: Mapping[str, str],
        context: Any = None,
        taken: str | None = None,
    ) -> None:
        self._outer = around
        self._around = around.prefixes
        self._declared = declared
        self._taken = taken
        self._inside = Namespaces.of_context(context, around).prefixes
        self._elements: _Names = {}
        self._attributes: _Names = {}
        self.needed: dict[str, str] = {}

    def inside(self, context: Any) -> "Prefixes":
        """Return the prefixes in force inside an event with an `@context` of its own, or none."""
        inner = Prefixes(self._outer, self._declared, context)
        if context is None:  # all names mean the same, and need not be looked up again
            inner._elements, inner._attributes = self._elements, self._attributes
        return inner

    def declares(self, context: Any) -> bool:
        """Tell whether declarations can say all of a context; then they are needed."""
        if not isinstance(context, dict) or not context:
            return False
        if not all(
            isinstance(uri, str) and prefix not in self._around and self._is_usable(prefix, uri)
            for prefix, uri in context.items()
        ):
            return False
        for prefix, uri in context.items():
            self._need(prefix, written_namespace(uri))
        return True

    def element(self, name: str) -> str | None:
        """Return the qualified name of the element for a member with a prefix, or None."""
        return self._needing(_remembered(self._elements, name, self._element))

    def attribute(self, name: str) -> str | None:
        """Return the qualified name of the attribute for a name with a prefix, or None."""
        return self._needing(_remembered(self._attributes, name, self._attribute))

    def technical(self, prefix: str, local: str) -> str:
        """Return a name with a prefix that stands for itself: `json`, `xsi` or `xsd`."""
        self._need(prefix, TECHNICAL[prefix])
        return f"{prefix}:{local}"

    def expanded(self, name: str) -> str | None:
        """Return namespace and local name of a member as lxml spells them; None for no name."""
        if (found := self._element(name)) is None:
            return None
        written, _, namespace = found
        return f"{{{namespace}}}{written.partition(':')[2]}"

    def is_declared(self, prefix: str, namespace: str) -> bool:
        """Tell whether the reader knows a prefix of an element in mixed content, or needs not."""
        if epcis_version(namespace):
            return False
        if not prefix:
            return True
        known = self._around.get(prefix) == normal_namespace(namespace)
        return known or self.needed.get(prefix) == namespace

    def _needing(self, found: _Name | None) -> str | None:
        if found is None:
            return None
        name, prefix, namespace = found
        if namespace:
            self._need(prefix, namespace)
        return name

    def _need(self, prefix: str, namespace: str) -> None:
        if self._declared.get(prefix) != namespace:
            self.needed[prefix] = namespace

    def _element(self, name: str) -> _Name | None:
        prefix, _, local = name.partition(":")
        namespace = self._inside.get(prefix)
        written = unquote(local) if "%" in local else local
        if namespace is None or not self._is_usable(prefix, namespace) or not is_name(written):
            return None
        if (written if written.isascii() else quote(written)) != local:
            return None
        return f"{prefix}:{written}", prefix, written_namespace(namespace)

    def _attribute(self, name: str) -> _Name | None:
        prefix, _, local = name.partition(":")
        if prefix == "xml" and self._inside.get(prefix) == XML:
            return (name, "xml", "") if is_name(local) else None
        found = self._element(name)
        if found is None:
            return None
        # An attribute's prefix is not kept: it must be the one that the reader would choose.
        namespace = self._inside[prefix]
        around = [p for p, uri in self._around.items() if uri == namespace and SCHEME.fullmatch(p)]
        inside = [p for p, uri in self._inside.items() if uri == namespace]
        return found if (min(around) == prefix if around else inside == [prefix]) else None

    def _is_usable(self, prefix: str, namespace: str) -> bool:
        """Tell whether names with a prefix may stand in XML."""
        around = self._around.get(prefix)
        is_kept = is_usable(prefix, namespace) if around is None else around == namespace
        return (
            is_kept
            and SCHEME.fullmatch(prefix) is not None
            and prefix != self._taken
            and is_declarable(prefix, namespace)
        )
