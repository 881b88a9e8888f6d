"""Which lots' records may have changed by what is new in the ledger: the outbox of a connector.

The ledger keeps no list of who is to be told: whoever tells others remembers how far it has come,
and asks from there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from epcis_core.provenance.affected import affected_lots
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.literals import literal
from epcis_core.store.names import Names
from epcis_core.store.view import View

MOST: Final = 500
"""Entries that are looked at together."""

_TOGETHER: Final = 60_000_000  # microseconds; lots of one look have one time of capture
_GLN_IN: Final = "lambda one: split_part(one, '/', 5)"  # https://id.gs1.org/414/GLN/254/1


@dataclass(frozen=True, slots=True)
class ChangedLots:
    """What a stretch of the ledger may have changed.

    Attributes:
        reached: the last sequence that was looked at.
        captured: when the first entry of the stretch was recorded, microseconds since 1970 UTC.
        lots: canonical, sorted.
    """

    reached: int
    captured: int
    lots: tuple[str, ...]


def changed_lots(ledger: Ledger, view: View, after: int, *, most: int = MOST) -> ChangedLots | None:
    """Return the lots that the next stretch of the ledger may have changed.

    A stretch spans a minute at most, so that the time of its first entry stands for all.

    Args:
        ledger: where to look.
        view: what may be seen.
        after: the sequence behind which to look.
        most: entries to look at.

    Returns:
        They; None where there is nothing new.
    """
    with ledger.reading() as cursor, ledger.index() as index:
        found = _stretch(cursor, view, after, most)
        if found is None:
            return None
        reached, captured = found
        seen = view.until(reached)
        plain = StoredEvidence(cursor, seen)
        evidence = plain if index is None else IndexedEvidence(cursor, seen, index)
        names = ledger.names(cursor, seen)
        events = read_facts(cursor, seen, f"e.sequence > {after:d}")
        events += _outdone(cursor, seen, events)
        said = _said_of(cursor, seen, after)
        events += _at(cursor, seen, said, names)
        lots = affected_lots(evidence, names, events)
        return ChangedLots(reached, captured, tuple(sorted({*lots, *_of_products(evidence, said)})))


def _stretch(
    cursor: duckdb.DuckDBPyConnection, view: View, after: int, most: int
) -> tuple[int, int] | None:
    """Return the last entry of a stretch, and when its first was recorded."""
    row = cursor.execute(
        "WITH next AS (SELECT n.sequence, epoch_us(n.record_time) AS time FROM entry n "  # noqa: S608 - ours
        f"WHERE n.sequence > {after:d} AND {view.condition('n')} "
        f"ORDER BY n.sequence LIMIT {most:d}) "
        "SELECT max(sequence), min(time) FROM next "
        f"WHERE time <= (SELECT min(time) FROM next) + {_TOGETHER:d}"
    ).fetchone()
    return None if row is None or row[0] is None else (int(row[0]), int(row[1]))


def _outdone(
    cursor: duckdb.DuckDBPyConnection, view: View, events: Collection[EventFacts]
) -> list[EventFacts]:
    """Return declarations that name new events as corrective: what they declare is out by now."""
    ids = [literal(facts.event_id) for facts in events if not facts.retracts]
    if not ids:
        return []
    condition = f"e.retracts IS NOT NULL AND list_has_any(e.corrective, [{', '.join(ids)}])"
    return read_facts(cursor, view, condition)


def _said_of(cursor: duckdb.DuckDBPyConnection, view: View, after: int) -> set[str]:
    """Return what new master data are about."""
    rows = cursor.execute(
        "SELECT DISTINCT v.canonical FROM vocabulary_element v "  # noqa: S608 - ours
        f"WHERE v.sequence > {after:d} AND {view.condition('v')}"
    ).fetchall()
    return {one for (one,) in rows}


def _at(
    cursor: duckdb.DuckDBPyConnection, view: View, said: set[str], names: Names
) -> list[EventFacts]:
    """Return the events at places and between parties of which something was said."""
    keys = said | {place for place, party in names.owners().items() if party in said}
    found = {key.gln for key in map(key_of, keys) if key is not None}
    numbers = {gln for gln in found if gln is not None}
    if not keys:
        return []
    both = "list_concat(e.parties, e.places)"
    listed = ", ".join(map(literal, sorted(keys)))
    condition = f"list_has_any({both}, [{listed}])"
    if numbers:
        glns = ", ".join(map(literal, sorted(numbers)))
        condition += f" OR list_has_any(list_transform({both}, {_GLN_IN}), [{glns}])"
    return read_facts(cursor, view, f"({condition})")


def _of_products(evidence: Evidence, said: set[str]) -> Iterator[str]:
    """Yield the lots of products of which something was said."""
    gtins = {key.gtin for one in said if kind_of(one) == "class" and (key := key_of(one))}
    if found := {one for one in gtins if one is not None}:
        yield from (one for one in evidence.of_products(found) if kind_of(one) == "lot")
