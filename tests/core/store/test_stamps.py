"""Runs of stamps: whose they are, their serial numbers, what becomes of them, and PINs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from epcis_core.errors import AccessError, IdentifierError, TooManyError
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry import stamps
from epcis_core.store.registry.stamp_pins import check_pin, pin_key, pin_of
from epcis_core.store.registry.stamps import (
    LETTERS,
    Run,
    Serials,
    count_labels,
    find_run,
    order_stamps,
    runs_of,
    serials_of,
    void_run,
)

NOW = 1_790_000_000_000_000
DAY = 24 * 3600 * 1_000_000
FARM, RIVAL = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
OWNED = ("8936099140001", "893609914")
LOT = Run(
    FARM, "08936099141015", "DN260311", 3, Serials.RANDOM, "https://t.example", "a4-3x8", "vi"
)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        yield books


def test_what_was_ordered_comes_back_to_whose_it_is(books: Bookkeeping) -> None:
    whole = replace(LOT, name="Nho", expiry=date(2026, 12, 31), pin_digits=6, made_by="a@b.example")
    made = order_stamps(books, whole, OWNED, NOW)
    assert made == replace(whole, made=NOW, number=1)
    later = order_stamps(books, replace(LOT, serials=Serials.NONE), OWNED, NOW + 1)
    assert runs_of(books, FARM) == [later, made]
    assert runs_of(books, FARM, before=2) == [made]
    assert runs_of(books, RIVAL) == []
    assert (find_run(books, FARM, 1), find_run(books, RIVAL, 1)) == (made, None)
    assert find_run(books, None, 1) == made
    assert [*serials_of(books, later)] == []


def test_random_serials_are_each_another_and_hard_to_mistake(books: Bookkeeping) -> None:
    made = order_stamps(books, replace(LOT, count=2000), OWNED, NOW)
    other = order_stamps(books, replace(LOT, count=2000, lot="L2"), OWNED, NOW)
    first, second = [*serials_of(books, made)], [*serials_of(books, other)]
    assert len({*first, *second}) == 4000
    assert {len(one) for one in first} == {12}
    assert {*"".join(first)} == {*LETTERS}  # all of them, and nothing else
    assert {*"0O1ILZSBU"} & {*LETTERS} == set()
    assert [*serials_of(books, made, 1999)] == first[1998:]
    assert max(map(first.count, first)) == 1
    # Of one place all letters are about as frequent: 74 of 2,000 times each, within six deviations.
    for place in range(12):
        counts = [sum(one[place] == letter for one in first) for letter in LETTERS]
        assert min(counts) > 74 - 51
        assert max(counts) < 74 + 51


def test_a_random_serial_that_is_there_already_is_made_anew(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = iter(("AAAA", "AAAA", "CCCC", "AAAA", "DDDD"))
    monkeypatch.setattr(stamps, "_random", lambda: next(made))
    run = order_stamps(books, LOT, OWNED, NOW)
    assert [*serials_of(books, run)] == ["AAAA", "CCCC", "DDDD"]


def test_counted_serials_go_on_where_the_product_was_last(books: Bookkeeping) -> None:
    counted = replace(LOT, serials=Serials.COUNTED)
    runs = [
        order_stamps(books, one, owned, NOW)
        for one, owned in (
            (counted, OWNED),
            (replace(counted, lot="L2", organisation=RIVAL), ["89360991"]),
            (replace(counted, gtin="08936099141022"), OWNED),
        )
    ]
    assert [[*serials_of(books, one)] for one in runs] == [
        ["00000001", "00000002", "00000003"],
        ["00000004", "00000005", "00000006"],
        ["00000001", "00000002", "00000003"],
    ]


def test_many_serials_are_read_in_parts_and_in_order(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "_AT_ONCE", 4)
    run = order_stamps(books, replace(LOT, count=11, serials=Serials.COUNTED), OWNED, NOW)
    assert [int(one) for one in serials_of(books, run)] == [*range(1, 12)]
    assert [int(one) for one in islice(serials_of(books, run, 6), 2)] == [6, 7]


@pytest.mark.parametrize(
    ("change", "owned", "told"),
    [
        pytest.param({}, ("9506000",), "does not belong to", id="of somebody else"),
        pytest.param({}, (), "does not belong to", id="of nobody"),
        pytest.param({"count": 0}, OWNED, "A run has 1 to 100000 stamps", id="none"),
        pytest.param({"count": 100_001}, OWNED, "A run has 1 to 100000 stamps", id="too many"),
        pytest.param({"pin_digits": 4}, OWNED, "A PIN has 6 or 8 digits", id="short PIN"),
        pytest.param(
            {"pin_digits": 6, "serials": Serials.NONE}, None, "belongs to a serial", id="PIN of lot"
        ),
    ],
)
def test_what_cannot_be_ordered_is_not(
    books: Bookkeeping, change: dict[str, object], owned: tuple[str, ...] | None, told: str
) -> None:
    with pytest.raises(AccessError, match=told):
        order_stamps(books, replace(LOT, **change), owned, NOW)  # type: ignore[arg-type]
    assert runs_of(books, FARM) == []


@pytest.mark.parametrize("change", [{"gtin": "08936099141016"}, {"lot": "nho đỏ"}, {"lot": ""}])
def test_a_product_or_lot_that_cannot_be_is_refused(
    books: Bookkeeping, change: dict[str, str]
) -> None:
    with pytest.raises(IdentifierError):
        order_stamps(books, replace(LOT, **change), None, NOW)  # type: ignore[arg-type]


def test_what_is_ordered_in_a_day_is_bounded(
    books: Bookkeeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "MOST_A_DAY", 7)
    monkeypatch.setattr(stamps, "RUNS_A_DAY", 4)
    for _ in range(2):
        order_stamps(books, LOT, OWNED, NOW)
    with pytest.raises(TooManyError):
        order_stamps(books, LOT, OWNED, NOW + 1)
    plain = replace(LOT, serials=Serials.NONE, count=99)
    for _ in range(2):
        order_stamps(books, plain, OWNED, NOW + 1)
    with pytest.raises(TooManyError):
        order_stamps(books, plain, OWNED, NOW + 1)
    order_stamps(books, replace(LOT, organisation=RIVAL), OWNED, NOW + 1)
    assert order_stamps(books, LOT, OWNED, NOW + DAY).number == 6


def test_labels_are_counted_until_they_are_void(books: Bookkeeping) -> None:
    run = order_stamps(books, LOT, OWNED, NOW)
    states = [run.state]
    for printed, spoiled, used in ((3, 1, 0), (3, 1, 2)):
        told = count_labels(books, run, printed=printed, spoiled=spoiled, used=used)
        assert told == replace(run, printed=printed, spoiled=spoiled, used=used)
        states.append(told.state)
    for wrong in ((4, 0, 0), (3, 2, 2), (-1, 0, 0), (3, -1, 0), (3, 0, -1)):
        with pytest.raises(AccessError):
            count_labels(
                books, run, **dict(zip(("printed", "spoiled", "used"), wrong, strict=True))
            )
    assert void_run(books, run, NOW + 5)
    assert not void_run(books, run, NOW + 6)
    assert count_labels(books, run, printed=0, spoiled=0, used=0) is None
    found = find_run(books, FARM, run.number)
    assert found == replace(run, printed=3, spoiled=1, used=2, voided=NOW + 5)
    assert [*states, found.state] == ["ordered", "printed", "used", "voided"]


def test_a_pin_is_right_for_its_item_alone_and_its_first_time_is_kept(books: Bookkeeping) -> None:
    run = order_stamps(books, replace(LOT, pin_digits=8), OWNED, NOW)
    plain = order_stamps(books, LOT, OWNED, NOW)
    one, two, _ = serials_of(books, run)
    key = pin_key(books)
    pins = [pin_of(key, run.gtin, serial, 8) for serial in (one, two)]
    assert {len(pin) for pin in pins} == {8}
    assert check_pin(books, run.gtin, one, pins[1], NOW + 1) is None
    assert check_pin(books, run.gtin, one, pins[0], NOW + 1, lot="another") is None
    first = check_pin(books, run.gtin, one, pins[0], NOW + 2)
    again = check_pin(books, run.gtin, one, pins[0], NOW + 3, lot=run.lot)
    assert first is not None
    assert again is not None
    assert (first.first, first.is_first, first.run) == (NOW + 2, True, run)
    assert (again.first, again.is_first) == (NOW + 2, False)
    assert check_pin(books, run.gtin, "none", pin_of(key, run.gtin, "none", 6), NOW) is None
    bare = next(serials_of(books, plain))
    assert check_pin(books, run.gtin, bare, pin_of(key, run.gtin, bare, 6), NOW) is None


def test_pins_of_a_run_are_spread_evenly(books: Bookkeeping) -> None:
    key = pin_key(books)
    pins = [pin_of(key, LOT.gtin, f"{number}", 6) for number in range(3000)]
    assert len({*pins}) > 2980  # of a million, by chance some four are there twice
    for place in range(6):
        counts = [sum(pin[place] == digit for pin in pins) for digit in "0123456789"]
        assert min(counts) > 300 - 99
        assert max(counts) < 300 + 99
