"""From the rows of a sheet to events of EPCIS, and from each member of an event back to its cell.

Rows that belong together make one event: what they say of the event itself must agree, and may
stand in the first of them alone. Outputs of one process with different dates become several
events that share a transformation, since an event has one set of master data for all its outputs.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from epcis_core.findings import Finding, Where, finding, has_errors
from epcis_core.model.base import Number
from ingest.sheets.dates import ZONE, shown
from ingest.sheets.goods_of_rows import Goods, added, goods_of, missing
from ingest.sheets.grid import Sheet
from ingest.sheets.headings import Heading
from ingest.sheets.numbers import plain
from ingest.sheets.row_corrections import RowCorrection, correction_of
from ingest.sheets.rows import Cell
from ingest.sheets.templates import Column, Variant
from ingest.sheets.values import Read, Said

PREFIX: Final = "sheet"
NAMESPACE: Final = "https://epcis-ledger.org/ns/sheet#"
"""Of members that the standard has no name for."""

_PROCESS: Final = "tag:epcis-ledger.org,2026:process:"
_TRANSACTION: Final = "urn:epcglobal:cbv:bt:"
_LOT: Final = "cbvmda:lotNumber"
_OUTPUT: Final = "outputQuantityList"
_LISTED: Final = {"sourceList": "source", "destinationList": "destination"}


@dataclass(slots=True)
class Built:
    """What rows became.

    Attributes:
        events: as members, numbers as `Number`; none where the rows have errors.
        places: pointer from an event's root to the cell that says so, for each event.
        at: the first cell of the first row.
        findings: what is wrong or odd.
        rows: where they stand in the sheet, from 0.
        correction: what they do to an earlier record; None for rows that only record.
    """

    at: Where
    events: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Where]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: tuple[int, ...] = ()
    correction: RowCorrection | None = None


@dataclass(slots=True)
class _Group:
    """What rows say together: columns about the event itself, goods, master data of outputs."""

    values: dict[str, tuple[Said, Cell]] = field(default_factory=dict)
    time: dt.time | None = None
    goods: list[tuple[str, Goods, int]] = field(default_factory=list)
    containers: dict[str, Where] = field(default_factory=dict)
    ilmd: list[dict[str, tuple[Said, Where | None]]] = field(default_factory=list)


def build(reads: Sequence[Read], heading: Heading, sheet: Sheet) -> Built:
    """Make events of rows that belong together.

    Args:
        reads: the rows, in order; at least one.
        heading: the headings they stand under.
        sheet: the sheet.
    """
    built = Built(reads[0].record.at, rows=tuple(read.record.row for read in reads))
    group = _Group()
    for number, read in enumerate(reads):
        built.findings += read.findings
        built.findings += _take(read, number, group, heading, sheet)
    built.findings += _check_together(reads, heading, sheet, group)
    said = group.values.pop("correction", None)
    if said is not None:
        built.correction = correction_of(str(said[0]), said[1].at)
    if not has_errors(built.findings):
        for part in _parts(group):
            event, places = _event(heading, group, part)
            built.events.append(event)
            built.places.append(places)
        if len(built.events) > 1:
            _share(built, group, heading)
    return built


def _take(
    read: Read, number: int, group: _Group, heading: Heading, sheet: Sheet
) -> Iterator[Finding]:
    """Take what one row says into what its group says, and yield what is wrong together."""
    template, cells = heading.template, read.record.cells
    goods, found = goods_of(read, heading, sheet)
    yield from found
    ilmd: dict[str, tuple[Said, Where | None]] = {}
    for column in template.columns:
        cell = cells.get(column.key)
        value = read.values.get(column.key, column.default if cell is None else None)
        if value is None:
            continue
        ilmd |= dict.fromkeys(column.ilmd_names, (value, cell.at if cell else None))
        if cell is None or column.goods_list:
            continue
        if column.to == ("epcList",):
            group.containers.setdefault(str(value), cell.at)
        else:
            yield from _agree(column, value, cell, group)
            group.time = group.time or read.times.get(column.key)
    if template.either and not any(key in cells for key in template.either):
        yield from missing(template.column(template.either[0]), read, heading, sheet)
    group.ilmd.append(ilmd)
    for member, one in goods.items():
        yield from _add(member, one, number, group)


def _agree(column: Column, value: Said, cell: Cell, group: _Group) -> Iterator[Finding]:
    """Take a value about the event itself, and tell if an earlier row says otherwise."""
    held, first = group.values.setdefault(column.key, (value, cell))
    if held == value or (column.to and len(column.ilmd_names) == len(column.to)):
        return
    if column.kind == "text" and isinstance(held, str) and isinstance(value, str):
        if value not in held.split("; "):
            group.values[column.key] = (f"{held}; {value}", first)
        return
    actual, other = shown(cell.value), first.at.cell
    yield finding(
        "sheet_rows_disagree", at=cell.at, column=column.wording, actual=actual, other=other
    )


def _add(member: str, goods: Goods, number: int, group: _Group) -> Iterator[Finding]:
    """Take goods; of the same class in the same unit there is one entry."""
    for position, (there, one, row) in enumerate(group.goods):
        if (there, one.epc_class, one.uom) == (member, goods.epc_class, goods.uom):
            group.goods[position] = there, added(one, goods), row
            yield finding("sheet_goods_twice", at=goods.at, other=one.at.cell)
            return
    group.goods.append((member, goods, number))


def _check_together(
    reads: Sequence[Read], heading: Heading, sheet: Sheet, group: _Group
) -> Iterator[Finding]:
    """Yield what the rows lack together, and dates that cannot follow each other."""
    for column in heading.template.columns:
        is_needed = column.required == "always" and column.goods_list is None
        if is_needed and not any(column.key in read.record.cells for read in reads):
            yield from missing(column, reads[0], heading, sheet)
        for read in reads if column.not_before else ():
            yield from _too_early(column, read, heading, group)


def _too_early(column: Column, read: Read, heading: Heading, group: _Group) -> Iterator[Finding]:
    """Yield that a date is before another one of its row, or of its group."""
    other = heading.template.column(column.not_before or "")
    later, earlier = read.values.get(column.key), read.values.get(other.key)
    if earlier is None and other.key in group.values:
        earlier = group.values[other.key][0]
    if isinstance(later, dt.date) and isinstance(earlier, dt.date) and later < earlier:
        yield finding(
            "sheet_date_before",
            at=read.record.cells[column.key].at,
            column=column.wording,
            actual=shown(later),
            earlier=other.wording,
            expected=shown(earlier),
        )


def _parts(group: _Group) -> list[list[int]]:
    """Return the rows whose outputs go into one event, in order; the lot alone parts none.

    What a row without an output says of outputs, it says of all that do not say otherwise.
    """
    parts: dict[tuple[tuple[str, str], ...], list[int]] = {}
    outputs = {row for member, _, row in group.goods if member == _OUTPUT}
    beside: dict[str, tuple[Said, Where | None]] = {}
    for row, ilmd in enumerate(group.ilmd):
        if row not in outputs:
            beside = {**ilmd, **beside}
    for row, own in enumerate(group.ilmd):
        if outputs and row not in outputs:
            continue
        ilmd = group.ilmd[row] = {**beside, **own}
        key = tuple(sorted((name, str(said[0])) for name, said in ilmd.items() if name != _LOT))
        parts.setdefault(key, []).append(row)
    return list(parts.values())


def _event(
    heading: Heading, group: _Group, part: Sequence[int]
) -> tuple[dict[str, Any], dict[str, Where]]:
    """Return an event and its places, with the outputs of some rows and everything else."""
    template = heading.template
    chosen = [variant for key, variant in template.variants.items() if key in group.values]
    variant = chosen[0] if chosen else Variant(event=template.event)
    event: dict[str, Any] = {"type": variant.event["type"]}
    places: dict[str, Where] = {}
    _put_time(event, places, heading, group)
    event |= variant.event
    for member, goods, row in group.goods:
        if member != _OUTPUT or row in part:
            _put_goods(event, places, variant.lists.get(member, member), goods)
    for uri, at in group.containers.items():
        places[f"/epcList/{len(event.setdefault('epcList', []))}"] = at
        event["epcList"].append(uri)
    for column in template.columns:
        if column.key in group.values and column.goods_list is None:
            value, cell = group.values[column.key]
            for member in column.to:
                _put(event, places, member, value, cell.at)
    _put_ilmd(event, places, [group.ilmd[row] for row in part])
    return event, places


def _put_time(
    event: dict[str, Any], places: dict[str, Where], heading: Heading, group: _Group
) -> None:
    date, time = dt.date.min, group.time or dt.time()
    for column in heading.template.columns:
        if "eventTime" in column.to and column.key in group.values:
            value, cell = group.values[column.key]
            if isinstance(value, dt.time):
                time = value
            elif isinstance(value, dt.date):
                date = value
                places["/eventTime"] = cell.at
    event["eventTime"] = dt.datetime.combine(date, time, ZONE).isoformat()
    event["eventTimeZoneOffset"] = "+07:00"


def _put_goods(event: dict[str, Any], places: dict[str, Where], member: str, goods: Goods) -> None:
    entries = event.setdefault(member, [])
    pointer = f"/{member}/{len(entries)}"
    entry: dict[str, Any] = {"epcClass": goods.epc_class}
    if goods.quantity is not None:
        entry["quantity"] = Number(plain(goods.quantity))
        if goods.uom is not None:
            entry["uom"] = goods.uom
    entries.append(entry)
    places[pointer] = goods.at
    places.update({f"{pointer}/{name}": at for name, at in goods.places.items()})


def _put(
    event: dict[str, Any], places: dict[str, Where], member: str, value: Said, at: Where
) -> None:
    """Put what a column says into one member of an event."""
    name, _, kind = member.partition("/")
    if member == "eventTime" or name == "ilmd":
        return
    said = _as_json(value)
    if name in _LISTED or name == "bizTransactionList":
        inner = _LISTED.get(name, "bizTransaction")
        entries = event.setdefault(name, [])
        places[f"/{name}/{len(entries)}"] = at
        entries.append({"type": kind, inner: said})
    elif name == "certificationInfo":
        event.setdefault(name, []).append(said)
        places[f"/{name}"] = at
    else:
        event[name] = {"id": said} if name in {"readPoint", "bizLocation"} else said
        places[f"/{name}"] = at


def _put_ilmd(
    event: dict[str, Any],
    places: dict[str, Where],
    rows: Sequence[dict[str, tuple[Said, Where | None]]],
) -> None:
    said = dict(rows[0]) if rows else {}
    if len({str(row[_LOT][0]) for row in rows if _LOT in row}) > 1:
        said.pop(_LOT, None)  # several lots, each named by its class
    if said:
        event["ilmd"] = {name: _as_json(value) for name, (value, _) in said.items()}
        places.update({f"/ilmd/{name}": at for name, (_, at) in said.items() if at is not None})


def _share(built: Built, group: _Group, heading: Heading) -> None:
    """Make several events parts of one transformation: what went in stands in the first alone."""
    number = next(group.values[key] for key in heading.template.group if key in group.values)
    date = built.events[0]["eventTime"][:10]
    uri = f"{_PROCESS}{str(number[0]).removeprefix(_TRANSACTION)}:{date}"
    for position, (event, places) in enumerate(zip(built.events, built.places, strict=True)):
        event["transformationID"] = uri
        places["/transformationID"] = number[1].at
        if position:
            event.pop("inputQuantityList", None)


def _as_json(value: Said) -> Any:
    if isinstance(value, Decimal):
        return Number(plain(value))
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
