"""Every label reads back to its exact link, whatever stands in it, in every format and kind."""

import re
from datetime import date
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from api.stamps.formats import Format, formats
from api.stamps.layout import TooSmallError, lay_out
from api.stamps.pdf import labels_pdf
from api.stamps.png import label_png
from api.stamps.printing import labels_of, stamp_files
from api.stamps.stamp import Stamp, check_stampable
from api.stamps.svg import label_svg
from api.stamps.symbol import LARGEST, QUIET, SMALLEST
from api.stamps.words import label_words
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import check_digit, identifier_of, parse_identifier
from tests.api.stamps.reading import DENSITY, boxes_on, links_on, pictures, words

WORDS = label_words("vi")
BASE = "https://tem.example"
NAME = "Nho ủ ướt Cổ Bình, loại đặc biệt"
"""An invented product."""

CHARACTERS = (
    """!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"""
)
"""GS1's character set 82 (General Specifications, figure 7.11-1)."""

VALUES = st.text(CHARACTERS, min_size=1, max_size=20)
GTINS = st.text("0123456789", min_size=13, max_size=13).map(lambda one: one + check_digit(one))


def item(number: int, lot: str = "L1") -> Stamp:
    found = identifier_of({"01": "08936099141015", "10": lot, "21": f"AC{number:04d}"}, text="")
    return Stamp(found, BASE, NAME)


@pytest.mark.parametrize("wanted", formats().values(), ids=formats())
def test_each_label_of_a_sheet_reads_back_to_its_link_in_its_place(wanted: Format) -> None:
    stamps = [item(number) for number in range(wanted.on_a_page + 1)]
    if wanted.key == "roll-30x20":
        found = [parse_identifier(f"(01)08936099141015(10)A{n}") for n in range(2)]
        stamps = [Stamp(one, "https://t.vn") for one in found]
    pdf = labels_pdf(labels_of(stamps, wanted, WORDS), wanted, "tem")
    pages = [*pictures(pdf)]
    links = [one.link for one in stamps]
    assert [links_on(page) for page in pages] == [
        links[: wanted.on_a_page],
        links[wanted.on_a_page :],
    ]
    dot = 25.4 / DENSITY  # millimetres
    for page in pages:
        assert (page.width * dot, page.height * dot) == pytest.approx(wanted.page, abs=0.2)
        for (left, top, right, bottom), (x, y) in zip(
            boxes_on(page), wanted.places(), strict=False
        ):
            assert x < left * dot < right * dot < x + wanted.label[0]
            assert y < top * dot < bottom * dot < y + wanted.label[1]


@settings(max_examples=40)
@given(
    GTINS,
    VALUES,
    VALUES,
    st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    st.sampled_from([*formats()]),
)
@example("08936099141015", "?%/&\"<>'()", "%2F+=;:,.!*_-", date(2026, 12, 31), "a4-3x8")
@example("08936099141015", "%" * 20, "%" * 20, date(2026, 12, 31), "roll-30x20")
def test_any_lot_and_serial_reads_back(
    gtin: str, lot: str, serial: str, day: date, key: str
) -> None:
    found = identifier_of({"01": gtin, "10": lot, "21": serial}, text="")
    stamp, wanted = Stamp(found, BASE, NAME, day), formats()[key]
    try:
        label = lay_out(stamp, wanted, WORDS)
    except TooSmallError as error:
        wanted = formats()[error.fitting[0]]  # what is named in its place fits
        label = lay_out(stamp, wanted, WORDS)
    pdf = labels_pdf([label], wanted, "tem")
    (link,) = (one for page in pictures(pdf) for one in links_on(page))
    assert link == stamp.link
    assert parse_identifier(link) == found
    parts = urlsplit(link)
    # What must be escaped in a path is: it has three pairs of AI and value, and one query.
    assert (parts.path.count("/"), parts.query, parts.fragment) == (6, f"17={day:%y%m%d}", "")


def test_a_label_reads_back_as_a_picture_of_dots_and_as_one_of_lines() -> None:
    label = lay_out(item(7), formats()["roll-50x30"], WORDS)
    picture = Image.open(BytesIO(label_png(label)))
    assert links_on(picture) == [item(7).link]
    density = picture.info["dpi"][0]
    assert picture.width / density * 25.4 == pytest.approx(50, abs=0.1)
    svg = label_svg(label)
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="50mm" height="30mm"')
    drawn = re.search(r'translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)" [^>]* d="(.*?)"', svg)
    assert drawn is not None
    rows = [list("0" * label.symbol.modules) for _ in label.symbol.rows]
    for x, y, dark in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawn[4]):
        rows[int(y)][int(x) : int(x) + int(dark)] = "1" * int(dark)
    assert [int("".join(row), 2) for row in rows] == [*label.symbol.rows]


def test_words_of_a_page_can_be_selected_with_their_diacritics() -> None:
    (_, pdf), *rest = stamp_files([item(1)], formats()["a4-3x8"], WORDS, "tem")
    told = words(pdf)
    assert rest == []
    assert " ".join(told.split()).startswith("Nho ủ ướt Cổ Bình, loại đặc biệt Lô L1")
    assert "(01)08936099141015" in told
    assert "(21)AC0001" in told


@pytest.mark.parametrize("wanted", formats().values(), ids=formats())
@pytest.mark.parametrize("lot", ["A", "LO-2026-11-27/VUON-3"])
def test_a_code_keeps_its_quiet_zone_and_modules_that_can_be_read(wanted: Format, lot: str) -> None:
    stamp = Stamp(identifier_of({"01": "08936099141015", "10": lot}, text=""), BASE, NAME)
    label = lay_out(stamp, wanted, WORDS)
    assert SMALLEST <= label.module <= LARGEST
    quiet, side = QUIET * label.module, label.symbol.modules * label.module
    for axis in (0, 1):
        assert label.at[axis] >= quiet - 1e-9
        assert label.at[axis] + side + quiet <= label.size[axis] + 1e-9
    for line in label.lines:  # no word stands in the quiet zone, nor beyond the label
        beside = line.x >= label.at[0] + side + quiet - 1e-9
        beneath = line.y - line.size >= label.at[1] + side + quiet - 0.1
        assert beside or beneath
        assert line.y < label.size[1]


def test_what_is_too_small_is_refused_with_what_would_fit() -> None:
    stamp = item(1, "%" * 20)  # three characters of its link each
    with pytest.raises(TooSmallError) as told:
        lay_out(stamp, formats()["roll-30x20"], WORDS)
    assert told.value.fitting == (*(key for key in formats() if key != "roll-30x20"),)
    assert str(told.value) == (
        f"A label of 30 × 20 mm is too small for {stamp.link}: its code needs modules of 0.396 mm, "
        f"and room for the numbers. Formats that fit: {', '.join(told.value.fitting)}."
    )


@pytest.mark.parametrize(
    "text", ["(01)08936099141015", "(414)8936099140018", "(00)389360991426031110"]
)
def test_a_stamp_is_of_a_lot_or_an_item(text: str) -> None:
    with pytest.raises(IdentifierError):
        check_stampable(parse_identifier(text))
