"""Proofs of what the ledger holds: of an event's records, and of all that a trace rests on."""

from collections.abc import Iterable, Sequence
from typing import Final

from epcis_core.proof.bundle import Proof, ProvenRecord
from epcis_core.proof.leaf import Digest
from epcis_core.provenance.result import Trace
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import SignedCheckpoint, published_sizes, sign_checkpoint
from epcis_core.store.erased import erased_naming
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import LogEntry, entries_about
from epcis_core.store.trace import trace_lot
from epcis_core.store.tree import Tree
from epcis_core.store.view import View

_MOST_WAYS: Final = 100
"""From so many earlier checkpoints a proof has a way to its own."""


def prove_events(
    ledger: Ledger,
    view: View,
    event_ids: Iterable[str],
    size: int,
    *,
    sequences: Iterable[int] = (),
) -> list[ProvenRecord]:
    """Return the records of events, with error declarations and receipts, and their proofs.

    Args:
        ledger: where they are.
        view: what may be seen; what is behind the checkpoint is left out.
        event_ids: ids as the ledger has them.
        size: of the checkpoint.
        sequences: of more entries, which are known by no id.
    """
    found = entries_about(ledger, view, event_ids, sequences)
    entries = [one for one in found if one.metadata.sequence < size]
    with ledger.reading() as cursor:
        paths = Tree(cursor).inclusion([one.metadata.sequence for one in entries], size)
    return [_proven(one, paths[one.metadata.sequence]) for one in entries]


def prove_trace(
    ledger: Ledger,
    books: Bookkeeping,
    view: View,
    text: str,
    *,
    now: int,
    since: Iterable[int] = (),
    max_objects: int = 10_000,
) -> tuple[Trace, Proof]:
    """Trace an object as of a new checkpoint, and prove every event that the trace rests on.

    Args:
        ledger: where to look.
        books: where the key stands.
        view: what may be seen.
        text: any spelling of the object.
        now: the clock, microseconds since 1970 UTC.
        since: sizes of earlier checkpoints that the proof shall go on from, beside those that were
            sent to somebody.
        max_objects: how many objects the trace may have.

    Returns:
        The trace, empty where nothing is known of the object, and the proof.

    Raises:
        ValueError: the log was never so large as a size in `since`.
        IntegrityError: the log does not go on from its last checkpoint.
    """
    signed = sign_checkpoint(ledger, books, now, publish=True)
    last = signed.size - 1
    if view.up_to_sequence is not None:
        last = min(last, view.up_to_sequence)
    seen = view.until(last)
    trace = trace_lot(ledger, seen, text, now=now, max_objects=max_objects)
    named = [one for gap in trace.gaps if gap.code == "erased" for one in gap.objects]
    with ledger.reading() as cursor:
        erased = erased_naming(cursor, seen, named)
    about = {*trace.events, *trace.retracted, *filter(None, erased.values())}
    records = prove_events(ledger, seen, about, signed.size, sequences=erased)
    earlier = sorted({*since, *published_sizes(books, _MOST_WAYS)} - {signed.size})
    return trace, _proof(ledger, trace, signed, records, earlier)


def _proof(
    ledger: Ledger,
    trace: Trace,
    signed: SignedCheckpoint,
    records: Sequence[ProvenRecord],
    earlier: Sequence[int],
) -> Proof:
    with ledger.reading() as cursor:
        tree = Tree(cursor)
        ways = {size: tree.consistency(size, signed.size) for size in earlier}
    return Proof(
        subject=trace.subject,
        is_truncated=trace.truncated,
        checkpoint=signed.checkpoint,
        note=signed.note,
        made=signed.made,
        records=records,
        consistency=ways,
    )


def _proven(entry: LogEntry, path: Sequence[Digest]) -> ProvenRecord:
    return ProvenRecord(
        metadata=entry.metadata,
        salt=entry.salt,
        leaf=entry.leaf,
        syntax=entry.reading.syntax,
        reading=entry.reading.as_bytes(),
        content=entry.content,
        declares=entry.declares,
        path=[*path],
    )
