"""Master data on its way into the ledger: elements as versions, and what they say.

An element is never overwritten: what differs from its sender's latest versions becomes new ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb

from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.jsonld_writer import json_bytes, members
from epcis_core.errors import ParseError
from epcis_core.model.documents import DocumentHead
from epcis_core.model.master_data import (
    VocabularyElement,
    attribute_name,
    element_key,
    value_text,
)
from epcis_core.model.namespaces import Namespaces
from epcis_core.proof.leaf import Digest, content_digest
from epcis_core.store.literals import among
from epcis_core.store.tables import Row

_NAMES: Final = frozenset({"name", "descriptionShort", "regulatedProductName"})


@dataclass(frozen=True, slots=True)
class ElementVersion:
    """What one document says of one place, party, product or term.

    Attributes:
        vocabulary: the type of its vocabulary.
        id: its identifier as written.
        canonical: the identifier under which the ledger knows it.
        names: what people call it.
        attributes: full ids of its attributes.
        values: name in its one spelling, and value, per attribute; None where nothing is said.
        children: canonical identifiers of what lies directly below it.
        digest: of all of it, however identifiers and attribute ids are spelled, and whatever the
            order of attributes and children.
        body: the element as JSON, with a `@context` for prefixes of its own.
    """

    vocabulary: str
    id: str
    canonical: str
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    values: tuple[tuple[str, Any], ...]
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

    def attribute_rows(self, sequence: int) -> Iterator[Row]:
        """Yield the rows of its attributes."""
        for position, (name, value) in enumerate(self.values):
            yield sequence, position, name, value_text(value), value is None


@dataclass(frozen=True, slots=True)
class ElementCounts:
    """How many elements of master data a document speaks of, each counted once in its vocabulary.

    Attributes:
        new: of which its sender had said nothing before.
        changed: of which it had, and now a version is added.
        known: of which it says what it said last.
    """

    new: int = 0
    changed: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class NewVersions:
    """What a document adds to the master data.

    Attributes:
        versions: those to be written, in order.
        counts: of the elements.
    """

    versions: tuple[ElementVersion, ...]
    counts: ElementCounts


def new_versions(
    cursor: duckdb.DuckDBPyConnection,
    organisation: str,
    head: DocumentHead,
    around: Namespaces,
) -> NewVersions:
    """Return the elements that differ from the latest versions their sender gave of them.

    Args:
        cursor: the writer's.
        organisation: the sender.
        head: what it says now; of one element that stands in it several times with the same
            content, one is enough.
        around: the prefixes that are kept beside the versions.
    """
    said: dict[tuple[str, str], dict[Digest, ElementVersion]] = {}
    namespaces = Namespaces.of_context(head.context, around)
    own = {p: n for p, n in namespaces.prefixes.items() if around.prefixes.get(p) != n}
    for vocabulary in head.vocabularies:
        for element in vocabulary.vocabulary_element_list:
            version = _version(vocabulary.type, element, namespaces, own)
            same = said.setdefault((version.vocabulary, version.canonical), {})
            same.pop(version.digest, None)
            same[version.digest] = version
    rows = cursor.execute(
        "SELECT vocabulary, canonical, list(digest ORDER BY sequence) FROM vocabulary_element "  # noqa: S608 - quoted
        f"WHERE organisation = ? AND canonical {among({key for _, key in said})} GROUP BY ALL",
        [organisation],
    ).fetchall()
    earlier = {(vocabulary, key): digests for vocabulary, key, digests in rows}
    added: list[ElementVersion] = []
    new = changed = 0
    for key, versions in said.items():
        overlap = _overlap(earlier.get(key, ()), list(versions))
        added += list(versions.values())[overlap:]
        new += key not in earlier
        changed += key in earlier and overlap < len(versions)
    return NewVersions(tuple(added), ElementCounts(new, changed, len(said) - new - changed))


def stored_version(
    vocabulary: str, canonical: str, body: bytes, around: Namespaces
) -> ElementVersion:
    """Return a version that was stored, worked out again from what its leaf commits to.

    Args:
        vocabulary: the type of its vocabulary.
        canonical: the identifier under which the ledger knows it.
        body: the element as JSON.
        around: the prefixes that are kept beside it.

    Raises:
        ParseError: the body is no element.
    """
    try:
        given = data_of(body.decode())
        namespaces = Namespaces.of_context(given.pop("@context", None), around)
        element = VocabularyElement.model_validate(given)
    except (ValueError, AttributeError) as error:
        raise ParseError(f"Expected an element as stored, got: {error}") from error
    version = _version(vocabulary, element, namespaces, {})
    return replace(version, canonical=canonical, body=body)


def all_known(head: DocumentHead) -> ElementCounts:
    """Return the counts of a document that was sent before."""
    named = {
        (vocabulary.type, element_key(element.id))
        for vocabulary in head.vocabularies
        for element in vocabulary.vocabulary_element_list
    }
    return ElementCounts(known=len(named))


def local_name(attribute: str) -> str:
    """Return the last part of an attribute's id, however its namespace is written.

    >>> [local_name(a) for a in ("urn:epcglobal:cbv:mda:name", "urn:epcglobal:cbv:mda#name")]
    ['name', 'name']
    """
    return attribute.replace("#", ":").rpartition("/")[2].rpartition(":")[2]


def _overlap(earlier: Sequence[Digest], said: Sequence[Digest]) -> int:
    """Return how many at the start of what is said now are what was said last."""
    counts = range(min(len(earlier), len(said)), 0, -1)
    return next((n for n in counts if list(earlier[-n:]) == list(said[:n])), 0)


def _version(
    vocabulary: str,
    element: VocabularyElement,
    namespaces: Namespaces,
    own: Mapping[str, str],
) -> ElementVersion:
    key = element_key(element.id)
    rest = {
        name: value
        for name, value in members(element).items()
        if name not in {"id", "attributes", "children"}
    }
    children = tuple(element_key(child) for child in element.children)
    names = [attribute_name(attribute.id, namespaces) for attribute in element.attributes]
    return ElementVersion(
        vocabulary=vocabulary,
        id=element.id,
        canonical=key,
        names=tuple(
            attribute.attribute
            for attribute in element.attributes
            if local_name(attribute.id) in _NAMES and isinstance(attribute.attribute, str)
        ),
        attributes=tuple(
            "".join(namespaces.expand(attribute.id)) for attribute in element.attributes
        ),
        values=tuple(
            (name, attribute.attribute)
            for name, attribute in zip(names, element.attributes, strict=True)
        ),
        children=children,
        digest=content_digest(
            vocabulary.encode(),
            json_bytes({"id": key, **rest}),
            *sorted(
                json_bytes({**members(attribute), "id": name})
                for name, attribute in zip(names, element.attributes, strict=True)
            ),
            *sorted(child.encode() for child in children),
        ),
        body=_body(element, own),
    )


def _body(element: VocabularyElement, own: Mapping[str, str]) -> bytes:
    """Return an element as JSON, with those of a document's inner prefixes that occur in it."""
    body = json_bytes(element)
    used = {prefix: name for prefix, name in own.items() if f"{prefix}:".encode() in body}
    return json_bytes({"@context": used, **members(element)}) if used else body
