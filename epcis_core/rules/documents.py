"""What a document says beside its events: its version, and identifiers in its master data.

References:
    EPCIS 2.0, sections 6.5 and 9.3; CBV 2.0, sections 8 and 9
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Syntax, Where, capped, finding
from epcis_core.identifiers.stems import read_uri
from epcis_core.model.documents import DocumentHead
from epcis_core.model.master_data import (
    BLANKS,
    CBV_ATTRIBUTES,
    VocabularyElement,
    attribute_name,
    value_text,
)
from epcis_core.model.namespaces import Namespaces

_VERSIONS: Final[Mapping[Syntax, frozenset[tuple[int, int]]]] = {
    "json": frozenset({(2, 0)}),
    "xml": frozenset({(1, 0), (1, 1), (1, 2), (2, 0)}),
}
"""The versions of EPCIS that are read; what stands behind their second number does not count."""

_OF_A_GLN: Final = frozenset(
    f"{CBV_ATTRIBUTES}:{name}"
    for name in ("site", "owning_party", "possessing_party", "informationProvider")
)
"""Attributes whose value may be a GLN without more around it."""

_GLN: Final = re.compile("[0-9]{13}")


def check_head(head: DocumentHead, namespaces: Namespaces, syntax: Syntax) -> Iterator[Finding]:
    """Yield what the rules find in a document beside its events, with pointers from its root.

    Args:
        head: a head whose structure is right.
        namespaces: the prefixes in force around the events.
        syntax: how it is written.
    """
    yield from version_is_known(head, syntax)
    yield from capped(master_data_are_identified(head, namespaces))


def version_is_known(head: DocumentHead, syntax: Syntax) -> Iterator[Finding]:
    """A document follows a version of EPCIS that is read here."""
    version = head.schema_version
    if version is None:
        return
    first, second, *_ = (*map(int, version.split(".")), 0)
    if (first, second) not in _VERSIONS[syntax]:
        yield finding("unknown_version", at=Where(pointer="/schemaVersion"), actual=version)


def master_data_are_identified(head: DocumentHead, namespaces: Namespaces) -> Iterator[Finding]:
    """Identifiers of elements, of what lies below them and in attributes are well formed."""
    namespaces = Namespaces.of_context(head.context, namespaces)
    for listed, vocabularies in head.vocabulary_lists.items():
        for number, vocabulary in enumerate(vocabularies):
            for index, element in enumerate(vocabulary.vocabulary_element_list):
                base = f"{listed}/{number}/vocabularyElementList/{index}"
                for pointer, written, uri in _named(element, namespaces):
                    try:
                        read_uri(uri)  # not kept: a value may be as long as the document
                    except IdentifierError as error:
                        values = error.values | {"value": written}
                        yield finding(error.code, at=Where(pointer=base + pointer), **values)


def _named(element: VocabularyElement, namespaces: Namespaces) -> Iterator[tuple[str, str, str]]:
    """Yield pointer, text and URI of all that may be an identifier."""
    yield "/id", element.id, element.id
    for index, attribute in enumerate(element.attributes):
        pointer = f"/attributes/{index}/attribute"
        text = (value_text(attribute.attribute) or "").strip(BLANKS)
        if ":" in text:
            yield pointer, text, text
        elif _GLN.fullmatch(text) and attribute_name(attribute.id, namespaces) in _OF_A_GLN:
            yield pointer, text, f"https://id.gs1.org/414/{text}"
    for index, child in enumerate(element.children):
        yield f"/children/{index}", child, child
