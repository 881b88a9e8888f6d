"""Bringing the fact index up to the ledger: after each commit, and when a ledger is opened."""

import sqlite3
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.store.fact_index import FactIndex
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.view import EVERYTHING

_TOGETHER: Final = 4_000
"""Sequences that are read at once."""


def open_index(ledger: Path) -> FactIndex | None:
    """Open or make the index beside a ledger file; None where there can be no such file."""
    try:
        return FactIndex(ledger.with_name(f"{ledger.name}.index"))
    except (sqlite3.Error, OSError):
        return None


def catch_up(index: FactIndex, cursor: duckdb.DuckDBPyConnection) -> None:
    """Add to an index what a ledger has and it has not; make it anew where it is of another ledger.

    Args:
        index: nobody else may write to it meanwhile.
        cursor: a reader's of the ledger.
    """
    reached, leaf = index.reached
    if reached >= 0 and _leaf(cursor, reached) != leaf:
        index.start_again()
        reached = -1
    last = EVERYTHING.last(cursor)
    while reached < last:
        first, reached = reached + 1, min(reached + _TOGETHER, last)
        facts = read_facts(cursor, EVERYTHING, f"e.sequence BETWEEN {first} AND {reached}")
        index.add(facts, reached, _leaf(cursor, reached) or b"")


def _leaf(cursor: duckdb.DuckDBPyConnection, sequence: int) -> bytes | None:
    """Return the leaf that the log has at a sequence; None where it has not come so far."""
    rows = cursor.execute(f"SELECT leaf FROM entry WHERE sequence = {sequence:d}").fetchall()  # noqa: S608 - a number
    return rows[0][0] if rows else None
