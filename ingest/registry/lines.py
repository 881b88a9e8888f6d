"""The lines of the lists that an organisation keeps, as the fields of a form and of a sheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from epcis_core.findings import Finding, Where
from epcis_core.store.registry.certificates import Certificate
from epcis_core.store.registry.partners import Partner
from epcis_core.store.registry.places import Place
from epcis_core.store.registry.products import Product
from ingest.sheets.templates import Template, lists

ListKey = Literal["products", "places", "partners"]
Line = Product | Place | Partner
PlaceOf = Callable[[str], Where]
"""Where the cell of a column stands, or would stand."""

KEYS: Final[tuple[ListKey, ...]] = ("products", "places", "partners")

_KINDS: Final[Mapping[type, ListKey]] = {
    Product: "products",
    Place: "places",
    Partner: "partners",
}
_GTIN: Final = 14  # digits, zeros in front included
_GTIN_8: Final = "0" * 6


def list_of(key: ListKey) -> Template:
    """Return what a list's columns are."""
    return lists()[key]


def key_of(line: Line) -> ListKey:
    """Return in which list a line stands."""
    return _KINDS[type(line)]


def name_of(line: Line) -> str:
    """Return what people call what a line is about."""
    return line.name_vi if isinstance(line, Product) else line.name


def fields_of(line: Line, held: Sequence[Certificate] = ()) -> dict[str, str]:
    """Return a line by the keys of its list's columns; choices as their values.

    Args:
        line: it.
        held: the certificates of its organisation, which have numbers for people.
    """
    special: dict[str, str] = {"code": shown_code(line.code)}
    if isinstance(line, Product):
        numbers = {one.id: one.number for one in held}
        special["certificates"] = "; ".join(numbers.get(one, str(one)) for one in line.certificates)
    if isinstance(line, Place):
        special["point"] = "" if line.lat is None else f"{line.lat}, {line.lon}"
    return {
        column.key: special.get(column.key) or _written(getattr(line, column.key, None))
        for column in list_of(key_of(line)).columns
    }


def shown_code(code: str) -> str:
    """Return a code as people know it: a GTIN as under its barcode.

    >>> shown_code("08936099141015"), shown_code("00000096385074"), shown_code("9506000911007:A")
    ('8936099141015', '96385074', '9506000911007:A')
    """
    if not (code.isdecimal() and len(code) == _GTIN):
        return code
    return code.removeprefix(_GTIN_8) if code.startswith(_GTIN_8) else code.removeprefix("0")


def pointed(name: str) -> Where:
    """Return the place of a field of a form."""
    return Where(pointer=f"/{name}")


def placed(found: Finding, place_of: PlaceOf) -> Finding:
    """Return what was found about a member of a line, at the place of its cell."""
    name = (found.where.pointer or "").removeprefix("/")
    return replace(found, where=place_of(name)) if name else found


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ""
    return "" if value is None else str(value)
