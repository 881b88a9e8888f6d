"""Large ledgers to measure in: made once, kept in the cache, with chains strewn among their events.

    python -m bench.programs.large_ledger CACHE EVENTS

They go through the store's own append in large transactions, so that their tables, log and indexes
are what captures would have made. What is left out is the work before: reading a document, the
rules, and the hashes, in whose place stands the SHA-256 of an event's text.
"""

import gc
import io
import sys
import time
import uuid
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from bench.chains import mixed
from bench.large_documents import JSON_END, JSON_HEAD, Members
from bench.stopwatch import tell
from epcis_core.codecs.document import Envelope
from epcis_core.codecs.limits import Limits
from epcis_core.event_hash import HashVariant
from epcis_core.findings import Finding
from epcis_core.model.base import Number
from epcis_core.model.events import (
    AggregationEvent,
    EpcisEvent,
    ObjectEvent,
    TransformationEvent,
)
from epcis_core.model.namespaces import Namespaces
from epcis_core.provenance.facts import facts_of
from epcis_core.store.append import Append
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from epcis_core.store.rows import NewEvent
from ingest.prepare import opened

TOGETHER: Final = 100_000
"""Events of one transaction."""
_BATCH: Final = 10_000
_ORGANISATION: Final = "operator"
_KINDS: Final[dict[str, type[EpcisEvent]]] = {
    "ObjectEvent": ObjectEvent,
    "AggregationEvent": AggregationEvent,
    "TransformationEvent": TransformationEvent,
}


def ledger(cache: Path, size: int) -> Path:
    """Return a ledger with so many unrelated events and the chains, made where it is not there.

    Args:
        cache: folder; the ledger gets one of its own in it.
        size: how many unrelated events.
    """
    folder = cache / f"ledger-{size}"
    path = folder / "ledger.duckdb"
    if not (folder / "made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        started = time.monotonic()
        with Ledger.open(path) as made:
            build(made, mixed(size))
        (folder / "made").write_text(f"{time.monotonic() - started:.0f} s\n", encoding="utf-8")
    return path


def build(made: Ledger, told: Iterator[Members]) -> None:
    """Append events to an empty ledger, many in a transaction."""
    envelope = _envelope()
    done = 0
    while part := list(islice(told, TOGETHER)):
        with made.writing() as cursor:
            head = CaptureHead(str(uuid.uuid4()), _ORGANISATION, _now())
            append = Append(cursor, head, hand_over=made.hand_over)
            append.read_with(envelope)
            for first in range(0, len(part), _BATCH):
                batch = [
                    new_event(members, first + place, envelope.namespaces)
                    for place, members in enumerate(part[first : first + _BATCH])
                ]
                append.events(batch)
            append.finish(envelope)
            append.write()
        done += len(part)
        sys.stderr.write(f"{made.path}: {done:,} events\n")


def new_event(members: Members, position: int, namespaces: Namespaces) -> NewEvent:
    """Return an event as it is appended, with a digest of its text for its hashes."""
    written = orjson.dumps(members)
    digest = sha256(written)
    event = _KINDS[members["type"]].model_validate(_with_numbers(members))
    hashed = f"ni:///sha-256;{digest.hexdigest()}?ver=CBV2.0"
    return NewEvent(
        event=event,
        namespaces=namespaces,
        facts=facts_of(
            event, namespaces, event_id=event.event_id or hashed, organisation=_ORGANISATION
        ),
        text=written.decode(),
        position=position,
        hash=hashed,
        hash_variant=HashVariant.CBV_2_0_TEXT.value,
        content=digest.digest(),
    )


def _with_numbers(members: Members) -> Members:
    """Return the members with quantities as a codec hands them on."""
    return {
        name: [{**one, "quantity": Number(str(one["quantity"]))} for one in value]
        if name.endswith("uantityList")
        else value
        for name, value in members.items()
    }


def _envelope() -> Envelope:
    reader = opened(io.BytesIO(f"{JSON_HEAD}{JSON_END}".encode()), Limits(), None)
    if isinstance(reader, Finding):
        raise TypeError(reader)
    return reader.envelope


def _now() -> int:
    return time.time_ns() // 1000


def main() -> None:
    """Make the ledger that the command line asks for, or find it, and say where it is."""
    gc.set_threshold(50_000, 20, 50)  # as the commands do
    path = ledger(Path(sys.argv[1]), int(sys.argv[2]))
    tell(path=str(path))


if __name__ == "__main__":
    main()
