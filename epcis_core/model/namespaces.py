"""Which namespace a prefix stands for, as a document or an event declares it.

Extension members stay as written (`ex:grade`). Their meaning is `{namespace}local`, which a
document's JSON-LD context or XML namespace declarations give. Contexts are never fetched: the
prefixes of the EPCIS context are known here, another context by address stays unknown.

References:
    EPCIS 2.0, section 10.1; JSON-LD 1.1, section 3.1
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Discriminator, Tag
from pydantic_core import PydanticCustomError

from epcis_core.model.elements import Uri

EPCIS_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The address of the context we write."""

_OFFICIAL: Final = re.compile(
    r"https?://(?:ref\.gs1\.org/standards/epcis|gs1\.github\.io/EPCIS)"
    r"(?:/\d+\.\d+\.\d+)?/epcis-context(?:-simple)?\.jsonld"
)

BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "epcis": "https://ref.gs1.org/epcis/",
        "cbv": "https://ref.gs1.org/cbv/",
        "cbvmda": "urn:epcglobal:cbv:mda:",
        "gs1": "https://gs1.org/voc/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dcterms": "http://purl.org/dc/terms/",
    }
)
"""Prefixes that the EPCIS context defines."""

TYPES: Final = "https://epcis-ledger.org/ns/json#types"
"""Member of an event or document: types of extensions that XML has and JSON has no words for."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def _context_kind(value: object) -> str | None:
    match value:
        case str():
            return "address"
        case dict():
            return "prefixes"
        case list() | tuple():
            return "several"
    return None


def _check_distinct(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    seen = {
        part if isinstance(part, str) else str(sorted(map(str, part.items()))) for part in parts
    }
    if len(seen) < len(parts):
        raise PydanticCustomError("named_twice", "expected each context once")
    return parts


_KIND: Final = Discriminator(
    _context_kind,
    custom_error_type="context",
    custom_error_message="expected an address, an object or a list of them",
)
_ContextPart = Annotated[
    Annotated[Uri, Tag("address")] | Annotated[dict[str, Any], Tag("prefixes")], _KIND
]
Context = Annotated[
    Annotated[Uri, Tag("address")]
    | Annotated[dict[str, Any], Tag("prefixes")]
    | Annotated[tuple[_ContextPart, ...], AfterValidator(_check_distinct), Tag("several")],
    _KIND,
]
"""A JSON-LD `@context` as written: an address, an object of prefixes, or a list of both."""


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Prefixes in force at some place of a document.

    Attributes:
        prefixes: prefix to namespace, the built-in ones among them.
        unknown: addresses of contexts that were named but are not known here.
        in_xml: prefixes that stand for another namespace in the XML of the document, since JSON
            has them for something else.
    """

    prefixes: Mapping[str, str] = field(default_factory=lambda: BUILT_IN)
    unknown: tuple[str, ...] = ()
    in_xml: Mapping[str, str] = field(default_factory=lambda: _NONE)

    @classmethod
    def of_context(cls, context: Any, outer: "Namespaces | None" = None) -> "Namespaces":
        """Read a JSON-LD `@context`.

        Args:
            context: its value as parsed: an address, an object, or an array of both; None for none.
            outer: what is in force around it.
        """
        outer = outer or cls()
        if context is None:
            return outer
        prefixes = dict(outer.prefixes)
        unknown = dict.fromkeys(outer.unknown)
        for part in context if isinstance(context, list | tuple) else [context]:
            if isinstance(part, str):
                if _OFFICIAL.fullmatch(part) is None:
                    unknown[part] = None
            elif isinstance(part, dict):
                prefixes.update(_declared(part))
        return cls(prefixes, tuple(unknown), outer.in_xml)

    def expand(self, name: str) -> tuple[str, str]:
        """Return namespace and local name of a member's name.

        A name whose prefix is not bound is given back whole, with an empty namespace. The `@` that
        marks an attribute of XML stays with the local name.

        >>> Namespaces({"ex": "https://example.org/"}).expand("ex:grade")
        ('https://example.org/', 'grade')
        >>> Namespaces({"ex": "https://example.org/"}).expand("@ex:grade")
        ('https://example.org/', '@grade')
        """
        prefix, colon, local = name.partition(":")
        mark, prefix = ("@", prefix[1:]) if prefix[:1] == "@" else ("", prefix)
        if colon and prefix in self.prefixes:
            return self.prefixes[prefix], mark + local
        return "", name

    def is_bound(self, name: str) -> bool:
        """Tell whether the prefix of a name, behind `@` or not, stands for a namespace here."""
        return name.partition(":")[0].removeprefix("@") in self.prefixes


def _declared(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for prefix, value in part.items():
        namespace = value.get("@id") if isinstance(value, dict) else value
        if isinstance(namespace, str) and not prefix.startswith("@"):
            yield prefix, namespace
