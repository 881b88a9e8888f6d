"""Prefixes of an XML document: what they stand for in JSON, and which ones JSON cannot have.

In JSON a prefix is a term of the `@context`. One that is spelled like a term of the EPCIS context
(`id`, `action`, `shipping`) would give that term another meaning, and one that is spelled like the
scheme of a URI (`urn`, `geo`) would change every value that begins with it. XML has neither
problem. So such a prefix is replaced by one made of it that is free: `<id:grade>` is `id-2:grade`.

References:
    Namespaces in XML 1.0; JSON-LD 1.1, sections 4.1 and 4.1.5 (terms, compact IRIs); EPCIS 2.0,
    section 10.1
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from epcis_core.codecs.xml_grammar import grammar
from epcis_core.codecs.xml_names import TECHNICAL, XSD, epcis_version
from epcis_core.model.documents import DOCUMENT_TYPES
from epcis_core.model.events import EVENT_TYPES
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.vocabulary import VocabularyList, words

SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9.\-]*")
"""A prefix as JSON spells it, where it is the scheme of a URI."""

_NAME: Final = re.compile(r"[^\W\d][\w.\-]*")
_MASTER_DATA: Final = "urn:epcglobal:cbv:mda"

# Terms of the EPCIS context that are neither members of an event nor words of a vocabulary.
_OTHER_TERMS: Final = frozenset(
    {"id", "type", "baseURL", "Collection", "member", "masterData", "sender", "receiver"}
    | {"instanceIdentifier"}
)

# Schemes of URIs that values of events begin with. Another prefix in a value is a compact IRI.
_SCHEME_OF_VALUES: Final = re.compile(
    "acct|cid|data|did|doi|file|ftp|geo|hdl|https?|info|ipfs|mailto|mid|nih?|oid|sips?|sms|swh|tag"
    "|tel|urn|uuid|wss?",
    re.IGNORECASE,
)


@cache
def _reserved_terms() -> frozenset[str]:
    """Return the prefixes and terms that the EPCIS context defines."""
    members = (shape.known for shape in grammar("2.0").values())
    terms = (words(vocabulary) for vocabulary in VocabularyList)
    return frozenset({*BUILT_IN, *_OTHER_TERMS, *EVENT_TYPES, *DOCUMENT_TYPES}).union(
        *members, *terms
    )


def is_usable(prefix: str, namespace: str) -> bool:
    """Tell whether a prefix of XML can stand for its namespace in JSON, too.

    >>> is_usable("ex", "urn:x"), is_usable("id", "urn:x"), is_usable("gs1", "https://gs1.org/voc/")
    (True, False, True)
    """
    return SCHEME.fullmatch(prefix) is not None and not _is_reserved(prefix, namespace)


def _is_reserved(prefix: str, namespace: str) -> bool:
    is_taken = prefix in _reserved_terms() or _SCHEME_OF_VALUES.fullmatch(prefix) is not None
    return is_taken and BUILT_IN.get(prefix) != namespace


def namespaces_of(
    declared: Mapping[str | None, str], outer: Namespaces | None = None
) -> Namespaces:
    """Return what the prefixes in force around the events mean for extension members.

    The namespaces of EPCIS and of XML Schema are no extensions and left out.

    Args:
        declared: prefix to namespace, None for the default namespace.
        outer: what prefixes stand for further out; they do so here too, whatever is declared.
    """
    outer = outer or Namespaces()
    prefixes, in_xml = dict(outer.prefixes), dict(outer.in_xml)
    renamed: dict[str, str] = {}
    for prefix, uri in meant(declared.items()):
        if prefixes.get(prefix, uri) == uri and not _is_reserved(prefix, uri):
            prefixes[prefix] = uri
        elif in_xml.get(prefix) != uri:
            in_xml[prefix] = renamed[prefix] = uri
    for prefix, uri in renamed.items():
        prefixes[made_prefix(prefix, uri, prefixes)] = uri
    return Namespaces(prefixes, outer.unknown, in_xml)


def made_prefix(base: str, namespace: str, bound: Mapping[str, str]) -> str:
    """Return the first prefix made of another one that is free, or stands for the namespace.

    Args:
        base: the other prefix.
        namespace: what it is to stand for.
        bound: what prefixes stand for.

    >>> made_prefix("id", "urn:x", {"id-2": "urn:y"})
    'id-3'
    """
    number = 2
    while bound.get(made := f"{base}-{number}", namespace) != namespace:
        number += 1
    return made


def schema_prefixes(declared: Mapping[str | None, str]) -> frozenset[str]:
    """Return the prefixes that stand for XML Schema where these are in force.

    `xsd` and `xs` do so undeclared, unless they were given another meaning.
    """
    found = {prefix for prefix, uri in TECHNICAL.items() if uri == XSD}
    found |= {prefix for prefix, uri in declared.items() if prefix and uri == XSD}
    return frozenset(found - {prefix for prefix, uri in declared.items() if uri != XSD})


def declarations(namespaces: Namespaces) -> dict[str | None, str]:
    """Return the prefixes that a stored event needs to be parsed again."""
    known = {**namespaces.prefixes, **namespaces.in_xml}
    names = {prefix for prefix in known if _NAME.fullmatch(prefix)} - {"xmlns"}
    found: dict[str | None, str] = {p: uri for p, uri in known.items() if p in names}
    for prefix, uri in TECHNICAL.items():
        if found.get(prefix) in {None, BUILT_IN.get(prefix)}:
            found[prefix] = uri
    return found


def meant(declared: Iterable[tuple[str | None, str]]) -> Iterable[tuple[str, str]]:
    """Yield the prefixes declared for namespaces of extensions, with what JSON calls these."""
    for prefix, uri in declared:
        if not prefix or prefix == "xml" or epcis_version(uri):
            continue
        if TECHNICAL.get(prefix) != uri:
            yield prefix, normal_namespace(uri)


def written_namespace(namespace: str) -> str:
    """Return a namespace as XML spells it: there, the one of the CBV's master data has no colon."""
    return _MASTER_DATA if namespace == f"{_MASTER_DATA}:" else namespace


def normal_namespace(namespace: str) -> str:
    """Return a namespace as JSON spells it: there, the one of the CBV's master data has a colon."""
    return f"{_MASTER_DATA}:" if namespace == _MASTER_DATA else namespace
