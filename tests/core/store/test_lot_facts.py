"""What the registry tells of a lot: all to whoever sees all, to a business its own and names."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import Certificate, add_certificate
from epcis_core.store.registry.lot_facts import LotFacts, lot_facts
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.places import Place, save_place
from epcis_core.store.registry.products import Product, save_product, set_image

NOW = 1_790_000_000_000_000
FARM = "https://id.gs1.org/417/9506000911007"
SHOP = "https://id.gs1.org/417/9506000922003"
PRODUCT = "https://id.gs1.org/01/09506000911014"
PHOTO = b"\xff\xd8\xff"
FIELD = "https://id.gs1.org/414/9506000911007/254/LO-1"


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    """A farm with a product, a place and a certificate, and a shop with nothing."""
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        contact = {"address": "Thôn Gió Cát", "phone": "+84 259 000 0000"}
        farm = Organisation(FARM, "Trại Gió Cát", contact=contact, owned=("9506000911",))
        add_organisation(books, farm, NOW)
        add_organisation(books, Organisation(SHOP, "Tiệm Lá Me"), NOW)
        held = add_certificate(
            books, Certificate(FARM, "VietGAP", "V1", "tỉnh", date(2026, 1, 1)), NOW
        )
        product = Product(
            FARM, "09506000911014", "Nho đỏ", sector="fruit_and_vegetables", certificates=(held.id,)
        )
        kept = save_product(books, product, NOW)
        set_image(books, FARM, kept.number, PHOTO, "image/jpeg")
        place = Place(FARM, "9506000911007/LO-1", "Lô 1", "VN-NTOR-0001", lat=11.5, lon=108.9)
        save_place(books, place, NOW)
        yield books


def told(books: Bookkeeping, viewer: str | None) -> LotFacts:
    return lot_facts(
        books, viewer, products=[PRODUCT], parties=[FARM, SHOP], places=[FIELD], subject=PRODUCT
    )


def entries(facts: LotFacts) -> dict[str, dict[str, str]]:
    return {key: {n: said.value for n, said in its.items()} for key, its in facts.registry.items()}


def test_whoever_sees_all_is_told_all(books: Bookkeeping) -> None:
    facts = told(books, None)
    image = f"sha256:{hashlib.sha256(PHOTO).hexdigest()}"
    assert entries(facts) == {
        PRODUCT: {"name": "Nho đỏ", "image": image},
        FARM: {"name": "Trại Gió Cát", "address": "Thôn Gió Cát"},
        SHOP: {"name": "Tiệm Lá Me"},
        FIELD: {"name": "Lô 1", "growing_area": "VN-NTOR-0001", "coordinates": "11.5, 108.9"},
    }
    assert facts.sectors == {PRODUCT: "fruit_and_vegetables"}
    assert [one.said.value for one in facts.certificates[PRODUCT]] == ["VietGAP V1"]
    assert [one.said.value for one in facts.certificates[FARM]] == ["VietGAP V1"]
    assert (facts.owners[PRODUCT].name, facts.owners[PRODUCT].parties) == (
        "Trại Gió Cát",
        frozenset({FARM}),
    )


def test_a_business_is_told_its_own(books: Bookkeeping) -> None:
    own, everything = told(books, FARM), told(books, None)
    assert own.registry == everything.registry
    assert own.certificates == {
        PRODUCT: everything.certificates[PRODUCT],
        FARM: own.certificates[FARM],
    }
    assert own.certificates[FARM] == everything.certificates[FARM]
    assert (own.sectors, own.owners) == (everything.sectors, {})


def test_of_others_a_business_is_told_the_names_alone(books: Bookkeeping) -> None:
    facts = told(books, SHOP)
    assert entries(facts) == {FARM: {"name": "Trại Gió Cát"}, SHOP: {"name": "Tiệm Lá Me"}}
    assert {key: its for key, its in facts.certificates.items() if its} == {}
    assert (facts.sectors, facts.owners) == ({}, {})


def test_a_version_changes_when_anything_of_its_record_does_and_not_otherwise(
    books: Bookkeeping,
) -> None:
    def version(viewer: str | None, key: str) -> str:
        return told(books, viewer).registry[key]["name"].version

    before = version(None, PRODUCT), version(SHOP, FARM)
    assert (version(None, PRODUCT), version(SHOP, FARM)) == before
    set_image(books, FARM, 1, b"\xff\xd8\xff\xd9", "image/jpeg")
    contact = {"address": "Thôn Mới"}
    add_organisation(books, Organisation(FARM, "Trại Gió Cát", contact=contact), NOW)
    assert version(None, PRODUCT) != before[0]
    assert version(SHOP, FARM) == before[1]  # of another's contacts not even that tells
