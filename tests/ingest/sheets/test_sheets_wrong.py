"""Wrong sheets, each with what is said of it, and the cell that this is said of."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from epcis_core.findings import LANGUAGES, Severity
from ingest.sheets.templates import templates
from tests.ingest.sheets.sheet_files import (
    FARM,
    GOOD,
    GRAPES,
    Formula,
    checked,
    csv_file,
    harvest,
    headings,
    line,
    told,
    workbook,
)

Cells = dict[str, Any]

IN_A_CELL: dict[str, tuple[Cells, str, str]] = {
    "no date": ({"date": None}, "sheet_cell_missing", "A2"),
    "a date in words": ({"date": "hôm qua"}, "sheet_date_unreadable", "A2"),
    "31 February": ({"date": "31/02/2026"}, "sheet_date_impossible", "A2"),
    "the month first": ({"date": "03/25/2026"}, "sheet_date_impossible", "A2"),
    "a year of two digits that may be a day": ({"date": "24-03-26"}, "sheet_date_ambiguous", "A2"),
    "eight digits that are no date": ({"date": "20269999"}, "sheet_date_implausible", "A2"),
    "the year 1026": ({"date": "10/03/1026"}, "sheet_date_implausible", "A2"),
    "a real date of 1926": ({"date": dt.date(1926, 3, 10)}, "sheet_date_implausible", "A2"),
    "the number 7 as a date": ({"date": 7.0}, "sheet_date_unreadable", "A2"),
    "a truth value as a date": ({"date": True}, "sheet_date_unreadable", "A2"),
    "a time in words": ({"time": "sáng sớm"}, "sheet_time_unreadable", "B2"),
    "25 o'clock": ({"time": "25:00"}, "sheet_time_unreadable", "B2"),
    "a number above a day as a time": ({"time": 12.5}, "sheet_time_unreadable", "B2"),
    "no place": ({"place": None}, "sheet_cell_missing", "C2"),
    "a place by its name": ({"place": "vườn nhà ông Tư"}, "sheet_gln_expected", "C2"),
    "a GLN with a wrong digit": ({"place": "9506000911008"}, "wrong_check_digit", "C2"),
    "a GLN of 12 digits": ({"place": "950600091100"}, "sheet_gln_expected", "C2"),
    "a GTIN link as a place": (
        {"place": f"https://id.gs1.org/01/0{GRAPES}"},
        "sheet_gln_expected",
        "C2",
    ),
    "no product": ({"product": None}, "sheet_cell_missing", "E2"),
    "a GTIN with a wrong digit": ({"product": "9506000912005"}, "wrong_check_digit", "E2"),
    "a product of 11 digits": ({"product": "95060009120"}, "sheet_product_unreadable", "E2"),
    "a GTIN whose digits were lost": ({"product": "8,93E+12"}, "sheet_digits_lost", "E2"),
    "a GTIN of 18 digits in a number": ({"product": 389362993126100811}, "sheet_digits_lost", "E2"),
    "an own code of nobody": ({"product": "NHO-DO"}, "sheet_code_alone", "E2"),
    "an own code under a wrong GLN": (
        {"product": "9506000911008:NHO-DO"},
        "wrong_check_digit",
        "E2",
    ),
    "an item as a product": (
        {"product": f"(01)0{GRAPES}(21)7"},
        "sheet_product_unreadable",
        "E2",
    ),
    "a product that is a date": ({"product": dt.date(2026, 3, 1)}, "sheet_code_is_no_text", "E2"),
    "no lot": ({"lot": None}, "sheet_cell_missing", "F2"),
    "blanks as a lot": ({"lot": "   "}, "sheet_cell_missing", "F2"),
    "a lot with accents": ({"lot": "Lô5"}, "sheet_lot_characters", "F2"),
    "a lot of 21 characters": ({"lot": "L" * 21}, "sheet_lot_characters", "F2"),
    "a lot that the program made a date": (
        {"lot": dt.date(2026, 10, 3)},
        "sheet_code_is_no_text",
        "F2",
    ),
    "another lot than the product's code has": (
        {"product": f"(01)0{GRAPES}(10)L9"},
        "sheet_lot_contradicts",
        "F2",
    ),
    "no quantity": ({"quantity": None}, "sheet_cell_missing", "G2"),
    "a negative quantity": ({"quantity": -5.0}, "sheet_amount_not_positive", "G2"),
    "a quantity of zero": ({"quantity": 0.0}, "sheet_amount_not_positive", "G2"),
    "about a hundred": ({"quantity": "khoảng 100"}, "sheet_number_unreadable", "G2"),
    "a text that is 1500 or 1,5": ({"quantity": "1.500"}, "sheet_number_ambiguous", "G2"),
    "the same with a comma": ({"quantity": "12,345"}, "sheet_number_ambiguous", "G2"),
    "thousands of two digits": ({"quantity": "1.23.456"}, "sheet_number_unreadable", "G2"),
    "a quantity that is a date": (
        {"quantity": dt.date(2026, 5, 1)},
        "sheet_number_unreadable",
        "G2",
    ),
    "an amount with an unknown unit": ({"quantity": "5 gánh"}, "sheet_number_unreadable", "G2"),
    "another unit than beside the amount": (
        {"quantity": "5 tấn"},
        "sheet_unit_contradicts",
        "H2",
    ),
    "no unit": ({"unit": None}, "sheet_cell_missing", "H2"),
    "an unknown unit": ({"unit": "gánh"}, "sheet_unit_unknown", "H2"),
    "a unit that is dozen or quintal": ({"unit": "ta"}, "sheet_unit_unknown", "H2"),
    "a number as a unit": ({"unit": 5.0}, "sheet_unit_unknown", "H2"),
    "a country by its name": ({"origin": "Việt Nam"}, "sheet_form", "J2"),
    "a certificate that was rounded": ({"certificate": "1.2E+17"}, "sheet_digits_lost", "K2"),
    "a formula that shows an error": (
        {"quantity": Formula("=NA()", "#N/A")},
        "sheet_error_value",
        "G2",
    ),
}


@pytest.mark.parametrize("name", IN_A_CELL)
def test_a_wrong_cell_is_told_by_its_name(name: str) -> None:
    cells, code, cell = IN_A_CELL[name]
    report = checked(harvest({}, cells) if cell.endswith("3") else harvest(cells))
    expected = [(code, cell)]
    if code == "sheet_error_value":
        expected.append(("sheet_cell_missing", cell))
    assert told(report) == expected
    assert not report.valid
    assert all(found.where.sheet == "Thu hoạch" for found in report.findings if found.where.cell)


def shipped(*rows: Cells) -> bytes:
    good = {
        "date": dt.date(2026, 3, 12),
        "from_party": FARM,
        "from_place": FARM,
        "to_party": "9506000941004",
        "product": GRAPES,
        "lot": "L1",
        "quantity": 5.0,
        "unit": "kg",
        "delivery_note": "PGH-1",
    }
    lines = [line(good | row, "shipping") for row in rows]
    return workbook([headings("shipping"), *lines], "Giao hàng")


def used(**cells: Any) -> bytes:
    good = {
        "date": dt.date(2026, 2, 8),
        "place": FARM,
        "crop": "VU-1",
        "kind": "phân bón",
        "product": "NPK",
        "lot": "N1",
        "quantity": 5.0,
        "unit": "kg",
    }
    return workbook([headings("inputs"), line(good | cells, "inputs")], "Vật tư đã dùng")


def processed(*rows: Cells) -> bytes:
    good = {"date": dt.date(2026, 3, 16), "place": FARM, "process": "ME-1"}
    lines = [line(good | row, "processing") for row in rows]
    return workbook([headings("processing"), *lines], "Chế biến")


INPUT: Cells = {
    "input_product": GRAPES,
    "input_lot": "L1",
    "input_quantity": 20.0,
    "input_unit": "kg",
}
OUTPUT: Cells = {
    "output_product": "9506000933009",
    "output_lot": "R1",
    "output_quantity": 24.0,
    "output_unit": "chai",
}


def without(column: str) -> bytes:
    names = [one.name.vi for one in templates()["harvest"].columns if one.key != column]
    values = [GOOD.get(one.key) for one in templates()["harvest"].columns if one.key != column]
    return workbook([names, values])


def renamed(heading: str, to: str) -> bytes:
    return workbook([[to if one == heading else one for one in headings()], line(GOOD)])


def merged(area: str) -> Callable[[Any, Any], None]:
    return lambda _, sheet: sheet.merge_range(area, None)


def hidden(book: Any, sheet: Any) -> None:
    book.add_worksheet("Trống").activate()
    sheet.hide()


def no_value(data: bytes) -> bytes:
    """The workbook as programs write it that work nothing out: formulas without values."""
    return changed(data, lambda xml: xml.replace(b"<v>777</v>", b"<v></v>"))


def changed(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose first sheet is changed in its XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            new.writestr(member, change(body) if member.filename.endswith("sheet1.xml") else body)
    return out.getvalue()


def with_macros() -> bytes:
    out = io.BytesIO(harvest())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 a program")
    return out.getvalue()


ODD: dict[str, tuple[Callable[[], bytes], list[tuple[str, str | None]], bool]] = {
    "a column is missing": (lambda: without("lot"), [("sheet_column_missing", "A1")], False),
    "a heading is mistyped": (
        lambda: renamed("Số lượng", "Số lượnng"),
        [("sheet_column_missing", "A1"), ("sheet_column_mistyped", "G1")],
        False,
    ),
    "two columns are alike": (
        lambda: renamed("Ghi chú", "Lô"),
        [("sheet_column_twice", "L1")],
        False,
    ),
    "a column is nobody's": (
        lambda: renamed("Ghi chú", "Giá bán"),
        [("sheet_column_unknown", "L1")],
        True,
    ),
    "headings of nothing": (
        lambda: workbook([["Màu", "Cỡ"], ["đỏ", "to"]], "Sheet1"),
        [("sheet_not_recognised", None)],
        False,
    ),
    "headings that fit several templates": (
        lambda: workbook(
            [["Ngày", "Nơi", "Sản phẩm", "Lô", "Số lượng", "Đơn vị"], line(GOOD)], "Sheet1"
        ),
        [("sheet_template_unclear", "A1")],
        False,
    ),
    "product and lot are swapped": (
        lambda: harvest({"product": "VD260310", "lot": GRAPES}),
        [("sheet_code_alone", "E2")],
        False,
    ),
    "quantity and unit are swapped": (
        lambda: harvest({"quantity": "kg", "unit": 100.0}),
        [("sheet_number_unreadable", "G2"), ("sheet_unit_unknown", "H2")],
        False,
    ),
    "dates merged over two rows": (
        lambda: harvest({}, {"date": None, "lot": "L2"}, touch=merged("A2:A3")),
        [("sheet_merged_rows", "A3")],
        True,
    ),
    "cells merged over two columns": (
        lambda: harvest({"lot": None}, touch=lambda _, sheet: sheet.merge_range("E2:F2", GRAPES)),
        [("sheet_merged_columns", "E2"), ("sheet_cell_missing", "F2")],
        False,
    ),
    "a quantity merged over two rows": (
        lambda: harvest(
            {},
            {"lot": "L2", "quantity": None},
            touch=lambda _, sheet: sheet.merge_range("G2:G3", 50),
        ),
        [("sheet_merged_amount", "G3"), ("sheet_cell_missing", "G3")],
        False,
    ),
    "a place merged over two rows": (
        lambda: harvest(
            {},
            {"lot": "L2", "place": None},
            touch=lambda _, sheet: sheet.merge_range("C2:C3", FARM),
        ),
        [("sheet_merged_rows", "C3")],
        True,
    ),
    "a hidden row": (
        lambda: harvest(
            {}, {"lot": "L2"}, touch=lambda _, s: s.set_row(2, None, None, {"hidden": True})
        ),
        [("sheet_hidden_row", "A3")],
        True,
    ),
    "a hidden column": (
        lambda: harvest(touch=lambda _, s: s.set_column("F:F", None, None, {"hidden": True})),
        [("sheet_hidden_column", "F1")],
        True,
    ),
    "a hidden sheet": (
        lambda: harvest(touch=hidden),
        [("sheet_hidden", None)],
        True,
    ),
    "a sheet of records that is called an example": (
        lambda: workbook([headings(), line(GOOD)], "Example farm"),
        [("sheet_not_recognised", None)],
        False,
    ),
    "a sheet beside that holds something else": (
        lambda: harvest(touch=lambda b, _: b.add_worksheet("Giá").write(0, 0, "Giá nho")),
        [("sheet_left_out", None)],
        True,
    ),
    "a formula": (
        lambda: harvest({"quantity": Formula("=4*25", 100)}),
        [("sheet_formula", "G2")],
        True,
    ),
    "a formula without a value": (
        lambda: no_value(harvest({"quantity": Formula("=7*111", 777)})),
        [("sheet_formula_without_value", "G2"), ("sheet_cell_missing", "G2")],
        False,
    ),
    "macros": (with_macros, [("workbook_macros", None)], True),
    "a row of totals": (
        lambda: workbook([headings(), line(GOOD), ["Tổng cộng:", *[None] * 5, 100.0]]),
        [("sheet_totals_row", "A3")],
        True,
    ),
    "a row of the example": (
        lambda: harvest(
            {},
            {"date": "11/3/2026", "place": f"{FARM}/lo-2", "lot": "VD260311", "quantity": "82,5"},
        ),
        [("sheet_example_row", "A3")],
        True,
    ),
    "the same row twice": (lambda: harvest({}, {}), [("sheet_row_twice", "A3")], True),
    "days and months mixed up by the program": (
        lambda: harvest({}, {"lot": "L2", "date": "25/03/2026"}),
        [("sheet_dates_mixed", "A2")],
        True,
    ),
    "one delivery on two days": (
        lambda: shipped({}, {"lot": "L2", "date": dt.date(2026, 3, 13)}),
        [("sheet_rows_disagree", "A3")],
        False,
    ),
    "one lot twice in one delivery": (
        lambda: shipped({}, {"quantity": 2.0}),
        [("sheet_goods_twice", "I3")],
        True,
    ),
    "a delivery of nothing": (
        lambda: shipped(dict.fromkeys(("product", "lot", "quantity", "unit"))),
        [("sheet_cell_missing", "I2")],
        False,
    ),
    "goods without their lot in a delivery": (
        lambda: shipped({"lot": None}),
        [("sheet_cell_missing", "J2")],
        False,
    ),
    "a container that is none": (
        lambda: shipped({"container": "thùng 5"}),
        [("sheet_container_unreadable", "M2")],
        False,
    ),
    "a lot as a container": (
        lambda: shipped({"container": f"(01)0{GRAPES}(10)L1"}),
        [("sheet_container_unreadable", "M2")],
        False,
    ),
    "a delivery note of nobody": (
        lambda: shipped({"from_party": None}),
        [("sheet_issuer_unknown", "G2"), ("sheet_cell_missing", "C2")],
        False,
    ),
    "an input of an unknown kind": (
        lambda: used(kind="máy cày"),
        [("sheet_choice_unknown", "E2")],
        False,
    ),
    "an input by its name without a lot": (
        lambda: used(lot=None),
        [("sheet_cell_missing", "G2")],
        False,
    ),
    "a process that makes nothing": (
        lambda: processed(INPUT),
        [("transformation_one_sided", "A2")],
        False,
    ),
    "best before production": (
        lambda: processed(
            INPUT
            | OUTPUT
            | {"production_date": dt.date(2026, 3, 16), "best_before": dt.date(2025, 3, 16)}
        ),
        [("sheet_date_before", "O2")],
        False,
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_sheet_is_told_by_its_name(name: str) -> None:
    make, expected, valid = ODD[name]
    report = checked(make())
    assert told(report) == expected
    assert report.valid is valid


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "an old workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "workbook_format",
    ),
    "half a workbook": (lambda: harvest()[:2000], "workbook_unreadable"),
    "a workbook with a document type": (
        lambda: changed(
            harvest(),
            lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1),
        ),
        "workbook_unreadable",
    ),
    "a workbook whose last cell is filled": (
        lambda: harvest(touch=lambda _, sheet: sheet.write(1_048_575, 16_383, "x")),
        "sheet_too_large",
    ),
    "letters in no encoding": (
        lambda: csv_file([["Ngày", "Lô"], ["caf\xe9", "na\xefve"]]).encode("latin-1"),
        "csv_encoding",
    ),
    "a cell of a megabyte": (
        lambda: csv_file([headings(), ["x" * 2**20, *[""] * 11]]).encode(),
        "csv_malformed",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_told_by_its_name(name: str) -> None:
    make, code = FILES[name]
    report = checked(make())
    assert [one.code for one in report.findings] == [code]
    assert not report.valid


def test_there_are_more_than_sixty_wrong_sheets() -> None:
    assert len(IN_A_CELL) + len(ODD) + len(FILES) >= 60


def test_every_sentence_is_whole_in_both_languages() -> None:
    everything = [cells for cells, _, _ in IN_A_CELL.values()]
    found = checked(harvest(*everything)).findings
    assert len({one.code for one in found}) > 15
    for one in found:
        for language in LANGUAGES:
            assert "{" not in one.message_in(language)
            assert one.message_in(language).endswith(".")


def test_what_is_wrong_is_said_with_the_column_the_value_and_how_to_mend_it() -> None:
    report = checked(harvest({"lot": None, "quantity": "1.500", "unit": "kgg"}))
    assert [one.message_in("en") for one in report.findings] == [
        (
            "'1.500' can be 1500 or 1,500; write 1500 without a sign between thousands, or 1,500 "
            "with fewer digits behind."
        ),
        "The unit 'kgg' is unknown; write one such as kg, kgs.",
        "'Lot number' is empty; fill it in.",
    ]
    assert [one.message_in("vi") for one in report.findings][1:] == [
        "Không có đơn vị 'kgg'; hãy ghi đơn vị như kg, kgs.",
        "'Số lô' còn trống; hãy điền vào.",
    ]
    assert {one.severity for one in report.findings} == {Severity.ERROR}
