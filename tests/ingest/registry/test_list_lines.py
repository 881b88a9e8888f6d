"""Lines of lists: read from forms and sheets, saved all or none, said as master data."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from epcis_core.codecs.limits import Limits
from epcis_core.findings import LANGUAGES, Finding, Language
from epcis_core.query.master_data_query import MasterDataQuery
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.captures import find_capture
from epcis_core.store.ledger import Ledger
from epcis_core.store.master_data_query import query_master_data
from epcis_core.store.names import Names
from epcis_core.store.registry.certificates import Certificate, add_certificate, certificates
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.partners import Partner, partners_of
from epcis_core.store.registry.places import Place, places_of
from epcis_core.store.registry.products import Product, products_of, save_product
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from ingest.registry import saving
from ingest.registry.line_reader import read_line, record_of
from ingest.registry.lines import KEYS, Line, ListKey, fields_of, list_of, name_of, pointed
from ingest.registry.list_sheets import list_csv, list_workbook, read_list
from ingest.registry.master_data import document_of
from ingest.registry.saving import find_line, lines_of, matched, save_lines
from ingest.sheets.names import fold
from ingest.sheets.template_writer import example_rows
from ingest.sheets.templates import templates
from tests.ingest.sheets.sheet_files import csv_file, harvest, workbook

NOW = 1_790_000_000_000_000
FARM, SHOP = "https://id.gs1.org/417/8936099140001", "https://id.gs1.org/417/9506000134307"
NOBODY = "urn:x:farm"
VIETGAP = Certificate(FARM, "VietGAP", "VG-26-17", "Tổ chức Mặt Trời", date(2026, 1, 1), id=1)
RED = Product(FARM, "08936099141015", "Nho đỏ", "Red grapes", "=Đồi", 4, "Ninh Thuận", "dried", 10)
SYRUP = Product(FARM, "8936099140001:MAT-NHO", "Mật nho", certificates=(1,))
PLOT = Place(
    FARM,
    "8936099140001/LO-1",
    "Lô 1",
    "VN-01",
    "Thôn Gió",
    "Xã Ninh Phước, Khánh Hòa",
    "Xã Phước Thuận, Ninh Phước, Ninh Thuận",
    11.5363,
    108.9581,
)
BEACH = Place(FARM, "geo:11.4012,108.9977", "Bãi muối", lat=11.4012, lon=108.9977)
BUYER = Partner(FARM, "9506000134307", "Cửa hàng", "buyer", "Chị Tư", "0259", "a@b.vn", "gọi sáng")
LISTED: dict[ListKey, list[Line]] = {
    "products": [SYRUP, RED],
    "places": [BEACH, PLOT],
    "partners": [BUYER],
}
each_list = pytest.mark.parametrize("key", KEYS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@dataclass
class Site:
    ledger: Ledger
    books: Bookkeeping

    def save(self, *lines: Line) -> list[tuple[int, str]]:
        faults = save_lines(self.ledger, self.books, lines, now=NOW)
        return [(index, one.code) for index, one in faults]

    def names(self) -> Names:
        with self.ledger.reading() as cursor:
            return Names(cursor, EVERYTHING)

    @property
    def size(self) -> int:
        with self.ledger.reading() as cursor:
            (count,) = cursor.execute("SELECT count(*) FROM entry").fetchone() or (0,)
        return int(count)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho", owned=("8936099",)), NOW)
        add_organisation(books, Organisation(SHOP, "Cửa hàng"), NOW)
        add_certificate(books, VIETGAP, NOW)
        yield Site(ledger, books)


def form(key: ListKey, organisation: str = FARM, **fields: str) -> tuple[Line | None, list[Any]]:
    line, found = read_line(key, record_of(key, fields), pointed, organisation, [VIETGAP])
    return line, [(one.where.pointer, one.message) for one in found]


@each_list
def test_a_list_speaks_both_languages_and_names_each_column_once(key: ListKey) -> None:
    names: dict[str, str] = {}
    for column in list_of(key).columns:
        assert column.note.en
        assert column.note.vi
        for name in (column.key, column.name.en, column.name.vi, *column.also):
            assert names.setdefault(fold(name), column.key) == column.key, name
    assert key not in templates()


@each_list
@each_language
def test_what_is_in_a_list_is_read_back_from_its_sheet(key: ListKey, language: Language) -> None:
    lines = LISTED[key]
    for data in (
        list_workbook(key, lines, language, [VIETGAP]),
        list_csv(key, lines, language, [VIETGAP]),
    ):
        sent = read_list(io.BytesIO(data), key, FARM, Limits(), [VIETGAP])
        assert (sent.findings, sent.lines) == ([], lines)


@each_list
@each_language
def test_an_empty_list_has_an_example_that_is_no_line(key: ListKey, language: Language) -> None:
    retired = [replace(one, retired=NOW) for one in LISTED[key]]
    for data in (list_workbook(key, retired, language), list_csv(key, retired, language)):
        sent = read_list(io.BytesIO(data), key, FARM, Limits())
        assert sent.lines == []
        assert {one.code for one in sent.findings} <= {"sheet_example_row"}


@each_list
def test_the_worked_example_of_a_list_can_be_read(key: ListKey) -> None:
    template = list_of(key)
    rows = [[*row, "mine"] for row in example_rows(template, "vi")]
    headings = [column.name.vi for column in template.columns]
    data = workbook([[*headings, "của tôi"], *rows], template.title.vi)
    sent = read_list(io.BytesIO(data), key, "https://id.gs1.org/417/9506000911007", Limits())
    kept = [one for one in sent.findings if one.code != "sheet_example_row"]
    assert [one.code for one in kept] == ["sheet_column_unknown"]


def test_a_cell_that_would_be_a_formula_is_none() -> None:
    assert b"'=\xc4\x90\xe1\xbb\x93i" in list_csv("products", [RED], "en")
    data = list_workbook("products", [RED], "en")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[1][3] == "=Đồi"


@each_list
def test_a_line_is_the_same_from_a_form(key: ListKey) -> None:
    for line in LISTED[key]:
        assert form(key, **fields_of(line, [VIETGAP])) == (line, [])


CODE_ALONE = (
    "The code 'MAT-NHO' means something in one firm alone; write the GTIN, or the GLN of the firm "
    "in front: 9506000911007:NHO-DO."
)


def test_an_own_code_stands_under_the_own_gln() -> None:
    line, found = form("products", code="MAT-NHO", name_vi="Mật nho")
    assert (line and line.code, found) == ("8936099140001:MAT-NHO", [])
    assert form("products", NOBODY, code="MAT-NHO", name_vi="Mật nho") == (
        None,
        [("/code", CODE_ALONE)],
    )


def test_a_place_without_gln_is_known_by_its_point() -> None:
    line, found = form("places", name="Bãi", point="11,4012; 108,9977")
    assert (line, found) == (replace(BEACH, name="Bãi"), [])
    line, found = form("places", name="Bãi", code="geo:11.4012,108.9977;u=35")
    assert isinstance(line, Place)
    assert (line.lat, line.lon, found) == (11.4012, 108.9977, [])


WRONG: dict[str, tuple[ListKey, dict[str, str], str, str, str]] = {
    "check digit": (
        "products",
        {"code": "8936099141016"},
        "code",
        "Check digit of (01)08936099141016 is wrong: expected 5, got 6.",
        "",
    ),
    "no name": ("products", {"name_vi": " "}, "name_vi", "'Name in Vietnamese' is empty; ", ""),
    "days": (
        "products",
        {"shelf_life_days": "1,5"},
        "shelf_life_days",
        "Expected a whole number of days from 1 to 36500, got 1.5.",
        "Cần số ngày nguyên từ 1 đến 36500, nhưng gặp 1.5.",
    ),
    "no days": (
        "products",
        {"shelf_life_days": "0"},
        "shelf_life_days",
        "Expected a whole number of days from 1 to 36500, got 0.",
        "Cần số ngày nguyên từ 1 đến 36500, nhưng gặp 0.",
    ),
    "stars": ("products", {"ocop_stars": "2"}, "ocop_stars", "'OCOP stars' cannot be '2'; ch", ""),
    "certificate": (
        "products",
        {"certificates": "vg-26-17; VG-1"},
        "certificates",
        "You have no certificate VG-1. The province keeps the list of certificates.",
        "Bạn không có chứng nhận VG-1. Danh sách chứng nhận do tỉnh quản lý.",
    ),
    "long": (
        "products",
        {"brand": "x" * 301},
        "brand",
        "'Brand' is too long: at most 300 characters.",
        "'Nhãn hiệu' quá dài: nhiều nhất 300 ký tự.",
    ),
    "neither": ("places", {"code": ""}, "code", "'Place code' is empty; fill it in.", ""),
    "swapped": (
        "places",
        {"point": "108.9581, 11.5363"},
        "point",
        "108.9581, 11.5363 is no map point: expected the latitude, then the longitude, such as 11",
        "108.9581, 11.5363 không phải tọa độ: cần vĩ độ rồi kinh độ, ví dụ 11.5363, 108.9581.",
    ),
    "no point": ("places", {"point": "beside the road"}, "point", "beside the road is no map ", ""),
    "no GLN": ("partners", {"code": "Chị Tư"}, "code", "Expected the GLN of ", ""),
}
GOOD: dict[ListKey, dict[str, str]] = {
    "products": {"code": "8936099141015", "name_vi": "Nho"},
    "places": {"code": "8936099140001", "name": "Vườn"},
    "partners": {"code": "9506000134307", "name": "Cửa hàng"},
}


@pytest.mark.parametrize("case", list(WRONG))
def test_what_is_wrong_is_told_of_its_field_in_both_languages(case: str) -> None:
    key, fields, name, english, vietnamese = WRONG[case]
    record = record_of(key, GOOD[key] | fields)
    line, found = read_line(key, record, pointed, FARM, [VIETGAP])
    assert line is None
    (one,) = found
    assert one.where.pointer == f"/{name}"
    assert one.message.startswith(english)
    assert one.message_in("vi").startswith(vietnamese)


def test_products_and_places_become_master_data_of_their_organisation(site: Site) -> None:
    assert site.save(RED) == []
    assert site.save(PLOT) == []
    names = site.names()
    told = dict(names.product("08936099141015"))
    assert told["name"] == "Nho đỏ"
    assert (told["descriptionShort"], told["giName"], told["ocopStars"]) == (
        "Red grapes",
        "Ninh Thuận",
        4,
    )
    place = names.place("https://id.gs1.org/414/8936099140001/254/LO-1")
    assert [place[one] for one in ("name", "city", "state", "latitude", "addressBefore")] == [
        "Lô 1",
        "Xã Ninh Phước",
        "Khánh Hòa",
        11.5363,
        "Xã Phước Thuận, Ninh Phước, Ninh Thuận",
    ]
    key = "https://id.gs1.org/414/8936099140001/254/LO-1"
    assert names.owners() == {key: FARM}
    (saved,) = products_of(site.books, FARM)
    gone = replace(saved, name_en="", ocop_stars=None)
    assert site.save(gone) == []
    told = dict(site.names().product("08936099141015"))
    assert "descriptionShort" not in told
    assert "ocopStars" not in told
    assert told["giName"] == "Ninh Thuận"


def test_what_was_said_once_is_not_said_again(site: Site) -> None:
    assert site.save(RED, SYRUP) == []
    size = site.size
    saved = products_of(site.books, FARM)
    assert site.save(*saved) == []
    assert site.save(replace(saved[0], certificates=())) == []  # of which nothing is said
    assert site.size == size
    assert products_of(site.books, FARM)[0].certificates == ()


def test_partners_stand_in_no_ledger(site: Site) -> None:
    assert site.save(BUYER) == []
    assert partners_of(site.books, FARM) == [replace(BUYER, number=1)]
    assert site.size == 0


def test_an_own_code_is_named_as_events_of_sheets_name_it(site: Site) -> None:
    assert site.save(SYRUP, RED) == []
    query = MasterDataQuery(include_attributes=True, include_children=False)
    found = [
        element.id
        for vocabulary in query_master_data(site.ledger, EVERYTHING, query)
        for element in vocabulary.vocabulary_element_list
    ]
    assert found == [
        "https://id.gs1.org/01/08936099141015",
        "tag:epcis-ledger.org,2026:goods:8936099140001:MAT-NHO:",
    ]


def test_one_wrong_line_keeps_all_out_and_nothing_is_said_of_any(site: Site) -> None:
    theirs = replace(RED, code="09506000134352")
    assert site.save(SHOP_APPLES) == []
    size = site.size
    assert site.save(RED, theirs, replace(SYRUP, certificates=(9,))) == [
        (1, "registered_elsewhere"),
        (2, "certificate_unknown"),
    ]
    assert products_of(site.books, FARM) == []
    assert site.size == size
    assert find_line(site.books, "products", FARM, 1) is None


SHOP_APPLES = Product(SHOP, "09506000134352", "Táo")


def test_what_the_ledger_refuses_is_not_saved(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        return b"{"

    monkeypatch.setattr(saving, "document_of", broken)
    assert site.save(RED) == [(0, "truncated")]
    assert lines_of(site.books, "products", FARM) == []


def test_a_code_that_somebody_takes_meanwhile_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any, **more: Any) -> Any:
        save_product(site.books, replace(SHOP_APPLES, code="09506000134369"), NOW)
        return capture_bytes(*given, **more)

    monkeypatch.setattr(saving, "capture_bytes", slow)
    mine = Product(NOBODY, "09506000134369", "Táo")
    add_organisation(site.books, Organisation(NOBODY, "Nhà vườn"), NOW)
    assert site.save(mine) == [(0, "registered_elsewhere")]
    assert lines_of(site.books, "products", NOBODY) == []


def test_a_document_of_master_data_alone_is_captured_without_a_warning(site: Site) -> None:
    assert site.save(RED) == []
    with site.ledger.reading() as cursor:
        (capture_id,) = cursor.execute("SELECT capture_id FROM capture").fetchone() or ("",)
    report = find_capture(site.ledger, EVERYTHING, capture_id)
    assert report is not None
    assert (report["file"], report["status"], report["findings"]) == (
        "products.json",
        "accepted",
        [],
    )


def cells(found: list[Finding]) -> list[tuple[str | None, str]]:
    return [(one.where.cell, one.message) for one in found]


def test_a_sheet_tells_each_cell_that_is_wrong() -> None:
    headings = ["Mã sản phẩm", "Tên sản phẩm", "Hạn dùng (số ngày)"]
    data = csv_file(
        [
            headings,
            ["8936099141016", "Nho", ""],
            ["8936099141015", "", ""],
            ["8936099141022", "Nho xanh", "10"],
            ["8936099141022", "Nho tím", "x"],
            ["08936099141022", "Nho tím", ""],
        ]
    ).encode()
    sent = read_list(io.BytesIO(data), "products", FARM, Limits())
    assert cells(sent.findings) == [
        ("A2", "Check digit of (01)08936099141016 is wrong: expected 5, got 6."),
        ("B3", "'Name in Vietnamese' is empty; fill it in."),
        ("C5", "'x' is no number; write digits alone: 1234,5."),
        ("A6", "8936099141022 stands in A4 too; leave one of the two."),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(harvest(), "list_not_recognised", id="another sheet"),
        pytest.param(b"{}", "workbook_format", id="JSON"),
        pytest.param(b"PK\x03\x04", "workbook_unreadable", id="a broken workbook"),
        pytest.param("Tên sản phẩm;Nhãn hiệu\nNho;Đồi\n".encode(), "sheet_column_missing", id="-"),
    ],
)
def test_what_is_no_such_list_is_told(data: bytes, code: str) -> None:
    sent = read_list(io.BytesIO(data), "products", FARM, Limits())
    assert ([one.code for one in sent.findings], sent.lines) == ([code], [])


def test_lines_of_a_sheet_change_those_with_the_same_codes(site: Site) -> None:
    assert site.save(RED, SYRUP) == []
    held = certificates(site.books, FARM)
    known = lines_of(site.books, "products", FARM)
    text = list_csv("products", known, "vi", held).decode().replace("Mật nho", "Mật nho cô đặc")
    sent = read_list(io.BytesIO(text.encode()), "products", FARM, Limits(), held)
    assert site.save(*matched(sent.lines, known)) == []
    changed = lines_of(site.books, "products", FARM)
    assert [(one.number, name_of(one)) for one in changed] == [(2, "Mật nho cô đặc"), (1, "Nho đỏ")]
    assert places_of(site.books, FARM) == []


def test_master_data_of_a_line_is_json_that_says_who(site: Site) -> None:
    document = json.loads(document_of([(RED, {"urn:x:a": None})], FARM, NOW))
    assert document["sender"] == FARM
    assert document["creationDate"] == "2026-09-21T14:13:20Z"
    assert document["epcisHeader"]["epcisMasterData"]["vocabularyList"] == [
        {
            "type": "urn:epcglobal:epcis:vtype:EPCClass",
            "vocabularyElementList": [
                {
                    "id": "https://id.gs1.org/01/08936099141015",
                    "attributes": [{"id": "urn:x:a"}],
                }
            ],
        }
    ]
    assert site.save() == []
