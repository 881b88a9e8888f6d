"""How complete a lot's records are, and its lot record: at the terminal, as JSON and as pages."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.settings import Settings
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.certificates import Certificate, add_certificate
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.registry.places import Place, save_place
from epcis_core.store.registry.products import Product, save_product, set_image
from ingest.capture import capture_stream
from tests.api.conftest import GRAPE_LOT, GRAPES, Run
from tests.served import client_of, served

NOW = 1_790_000_000_000_000
DECREE, FSMA = "vn-decree-37-2026", "fsma-204"
PACKHOUSE = "https://id.gs1.org/417/8936099140001"
PAGE = {"Accept": "text/html"}
UNKNOWN = "https://id.gs1.org/01/08936099141015/10/NONE"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The chain of grapes, whose packhouse keeps its product, a place and a certificate."""
    with Ledger.open(tmp_path_factory.mktemp("complete") / "ledger.duckdb") as ledger:
        for path in sorted(GRAPES.glob("*.jsonld")):
            with path.open("rb") as file:
                capture_stream(ledger, file, file_name=path.name, now=NOW)
        yield ledger


@pytest.fixture(scope="module")
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with served(create_app(ledger, Settings(demo=True))) as address, client_of(address) as opened:
        yield opened


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def status_of(client: httpx.Client, profile: str = DECREE) -> dict[str, str]:
    answer = client.get("/completeness.json", params={"id": GRAPE_LOT, "profile": profile})
    assert answer.status_code == 200
    return {one["id"]: one["status"] for one in answer.json()["requirements"]}


def test_the_json_tells_what_is_missing_and_from_whom(client: httpx.Client) -> None:
    asked = {"id": "(01)08936099141015(10)DN260311", "lang": "en"}
    told = client.get("/completeness.json", params=asked).json()
    assert told["subject"] == GRAPE_LOT
    assert told["profile"]["name"] == DECREE
    assert told["score"] == {"met": 7, "asked": 9, "percent": 77}
    (image,) = (one for one in told["requirements"] if one["id"] == "product_image")
    assert image == {
        "id": "product_image",
        "sentence": "A product has an image.",
        "reference": "Decree 37/2026/NĐ-CP, Article 23(5)(b), 23(7)",
        "severity": "warning",
        "status": "missing",
        "asked": [
            {
                "subject": "https://id.gs1.org/01/08936099141015",
                "moment": "production",
                "event": "urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a",
                "time": "2026-03-11T02:00:00Z",
                "biz_step": "packing",
                "status": "missing",
                "supplier": PACKHOUSE,
                "data": [],
                "doubts": [],
            }
        ],
    }


def test_the_commands_say_what_the_server_says(
    client: httpx.Client, epcis: Run, tmp_path: Path
) -> None:
    ledger = tmp_path / "grapes.duckdb"
    epcis("capture", GRAPES, "--ledger", ledger)
    done = epcis("completeness", GRAPE_LOT, "--profile", FSMA, "--json", "--ledger", ledger)
    assert done.code == 0, done.err
    asked = {"id": GRAPE_LOT, "profile": FSMA, "lang": "en"}
    assert json.loads(done.out) == client.get("/completeness.json", params=asked).json()
    record = epcis("lot-record", GRAPE_LOT, "--json", "--ledger", ledger)
    expected = client.get("/lot-record.json", params={"id": GRAPE_LOT}).json()
    assert json.loads(record.out) == expected
    by_hand = epcis("lot-record", GRAPE_LOT, "--ledger", ledger).out
    assert expected["hash"] in by_hand
    read = epcis("completeness", GRAPE_LOT, "--ledger", ledger).out
    assert "7 of 9 obligatory data: 77%" in read
    for command in ("completeness", "lot-record"):
        unknown = epcis(command, UNKNOWN, "--ledger", ledger)
        assert unknown.code == 1
        assert f"Nothing is known of {UNKNOWN}" in unknown.out


