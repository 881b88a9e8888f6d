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
from epcis_core.provenance.parties import Parties
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
        book: whose places are, and where.
        most: so many objects of a sort, those that were recorded last.
    """

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, view: View, book: Names, most: int
    ) -> None:
        self._cursor = cursor
        self._view = view
        self._book = book
        self._most = most
        self._is_cut = False
        self._make_units()
        self._make_owners(book)
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE act AS WITH named AS ("  # noqa: S608 - conditions of ours
            "SELECT r.object, r.role, r.is_class, r.sequence, e.event_id, e.event_type, "
            "e.event_time, e.action, e.biz_step, e.destinations, e.sources, e.transactions, "
            f"{_SITE} AS site, coalesce(e.read_point, e.biz_location) AS place, u.kind, "
            "CASE WHEN r.is_class THEN try_cast(r.quantity AS DOUBLE) * u.base ELSE 1 END AS much, "
            f"{_end('e.sources')}, {_end('e.destinations')} FROM reference r "
            "JOIN event e ON e.sequence = r.sequence JOIN unit u ON u.uom = coalesce(r.uom, 'C62') "
            f"WHERE e.retracts IS NULL AND {view.condition('e')} AND e.event_id NOT IN (SELECT "
            f"d.retracts FROM event d WHERE d.retracts IS NOT NULL AND {view.condition('d')})) "
            "SELECT n.*, coalesce(n.of_sources, f.party) AS giver, "
            "coalesce(n.of_destinations, t.party) AS taker, "
            f"CASE WHEN n.{_GIVES} THEN coalesce(n.of_sources, f.party, h.party) "
            f"WHEN n.{_TAKES} THEN coalesce(n.of_destinations, t.party, h.party) "
            "ELSE coalesce(h.party, n.of_sources, n.of_destinations) END AS party FROM named n "
            "LEFT JOIN owner h ON h.place = n.place LEFT JOIN owner f ON f.place = n.at_sources "
            "LEFT JOIN owner t ON t.place = n.at_destinations"
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

    def all(self, thresholds: Thresholds, recalls: Sequence[Recalled], now: int) -> Candidates:
        """Return everything that may be odd."""
        moved = self._moved(thresholds)
        made, dated = self._made(), self._dated()
        handed, amounts = self._handed(thresholds, now), self._amounts()
        return Candidates(moved, made, dated, recalls, handed, amounts, self._is_cut)

    def _make_units(self) -> None:
        """Make the table of what units measure, and how much one is in base units."""
        seen = self._cursor.execute(
            f"SELECT DISTINCT r.uom FROM reference r WHERE {self._view.condition('r')}"  # noqa: S608 - a condition of ours
        )
        factors = [
            f"({literal(unit)}, {literal(kind)}, {base!r}::DOUBLE)"
            for unit, kind, base in map(
                _base_of, {uom or "C62" for (uom,) in seen.fetchall()} | {"C62"}
            )
        ]
        self._cursor.execute(
            "CREATE OR REPLACE TEMP TABLE unit AS "  # noqa: S608 - units and numbers
            f"SELECT * FROM (VALUES {', '.join(factors)}) u(uom, kind, base)"
        )

    def _make_owners(self, book: Names) -> None:
        """Make the table of whose each place is, by master data or by the number both share."""
        seen = self._cursor.execute(
            "SELECT DISTINCT unnest(list_append(e.places, coalesce(e.read_point, e.biz_location))) "  # noqa: S608 - a condition of ours
            f"FROM event e WHERE {self._view.condition('e')}"
        )
        parties = Parties(book.owners())
        owners = [
            f"({literal(place)}, {literal(party)})"
            for (place,) in seen.fetchall()
            if place is not None and (party := parties.of_place(place)) is not None
        ]
        known = f"(VALUES {', '.join(owners)})" if owners else "(SELECT '', '' LIMIT 0)"
        self._cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE owner AS SELECT * FROM {known} o(place, party)"  # noqa: S608 - keys, quoted
        )

    def _moved(self, thresholds: Thresholds) -> list[str]:
        places = self._cursor.execute("SELECT DISTINCT place FROM act WHERE place IS NOT NULL")
        points = [
            f"({literal(place)}, {point[0]!r}, {point[1]!r})"
            for (place,) in places.fetchall()
            if (point := point_of(self._book.place(place))) is not None
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

        Of a lot it is one of the same amount. A unit that was packed stands for what is in it.
        """
        oldest = f"make_timestamp({now - thresholds.never_received.days * 86_400_000_000:d})"
        fits = (
            "(t.site IS NULL OR g.site IS NULL OR t.site <> g.site) AND "
            "(len(t.destinations) = 0 OR len(g.destinations) = 0 "
            "OR list_has_any(t.destinations, g.destinations))"
        )
        return self._found(
            "WITH RECURSIVE given AS (SELECT DISTINCT object, sequence, event_time, "  # noqa: S608 - conditions of ours
            "biz_step, site, destinations, is_class, much, "
            "count(*) OVER (PARTITION BY object, biz_step, destinations, much) AS times "
            f"FROM act WHERE {_GIVES} AND role IN ('epc', 'parent')), "
            "taken AS (SELECT DISTINCT object, sequence, event_time, biz_step, site, much, "
            "destinations "
            f"FROM act WHERE {_TAKES} AND role IN ('epc', 'parent')), "
            "pair AS (SELECT g.object, g.sequence, t.biz_step, "
            "t.event_time < g.event_time AS early, "
            "NOT g.is_class OR abs(t.much - g.much) <= 1e-9 * g.much AS is_same "
            "FROM given g JOIN taken t ON t.object = g.object "
            f"WHERE {fits} AND t.event_time >= g.event_time - INTERVAL 48 HOUR), "
            "met AS (SELECT object, sequence, bool_or(early) AS is_early, "
            "greatest(count(*) FILTER (is_same AND biz_step = 'receiving'), "
            "count(*) FILTER (is_same AND biz_step = 'accepting'), "
            "count(*) FILTER (is_same AND biz_step = 'arriving')) AS receipts "
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
        """Return lots of which more may have left a site, or a business, than came at least.

        What is packed may leave, and what is unpacked has come. One thing told twice came once.
        What others got of a business left it, whether it says so or not.
        """
        packs = "(event_type = 'AggregationEvent' AND role = 'child' AND action = '{}')"
        leaves = f"({_ENDS} OR {packs.format('ADD')})"
        return self._found(
            "WITH amount AS (SELECT coalesce(m.lot, a.object) AS lot, a.*, "  # noqa: S608 - conditions of ours
            "CASE WHEN a.is_class THEN '' ELSE a.object END AS item FROM act a "
            "LEFT JOIN member m ON m.member = a.object WHERE a.is_class OR m.lot IS NOT NULL), "
            "spread AS (SELECT *, concat('at ', site) AS spot, false AS is_got FROM amount "
            "UNION ALL SELECT *, concat('of ', party), false FROM amount "
            f"UNION ALL SELECT *, concat('of ', giver), true FROM amount WHERE {_TAKES} "
            "AND giver IS NOT NULL), "
            "gone AS (SELECT lot, spot, kind, max(sequence) AS sequence, "
            f"coalesce(sum(much) FILTER (NOT is_got AND {leaves}), 0) + greatest("
            f"coalesce(sum(much) FILTER (NOT is_got AND {_GIVES}), 0), "
            "coalesce(sum(much) FILTER (is_got), 0)) AS much FROM spread "
            f"WHERE is_got OR {_GIVES} OR {leaves} GROUP BY lot, spot, kind), "
            f"told AS (SELECT DISTINCT lot, spot, kind, much, item, CASE WHEN {_TAKES} "
            "THEN biz_step WHEN event_type = 'AggregationEvent' THEN 'unpacking' ELSE role END "
            f"AS way, transactions, sources FROM spread WHERE NOT is_got AND ({_TAKES} "
            f"OR {_BEGINS} OR {packs.format('DELETE')})), "
            "ways AS (SELECT lot, spot, kind, way, sum(much) AS much FROM told "
            "GROUP BY lot, spot, kind, way), "
            "came AS (SELECT lot, spot, kind, "
            "coalesce(max(much) FILTER (way IN ('receiving', 'accepting', 'arriving')), 0) + "
            "coalesce(max(much) FILTER (way IN ('epc', 'output')), 0) + "
            "coalesce(max(much) FILTER (way = 'unpacking'), 0) AS much "
            "FROM ways GROUP BY lot, spot, kind) "
            "SELECT g.lot, max(g.sequence) FROM gone g LEFT JOIN came c ON c.lot = g.lot "
            "AND c.spot = g.spot AND c.kind = g.kind "
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


def _end(column: str) -> str:
    """Return the SQL for the party that sources or destinations name, and for their location."""
    name = column.rpartition(".")[2]

    def first(kind: str) -> str:
        named = f"list_filter({column}, lambda one: starts_with(one, '{kind} '))[1]"
        return f"substr({named}, {len(kind) + 2})"

    return (
        f"coalesce({first('owning_party')}, {first('possessing_party')}) AS of_{name}, "
        f"{first('location')} AS at_{name}"
    )
