"""The tables, columns, constraints and indexes of a ledger file against those of a new one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from epcis_core.findings import Finding, Where, finding, phrase
from epcis_core.store.file_format import migrate, shipped_migrations

_DEFINITIONS: Final = """
SELECT 'table ' || table_name AS what, CASE WHEN temporary THEN 'temporary' ELSE 'a table' END
  FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT 'column ' || table_name || '.' || column_name,
    data_type || CASE WHEN is_nullable THEN '' ELSE ' NOT NULL' END
    || coalesce(' DEFAULT ' || column_default, '')
  FROM duckdb_columns() WHERE NOT internal
UNION ALL
SELECT 'constraint ' || table_name || ' ' || constraint_text, 'a constraint'
  FROM duckdb_constraints()
UNION ALL
SELECT 'index ' || index_name, table_name || ' ' || expressions
    || CASE WHEN is_unique THEN ' UNIQUE' ELSE '' END
  FROM duckdb_indexes()
UNION ALL
SELECT 'view ' || view_name, 'a view' FROM duckdb_views() WHERE NOT internal
UNION ALL
SELECT 'sequence ' || sequence_name, 'a sequence' FROM duckdb_sequences()
UNION ALL
SELECT 'function ' || function_name, 'a macro' FROM duckdb_functions() WHERE NOT internal
ORDER BY ALL
"""


def differences_in_shape(cursor: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Yield where a file of this release's format is not made as this release makes it.

    Args:
        cursor: a reader's.
    """
    # A connection itself would draw a bar where Python runs without a script; its cursors do not.
    with duckdb.connect() as memory, memory.cursor() as new:
        migrate(new, Path("memory"), shipped_migrations())
        expected = _definitions(new)
    actual = _definitions(cursor)
    nothing = phrase("nothing")
    for what in sorted(expected.keys() | actual.keys()):
        if expected.get(what) != actual.get(what):
            yield finding(
                "shape_differs",
                at=Where(pointer=f"/{what}"),
                what=what,
                expected=expected.get(what, nothing),
                actual=actual.get(what, nothing),
            )


def _definitions(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(cursor.execute(_DEFINITIONS).fetchall())
