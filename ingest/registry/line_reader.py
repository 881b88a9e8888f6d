"""Reading a line of a list from the cells of a sheet, or from the fields of a form.

Both are read alike: a field is a cell whose place is a pointer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from epcis_core.access.visibility import PARTY
from epcis_core.findings import Finding, Where, finding, has_errors
from epcis_core.identifiers import parse_identifier
from epcis_core.store.registry.certificates import Certificate
from epcis_core.store.registry.partners import Partner
from epcis_core.store.registry.places import Place
from epcis_core.store.registry.products import Product
from ingest.registry.lines import Line, ListKey, PlaceOf, list_of, pointed
from ingest.sheets.goods import Product as Goods
from ingest.sheets.rows import Cell, Record
from ingest.sheets.templates import Template
from ingest.sheets.values import Said, read_record

LONGEST: Final = 300
"""Characters of a field of words."""

_GEO: Final = "geo:"
_POINT: Final = re.compile(r"([+-]?\d{1,2}[.,]\d+)\s*[,;\s]\s*([+-]?\d{1,3}[.,]\d+)")
_GLN: Final = re.compile(r"[0-9]{13}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_MOST_DAYS: Final = 36_500
_BETWEEN: Final = re.compile(r"[;\n]")


@dataclass(slots=True)
class _Reading:
    """A line that is being read.

    Attributes:
        organisation: whose list it is.
        cells: what is filled in, by the keys of columns.
        values: what that says.
        held: certificates of the organisation.
        found: takes what is wrong.
    """

    organisation: str
    cells: Mapping[str, Cell]
    values: dict[str, Said]
    held: Sequence[Certificate]
    found: list[Finding]

    def text(self, name: str) -> str:
        """Return the words in a field, blanks between them as one; empty for none.

        Signs for machines are blanks too: no sheet with them could be read again.
        """
        value = self.values.get(name)
        return " ".join(_CONTROL.sub(" ", value).split()) if isinstance(value, str) else ""

    @property
    def own_gln(self) -> str | None:
        """The organisation's GLN, if it has one."""
        own = self.organisation.removeprefix(PARTY)
        return own if _GLN.fullmatch(own) else None


def read_line(
    key: ListKey,
    record: Record,
    place_of: PlaceOf,
    organisation: str,
    held: Sequence[Certificate] = (),
) -> tuple[Line | None, list[Finding]]:
    """Read a line.

    Args:
        key: of which list.
        record: its cells.
        place_of: where the cell of a column stands, or would stand.
        organisation: whose list it is; an own code without a GLN stands under its GLN.
        held: its certificates.

    Returns:
        The line, without its number, None where it cannot be read; and what is wrong with it.
    """
    template = list_of(key)
    read = read_record(record, {}, counts_from_1904=False)
    found = [*read.findings, *_missing(template, record, place_of)]
    reading = _Reading(organisation, record.cells, read.values, held, found)
    for name in read.values:
        column = template.column(name)
        if column.kind == "text" and len(reading.text(name)) > LONGEST:
            at = record.cells[name].at
            found.append(finding("list_text_too_long", at=at, column=column.wording, limit=LONGEST))
    line = _READERS[key](reading)
    return (None if has_errors(found) else line), found


def record_of(key: ListKey, fields: Mapping[str, str]) -> Record:
    """Return the fields of a form as cells; what is empty or no column of the list is left out."""
    cells = {
        column.key: Cell(column, given, pointed(column.key), position)
        for position, column in enumerate(list_of(key).columns)
        if (given := fields.get(column.key, "").strip())
    }
    return Record(0, cells, Where())


def _missing(template: Template, record: Record, place_of: PlaceOf) -> list[Finding]:
    """Return which cells must be filled in and are not."""
    empty = [
        column
        for column in template.columns
        if column.required == "always" and column.key not in record.cells
    ]
    if template.either and not any(key in record.cells for key in template.either):
        empty.append(template.column(template.either[0]))
    return [
        finding("sheet_cell_missing", at=place_of(column.key), column=column.wording)
        for column in empty
    ]


