"""What the tables of a ledger say of each other: rows that belong to nothing, counts, order."""

from collections.abc import Iterator
from typing import Any, Final

import duckdb

from epcis_core.findings import Finding
from epcis_core.store.fsck.entries import PART
from epcis_core.store.fsck.places import differing, unexpected
from epcis_core.store.rows import WRITERS
from epcis_core.store.tables import ELEMENT, ELEMENT_ATTRIBUTE

_MOST: Final = 100  # rows that one question returns

_BY_SEQUENCE: Final = (
    *(writer.table.name for writer in WRITERS),
    "receipt",
    ELEMENT.name,
    ELEMENT_ATTRIBUTE.name,
    "decision",
    "erased",
)

_ENVELOPES: Final = """
SELECT x.kind, x.sequence, x.envelope, v.capture_id, n.capture_id FROM (
  SELECT 'event' AS kind, sequence, envelope FROM event
  UNION ALL SELECT 'receipt', sequence, envelope FROM receipt
  UNION ALL SELECT 'vocabulary_element', sequence, envelope FROM vocabulary_element
  UNION ALL SELECT 'erased', sequence, envelope FROM erased
) x JOIN entry n USING (sequence) LEFT JOIN envelope v USING (envelope)
WHERE v.capture_id IS DISTINCT FROM n.capture_id
"""

_POSITIONS: Final = """
SELECT sequence, position, before FROM (
  SELECT sequence, position, lag(position) OVER (PARTITION BY envelope ORDER BY sequence) AS before
  FROM event
) WHERE position <= before OR position < 0
"""

_NUMBERED: Final = """
SELECT envelope, place FROM (
  SELECT envelope, row_number() OVER (ORDER BY envelope) - 1 AS place FROM envelope
) WHERE envelope <> place
"""

_DOCUMENTS: Final = """
SELECT v.envelope, v.sequence, n.kind FROM envelope v LEFT JOIN entry n USING (sequence)
WHERE v.sequence IS NOT NULL AND n.kind IS DISTINCT FROM 'document'
"""

_CAPTURES: Final = """
SELECT n.sequence, n.capture_id, n.organisation, c.organisation, epoch_us(n.record_time),
  epoch_us(c.record_time)
FROM entry n LEFT JOIN capture c USING (capture_id)
WHERE n.kind <> 'decision' AND (c.organisation IS DISTINCT FROM n.organisation
  OR c.record_time IS DISTINCT FROM n.record_time OR c.status = 'rejected')
"""

_COUNTS: Final = """
SELECT c.capture_id, c.accepted, coalesce(n.events, 0), c.duplicate, coalesce(n.receipts, 0)
FROM capture c LEFT JOIN (
  SELECT capture_id, count(*) FILTER (kind = 'event') AS events,
    count(*) FILTER (kind = 'receipt') AS receipts
  FROM entry GROUP BY capture_id
) n USING (capture_id)
WHERE c.accepted <> coalesce(n.events, 0) OR c.duplicate < coalesce(n.receipts, 0)
"""

_DECISIONS: Final = """
SELECT 'decision', d.sequence, n.kind FROM decision d LEFT JOIN entry n USING (sequence)
WHERE n.kind IS DISTINCT FROM 'decision'
UNION ALL
SELECT 'decision', sequence, count(*)::VARCHAR FROM decision GROUP BY sequence HAVING count(*) > 1
UNION ALL
SELECT 'erased', sequence, count(*)::VARCHAR FROM erased GROUP BY sequence HAVING count(*) > 1
UNION ALL
SELECT 'erased', g.sequence, n.kind FROM erased g LEFT JOIN entry n USING (sequence)
  LEFT JOIN decision d ON d.sequence = g.decision
WHERE n.kind IS NULL OR n.kind NOT IN ('event', 'receipt') OR octet_length(n.salt) > 0
  OR d.sequence IS NULL OR d.kind <> 'erase' OR d.sequence <= g.sequence
"""

_ERASED_AND_THERE: Final = """
SELECT n.sequence, n.kind FROM entry n ANTI JOIN erased USING (sequence)
WHERE octet_length(n.salt) = 0
"""

_SENT_WITHOUT_ENTRY: Final = """
SELECT v.envelope, v.capture_id FROM envelope v ANTI JOIN entry n USING (capture_id)
"""


class Relations:
    """Asks the tables about each other, each question for all rows at once.

    Args:
        cursor: a reader's.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def findings(self) -> Iterator[Finding]:
        """Yield what does not fit together."""
        yield from self._strays()
        yield from self._of_envelopes()
        yield from self._of_captures()
        yield from self._of_decisions()

    def _strays(self) -> Iterator[Finding]:
        """Yield rows of sequences far from any that the log has; the others were seen by entry."""
        known = f"SELECT DISTINCT sequence // {PART:d} FROM entry WHERE sequence >= 0"  # noqa: S608 - a number
        outside = f"sequence IS NULL OR sequence < 0 OR sequence // {PART:d} NOT IN ({known})"
        for table in (*_BY_SEQUENCE, "entry"):
            for (sequence,) in self._rows(f"SELECT sequence FROM {table} WHERE {outside}"):  # noqa: S608 - a table of ours
                yield unexpected(table, sequence, f"sequence {sequence}")

    def _of_envelopes(self) -> Iterator[Finding]:
        for table, sequence, envelope, found, expected in self._rows(_ENVELOPES):
            actual = f"{envelope} of {found or '-'}"
            yield differing(table, sequence, "envelope", f"one of {expected}", actual)
        for sequence, position, before in self._rows(_POSITIONS):
            yield differing("event", sequence, "position", f"> {before or -1}", position)
        for envelope, place in self._rows(_NUMBERED):
            yield differing("envelope", f"envelope {envelope}", "envelope", place, envelope)
        for envelope, sequence, kind in self._rows(_DOCUMENTS):
            told = f"{sequence} {kind or '-'}"
            yield differing("envelope", f"envelope {envelope}", "sequence", "document", told)
        for envelope, capture in self._rows(_SENT_WITHOUT_ENTRY):
            yield unexpected("envelope", f"envelope {envelope}", f"capture_id {capture}")

    def _of_captures(self) -> Iterator[Finding]:
        for sequence, capture, *said in self._rows(_CAPTURES):
            organisation, kept, time, kept_time = said
            expected, actual = f"{organisation} {time}", f"{kept or '-'} {kept_time or '-'}"
            yield differing("capture", capture, f"of entry {sequence}", expected, actual)
        for capture, accepted, events, duplicate, receipts in self._rows(_COUNTS):
            if accepted != events:
                yield differing("capture", capture, "accepted", events, accepted)
            if duplicate < receipts:
                yield differing("capture", capture, "duplicate", f">= {receipts}", duplicate)

    def _of_decisions(self) -> Iterator[Finding]:
        for table, sequence, kind in self._rows(_DECISIONS):
            yield unexpected(table, sequence, f"entry {kind or '-'}")
        for sequence, kind in self._rows(_ERASED_AND_THERE):
            yield differing("entry", sequence, "salt", "16 bytes", f"{kind}, 0 bytes")

    def _rows(self, question: str) -> list[tuple[Any, ...]]:
        return self._cursor.execute(f"{question} LIMIT {_MOST:d}").fetchall()
