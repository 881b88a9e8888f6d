"""Whether a ledger is whole and has what was acknowledged, after whatever has happened to it.

Documents are told by the ids of their events, `urn:x:<name>:<number>:<how many>`: so it shows when
one is there in part.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from epcis_core.findings import Severity
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.events import all_events
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import NOW, document, item, observed

LATER = NOW + 3_600_000_000
"""Microseconds since 1970 UTC, of whoever looks at a ledger afterwards."""


def named(name: str, events: int) -> bytes:
    """A document whose events name it."""
    ids = (f"urn:x:{name}:{number}:{events}" for number in range(events))
    return document(*(observed(item(one[6:].replace(":", "-")), eventID=one) for one in ids))


def faults(path: Path, acknowledged: Iterable[str]) -> list[str]:
    """Open a ledger again, close it, check it; return what is wrong, in sentences.

    Args:
        path: the ledger; nobody has it open.
        acknowledged: names of documents that must be there.
    """
    with Ledger.open(path, create=False) as ledger:
        wrong = [*faults_of_documents(ledger, acknowledged), *_faults_of_log(ledger)]
        with Bookkeeping(path) as books:
            sign_checkpoint(ledger, books, LATER)
    checked = Checked()
    wrong += [
        f"{one.code}: {one.message}"
        for one in check_ledger(path, checked)
        if one.severity is Severity.ERROR
    ]
    return wrong if checked.is_readable else [*wrong, "the ledger cannot be read to its end"]


def faults_of_documents(ledger: Ledger, acknowledged: Iterable[str]) -> Iterator[str]:
    """Yield which events are there twice, which documents in part, and which not at all."""
    found = Counter(event.event_id for event in all_events(ledger, EVERYTHING))
    yield from (f"{one} is there {times} times" for one, times in found.items() if times > 1)
    documents = Counter(tuple(one.split(":")[2::2]) for one in found)
    for (name, events), there in documents.items():
        if there != int(events):
            yield f"of {name} {there} of {events} events are there"
    for name in {*acknowledged} - {name for name, _ in documents}:
        yield f"{name} was acknowledged and is lost"


def _faults_of_log(ledger: Ledger) -> Iterator[str]:
    entries = list(log_entries(ledger, EVERYTHING))
    if [entry.metadata.sequence for entry in entries] != list(range(len(entries))):
        yield "the log has a hole"
    if any(entry.recomputed() != entry.leaf for entry in entries):
        yield "a leaf does not come out again"
    times = [entry.metadata.record_time for entry in entries]
    if times != sorted(times):
        yield "record time runs back"
    with Bookkeeping(ledger.path) as books:
        root = sign_checkpoint(ledger, books, LATER).checkpoint.root
    if entries and root_of([entry.leaf for entry in entries]) != root:
        yield "the tree has another root than its leaves"


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, as RFC 9162, section 2.1.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << ((len(leaves) - 1).bit_length() - 1)
    halves = root_of(leaves[:left]) + root_of(leaves[left:])
    return hashlib.sha256(b"\x01" + halves).digest()
