"""Balances of lots and of parties as people get them: pages, files, and who may see them."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from python_calamine import CalamineWorkbook

from api.app import create_app
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from ingest.capture import capture_bytes, capture_stream
from tests.api.test_web_pages import NOW, SAMPLES, get, serving
from tests.ingest.documents import document, observed, place
from tests.labelled import page_of, rows_of, words_of
from tests.served import client_of, served

PACKED = "https://id.gs1.org/01/08936099141015/10/DN260311"
PACKHOUSE = "https://id.gs1.org/417/8936099140001"
FARM, SHOP = "https://id.gs1.org/417/9506000134307", "https://id.gs1.org/417/9506000134314"
FORMULA = "https://id.gs1.org/01/09506000134352/10/%3DSUM"
DEEP = "https://id.gs1.org/01/09506000134352/10/B"
COLUMNS = [
    *("Produced", "Received", "Used", "Shipped, sold", "Destroyed"),
    *("Should be there", "Unaccounted for"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds the grapes."""
    with Ledger.open(tmp_path_factory.mktemp("balances") / "ledger.duckdb") as ledger:
        for path in sorted((SAMPLES / "fresh_grapes").glob("*.jsonld")):
            with path.open("rb") as file:
                capture_stream(ledger, file, file_name=path.name, now=NOW)
        with serving(ledger) as opened:
            yield opened


def table_of(client: httpx.Client, path: str) -> list[dict[str, str]]:
    """The rows of the one table of a page in English, by the labels of the cells."""
    answer = get(client, path, Accept="text/html", Accept_Language="en")
    assert answer.status_code == 200
    return [
        {label: words_of(cell) for label, cell in row.items()}
        for row in rows_of(page_of(answer.text))
    ]


def amounts(row: dict[str, str]) -> list[str]:
    return [row[column] for column in COLUMNS]


def party(one: str, more: str = "") -> str:
    return f"/parties/{quote(one, safe='')}{more}"


def test_a_lot_has_a_row_for_each_place_and_each_amount_opens_its_events(
    client: httpx.Client,
) -> None:
    path = f"/balance?id={quote(PACKED, safe='')}"
    rows = table_of(client, path)
    assert [(row["Who, where"], amounts(row), row["Unit"]) for row in rows] == [
        (
            "Hợp tác xã nho Đồi Nắng Nhà đóng gói Đồi Nắng",
            ["30", "0", "0", "30", "0", "0", "0"],
            "items",
        ),
        (
            "Kho lạnh Cầu Vồng Xám Kho Thủ Đức Cầu Vồng Xám",
            ["0", "30", "20", "10", "0", "0", "0"],
            "items",
        ),
        ("Siêu thị mini Bến Gạch", ["0", "10", "0", "8", "2", "0", "0"], "items"),
    ]
    page = page_of(get(client, path, Accept_Language="en", Accept="text/html").text)
    (made,) = page.xpath("//tr[1]/td[@data-label='Produced']//details//a")
    assert made.text_content() == "Packing, 11 Mar 2026"
    event = get(client, made.get("href"), Accept="text/html", Accept_Language="en")
    assert event.status_code == 200
    assert "Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311" in event.text


def test_a_party_has_its_lots_of_the_days_that_are_asked_for(client: httpx.Client) -> None:
    days = "?since=2026-03-11&until=2026-03-12"
    rows = table_of(client, party(PACKHOUSE, f"/balance{days}"))
    asked = ["At the start", "Produced", "Received", "Used", "Shipped, sold", "Destroyed"]
    assert [[row["What, where"], *(row[one] for one in asked)] for row in rows] == [
        [f"{name} {where}", *its]
        for name, where, its in [
            (
                "Nho đỏ Cardinal xô, lot GC260310-L1",
                "Nhà đóng gói Đồi Nắng",
                ["100", "0", "0", "100", "0", "0"],
            ),
            (
                "Nho đỏ Cardinal xô, lot GC260311-L2",
                "Nhà đóng gói Đồi Nắng",
                ["0", "0", "75", "75", "0", "0"],
            ),
            (
                "Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311",
                "Nhà đóng gói Đồi Nắng",
                ["0", "30", "0", "0", "30", "0"],
            ),
            (
                "Nho đỏ loại 2, lot DN260311-L2",
                "Nhà đóng gói Đồi Nắng",
                ["0", "20", "0", "0", "20", "0"],
            ),
            (
                "Phụ phẩm nho, lot DN260311-PP",
                "Xưởng đóng gói Đồi Nắng",
                ["0", "5", "0", "0", "0", "5"],
            ),
        ]
    ]


