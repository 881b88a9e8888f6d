"""Master data on its way into the ledger: elements as versions, and their attributes' names.

An element is never overwritten: what differs from its sender's latest version becomes a new one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from epcis_core.codecs.jsonld_writer import json_bytes, members
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.model.master_data import Vocabulary, VocabularyElement
from epcis_core.model.namespaces import Namespaces
from epcis_core.proof.leaf import Digest, content_digest
from epcis_core.store.literals import among
from epcis_core.store.tables import Row

_NAMES: Final = frozenset({"name", "descriptionShort"})


@dataclass(frozen=True, slots=True)
class ElementVersion:
    """What one document says of one place, party, product or term.

    Attributes:
        vocabulary: the type of its vocabulary.
        id: its identifier as written.
        canonical: the identifier under which the ledger knows it.
        names: what people call it.
        attributes: full ids of its attributes.
        children: canonical identifiers of what lies directly below it.
        digest: of all of it, whatever the order of attributes and children.
        body: the element as JSON.
    """

    vocabulary: str
    id: str
    canonical: str
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    children: tuple[str, ...]
    digest: Digest
    body: bytes

    def row(self, sequence: int, envelope: int, organisation: str) -> Row:
        """Return its row."""
        return (
            sequence,
            envelope,
            organisation,
            self.vocabulary,
            self.id,
            self.canonical,
            self.names,
            self.attributes,
            self.children,
            self.digest,
            self.body.decode(),
        )


def new_versions(
    cursor: duckdb.DuckDBPyConnection,
    organisation: str,
    vocabularies: Iterable[Vocabulary],
    namespaces: Namespaces,
) -> Iterator[ElementVersion]:
    """Yield the elements that differ from the latest version their sender gave of them.

    Args:
        cursor: the writer's.
        organisation: the sender.
        vocabularies: what it says now.
        namespaces: prefixes in force in the document.
    """
    said = [
        _version(vocabulary.type, element, namespaces)
        for vocabulary in vocabularies
        for element in vocabulary.vocabulary_element_list
    ]
    rows = cursor.execute(
        "SELECT vocabulary, canonical, arg_max(digest, sequence) FROM vocabulary_element "  # noqa: S608 - quoted
        f"WHERE organisation = ? AND canonical {among(version.canonical for version in said)} "
        "GROUP BY ALL",
        [organisation],
    ).fetchall()
    latest = {(vocabulary, key): digest for vocabulary, key, digest in rows}
    for version in said:
        key = version.vocabulary, version.canonical
        if latest.get(key) != version.digest:
            latest[key] = version.digest
            yield version


def local_name(attribute: str) -> str:
    """Return the last part of an attribute's id, however its namespace is written.

    >>> [local_name(a) for a in ("urn:epcglobal:cbv:mda:name", "urn:epcglobal:cbv:mda#name")]
    ['name', 'name']
    """
    return attribute.replace("#", ":").rpartition("/")[2].rpartition(":")[2]


def _version(vocabulary: str, element: VocabularyElement, namespaces: Namespaces) -> ElementVersion:
    rest = {
        name: value
        for name, value in members(element).items()
        if name not in {"attributes", "children"}
    }
    children = tuple(_canonical(child) for child in element.children)
    return ElementVersion(
        vocabulary=vocabulary,
        id=element.id,
        canonical=_canonical(element.id),
        names=tuple(
            attribute.attribute
            for attribute in element.attributes
            if local_name(attribute.id) in _NAMES and isinstance(attribute.attribute, str)
        ),
        attributes=tuple(
            "".join(namespaces.expand(attribute.id)) for attribute in element.attributes
        ),
        children=children,
        digest=content_digest(
            vocabulary.encode(),
            json_bytes(rest),
            *sorted(json_bytes(attribute) for attribute in element.attributes),
            *sorted(child.encode() for child in children),
        ),
        body=json_bytes(element),
    )


def _canonical(uri: str) -> str:
    try:
        return canonical(uri)
    except IdentifierError:
        return uri
