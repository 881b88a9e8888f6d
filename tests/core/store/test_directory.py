"""Parties as the registry knows them: names for who sees them, numbers for those who may call."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.directory import Directory
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.partners import Partner, save_partner

NOW = 1_790_000_000_000_000
FARM = "https://id.gs1.org/417/9506000911007"
FIELD = "https://id.gs1.org/417/9506000911014"
SHOP = "https://id.gs1.org/417/9506000134314"


class Said:
    """Master data of one party."""

    def __init__(self, **parties: Mapping[str, Any]) -> None:
        self.parties = parties

    def party(self, key: str) -> Mapping[str, Any]:
        return self.parties.get(key.rpartition("/")[2], {})

    def place(self, key: str) -> Mapping[str, Any]:
        return self.parties.get(key, {})

    def product(self, gtin: str) -> Mapping[str, Any]:
        return {"name": f"product {gtin}"}

    def owners(self) -> Mapping[str, str]:
        return {}


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as opened:
        contact = {
            "phone_24h": "+84 259 000 1303",
            "phone": "+84 259 000 1304",
            "address": "Ben Mo",
        }
        farm = Organisation(FARM, "Ben Mo farm", ("farm",), contact, ("9506000911014",))
        add_organisation(opened, farm, NOW)
        add_organisation(opened, Organisation(SHOP, "The shop"), NOW)
        yield opened


def test_who_sees_all_reads_name_role_address_and_the_number_for_day_and_night(
    books: Bookkeeping,
) -> None:
    known = Directory(Said(), books, None).party(FARM)
    assert known == {
        "name": "Ben Mo farm",
        "phone": "+84 259 000 1303",
        "role": "farm",
        "streetAddressOne": "Ben Mo",
    }


def test_a_number_of_an_organisations_own_leads_to_it(books: Bookkeeping) -> None:
    assert Directory(Said(), books, None).party(FIELD)["phone"] == "+84 259 000 1303"


def test_master_data_names_a_party_and_the_registry_says_how_to_reach_it(
    books: Bookkeeping,
) -> None:
    said = Said(**{"9506000911007": {"name": "Ben Mo", "phone": "1", "streetAddressOne": "Road 1"}})
    known = Directory(said, books, None).party(FARM)
    assert (known["name"], known["phone"]) == ("Ben Mo", "+84 259 000 1303")
    assert known["streetAddressOne"] == "Road 1"


def test_who_was_added_by_a_number_alone_has_no_name(books: Bookkeeping) -> None:
    add_organisation(books, Organisation(SHOP, "9506000134314"), NOW)
    assert Directory(Said(), books, None).party(SHOP) == {}


def test_another_business_reads_the_name_alone(books: Bookkeeping) -> None:
    assert Directory(Said(), books, SHOP).party(FARM) == {"name": "Ben Mo farm"}


def test_a_business_reads_its_own_number_and_those_in_its_list(books: Bookkeeping) -> None:
    save_partner(books, Partner(SHOP, "9506000911007", "Aunt Mo", phone="+84 900 000 001"), NOW)
    assert Directory(Said(), books, FARM).party(FARM)["phone"] == "+84 259 000 1303"
    mine = Directory(Said(), books, SHOP).party(FARM)
    assert mine == {"name": "Aunt Mo", "phone": "+84 900 000 001"}
    assert Directory(Said(), books, None).party(FARM)["name"] == "Ben Mo farm"


def test_a_place_that_nobody_named_is_called_by_whose_number_it_has(books: Bookkeeping) -> None:
    directory = Directory(Said(), books, SHOP)
    assert directory.place("https://id.gs1.org/414/9506000911007/254/gate") == {
        "name": "Ben Mo farm"
    }
    assert directory.place("urn:x:field") == {}
    assert directory.party("urn:x:nobody") == {}
    assert directory.product("1") == {"name": "product 1"}
