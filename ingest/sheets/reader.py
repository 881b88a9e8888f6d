"""A spreadsheet read as a document: its rows become events, which are then checked like any other.

What stands in the ledger is the event that a row became, in JSON; what findings say of a member of
it is said of the cell it came from.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import BinaryIO, Final

from epcis_core.codecs.document import Envelope, Format, ReadEvent
from epcis_core.codecs.jsonld_writer import context_of, json_bytes
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.stored import read_stored_event
from epcis_core.codecs.structure import read_event
from epcis_core.event_hash import event_hash
from epcis_core.findings import Finding, Where, capped, finding, has_errors, phrase
from epcis_core.model import photo
from epcis_core.model.namespaces import BUILT_IN, Namespaces
from epcis_core.store.events import StoredEvent
from ingest.corrections import Reason, another_id, declared
from ingest.sheets.csv_file import looks_like_csv, read_csv
from ingest.sheets.date_order import DateOrder
from ingest.sheets.events import NAMESPACE, PREFIX, Built, build
from ingest.sheets.grid import Grid, Sheet
from ingest.sheets.headings import Heading, is_beside, is_ours
from ingest.sheets.known import Known
from ingest.sheets.own import Own
from ingest.sheets.row_corrections import Earlier, RowCorrection
from ingest.sheets.rows import Cell, Record, records
from ingest.sheets.templates import Column
from ingest.sheets.values import Read, read_record
from ingest.sheets.workbook import MAGIC, OLD_MAGIC, read_workbook
from ingest.unpacking import RefusedError

_HEAD: Final = 2**14
_STEP: Final = 500  # rows between what is told of progress
_NAMESPACES: Final = Namespaces({**BUILT_IN, PREFIX: NAMESPACE, photo.PREFIX: photo.NAMESPACE})
_OTHER_SYNTAXES: Final = (b"{", b"[", b"<")  # begin JSON or XML
_BEFORE: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
"""Bytes of marks, wide letters and white space, which may stand before any of these."""


class SheetReader:
    """Reads the records of a spreadsheet.

    Args:
        grid: its sheets.
        size: bytes of the file.
        own: what is known of whoever sends it.

    Attributes:
        envelope: how the events are written, and what their prefixes stand for.
        findings: what is wrong with the file beside its records, once these have all been read.
        format: what the file is.
        earlier: finds records that rows withdraw or replace; None where no ledger is at hand.
        now: the clock, microseconds since 1970 UTC, for such rows.
        rows: takes the sheet and the rows, from 0, of each event in order, where somebody wants
            to know; None else.
    """

    def __init__(self, grid: Grid, size: int, own: Own | None = None) -> None:
        self.envelope = Envelope("json", "event", _NAMESPACES)
        self.findings: list[Finding] = []
        self.format: Format = grid.format
        self.earlier: Earlier | None = None
        self.now = 0
        self.rows: list[tuple[str, tuple[int, ...]]] | None = None
        self._grid = grid
        self._size = size
        self._own = own or Own()
        self._rows = max(1, sum(sheet.marks.rows for sheet in grid.sheets))
        self._done = 0
        self._is_done = False
        self._index = 0
        self._seen: dict[bytes, Where] = {}

    @property
    def bytes_read(self) -> int:
        """How far the reader has come, as bytes of the file."""
        done = self._rows if self._is_done else self._done - self._done % _STEP
        return self._size * min(done, self._rows) // self._rows

    def events(self) -> Iterator[ReadEvent]:
        """Yield the events of the records, or what is wrong with them, in order of their rows."""
        beside: list[Finding] = []
        if self._grid.has_macros:
            beside.append(finding("workbook_macros"))
        understood = 0
        for sheet in self._grid.sheets:
            heading = None if is_beside(sheet) else self._own.heading_of(sheet)
            if isinstance(heading, Finding):
                beside.append(heading)
                understood += 1
            elif heading is not None:
                understood += 1
                yield from self._records(sheet, heading, beside)
            elif sheet.marks.rows and not is_ours(sheet):
                beside.append(
                    finding("sheet_left_out", at=Where(sheet=sheet.name), sheet=sheet.name)
                )
        if not understood:
            beside = [one for one in beside if one.code != "sheet_left_out"]
            first = Where(sheet=self._grid.sheets[0].name) if self._grid.sheets else None
            beside.append(finding("sheet_not_recognised", at=first))
        self.findings = list(capped(beside))
        self._is_done = True

    def locate_head(self) -> Callable[[str], Where]:
        """Return what tells the place of something beside the events: there is no such thing."""
        return lambda _: Where()

    def _records(
        self, sheet: Sheet, heading: Heading, beside: list[Finding]
    ) -> Iterator[ReadEvent]:
        if sheet.is_hidden:
            beside.append(finding("sheet_hidden", at=Where(sheet=sheet.name), sheet=sheet.name))
        beside += heading.findings
        if has_errors(heading.findings):
            self._done += sheet.marks.rows
            return
        order = DateOrder()
        for reads in _groups(sheet, heading, beside, order, self._own.known):
            self._done += len(reads)
            yield from self._read(build(reads, heading, sheet))
        beside += order.findings()

    def _read(self, built: Built) -> Iterator[ReadEvent]:
        """Yield the events of one group of rows, the first with what is told of the rows."""
        told = tuple(capped(built.findings))
        for event in built.events:
            event.update(self._own.members)
        if not built.events:
            self._note_rows(built)
            yield self._read_event(b"", None, {}, built.at, told)
        if built.correction is not None and built.events:
            if self.earlier is not None:
                yield from self._corrections(built, built.correction, self.earlier, told)
                return
            told = (*told, finding("sheet_correction_unchecked", at=built.correction.at))
        for event, places in zip(built.events, built.places, strict=True):
            text = json_bytes(event)
            twice = self._seen.setdefault(blake2b(text, digest_size=16).digest(), built.at)
            if twice is not built.at:
                other = twice.cell if twice.sheet == built.at.sheet else twice
                told = (*told, finding("sheet_row_twice", at=built.at, other=other))
            self._note_rows(built)
            yield self._read_event(text, event, places, built.at, told)
            told = ()

    def _corrections(
        self, built: Built, asked: RowCorrection, earlier: Earlier, told: tuple[Finding, ...]
    ) -> Iterator[ReadEvent]:
        """Yield the error declarations that rows ask for, and what takes the place of a record."""
        if asked.action == "replace" and len(built.events) > 1:
            told = (*told, finding("sheet_correction_several", at=asked.at))
            self._note_rows(built)
            yield self._read_event(b"", None, {}, built.at, told)
            return
        for event, places in zip(built.events, built.places, strict=True):
            own = _minted(event)
            found = earlier(asked.named or own, asked.at)
            is_replaced = asked.action == "replace"
            if is_replaced and not isinstance(found, Finding) and own == found.hash:
                why = phrase("correction_unchanged")
                found = finding("sheet_correction_refused", at=asked.at, why=why)
            self._note_rows(built)
            if isinstance(found, Finding):
                yield self._read_event(b"", None, {}, built.at, (*told, found))
                continue
            if is_replaced and earlier.is_withdrawn(own):
                event["eventID"] = own = another_id(own, found)
            yield self._declaration(found, asked, own if is_replaced else None, told)
            told = ()
            if is_replaced:
                self._note_rows(built)
                yield self._read_event(json_bytes(event), event, places, built.at, ())

    def _declaration(
        self,
        stored: StoredEvent,
        asked: RowCorrection,
        corrective: str | None,
        told: tuple[Finding, ...],
    ) -> ReadEvent:
        reason = Reason.DID_NOT_OCCUR if corrective is None else Reason.INCORRECT_DATA
        event = declared(stored, reason, self.now, corrective)
        event.setdefault("@context", context_of(stored.reading.namespaces.prefixes))
        text = json_bytes(event).decode()
        index = self._index
        self._index += 1
        read = read_stored_event(text, "json", _NAMESPACES)
        names = Namespaces.of_context(read.context, _NAMESPACES)
        return ReadEvent(index, "", text, read, names, lambda _: asked.at, "json", told)

    def _note_rows(self, built: Built) -> None:
        if self.rows is not None:
            self.rows.append((built.at.sheet or "", built.rows))

    def _read_event(
        self,
        text: bytes,
        members: dict[str, object] | None,
        places: dict[str, Where],
        at: Where,
        told: tuple[Finding, ...],
    ) -> ReadEvent:
        locate = partial(_place, places, at)
        event, found = (None, []) if members is None else read_event(members)
        index = self._index
        self._index += 1
        read = ReadEvent(index, "", text.decode(), event, _NAMESPACES, locate, "json", told)
        return replace(read, findings=(*told, *(read.placed(one) for one in found)))


def open_sheet(
    source: BinaryIO, limits: Limits, own: Own | None = None
) -> SheetReader | Finding | None:
    """Open a spreadsheet, told by its bytes.

    Args:
        source: the bytes at their start; it stays there if they are no spreadsheet.
        limits: how much is taken.
        own: what is known of whoever sends it.

    Returns:
        A reader; a finding where it is a spreadsheet that cannot be read; None where it is none.
    """
    opened = open_grid(source, limits)
    return SheetReader(*opened, own) if isinstance(opened, tuple) else opened


def open_grid(source: BinaryIO, limits: Limits) -> tuple[Grid, int] | Finding | None:
    """Return the sheets of a spreadsheet and the bytes of its file, else as `open_sheet` does."""
    start = source.tell()
    head = source.read(_HEAD)
    source.seek(start)
    if head.startswith(OLD_MAGIC):
        return finding("workbook_format")
    is_zip = head.startswith(MAGIC)
    if not is_zip and (head.lstrip(_BEFORE)[:1] in _OTHER_SYNTAXES or not looks_like_csv(head)):
        return None
    data = source.read(limits.workbook_size + 1)
    source.seek(start)
    if len(data) > limits.workbook_size:
        return finding("workbook_too_large", limit=limits.workbook_size)
    try:
        return (read_workbook if is_zip else read_csv)(data, limits), len(data)
    except RefusedError as refused:
        return refused.found[0]


def _groups(
    sheet: Sheet, heading: Heading, beside: list[Finding], order: DateOrder, known: Known
) -> Iterator[list[Read]]:
    """Yield records that make one event together, in order of their first rows."""

    def read(record: Record) -> Read:
        done = read_record(
            record, heading.units, counts_from_1904=sheet.counts_from_1904, known=known
        )
        order.look(record)
        return done

    group = heading.template.group
    if not group:
        for record in records(sheet, heading, beside):
            yield [read(record)]
        return
    together: dict[tuple[object, ...], list[Read]] = {}
    first = heading.template.column(group[0])
    issuers: dict[object, Cell] = {}
    for record in records(sheet, heading, beside):
        one = read(_with_issuer(record, first, issuers))
        said = tuple(one.values.get(key) for key in group)
        # A row that does not say where it belongs stands alone.
        key = (*said, None if said[0] is not None else record.row)
        together.setdefault(key, []).append(one)
    yield from together.values()


def _with_issuer(record: Record, column: Column, issuers: dict[object, Cell]) -> Record:
    """Return a record with the issuer of its number, which may stand in an earlier row alone."""
    number = record.cells.get(column.key)
    if column.issuer is None or number is None:
        return record
    given = record.cells.get(column.issuer)
    if given is not None:
        issuers.setdefault(number.value, given)
        return record
    earlier = issuers.get(number.value)
    if earlier is None:
        return record
    return replace(record, cells={**record.cells, column.issuer: earlier})


def _minted(event: dict[str, object]) -> str:
    """Return the id that the ledger gives to the event of a row; empty for one with errors."""
    read, _ = read_event(event)
    return "" if read is None else str(event_hash(read, _NAMESPACES))


def _place(places: dict[str, Where], at: Where, pointer: str) -> Where:
    """Return the cell that a member of an event came from: the nearest around it that has one."""
    while pointer:
        if pointer in places:
            return places[pointer]
        pointer = pointer.rpartition("/")[0]
    return at