def test_an_unknown_lot_and_an_unknown_profile_are_told(client: httpx.Client) -> None:
    for path in ("/completeness.json", "/lot-record.json"):
        answer = client.get(path, params={"id": UNKNOWN})
        assert (answer.status_code, answer.json()["subject"]) == (404, UNKNOWN)
        assert GRAPE_LOT in answer.json()["near"]
    answer = client.get("/completeness.json", params={"id": GRAPE_LOT, "profile": "none"})
    assert answer.status_code == 400
    assert answer.json()["title"].startswith("There is no profile 'none'; there are eu-178-2002, ")
    assert client.get("/completeness", params={"id": UNKNOWN}, headers=PAGE).status_code == 404


def test_the_page_tells_it_in_the_words_of_people(client: httpx.Client) -> None:
    page = client.get("/completeness", params={"id": GRAPE_LOT, "lang": "vi"}, headers=PAGE)
    text = words(page.text)
    assert "Đủ 7 trên 9 thông tin bắt buộc (77%)." in text
    assert (
        "Sản phẩm phải có hình ảnh. Nho đỏ Ninh Thuận thùng 5 kg Cần Hợp tác xã nho Đồi Nắng bổ "
        "sung. Điểm b khoản 5 và khoản 7 Điều 23 Nghị định 37/2026/NĐ-CP" in text
    )
    trace = client.get("/trace", params={"id": GRAPE_LOT, "lang": "en"}, headers=PAGE)
    assert "7 of 9 obligatory data are there (77%)." in words(trace.text)
    assert (
        f'href="/completeness?id={GRAPE_LOT.replace(":", "%3A").replace("/", "%2F")}"' in trace.text
    )
    record = client.get("/lot-record", params={"id": GRAPE_LOT}, headers=PAGE)
    assert record.status_code == 303
    assert record.headers["Location"].endswith("#record")


def test_what_the_registry_knows_counts_and_chooses_the_profile(
    ledger: Ledger, client: httpx.Client
) -> None:
    before = client.get("/lot-record.json", params={"id": GRAPE_LOT}).json()["hash"]
    assert status_of(client)["product_image"] == status_of(client)["brand"] == "missing"
    with Bookkeeping(ledger.path) as books:
        add_organisation(books, Organisation(PACKHOUSE, "HTX nho Đồi Nắng"), NOW)
        certificate = Certificate(
            PACKHOUSE, "OCOP", "4 sao", "tỉnh", date(2025, 1, 1), date(2026, 3, 1)
        )
        held = add_certificate(books, certificate, NOW)
        product = Product(
            PACKHOUSE,
            "08936099141015",
            "Nho đỏ",
            brand="Đồi Nắng",
            sector="fruit_and_vegetables",
            certificates=(held.id,),
        )
        kept = save_product(books, product, NOW)
        set_image(books, PACKHOUSE, kept.number, b"\xff\xd8\xff", "image/jpeg")
        save_place(books, Place(PACKHOUSE, "8936099140018/SO-CHE", "Nhà sơ chế"), NOW)
    after = status_of(client)
    assert (after["product_image"], after["brand"]) == ("met", "met")
    record = client.get("/lot-record.json", params={"id": GRAPE_LOT}).json()
    assert record["hash"] != before
    assert record["brand"]["value"] == "Đồi Nắng"
    assert record["brand"]["source"]["record"] == "product 08936099141015"
    text = words(client.get("/trace", params={"id": GRAPE_LOT, "lang": "vi"}, headers=PAGE).text)
    assert "Việt Nam: rau quả tươi, TCVN 12827:2023" in text
    own = client.get(f"/products/{kept.number}", params={"organisation": PACKHOUSE}, headers=PAGE)
    told = words(own.text)
    assert "lô DN260402 Việt Nam: dữ liệu truy xuất nguồn gốc theo Nghị định 37/2026/NĐ-CP" in told
    assert "theo Nghị định 37/2026/NĐ-CP: đủ 8 trên 9 (88%)" in told
    listed = words(
        client.get("/products", params={"organisation": PACKHOUSE, "lang": "en"}, headers=PAGE).text
    )
    assert (
        "Latest lot: Nho đỏ Ninh Thuận thùng 5 kg, lot DN260402 "
        "Vietnam: traceability data of Decree 37/2026/NĐ-CP: 9 of 9 (100%)" in listed
    )
