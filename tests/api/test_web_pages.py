"""The pages as their readers get them: in two languages, as JSON, and when something is wrong."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.app import create_app
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.served import client_of, served

SAMPLES = Path(__file__).parents[2] / "samples"
GRAPES = "https://id.gs1.org/01/08936099141015/10/DN260311"
GROWN = "https://id.gs1.org/01/08931004017010/10/GC260310-L1"
PALLET = "https://id.gs1.org/00/389360991426031110"
NOW = 1_790_000_000_000_000
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOSTILE = "<script>alert('x')</script>\"&"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds the grape samples."""
    with Ledger.open(tmp_path_factory.mktemp("pages") / "ledger.duckdb") as ledger:
        for path in sorted((SAMPLES / "fresh_grapes").glob("*.jsonld")):
            with path.open("rb") as file:
                report = capture_stream(ledger, file, file_name=path.name, now=NOW)
            assert report.status == "accepted", path.name
        with serving(ledger) as opened:
            yield opened


@contextmanager
def serving(ledger: Ledger) -> Iterator[httpx.Client]:
    """Serve a ledger in a thread of its own."""
    with (
        served(create_app(ledger, Settings(demo=True))) as address,
        client_of(address, **PAGE) as client,
    ):
        yield client


@pytest.fixture
def empty(ledger: Ledger) -> Iterator[httpx.Client]:
    with serving(ledger) as opened:
        yield opened