def test_the_page_of_a_party_adds_its_lots_up_product_by_product(client: httpx.Client) -> None:
    rows = table_of(client, party(PACKHOUSE))
    boxes = next(row for row in rows if row["What, where"].startswith("Nho đỏ Ninh Thuận thùng"))
    assert amounts(boxes) == ["58", "0", "0", "58", "0", "0", "0"]
    shown = client.get(party(PACKHOUSE, ".json")).json()
    named = client.get("/parties/8936099140001.json").json()
    assert shown == named
    assert [one["produced"] for one in shown["products"] if one["gtin"] == "08936099141015"] == [
        "58"
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_balance_is_saved_as_a_file_with_a_row_for_each_line(
    client: httpx.Client, ending: str
) -> None:
    answer = get(client, party(PACKHOUSE, f"/balance.{ending}"), Accept_Language="en")
    assert answer.headers["content-disposition"] == f'attachment; filename="balance.{ending}"'
    first, *rows = cells(answer.content, ending)
    fixed = ["Product", "GTIN", "Lot", "Business", "GLN", "Place"]
    assert first == [*fixed, *COLUMNS, "Unit"]
    assert len(rows) == len(client.get(party(PACKHOUSE, "/balance.json")).json()["rows"])
    (row,) = (row for row in rows if row[2] == "DN260402")
    amount = str if ending == "csv" else float
    assert row == [
        *("Nho đỏ Ninh Thuận thùng 5 kg", "08936099141015", "DN260402"),
        *("Hợp tác xã nho Đồi Nắng", "8936099140001", "Nhà đóng gói Đồi Nắng"),
        *(amount(n) for n in (28, 0, 0, 28, 0, 0, 0)),
        "items",
    ]


def cells(data: bytes, ending: str) -> list[list[Any]]:
    if ending == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, httpx.Client]]:
    """A farm that made lots and sent some to a shop, whose receipt only the shop sees."""
    path = tmp_path_factory.mktemp("own") / "ledger.duckdb"

    def about(one: str, step: str, at: str, day: int, amount: float | None, **more: Any) -> Any:
        named = {"epcClass": one, "uom": "KGM"} | ({} if amount is None else {"quantity": amount})
        event = observed(
            eventTime=f"2026-03-{day:02}T00:30:00+07:00",
            bizStep=step,
            readPoint={"id": at.replace("/417/", "/414/")},
            quantityList=[named],
            **more,
        )
        del event["epcList"]
        return event

    ends = {
        "sourceList": [{"type": "owning_party", "source": FARM}],
        "destinationList": [{"type": "owning_party", "destination": SHOP}],
    }
    sent = [
        about(FORMULA, "commissioning", FARM, 1, 2.5, action="ADD"),
        about(DEEP, "commissioning", FARM, 1, 100, action="ADD"),
        about(DEEP, "shipping", FARM, 2, 60, **ends),
        about(DEEP, "destroying", FARM, 3, None, action="DELETE"),
    ]
    came = [about(DEEP, "receiving", SHOP, 3, 60, **ends)]
    names = [place(one.replace("/417/", "/414/"), name="=2+5 Vườn") for one in (FARM, SHOP)]
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        for one, events in ((FARM, sent), (SHOP, came)):
            add_organisation(books, Organisation(one, "Cơ sở"), NOW)
            data = document(*events, elements=names)
            told = capture_bytes(ledger, data, file_name="a", now=NOW, organisation=one)
            assert told.status == "accepted"
        keys = {one: make_key(books, Role.BUSINESS, one, NOW) for one in (FARM, SHOP)}
        with (
            served(create_app(ledger)) as address,
            client_of(address) as everybody,
            client_of(address, Authorization=f"Bearer {keys[FARM]}") as farm,
            client_of(address, Authorization=f"Bearer {keys[SHOP]}") as shop,
        ):
            yield {"all": everybody, FARM: farm, SHOP: shop}


def test_what_is_not_known_is_said_to_be_so_and_is_no_zero(
    small: dict[str, httpx.Client],
) -> None:
    rows = table_of(small[FARM], f"/balance?id={DEEP}")
    assert amounts(rows[0]) == ["100", "0", "0", "60", "not known", "not known", "0"]
    (row,) = (r for r in cells(csv_of(small[FARM]), "csv") if r[2] == "B")
    assert row[6:] == ["100", "0", "0", "60", "not known", "not known", "0", "kg"]


def csv_of(client: httpx.Client) -> bytes:
    return bytes(get(client, party(FARM, "/balance.csv"), Accept_Language="en").content)


def test_no_cell_of_a_file_becomes_a_formula(small: dict[str, httpx.Client]) -> None:
    first = next(row for row in cells(csv_of(small[FARM]), "csv") if "SUM" in row[2])
    assert (first[2], first[3]) == ("'=SUM", "'=2+5 Vườn")
    book = get(small[FARM], party(FARM, "/balance.xlsx"), Accept_Language="en").content
    row = next(row for row in cells(book, "xlsx") if "SUM" in row[2])
    assert (row[2], row[3], row[6]) == ("=SUM", "=2+5 Vườn", 2.5)


def test_days_are_those_of_the_calendar_in_viet_nam(small: dict[str, httpx.Client]) -> None:
    # made on 1 March at 00:30 in Viet Nam, when it was still February in UTC
    path = f"/balance.json?id={DEEP}"
    assert small[FARM].get(f"{path}&until=2026-02-28").json()["rows"] == []
    (row,) = small[FARM].get(f"{path}&until=2026-03-01").json()["rows"]
    assert (row["produced"], row["shipped"]) == ("100", "0")
    (row,) = small[FARM].get(f"{path}&since=2026-03-02&until=2026-03-02").json()["rows"]
    assert (row["opening"], row["produced"], row["shipped"]) == ("100", "0", "60")
    told = small[FARM].get(f"{path}&since=2026-03-02&until=2026-03-01")
    assert (told.status_code, told.json()["title"]) == (
        400,
        "Expected since not to be after until",
    )


def test_an_organisation_gets_its_own_balance_and_no_other(
    small: dict[str, httpx.Client],
) -> None:
    for whose, rows in ((FARM, 2), (SHOP, 1)):
        own = small[whose].get(party(whose, "/balance.json"))
        assert (own.status_code, len(own.json()["rows"])) == (200, rows)
    nobody = "https://id.gs1.org/417/9506000134321"
    for ending in ("", ".json", "/balance", "/balance.json", "/balance.csv", "/balance.xlsx"):
        others, unknown = (
            get(small[SHOP], party(one, ending), Accept="application/json")
            for one in (FARM, nobody)
        )
        assert (others.status_code, unknown.status_code) == (404, 404)
        assert others.json()["title"].replace(FARM, "…") == unknown.json()["title"].replace(
            nobody, "…"
        )
        assert others.json()["title"] == f"Nothing is recorded of a party {FARM!r}."
