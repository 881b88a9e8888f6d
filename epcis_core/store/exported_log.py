"""The log as Parquet: every entry with all that its leaf commits to, and the book of captures.

One row is one entry, in order. What is in it is what came in and what the ledger said of it; what
can be worked out from that (references, marks of containment, the tree) is left out, but for a few
columns for people who ask the file and not a ledger. `COLUMNS` is what the README of an export
explains.

References:
    docs/export.md
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from epcis_core.errors import IntegrityError
from epcis_core.findings import Syntax
from epcis_core.proof.leaf import Digest, EntryKind, EntryMetadata, entry_leaf
from epcis_core.store.reading import Reading
from epcis_core.store.view import View

_TEXT: Final = pa.string()
_TEXTS: Final = pa.list_(pa.string())
_COUNT: Final = pa.int64()
_TIME: Final = pa.timestamp("us", tz="UTC")

COLUMNS: Final[dict[str, tuple[Any, str]]] = {
    "sequence": (_COUNT, "place in the log, from 0; of a whole export without holes"),
    "kind": (_TEXT, "event, receipt, master_data, document (what stood around events), decision"),
    "subject": (_TEXT, "id of the event, or identifier that the master data are about"),
    "record_time": (_TIME, "when the ledger took it"),
    "organisation": (_TEXT, "who sent it, or decided"),
    "capture_id": (_TEXT, "the document it came with, in captures.parquet"),
    "leaf": (pa.binary(), "SHA-256(0x00, salt, digest, metadata), as docs/proofs.md tells"),
    "salt": (pa.binary(), "16 random bytes; none where the content was erased"),
    "content": (_TEXT, "the text exactly as received; none where it was erased"),
    "syntax": (_TEXT, "how to parse the content: json or xml"),
    "prefixes": (_TEXT, "what its prefixes stand for, a JSON object"),
    "contexts": (_TEXTS, "addresses of further JSON-LD contexts"),
    "envelope": (_COUNT, "number of the document among those with entries; none for a decision"),
    "document_kind": (_TEXT, "EPCISDocument, EPCISQueryDocument, … or event for a bare one"),
    "document_version": (_TEXT, "version of EPCIS that the document claims"),
    "position": (_COUNT, "of an event: its place in its document, from 0"),
    "event_sequence": (_COUNT, "of a receipt: the event that another had sent before"),
    "vocabulary": (_TEXT, "of master data: the type of the vocabulary"),
    "signature": (_TEXT, "of a decision: the log's signature"),
    "erased_by": (_COUNT, "sequence of the decision by which the content was erased"),
    "declares": (pa.bool_(), "of an erased entry: it was about an error declaration"),
    "objects": (_TEXTS, "of an erased entry: what it named, as far as others name it too"),
    "event_time": (_TIME, "of an event, for people: when it happened"),
    "event_type": (_TEXT, "likewise: its type"),
    "action": (_TEXT, "likewise: ADD, OBSERVE or DELETE"),
    "biz_step": (_TEXT, "likewise: the business step"),
    "disposition": (_TEXT, "likewise: the disposition"),
    "read_point": (_TEXT, "likewise: where it happened"),
    "biz_location": (_TEXT, "likewise: where the objects were then"),
    "event_hash": (_TEXT, "likewise: its event hash ID (CBV 2.0)"),
}
"""The columns of `log.parquet`, with type and meaning, in order."""

_SCHEMA: Final = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])
_TOGETHER: Final = 4_000  # sequences that are read at once
_CAPTURES: Final = 1_000  # captures likewise; a report may be large


@dataclass(frozen=True, slots=True)
class ExportedEntry:
    """One row of `log.parquet`, without the columns for people; see `COLUMNS`.

    Attributes:
        record_time: microseconds since 1970 UTC.
    """

    sequence: int
    kind: EntryKind
    subject: str
    record_time: int
    organisation: str
    capture_id: str
    leaf: Digest
    salt: bytes
    content: str | None
    syntax: Syntax
    prefixes: str
    contexts: list[str]
    envelope: int | None
    document_kind: str | None
    document_version: str | None
    position: int | None
    event_sequence: int | None
    vocabulary: str | None
    signature: str | None
    erased_by: int | None
    declares: bool | None
    objects: list[str] | None

    @property
    def reading(self) -> Reading:
        """How to read the content."""
        return Reading.stored(self.syntax, self.prefixes, self.contexts)

    def check(self) -> None:
        """Compare the leaf with what it commits to, where that was not erased.

        Raises:
            IntegrityError: it is the leaf of something else.
        """
        if self.erased_by is not None and self.content is None:
            return
        metadata = EntryMetadata(
            self.sequence,
            self.kind,
            self.subject,
            self.record_time,
            self.capture_id,
            self.organisation,
        )
        content = (self.content or "").encode()
        # The leaf of master data commits to their vocabulary, but for those of earlier releases.
        readings = (replace(self.reading, vocabulary=self.vocabulary), self.reading)
        leaves = (entry_leaf(self.salt, one.as_bytes(), content, metadata) for one in readings)
        if self.leaf not in leaves:
            raise IntegrityError(f"Entry {self.sequence} is not what its leaf commits to")


_NAMES: Final = [one.name for one in fields(ExportedEntry)]


def write_log(
    cursor: duckdb.DuckDBPyConnection,
    view: View,
    path: Path,
    *,
    condition: str = "true",
    tell: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Write entries of the log as Parquet, in bounded memory.

    Args:
        cursor: a reader's.
        view: what may be seen.
        path: the file, which is made.
        condition: which entries, as SQL on `entry n`; its text must be ours, values quoted.
        tell: told how many of the log's entries were looked at, of how many.

    Returns:
        How many were written.

    Raises:
        IntegrityError: an entry is not what its leaf commits to, and nothing can vouch for it.
    """
    last, done = view.last(cursor), 0
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT n.sequence FROM entry n "  # noqa: S608 - ours
        f"WHERE {condition} AND {view.condition('n')}"
    )
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        for start in range(0, last + 1, _TOGETHER):
            end = min(start + _TOGETHER, last + 1)
            between = f"BETWEEN {start:d} AND {end - 1:d}"
            rows = cursor.execute(_entries(between)).to_arrow_table().cast(_SCHEMA)
            for entry in _typed(rows):
                entry.check()
            writer.write_table(rows)
            done += rows.num_rows
            tell(end, last + 1)
    return done


