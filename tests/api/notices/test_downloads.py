"""What is downloaded of a recall: opened by programs of others, with the numbers of the JSON."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from python_calamine import CalamineWorkbook

from api.access.exports import DOCUMENTS
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_bytes, capture_stream
from tests.api.stamps.reading import words
from tests.api.test_web_pages import NOW, SAMPLES, serving
from tests.ingest.documents import document, lot, observed

GRAPES = "https://id.gs1.org/01/08936099141015/10/DN260311"
LANDED = "https://id.gs1.org/01/08931007306012/10/HR251006"
FORMULA = "=1+1"
HOSTILE, COOLED = lot("HOSTILE"), lot("COOLED")
BOOKS = [name for name in DOCUMENTS if name.endswith(".xlsx")]

Rows = dict[str, list[list[Any]]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds grapes, fish sauce, and a lot whose maker has a formula for a name."""
    with Ledger.open(tmp_path_factory.mktemp("downloads") / "ledger.duckdb") as ledger:
        for chain in ("fresh_grapes", "fish_sauce"):
            for path in sorted((SAMPLES / chain).glob("*.jsonld")):
                with path.open("rb") as file:
                    capture_stream(ledger, file, file_name=path.name, now=NOW)
        with serving(ledger) as opened:
            for whole in (hostile(), cooled()):
                assert capture_bytes(ledger, whole, file_name="a", now=NOW).status == "accepted"
            yield opened


def cooled() -> bytes:
    """A lot that is cooled; the CBV has no word for that."""
    step = "https://ns.example.vn/traceability/BizStep-cooling"
    event = observed(quantityList=[{"epcClass": COOLED, "quantity": 7}], bizStep=step)
    del event["epcList"]
    return document(event)


def hostile() -> bytes:
    """A lot that is shipped, with names and numbers that a spreadsheet would work out."""
    event = observed(
        quantityList=[{"epcClass": HOSTILE, "quantity": 7}],
        bizStep="shipping",
        bizTransactionList=[{"type": "po", "bizTransaction": f"urn:x:{FORMULA}"}],
        destinationList=[
            {"type": "owning_party", "destination": "https://id.gs1.org/417/9506000134307"}
        ],
    )
    del event["epcList"]
    whole = orjson.loads(document(event))
    product = HOSTILE.partition("/10/")[0]
    whole["epcisHeader"] = {
        "epcisMasterData": {
            "vocabularyList": [
                {
                    "type": f"urn:epcglobal:epcis:vtype:{kind}",
                    "vocabularyElementList": [
                        {
                            "id": one,
                            "attributes": [
                                {"id": "urn:epcglobal:cbv:mda:name", "attribute": FORMULA}
                            ],
                        }
                    ],
                }
                for kind, one in (
                    ("EPCClass", product),
                    ("Party", "https://id.gs1.org/417/9506000134307"),
                )
            ]
        }
    }
    return orjson.dumps(whole)


