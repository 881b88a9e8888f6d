"""Provenance's facts, read from the ledger's rows through a view: plain, and the truth.

`epcis_core.store.indexed_evidence` gives the same answers faster.
"""

from collections.abc import Collection, Sequence

import duckdb

from epcis_core.provenance.facts import EventFacts
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.literals import among, literal, rows_at
from epcis_core.store.names import PRODUCT
from epcis_core.store.view import View


class StoredEvidence:
    """Evidence of one ledger under one view; `epcis_core.provenance.evidence.Evidence`.

    Args:
        cursor: a reader's, whose transaction keeps the answer consistent.
        view: what may be seen.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View) -> None:
        self._cursor = cursor
        self._view = view
        self._read: dict[int, EventFacts | None] = {}
        self._members: dict[str, list[tuple[str, str]]] = {}
        self._declaring: dict[str, list[int]] = {}

    def naming(self, objects: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.naming`."""
        return self._events(
            "SELECT DISTINCT r.sequence FROM reference r "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('r')} AND r.object {among(objects)}"
        )

    def transforming(self, transformation_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.transforming`."""
        return self._events(
            "SELECT e.sequence FROM event e "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('e')} "
            f"AND e.transformation_id {among(transformation_ids)}"
        )

    def members(self, lots: Collection[str]) -> Sequence[tuple[str, str]]:
        """See `Evidence.members`."""
        self._read_members(lots)
        return sorted({pair for lot in lots for pair in self._members[lot]})

    def declaring(self, event_ids: Collection[str]) -> Sequence[EventFacts]:
        """See `Evidence.declaring`."""
        self._read_declaring(event_ids)
        return self._in_order({number for one in event_ids for number in self._declaring[one]})

    def recorded(self, event_ids: Collection[str]) -> Collection[str]:
        """See `Evidence.recorded`."""
        rows = self._cursor.execute(
            "SELECT e.event_id FROM event e "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('e')} AND e.identity {among(event_ids)} "
            "AND e.retracts IS NULL"
        ).fetchall()
        return {row[0] for row in rows}

    def of_products(self, gtins: Collection[str]) -> Sequence[str]:
        """See `Evidence.of_products`."""
        starts = (f"r.object LIKE {literal(PRODUCT + gtin + '/%')}" for gtin in sorted(gtins))
        rows = self._cursor.execute(
            "SELECT DISTINCT r.object FROM reference r "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('r')} AND ({' OR '.join(starts) or 'false'}) "
            "ORDER BY r.object"
        ).fetchall()
        return [row[0] for row in rows]

    def at_sites(self, spans: Collection[tuple[str, int, int]]) -> Sequence[EventFacts]:
        """See `Evidence.at_sites`."""
        site = "split_part(coalesce(e.read_point, e.biz_location), '/254/', 1)"
        within = (
            f"({site} = {literal(one)} AND e.event_time BETWEEN "
            f"make_timestamp({start:d}) AND make_timestamp({end:d}))"
            for one, start, end in sorted(spans)
        )
        return self._events(
            "SELECT e.sequence FROM event e "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('e')} AND ({' OR '.join(within) or 'false'})"
        )

    def objects(self, most: int) -> Sequence[str]:
        """See `Evidence.objects`."""
        rows = self._cursor.execute(
            "SELECT r.object FROM reference r "  # noqa: S608 - quoted
            f"WHERE {self._view.condition('r')} "
            f"GROUP BY r.object ORDER BY min(r.sequence), r.object LIMIT {most:d}"
        ).fetchall()
        return [row[0] for row in rows]

    def _events(self, query: str) -> list[EventFacts]:
        """Return the events whose sequences a query gives, in ledger order."""
        return self._in_order({row[0] for row in self._cursor.execute(query).fetchall()})

    def _in_order(self, sequences: set[int]) -> list[EventFacts]:
        missing = [number for number in sequences if number not in self._read]
        if missing:
            self._read_events(missing)
        found = (self._read[number] for number in sorted(sequences))
        return [facts for facts in found if facts is not None]

    def _read_members(self, lots: Collection[str]) -> None:
        asked = [lot for lot in lots if lot not in self._members]
        self._members.update({lot: [] for lot in asked})
        rows = (
            self._cursor.execute(
                "SELECT DISTINCT m.member, m.lot FROM membership m "  # noqa: S608 - quoted
                f"WHERE {self._view.condition('m')} AND m.lot {among(asked)}"
            ).fetchall()
            if asked
            else ()
        )
        for member, lot in rows:
            self._members[lot].append((member, lot))

    def _read_declaring(self, event_ids: Collection[str]) -> None:
        asked = [one for one in event_ids if one not in self._declaring]
        self._declaring.update({one: [] for one in asked})
        rows = (
            self._cursor.execute(
                "SELECT e.retracts, e.sequence FROM event e "  # noqa: S608 - quoted
                f"WHERE {self._view.condition('e')} AND e.retracts {among(asked)}"
            ).fetchall()
            if asked
            else ()
        )
        for one, sequence in rows:
            self._declaring[one].append(sequence)

    def _read_events(self, sequences: list[int]) -> None:
        """Read the facts of events; a sequence that is none, or not to be seen, gives None."""
        self._read.update(dict.fromkeys(sequences))
        found = read_facts(self._cursor, self._view, rows_at("event", "e", sequences))
        self._read.update((facts.sequence, facts) for facts in found)