def read_log(path: Path) -> Iterator[list[ExportedEntry]]:
    """Yield what `write_log` wrote, some entries at a time.

    Raises:
        IntegrityError: the file is no such log.
    """
    for rows in _read(path):
        yield _typed(rows)


def count_log(path: Path) -> int:
    """Return how many entries there are in a file.

    Raises:
        IntegrityError: the file is no such log.
    """
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(f"{path.name} cannot be read: {error}") from error


def write_captures(
    cursor: duckdb.DuckDBPyConnection, view: View, path: Path, *, organisations: str = "true"
) -> int:
    """Write the book of captures as Parquet, oldest first, those of rejected documents too.

    Args:
        cursor: a reader's.
        view: what may be seen: of its viewer, without captures that brought later entries.
        path: the file, which is made.
        organisations: whose, as SQL on `capture c`; its text must be ours, values quoted.

    Returns:
        How many were written.
    """
    found = cursor.execute(
        f"SELECT c.* FROM capture c WHERE ({organisations}) "  # noqa: S608 - ours, and bound
        "AND ($viewer IS NULL OR c.organisation = $viewer) AND ($last IS NULL OR c.capture_id "
        "NOT IN (SELECT n.capture_id FROM entry n WHERE n.sequence > $last)) "
        "ORDER BY c.record_time, c.capture_id",
        {"viewer": view.viewer, "last": view.up_to_sequence},
    )
    done = 0
    batches = found.to_arrow_reader(_CAPTURES)
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            done += batch.num_rows
    return done


def put_captures(cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put into the book of captures what `write_captures` wrote; the cursor is the writer's.

    Raises:
        IntegrityError: the file is no such book.
    """
    for rows in _read(path):
        batch = rows  # the name that DuckDB finds the rows under
        try:
            cursor.execute("INSERT INTO capture BY NAME SELECT * FROM batch")
        except duckdb.Error as error:
            raise IntegrityError(f"{path.name} is no book of captures: {error}") from error
        del batch


def _read(path: Path) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_CAPTURES):
                yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(f"{path.name} cannot be read: {error}") from error


def _typed(rows: pa.Table) -> list[ExportedEntry]:
    """Return rows as values.

    Raises:
        IntegrityError: a column is missing, or has no times in it.
    """
    try:
        named = rows.select(_NAMES)
        # As numbers, for which Arrow does not look for pandas.
        times = named["record_time"].cast(_TIME).cast(_COUNT)
        columns = named.set_column(_NAMES.index("record_time"), "record_time", times).to_pylist()
    except (KeyError, pa.ArrowException) as error:
        raise IntegrityError(f"The log lacks a column: {error}") from error
    for row in columns:
        row["salt"] = row["salt"] or b""
    return [ExportedEntry(**row) for row in columns]


def _entries(between: str) -> str:
    """Return the query for the rows of those of some sequences that are wanted."""
    return f"""
        SELECT
          n.sequence, n.kind,
          coalesce(e.event_id, r.event_id, m.canonical, g.event_id, '') AS subject,
          n.record_time, n.organisation, n.capture_id, n.leaf,
          CASE WHEN g.sequence IS NULL THEN n.salt END AS salt,
          coalesce(e.body, r.body, m.body, d.head, c.body) AS content,
          coalesce(v.syntax, 'json') AS syntax, coalesce(v.prefixes, '{{}}') AS prefixes,
          coalesce(v.contexts, []) AS contexts,
          v.envelope, v.kind AS document_kind, v.version AS document_version, e.position,
          r.event_sequence, m.vocabulary, c.signature, g.decision AS erased_by, g.declares,
          g.objects, e.event_time, e.event_type, e.action,
          e.biz_step, e.disposition, e.read_point, e.biz_location, e.hash AS event_hash
        FROM (SELECT n.* FROM entry n JOIN wanted USING (sequence) WHERE n.sequence {between}) n
        LEFT JOIN (SELECT * FROM event WHERE sequence {between}) e USING (sequence)
        LEFT JOIN (
          SELECT w.*, o.event_id FROM receipt w JOIN event o ON o.sequence = w.event_sequence
          WHERE w.sequence {between}
        ) r USING (sequence)
        LEFT JOIN (SELECT * FROM vocabulary_element WHERE sequence {between}) m USING (sequence)
        LEFT JOIN (SELECT * FROM envelope WHERE sequence {between}) d USING (sequence)
        LEFT JOIN (SELECT * FROM decision WHERE sequence {between}) c USING (sequence)
        LEFT JOIN (SELECT * FROM erased WHERE sequence {between}) g USING (sequence)
        LEFT JOIN envelope v ON v.envelope
          = coalesce(e.envelope, r.envelope, m.envelope, d.envelope, g.envelope)
        ORDER BY n.sequence
    """  # noqa: S608 - numbers
