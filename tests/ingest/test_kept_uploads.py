"""Uploads are kept for a day, and no more than fits; what was found in them is said beside it."""

import io
import os
import uuid
from pathlib import Path

import pytest

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Where
from ingest.excerpts import excerpts
from ingest.kept import KEPT_FOR, KeptUploads
from tests.ingest.sheets.sheet_files import csv_file, harvest

LIMITS = Limits()
FIRST, SECOND, THIRD = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_an_upload_is_kept_for_a_day_for_its_owner_alone(tmp_path: Path) -> None:
    clock = Clock()
    kept = KeptUploads(tmp_path / "l.duckdb", clock)
    kept.keep(FIRST, io.BytesIO(b"a;b"))
    assert kept.find(FIRST) == b"a;b"
    assert kept.path == tmp_path / "l.duckdb.uploads"
    assert kept.path.stat().st_mode & 0o777 == 0o700
    written = (kept.path / FIRST).stat().st_mtime
    clock.time = written + KEPT_FOR - 1
    assert kept.find(FIRST) == b"a;b"
    clock.time = written + KEPT_FOR + 1
    assert kept.find(FIRST) is None
    assert [*kept.path.iterdir()] == []


@pytest.mark.parametrize("limit", [{"together": 10}, {"most": 2}], ids=["bytes", "files"])
def test_the_oldest_goes_where_they_are_too_many(tmp_path: Path, limit: dict[str, int]) -> None:
    kept = KeptUploads(tmp_path / "l.duckdb", Clock(), **limit)
    for place, one in enumerate((FIRST, SECOND, THIRD)):
        kept.keep(one, io.BytesIO(b"12345"))
        os.utime(kept.path / one, (place + 1, place + 1))
    assert [kept.find(one) for one in (FIRST, SECOND, THIRD)] == [None, b"12345", b"12345"]


@pytest.mark.parametrize("name", ["../l.duckdb", "", "a" * 300, "%00"])
def test_nothing_is_found_under_a_name_that_is_no_id(tmp_path: Path, name: str) -> None:
    (tmp_path / "l.duckdb").write_bytes(b"secret")
    kept = KeptUploads(tmp_path / "l.duckdb", Clock())
    kept.keep(FIRST, io.BytesIO(b"1"))
    assert kept.find(name) is None


def told(data: bytes, where: Where) -> list[tuple[str, str, bool]]:
    return [
        (one.label, one.text, one.is_meant)
        for one in excerpts(data, [where], LIMITS).get(where, ())
    ]


def test_the_lines_around_a_place_are_shown_and_a_long_one_is_cut() -> None:
    data = b'{\n "a": 1,\r\n "b": 2\n}'
    assert told(data, Where(line=2, column=3)) == [
        ("1", "{", False),
        ("2", ' "a": 1,', True),
        ("3", ' "b": 2', False),
    ]
    long = b"x" * 500 + b"HERE" + b"y" * 500
    ((label, text, is_meant),) = told(long, Where(line=1, column=501))
    assert (label, is_meant, len(text)) == ("1", True, 162)
    assert text.startswith("…xxx")
    assert "xHEREy" in text
    assert text.endswith("yyy…")


def test_a_place_behind_the_end_and_bytes_that_are_no_text_show_nothing() -> None:
    assert told(b"\xff\x00\xff", Where(line=1, column=1)) == []
    assert told(b"{}", Where(line=9, column=1)) == []


def test_the_row_of_a_cell_is_shown_with_its_headings() -> None:
    where = Where(sheet="Thu hoạch", cell="F2")
    row = told(harvest({"lot": None}), where)
    assert ("Ngày thu hoạch", "10/03/2026", False) in row
    assert ("Số lượng", "100", False) in row
    assert [one for one in row if one[2]] == [("Số lô", "", True)]
    assert told(csv_file([["Ngày", "Số lô"], ["10/03/2026", "Lô 5"]]).encode(), where) == []
    assert told(b"{}", where) == []
