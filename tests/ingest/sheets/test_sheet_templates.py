"""Templates: written, filled in, read again; their examples captured, and what the trace says."""

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from epcis_core.codecs.limits import Limits
from epcis_core.findings import LANGUAGES, Language, Where
from epcis_core.provenance.result import Trace
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import balance_of, trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from ingest.prepare import opened
from ingest.sheets.goods import read_party, read_place, read_product
from ingest.sheets.known import Known, Thing
from ingest.sheets.known_in_ledger import known_in
from ingest.sheets.names import fold
from ingest.sheets.own import Own
from ingest.sheets.own_headings import HeadingsError, read_own_headings
from ingest.sheets.reader import SheetReader, open_sheet
from ingest.sheets.template_writer import (
    example_rows,
    heading,
    template_csv,
    template_workbook,
)
from ingest.sheets.templates import LISTS, Template, templates
from tests.ingest.sheets.sheet_files import (
    FARM,
    GOOD,
    GRAPES,
    checked,
    filled,
    headings,
    line,
    told,
    workbook,
)

LINK = "https://id.gs1.org"
NOW = 1_860_000_000_000_000
SHOP = "9506000941004"

each_template = pytest.mark.parametrize("key", list(templates()))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def texts(template: Template) -> list[Any]:
    parts: list[Any] = [template.title, template.about]
    for column in template.columns:
        parts += [column.name, column.note, *(one.name for one in column.choices)]
    return parts


@each_template
def test_a_template_speaks_both_languages_and_names_each_column_once(key: str) -> None:
    template = templates()[key]
    assert all(text.en and text.vi for text in texts(template))
    names: dict[str, str] = {}
    for column in template.columns:
        for name in (column.key, column.name.en, column.name.vi, *column.also):
            assert names.setdefault(fold(name), column.key) == column.key, name


@each_template
def test_a_template_names_columns_that_it_has(key: str) -> None:
    template = templates()[key]
    named = [*template.group, *template.either, *template.variants]
    for column in template.columns:
        named += [one for one in (column.issuer, column.own_code_of, column.not_before) if one]
    named += [name for row in template.example for name in row]
    assert set(named) <= template.by_key.keys()


@each_template
def test_goods_have_all_four_columns(key: str) -> None:
    template = templates()[key]
    for member in LISTS:
        kinds = {column.kind for column in template.columns if member in column.to}
        assert kinds in (set(), {"product", "lot", "number", "unit"})


@each_template
@each_language
def test_a_template_as_written_holds_no_records_and_no_faults(key: str, language: Language) -> None:
    for data in (
        template_workbook(templates()[key], language),
        template_csv(templates()[key], language),
    ):
        report = checked(data)
        assert (report.events, report.valid) == (0, True)
        assert {code for code, _ in told(report)} <= {"sheet_example_row"}


@each_template
@each_language
def test_a_template_that_was_filled_in_has_no_findings(key: str, language: Language) -> None:
    template = templates()[key]
    written = CalamineWorkbook.from_filelike(io.BytesIO(template_workbook(template, language)))
    name = getattr(template.title, language)
    (names,) = written.get_sheet_by_name(name).to_python(skip_empty_area=False)
    rows = [[_later(value) for value in row] for row in example_rows(template, language)]
    report = checked(workbook([names, *rows], name))
    assert told(report) == []
    assert report.events > 0


def _later(value: Any) -> Any:
    return value.replace(year=value.year + 1) if isinstance(value, dt.date) else value


def test_a_workbook_freezes_its_headings_keeps_codes_text_and_offers_what_is_known() -> None:
    known = Known(
        products=(Thing("Nho đỏ", GRAPES), Thing("=HYPERLINK(1)", "9506000911007:X")),
        places=(Thing("Lô số 1", f"{FARM}/LO-1"),),
    )
    data = template_workbook(templates()["harvest"], "vi", known)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        everything = b"".join(archive.read(one) for one in archive.namelist())
    assert '<pane ySplit="1"' in sheet
    assert 'numFmtId="49"' in styles  # text
    assert re.findall(r'type="list"[^>]*sqref="([A-Z]+)', sheet) == ["C", "E", "H"]
    assert "'Danh mục'!$A$1:$A$1" in sheet
    assert b"<f>" not in everything.replace(b"<formula1>", b"")
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(data)).sheets_metadata
    assert [one.name for one in sheets] == ["Thu hoạch", "Ví dụ", "Danh mục"]
    assert str(sheets[2].visible).endswith("Hidden")


