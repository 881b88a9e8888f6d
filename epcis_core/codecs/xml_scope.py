"""Names of extension members: an element's namespace and local name as `prefix:local`.

References:
    Namespaces in XML 1.0; EPCIS 2.0, section 10.1
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from epcis_core.codecs.xml_names import (
    LOCAL,
    TECHNICAL,
    USUAL_PREFIXES,
    XSD,
    split_tag,
)
from epcis_core.codecs.xml_prefixes import SCHEME, is_usable, made_prefix, meant, normal_namespace
from epcis_core.model.namespaces import Namespaces

XML: Final = "http://www.w3.org/XML/1998/namespace"

_UNUSABLE: Final = re.compile(r"[^A-Za-z0-9.\-]+")

_MOST_NAMES: Final = 10_000
"""So many names are kept in mind; a document with more of them is none that repeats itself."""

_LONGEST_NAME: Final = 1000
"""Characters of the longest of them, with its namespace."""

_TECHNICAL: Final = {uri: prefix for prefix, uri in TECHNICAL.items()}


class Surroundings:
    """The prefixes in force around the events of a document, and names found with them so far.

    Args:
        namespaces: the prefixes and what they mean in JSON.

    Attributes:
        prefixes: prefix to namespace.
        usable: namespace to the least prefix that JSON can have, too.
        others: namespace to the least prefix that only XML can have.
        made: prefix and namespace in XML to the prefix that JSON has instead.
    """

    def __init__(self, namespaces: Namespaces) -> None:
        self.prefixes = namespaces.prefixes
        self.usable: dict[str, str] = {}
        self.others: dict[str, str] = {}
        for prefix, uri in sorted(self.prefixes.items()):
            (self.usable if SCHEME.fullmatch(prefix) else self.others).setdefault(uri, prefix)
        self.made: dict[tuple[str | None, str], str] = {
            (prefix, uri): made_prefix(prefix, uri, self.prefixes)
            for prefix, uri in namespaces.in_xml.items()
        }
        self._names: dict[tuple[str | None, str], str] = {}

    def name(self, prefix: str | None, tag: str) -> str | None:
        """Return the name of an element that was found before, or None."""
        return self._names.get((prefix, tag))

    def keep(self, prefix: str | None, tag: str, name: str) -> str:
        """Keep in mind a name that these prefixes alone decide, and return it."""
        if len(self._names) < _MOST_NAMES and len(tag) <= _LONGEST_NAME:
            self._names[prefix, tag] = name
        return name


class Scope:
    """The prefixes in force inside one event, or inside the head of a document.

    Args:
        around: the prefixes of the document.
        declared: prefixes declared inside, with their namespaces, in the order of the text.
        schema_prefixes: prefixes that stand for XML Schema outside.
    """

    def __init__(
        self,
        around: Surroundings,
        declared: Sequence[tuple[str, str]] = (),
        schema_prefixes: Iterable[str] = ("xsd", "xs"),
    ) -> None:
        self._around = around
        self._own: dict[str, str] = {}
        self._least: dict[str, str] = {}  # namespace to the least prefix of `_own`
        self._made = dict(around.made)
        self._tried: dict[str, int] = {}
        self._schema_prefixes = set(schema_prefixes)
        self._schema_prefixes |= {prefix for prefix, uri in declared if uri == XSD}
        self._schema_prefixes -= {prefix for prefix, uri in declared if uri != XSD}
        for prefix, uri in meant(declared):
            if self._is_free(prefix, uri):
                self._bind(prefix, uri)

    def key(self, prefix: str | None, tag: str) -> str:
        """Return the name in JSON of an element of another namespace.

        Args:
            prefix: as the element has it.
            tag: `{namespace}local`.
        """
        found = self._around.name(prefix, tag)
        if found is not None:
            return found
        namespace, local = split_tag(tag)
        namespace = normal_namespace(namespace)
        name = local if local.isascii() else quote(local)
        if prefix and self._around.prefixes.get(prefix) == namespace and SCHEME.fullmatch(prefix):
            return self._around.keep(prefix, tag, f"{prefix}:{name}")
        if (made := self._around.made.get((prefix, namespace))) is not None:
            return self._around.keep(prefix, tag, f"{made}:{name}")
        return f"{self._prefix(prefix, namespace)}:{name}"

    def local_key(self, name: str) -> str:
        """Return the name in JSON of an element without a namespace among standard members."""
        return self.key("local", f"{{{LOCAL}}}{name}")

    def attribute_key(self, tag: str) -> str:
        """Return the name in JSON of an attribute of another namespace; its prefix is not known."""
        found = self._around.name(None, tag)
        if found is not None:
            return found
        namespace, _ = split_tag(tag)
        if namespace == XML:
            return self.key("xml", tag)
        uri = normal_namespace(namespace)
        usable = self._around.usable.get(uri)
        if usable is not None:
            return self._around.keep(None, tag, self.key(usable, tag))
        return self.key(self._least.get(uri) or self._around.others.get(uri), tag)

    def prefix_of(self, namespace: str) -> str | None:
        """Return the least prefix that stands for a namespace somewhere here; None for none."""
        uri = normal_namespace(namespace)
        around = self._around
        bound = (self._least.get(uri), around.usable.get(uri), around.others.get(uri))
        return min((prefix for prefix in bound if prefix), default=_TECHNICAL.get(uri))

    def keeps(self, prefix: str, namespace: str) -> bool:
        """Tell whether a prefix of XML stands for its namespace in JSON, too."""
        bound = self._own.get(prefix) or self._around.prefixes.get(prefix)
        return bound == normal_namespace(namespace)

    def is_schema(self, prefix: str) -> bool:
        """Tell whether a prefix stands for XML Schema."""
        return prefix in self._schema_prefixes

    def context(self) -> dict[str, str]:
        """Return the prefixes that are in force here and not around, with their namespaces."""
        return dict(self._own)

    def _prefix(self, prefix: str | None, namespace: str) -> str:
        """Return a prefix for a namespace: the one it has, or one made up."""
        made = self._made.get((prefix, namespace))
        if made is None:
            base = prefix or ""
            if SCHEME.fullmatch(base) is None:
                base = _UNUSABLE.sub("-", base).strip("-.0123456789")
                base = base or USUAL_PREFIXES.get(namespace, "ns")
            made = base
            while not self._is_free(made, namespace):
                self._tried[base] = self._tried.get(base, 1) + 1
                made = f"{base}-{self._tried[base]}"
            self._bind(made, namespace)
            self._made[prefix, namespace] = made
        return made

    def _is_free(self, prefix: str, namespace: str) -> bool:
        """Tell whether a prefix stands for a namespace, or can do so."""
        bound = self._own.get(prefix) or self._around.prefixes.get(prefix)
        return is_usable(prefix, namespace) if bound is None else bound == namespace

    def _bind(self, prefix: str, namespace: str) -> None:
        if self._around.prefixes.get(prefix) != namespace:
            self._own[prefix] = namespace
            self._least[namespace] = min(prefix, self._least.get(namespace, prefix))
