"""The goods that a row names: product, lot, amount and unit, complete or told why not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from epcis_core.findings import Finding, Where, finding
from ingest.sheets.goods import Product, class_of, gln_of
from ingest.sheets.grid import Sheet
from ingest.sheets.headings import Heading
from ingest.sheets.numbers import PIECES
from ingest.sheets.templates import Column, Kind
from ingest.sheets.values import Read


@dataclass(frozen=True, slots=True)
class Goods:
    """Some goods of an event.

    Attributes:
        epc_class: their class, with the lot.
        quantity: how much; None where it is not said.
        uom: the code of the unit; None for pieces.
        at: where the product stands.
        places: of the members `epcClass`, `quantity` and `uom`.
    """

    epc_class: str
    quantity: Decimal | None
    uom: str | None
    at: Where
    places: dict[str, Where]


def goods_of(read: Read, heading: Heading, sheet: Sheet) -> tuple[dict[str, Goods], list[Finding]]:
    """Return the goods of a row, by the list that they belong to, and what is missing of them."""
    goods: dict[str, Goods] = {}
    found: list[Finding] = []
    for member, by_kind in heading.template.goods.items():
        found += _missing(read, by_kind, heading, sheet)
        one = _one(read, by_kind, found)
        if one is not None:
            goods[member] = one
    return goods, found


def added(goods: Goods, more: Goods) -> Goods:
    """Return goods with the amount of others of the same class and unit."""
    if goods.quantity is None or more.quantity is None:
        return goods
    return replace(goods, quantity=goods.quantity + more.quantity)


def _missing(
    read: Read, columns: Mapping[Kind, Column], heading: Heading, sheet: Sheet
) -> list[Finding]:
    """Return what a row does not say of goods that it says something of."""
    cells = read.record.cells
    says_something = any(column.key in cells for column in columns.values())
    product = columns["product"].key
    is_own = isinstance(said := read.values.get(product), Product) and said.gtin is None
    has_lot = isinstance(said, Product) and said.lot is not None
    has_unit = columns["number"].key in read.units
    found = []
    for kind, column in columns.items():
        needed = column.required == "always" or (
            column.required == "with others" and says_something
        )
        needed |= column.required == "own code" and is_own
        given = (kind == "lot" and has_lot) or (kind == "unit" and has_unit)
        if needed and not given and column.key not in cells:
            found += missing(column, read, heading, sheet)
    return found


def missing(column: Column, read: Read, heading: Heading, sheet: Sheet) -> list[Finding]:
    """Return that a cell is empty, unless its column is not there at all, which is told apart."""
    position = next((at for at, one in heading.columns.items() if one.key == column.key), None)
    if position is None:
        return []
    at = sheet.at(read.record.row, position)
    return [finding("sheet_cell_missing", at=at, column=column.wording)]


def _one(read: Read, columns: Mapping[Kind, Column], found: list[Finding]) -> Goods | None:
    cells, values = read.record.cells, read.values
    product_key, lot_key = columns["product"].key, columns["lot"].key
    number_key, unit_key = columns["number"].key, columns["unit"].key
    product, lot = values.get(product_key), values.get(lot_key)
    if not isinstance(product, Product):
        return None
    at = cells[product_key].at
    if product.gtin is None and product.gln is None:
        place = values.get(columns["product"].own_code_of or "")
        if not isinstance(place, str) or (gln := gln_of(place)) is None:
            if columns["product"].own_code_of not in cells:
                found.append(finding("sheet_code_alone", at=at, actual=repr(product.code)))
            return None
        product = replace(product, gln=gln)
    if product.lot is not None and isinstance(lot, str) and lot != product.lot:
        there = cells[lot_key].at
        found.append(
            finding("sheet_lot_contradicts", at=there, actual=repr(lot), expected=repr(product.lot))
        )
        return None
    unit, behind = values.get(unit_key), read.units.get(number_key)
    if isinstance(unit, str) and behind is not None and unit != behind:
        there = cells[unit_key].at
        found.append(finding("sheet_unit_contradicts", at=there, actual=unit, expected=behind))
        return None
    code = unit if isinstance(unit, str) else behind
    number = values.get(number_key)
    places = {
        name: cells[key].at
        for name, key in {"epcClass": product_key, "quantity": number_key, "uom": unit_key}.items()
        if key in cells
    }
    return Goods(
        class_of(product, lot if isinstance(lot, str) else product.lot),
        number if isinstance(number, Decimal) else None,
        None if code == PIECES else code,
        at,
        places,
    )
