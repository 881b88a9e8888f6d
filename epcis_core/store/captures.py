"""The book of captures: what was sent, when, by whom, and the report the sender got."""

from dataclasses import astuple, dataclass
from typing import Any

import duckdb
import orjson

from epcis_core.codecs.document import Envelope
from epcis_core.proof.leaf import Digest, content_digest
from epcis_core.store.ledger import Ledger
from epcis_core.store.reading import Reading
from epcis_core.store.view import View


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
    status: str
    accepted: int
    duplicate: int
    rejected: int
    warnings: int
    report: str


def record_capture(cursor: duckdb.DuckDBPyConnection, record: CaptureRecord) -> None:
    """Write a capture into the book; the cursor is the writer's."""
    cursor.execute(
        "INSERT INTO capture VALUES (?, make_timestamp(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        list(astuple(record)),
    )


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
