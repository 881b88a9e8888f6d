"""What may be odd, found by SQL over all events at once; what is odd is judged by its facts.

Each search lets through too much rather than too little: it knows nothing of what is told twice, of
handovers that one side alone records, or of content that nobody listed. Events that their sender
declared wrong are left out, and so are the declarations.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import duckdb

from epcis_core.provenance.anomalies.found import Candidates
from epcis_core.provenance.anomalies.selling import EXPIRY, SELL_BY, Recalled
from epcis_core.provenance.anomalies.thresholds import Thresholds
from epcis_core.provenance.anomalies.travel import EARTH_KM, point_of
from epcis_core.provenance.steps import GIVING, SELLING, TAKING
from epcis_core.store.literals import among, literal
from epcis_core.store.names import Names
from epcis_core.store.view import View
from epcis_core.vocabulary.units import to_base

_SITE: Final = "split_part(coalesce(e.read_point, e.biz_location), '/254/', 1)"
_BEGINS: Final = (
    "(role = 'output' OR (role = 'epc' AND event_type = 'ObjectEvent' AND action = 'ADD' "
    f"AND coalesce(biz_step, '') NOT {among(sorted(GIVING | TAKING))}))"
)
_GIVES: Final = f"biz_step {among(sorted(GIVING))}"
_TAKES: Final = f"biz_step {among(sorted(TAKING))}"
_ENDS: Final = (
    f"(biz_step {among(sorted(SELLING))} OR role = 'input' OR (event_type = 'ObjectEvent' "
    f"AND action = 'DELETE' AND NOT coalesce({_TAKES}, false)))"
)
_DEEPEST: Final = 6
"""Containers within containers that are looked into."""


class CandidateSearch:
    """Searches one state of a ledger through one view.

    Args:
        cursor: a reader's.
        view: what may be seen.
        most: so many objects of a sort, those that were recorded last.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, view: View, most: int) -> None:
        self._cursor = cursor
        self._view = view
        self._most = most
        self._is_cut = False
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE act AS SELECT r.object, r.role, r.is_class, r.quantity, "  # noqa: S608 - conditions of ours
            "r.uom, r.sequence, e.event_id, e.event_type, e.event_time, e.action, e.biz_step, "
            f"{_SITE} AS site, coalesce(e.read_point, e.biz_location) AS place, "
            "e.destinations, e.sources, e.transactions "
            "FROM reference r JOIN event e ON e.sequence = r.sequence "
            f"WHERE e.retracts IS NULL AND {view.condition('e')} AND e.event_id NOT IN (SELECT "
            f"d.retracts FROM event d WHERE d.retracts IS NOT NULL AND {view.condition('d')})"
        )
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE packed AS SELECT DISTINCT m.content, m.container "  # noqa: S608 - conditions of ours
            "FROM mark m WHERE m.kind = 'aggregation' AND m.content IS NOT NULL "
            f"AND m.container IS NOT NULL AND {view.condition('m')}"
        )
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE member AS SELECT DISTINCT m.member, m.lot "  # noqa: S608 - conditions of ours
            f"FROM membership m WHERE {view.condition('m')}"
        )

    def all(
        self, book: Names, thresholds: Thresholds, recalls: Sequence[Recalled], now: int
    ) -> Candidates:
        """Return everything that may be odd."""
        moved = self._moved(book, thresholds)
        made, dated = self._made(), self._dated()
        handed, amounts = self._handed(thresholds, now), self._amounts()
        return Candidates(moved, made, dated, recalls, handed, amounts, self._is_cut)

    def _moved(self, book: Names, thresholds: Thresholds) -> list[str]:
        places = self._cursor.execute("SELECT DISTINCT place FROM act WHERE place IS NOT NULL")
        points = [
            f"({literal(place)}, {point[0]!r}, {point[1]!r})"
            for (place,) in places.fetchall()
            if (point := point_of(book.place(place))) is not None
        ]
        limits = thresholds.travel
        known = f"(VALUES {', '.join(points)})" if points else "(SELECT NULL, 0.0, 0.0 LIMIT 0)"
        half = (
            "pow(sin(radians(latitude - lat) / 2), 2) + cos(radians(lat)) * "
            "cos(radians(latitude)) * pow(sin(radians(longitude - long) / 2), 2)"
        )
        return self._found(
            "WITH seen AS (SELECT DISTINCT object, sequence, event_id, event_time, site, place "  # noqa: S608 - numbers and keys of ours
            "FROM act WHERE NOT is_class AND place IS NOT NULL "
            "AND event_type <> 'TransactionEvent'), "
            "somewhere AS (SELECT s.*, p.latitude, p.longitude, "
            "lag(p.latitude) OVER w AS lat, lag(p.longitude) OVER w AS long, "
            "lag(s.event_time) OVER w AS before FROM seen s "
            f"JOIN {known} p(place, latitude, longitude) ON p.place = s.place "
            "WINDOW w AS (PARTITION BY s.object ORDER BY s.event_time, s.event_id)), "
            f"far AS (SELECT *, 2 * {EARTH_KM} * asin(least(1, sqrt({half}))) AS km "
            "FROM somewhere WHERE lat IS NOT NULL AND event_time > before), "
            "once AS (SELECT object, max(sequence) AS sequence FROM seen "
            "GROUP BY object, event_time HAVING count(DISTINCT site) > 1) "
            "SELECT object, sequence FROM once UNION ALL SELECT object, sequence FROM far "
            f"WHERE km >= {limits.least_km} AND km > {limits.road_km_per_hour} * "
            f"(epoch(event_time - before) / 3600 + {limits.clock_minutes / 60})"
        )

    def _made(self) -> list[str]:
        return self._found(
            "WITH begun AS (SELECT object, site, event_time, sequence, is_class FROM act "  # noqa: S608 - conditions of ours
            f"WHERE {_BEGINS} UNION ALL SELECT m.lot, a.site, a.event_time, a.sequence, true "
            f"FROM act a JOIN member m ON m.member = a.object WHERE {_BEGINS}) "
            "SELECT object, max(sequence) FROM begun GROUP BY object "
            "HAVING count(DISTINCT site) > 1 OR (NOT any_value(is_class) "
            "AND max(event_time) - min(event_time) > INTERVAL 1 DAY)"
        )

    def _dated(self) -> list[str]:
        ends = " OR ".join(f"ends_with(i.name, {literal(one)})" for one in (*EXPIRY, SELL_BY))
        # The last day is over fourteen hours earlier in the easternmost zone than in UTC.
        return self._found(
            "WITH RECURSIVE dated AS (SELECT i.object, "  # noqa: S608 - conditions of ours
            "min(try_cast(left(i.value, 10) AS TIMESTAMP)) + INTERVAL 10 HOUR AS last FROM ilmd i "
            f"WHERE ({ends}) AND {self._view.condition('i')} GROUP BY i.object), "
            "held(root, unit, depth) AS (SELECT object, object, 0 FROM dated "
            "WHERE last IS NOT NULL "
            "UNION SELECT d.object, m.member, 0 FROM dated d JOIN member m ON m.lot = d.object "
            "UNION SELECT h.root, p.container, h.depth + 1 FROM held h "
            f"JOIN packed p ON p.content = h.unit WHERE h.depth < {_DEEPEST}) "
            "SELECT h.root, max(a.sequence) FROM held h JOIN act a ON a.object = h.unit "
            "JOIN dated d ON d.object = h.root WHERE a.event_time > d.last "
            f"AND (a.{_GIVES} OR a.biz_step {among(sorted(SELLING))}) GROUP BY h.root"
        )

    def _handed(self, thresholds: Thresholds, now: int) -> list[str]:
        """Return what was in units of which a shipment has no receipt of its own, or an early one.

        A unit that was packed stands for what is in it.
        """
        oldest = f"make_timestamp({now - thresholds.never_received.days * 86_400_000_000:d})"
        fits = (
            "(t.site IS NULL OR g.site IS NULL OR t.site <> g.site) AND "
            "(len(t.destinations) = 0 OR len(g.destinations) = 0 "
            "OR list_has_any(t.destinations, g.destinations))"
        )
        return self._found(
            "WITH RECURSIVE given AS (SELECT DISTINCT object, sequence, event_time, "  # noqa: S608 - conditions of ours
            "biz_step, site, destinations, "
            "count(*) OVER (PARTITION BY object, biz_step, destinations) AS times "
            f"FROM act WHERE {_GIVES} AND role IN ('epc', 'parent')), "
            "taken AS (SELECT DISTINCT object, sequence, event_time, biz_step, site, destinations "
            f"FROM act WHERE {_TAKES} AND role IN ('epc', 'parent')), "
            "pair AS (SELECT g.object, g.sequence, t.biz_step, "
            "t.event_time < g.event_time AS early "
            "FROM given g JOIN taken t ON t.object = g.object "
            f"WHERE {fits} AND t.event_time >= g.event_time - INTERVAL 48 HOUR), "
            "met AS (SELECT object, sequence, bool_or(early) AS is_early, "
            "greatest(count(*) FILTER (biz_step = 'receiving'), "
            "count(*) FILTER (biz_step = 'accepting'), "
            "count(*) FILTER (biz_step = 'arriving')) AS receipts "
            "FROM pair GROUP BY object, sequence), "
            "matched AS (SELECT g.object, g.sequence, g.times, g.event_time, "
            "coalesce(m.receipts, 0) AS receipts, coalesce(m.is_early, false) AS is_early "
            "FROM given g LEFT JOIN met m ON m.object = g.object AND m.sequence = g.sequence), "
            "odd AS (SELECT object, max(sequence) AS sequence FROM matched "
            f"WHERE is_early OR (event_time < {oldest} AND receipts < times) GROUP BY object), "
            "held(unit, sequence, depth) AS (SELECT object, sequence, 0 FROM odd "
            "UNION SELECT p.content, h.sequence, h.depth + 1 FROM held h "
            f"JOIN packed p ON p.container = h.unit WHERE h.depth < {_DEEPEST}) "
            "SELECT coalesce(m.lot, h.unit) AS one, max(h.sequence) FROM held h "
            "LEFT JOIN member m ON m.member = h.unit "
            "WHERE h.unit NOT IN (SELECT container FROM packed) GROUP BY one"
        )

    def _amounts(self) -> list[str]:
        """Return lots of which, at some site, more may have left than came at least.

        What is packed may leave, and what is unpacked has come. One thing told twice came once.
        """
        units = self._cursor.execute("SELECT DISTINCT uom FROM act").fetchall()
        factors = [
            f"({literal(unit)}, {literal(kind)}, {float(base)!r})"
            for unit, kind, base in map(_base_of, {uom or "C62" for (uom,) in units} | {"C62"})
        ]
        return self._found(
            "WITH amount AS (SELECT coalesce(m.lot, a.object) AS lot, a.*, f.kind, "  # noqa: S608 - numbers of ours
            "CASE WHEN a.is_class THEN try_cast(a.quantity AS DOUBLE) * f.base ELSE 1 END AS much, "
            "CASE WHEN a.is_class THEN '' ELSE a.object END AS item FROM act a "
            "LEFT JOIN member m ON m.member = a.object "
            f"JOIN (VALUES {', '.join(factors)}) f(uom, kind, base) "
            "ON f.uom = coalesce(a.uom, 'C62') "
            "WHERE a.is_class OR m.lot IS NOT NULL), "
            "gone AS (SELECT lot, site, kind, sum(much) AS much, max(sequence) AS sequence "
            f"FROM amount WHERE {_GIVES} OR {_ENDS} OR (event_type = 'AggregationEvent' "
            "AND action = 'ADD' AND role = 'child') GROUP BY lot, site, kind), "
            f"told AS (SELECT DISTINCT lot, site, kind, much, item, CASE WHEN {_TAKES} "
            "THEN biz_step WHEN event_type = 'AggregationEvent' THEN 'unpacking' ELSE role END "
            "AS way, transactions, sources FROM amount WHERE "
            f"{_TAKES} OR {_BEGINS} OR (event_type = 'AggregationEvent' AND action = 'DELETE' "
            "AND role = 'child')), "
            "ways AS (SELECT lot, site, kind, way, sum(much) AS much FROM told "
            "GROUP BY lot, site, kind, way), "
            "came AS (SELECT lot, site, kind, "
            "coalesce(max(much) FILTER (way IN ('receiving', 'accepting', 'arriving')), 0) + "
            "coalesce(max(much) FILTER (way IN ('epc', 'output')), 0) + "
            "coalesce(max(much) FILTER (way = 'unpacking'), 0) AS much "
            "FROM ways GROUP BY lot, site, kind) "
            "SELECT g.lot, max(g.sequence) FROM gone g LEFT JOIN came c ON c.lot = g.lot "
            "AND c.site IS NOT DISTINCT FROM g.site AND c.kind = g.kind "
            "WHERE g.much > coalesce(c.much, 0) * 1.000000001 GROUP BY g.lot"
        )

    def _found(self, query: str) -> list[str]:
        """Return the objects that a query gives with a sequence, the latest first."""
        rows = self._cursor.execute(
            f"SELECT q.* FROM ({query}) q(object, sequence) "  # noqa: S608 - queries of ours
            f"ORDER BY sequence DESC, object LIMIT {self._most + 1:d}"
        ).fetchall()
        self._is_cut = self._is_cut or len(rows) > self._most
        return list(dict.fromkeys(one for one, _ in rows[: self._most]))


def _base_of(unit: str) -> tuple[str, str, float]:
    """Return a unit with what it measures, and how much one is in base units."""
    found = to_base(Decimal(1), unit)
    return (unit, unit, 1.0) if found is None else (unit, found[0], float(found[1]))
