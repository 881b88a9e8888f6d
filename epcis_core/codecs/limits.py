"""How much of a document is taken: what protects the ledger from files made to exhaust it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is taken before it is refused, in any syntax.

    Attributes:
        depth: arrays and objects, or elements, within each other, within one value.
        value_size: characters of one event, or of the document's head.
        entries: members and list entries, or elements and attributes, of one event, or of one
            member of the head.
        attributes: attributes of one element.
        context_size: characters of the document's `@context`, or of its namespace declarations.
        number_size: digits of one number when written without an exponent.
        events: how many a document may hold.
        events_size: bytes of 2,048 events in a row, which stand in memory together when they are
            stored.
        workbook_size: bytes of a spreadsheet, of all its parts unpacked.
        cells: cells that one sheet may reach over, the empty ones between them too.
        chunk: bytes read at a time.
    """

    depth: int = 64
    value_size: int = 16 * 2**20
    entries: int = 100_000
    attributes: int = 256
    context_size: int = 100_000
    number_size: int = 400
    events: int = 1_000_000
    events_size: int = 256 * 2**20
    workbook_size: int = 256 * 2**20
    cells: int = 4_000_000
    chunk: int = 2**20
