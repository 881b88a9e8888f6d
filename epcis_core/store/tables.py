"""The tables that rows are appended to, as Arrow sees them; `migrations/` says what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_TIME = pa.timestamp("us")
_COUNT = pa.int64()
_SMALL = pa.int32()
_BYTES = pa.binary()

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table that rows are appended to; each is itself alone.

    Attributes:
        name: the table.
        columns: its columns, in the table's order.
    """

    name: str
    columns: pa.Schema

    def arrow(self, rows: Iterable[Row]) -> pa.Table:
        """Return rows as an Arrow table."""
        columns = tuple(zip(*rows, strict=True)) or ((),) * len(self.columns)
        arrays = [
            pa.array(column, type=field.type)
            for column, field in zip(columns, self.columns, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=self.columns)

    def insert(self, cursor: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
        """Append rows, in their order; none is fine."""
        if rows:
            batch = self.arrow(rows)  # the name that DuckDB finds the rows under
            cursor.execute(f"INSERT INTO {self.name} BY NAME SELECT * FROM batch")  # noqa: S608 - a table of ours
            del batch


def _table(table: str, /, **columns: pa.DataType) -> Table:
    return Table(table, pa.schema(list(columns.items())))


CAPTURE: Final = _table(
    "capture",
    capture_id=_TEXT,
    record_time=_TIME,
    organisation=_TEXT,
    file_name=_TEXT,
    digest=_BYTES,
    size=_COUNT,
    head_digest=_BYTES,
    status=_TEXT,
    accepted=_COUNT,
    duplicate=_COUNT,
    rejected=_COUNT,
    warnings=_COUNT,
    report=_TEXT,
)
EVENT: Final = _table(
    "event",
    sequence=_COUNT,
    record_time=_TIME,
    capture_id=_TEXT,
    envelope=_COUNT,
    position=_COUNT,
    organisation=_TEXT,
    identity=_TEXT,
    event_id=_TEXT,
    minted=pa.bool_(),
    event_type=_TEXT,
    event_time=_TIME,
    event_offset=_TEXT,
    action=_TEXT,
    biz_step=_TEXT,
    disposition=_TEXT,
    read_point=_TEXT,
    biz_location=_TEXT,
    transformation_id=_TEXT,
    transactions=_TEXTS,
    sources=_TEXTS,
    destinations=_TEXTS,
    parties=_TEXTS,
    places=_TEXTS,
    retracts=_TEXT,
    declared_at=_TIME,
    reason=_TEXT,
    corrective=_TEXTS,
    hash=_TEXT,
    hash_variant=_TEXT,
    content=_BYTES,
    body=_TEXT,
)
REFERENCE: Final = _table(
    "reference",
    object=_TEXT,
    sequence=_COUNT,
    position=_SMALL,
    event_time=_TIME,
    role=_TEXT,
    is_class=pa.bool_(),
    quantity=_TEXT,
    uom=_TEXT,
)
MARK: Final = _table(
    "mark",
    container=_TEXT,
    content=_TEXT,
    sequence=_COUNT,
    event_time=_TIME,
    kind=_TEXT,
    action=_TEXT,
    quantity=_TEXT,
    uom=_TEXT,
)
MEMBERSHIP: Final = _table("membership", member=_TEXT, lot=_TEXT, sequence=_COUNT)
ILMD: Final = _table(
    "ilmd", object=_TEXT, sequence=_COUNT, position=_SMALL, name=_TEXT, value=_TEXT
)
CONTENT: Final = _table(
    "content",
    sequence=_COUNT,
    position=_SMALL,
    part=_TEXT,
    inside=pa.bool_(),
    name=_TEXT,
    written=_TEXT,
    kind=_TEXT,
    value=_TEXT,
    key=_TEXT,
    uom=_TEXT,
    rank=_TEXT,
)
ENTRY: Final = _table(
    "entry",
    sequence=_COUNT,
    kind=_TEXT,
    record_time=_TIME,
    capture_id=_TEXT,
    organisation=_TEXT,
    salt=_BYTES,
    leaf=_BYTES,
    nodes=_BYTES,
)
RECEIPT: Final = _table(
    "receipt",
    sequence=_COUNT,
    event_sequence=_COUNT,
    capture_id=_TEXT,
    envelope=_COUNT,
    organisation=_TEXT,
    body=_TEXT,
)
ELEMENT: Final = _table(
    "vocabulary_element",
    sequence=_COUNT,
    envelope=_COUNT,
    organisation=_TEXT,
    vocabulary=_TEXT,
    id=_TEXT,
    canonical=_TEXT,
    names=_TEXTS,
    attributes=_TEXTS,
    children=_TEXTS,
    digest=_BYTES,
    body=_TEXT,
)
ELEMENT_ATTRIBUTE: Final = _table(
    "element_attribute",
    sequence=_COUNT,
    position=_SMALL,
    name=_TEXT,
    value=_TEXT,
    is_null=pa.bool_(),
)
DECISION: Final = _table("decision", sequence=_COUNT, kind=_TEXT, body=_TEXT, signature=_TEXT)
ERASED: Final = _table(
    "erased",
    sequence=_COUNT,
    decision=_COUNT,
    event_id=_TEXT,
    declares=pa.bool_(),
    envelope=_COUNT,
    objects=_TEXTS,
)
ENVELOPE: Final = _table(
    "envelope",
    envelope=_COUNT,
    sequence=_COUNT,
    capture_id=_TEXT,
    syntax=_TEXT,
    kind=_TEXT,
    version=_TEXT,
    prefixes=_TEXT,
    contexts=_TEXTS,
    head=_TEXT,
)
