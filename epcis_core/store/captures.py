"""The book of captures: what was sent, when, by whom, and the report the sender got."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Literal

import duckdb
import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.proof.leaf import Digest, content_digest
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import among
from epcis_core.store.reading import Reading
from epcis_core.store.tables import CAPTURE
from epcis_core.store.view import View

CaptureStatus = Literal["accepted", "partial", "rejected"]
"""Of a document: `partial` where some events were stored and some were not."""

MAX_EVENTS_LISTED: Final = 10_000
"""A report lists this many events one by one; its counts are always complete."""

MAX_FINDINGS_LISTED: Final = 20_000
"""It lists no more events once those it lists have this many findings."""


@dataclass(frozen=True, slots=True)
class CaptureRecord:
    """One capture, as the book keeps it; its fields are the columns of `capture`.

    Attributes:
        capture_id: names it.
        record_time: when the ledger took it, microseconds since 1970 UTC.
        organisation: who sent it.
        file_name: what the sender called it.
        digest: SHA-256 of its bytes.
        size: how many bytes.
        head_digest: of its head; None where it could not be read.
        status: `accepted`, `partial` or `rejected`.
        accepted: how many events were stored.
        duplicate: how many were there before.
        rejected: how many were not stored.
        warnings: how many warnings its sender got.
        report: what its sender was told, as JSON.
    """

    capture_id: str
    record_time: int
    organisation: str
    file_name: str
    digest: bytes
    size: int
    head_digest: bytes | None
    status: CaptureStatus
    accepted: int
    duplicate: int
    rejected: int
    warnings: int
    report: str


@dataclass(frozen=True, slots=True)
class CaptureOutcome:
    """What became of one capture; `find_capture` returns what its sender was told of it.

    Attributes:
        capture_id: names it.
        record_time: when the ledger took it, microseconds since 1970 UTC.
        size: bytes of the document.
        status: whether it was stored.
        counts: of events `accepted`, `duplicate` and `rejected`, and of `warnings`.
        organisation: who sent it.
        file_name: what the sender called it.
        digest: SHA-256 of its bytes.
    """

    capture_id: str
    record_time: int
    size: int
    status: CaptureStatus
    counts: dict[str, int]
    organisation: str
    file_name: str
    digest: bytes


_COLUMNS_OF: Final = attrgetter(*CAPTURE.columns.names)


def record_capture(cursor: duckdb.DuckDBPyConnection, record: CaptureRecord) -> None:
    """Write a capture into the book; the cursor is the writer's."""
    record_captures(cursor, [record])


def record_captures(cursor: duckdb.DuckDBPyConnection, records: Iterable[CaptureRecord]) -> None:
    """Write captures into the book; the cursor is the writer's."""
    CAPTURE.insert(cursor, [_COLUMNS_OF(record) for record in records])


def find_capture(ledger: Ledger, view: View, capture_id: str) -> dict[str, Any] | None:
    """Return the report of a capture as it was given, with `record_time`, or None.

    The book holds no entries of the log, so `view` limits it by organisation, and by the record
    time of the last entry seen.
    """
    with ledger.reading() as cursor:
        row = cursor.execute(
            "SELECT report, epoch_us(record_time) FROM capture WHERE capture_id = $id "
            "AND ($viewer IS NULL OR organisation = $viewer) "
            "AND ($last IS NULL OR record_time <= "
            "(SELECT max(n.record_time) FROM entry n WHERE n.sequence <= $last))",
            {"id": capture_id, "viewer": view.viewer, "last": view.up_to_sequence},
        ).fetchone()
    if row is None:
        return None
    report: dict[str, Any] = orjson.loads(row[0])
    return {**report, "record_time": row[1]}


_OUTCOME: Final = (
    "SELECT c.capture_id, epoch_us(c.record_time), c.size, c.status, c.organisation, c.file_name, "
    "c.digest, c.accepted, c.duplicate, c.rejected, c.warnings FROM capture c WHERE "
    "($viewer IS NULL OR c.organisation = $viewer) AND ($last IS NULL OR c.record_time <= "
    "(SELECT max(n.record_time) FROM entry n WHERE n.sequence <= $last))"
)


def capture_outcomes(
    ledger: Ledger, view: View, capture_ids: Iterable[str]
) -> dict[str, CaptureOutcome]:
    """Return what became of captures, by their ids; nothing of those that the book lacks."""
    found = _outcomes(ledger, view, f"c.capture_id {among(capture_ids)}", {})
    return {one.capture_id: one for one in found}


def captured_size(ledger: Ledger, organisation: str, since: int) -> int:
    """Return how many bytes an organisation has sent since a record time, refused ones included.

    Args:
        ledger: in whose book it stands.
        organisation: who sent them.
        since: microseconds since 1970 UTC.
    """
    with ledger.reading() as cursor:
        row = cursor.execute(
            "SELECT coalesce(sum(size), 0)::BIGINT FROM capture "
            "WHERE organisation = ? AND record_time >= make_timestamp(?)",
            [organisation, since],
        ).fetchall()[0]
    return int(row[0])


def captures_before(
    ledger: Ledger, view: View, before: tuple[int, str] | None, *, since: int | None, most: int
) -> list[CaptureOutcome]:
    """Return what became of captures, the newest first.

    Args:
        ledger: in whose book they stand.
        view: as for `find_capture`.
        before: only those older than this record time and id; None for all.
        since: only those of this record time or later; None for all.
        most: how many.
    """
    condition = "true"
    values: dict[str, object] = {}
    if before is not None:
        condition += " AND (c.record_time, c.capture_id) < (make_timestamp($time), $id)"
        values |= {"time": before[0], "id": before[1]}
    if since is not None:
        condition += " AND c.record_time >= make_timestamp($since)"
        values["since"] = since
    order = f"ORDER BY c.record_time DESC, c.capture_id DESC LIMIT {most:d}"
    return _outcomes(ledger, view, f"{condition} {order}", values)


def _outcomes(
    ledger: Ledger, view: View, condition: str, values: dict[str, object]
) -> list[CaptureOutcome]:
    """Return outcomes under a condition; its text must be ours, values bound or quoted."""
    values = {**values, "viewer": view.viewer, "last": view.up_to_sequence}
    with ledger.reading() as cursor:
        rows = cursor.execute(f"{_OUTCOME} AND {condition}", values).fetchall()
    names = ("accepted", "duplicate", "rejected", "warnings")
    return [
        CaptureOutcome(one, at, size, status, dict(zip(names, counts, strict=True)), who, file, sha)
        for one, at, size, status, who, file, sha, *counts in rows
    ]


def head_digest(envelope: Envelope) -> Digest:
    """Return the digest of what a document says beside its events, and of how to read it."""
    return content_digest(Reading.of(envelope).as_bytes(), envelope.head_text.encode())


def has_sent_head(cursor: duckdb.DuckDBPyConnection, organisation: str, digest: Digest) -> bool:
    """Tell whether an organisation has sent a document with this head that was not rejected."""
    row = cursor.execute(
        "SELECT 1 FROM capture WHERE organisation = ? AND head_digest = ? "
        "AND status <> 'rejected' LIMIT 1",
        [organisation, digest],
    ).fetchone()
    return row is not None