def got(client: httpx.Client, name: str, *ids: str) -> bytes:
    asked = "&".join(f"id={quote(one, safe='')}" for one in ids)
    answer = client.get(f"/recall/{name}?{asked}", headers={"Accept-Language": "vi"})
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of(content: bytes) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def records(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows of a sheet by its headings."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def office() -> str:
    found = shutil.which("soffice")
    if found is None:
        assert "EVERY_TEST_RUNS" not in os.environ, "LibreOffice is not here"
        pytest.skip("LibreOffice is not here; install libreoffice-calc-nogui to run this test")
    return found


def test_each_workbook_comes_back_from_libreoffice_as_it_was_and_without_a_formula(
    client: httpx.Client, office: str, tmp_path: Path
) -> None:
    written = {}
    for subject, key in ((GRAPES, "grapes"), (HOSTILE, "hostile")):
        for name in BOOKS:
            content = got(client, name, subject)
            written[f"{key}-{name}"] = rows_of(content)
            (tmp_path / f"{key}-{name}").write_bytes(content)
    subprocess.run(
        [
            *(office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"),
            *("--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")),
            *(str(tmp_path / name) for name in written),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for name, rows in written.items():
        saved = (tmp_path / "saved" / name).read_bytes()
        assert rows_of(saved) == rows, name
        with zipfile.ZipFile(io.BytesIO(saved)) as archive:
            sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
            assert all(b"<f" not in archive.read(one) for one in sheets), name
    cells = {
        cell for rows in written.values() for sheet in rows.values() for r in sheet for cell in r
    }
    assert FORMULA in cells


def test_the_trace_report_has_the_numbers_of_the_json(client: httpx.Client) -> None:
    answer = client.get(f"/recall.json?id={quote(GRAPES, safe='')}").json()
    book = rows_of(got(client, "report.xlsx", GRAPES))
    told = [(row["Mã định danh"], row["Số lượng"]) for row in records(book["Hàng bị ảnh hưởng"])]
    assert told == [(one["object"], float(one["quantity"]["value"])) for one in answer["affected"]]
    customers = records(book["Ai được giao bao nhiêu"])
    assert [(row["Được giao"], row["Trả lại"], row["Chưa rõ"]) for row in customers] == [
        tuple(float(each[name]) for name in ("shipped", "returned", "unaccounted"))
        for one in answer["customers"]
        for each in one["objects"]
    ]
    calls = records(book["Danh sách gọi"])
    assert [(row["Nơi cần gọi"], row["Điện thoại"]) for row in calls] == [
        (one["name"], one["phone"]) for one in answer["call_list"]
    ]
    told_last = {row["Nơi cần gọi"]: row["Tự ghi lần cuối (giờ Việt Nam)"] for row in calls}
    assert str(told_last["Cửa hàng trái cây Lá Me Nhỏ"]) == "2026-03-15 20:30:00"
    assert not told_last["Quầy trái cây Hẻm Mười Hai"]  # which recorded nothing
    (made,) = records(book["Báo cáo"])
    parts = ("Đã dùng", "Bán lẻ", "Tồn", "Tiêu hủy", "Chưa rõ")
    assert (made["Sản xuất"], [made[name] for name in parts]) == (30, [20, 8, 0, 2, 0])
    assert made["Sản xuất"] == sum(made[name] for name in parts)
    assert len(book["Chỗ thiếu"]) - 1 == len(answer["gaps"])


def test_the_printed_report_tells_the_same_in_vietnamese(client: httpx.Client) -> None:
    text = " ".join(words(got(client, "report.pdf", GRAPES)).split())
    for sentence in (
        "BÁO CÁO TRUY XUẤT NGUỒN GỐC",
        "Nho đỏ Ninh Thuận thùng 5 kg, lô DN260311 Hạn dùng 25/03/2026",
        "30 đơn vị 20 đơn vị 8 đơn vị 0 đơn vị 2 đơn vị 0 đơn vị",
        "3 trong 4 lần giao nhận có xác nhận của cả hai bên.",
        "các mục theo Thông tư 63/2026/TT-BCT",
    ):
        assert sentence in text, sentence


def test_the_sortable_spreadsheet_has_a_row_per_event_and_lot_and_tells_what_is_missing(
    client: httpx.Client,
) -> None:
    book = rows_of(got(client, "fsma.xlsx", GRAPES))
    names = ["Harvest", "Cool", "Initial pack", "First land-based receiver", "Ship", "Receive"]
    assert [*book] == ["All events", *names, "Transform", "Missing"]
    every = records(book["All events"])
    assert len(every) == sum(len(book[name]) - 1 for name in [*names, "Transform"])
    keys = ("Event", "Traceability lot code", "Input or output")
    assert len({tuple(row[key] for key in keys) for row in every}) == len(every)
    (packed,) = [row for row in records(book["Initial pack"]) if row["Input or output"] == "output"]
    assert packed["Traceability lot code"] == "DN260311"
    assert (packed["Quantity"], packed["Unit of measure"]) == (30, "items")
    assert packed["Field or growing area"] == "Lô nho số 1; Lô nho số 2"
    assert [str(packed[f"Harvest date, {end}"]) for end in ("from", "to")] == [
        "2026-03-10",
        "2026-03-11",
    ]
    shipped = [row for row in records(book["Ship"]) if row["Traceability lot code"] == "DN260311"]
    assert shipped[0]["Ship to GLN"] == "8934907000110/DOCK1"
    assert shipped[0]["Reference document number"] == "PO-2026-0087"
    missing = {tuple(row.values()) for row in records(book["Missing"])}
    no_document = ("Reference document type", "21 CFR 1.1325(a)")
    assert ("Harvest", 2, "GC260310-L1", *no_document) in missing
    for name in [*names, "Transform"]:
        for place, row in enumerate(records(book[name]), start=2):
            for column, value in row.items():
                told = (name, place, row["Traceability lot code"], column)
                is_told = any(one[:4] == told for one in missing)
                assert not is_told or value in {"", None}


def test_what_is_cooled_and_items_of_a_lot_have_rows_of_their_own(client: httpx.Client) -> None:
    book = rows_of(got(client, "fsma.xlsx", COOLED))
    (cooled,) = records(book["Cool"])
    assert (cooled["Traceability lot code"], cooled["Quantity"]) == ("COOLED", 7)
    every = records(rows_of(got(client, "fsma.xlsx", LANDED))["All events"])
    counted = [row for row in every if row["Unit of measure"] == "items"]
    assert any(row["Quantity"] == 24 for row in counted)  # cases for Japan, by their numbers


def test_fish_is_received_from_a_vessel_first(client: httpx.Client) -> None:
    book = rows_of(got(client, "fsma.xlsx", LANDED))
    (landed,) = records(book["First land-based receiver"])
    assert landed["Traceability lot code"] == "HR251006"
    assert landed["Harvest location"]
    assert landed["Landing date"]


def test_foodchain_lab_finds_each_station_and_how_deliveries_go_on(client: httpx.Client) -> None:
    book = rows_of(got(client, "foodchain-lab.xlsx", GRAPES))
    assert [*book] == ["Stations", "Deliveries", "Deliveries2Deliveries"]
    stations = {row["Company_ID"]: row for row in records(book["Stations"])}
    deliveries = {row[0]: row for row in book["Deliveries"][2:]}
    assert {row[column] for row in deliveries.values() for column in (1, 14)} == {*stations}
    onward = [tuple(row) for row in book["Deliveries2Deliveries"][1:]]
    assert {one for pair in onward for one in pair} <= {*deliveries}
    for before, after in onward:
        assert deliveries[before][14] == deliveries[after][1]
    answer = client.get(f"/trace.json?id={quote(GRAPES, safe='')}").json()
    assert sum(row[14] != "consumers" for row in deliveries.values()) == sum(
        len(one["objects"]) for one in answer["handovers"] if one["to_party"] is not None
    )
    amounts = {(row[3], row[12], row[13]) for row in deliveries.values()}
    assert ("GC260310-L1", 100, "kg") in amounts
    assert stations["8931004017003"]["Name"] == "Trang trại nho Gió Cát"


@pytest.mark.parametrize("ending", ["jsonld", "xml"])
def test_the_events_of_the_answer_are_captured_elsewhere(
    client: httpx.Client, tmp_path: Path, ending: str
) -> None:
    content = got(client, f"events.{ending}", GRAPES)
    trace = client.get(f"/trace.json?id={quote(GRAPES, safe='')}").json()
    with Ledger.open(tmp_path / "other.duckdb") as other:
        report = capture_bytes(other, content, file_name=f"a.{ending}", now=NOW)
    assert report.status == "accepted"
    assert {one.event_id for one in report.events} == {*trace["events"]}


def test_what_is_not_known_or_too_much_is_told(client: httpx.Client) -> None:
    unknown = client.get("/recall/fsma.xlsx?id=nowhere", headers={"Accept": "application/json"})
    assert (unknown.status_code, unknown.json()["title"]) == (
        404,
        "The ledger knows nothing of 'nowhere'.",
    )
    many = "&".join(f"id={number}" for number in range(51))
    answer = client.get(
        f"/recall/report.pdf?{many}&lang=en", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["title"] == "At most 50 lots are downloaded at once."
    for path in ("/recall", "/recall/notice"):
        answer = client.get(f"{path}?{many}&lang=en", headers={"Accept": "text/html"})
        assert answer.status_code == 400
        assert "A recall shows at most 50 lots. Divide them among several recalls." in answer.text
