"""Provenance's facts, read from the ledger's rows through a view."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import duckdb

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.view import View

_COLUMNS: Final = (
    "e.sequence, e.event_id, e.event_type, epoch_us(e.event_time), e.event_offset, e.action, "
    "e.biz_step, e.disposition, e.read_point, e.biz_location, e.transformation_id, e.transactions, "
    "e.sources, e.destinations, e.organisation, e.retracts IS NOT NULL, e.reason, e.corrective"
)


class StoredEvidence:
    """Evidence of one ledger under one view; `epcis_core.provenance.evidence.Evidence`.

    Args:
        cursor: a reader's, whose transaction keeps the answer consistent.
        view: what may be seen.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View) -> None:
        self._cursor = cursor
        self._view = view

    def naming(self, objects: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.naming`."""
        return self._facts(
            "e.sequence IN (SELECT r.sequence FROM reference r "
            "WHERE r.object IN (SELECT unnest(?)))",
            objects,
        )

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.transforming`."""
        return self._facts("e.transformation_id IN (SELECT unnest(?))", transformation_ids)

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.members`."""
        return self._pairs("lot", lots)

    def lots(self, instances: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.lots`."""
        return self._pairs("member", instances)

    def _pairs(self, column: str, keys: Collection[str]) -> list[tuple[str, str]]:
        return self._rows(
            f"SELECT DISTINCT m.member, m.lot FROM membership m "  # noqa: S608 - a column of ours
            f"WHERE {self._view.condition('m')} AND m.{column} IN (SELECT unnest(?)) ORDER BY ALL",
            keys,
        )

    def _rows(self, sql: str, keys: Collection[Any]) -> list[Any]:
        return self._cursor.execute(sql, [list(keys)]).fetchall()

    def _facts(self, condition: str, keys: Collection[str]) -> list[EventFacts]:
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM event e "  # noqa: S608 - conditions are ours, keys are bound
            f"WHERE {self._view.condition('e')} AND {condition} ORDER BY e.sequence",
            keys,
        )
        found = [row[0] for row in rows]
        named: dict[int, list[Named]] = {sequence: [] for sequence in found}
        for sequence, one, role, quantity, uom in self._beside(
            "r.object, r.role, r.quantity, r.uom FROM reference r", found
        ):
            named[sequence].append(Named(one, Role(role), quantity, uom))
        members: dict[int, list[tuple[str, str]]] = {sequence: [] for sequence in found}
        for sequence, member, lot in self._beside("r.member, r.lot FROM membership r", found):
            members[sequence].append((member, lot))
        attributes: dict[int, list[tuple[str, str, str]]] = {sequence: [] for sequence in found}
        for sequence, one, name, value in self._beside("r.object, r.name, r.value FROM ilmd r", found):
            attributes[sequence].append((one, name, value))
        return [
            EventFacts(
                *row[:11],
                transactions=tuple(row[11] or ()),
                sources=tuple(row[12] or ()),
                destinations=tuple(row[13] or ()),
                named=tuple(named[row[0]]),
                memberships=tuple(members[row[0]]),
                attributes=tuple(attributes[row[0]]),
                organisation=row[14],
                retracts=row[15],
                reason=row[16],
                corrective=tuple(row[17] or ()),
            )
            for row in rows
        ]

    def _beside(self, columns: str, sequences: list[int]) -> Iterator[tuple[Any, ...]]:
        """Yield rows that stand beside events in other tables, in the order they were written."""
        if sequences:
            yield from self._rows(
                f"SELECT r.sequence, {columns} "  # noqa: S608 - columns of ours
                "WHERE r.sequence IN (SELECT unnest(?)) ORDER BY r.sequence, r.rowid",
                sequences,
            )
