"""The facts of events, made of the ledger's rows."""

from collections import defaultdict
from typing import Any, Final

import duckdb

from epcis_core.model.references import ROLES
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.literals import rows_at
from epcis_core.store.view import View

_COLUMNS: Final = (
    "e.sequence, e.event_id, e.event_type, epoch_us(e.event_time), e.event_offset, e.action, "
    "e.biz_step, e.disposition, e.read_point, e.biz_location, e.transformation_id, e.transactions, "
    "e.sources, e.destinations, e.retracts IS NOT NULL, e.reason, e.corrective"
)


def read_facts(cursor: duckdb.DuckDBPyConnection, view: View, condition: str) -> list[EventFacts]:
    """Return the facts of events, in ledger order.

    Args:
        cursor: a reader's.
        view: what may be seen.
        condition: which, as SQL on the table `event e`.
    """
    rows = cursor.execute(
        f"SELECT {_COLUMNS}, {view.shown('organisation', 'e')} FROM event e "  # noqa: S608 - conditions of ours
        f"WHERE {condition} AND {view.condition('e')} ORDER BY e.sequence"
    ).fetchall()
    named = defaultdict(list)
    members = defaultdict(list)
    attributes = defaultdict(list)
    for sequence, table, _, one, text, quantity, uom in _beside(cursor, [row[0] for row in rows]):
        if table == "reference":
            named[sequence].append(Named(one, ROLES[text], quantity, uom))
        elif table == "membership":
            members[sequence].append((one, text))
        else:
            attributes[sequence].append((one, text, quantity))
    return [
        EventFacts(
            sequence=row[0],
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
            named=tuple(named[row[0]]),
            memberships=tuple(members[row[0]]),
            attributes=tuple(attributes[row[0]]),
            organisation=row[17],
            retracts=row[14],
            reason=row[15],
            corrective=tuple(row[16]),
        )
        for row in rows
    ]


def ends_of(facts: EventFacts) -> tuple[set[str], set[str]]:
    """Return the parties and the places that an event names, canonical."""
    ends = [end.partition(" ") for end in (*facts.sources, *facts.destinations)]
    parties = {key for kind, _, key in ends if kind != "location"}
    places = {key for kind, _, key in ends if kind == "location"}
    places |= {place for place in (facts.read_point, facts.biz_location) if place}
    return parties, places


def _beside(cursor: duckdb.DuckDBPyConnection, sequences: list[int]) -> list[tuple[Any, ...]]:
    """Return what events have in the tables beside, in one query: a walk asks very often."""
    if not sequences:
        return []
    is_run = sequences[-1] - sequences[0] + 1 == len(sequences)

    def here(table: str) -> str:
        if is_run:
            return f"x.sequence BETWEEN {sequences[0]} AND {sequences[-1]}"
        return rows_at(table, "x", sequences)

    return cursor.execute(
        "SELECT sequence, 'reference', position, object, role, quantity, uom "  # noqa: S608 - numbers
        f"FROM reference x WHERE {here('reference')} "
        "UNION ALL SELECT sequence, 'membership', 0, member, lot, NULL, NULL "
        f"FROM membership x WHERE {here('membership')} "
        "UNION ALL SELECT sequence, 'ilmd', position, object, name, value, NULL "
        f"FROM ilmd x WHERE {here('ilmd')} "
        "ORDER BY 1, 2, 3, 4, 5"
    ).fetchall()
