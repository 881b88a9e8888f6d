"""What single cells say: dates, times, numbers, units, codes; and that nothing is guessed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.findings import Where
from epcis_core.vocabulary.units import unit_codes
from ingest.sheets.dates import read_date, read_time
from ingest.sheets.goods import (
    Product,
    class_of,
    read_container,
    read_lot,
    read_party,
    read_place,
    read_product,
    read_reference,
)
from ingest.sheets.grid import CellError, cell_name, cell_place
from ingest.sheets.names import fold
from ingest.sheets.numbers import plain, read_number, read_unit, unit_choices, unit_of

HERE = Where(sheet="S", cell="A1")
TENTH = dt.date(2026, 3, 10)
DATES = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


def code_of(read: Any, value: Any) -> str:
    with pytest.raises(CellError) as caught:
        read(value, HERE)
    assert caught.value.found.where == HERE
    return caught.value.found.code


@pytest.mark.parametrize(
    "value",
    [
        "10/03/2026",
        "10/3/2026",
        "10-3-26",
        "10.03.2026",
        "10 / 3 / 2026",
        "10 03 2026",
        "2026-03-10",
        "2026/3/10",
        "20260310",
        "10032026",
        "ngày 10 tháng 3 năm 2026",
        "10 tháng 3, 2026",
        "10 Mar 2026",
        "10-Mar-26",
        "10 March 2026",
        "2026-03-10T00:00:00",
        46091.0,
        dt.date(2026, 3, 10),
        dt.datetime(2026, 3, 10),  # noqa: DTZ001 - a cell has no zone
    ],
)
def test_a_date_is_read_as_people_write_it(value: Any) -> None:
    assert read_date(value, HERE) in {(TENTH, None), (TENTH, dt.time())}


def test_a_number_is_a_day_of_the_system_that_the_workbook_counts_in() -> None:
    assert read_date(46091.0, HERE)[0] == TENTH
    assert read_date(46091.0 - 1462, HERE, counts_from_1904=True)[0] == TENTH
    assert read_date(46091.5, HERE) == (TENTH, dt.time(12))


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("10/03/2026 05:30", dt.time(5, 30)),
        ("2026-03-10T05:30:00+07:00", dt.time(5, 30)),
        ("2026-03-09T22:30:00Z", dt.time(5, 30)),
        ("10/3/26 5h30", dt.time(5, 30)),
        (dt.datetime(2026, 3, 10, 5, 30), dt.time(5, 30)),  # noqa: DTZ001 - the same
    ],
)
def test_a_date_may_have_its_time_behind_it(value: Any, time: dt.time) -> None:
    assert read_date(value, HERE) == (TENTH, time)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("05:30", dt.time(5, 30)),
        ("5h30", dt.time(5, 30)),
        ("5 giờ 30 phút", dt.time(5, 30)),
        ("5g30", dt.time(5, 30)),
        ("17h", dt.time(17)),
        ("5:30 PM", dt.time(17, 30)),
        ("12:15 am", dt.time(0, 15)),
        ("5:30 CH", dt.time(17, 30)),
        ("5 giờ 30 chiều", dt.time(17, 30)),
        ("05:30:15", dt.time(5, 30, 15)),
        (0.75, dt.time(18)),
        (5.0, dt.time(5)),
        (dt.time(5, 30), dt.time(5, 30)),
        (dt.timedelta(hours=5, minutes=30), dt.time(5, 30)),
    ],
)
def test_a_time_is_read_as_people_write_it(value: Any, time: dt.time) -> None:
    assert read_time(value, HERE) == time


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("24-03-26", "sheet_date_ambiguous"),
        ("26-03-10", "sheet_date_ambiguous"),
        ("1/2/3", "sheet_date_impossible"),
        ("29/02/2027", "sheet_date_impossible"),
        ("10/03/1999", "sheet_date_implausible"),
        ("tháng ba", "sheet_date_unreadable"),
        ("10/03", "sheet_date_unreadable"),
        ("10 Xyz 2026", "sheet_date_unreadable"),
        (3.0, "sheet_date_unreadable"),
        (dt.time(5, 30), "sheet_date_unreadable"),
    ],
)
def test_a_date_that_is_none_or_several_is_told(value: Any, code: str) -> None:
    assert code_of(read_date, value) == code


def test_the_days_that_an_ambiguous_date_can_be_are_named() -> None:
    with pytest.raises(CellError) as caught:
        read_date("24-03-26", HERE)
    assert str(caught.value) == (
        "'24-03-26' can be several days (26.03.2024 / 24.03.2026); "
        "write the year with four digits: 10/03/2026."
    )


@given(DATES, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"]))
def test_a_date_comes_back_from_every_spelling(date: dt.date, form: str) -> None:
    assert read_date(date.strftime(form), HERE) == (date, None)


@given(st.dates(dt.date(2015, 1, 1), dt.date(2039, 12, 31)))
def test_a_year_of_two_digits_is_read_rightly_or_not_at_all(date: dt.date) -> None:
    try:
        read = read_date(date.strftime("%d/%m/%y"), HERE)
    except CellError as error:
        code = error.found.code
        read = None
    assert read == (date, None) if read else code == "sheet_date_ambiguous"


@given(st.times())
def test_a_time_comes_back(time: dt.time) -> None:
    assert read_time(time.strftime("%H:%M:%S"), HERE) == time.replace(microsecond=0)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1500", "1500"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("12,5", "12.5"),
        ("12.50", "12.50"),
        ("0,125", "0.125"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1 234", "1234"),
        ("-5", "-5"),
        (12.1, "12.1"),
        (0.1 + 0.2, "0.3"),
        (1e6, "1000000"),
        (1234567890123456.0, "1234567890123460"),
    ],
)
def test_a_number_is_read_as_people_write_it(value: Any, number: str) -> None:
    assert plain(read_number(value, HERE)[0]) == number


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.500", "sheet_number_ambiguous"),
        ("12,345", "sheet_number_ambiguous"),
        ("1,2,3", "sheet_number_unreadable"),
        ("1.23,4.5", "sheet_number_unreadable"),
        ("1,234,56", "sheet_number_unreadable"),
        ("hai", "sheet_number_unreadable"),
        ("9" * 40, "sheet_number_unreadable"),
        (True, "sheet_number_unreadable"),
    ],
)
def test_a_number_that_is_none_or_two_is_told(value: Any, code: str) -> None:
    assert code_of(read_number, value) == code


@given(st.integers(0, 10**12), st.integers(0, 2), st.sampled_from([",", "."]))
def test_a_number_comes_back_from_every_spelling(whole: int, places: int, sign: str) -> None:
    number = Decimal(whole).scaleb(-places)
    text = f"{number:f}".replace(".", sign)
    assert read_number(text, HERE) == (number, None)
    grouped = f"{number:,f}"
    other = grouped.translate(str.maketrans(",.", ".,"))
    for written in (grouped, other):
        if written.count(",") + written.count(".") > 1:
            assert read_number(written, HERE) == (number, None)


@given(st.floats(0, 1e14))
def test_a_number_of_a_cell_is_what_the_program_shows(value: float) -> None:
    assert float(read_number(value, HERE)[0]) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kg", "KGM"),
        ("Kg.", "KGM"),
        ("ký", "KGM"),
        ("cân", "KGM"),
        ("tấn", "TNE"),
        ("tan", "TNE"),
        ("tạ", "DTN"),
        ("tá", "DZN"),
        ("lạng", "HGM"),
        ("lít", "LTR"),
        ("lit", "LTR"),
        ("con", "C62"),
        ("chai", "C62"),
        ("thùng", "XCT"),
        ("bao", "XBG"),
        ("sọt", "XCR"),
        ("m²", "MTK"),
        ("m2", "MTK"),
        ("KGM", "KGM"),
        ("XCT", "XCT"),
        ("kilogram", "KGM"),
    ],
)
def test_a_unit_is_known_by_what_people_call_it(text: str, code: str) -> None:
    assert read_unit(text, HERE) == code


def test_without_accents_a_unit_is_known_only_where_it_can_be_one() -> None:
    assert unit_of("ta") is None
    assert code_of(read_unit, "ta") == "sheet_unit_unknown"


def test_every_unit_that_a_template_offers_is_known_in_both_languages() -> None:
    for english, vietnamese in unit_choices():
        assert unit_of(english) == unit_of(vietnamese) is not None


@pytest.mark.parametrize("code", unit_codes())
def test_every_code_of_the_table_of_units_is_a_unit(code: str) -> None:
    assert unit_of(code) == code


def test_an_amount_may_have_its_unit_behind_it() -> None:
    assert read_number("100 kg", HERE) == (Decimal(100), "KGM")
    assert read_number("1,5 tấn", HERE) == (Decimal("1.5"), "TNE")


LINK = "https://id.gs1.org"


@pytest.mark.parametrize(
    ("value", "product"),
    [
        ("9506000912004", Product("09506000912004")),
        ("09506000912004", Product("09506000912004")),
        ("9506 0009 12004", Product("09506000912004")),
        (9506000912004.0, Product("09506000912004")),
        ("Nho đỏ · 9506000912004", Product("09506000912004")),
        ("(01)09506000912004", Product("09506000912004")),
        (f"{LINK}/01/09506000912004/10/L1", Product("09506000912004", lot="L1")),
        ("9506000911007:NHO-DO", Product(gln="9506000911007", code="NHO-DO")),
        ("Nho đỏ · 9506000911007: NHO-DO", Product(gln="9506000911007", code="NHO-DO")),
        ("NPK 16-16-8", Product(code="NPK 16-16-8")),
    ],
)
def test_a_product_is_known_in_every_spelling(value: Any, product: Product) -> None:
    assert read_product(value, HERE) == product


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        ("9506000911007", f"{LINK}/414/9506000911007"),
        ("9506000911007/LO-1", f"{LINK}/414/9506000911007/254/LO-1"),
        ("Lô nho số 1 · 9506000911007/LO-1", f"{LINK}/414/9506000911007/254/LO-1"),
        ("(414)9506000911007(254)LO-1", f"{LINK}/414/9506000911007/254/LO-1"),
        ("urn:epc:id:sgln:9506000.91100.0", f"{LINK}/414/9506000911007"),
        (9506000911007.0, f"{LINK}/414/9506000911007"),
        ("geo:11.5172,108.9134", "geo:11.5172,108.9134"),
    ],
)
def test_a_place_is_known_in_every_spelling(value: Any, uri: str) -> None:
    assert read_place(value, HERE) == uri


def test_a_party_is_known_by_its_gln_and_by_that_of_its_place() -> None:
    party = f"{LINK}/417/9506000911007"
    for text in ("9506000911007", "(417)9506000911007", "(414)9506000911007", party):
        assert read_party(text, HERE) == party


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        ("395060009110070018", f"{LINK}/00/395060009110070018"),
        ("(00)395060009110070018", f"{LINK}/00/395060009110070018"),
        ("(8003)09506000913094SO1", f"{LINK}/8003/09506000913094SO1"),
        (
            "9506000911007:SỌT 5",
            "tag:epcis-ledger.org,2026:container:9506000911007:S%E1%BB%8CT%205",
        ),
    ],
)
def test_a_container_is_known_in_every_spelling(value: str, uri: str) -> None:
    assert read_container(value, HERE) == uri


def test_a_document_is_named_by_its_number_and_whoever_gave_it() -> None:
    uri = "urn:epcglobal:cbv:bt:9506000911007:PGH%2F12"
    assert read_reference("PGH/12", HERE, "9506000911007") == uri
    assert read_reference(12.0, HERE, "9506000911007") == "urn:epcglobal:cbv:bt:9506000911007:12"
    assert read_reference("https://farm.example/c/1", HERE, None) == "https://farm.example/c/1"


LOTS = st.text(st.sampled_from("ABCxyz0189-/._+"), min_size=1, max_size=20)


@given(LOTS)
def test_a_lot_comes_back_and_names_one_class(lot: str) -> None:
    assert read_lot(lot, HERE) == lot
    by_gtin = class_of(Product("09506000912004"), lot)
    own = class_of(Product(gln="9506000911007", code="A:B"), lot)
    again = read_product(by_gtin, HERE)
    assert (again.gtin, again.lot) == ("09506000912004", lot)
    assert own.startswith("tag:epcis-ledger.org,2026:goods:9506000911007:A%3AB:")


@given(LOTS, LOTS, LOTS, LOTS)
def test_own_codes_and_lots_that_differ_name_different_goods(
    a: str, b: str, c: str, d: str
) -> None:
    one, other = (
        class_of(Product(gln="9506000911007", code=code), lot) for code, lot in ((a, b), (c, d))
    )
    assert (one == other) == ((a, b) == (c, d))


@given(st.integers(0, 2**20), st.integers(0, 16_383))
def test_the_name_of_a_cell_leads_back_to_it(row: int, column: int) -> None:
    assert cell_place(cell_name(row, column)) == (row, column)


@given(st.text())
def test_folding_a_name_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