def _product(reading: _Reading) -> Product | None:
    code, days = _product_code(reading), _days(reading)
    certificates = _certificates(reading)
    if code is None:
        return None
    return Product(
        reading.organisation,
        code,
        reading.text("name_vi"),
        reading.text("name_en"),
        reading.text("brand"),
        int(reading.text("ocop_stars") or 0) or None,
        reading.text("indication"),
        reading.text("sector"),
        days,
        certificates,
    )


def _product_code(reading: _Reading) -> str | None:
    """Return the code of a product; an own code stands under a GLN."""
    goods = reading.values.get("code")
    if not isinstance(goods, Goods):
        return None
    gln = goods.gln or reading.own_gln
    if goods.gtin is None and gln is None:
        at = reading.cells["code"].at
        reading.found.append(finding("sheet_code_alone", at=at, actual=repr(goods.code)))
        return None
    return goods.gtin or f"{gln}:{goods.code}"


def _days(reading: _Reading) -> int | None:
    days = reading.values.get("shelf_life_days")
    if not isinstance(days, Decimal):
        return None
    if days != int(days) or not 0 < days <= _MOST_DAYS:
        cell = reading.cells["shelf_life_days"]
        reading.found.append(
            finding("days_not_whole", at=cell.at, actual=days.normalize(), limit=_MOST_DAYS)
        )
        return None
    return int(days)


def _certificates(reading: _Reading) -> tuple[int, ...]:
    """Return the ids of the certificates whose numbers a cell names."""
    value = reading.values.get("certificates")
    given = _BETWEEN.split(value) if isinstance(value, str) else []
    ids = {one.number.casefold(): one.id for one in reversed(reading.held)}
    found = []
    for number in filter(None, (one.strip() for one in given)):
        if number.casefold() in ids:
            found.append(ids[number.casefold()])
        else:
            at = reading.cells["certificates"].at
            reading.found.append(finding("certificate_unknown", at=at, actual=number))
    return tuple(dict.fromkeys(found))


def _place(reading: _Reading) -> Place | None:
    uri = reading.values.get("code")
    point = _point(reading.text("point"))
    if point is None and "point" in reading.cells:
        cell = reading.cells["point"]
        reading.found.append(finding("point_unreadable", at=cell.at, actual=reading.text("point")))
    code = _place_code(uri) if isinstance(uri, str) else None
    if code is None and point is not None and "code" not in reading.cells:
        code = f"{_GEO}{point[0]},{point[1]}"
    if code is None:
        return None
    if code.startswith(_GEO):
        point = point or _point(code.removeprefix(_GEO).partition(";")[0])
    return Place(
        reading.organisation,
        code,
        reading.text("name"),
        reading.text("growing_area"),
        reading.text("address"),
        reading.text("unit_now"),
        reading.text("unit_before"),
        *(point or (None, None)),
    )


def _place_code(uri: str) -> str:
    if uri.startswith(_GEO):
        return uri
    ais = dict(parse_identifier(uri).ais)
    return ais["414"] + (f"/{ais['254']}" if "254" in ais else "")


def _point(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude as a map shows them; None where they are none.

    >>> _point("11.5363, 108.9581"), _point("11,5363; 108,9581"), _point("108.9581, 11.5363")
    ((11.5363, 108.9581), (11.5363, 108.9581), None)
    """
    read = _POINT.fullmatch(text.strip("() "))
    if read is None:
        return None
    lat, lon = (float(one.replace(",", ".")) for one in read.groups())
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None  # noqa: PLR2004 - degrees


def _partner(reading: _Reading) -> Partner | None:
    uri = reading.values.get("code")
    if not isinstance(uri, str):
        return None
    return Partner(
        reading.organisation,
        uri.removeprefix(PARTY),
        reading.text("name"),
        reading.text("role"),
        reading.text("person"),
        reading.text("phone"),
        reading.text("email"),
        reading.text("note"),
    )


_READERS: Final[Mapping[ListKey, Callable[[_Reading], Line | None]]] = {
    "products": _product,
    "places": _place,
    "partners": _partner,
}