def test_what_was_chosen_from_a_list_is_read_as_its_code() -> None:
    chosen = {**GOOD, "product": Thing("Nho đỏ", GRAPES).shown, "place": Thing("Lô 1", FARM).shown}
    (event,) = events(workbook([headings(), line(chosen)]))
    assert event["quantityList"][0]["epcClass"] == f"{LINK}/01/0{GRAPES}/10/L1"
    assert event["readPoint"] == {"id": f"{LINK}/414/{FARM}"}


def test_headings_are_known_in_any_order_below_titles_without_accents_and_by_other_names() -> None:
    names = ["DVT", "san  luong", "MÃ LÔ", "mặt hàng", "Vườn", "ngay thu hoach (*)", "STT"]
    row = ["kg", 100.0, "L1", GRAPES, FARM, dt.date(2026, 3, 10), 1.0]
    data = workbook([["SỔ THU HOẠCH 2026"], [], names, [], row], "Trang tính1")
    assert told(checked(data)) == []
    (event,) = events(data)
    assert event["quantityList"] == [
        {"epcClass": f"{LINK}/01/0{GRAPES}/10/L1", "quantity": "100", "uom": "KGM"}
    ]


def test_a_unit_in_a_heading_counts_for_its_column() -> None:
    names = [
        one if one != "Số lượng" else "Số lượng (tấn)" for one in headings() if one != "Đơn vị"
    ]
    values = [GOOD.get(one.key) for one in templates()["harvest"].columns if one.key != "unit"]
    data = workbook([names, values])
    assert told(checked(data)) == []
    assert events(data)[0]["quantityList"][0]["uom"] == "TNE"


def test_a_sheet_of_ones_own_is_read_by_what_its_headings_mean() -> None:
    own = read_own_headings(
        b'{"template": "harvest", "columns": {"Cut on": "date", "Where": "place", "What": '
        b'"product", "Mark": "lot", "Kilos": "quantity", "In": "unit"}}'
    )
    data = workbook(
        [["Cut on", "Where", "What", "Mark", "Kilos", "In"], [*GOOD.values()]], "Sheet1"
    )
    assert told(checked(data)) == [("sheet_not_recognised", None)]
    reader = open_sheet(io.BytesIO(data), Limits(), Own(headings=(own,)))
    assert isinstance(reader, SheetReader)
    assert [read.findings for read in reader.events()] == [()]
    as_toml = b'template = "sale"\n[columns]\n"B\xc3\xa1n ng\xc3\xa0y" = "date"\n'
    assert read_own_headings(as_toml).columns == {"Bán ngày": "date"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "Expected JSON or TOML, got: "),
        (b'{"template": "x", "columns": {}}', "Expected a template, one of destruction, harvest,"),
        (b'{"template": "sale"}', "Expected 'template' and 'columns', an object of headings"),
        (
            b'{"template": "sale", "columns": {"A": "b"}}',
            "Expected for 'A' one of date, time, place,",
        ),
    ],
)
def test_what_headings_mean_must_be_said_rightly(text: bytes, message: str) -> None:
    with pytest.raises(HeadingsError) as caught:
        read_own_headings(text)
    assert str(caught.value).startswith(message)


