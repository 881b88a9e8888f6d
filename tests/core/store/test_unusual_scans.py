"""What is unusual about scans of stamps, and of what nothing is said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.scans import count_scans
from epcis_core.store.registry.stamps import (
    Run,
    Serials,
    count_labels,
    order_stamps,
    serials_of,
    void_run,
)
from epcis_core.store.registry.unusual_scans import (
    Scanned,
    Unusual,
    Why,
    scans_of_run,
    standing_out,
    unusual_scans,
)

NOON = 1_789_966_800_000_000  # 2026-09-21T12:00 in Viet Nam
FARM, RIVAL = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
GTIN = "08936099141015"
LOT = f"https://id.gs1.org/01/{GTIN}/10/L1"
RUN = Run(FARM, GTIN, "L1", 5, Serials.COUNTED, "https://t.example", "a4-3x8", "vi")


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Bookkeeping]:
    with Bookkeeping(tmp_path / "ledger.duckdb") as books:
        yield books


def scan(books: Bookkeeping, day: str, serials: Sequence[str], number: int = 1) -> None:
    """Count scans of items of the product, which its lot answers."""
    things = [f"https://id.gs1.org/01/{GTIN}/21/{one}" for one in serials]
    count_scans(books, day, {(thing, LOT): number for thing in things})


def test_usual_scans_are_not_told(books: Bookkeeping) -> None:
    run = order_stamps(books, RUN, None, NOON)
    scan(books, "2026-09-21", [*serials_of(books, run)], 3)
    scan(books, "2026-09-22", [*serials_of(books, run)])
    assert unusual_scans(books) == []
    assert scans_of_run(books, run.number, LOT) == 20


def test_an_item_that_is_scanned_far_more_often_is_told(books: Bookkeeping) -> None:
    run = order_stamps(books, RUN, None, NOON)
    scan(books, "2026-09-21", ["00000001", "00000002"], 2)
    scan(books, "2026-09-22", ["00000003"], 29)
    assert unusual_scans(books) == []
    scan(books, "2026-09-22", ["00000003"])
    told = Unusual(Why.OFTEN, FARM, GTIN, run.number, "00000003", 1, 30, 1, "2026-09-22")
    assert unusual_scans(books) == [told]
    assert unusual_scans(books, FARM) == [told]
    assert unusual_scans(books, RIVAL) == []


def test_scans_of_what_is_void_count_from_the_day_after(books: Bookkeeping) -> None:
    run = order_stamps(books, RUN, None, NOON)
    void_run(books, run, NOON)
    scan(books, "2026-09-21", ["00000001"], 2)
    assert unusual_scans(books) == []
    scan(books, "2026-09-22", ["00000001"], 3)
    told = Unusual(Why.AFTER_VOID, FARM, GTIN, run.number, "00000001", 1, 3, 2, "2026-09-22")
    assert unusual_scans(books) == [told]


def test_numbers_that_were_never_given_are_told_together(books: Bookkeeping) -> None:
    scan(books, "2026-09-21", ["99", "a%2Fb"])
    assert unusual_scans(books) == []  # no run has numbers: they may be anybody's
    order_stamps(books, replace(RUN, serials=Serials.NONE), None, NOON)
    assert unusual_scans(books) == []
    order_stamps(books, RUN, None, NOON)
    scan(books, "2026-09-22", ["99"], 4)
    told = Unusual(Why.NEVER_MADE, FARM, GTIN, None, "99", 2, 6, 2, "2026-09-22")
    assert unusual_scans(books) == [told]


def test_labels_that_did_not_leave_the_printer_are_told_once_some_did(books: Bookkeeping) -> None:
    run = order_stamps(books, RUN, None, NOON)
    scan(books, "2026-09-22", ["00000002", "00000003"])
    assert unusual_scans(books) == []
    count_labels(books, run, printed=2, spoiled=0, used=0)
    told = Unusual(Why.NOT_PRINTED, FARM, GTIN, run.number, "00000003", 1, 1, 1, "2026-09-22")
    assert unusual_scans(books) == [told]


def test_scans_of_a_run_without_numbers_are_those_of_its_lot(books: Bookkeeping) -> None:
    run = order_stamps(books, replace(RUN, serials=Serials.NONE), None, NOON)
    count_scans(books, "2026-09-21", {(LOT, LOT): 4})
    count_scans(books, "2026-09-22", {(LOT, LOT): 5})
    assert scans_of_run(books, run.number, LOT) == 9


def scanned(*counts: tuple[int, int]) -> list[Scanned]:
    return [Scanned(1, f"{n}", n, scans, days, "") for n, (scans, days) in enumerate(counts, 1)]


@pytest.mark.parametrize(
    ("items", "told"),
    [
        pytest.param(scanned(), [], id="none"),
        pytest.param(scanned((29, 9)), [], id="too few to tell"),
        pytest.param(scanned((30, 1)), [(Why.OFTEN, "1")], id="one alone"),
        pytest.param(scanned((40, 2), (4, 1), (4, 1)), [(Why.OFTEN, "1")], id="ten times"),
        pytest.param(scanned((39, 2), (4, 1), (4, 1)), [], id="not ten times"),
        pytest.param(scanned((400, 9), (380, 9), (390, 9)), [], id="all of them often"),
        pytest.param(scanned((10, 10), (4, 2), (4, 2)), [(Why.MANY_DAYS, "1")], id="many days"),
        pytest.param(scanned((10, 10), (4, 3), (4, 2)), [], id="not so many days"),
    ],
)
def test_an_item_stands_out_by_its_siblings(
    items: list[Scanned], told: list[tuple[Why, str]]
) -> None:
    assert [(why, one.serial) for why, one in standing_out(items)] == told
