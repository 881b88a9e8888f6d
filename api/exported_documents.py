"""What a ledger has captured as EPCIS 2.0 documents, sender by sender, for an export.

A document holds what one organisation has sent, in the order of the ledger: master data, or events,
so many in a file that tools can still open it. Captured again under the same sender, the documents
say what the ledger says.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any, Final, TypeVar

from api.event_documents import event_in_json
from epcis_core.codecs.json_scan import data_of
from epcis_core.codecs.jsonld_writer import context_of, json_bytes, write_document
from epcis_core.model.namespaces import Namespaces
from epcis_core.store.events import StoredEvent
from epcis_core.store.ledger import Ledger
from epcis_core.store.part import LedgerPart, StoredElement, senders, sent_elements, sent_events
from epcis_core.store.view import View

EVENTS_IN_FILE: Final = 50_000
_ELEMENTS_IN_FILE: Final = 10_000
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class ExportedDocument:
    """One document of an export.

    Attributes:
        file: its name.
        organisation: who sent what is in it.
        events: how many are in it.
        elements: versions of master data likewise.
    """

    file: str
    organisation: str
    events: int = 0
    elements: int = 0


def write_documents(
    ledger: Ledger,
    view: View,
    part: LedgerPart,
    folder: Path,
    *,
    written: str,
    tell: Callable[[int], None] = lambda _: None,
) -> list[ExportedDocument]:
    """Write the documents of a part of the ledger, in bounded memory; all master data first.

    Args:
        ledger: where to read.
        view: what may be seen.
        part: of the ledger.
        folder: where to; it is there.
        written: when, a timestamp.
        tell: told how many events have been written.

    Returns:
        The documents, in the order in which they are to be captured.
    """
    found: list[ExportedDocument] = []
    done = 0
    with ledger.reading() as cursor:
        organisations = senders(cursor, view, part)
    for one in organisations:
        with ledger.reading() as cursor:
            for prefixes, elements in together(sent_elements(cursor, view, part, one)):
                path = folder / f"{len(found) + 1:05d}-master-data.jsonld"
                path.write_bytes(master_data_document(elements, prefixes, written))
                found.append(ExportedDocument(path.name, one, elements=len(elements)))
    for one in organisations:
        with ledger.reading() as cursor:
            for events in _batches(sent_events(cursor, view, part, one), EVENTS_IN_FILE):
                path = folder / f"{len(found) + 1:05d}-events.jsonld"
                count = _write_events(path, events, written)
                found.append(ExportedDocument(path.name, one, events=count))
                done += count
                tell(done)
    return found


def _write_events(path: Path, events: Iterable[StoredEvent], written: str) -> int:
    """Write a document of events, and return how many there are in it."""
    count = 0

    def texts() -> Iterator[bytes]:
        nonlocal count
        for event in events:
            count += 1
            yield event_in_json(event)

    with path.open("wb") as file:
        file.writelines(write_document(texts(), creation_date=written, prefixes={}))
        file.write(b"\n")
    return count


def together(
    elements: Iterable[StoredElement],
) -> Iterator[tuple[dict[str, str], list[StoredElement]]]:
    """Yield elements, as many as fit into one document, and what their prefixes stand for."""
    for prefixes, some in groupby(elements, _prefixes):
        for batch in _batches(some, _ELEMENTS_IN_FILE):
            yield dict(prefixes), list(batch)


def _prefixes(element: StoredElement) -> tuple[tuple[str, str], ...]:
    """Return the prefixes in force inside an element."""
    context = data_of(element.text).get("@context")
    namespaces = Namespaces.of_context(context, element.reading.namespaces)
    return tuple(namespaces.prefixes.items())


def master_data_document(
    elements: list[StoredElement], prefixes: dict[str, str], written: str
) -> bytes:
    """Return a document without events whose header has master data."""
    vocabularies: dict[str, list[Any]] = {}
    for element in elements:
        members = data_of(element.text)
        members.pop("@context", None)
        vocabularies.setdefault(element.vocabulary, []).append(members)
    listed = [
        {"type": vocabulary, "vocabularyElementList": members}
        for vocabulary, members in vocabularies.items()
    ]
    document = {
        "@context": context_of(prefixes),
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": written,
        "epcisHeader": {"epcisMasterData": {"vocabularyList": listed}},
        "epcisBody": {"eventList": []},
    }
    return json_bytes(document) + b"\n"


def _batches(values: Iterable[_One], size: int) -> Iterator[Iterator[_One]]:
    """Yield the values so many at a time; each batch is to be used up before the next."""
    left = iter(values)
    for first in left:
        yield chain((first,), islice(left, size - 1))