def events(data: bytes) -> list[dict[str, Any]]:
    """The events of a sheet as members; numbers as text."""
    reader = opened(io.BytesIO(data), Limits(), None)
    assert isinstance(reader, SheetReader)
    return [json.loads(read.text, parse_float=str, parse_int=str) for read in reader.events()]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with the worked example of every template, as if it had happened a year later."""
    with Ledger.open(tmp_path_factory.mktemp("chain") / "ledger.duckdb") as ledger:
        for key in templates():
            report = capture_bytes(ledger, filled(key), file_name=f"{key}.xlsx", now=NOW)
            assert (report.status, report.findings) == ("accepted", [])
            assert [one.findings for one in report.events if one.findings] == []
        yield ledger


def traced(ledger: Ledger, text: str) -> Trace:
    return trace_lot(ledger, EVERYTHING, text, now=NOW)


HARVESTED = f"{LINK}/01/0{GRAPES}/10/VD260310"
LATER = f"{LINK}/01/0{GRAPES}/10/VD260311"
BOTTLES = f"{LINK}/01/09506000933009/10/RNVD0316"
RAISINS = "tag:epcis-ledger.org,2026:goods:9506000911007:BA-NHO:BNVD0316"
FERTILISER = "tag:epcis-ledger.org,2026:goods:9506000911007:NPK%2016-16-8:NPK2512"
PESTICIDE = f"{LINK}/01/09506000915005/10/T0817"


def test_a_harvest_was_made_from_what_was_used_on_its_crop(chain: Ledger) -> None:
    links = traced(chain, HARVESTED).links
    made = [one for one in links if one.to == HARVESTED]
    assert {(one.from_, one.quantity.value, one.quantity.uom) for one in made if one.quantity} == {
        (FERTILISER, "50", "KGM"),
        (PESTICIDE, "0.2", "LTR"),
    }
    assert not any(one.disputed for one in made)


def test_what_came_out_of_a_process_was_made_from_all_that_went_in(chain: Ledger) -> None:
    for made in (BOTTLES, RAISINS):
        links = traced(chain, made).links
        assert {one.from_ for one in links if one.to == made} == {HARVESTED, LATER}


def test_a_delivery_is_confirmed_by_both_sides_with_the_crate_that_held_the_lots(
    chain: Ledger,
) -> None:
    (handover,) = traced(chain, HARVESTED).handovers
    assert (handover.from_party, handover.to_party) == (f"{LINK}/417/{FARM}", f"{LINK}/417/{SHOP}")
    assert handover.confirmed == "both"
    assert handover.containers == (f"{LINK}/00/395060009110070018",)


def test_the_amounts_of_the_example_add_up(chain: Ledger) -> None:
    rows = {row.place: row for row in balance_of(chain, EVERYTHING, LATER, as_of=None).rows}
    shop = rows[f"{LINK}/414/{SHOP}"]
    assert [str(shop.received), str(shop.used), str(shop.on_hand)] == ["42.5", "0", "40"]


def test_a_sheet_sent_again_brings_nothing_new(chain: Ledger) -> None:
    for key in templates():
        report = capture_bytes(chain, filled(key), file_name="again.xlsx", now=NOW)
        assert (report.status, report.counts["accepted"]) == ("accepted", 0)
        assert report.counts["duplicate"] == len(report.events) > 0


def test_a_process_that_makes_things_with_different_dates_is_one_transformation() -> None:
    first, second = events(filled("processing"))
    assert first["transformationID"] == second["transformationID"]
    assert first["ilmd"]["cbvmda:bestBeforeDate"] == "2029-03-16"
    assert "cbvmda:bestBeforeDate" not in second["ilmd"]
    assert len(first["inputQuantityList"]) == 2
    assert "inputQuantityList" not in second


def test_what_rows_of_one_number_have_in_common_may_stand_in_the_first_alone() -> None:
    first, second = example_rows(templates()["shipping"], "vi")
    keys = [column.key for column in templates()["shipping"].columns]
    kept = {"delivery_note", "product", "lot", "quantity", "unit"}
    bare = [value if key in kept else None for key, value in zip(keys, second, strict=True)]
    rows = [[_later(value) for value in row] for row in (first, second)]
    whole = events(workbook([headings("shipping"), *rows], "Giao hàng"))
    assert events(workbook([headings("shipping"), rows[0], bare], "Giao hàng")) == whole


def test_a_ledger_fills_the_lists_with_what_its_master_data_name(ledger: Ledger) -> None:
    grapes = Path(__file__).parents[3] / "samples" / "fresh_grapes" / "01-farm-gio-cat.jsonld"
    capture_bytes(ledger, grapes.read_bytes(), file_name="grapes", now=NOW)
    known = known_in(ledger, EVERYTHING)
    assert known.choices("product") == ("Nho đỏ Cardinal xô · 8931004017010",)
    assert known.choices("party") == ("Trang trại nho Gió Cát · 8931004017003",)
    assert known.choices("place") == (
        "Lô nho số 1 · 8931004017102/LO-1",
        "Lô nho số 2 · 8931004017102/LO-2",
        "Sân thu hoạch Gió Cát · 8931004017102",
    )
    assert known.choices("lot") == ()
    assert read_product(known.choices("product")[0], Where()).gtin == "08931004017010"
    places = [read_place(shown, Where()) for shown in known.choices("place")]
    assert places[0] == f"{LINK}/414/8931004017102/254/LO-1"
    assert read_party(known.choices("party")[0], Where()) == f"{LINK}/417/8931004017003"


def processed(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    same = {"date": dt.date(2026, 3, 16), "place": FARM, "process": "ME-1"}
    lines = [line({**same, **row}, "processing") for row in rows]
    return events(workbook([headings("processing"), *lines], "Chế biến"))


INPUT = {"input_product": GRAPES, "input_lot": "L1", "input_quantity": 60.0, "input_unit": "kg"}
DATE = {"production_date": dt.date(2026, 3, 16)}


def output(lot: str) -> dict[str, Any]:
    values = ["9506000933009", lot, 5.0, "chai"]
    keys = ["output_product", "output_lot", "output_quantity", "output_unit"]
    return dict(zip(keys, values, strict=True))


def test_a_date_beside_an_input_holds_for_all_outputs_of_its_process() -> None:
    (event,) = processed(INPUT | DATE, output("R1"), output("R2"))
    assert event["ilmd"] == {"cbvmda:productionDate": "2026-03-16"}
    assert [one["epcClass"][-2:] for one in event["outputQuantityList"]] == ["R1", "R2"]
    (event,) = processed(INPUT | DATE, output("R1"))
    assert event["ilmd"] == {
        "cbvmda:productionDate": "2026-03-16",
        "cbvmda:lotNumber": "R1",
    }


def test_the_kind_of_a_process_is_chosen_by_what_people_call_it() -> None:
    (event,) = processed({**INPUT, **output("R1"), "step": "Đóng chai"})
    assert event["bizStep"] == "packing"
    assert event["bizTransactionList"] == [
        {"type": "prodorder", "bizTransaction": f"urn:epcglobal:cbv:bt:{FARM}:ME-1"}
    ]
    assert "transformationID" not in event


LOTS = st.text(st.sampled_from("ABCxyz0189-/."), min_size=1, max_size=20)


@given(
    date=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    time=st.times().map(lambda one: one.replace(microsecond=0)),
    lot=LOTS,
    part=st.text(st.sampled_from("ABC019-"), max_size=18).map("LO".__add__),
    hundredths=st.integers(1, 10**9),
    note=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]), min_size=1),
    as_text=st.booleans(),
)
def test_a_row_comes_back_as_what_was_written(  # noqa: PLR0917 - drawn by name
    date: dt.date,
    time: dt.time,
    lot: str,
    part: str,
    hundredths: int,
    note: str,
    as_text: bool,  # noqa: FBT001 - drawn
) -> None:
    written: dict[str, Any] = {
        "date": date.strftime("%d/%m/%Y") if as_text else date,
        "time": time.strftime("%H:%M:%S") if as_text else time,
        "place": f"{FARM}/{part}",
        "product": GRAPES if as_text else float(GRAPES),
        "lot": lot,
        "quantity": f"{hundredths / 100:.2f}" if as_text else hundredths / 100,
        "unit": "kg",
        "note": note,
    }
    (event,) = events(workbook([headings(), line(written)]))
    assert event["eventTime"] == f"{date.isoformat()}T{time.isoformat()}+07:00"
    assert event["readPoint"]["id"] == f"{LINK}/414/{FARM}/254/{part}"
    (goods,) = event["quantityList"]
    assert goods["epcClass"].startswith(f"{LINK}/01/0{GRAPES}/10/")
    assert event["ilmd"]["cbvmda:lotNumber"] == lot
    assert round(float(goods["quantity"]) * 100) == hundredths
    assert event["sheet:note"] == note


def test_the_headings_that_a_template_writes_say_what_must_be_filled_in() -> None:
    columns = templates()["sale"].columns
    assert [heading(one, "vi") for one in columns][:3] == ["Ngày bán *", "Giờ", "Nơi bán *"]
