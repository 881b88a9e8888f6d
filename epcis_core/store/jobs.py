"""Capture jobs: which documents the server has promised to capture, and which are done.

What came of a job stands in the ledger's book of captures under the same id. A row here says that
it was promised, to whom, and how; it is written before the sender hears of it.

References:
    EPCIS 2.0, section 12.6 (capture jobs)
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from epcis_core.store.bookkeeping import Bookkeeping


@dataclass(frozen=True, slots=True)
class CaptureJob:
    """A document that was promised to be captured.

    Attributes:
        capture_id: names the job, and the capture in the ledger's book.
        client: who takes turns with others: what is promised to one never waits for all that is
            promised to another.
        organisation: who captures.
        created: when it was promised, microseconds since 1970 UTC.
        proceed: store the events without errors even where others have some.
        size: bytes of the document.
        prefixes: what prefixes of extensions stand for where the document does not say.
        finished: when it was done, microseconds since 1970 UTC; None for one that is not.
        failure: why the server could not do it, a sentence; the book of captures then lacks it.
    """

    capture_id: str
    client: str
    organisation: str
    created: int
    proceed: bool
    size: int
    prefixes: Mapping[str, str] = field(default_factory=dict)
    finished: int | None = None
    failure: str | None = None


def add_job(books: Bookkeeping, job: CaptureJob) -> None:
    """Promise a job; the promise is on disk afterwards."""
    with books.transaction() as connection:
        connection.execute(
            "INSERT INTO capture_job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                job.capture_id,
                job.client,
                job.organisation,
                job.created,
                job.proceed,
                job.size,
                json.dumps(dict(job.prefixes)),
                job.finished,
                job.failure,
            ),
        )


def finish_job(books: Bookkeeping, capture_id: str, at: int, failure: str | None = None) -> None:
    """Say that a job is done; `failure` is why the server could not do it."""
    with books.transaction() as connection:
        connection.execute(
            "UPDATE capture_job SET finished = ?, failure = ? WHERE capture_id = ?",
            (at, failure, capture_id),
        )


def unfinished_jobs(books: Bookkeeping) -> list[CaptureJob]:
    """Return the jobs that are not done, in the order in which they were promised."""
    return _jobs(books, "finished IS NULL ORDER BY rowid", ())


def find_job(books: Bookkeeping, capture_id: str) -> CaptureJob | None:
    """Return a job by its id."""
    found = _jobs(books, "capture_id = ?", (capture_id,))
    return found[0] if found else None


def jobs_before(
    books: Bookkeeping, before: tuple[int, str] | None, most: int, organisation: str | None = None
) -> list[CaptureJob]:
    """Return jobs, the newest first.

    Args:
        books: where they stand.
        before: only jobs older than this time and id; None for all.
        most: how many.
        organisation: only those of this one; None for all.
    """
    condition = "true"
    values: tuple[object, ...] = ()
    if organisation is not None:
        condition, values = "organisation = ?", (organisation,)
    if before is not None:
        condition, values = f"{condition} AND (created, capture_id) < (?, ?)", (*values, *before)
    order = "ORDER BY created DESC, capture_id DESC LIMIT ?"
    return _jobs(books, f"{condition} {order}", (*values, most))


def which_are_jobs(books: Bookkeeping, capture_ids: Iterable[str]) -> set[str]:
    """Return those of some captures that were jobs."""
    with books.transaction() as connection:
        rows = connection.execute(
            "SELECT capture_id FROM capture_job "
            "WHERE capture_id IN (SELECT value FROM json_each(?))",
            (json.dumps([*capture_ids]),),
        ).fetchall()
    return {row["capture_id"] for row in rows}


def _jobs(books: Bookkeeping, condition: str, values: tuple[object, ...]) -> list[CaptureJob]:
    """Return jobs under a condition; its text must be ours, values bound."""
    with books.transaction() as connection:
        rows = connection.execute(
            f"SELECT * FROM capture_job WHERE {condition}",  # noqa: S608 - no text of users in it
            values,
        ).fetchall()
    return [_job(row) for row in rows]


def _job(row: sqlite3.Row) -> CaptureJob:
    members = dict(row)
    members["proceed"] = bool(members["proceed"])
    members["prefixes"] = json.loads(members["prefixes"])
    return CaptureJob(**members)
