"""Delegations, and what the province has chosen, in the registry."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from epcis_core.access.ownership import Ownership, Strictness
from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.choices import choose_strictness, ownership_of, strictness
from epcis_core.store.registry.delegations import Delegation, delegate, delegations, withdraw
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    find_organisation,
    owner_of,
)

NOW = 1_790_000_000_000_000
FARM = Organisation("https://id.gs1.org/417/8936099140001", "Vườn nho", owned=("8936099",))
PACKER = Organisation("https://id.gs1.org/417/8935097702006", "Đóng gói")
PRODUCT = "https://id.gs1.org/01/08936099141015"
GIVEN = Delegation(FARM.id, PACKER.id, PRODUCT)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        add_organisation(books, FARM, NOW)
        add_organisation(books, PACKER, NOW)
        yield books


def owned(books: Bookkeeping, one: Organisation) -> tuple[str, ...]:
    found = find_organisation(books, one.id)
    assert found is not None
    return found.owned


def test_what_is_delegated_belongs_to_both_until_it_is_withdrawn(books: Bookkeeping) -> None:
    delegate(books, GIVEN)
    delegate(books, GIVEN)
    assert delegations(books) == [GIVEN]
    assert owned(books, PACKER) == ("8935097702006", PRODUCT)
    assert owned(books, FARM) == ("8936099", "8936099140001")
    assert withdraw(books, GIVEN)
    assert not withdraw(books, GIVEN)
    assert owned(books, PACKER) == ("8935097702006",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(
            replace(GIVEN, value="8935097702006"),
            f"'8935097702006' does not belong to {FARM.id}, so it cannot give it",
            id="what is another's",
        ),
        pytest.param(
            replace(GIVEN, taker=FARM.id),
            "What belongs to an organisation need not be delegated to itself",
            id="to itself",
        ),
        pytest.param(
            replace(GIVEN, taker="urn:x:nobody"),
            "Both organisations of a delegation must be known",
            id="to nobody",
        ),
        pytest.param(
            replace(GIVEN, value="12"),
            "'12' is neither a GLN, of 13 digits, nor a company prefix, of 4 to 12",
            id="no number",
        ),
    ],
)
def test_what_cannot_be_delegated(books: Bookkeeping, asked: Delegation, told: str) -> None:
    with pytest.raises(AccessError) as caught:
        delegate(books, asked)
    assert str(caught.value) == told
    assert delegations(books) == []


def test_what_was_delegated_is_not_delegated_on(books: Bookkeeping) -> None:
    delegate(books, replace(GIVEN, value="8936099140001"))
    third = Organisation("urn:x:third", "Thứ ba")
    add_organisation(books, third, NOW)
    with pytest.raises(AccessError):
        delegate(books, Delegation(PACKER.id, third.id, "8936099140001"))


def test_what_was_delegated_does_not_become_ones_own_by_a_change_of_name(
    books: Bookkeeping,
) -> None:
    delegate(books, GIVEN)
    found = find_organisation(books, PACKER.id)
    assert found is not None
    add_organisation(books, replace(found, name="Nhà đóng gói"), NOW)
    withdraw(books, GIVEN)
    assert owned(books, PACKER) == ("8935097702006",)


def test_what_an_organisation_has_no_more_ends_where_it_was_delegated(books: Bookkeeping) -> None:
    delegate(books, GIVEN)
    delegate(books, replace(GIVEN, value="8936099140001"))
    add_organisation(books, replace(FARM, owned=()), NOW)
    assert [one.value for one in delegations(books)] == ["8936099140001"]


def test_the_province_chooses_and_a_warning_is_given_before_it_has(books: Bookkeeping) -> None:
    assert strictness(books) is Strictness.WARN
    for chosen in Strictness:
        choose_strictness(books, chosen)
        assert ownership_of(books, PACKER.id) == Ownership(("8935097702006",), chosen)
    assert ownership_of(books, "operator") is None


def test_the_owner_of_a_key_is_who_was_noted_first_and_not_who_was_given_it(
    books: Bookkeeping,
) -> None:
    delegate(books, replace(GIVEN, value=PRODUCT))
    other = Organisation("https://id.gs1.org/417/8936000000003", "Khác", owned=("8936099",))
    add_organisation(books, other, NOW)
    found = owner_of(books, f"{PRODUCT}/10/L1")
    assert found is not None
    assert (found[0], sorted(found[1])) == (FARM.id, ["8936099", "8936099140001"])
    assert owner_of(books, "https://id.gs1.org/01/08930000000003") is None
