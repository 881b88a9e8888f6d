"""The book of captures: what was sent, when, by whom, and the report the sender got."""

from typing import Any

import duckdb
import orjson

from epcis_core.store.append import CaptureHead
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import View


def record_capture(
    cursor: duckdb.DuckDBPyConnection, head: CaptureHead, record_time: int, *columns: object
) -> None:
    """Write a capture into the book.

    Args:
        cursor: the writer's.
        head: who sent it, under which id.
        record_time: microseconds since 1970 UTC.
        *columns: file name, SHA-256, size in bytes, status, events accepted, duplicate, rejected,
            warnings, and the report as JSON text.
    """
    cursor.execute(
        "INSERT INTO capture VALUES (?, make_timestamp(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [head.capture_id, record_time, head.organisation, *columns],
    )


def find_capture(ledger: Ledger, view: View, capture_id: str) -> dict[str, Any] | None:
    """Return the report of a capture as it was given, with `record_time`, or None.

    The book holds no entries of the log, so `view` limits it by organisation alone.
    """
    with ledger.reading() as cursor:
        row = cursor.execute(
            "SELECT report, epoch_us(record_time) FROM capture WHERE capture_id = ? "
            "AND (? IS NULL OR organisation = ?)",
            [capture_id, view.viewer, view.viewer],
        ).fetchone()
    if row is None:
        return None
    report: dict[str, Any] = orjson.loads(row[0])
    return {**report, "record_time": row[1]}
