"""Cells of CSV: none begins a formula, and each can be read back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.csv_cells import cell, lines, value_of_cell

FORMULA_BEGINS = [*"=+-@\t\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("begin", FORMULA_BEGINS)
def test_what_may_begin_a_formula_gets_an_apostrophe(begin: str) -> None:
    assert cell(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("separator", ",;|\t\r\n")
@pytest.mark.parametrize("begin", FORMULA_BEGINS)
def test_so_does_what_begins_one_where_cells_end_otherwise(separator: str, begin: str) -> None:
    assert cell(f"x@y{separator}{begin}1+1").endswith(f"'{begin}1+1")


@pytest.mark.parametrize("separator", ";|\t")
def test_an_address_that_is_several_cells_in_some_spreadsheet_is_no_formula_there(
    separator: str,
) -> None:
    typed = [f'x@y{separator}{quote}=HYPERLINK("//x.example"){separator}' for quote in ("", '"')]
    (line,) = lines([["1", *typed, "2"]])
    (row,) = csv.reader(io.StringIO(line.removeprefix("\ufeff"), newline=""), delimiter=separator)
    assert [text[:2] for text in row] == ["1,", "'=", "'\"", "'\"", "'\""]


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert [cell(text) for text in ("", "2026/17", "a=1", "GET /trace")] == [
        *("", "2026/17", "a=1", "GET /trace")
    ]


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1))
def test_a_row_is_read_back_as_it_was_and_no_cell_of_it_is_a_formula(values: list[str]) -> None:
    (line,) = lines([values])
    assert line.startswith("\ufeff")
    assert line.endswith("\r\n")
    (row,) = csv.reader(io.StringIO(line.removeprefix("\ufeff"), newline=""))
    assert [value_of_cell(text) for text in row] == values
    for separator in ",;|\t":
        read = io.StringIO(line.removeprefix("\ufeff"), newline="")
        for cells in csv.reader(read, delimiter=separator):
            assert not any(text.startswith(tuple(FORMULA_BEGINS)) for text in cells)
