"""Rows as they stand in a table against the rows that should stand there."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import duckdb
import pyarrow as pa

from epcis_core.findings import Finding
from epcis_core.store.fsck.places import differing, missing, unexpected
from epcis_core.store.tables import Row, Table


def compared(
    cursor: duckdb.DuckDBPyConnection,
    table: Table,
    expected: Sequence[Row],
    between: str,
    *,
    but: frozenset[str] = frozenset(),
) -> Iterator[Finding]:
    """Yield where the rows of some sequences in a table are not the expected ones.

    Rows of one sequence whose order the table does not tell may stand in any.

    Args:
        cursor: a reader's.
        table: which.
        expected: its rows of these sequences, in order of sequence.
        between: the sequences, as SQL behind the name of the column.
        but: columns that are not compared.
    """
    names = [name for name in table.columns.names if name not in but]
    schema = pa.schema([table.columns.field(name) for name in names])
    found = cursor.execute(
        f"SELECT {', '.join(names)} FROM {table.name} "  # noqa: S608 - names of ours, numbers
        f"WHERE sequence {between} ORDER BY sequence, rowid"
    )
    actual = found.to_arrow_table().cast(schema)
    wanted = table.arrow(expected).select(names)
    if not actual.equals(wanted):
        yield from _differences(table.name, _rows(wanted), _rows(actual))


def _rows(table: pa.Table) -> dict[int, Counter[tuple[Any, ...]]]:
    """Return rows by their sequence, lists as tuples and times as text."""
    found: dict[int, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    texts = [one.with_type(_as_told(one.type)) for one in table.schema]
    for row in table.cast(pa.schema(texts)).to_pylist():
        values = ((k, tuple(v) if isinstance(v, list) else v) for k, v in row.items())
        found[row["sequence"]][tuple(values)] += 1
    return found


def _as_told(kind: pa.DataType) -> pa.DataType:
    """Return the type that values are told in; Arrow makes times through pandas alone."""
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _differences(
    table: str,
    expected: dict[int, Counter[tuple[Any, ...]]],
    actual: dict[int, Counter[tuple[Any, ...]]],
) -> Iterator[Finding]:
    for sequence in sorted(expected.keys() | actual.keys()):
        should, does = expected.get(sequence, Counter()), actual.get(sequence, Counter())
        lacking, surplus = (should - does).elements(), (does - should).elements()
        for one, other in zip_longest(lacking, surplus):
            if other is None:
                yield missing(table, sequence, _told(one))
            elif one is None:
                yield unexpected(table, sequence, _told(other))
            else:
                for (name, wanted), (_, found) in zip(one, other, strict=True):
                    if wanted != found:
                        yield differing(table, sequence, name, wanted, found)


def _told(row: tuple[Any, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row if value is not None)
