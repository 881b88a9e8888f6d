"""Through which eyes, and as of when, the ledger is read."""

from dataclasses import dataclass

import duckdb

from epcis_core.store.literals import literal


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see. Every read of the store takes one.

    Attributes:
        viewer: the organisation that reads: it sees what it sent, and events that name it as a
            party of a source or destination. None sees all.
        up_to_sequence: only entries up to here count, this one included; None for all. It is ledger
            time, what was known then, and has nothing to do with eventTime.
    """

    viewer: str | None = None
    up_to_sequence: int | None = None

    def condition(self, alias: str) -> str:
        """Return the SQL condition on a table with a `sequence`, for use after WHERE or AND."""
        conditions = []
        if self.up_to_sequence is not None:
            conditions.append(f"{alias}.sequence <= {self.up_to_sequence:d}")
        if self.viewer is not None:
            conditions.append(f"{alias}.sequence IN ({self._visible(literal(self.viewer))})")
        return " AND ".join(conditions) or "true"

    def last(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Return the last entry that counts now, whoever may see it; -1 where there is none.

        Args:
            cursor: a reader's.
        """
        rows = cursor.execute("SELECT coalesce(max(sequence), -1) FROM entry").fetchall()
        last: int = rows[0][0]
        return last if self.up_to_sequence is None else min(last, self.up_to_sequence)

    def _visible(self, viewer: str) -> str:
        known = "true" if self.up_to_sequence is None else f"w.sequence <= {self.up_to_sequence:d}"
        return (
            f"SELECT n.sequence FROM entry n WHERE n.organisation = {viewer} "  # noqa: S608 - quoted
            f"UNION ALL SELECT w.event_sequence FROM receipt w "
            f"WHERE w.organisation = {viewer} AND {known} "
            f"UNION ALL SELECT s.sequence FROM event s WHERE list_contains(s.parties, {viewer})"
        )


EVERYTHING = View()
"""The view that hides nothing."""
