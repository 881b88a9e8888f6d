"""Decisions of the log: signed, and with what was erased by each, no more and no less."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final

import duckdb

from epcis_core.findings import Finding, Where, finding
from epcis_core.proof.checks import Key
from epcis_core.store.decisions import Decision
from epcis_core.store.fsck.places import at_row, differing, missing, unexpected
from epcis_core.store.remains import is_as_decided

_DECISIONS: Final = (
    "SELECT d.sequence, d.kind, epoch_us(n.record_time), n.organisation, d.body, d.signature "
    "FROM decision d JOIN entry n USING (sequence) ORDER BY d.sequence"
)

_UNKNOWN: Final = """
SELECT sequence, object FROM (SELECT sequence, unnest(objects) AS object FROM erased)
WHERE object NOT IN (SELECT object FROM reference) ORDER BY sequence LIMIT 100
"""


def differences_in_decisions(
    cursor: duckdb.DuckDBPyConnection, keys: Collection[Key]
) -> Iterator[Finding]:
    """Yield which decisions are not signed by the log, and what is erased otherwise than they say.

    Args:
        cursor: a reader's.
        keys: those that the log has and has had; none where nobody knows.
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
            elif keys and not decision.is_signed_with(keys):
                at = at_row("decision", sequence, "signature")
                yield finding("decision_by_other_key", at=at, sequence=sequence, key=said["key"])
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
    yield from _differences_in_remains(cursor)


def _differences_in_remains(cursor: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield what is left of erased events otherwise than the last decision says."""
    for sequence, one in cursor.execute(_UNKNOWN).fetchall():
        yield unexpected("erased", sequence, one)
    with suppress(ValueError, AttributeError):  # a decision that cannot be read is told above
        if not is_as_decided(cursor):
            yield finding("remains_differ", at=Where(pointer="/erased"))
