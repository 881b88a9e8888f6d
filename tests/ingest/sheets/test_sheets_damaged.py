"""Damaged and hostile sheets: told in a sentence, in bounded time, and never a failure."""

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.limits import Limits
from ingest.check import check_stream
from ingest.report import CheckReport
from ingest.sheets.reader import SheetReader, open_sheet
from tests.conftest import TEST_SCALE
from tests.ingest.sheets.sheet_files import (
    FARM,
    GRAPES,
    checked,
    csv_file,
    harvest,
    headings,
)

GOOD = harvest({}, {"lot": "L2", "time": "05:30"}, touch=lambda _, s: s.merge_range("C2:C3", FARM))
ROW = ["10/03/2026", "", FARM, "", GRAPES, "L1", "12,5", "kg", "", "", "", "Ghi chú"]
TEXT = csv_file([headings(), ROW, ROW]).encode()
OFTEN = settings(max_examples=max(20, int(100 * TEST_SCALE)), deadline=None)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


PARTS = members(GOOD)


def damaged(data: bytes, seed: int, times: int) -> bytes:
    """Some bytes changed, and a piece taken out or put in twice."""
    chance = random.Random(seed)  # noqa: S311 - the same again for the same seed
    out = bytearray(data)
    for _ in range(times):
        out[chance.randrange(len(out))] = chance.randrange(256)
    start = chance.randrange(len(out))
    end = min(len(out), start + chance.randrange(64))
    piece = out[start:end]
    if chance.random() < 0.5:
        out[start:end] = b""
    else:
        out[start:start] = piece
    return bytes(out)


def is_told(report: CheckReport) -> bool:
    """Whether everything that was found is a sentence in both languages."""
    return all(one.message_in("en") and one.message_in("vi") for one in report.findings)


@given(st.integers(0, 2**32), st.integers(1, 20))
@OFTEN
def test_a_workbook_with_damaged_bytes_is_read_or_refused(seed: int, times: int) -> None:
    assert is_told(checked(damaged(GOOD, seed, times)))


@given(st.sampled_from(sorted(PARTS)), st.integers(0, 2**32), st.integers(1, 20))
@OFTEN
def test_a_workbook_with_a_damaged_part_is_read_or_refused(
    part: str, seed: int, times: int
) -> None:
    assert is_told(checked(packed({**PARTS, part: damaged(PARTS[part], seed, times)})))


@given(st.sampled_from(sorted(PARTS)))
@OFTEN
def test_a_workbook_without_one_of_its_parts_is_read_or_refused(part: str) -> None:
    assert is_told(checked(packed({name: body for name, body in PARTS.items() if name != part})))


@given(st.integers(0, 2**32), st.integers(1, 20))
@OFTEN
def test_a_damaged_csv_file_is_read_or_refused(seed: int, times: int) -> None:
    assert is_told(checked(damaged(TEXT, seed, times)))


@given(st.binary(max_size=300))
@OFTEN
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert is_told(checked(data))
    assert is_told(checked(b"PK\x03\x04" + data))


def refused(data: bytes, limits: Limits | None = None) -> list[str]:
    report = check_stream(io.BytesIO(data), file_name="x", limits=limits)
    return [one.code for one in report.findings]


SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET])
def test_entities_are_refused_before_anything_is_built_of_them(part: str) -> None:
    xml = PARTS[part].replace(b"?>", b"?>" + BOMB, 1)
    assert refused(packed({**PARTS, part: xml})) == ["workbook_unreadable"]


@pytest.mark.parametrize("encoding", [b"UEF-8", b"utf-7", b"rot13", b"UTF-16"])
def test_a_part_in_an_encoding_that_there_is_not_is_refused(encoding: bytes) -> None:
    xml = PARTS[SHEET].replace(b"UTF-8", encoding, 1)
    assert refused(packed({**PARTS, SHEET: xml})) == ["workbook_unreadable"]


def test_a_part_that_unpacks_to_a_gigabyte_is_refused_as_it_unpacks() -> None:
    bomb = packed({**PARTS, "xl/sharedStrings.xml": bytes(2**26)})
    assert len(bomb) < 2**17
    assert refused(bomb, Limits(workbook_size=2**25)) == ["workbook_too_large"]


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="1"><c r="A1"/><c r="XFD1"><v>1</v></c></row><row r="999"><c r="A999"/></row>',
        b'<row r="99999999999"><c><v>1</v></c></row>',
        b'<row><c r="A1048576"><v>1</v></c></row><row><c r="ZZZ1"><v>1</v></c></row>',
    ],
    ids=["a full row and a far one", "a row that there is not", "two far corners"],
)
def test_a_sheet_that_reaches_far_is_refused_before_it_is_built(xml: bytes) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    data = packed({**PARTS, SHEET: sheet + xml + b"</sheetData></worksheet>"})
    assert refused(data) == ["sheet_too_large"]


def test_cells_merged_over_and_over_are_refused() -> None:
    cells = b'<mergeCell ref="A1:Z10000"/>' * 100
    xml = PARTS[SHEET].replace(b"</mergeCells>", cells + b"</mergeCells>")
    assert refused(packed({**PARTS, SHEET: xml})) == ["sheet_too_large"]


def test_fifty_thousand_rows_are_read_and_the_wrong_one_is_told() -> None:
    lines = [[*ROW[:5], f"L{number}", *ROW[6:]] for number in range(50_000)]
    lines[40_000][6] = "-1"
    reader = open_sheet(io.BytesIO(csv_file([headings(), *lines]).encode()), Limits())
    assert isinstance(reader, SheetReader)
    told = [(read.index, read.findings) for read in reader.events() if read.findings]
    ((index, (found,)),) = told
    assert (index, found.code, found.where.cell) == (40_000, "sheet_amount_not_positive", "G40002")
    assert reader.findings == []
