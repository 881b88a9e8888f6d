"""What the registry knows of the products, parties and places of a lot, as profiles ask for it.

A business has here what is its own, and the names of others; whoever sees all has everything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from epcis_core.access.visibility import PARTY, PLACE
from epcis_core.dossier.material import Certified, Owner, Said
from epcis_core.rules.ownership import covers
from epcis_core.rules.profiles import Entry
from epcis_core.rules.seen_event import PRODUCT
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import Certificate, certificates
from epcis_core.store.registry.organisations import (
    Organisation,
    find_organisation,
    organisation_of_key,
    owner_of,
)
from epcis_core.store.registry.places import Place, place_of
from epcis_core.store.registry.products import Product, product_of

_VERSION: Final = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the registry knows; see `epcis_core.dossier.material.Material` for its members."""

    registry: dict[str, Mapping[Entry, Said]] = field(default_factory=dict)
    certificates: dict[str, tuple[Certified, ...]] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)


def lot_facts(
    books: Bookkeeping,
    viewer: str | None,
    *,
    products: Iterable[str],
    parties: Iterable[str],
    places: Iterable[str],
    subject: str | None = None,
) -> LotFacts:
    """Return what the registry knows of the products, parties and places of a lot.

    Args:
        books: the registry.
        viewer: the organisation that asks; None for whoever sees all.
        products: their keys.
        parties: canonical.
        places: canonical.
        subject: the key of the lot's own product, whose owner is looked for; None without a GTIN.
    """
    found, held = LotFacts(), list(parties)
    for key in products:
        listed = product_of(books, key.removeprefix(PRODUCT))
        if listed is not None and viewer in {None, listed.organisation}:
            _add_product(found, key, listed, certificates(books, listed.organisation))
    for key in held:
        one = organisation_of_key(books, key)
        if one is not None:
            _add_party(found, key, one, is_told=viewer in {None, one.id})
            if viewer in {None, one.id}:
                said = tuple(map(_certified, certificates(books, one.id)))
                found.certificates[key] = said
    for key in places:
        place = place_of(books, key.removeprefix(PLACE).replace("/254/", "/"))
        if place is not None and viewer in {None, place.organisation}:
            _add_place(found, key, place)
    if subject is not None and viewer is None:
        _add_owner(found, books, subject, held)
    return found


def _add_product(found: LotFacts, key: str, one: Product, held: Iterable[Certificate]) -> None:
    version, record = _version(one), f"product {one.code}"
    image = "" if one.image is None else f"sha256:{hashlib.sha256(one.image).hexdigest()}"
    found.registry[key] = _said(
        record,
        version,
        {
            "name": one.name_vi,
            "image": image,
            "brand": one.brand,
            "indication": one.indication,
        },
    )
    chosen = tuple(_certified(each) for each in held if each.id in one.certificates)
    if chosen:
        found.certificates[key] = chosen
    if one.sector:
        found.sectors[key] = one.sector


def _add_party(found: LotFacts, key: str, one: Organisation, *, is_told: bool) -> None:
    name = "" if one.name in {one.id, one.id.removeprefix(PARTY)} else one.name
    address = one.contact.get("address", "") if is_told else ""
    # Of another's contacts not even the version may tell that they changed.
    version = _digest([name, address])
    entries: dict[Entry, str] = {"name": name, "address": address}
    found.registry[key] = _said(f"organisation {one.id}", version, entries)


def _add_place(found: LotFacts, key: str, one: Place) -> None:
    point = "" if one.lat is None else f"{one.lat}, {one.lon}"
    address = ", ".join(filter(None, [one.address, one.unit_now or one.unit_before]))
    found.registry[key] = _said(
        f"place {one.code}",
        _version(one),
        {
            "name": one.name,
            "address": address,
            "growing_area": one.growing_area,
            "coordinates": point,
        },
    )


def _add_owner(found: LotFacts, books: Bookkeeping, product: str, parties: list[str]) -> None:
    owner = owner_of(books, product)
    if owner is not None:
        organisation, values = owner
        one = find_organisation(books, organisation)
        own = {key for key in parties if key == organisation or covers(values, key)}
        found.owners[product] = Owner(organisation if one is None else one.name, frozenset(own))


def _certified(one: Certificate) -> Certified:
    value = " ".join(filter(None, (one.standard, one.number)))
    said = Said(value, _version(one), f"certificate {one.id}")
    return Certified(said, one.issued, one.expires, one.withdrawn is not None)


def _said(record: str, version: str, entries: Mapping[Entry, str]) -> dict[Entry, Said]:
    return {name: Said(value, version, record) for name, value in entries.items() if value}


def _version(line: Product | Place | Certificate) -> str:
    """Return what changes when anything of a line does."""
    members = asdict(line)
    image = members.pop("image", None)
    return _digest([members, "" if image is None else hashlib.sha256(image).hexdigest()])


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION]
