"""A photograph of a label leads to what is on it, however it was taken."""

import io
import re
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from api.barcodes import MOST, read_codes
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.api.finding.photographs import GTIN, LINK, OTHER, PRINTED, WAYS, jpeg, label, taken
from tests.api.test_web_pages import NOW, SAMPLES, get, serving, words

ONE = {
    "QR code with a Digital Link": LINK,
    "GS1 DataMatrix": PRINTED,
    "GS1-128": PRINTED,
    "EAN-13": GTIN,
    "ITF-14": "08936099141015",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds the grapes of the samples."""
    with Ledger.open(tmp_path_factory.mktemp("label") / "ledger.duckdb") as ledger:
        for path in sorted((SAMPLES / "fresh_grapes").glob("*.jsonld")):
            with path.open("rb") as file:
                capture_stream(ledger, file, file_name=path.name, now=NOW)
        with serving(ledger) as opened:
            yield opened


def sent(client: httpx.Client, data: bytes, accept: str = "text/html") -> httpx.Response:
    return client.post(
        "/label",
        files={"picture": ("label.jpg", data, "image/jpeg")},
        headers={"Accept": accept, "Accept-Language": "en"},
        follow_redirects=False,
    )


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("name", ONE)
def test_a_code_is_read_however_it_was_photographed(name: str, how: str) -> None:
    found = read_codes(jpeg(taken(label(name), how)))
    assert [code.text for code in found] == [ONE[name]]


@pytest.mark.parametrize("name", ["QR code with a Digital Link", "GS1 DataMatrix", "GS1-128"])
def test_a_lot_on_a_label_leads_to_its_trace(client: httpx.Client, name: str) -> None:
    first = sent(client, jpeg(label(name)))
    assert first.status_code == 303
    found = get(client, first.headers["location"])
    assert found.status_code == 303
    assert found.headers["location"] == ("/trace?" + str(httpx.QueryParams({"id": LINK})))


@pytest.mark.parametrize("name", ["EAN-13", "ITF-14"])
def test_a_product_alone_asks_for_its_lot(client: httpx.Client, name: str) -> None:
    page = get(
        client, sent(client, jpeg(label(name))).headers["location"], Accept_Language="en"
    ).text
    assert "This code only tells the product: Nho đỏ Ninh Thuận thùng 5 kg." in words(page)
    assert 'name="of" value="08936099141015"' in page
    assert re.findall(r"<strong>([^<]*DN\d+)</strong><span>Lot: of this product", page) == [
        "Nho đỏ Ninh Thuận thùng 5 kg · DN260402",
        "Nho đỏ Ninh Thuận thùng 5 kg · DN260311",
    ]
    answer = get(client, "/search?of=08936099141015&q=dn26o402", Accept_Language="en")
    assert "Lot: nearly the same" in words(answer.text)
    assert get(client, "/search?of=08936099141015&q=DN260311").status_code == 303


def test_several_codes_are_a_choice_in_words(client: httpx.Client) -> None:
    answer = sent(client, jpeg(label("GS1 DataMatrix", "another lot")))
    asked = answer.headers["location"]
    assert httpx.URL(asked).params.get_list("code") == [PRINTED, OTHER]
    page = get(client, asked, Accept_Language="en").text
    assert "There are several codes in the picture." in words(page)
    assert re.findall(r'<a class="card" href="([^"]*)"><strong>([^<]*)<', page) == [
        (
            "/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F08936099141015%2F10%2FDN260311",
            "Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311",
        ),
        (
            "/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F08936099141039%2F10%2FDN260311-L2",
            "Nho đỏ loại 2, lot DN260311-L2",
        ),
    ]


def test_the_barcode_of_a_product_gives_way_to_the_code_with_its_lot(client: httpx.Client) -> None:
    answer = sent(client, jpeg(label("EAN-13", "QR code with a Digital Link")))
    assert answer.headers["location"] == "/search?" + str(httpx.QueryParams({"q": LINK}))


def test_a_machine_is_told_the_codes(client: httpx.Client) -> None:
    answer = sent(client, jpeg(label("EAN-13")), "application/json")
    assert (answer.status_code, answer.json()) == (
        200,
        {"codes": [{"text": GTIN, "format": "EAN-13"}]},
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(jpeg(label()), id="nothing on it"),
        pytest.param(b"no picture", id="no picture"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_without_a_code_people_are_told_what_to_do(client: httpx.Client, data: bytes) -> None:
    answer = sent(client, data)
    assert answer.status_code == 422
    told = words(answer.text)
    assert "No code could be read in the picture. Go closer, in good light without glare" in told
    assert 'action="/search"' in answer.text
    assert sent(client, data, "application/json").json() == {"codes": []}


def test_a_picture_is_bounded_in_bytes_and_dots(client: httpx.Client) -> None:
    answer = sent(client, bytes(MOST + 2**16))
    assert answer.status_code == 413
    assert "The photograph is too large: 10 MiB at most." in words(answer.text)
    huge = io.BytesIO()
    Image.new("1", (8000, 7000)).save(huge, "PNG")
    assert read_codes(huge.getvalue()) == []
