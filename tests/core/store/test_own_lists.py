"""Products, places and partners of organisations: kept, changed, retired, and nobody else's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from epcis_core.errors import AccessError
from epcis_core.findings import Finding
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry import own_lists
from epcis_core.store.registry.certificates import Certificate, add_certificate
from epcis_core.store.registry.delegations import Delegation, delegate
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.partners import (
    Partner,
    faults_of_partner,
    find_partner,
    partners_of,
    retire_partner,
    save_partner,
)
from epcis_core.store.registry.places import (
    Place,
    faults_of_place,
    find_place,
    place_of,
    places_of,
    retire_place,
    save_place,
)
from epcis_core.store.registry.products import (
    LARGEST_IMAGE,
    Product,
    faults_of_product,
    find_product,
    product_of,
    products_of,
    retire_product,
    save_product,
    set_image,
)

NOW = 1_790_000_000_000_000
FARM, SHOP = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
GRAPES, APPLES = "08936099141015", "09506000134352"
RED = Product(FARM, GRAPES, "Nho đỏ", "Red grapes", "Đồi Nắng", 4, "Ninh Thuận", "fresh", 10)
PLOT = Place(
    FARM,
    "8936099140001/LO-1",
    "Lô 1",
    "VN-NT-0017",
    "Đường liên thôn",
    "Xã Ninh Phước, Khánh Hòa",
    "Xã Phước Thuận, Ninh Phước, Ninh Thuận",
    11.5363,
    108.9581,
)
BUYER = Partner(FARM, "9506000134307", "Cửa hàng Gió", "buyer", "Chị Tư", "0259 000", "a@b.vn", "x")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        add_organisation(books, Organisation(FARM, "Vườn nho", owned=("8936099",)), NOW)
        add_organisation(books, Organisation(SHOP, "Cửa hàng"), NOW)
        yield books


def said(found: list[Finding]) -> list[tuple[str | None, str]]:
    return [(one.where.pointer, one.message) for one in found]


def test_a_product_is_kept_changed_retired_and_still_found_by_its_gtin(books: Bookkeeping) -> None:
    made = save_product(books, RED, NOW)
    assert made == replace(RED, number=1)
    assert made.gtin == GRAPES
    assert product_of(books, "8936099141015") == made
    changed = save_product(books, replace(made, ocop_stars=None, shelf_life_days=None), NOW + 1)
    assert products_of(books, FARM) == [changed]
    assert find_product(books, SHOP, 1) is None
    assert retire_product(books, SHOP, 1, NOW) is None
    assert retire_product(books, FARM, 1, NOW + 2) == replace(changed, retired=NOW + 2)
    assert retire_product(books, FARM, 1, NOW + 3) is None
    assert product_of(books, GRAPES) == replace(changed, retired=NOW + 2)
    again = save_product(books, RED, NOW + 4)
    assert product_of(books, GRAPES) == again
    assert [one.number for one in products_of(books, FARM)] == [2, 1]
    with pytest.raises(AccessError, match=r"has no product 1$"):
        save_product(books, made, NOW)
    assert product_of(books, APPLES) is None


def test_an_own_code_is_no_gtin(books: Bookkeeping) -> None:
    made = save_product(books, replace(RED, code="8936099140001:NHO-DO"), NOW)
    assert made.gtin is None
    assert product_of(books, "8936099140001:NHO-DO") == made


def test_an_image_stays_when_its_product_changes_until_it_is_taken_away(books: Bookkeeping) -> None:
    with books.transaction():
        save_product(books, RED, NOW)
        set_image(books, FARM, 1, b"a", "image/png")
    set_image(books, FARM, 1, b"b", "image/webp")
    save_product(books, replace(RED, number=1, brand=""), NOW)
    found = product_of(books, GRAPES)
    assert found is not None
    assert (found.image, found.image_type) == (b"b", "image/webp")
    assert [(one.image, one.image_type) for one in products_of(books, FARM)] == [
        (None, "image/webp")
    ]
    for data, kind in ((b"x" * (LARGEST_IMAGE + 1), "image/png"), (b"x", "image/gif")):
        with pytest.raises(AccessError, match=r"^An image has 300000 bytes at most and is JPEG"):
            set_image(books, FARM, 1, data, kind)
    with pytest.raises(AccessError, match=r"has no product 1$"):
        set_image(books, SHOP, 1, None, "")
    set_image(books, FARM, 1, None, "")
    assert products_of(books, FARM)[0].image_type == ""


def test_a_place_is_kept_with_both_its_addresses_and_found_by_its_gln(books: Bookkeeping) -> None:
    made = save_place(books, PLOT, NOW)
    assert made == replace(PLOT, number=1)
    assert place_of(books, "8936099140001/LO-1") == made
    assert place_of(books, "8936099140001") is None
    assert made.gln == "8936099140001"
    field = save_place(books, Place(FARM, "geo:11.5,108.9", "Bãi"), NOW)
    assert (field.gln, find_place(books, FARM, 2)) == (None, field)
    gone = retire_place(books, FARM, 1, NOW + 1)
    assert places_of(books, FARM) == [field, gone]
    assert retire_place(books, FARM, 1, NOW) is None
    assert places_of(books, SHOP) == []
    with pytest.raises(AccessError, match=r"has no place 1$"):
        save_place(books, made, NOW)


def test_partners_are_known_to_their_organisation_alone(books: Bookkeeping) -> None:
    made = save_partner(books, BUYER, NOW)
    assert made == replace(BUYER, number=1)
    assert partners_of(books, SHOP) == []
    assert find_partner(books, SHOP, 1) is None
    assert said(faults_of_partner(books, BUYER)) == [
        ("/code", "9506000134307 is in your list already; change it there.")
    ]
    assert faults_of_partner(books, made) == []
    assert faults_of_partner(books, replace(BUYER, organisation=SHOP)) == []
    changed = save_partner(books, replace(made, phone=""), NOW)
    assert retire_partner(books, FARM, 1, NOW) == replace(changed, retired=NOW)
    assert retire_partner(books, FARM, 1, NOW) is None
    assert faults_of_partner(books, BUYER) == []
    with pytest.raises(AccessError, match=r"has no partner 1$"):
        save_partner(books, made, NOW)


ELSEWHERE = (
    "{} belongs to another organisation in this ledger. Check the digits; "
    "if the code is yours, ask the province."
)
OUTSIDE = (
    "{} does not begin with your company prefix: expected 8936099. Check the digits; "
    "if you have another prefix, ask the province to add it."
)


def test_a_code_is_in_one_list_once_and_in_nobody_elses(books: Bookkeeping) -> None:
    made = save_product(books, RED, NOW)
    again = "08936099141015 is in your list already; change it there."
    assert said(faults_of_product(books, RED)) == [("/code", again)]
    assert faults_of_product(books, made) == []
    for theirs in ("08935097702013", "8935097702006:X"):
        outside = faults_of_product(books, replace(RED, code=theirs))
        assert said(outside) == [("/code", OUTSIDE.format(theirs))]
    # Whether it is registered or lies under another's prefix, the answer is one.
    for code in (GRAPES, "08936099141022", "8936099140001:NHO"):
        found = faults_of_product(books, Product(SHOP, code, "Nho"))
        assert said(found) == [("/code", ELSEWHERE.format(code))]
    apples = Product(SHOP, APPLES, "Táo")  # who has no prefix may register what is nobody's
    assert faults_of_product(books, apples) == []
    save_product(books, apples, NOW)
    found = faults_of_product(books, replace(RED, code=APPLES))
    assert said(found) == [("/code", ELSEWHERE.format(APPLES))]
    assert found[0].message_in("vi") == (
        "09506000134352 thuộc về một đơn vị khác trong hệ thống. Hãy kiểm tra các chữ số; "
        "nếu mã là của bạn, hãy báo cho tỉnh."
    )


def test_places_have_owners_as_products_have_and_coordinates_have_none(books: Bookkeeping) -> None:
    save_place(books, PLOT, NOW)
    twice = "8936099140001/LO-1 is in your list already; change it there."
    assert said(faults_of_place(books, PLOT)) == [("/code", twice)]
    found = faults_of_place(books, Place(SHOP, "8936099140001/LO-2", "Lô"))
    assert said(found) == [("/code", ELSEWHERE.format("8936099140001/LO-2"))]
    for organisation in (FARM, SHOP):
        point = Place(organisation, "geo:11.5,108.9", "Bãi")
        assert faults_of_place(books, point) == []
        save_place(books, point, NOW)
        assert [one.code for one in faults_of_place(books, point)] == ["registered_already"]
    delegate(books, Delegation(FARM, SHOP, "8936099"))
    assert faults_of_place(books, Place(SHOP, "8936099140001/LO-2", "Lô")) == []


def test_a_product_names_certificates_of_its_own_organisation_alone(books: Bookkeeping) -> None:
    for party in (FARM, SHOP):
        add_certificate(books, Certificate(party, "OCOP", "1", "Tỉnh", date(2026, 1, 1)), NOW)
    unknown = "You have no certificate {}. The province keeps the list of certificates."
    assert said(faults_of_product(books, replace(RED, certificates=(1, 2, 7)))) == [
        ("/certificates", unknown.format(2)),
        ("/certificates", unknown.format(7)),
    ]
    assert save_product(books, replace(RED, certificates=(1,)), NOW).certificates == (1,)


def test_a_list_has_so_many_lines(books: Bookkeeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_lists, "MOST", 1)
    full = "The list has 1 lines, as many as it may; retire one that is used no more."
    made = save_product(books, RED, NOW)
    save_place(books, PLOT, NOW)
    save_partner(books, BUYER, NOW)
    more = (
        faults_of_product(books, replace(RED, code="08936099141022")),
        faults_of_place(books, replace(PLOT, code="8936099140001/LO-2")),
        faults_of_partner(books, replace(BUYER, code="8935097702006")),
    )
    assert [said(found) for found in more] == [[(None, full)]] * 3
    assert faults_of_product(books, made) == []
    assert faults_of_product(books, Product(SHOP, APPLES, "Táo")) == []
    retire_product(books, FARM, made.number, NOW)
    assert faults_of_product(books, RED) == []


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(RED, name_vi=""), id="no name"),
        pytest.param(replace(RED, ocop_stars=2), id="two stars"),
        pytest.param(replace(RED, shelf_life_days=0), id="no day"),
    ],
)
def test_a_product_that_cannot_be_is_not_kept(books: Bookkeeping, wrong: Product) -> None:
    with pytest.raises(AccessError, match=r"^A product has a name, 3 to 5 stars or none, and a "):
        save_product(books, wrong, NOW)
    assert products_of(books, FARM) == []


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(PLOT, name=""), id="no name"),
        pytest.param(replace(PLOT, lon=None), id="half a point"),
        pytest.param(replace(PLOT, lat=90.1), id="beyond the pole"),
        pytest.param(replace(PLOT, lon=-181.0), id="beyond the date line"),
    ],
)
def test_a_place_that_cannot_be_is_not_kept(books: Bookkeeping, wrong: Place) -> None:
    with pytest.raises(AccessError, match=r"^A place has a name, and a latitude and longitude or"):
        save_place(books, wrong, NOW)
    assert places_of(books, FARM) == []


def test_what_is_no_code_or_has_no_name_is_misuse(books: Bookkeeping) -> None:
    for code in ("8936099141016", "NHO", "8936099140002/LO-1"):
        with pytest.raises(AccessError, match=r" is no code of a product: "):
            faults_of_product(books, replace(RED, code=code))
    with pytest.raises(AccessError, match=r"^A partner has a name$"):
        save_partner(books, replace(BUYER, name=""), NOW)
