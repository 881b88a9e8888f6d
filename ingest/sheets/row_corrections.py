"""The column by which a row takes back what it recorded before, or takes the place of a record.

A row that withdraws stands as it was sent: what it says names the record by its hash. One that
replaces names the record, by its id or by the receipt of an upload that brought it alone.

References:
    EPCIS 2.0, section 7.4.1.2
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from epcis_core.findings import Finding, Where, finding
from epcis_core.store.events import StoredEvent
from ingest.sheets.dates import shown
from ingest.sheets.grid import CellError, Value
from ingest.sheets.names import fold
from ingest.sheets.templates import words


class Earlier(Protocol):
    """What a sender recorded before."""

    def __call__(self, named: str, at: Where) -> StoredEvent | Finding:
        """Return a record that may be corrected, by its id or receipt, or say at a cell why not."""

    def is_withdrawn(self, event_id: str) -> bool:
        """Tell whether an event was recorded and taken back."""


@dataclass(frozen=True, slots=True)
class RowCorrection:
    """What the column says.

    Attributes:
        action: what is done.
        named: the id of a record, or the number of a receipt; None where the row itself names it.
        at: the cell.
    """

    action: Literal["withdraw", "replace"]
    named: str | None
    at: Where


def read_correction(value: Value, at: Where) -> str:
    """Return what such a cell says: `withdraw`, or `replace` and what is named behind a space.

    Raises:
        CellError: `sheet_correction_unreadable`.
    """
    text = value if isinstance(value, str) else shown(value)
    parts = text.split()
    for count in range(min(2, len(parts)), 0, -1):
        said, named = fold(" ".join(parts[:count])), " ".join(parts[count:])
        if said in words().withdraw:
            return f"withdraw {named}".rstrip()
        if said in words().replace and named:
            return f"replace {named}"
    raise CellError(finding("sheet_correction_unreadable", at=at, actual=repr(text)))


def correction_of(said: str, at: Where) -> RowCorrection:
    """Return what a cell says, from what `read_correction` made of it."""
    action, _, named = said.partition(" ")
    return RowCorrection("withdraw" if action == "withdraw" else "replace", named or None, at)
