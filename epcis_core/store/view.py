"""Through which eyes, and as of when, the ledger is read."""

from dataclasses import dataclass, replace

import duckdb

from epcis_core.access.visibility import PARTY, PLACE, is_key
from epcis_core.store.literals import among, literal


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see. Every read of the store takes one.

    Attributes:
        viewer: the organisation that reads: it sees what it sent, and events of others that name
            it, see `epcis_core.access.visibility`. None sees all.
        up_to_sequence: only entries up to here count, this one included; None for all. It is ledger
            time, what was known then, and has nothing to do with eventTime.
        owned: GLNs, company prefixes and other identifiers that belong to the viewer.
        shared: what others show to it: whose own records, and about which object.
    """

    viewer: str | None = None
    up_to_sequence: int | None = None
    owned: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()

    def until(self, sequence: int | None) -> "View":
        """Return the same eyes as of an entry; None for now."""
        return replace(self, up_to_sequence=sequence)

    def condition(self, alias: str) -> str:
        """Return the SQL condition on a table with a `sequence`, for use after WHERE or AND."""
        return self._condition(alias, with_receipts=True)

    def last(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Return the last entry that counts now, whoever may see it; -1 where there is none.

        Args:
            cursor: a reader's.
        """
        rows = cursor.execute("SELECT coalesce(max(sequence), -1) FROM entry").fetchall()
        last: int = rows[0][0]
        return last if self.up_to_sequence is None else min(last, self.up_to_sequence)

    def entries(self, alias: str) -> str:
        """Return the SQL condition on `entry` for what a proof may be about.

        Of an event that the viewer has merely sent too, that is its own receipt alone.
        """
        return self._condition(alias, with_receipts=False)

    def shown(self, column: str, alias: str) -> str:
        """Return the SQL for a column of `event` as the viewer may have it.

        Who sends what somebody else has sent before, and is not named in it, sees its own sending:
        not by whom, when, with what and in which words the other has sent it.

        Args:
            column: one of `organisation`, `record_time`, `capture_id`, `envelope` and `body`.
            alias: of the table.
        """
        if self.viewer is None:
            return f"{alias}.{column}"
        return (
            f"CASE WHEN {self._named_in(alias)} THEN {alias}.{column} ELSE coalesce("  # noqa: S608 - quoted
            f"(SELECT any_value({'n' if column == 'record_time' else 'w'}.{column}) FROM receipt w "
            f"JOIN entry n ON n.sequence = w.sequence WHERE {self._witnessed()} "
            f"AND w.event_sequence = {alias}.sequence), {alias}.{column}) END"
        )

    def _condition(self, alias: str, *, with_receipts: bool) -> str:
        conditions = []
        if self.up_to_sequence is not None:
            conditions.append(f"{alias}.sequence <= {self.up_to_sequence:d}")
        if self.viewer is not None:
            seen = (
                f"SELECT n.sequence FROM entry n WHERE n.organisation = {literal(self.viewer)} "  # noqa: S608 - quoted
                f"UNION ALL SELECT s.sequence FROM event s WHERE {self._named_in('s')}"
            )
            if with_receipts:
                seen += (
                    " UNION ALL SELECT w.event_sequence FROM receipt w "  # noqa: S608 - quoted
                    f"WHERE {self._witnessed()}"
                )
            conditions.append(f"{alias}.sequence IN ({seen})")
        return " AND ".join(conditions) or "true"

    def _shared_by(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for giver, thing in self.shared:
            found.setdefault(giver, []).append(thing)
        return found

    def _witnessed(self) -> str:
        """Return the condition that `receipt w` is of the viewer, and known."""
        known = "true" if self.up_to_sequence is None else f"w.sequence <= {self.up_to_sequence:d}"
        return f"w.organisation = {literal(self.viewer or '')} AND {known}"

    def _named_in(self, alias: str) -> str:
        """Return the condition that an event names the viewer or its belongings, or is shared."""
        begins = [
            f"starts_with(one, {literal(begin + owned)})"
            if is_key(owned)
            else f"one = {literal(owned)}"
            for owned in self.owned
            for begin in ((PARTY, PLACE) if is_key(owned) else ("",))
        ]
        named = [f"list_contains({alias}.parties, {literal(self.viewer or '')})"]
        if begins:
            named += [
                f"len(list_filter({alias}.{column}, lambda one: {' OR '.join(begins)})) > 0"
                for column in ("parties", "places")
            ]
        named += [
            f"({alias}.organisation = {literal(giver)} AND {alias}.sequence IN "  # noqa: S608 - quoted
            f"(SELECT r.sequence FROM reference r WHERE r.object {among(things)}))"
            for giver, things in self._shared_by().items()
        ]
        return f"({' OR '.join(named)})"


EVERYTHING = View()
"""The view that hides nothing."""
