"""Certificates of organisations, and how each stands on a day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import AccessError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.certificates import (
    Certificate,
    State,
    add_certificate,
    certificates,
    withdraw_certificate,
)
from epcis_core.store.registry.organisations import Organisation, add_organisation

NOW = 1_790_000_000_000_000
TODAY = date(2026, 3, 15)
FARM, SHOP = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
VIETGAP = Certificate(FARM, "VietGAP", "VG-26-17", "Trung tâm Kiểm định Mặt Trời", date(2026, 1, 1))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        for party in (FARM, SHOP):
            add_organisation(books, Organisation(party, party), NOW)
        yield books


def test_what_was_added_comes_back_the_first_to_end_first_and_withdrawn_ones_last(
    books: Bookkeeping,
) -> None:
    endless = add_certificate(books, VIETGAP, NOW)
    later = add_certificate(books, replace(VIETGAP, expires=date(2028, 1, 1)), NOW)
    taken = add_certificate(books, replace(VIETGAP, expires=date(2026, 1, 1)), NOW)
    covers = "nho tươi, 12 ha"
    over = replace(VIETGAP, organisation=SHOP, expires=date(2026, 2, 1), covers=covers)
    over = add_certificate(books, over, NOW)
    withdrawn = withdraw_certificate(books, taken.id, NOW + 5)
    assert withdrawn == replace(taken, withdrawn=NOW + 5)
    assert certificates(books) == [over, later, endless, withdrawn]
    assert certificates(books, FARM) == [later, endless, withdrawn]
    assert certificates(books, "urn:x:nobody") == []
    assert (over.covers, over.organisation, over.id) == (covers, SHOP, 4)


def test_what_holds_is_withdrawn_once(books: Bookkeeping) -> None:
    one = add_certificate(books, VIETGAP, NOW)
    assert withdraw_certificate(books, one.id + 1, NOW) is None
    assert withdraw_certificate(books, one.id, NOW) is not None
    assert withdraw_certificate(books, one.id, NOW + 1) is None
    assert certificates(books)[0].withdrawn == NOW


def test_what_cannot_be_is_not_added(books: Bookkeeping) -> None:
    with pytest.raises(AccessError, match=r"^A certificate does not end before it begins$"):
        add_certificate(books, replace(VIETGAP, expires=date(2025, 12, 31)), NOW)
    with pytest.raises(AccessError, match=r"^There is no organisation urn:x:nobody$"):
        add_certificate(books, replace(VIETGAP, organisation="urn:x:nobody"), NOW)
    assert certificates(books) == []
    add_certificate(books, replace(VIETGAP, expires=VIETGAP.issued), NOW)  # one day


@pytest.mark.parametrize(
    ("expires", "state"),
    [
        pytest.param(date(2026, 3, 14), "expired", id="yesterday was its last day"),
        pytest.param(TODAY, "soon", id="today is"),
        pytest.param(date(2026, 5, 14), "soon", id="in sixty days"),
        pytest.param(date(2026, 5, 15), "holds", id="in sixty-one"),
        pytest.param(None, "holds", id="no end"),
    ],
)
def test_how_a_certificate_stands(expires: date | None, state: State) -> None:
    one = replace(VIETGAP, expires=expires)
    assert one.state(TODAY) == state
    assert replace(one, withdrawn=NOW).state(TODAY) == "withdrawn"


def test_what_begins_tomorrow_does_not_hold_yet() -> None:
    assert replace(VIETGAP, issued=TODAY + timedelta(days=1)).state(TODAY) == "later"


ORDER = ("later", "holds", "soon", "expired")


@given(
    st.dates(max_value=date(2100, 1, 1)),
    st.integers(0, 5000),
    st.integers(-5000, 5000),
    st.integers(1, 100),
)
def test_by_the_days_a_certificate_goes_from_not_yet_to_over(
    issued: date, lasts: int, seen: int, later: int
) -> None:
    one = replace(VIETGAP, issued=issued, expires=issued + timedelta(days=lasts))
    try:
        day = issued + timedelta(days=seen)
        states = [one.state(day), one.state(day + timedelta(days=later))]
    except OverflowError:
        return
    assert ORDER.index(states[0]) <= ORDER.index(states[1])
