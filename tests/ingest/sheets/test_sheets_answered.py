"""The answer to a sheet: the same cells at the same places, and what is to be mended beside."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from epcis_core.findings import LANGUAGES, Language
from ingest.sheets.answer import answered
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

RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def answer(data: bytes, language: Language = "vi") -> bytes:
    return answered(data, checked(data).findings, language)


def rows(data: bytes, sheet: int = 0) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


def coloured(data: bytes) -> dict[str, str]:
    """The cells of the first sheet that have one of our colours, read from the XML itself."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        styles = archive.read("xl/styles.xml").decode()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    fills = re.findall(r"<fill>(.*?)</fill>", styles)
    cells = styles[styles.index("<cellXfs") :]
    forms = [int(number) for number in re.findall(r'<xf [^>]*fillId="(\d+)"', cells)]
    found = {}
    for cell, form in re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet):
        colour = re.search(r'fgColor rgb="(\w+)"', fills[forms[int(form)]])
        if colour and colour[1] in {RED, YELLOW}:
            found[cell] = colour[1]
    return found


WRONG = ({"quantity": "1.500", "lot": None}, {"unit": "kgg"}, {"lot": "L3"})


def test_what_is_wrong_is_said_beside_its_row_in_the_readers_language() -> None:
    out = rows(answer(harvest(*WRONG)))
    assert out[0] == [*headings(), "Cần sửa"]
    assert out[1][-1] == (
        "G2 (sai): '1.500' có thể là 1500 hoặc 1,500; hãy ghi 1500 không có dấu ngăn nghìn, "
        "hoặc ghi 1,500 với ít chữ số thập phân hơn.\nF2 (sai): 'Số lô' còn trống; hãy điền vào."
    )
    assert out[2][-1] == "H3 (sai): Không có đơn vị 'kgg'; hãy ghi đơn vị như kg, kgs."
    assert out[3][-1] == ""
    english = rows(answer(harvest(*WRONG), "en"))
    assert english[0][-1] == "To mend"
    assert english[2][-1] == "H3 (wrong): The unit 'kgg' is unknown; write one such as kg, kgs."


def test_wrong_cells_are_coloured_empty_ones_too() -> None:
    data = harvest({"quantity": "1.500", "lot": None}, {"lot": "L2", "quantity": Formula("=1", 5)})
    assert coloured(answer(data)) == {"G2": RED, "F2": RED, "G3": YELLOW}


def test_every_value_stays_what_and_where_it_was() -> None:
    cells = [line(GOOD), line({**GOOD, "lot": "007", "time": dt.time(5, 30), "note": True})]
    data = workbook([["Sổ"], [], headings(), *cells])
    before, after = rows(data), rows(answer(data))
    assert [row[: len(before[0])] for row in after] == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_was_mended_is_read_like_the_sheet_itself(language: Language) -> None:
    good = harvest({}, {"lot": "L2"})
    again = answer(good, language)
    assert told(checked(again)) == told(checked(good)) == []
    assert checked(again).events == 2
    once_more = answer(answer(harvest(*WRONG), language), language)
    assert len(rows(once_more)[0]) == len(headings()) + 1


def test_a_merged_date_stands_for_its_rows_in_the_answer_too() -> None:
    data = harvest(
        {}, {"lot": "L2", "date": None}, touch=lambda _, sheet: sheet.merge_range("A2:A3", None)
    )
    data = harvest(
        {}, {"lot": "L2", "place": None}, touch=lambda _, sheet: sheet.merge_range("C2:C3", FARM)
    )
    assert told(checked(answer(data))) == told(checked(data)) == [("sheet_merged_rows", "C3")]


def test_a_csv_file_is_answered_as_a_workbook() -> None:
    row = ["10/03/2026", "", FARM, "", GRAPES, "L1", "-5", "kg", "", "", "", ""]
    out = rows(answer(csv_file([headings(), row]).encode()))
    assert out[1][6] == "-5"
    assert out[1][-1] == "G2 (sai): Số lượng phải lớn hơn 0, nhưng gặp '-5'."


DANGEROUS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1+1", "=1,2"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    data = answer(harvest({"note": text, "variety": "https://farm.example"}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = b"".join(body for name, body in parts.items() if "worksheets/" in name)
    assert b"<f>" not in sheets
    assert b"hyperlink" not in sheets.lower()
    assert rows(data)[1][11] == text


def test_what_is_wrong_with_a_heading_is_said_at_it_and_in_the_list_of_everything() -> None:
    names = ["Ngày thu hoạch", "Nơi thu hoạch", "Sản phẩm", "Số lượng", "Đơn vị"]
    out = answer(workbook([names, ["x"] * 5]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(out))
    assert book.sheet_names == ["Thu hoạch", "Cần sửa", "Danh mục"]
    assert rows(out, 1)[0][:3] == ["Thu hoạch", "A1", "sai"]
    assert rows(out, 1)[0][3] == "Thiếu cột 'Số lô'; hãy thêm vào dòng tiêu đề này."
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert "Thiếu cột" in archive.read("xl/comments1.xml").decode()
