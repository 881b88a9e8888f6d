"""CSV as programs save it: encodings, separators, marks; and what is none."""

import unicodedata
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.codecs.limits import Limits
from ingest.sheets.csv_file import looks_like_csv
from ingest.sheets.encodings import decoded, is_vietnamese
from ingest.sheets.reader import open_sheet
from tests.ingest.sheets.sheet_files import FARM, GRAPES, checked, csv_file, headings, told

ROW = ["10/03/2026", "", FARM, "", GRAPES, "L1", "12,5", "kg", "Giống nho đỏ", "", "", "Trời nắng"]
TCVN3 = dict(
    zip(
        "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĐ",
        bytes.fromhex(
            "a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcddde"
            "dfe1e2e3e4e5e6e7e8e9eaebecedeeeff1f2f3f4f5f6f7f8f9fafbfcfdfea7"
        ),
        strict=True,
    )
)
"""From the table of TCVN 5712:1993, VN3; read against glibc's iconv."""

WORDS = [
    "ngày",
    "thu",
    "hoạch",
    "số",
    "lượng",
    "đơn",
    "vị",
    "giống",
    "nho",
    "đỏ",
    "khương",
    "nghiêng",
]


def windows_1258(text: str) -> bytes:
    """Vietnamese as Windows had it: base letters with marks of tones behind them."""
    out = bytearray()
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tones = [one for one in apart if one in "\u0300\u0301\u0303\u0309\u0323"]
        base = unicodedata.normalize("NFC", "".join(one for one in apart if one not in tones))
        out += (base + "".join(tones)).encode("cp1258")
    return bytes(out)


def tcvn3(text: str) -> bytes:
    return bytes(TCVN3.get(letter) or ord(letter) for letter in text)


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(lambda text: text.encode(), id="UTF-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(lambda text: text.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(lambda text: unicodedata.normalize("NFD", text).encode(), id="decomposed"),
        pytest.param(windows_1258, id="Windows-1258"),
        pytest.param(tcvn3, id="TCVN3"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_file_is_read_in_every_encoding(
    encoded: Callable[[str], bytes], separator: str
) -> None:
    row = ['"12,5"' if one == "12,5" else one for one in ROW]
    report = checked(encoded(csv_file([headings(), row], separator)))
    assert told(report) == []
    assert (report.format, report.events, report.valid) == ("csv", 1, True)


@given(st.lists(st.sampled_from(WORDS), min_size=3))
def test_what_vietnam_had_before_unicode_is_told_apart_or_not_read(words: list[str]) -> None:
    text = ";".join(words)
    if text.isascii():
        return
    for data in (windows_1258(text), tcvn3(text)):
        assert decoded(data) in {text, None}


def test_a_syllable_has_one_tone_and_letters_in_order() -> None:
    right = ["hoạch", "nghiêng", "quýt", "giếng", "thuyền", "ươm", "xoài", "Đỏ", "rượu", "khuya"]
    wrong = ["ho¹ch", "café", "naïve", "ngàỳ", "bcd", "sè", "èè"]
    assert [word for word in right if not is_vietnamese(word)] == []
    assert [word for word in wrong if is_vietnamese(word)] == ["sè"]


def test_excels_own_line_says_the_separator() -> None:
    text = "sep=;\r\n" + csv_file([headings(), ROW])
    report = checked(text.encode())
    assert (told(report), report.events) == ([], 1)


def test_cells_of_a_csv_file_are_named_as_a_spreadsheet_names_them() -> None:
    bad = [*ROW[:6], "-5", *ROW[7:]]
    note = [*ROW[:5], "L2", *ROW[6:11], '"hai\r\ndòng"']
    report = checked(csv_file([["Sổ thu hoạch"], [], headings(), note, bad]).encode())
    assert told(report) == [("sheet_amount_not_positive", "G5")]
    assert report.findings[0].where.sheet == "CSV"


def test_the_mark_that_keeps_a_formula_dead_is_no_part_of_the_value() -> None:
    row = [*ROW[:11], "'=1+1"]
    assert told(checked(csv_file([headings(), row]).encode())) == []


@pytest.mark.parametrize(
    "data",
    [
        b'{"type": "EPCISDocument",\n"a": 1}',
        b"<a>,\n<b>,",
        b"lot",
        b"one line, with a comma",
        b"\x89PNG\r\n\x1a\n,\n,",
        b"%PDF-1.7\nwithout any",
        b"",
    ],
)
def test_other_files_are_no_csv(data: bytes) -> None:
    assert checked(data).format != "csv"


def test_the_start_of_a_file_may_end_within_a_letter() -> None:
    whole = csv_file([headings(), ROW, ROW]).encode()
    assert all(looks_like_csv(whole[:end]) for end in range(len(whole) - 60, len(whole)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("text", ['<a b="1,2"\n c="3,4">\n</a>', '{"a": [1,\n 2, 3],\n "b": 4}'])
def test_documents_of_the_standard_are_no_sheets_however_they_are_encoded(
    text: str, encoding: str
) -> None:
    assert open_sheet(BytesIO(text.encode(encoding)), Limits()) is None
