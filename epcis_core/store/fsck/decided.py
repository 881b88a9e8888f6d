"""Decisions of the log: signed, and with what was erased by each, no more and no less."""

from collections.abc import Iterator
from typing import Final

import duckdb

from epcis_core.findings import Finding, finding
from epcis_core.store.decisions import Decision
from epcis_core.store.fsck.places import at_row, differing, missing, unexpected

_DECISIONS: Final = (
    "SELECT d.sequence, d.kind, epoch_us(n.record_time), n.organisation, d.body, d.signature "
    "FROM decision d JOIN entry n USING (sequence) ORDER BY d.sequence"
)


def differences_in_decisions(cursor: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield which decisions are not signed, and what is erased otherwise than they say.

    Args:
        cursor: a reader's.
    """
    for row in cursor.execute(_DECISIONS).fetchall():
        decision = Decision(*row)
        sequence = decision.sequence
        try:
            said = decision.members
            if said["decision"] != decision.kind:
                yield differing("decision", sequence, "kind", said["decision"], decision.kind)
            if not decision.is_signed:
                at = at_row("decision", sequence, "signature")
                yield finding("decision_not_signed", at=at, sequence=sequence)
            ranges = [pair for part in said.get("erased", ()) for pair in part["sequences"]]
            decided = {
                one for first, last in ranges for one in range(first, min(last, sequence) + 1)
            }
        except (ValueError, LookupError, TypeError) as error:
            at = at_row("decision", sequence)
            yield finding("entry_unreadable", at=at, sequence=sequence, reason=str(error))
            continue
        rows = cursor.execute("SELECT sequence FROM erased WHERE decision = ?", [sequence])
        erased = {one for (one,) in rows.fetchall()}
        for one in sorted(decided - erased):
            yield missing("erased", one, f"decision {sequence}")
        for one in sorted(erased - decided):
            yield unexpected("erased", one, f"decision {sequence}")
