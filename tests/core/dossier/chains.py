"""Sample chains in memory, whole or with some data cut out of their documents."""

import copy
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from epcis_core.codecs.sniff import open_document
from epcis_core.dossier.data import Datum
from epcis_core.dossier.material import Material, Recorded, Said
from epcis_core.findings import Finding, unescape_pointer
from epcis_core.identifiers import party_of, place_of
from epcis_core.model.events import ExtensionEvent
from epcis_core.model.master_data import attribute_name, element_key
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts, facts_of
from epcis_core.provenance.trace import trace
from epcis_core.query.master_data import Version, attributes_said
from epcis_core.rules.seen_event import SeenEvent, full_name, value_words

SAMPLES = Path(__file__).parents[3] / "samples"
PARTY = "https://id.gs1.org/417/"
PLACE = "https://id.gs1.org/414/"

LOTS = {
    "fish_sauce": "https://id.gs1.org/01/08935097702013/10/SC261005-40",
    "fresh_grapes": "https://id.gs1.org/01/08936099141015/10/DN260311",
    "jujube_dried": "https://id.gs1.org/01/08938099550217/10/GL260122",
    "sheep_meat": "https://id.gs1.org/01/08936299310228/10/CM261008-SUONKHO",
}
"""The lot of each chain with which its README says to start."""


@dataclass(frozen=True)
class Document:
    """What one document of a chain says."""

    facts: list[EventFacts]
    seen: Mapping[str, SeenEvent]
    versions: list[Version]


@cache
def written(chain: str) -> dict[str, Any]:
    """The documents of a chain by name; each event has an id, which does not change with it."""
    found = {}
    for path in sorted((SAMPLES / chain).glob("*.jsonld")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for number, event in enumerate(document["epcisBody"]["eventList"]):
            event.setdefault("eventID", f"urn:x:{path.stem}:{number}")
        found[path.stem] = document
    return found


def read(name: str, document: Any) -> Document:
    reader = open_document(io.BytesIO(json.dumps(document).encode()))
    assert not isinstance(reader, Finding)
    facts, seen = [], {}
    for one in reader.events():
        assert one.event is not None
        event_id = str(one.event.event_id)
        facts.append(facts_of(one.event, one.namespaces, event_id=event_id, organisation=name))
        if one.event.error_declaration is None and not isinstance(one.event, ExtensionEvent):
            seen[event_id] = SeenEvent(one.event, one.namespaces)
    head = reader.envelope.head
    versions = [
        Version(
            0,
            name,
            vocabulary.type,
            element_key(element.id),
            tuple((attribute_name(one.id), one.attribute) for one in element.attributes),
        )
        for vocabulary in (head.vocabularies if head is not None else ())
        for element in vocabulary.vocabulary_element_list
    ]
    return Document(facts, seen, versions)


@cache
def whole(chain: str) -> dict[str, Document]:
    return {name: read(name, document) for name, document in written(chain).items()}


@dataclass
class Book:
    """Master data for a trace; see `epcis_core.provenance.book.Book`."""

    said: Mapping[str, Mapping[str, Said]]
    places: dict[str, str] = field(default_factory=dict)

    def party(self, key: str) -> Mapping[str, Any]:
        return self.said.get(key, {})

    def place(self, key: str) -> Mapping[str, Any]:
        return self.said.get(key, {})

    def product(self, gtin: str) -> Mapping[str, Any]:
        del gtin
        return {}

    def owners(self) -> Mapping[str, str]:
        return self.places


def material(chain: str, cut: Iterable[Datum] = (), lot: str | None = None) -> Material:
    """What is known of the lot of a chain, once data were cut out of its documents."""
    data = list(cut)
    documents = whole(chain) | {
        name: read(name, without(document, data))
        for name, document in written(chain).items()
        if any(_is_in(one, document) for one in data)
    }
    return known(documents, senders(chain), lot or LOTS[chain])


def known(documents: Mapping[str, Document], senders: Mapping[str, str], lot: str) -> Material:
    """What documents tell of a lot."""
    versions: dict[str, list[Version]] = {}
    for one in documents.values():
        for version in one.versions:
            versions.setdefault(version.key, []).append(version)
    said = {
        key: {n: Said(value_words(v), "1") for n, v in attributes_said(its) if v not in ("", {})}
        for key, its in versions.items()
    }
    book = Book(said)
    for key, its in said.items():
        owner = its.get("urn:epcglobal:cbv:owning_party")
        if owner is not None and place_of(key):
            book.places[key] = party_of(owner.value) or owner.value
    every = (facts for one in documents.values() for facts in one.facts)
    evidence = EventList(replace(facts, sequence=place) for place, facts in enumerate(every))
    events = {
        event_id: Recorded(seen, senders.get(name))
        for name, one in documents.items()
        for event_id, seen in one.seen.items()
    }
    return Material(trace(evidence, book, lot), events, said)


@cache
def senders(chain: str) -> Mapping[str, str]:
    """Who sent each document: the owner of most of the places in it."""
    owners = {
        element_key(version.key): party_of(str(value)) or str(value)
        for one in whole(chain).values()
        for version in one.versions
        for name, value in version.attributes
        if name == "urn:epcglobal:cbv:owning_party"
    }
    return {
        name: Counter(
            owners.get(facts.site or "") or PARTY + (facts.site or "").removeprefix(PLACE)
            for facts in one.facts
            if facts.site
        ).most_common(1)[0][0]
        for name, one in whole(chain).items()
    }


def without(document: Any, cut: Iterable[Datum]) -> Any:
    """Return a document without some data."""
    left = copy.deepcopy(document)
    for one in cut:
        if one.event is None:
            _forget(left, one)
            continue
        for event in left["epcisBody"]["eventList"]:
            if event["eventID"] == one.event:
                _cut_member(event, one.pointer)
    return left


def _is_in(one: Datum, document: Any) -> bool:
    if one.event is None:
        return True
    return any(event["eventID"] == one.event for event in document["epcisBody"]["eventList"])


def _cut_member(event: Any, pointer: str) -> None:
    *above, last = [unescape_pointer(token) for token in pointer.split("/")[1:]]
    if last == "id":  # a place is nothing without it
        *above, last = above
    for token in above:
        event = event[int(token) if isinstance(event, list) else token]
    event.pop(last, None)
    if last == "quantity":
        event.pop("uom", None)


def _forget(document: Any, one: Datum) -> None:
    lists = document.get("epcisHeader", {}).get("epcisMasterData", {}).get("vocabularyList", [])
    for vocabulary in lists:
        for element in vocabulary["vocabularyElementList"]:
            if element_key(element["id"]) == one.element:
                element["attributes"] = [
                    said
                    for said in element["attributes"]
                    if attribute_name(said["id"]) != full_name(one.way)
                ]
