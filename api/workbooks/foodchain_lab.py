"""Stations and deliveries in the three sheets that FoodChain-Lab takes, in its own words.

The layout was read from what that program accepts; nothing of it is used here.

References:
    FoodChain-Lab, "all in one" template: Stations, Deliveries, Deliveries2Deliveries
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.web import times
from api.web.contacts import role_in_words
from api.web.naming import Namer
from api.workbooks.book import Cell, Table, amount, plain, write_table
from api.workbooks.chronicle import Chronicle, code_of, gtin_of, number_of
from epcis_core.provenance.result import Amount, Handover
from ingest.sheets.sheet_writer import Book, put

_UNKNOWN: Final = "unknown"
_CONSUMERS: Final = "consumers"
_MORE: Final = "Additional Fields ->"
_STATIONS: Final = (
    *("Company_ID", "Name", "Street", "Street Number", "Postal Code", "City"),
    *("District", "State", "Country", "Type of business", _MORE, "Latitude", "Longitude"),
)
_DATE: Final = ("Day", "Month", "Year")
_AMOUNT: Final = ("Quantity", "Type / Unit")
_DELIVERIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("DeliveryID", ()),
    ("Station", ()),
    ("Product Name", ()),
    ("Lot Number", ()),
    ("Lot size", _AMOUNT),
    ("Delivery Date Departure", _DATE),
    ("Delivery Date Arrival", _DATE),
    ("Unit weigt/vol./pck.", _AMOUNT),  # as the program spells it
    ("Recipient", ()),
    (_MORE, ()),
    ("Confirmed by", ()),
)
_BECOMING: Final = ("From DeliveryID", "Into DeliveryID")
_WIDTH: Final = 16


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A lot that went from one station to another.

    Attributes:
        id: within the workbook.
        lot: canonical.
    """

    id: str
    lot: str
    handover: Handover
    quantity: Amount | None


def foodchain_lab(told: Chronicle, namer: Namer) -> bytes:
    """Return the workbook.

    Args:
        told: what the records say.
        namer: names; headings are those of the program.
    """
    deliveries = [*_deliveries(told)]
    book = Book("en")
    _write_stations(book, deliveries, namer)
    _write_deliveries(book, deliveries, namer)
    becoming = tuple(_becoming(deliveries, told))
    write_table(book, Table("Deliveries2Deliveries", _BECOMING, becoming))
    return book.finish()


def _deliveries(told: Chronicle) -> Iterator[_Delivery]:
    sales = {one for trace in told.traces for one in trace.sales}
    number = 0
    for handover in told.handovers:
        if handover.to_party is None and handover not in sales:
            continue
        lots = dict.fromkeys(told.lot_of(one) for one in handover.objects)
        for lot in lots:
            number += 1
            quantity = handover.quantity if len(lots) == 1 else None
            yield _Delivery(f"D{number}", lot, handover, quantity)


def _becoming(deliveries: list[_Delivery], told: Chronicle) -> Iterator[tuple[str, str]]:
    """Yield which delivery went on in which: the same goods, or what the receiver made of them."""
    made: dict[str, set[str]] = {}
    for link in told.links:
        if link.kind == "transformation":
            made.setdefault(told.lot_of(link.from_), set()).add(told.lot_of(link.to))
    leaving: dict[str | None, list[_Delivery]] = {}
    for one in deliveries:
        leaving.setdefault(one.handover.from_party, []).append(one)
    for one in deliveries:
        onward = leaving.get(one.handover.to_party, []) if one.handover.to_party else []
        if onward:
            became = _reached(one.lot, made)
            begun = _arrived(one)
            for other in onward:
                left = other.handover.shipped_at or other.handover.received_at or ""
                if other.lot in became and begun <= left and other is not one:
                    yield one.id, other.id


def _arrived(one: _Delivery) -> str:
    return one.handover.received_at or one.handover.shipped_at or ""


def _reached(lot: str, made: Mapping[str, set[str]]) -> set[str]:
    """Return a lot and all that came of it."""
    found, left = {lot}, [lot]
    while left:
        new = made.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def _write_stations(book: Book, deliveries: list[_Delivery], namer: Namer) -> None:
    keys: dict[str | None, None] = {}
    ends: dict[str, None] = {}
    for one in deliveries:
        keys[one.handover.from_party] = None
        if one.handover.to_party is not None:
            keys[one.handover.to_party] = None
        ends[_recipient(one.handover)] = None
    rows = [_station(key, namer) for key in keys]
    if _CONSUMERS in ends:
        rows.append((_CONSUMERS, namer.texts("trace.consumers"), *[None] * 11))
    write_table(book, Table("Stations", _STATIONS, tuple(rows)))


def _station(key: str | None, namer: Namer) -> tuple[Cell, ...]:
    if key is None:
        return (_UNKNOWN, namer.texts("trace.unknown_party"), *[None] * 11)
    known = namer.book.party(key)
    role = role_in_words(str(known["role"]), namer.texts) if known.get("role") else None

    def told(name: str) -> str | None:
        return str(known[name]) if known.get(name) not in {None, ""} else None

    return (
        number_of(key),
        namer.party(key),
        told("streetAddressOne"),
        None,
        told("postalCode"),
        told("city"),
        None,
        told("state"),
        told("countryCode"),
        role,
        None,
        amount(told("latitude")),
        amount(told("longitude")),
    )


def _write_deliveries(book: Book, deliveries: list[_Delivery], namer: Namer) -> None:
    sheet = book.sheet("Deliveries")
    position, bold = 0, book.form(bold=True, text_wrap=True, valign="top")
    for label, parts in _DELIVERIES:
        if parts:
            sheet.merge_range(0, position, 0, position + len(parts) - 1, label, bold)
        else:
            sheet.merge_range(0, position, 1, position, label, bold)
        for offset, part in enumerate(parts):
            put(sheet, 1, position + offset, part, bold)
        position += max(1, len(parts))
    for place, one in enumerate(deliveries, start=2):
        for column, value in enumerate(_delivery(one, namer)):
            put(sheet, place, column, plain(value))
    sheet.set_column(0, position - 1, _WIDTH)
    sheet.freeze_panes(2, 0)


def _delivery(one: _Delivery, namer: Namer) -> tuple[Cell, ...]:
    gtin, handover = gtin_of(one.lot), one.handover
    name = (namer.product(gtin) if gtin else None) or namer.thing(one.lot)
    unit = None if one.quantity is None else _unit(one.quantity, namer)
    return (
        one.id,
        _UNKNOWN if handover.from_party is None else number_of(handover.from_party),
        name,
        code_of(one.lot),
        None,
        None,
        *_day(handover.shipped_at),
        *_day(handover.received_at),
        None if one.quantity is None else amount(one.quantity.value),
        unit,
        _recipient(handover),
        None,
        handover.confirmed,
    )


def _unit(quantity: Amount, namer: Namer) -> str:
    return "items" if quantity.uom is None else namer.texts.unit(quantity.uom)


def _recipient(handover: Handover) -> str:
    return _CONSUMERS if handover.to_party is None else number_of(handover.to_party)


def _day(time: str | None) -> tuple[Cell, Cell, Cell]:
    if time is None:
        return None, None, None
    on: datetime = times.here(time)
    return float(on.day), float(on.month), float(on.year)
