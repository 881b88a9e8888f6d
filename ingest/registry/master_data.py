"""Products and places as master data: what a document says of them, and what it says no more.

A later document counts attribute by attribute, so that what was taken away must be named without a
value. What an organisation knows of its partners is no master data: it is its own.

References:
    CBV 2.0, section 9.2: trade item, location and party master data attributes
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.model.times import utc_text
from epcis_core.store.registry.claims import key_of_code
from epcis_core.store.registry.partners import Partner
from epcis_core.store.registry.products import Product
from ingest.registry.lines import Line
from ingest.sheets.goods import Product as Goods
from ingest.sheets.goods import class_of

NAMESPACE: Final = "https://epcis-ledger.org/ns/registry#"
"""Of attributes that the CBV has no name for."""

_CBV: Final = "urn:epcglobal:cbv:mda:"
_OWNER: Final = "urn:epcglobal:cbv:owning_party"
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_VTYPE: Final = "urn:epcglobal:epcis:vtype:"

Said = Mapping[str, Any]
"""Attributes by their full ids; None for nothing."""


def attributes_of(line: Line | None) -> Said:
    """Return what master data say of a line; nothing of partners."""
    if line is None or isinstance(line, Partner):
        return {}
    if isinstance(line, Product):
        return {
            f"{_CBV}name": line.name_vi,
            f"{_CBV}descriptionShort": line.name_en or None,
            f"{NAMESPACE}brand": line.brand or None,
            f"{NAMESPACE}ocopStars": line.ocop_stars,
            f"{NAMESPACE}giName": line.indication or None,
            f"{NAMESPACE}sector": line.sector or None,
            f"{NAMESPACE}shelfLifeDays": line.shelf_life_days,
        }
    commune, _, province = line.unit_now.rpartition(",")
    return {
        f"{_CBV}name": line.name,
        f"{_CBV}streetAddressOne": line.address or None,
        f"{_CBV}city": (commune or province).strip() or None,
        f"{_CBV}state": province.strip() or None if commune else None,
        f"{_CBV}latitude": line.lat,
        f"{_CBV}longitude": line.lon,
        f"{NAMESPACE}growingArea": line.growing_area or None,
        f"{NAMESPACE}addressBefore": line.unit_before or None,
        _OWNER: line.organisation,
    }


def changes(line: Line, before: Line | None) -> Said:
    """Return what is to be said of a line, beside what was said of it before; empty for nothing.

    Args:
        line: as it is now.
        before: as it was; None for a new one. Under another code it was another thing.
    """
    said = attributes_of(line)
    old = attributes_of(before) if before is not None and before.code == line.code else {}
    if said == old:
        return {}
    return {name: value for name, value in said.items() if value is not None or old.get(name)}


def document_of(said: Iterable[tuple[Line, Said]], organisation: str, now: int) -> bytes:
    """Return master data as a document in JSON.

    Args:
        said: lines with what is to be said of each.
        organisation: who says it.
        now: microseconds since 1970 UTC.
    """
    lists: dict[str, list[dict[str, Any]]] = {}
    for line, attributes in said:
        kind = "EPCClass" if isinstance(line, Product) else "Location"
        lists.setdefault(kind, []).append(
            {
                "id": _id(line),
                "attributes": [
                    {"id": name} | ({} if value is None else {"attribute": value})
                    for name, value in attributes.items()
                ],
            }
        )
    vocabularies = [
        {"type": _VTYPE + kind, "vocabularyElementList": elements}
        for kind, elements in lists.items()
    ]
    return json_bytes(
        {
            "@context": [_CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": utc_text(now),
            "sender": organisation,
            "epcisHeader": {"epcisMasterData": {"vocabularyList": vocabularies}},
            "epcisBody": {"eventList": []},
        }
    )


def _id(line: Line) -> str:
    """Return the identifier under which events name a product or place."""
    if isinstance(line, Product) and line.gtin is None:
        gln, _, code = line.code.partition(":")
        return class_of(Goods(gln=gln, code=code), None)
    return key_of_code(line.code) or line.code
