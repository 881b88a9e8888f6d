"""Provenance's facts, read from the ledger's rows through a view."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import duckdb

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.literals import among
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
            "e.sequence IN (SELECT r.sequence FROM reference r "  # noqa: S608 - quoted
            f"WHERE r.object {among(objects)})"
        )

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.transforming`."""
        return self._facts(f"e.transformation_id {among(transformation_ids)}")

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.members`."""
        return self._pairs(f"m.lot {among(lots)}")

    def lots(self, instances: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.lots`."""
        return self._pairs(f"m.member {among(instances)}")

    def _pairs(self, condition: str) -> list[tuple[str, str]]:
        return self._cursor.execute(
            "SELECT DISTINCT m.member, m.lot FROM membership m "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('m')} AND {condition} ORDER BY ALL"
        ).fetchall()

    def _facts(self, condition: str) -> list[EventFacts]:
        """Return the facts of the events under a condition on `event e`, in ledger order."""
        rows = self._cursor.execute(
            f"SELECT {_COLUMNS} FROM event e "  # noqa: S608 - conditions are ours
            f"WHERE {self._view.condition('e')} AND {condition} ORDER BY e.sequence"
        ).fetchall()
        found = [row[0] for row in rows]
        named = defaultdict(list)
        for sequence, one, role, quantity, uom in self._beside(
            "reference", "t.object, t.role, t.quantity, t.uom", "t.position", found
        ):
            named[sequence].append(Named(one, Role(role), quantity, uom))
        members = defaultdict(list)
        for sequence, *pair in self._beside(
            "membership", "t.member, t.lot", "t.member, t.lot", found
        ):
            members[sequence].append((pair[0], pair[1]))
        attributes = defaultdict(list)
        for sequence, one, name, value in self._beside(
            "ilmd", "t.object, t.name, t.value", "t.position", found
        ):
            attributes[sequence].append((one, name, value))
        return [
            EventFacts(
                sequence=sequence,
                event_id=row[1],
                type=row[2],
                time=row[3],
                offset=row[4],
                action=row[5],
                biz_step=row[6],
                disposition=row[7],
                read_point=row[8],
                biz_location=row[9],
                transformation_id=row[10],
                transactions=tuple(row[11]),
                sources=tuple(row[12]),
                destinations=tuple(row[13]),
                named=tuple(named[sequence]),
                memberships=tuple(members[sequence]),
                attributes=tuple(attributes[sequence]),
                organisation=row[14],
                retracts=row[15],
                reason=row[16],
                corrective=tuple(row[17]),
            )
            for sequence, row in zip(found, rows, strict=True)
        ]

    def _beside(
        self, table: str, columns: str, order: str, sequences: list[int]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield sequence and columns of the rows that events have in another table."""
        if sequences:
            yield from self._cursor.execute(
                f"SELECT t.sequence, {columns} FROM {table} t "  # noqa: S608 - a table of ours
                f"WHERE t.sequence {among(sequences)} ORDER BY t.sequence, {order}"
            ).fetchall()