def words(html: str) -> str:
    """Return a page's text without its tags, blanks folded."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def get(client: httpx.Client, path: str, **headers: str) -> Any:
    return client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})


ALL_PAGES = [
    pytest.param("/", 200, id="home"),
    pytest.param("/search?q=nho", 200, id="search"),
    pytest.param("/search?q=zzzzzz", 404, id="search, nothing"),
    pytest.param("/search", 200, id="search, empty"),
    pytest.param(f"/trace?id={GRAPES}", 200, id="trace"),
    pytest.param(f"/trace?id={GRAPES}&direction=upstream", 200, id="trace, upstream"),
    pytest.param(f"/trace?id={PALLET}", 200, id="trace of a pallet"),
    pytest.param("/trace?id=(01)08936099141015(10)DN26O311", 404, id="trace, unknown"),
    pytest.param(f"/trace?id={GRAPES}&as_of=yesterday", 400, id="trace, no time"),
    pytest.param(f"/trace?id={GRAPES}&direction=sideways", 400, id="trace, no direction"),
    pytest.param("/trace", 400, id="trace of nothing"),
    pytest.param("/recall", 200, id="recall of nothing"),
    pytest.param(f"/recall?id={GRAPES}", 200, id="recall"),
    pytest.param(f"/recall?id={GRAPES}&id={GROWN}&id=DN26O311", 200, id="recall of several"),
    pytest.param("/recall?id=zzzzzz", 404, id="recall, unknown"),
    pytest.param(f"/recall?id={GRAPES}&as_of=yesterday", 400, id="recall, no time"),
    pytest.param(f"/balance?id={GRAPES}", 200, id="balance"),
    pytest.param(f"/balance?id={GRAPES}&since=2026-03-11", 200, id="balance of a period"),
    pytest.param(f"/balance?id={GRAPES}&until=yesterday", 400, id="balance, no day"),
    pytest.param("/parties/8936099140001", 200, id="party"),
    pytest.param("/parties/8936099140001/balance?until=2026-03-11", 200, id="party, lots"),
    pytest.param("/parties/zzzzzz", 404, id="party, unknown"),
    pytest.param("/gaps", 200, id="gaps"),
    pytest.param(f"/gaps?id={GRAPES}", 200, id="gaps of a lot"),
    pytest.param("/gaps?id=zzzzzz", 404, id="gaps, unknown"),
    pytest.param("/gaps?max_objects=1", 200, id="gaps, truncated"),
    pytest.param("/event?id=urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a", 200, id="event"),
    pytest.param("/event?id=urn:uuid:0", 404, id="event, unknown"),
    pytest.param("/upload", 200, id="upload"),
    pytest.param("/captures/nothing", 404, id="capture, unknown"),
    pytest.param("/nowhere", 404, id="no such page"),
]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("path", "status"), ALL_PAGES)
def test_every_page_speaks_both_languages(
    client: httpx.Client, path: str, status: int, language: str
) -> None:
    answer = get(client, path, Accept_Language=language)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert "{" not in words(re.sub(r"(?s)<pre.*?</pre>", "", answer.text))


@pytest.mark.parametrize(("path", "status"), ALL_PAGES)
def test_no_page_needs_more_than_our_files(client: httpx.Client, path: str, status: int) -> None:
    answer = get(client, path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert re.findall(r"<style|style=|<script(?! src=\"/static/)|\son[a-z]+=", answer.text) == []
    for address in re.findall(r'(?:src|href)="([^"]*)"', answer.text):
        assert address.startswith(("/", "#", "tel:", "geo:")), address


@pytest.mark.parametrize(
    ("path", "status"),
    [case for case in ALL_PAGES if case.id not in {"upload", "no such page", "recall of nothing"}],
)
def test_every_page_is_also_json(client: httpx.Client, path: str, status: int) -> None:
    by_header = get(client, path, Accept="application/json")
    name, mark, query = path.partition("?")
    by_suffix = get(client, f"{name if name != '/' else '/index'}.json{mark}{query}")
    if path.startswith("/search"):
        status = 200  # a list of no hits is an answer to a machine
    for answer in (by_header, by_suffix):
        assert answer.status_code == status
        assert re.match(r"application/(problem\+)?json", answer.headers["content-type"])
    assert timeless(by_header.json()) == timeless(by_suffix.json())


def timeless(answer: Any) -> Any:
    """Return an answer without the time at which it was given."""
    if isinstance(answer, dict):
        return {name: timeless(value) for name, value in answer.items() if name != "as_of"}
    return answer


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("method", "path", "accept", "expected"),
    [
        pytest.param("GET", "/", BROWSER, "text/html", id="a browser"),
        pytest.param("GET", "/", "*/*", "text/html", id="a command, on a page"),
        pytest.param("GET", "/", "application/ld+json", "application/json", id="JSON-LD"),
        pytest.param(
            "GET", "/", "text/html;q=0.1, application/json", "application/json", id="both"
        ),
        pytest.param("GET", "/", "text/html;q=what", "text/html", id="nonsense"),
        pytest.param("GET", "/epcis/nowhere", "*/*", "application/problem+json", id="interface"),
        pytest.param("GET", "/epcis/nowhere", BROWSER, "text/html", id="interface, in a browser"),
        pytest.param("POST", "/upload", "*/*", "application/problem+json", id="a command's form"),
        pytest.param("POST", "/upload", BROWSER, "text/html", id="a browser's form"),
    ],
)
def test_who_gets_a_page_and_who_gets_json(
    client: httpx.Client, method: str, path: str, accept: str, expected: str
) -> None:
    answer = client.request(method, path, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == expected


def test_errors_for_machines_are_problems(client: httpx.Client) -> None:
    answer = get(client, "/event.json?id=urn:uuid:0")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "epcisException:NoSuchResourceException",
        "title": "The ledger holds no event 'urn:uuid:0'.",
        "status": 404,
    }


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        pytest.param("/?lang=en", {}, "en", id="the address"),
        pytest.param("/", {"Cookie": "language=en"}, "en", id="the cookie"),
        pytest.param("/", {"Accept-Language": "en"}, "en", id="the browser"),
        pytest.param("/", {}, "vi", id="nothing"),
        pytest.param("/?lang=xx", {"Cookie": "language=%22"}, "vi", id="nonsense"),
    ],
)
def test_the_language_is_chosen(
    client: httpx.Client, path: str, headers: dict[str, str], expected: str
) -> None:
    answer = client.get(path, headers=headers)
    client.cookies.clear()
    assert answer.headers["content-language"] == expected
    assert ("set-cookie" in answer.headers) == ("lang=en" in path)


def test_home_says_what_the_ledger_holds(client: httpx.Client) -> None:
    answer = get(client, "/.json".replace("/.json", "/index.json"))
    contents = answer.json()["contents"]
    assert contents["events"] == 122
    page = words(get(client, "/", Accept_Language="en").text)
    assert f"events {contents['events']}" in page
    assert "Try some sample lots DN260311" in page


def test_home_of_an_empty_ledger_invites(empty: httpx.Client) -> None:
    assert "Sổ chưa có sự kiện nào. Hãy gửi tệp đầu tiên." in words(empty.get("/").text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GRAPES, id="Digital Link"),
        pytest.param("https://shop.example/01/08936099141015/10/DN260311?x=1", id="other domain"),
        pytest.param("(01)08936099141015(10)DN260311", id="element string"),
        pytest.param("]C1010893609914101510DN260311", id="scan"),
        pytest.param("DN260311", id="bare lot"),
    ],
)
def test_any_spelling_leads_to_the_lot(client: httpx.Client, text: str) -> None:
    answer = client.get("/search", params={"q": text})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/trace?id={quote(GRAPES, safe='')}",
    )


def test_the_trace_page_answers_the_first_questions(client: httpx.Client) -> None:
    page = words(get(client, f"/trace?id={GRAPES}", Accept_Language="en").text)
    trace = get(client, f"/trace.json?id={GRAPES}").json()
    both, handovers = trace["coverage"]["confirmed_by_both"], trace["coverage"]["handovers"]
    assert "Nho đỏ Ninh Thuận thùng 5 kg Lot DN260311" in page
    assert "No recall has been announced; the records have 1 gap or contradiction." in page
    assert (
        "From Trang trại nho Gió Cát by way of Hợp tác xã nho Đồi Nắng and Kho lạnh Cầu Vồng Xám to"
    ) in page
    assert "Made by Hợp tác xã nho Đồi Nắng Amount at the start 30 items Where it is now" in page
    assert "Expiry 25 Mar 2026" in page
    assert "Ask Quầy trái cây Hẻm Mười Hai +84 28 0000 1808" in page
    assert f"{both} of {handovers} hand-overs confirmed by both sides." in page
    assert (
        "Kho lạnh Cầu Vồng Xám recorded shipping Nho đỏ Ninh Thuận hộp 500 g, lot CV260313 to "
        "Quầy trái cây Hẻm Mười Hai on 14 Mar 2026; Quầy trái cây Hẻm Mười Hai recorded no receipt."
    ) in page


def test_the_trace_page_names_every_object_party_and_place(client: httpx.Client) -> None:
    text = get(client, f"/trace?id={GRAPES}").text
    trace = get(client, f"/trace.json?id={GRAPES}").json()
    for one in trace["objects"]:
        assert f'href="/trace?id={quote(one["id"], safe="")}"' in text
    page = words(text)
    for known in [*trace["parties"].values(), *trace["places"].values()]:
        assert known["name"] in page
    assert 'href="tel:+842590001303"' in text
    assert 'href="geo:11.5172,108.9134"' in text


def test_times_stand_beside_the_events_own_offset(client: httpx.Client) -> None:
    page = words(get(client, f"/trace?id={GRAPES}", Accept_Language="en").text)
    assert "11 Mar 2026, 09:00 (+07:00) Packing" in page


def test_an_unknown_lot_is_answered_with_near_ones(client: httpx.Client) -> None:
    asked = "(01)08936099141015(10)DN26O311"
    answer = get(client, f"/trace?id={asked}", Accept_Language="en")
    page = words(answer.text)
    assert f"No event in the ledger names {asked}." in page
    assert "Did you mean Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311" in page


def test_an_event_in_words_and_as_received(client: httpx.Client) -> None:
    path = "/event?id=urn:uuid:403b4a56-c85a-59c9-a63c-5bc02d76f62a"
    text = get(client, path, Accept_Language="en").text
    assert (
        "On 11 March 2026 at 09:00 (+07:00), Hợp tác xã nho Đồi Nắng made 100 kg "
        "Nho đỏ Cardinal xô, lot GC260310-L1 and 75 kg Nho đỏ Cardinal xô, lot GC260311-L2 into "
        "30 × Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311"
    ) in words(text)
    (record,) = get(client, path, Accept="application/json").json()["records"]
    received = re.search(r"(?s)<pre[^>]*><code>(.*?)</code></pre>", text)
    assert received is not None
    assert json.loads(unescape(received[1])) == record["event"]
    assert record["hash"].startswith("ni:///sha-256;")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/search?q=", id="search"),
        pytest.param("/trace?id=", id="trace"),
        pytest.param("/recall?id=", id="recall"),
        pytest.param(f"/recall?id={GRAPES}&id=", id="recall of several"),
        pytest.param(f"/recall?id={GRAPES}&as_of=", id="recall, as_of"),
        pytest.param("/gaps?id=", id="gaps"),
        pytest.param("/balance?id=", id="balance"),
        pytest.param("/event?id=", id="event"),
        pytest.param("/captures/", id="capture"),
        pytest.param("/nowhere?x=", id="nowhere"),
        pytest.param(f"/trace?id={GRAPES}&as_of=", id="as_of"),
    ],
)
def test_what_a_person_types_stays_text(client: httpx.Client, path: str) -> None:
    assert "<script>" not in get(client, path + quote(HOSTILE, safe="")).text


def upload(client: httpx.Client, *files: tuple[str, bytes], **fields: str) -> Any:
    parts = [("files", (name, body, "application/json")) for name, body in files]
    return client.post("/upload", files=parts, data=fields)


def sample(name: str) -> bytes:
    return (SAMPLES / "fresh_grapes" / name).read_bytes()


def test_an_upload_leads_to_its_receipt(empty: httpx.Client) -> None:
    answer = upload(empty, ("farm.jsonld", sample("01-farm-gio-cat.jsonld")))
    assert answer.status_code == 303
    receipt = empty.get(answer.headers["location"])
    page = words(receipt.text)
    assert "Đã ghi vào sổ: farm.jsonld" in page
    assert "đã ghi 17 đã có từ trước 0 bị từ chối 0 nhắc nhở 0" in page
    assert "lô GC260310-L1" in page
    again = upload(empty, ("farm.jsonld", sample("01-farm-gio-cat.jsonld")))
    assert "đã ghi 0 đã có từ trước 17" in words(empty.get(again.headers["location"]).text)


def faulty() -> bytes:
    document = json.loads(sample("02-farm-suoi-da-vang.jsonld"))
    document["epcisBody"]["eventList"][1]["bizStep"] = "shiping"
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param(
            "vi",
            "Lỗi 'shiping' không phải thuật ngữ chuẩn; có phải 'shipping'? sự kiện thứ 2",
            id="vi",
        ),
        pytest.param(
            "en", "Error 'shiping' is not a standard term; did you mean 'shipping'?", id="en"
        ),
    ],
)
def test_every_error_is_named_in_the_senders_language(
    empty: httpx.Client, language: str, expected: str
) -> None:
    empty.headers["Accept-Language"] = language
    answer = upload(empty, ("farm.json", faulty()))
    assert answer.status_code == 422
    assert expected in words(answer.text)
    assert "/epcisBody/eventList/1/bizStep" in words(answer.text)
    assert get(empty, "/index.json").json()["contents"]["events"] == 0


def test_good_events_are_stored_beside_bad_ones_when_asked_for(empty: httpx.Client) -> None:
    answer = upload(empty, ("farm.json", faulty()), proceed="true")
    assert answer.status_code == 200
    assert "Chỉ ghi được một phần: farm.json" in words(answer.text)
    assert get(empty, "/index.json").json()["contents"]["events"] == 9


def test_several_files_get_a_report_each(empty: httpx.Client) -> None:
    empty.headers["Accept"] = "application/json"
    answer = upload(empty, ("a.json", sample("01-farm-gio-cat.jsonld")), ("b.txt", b"hello"))
    assert answer.status_code == 200
    assert [(one["file"], one["status"]) for one in answer.json()] == [
        ("a.json", "accepted"),
        ("b.txt", "rejected"),
    ]


def test_a_form_without_a_file_is_told_so(empty: httpx.Client) -> None:
    answer = empty.post("/upload", files=[("files", ("", b"", "application/octet-stream"))])
    assert answer.status_code == 400
    assert "Bạn chưa chọn tệp nào." in words(answer.text)


def test_names_in_the_data_stay_text(empty: httpx.Client) -> None:
    document = json.loads(sample("01-farm-gio-cat.jsonld"))
    for vocabulary in document["epcisHeader"]["epcisMasterData"]["vocabularyList"]:
        for element in vocabulary["vocabularyElementList"]:
            for attribute in element["attributes"]:
                if attribute["id"].endswith("name"):
                    attribute["attribute"] = HOSTILE
    sent = upload(empty, (f"{HOSTILE}.json", json.dumps(document).encode()))
    receipt = sent.headers["location"]
    lot = "https://id.gs1.org/01/08931004017010/10/GC260310-L1"
    for path in (
        "/",
        receipt,
        f"/trace?id={lot}",
        f"/recall?id={lot}",
        "/gaps",
        "/search?q=script",
    ):
        answer = empty.get(path)
        assert "<script>alert" not in answer.text
        assert "alert('x')" in unescape(answer.text), path
