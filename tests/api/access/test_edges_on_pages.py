"""What a business is answered ends where its view ends, and says so on every page."""

from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from ingest.capture import capture_bytes
from tests.ingest.documents import NOW, document, item, observed
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
SHOP = "https://id.gs1.org/417/8935097702006"
ITEM = item("1")


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The shop, which received an item from the farm; the farm has begun it, and told nobody."""
    path = tmp_path_factory.mktemp("edges") / "ledger.duckdb"
    received = observed(
        ITEM,
        bizStep="receiving",
        readPoint={"id": SHOP.replace("/417/", "/414/")},
        sourceList=[{"type": "owning_party", "source": FARM}],
        destinationList=[{"type": "owning_party", "destination": SHOP}],
    )
    begun = observed(ITEM, action="ADD", eventTime="2026-02-01T08:00:00+07:00")
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(SHOP, "Cửa hàng"), NOW)
        for event, sender in ((received, SHOP), (begun, FARM)):
            data = document(event)
            capture_bytes(ledger, data, file_name="a", now=NOW, organisation=sender)
        key = make_key(books, Role.BUSINESS, SHOP, NOW)
        with (
            served(create_app(ledger)) as address,
            client_of(address, Authorization=f"Bearer {key}") as client,
        ):
            yield client


def test_an_answer_has_an_edge_and_no_gap(business: httpx.Client) -> None:
    trace = business.get("/trace.json", params={"id": ITEM}).json()
    assert trace["edges"] == [{"side": "upstream", "party": FARM, "objects": [ITEM]}]
    assert (trace["gaps"], trace["coverage"]["handovers"]) == ([], 0)
    assert [one["unseen"] for one in trace["handovers"]] == [True]
    assert business.get("/gaps.json").json() == []
    recall = business.get("/recall.json", params={"id": ITEM}).json()
    assert recall["gaps"] == []


@pytest.mark.parametrize(
    ("language", "edge", "coverage"),
    [
        pytest.param(
            "en",
            "before is not shown here.",
            "Of each hand-over the record of one side is shown here.",
            id="English",
        ),
        pytest.param(
            "vi",
            "trước đó không hiển thị ở đây.",
            "Mỗi lần giao nhận chỉ hiển thị ở đây dữ liệu của một bên.",
            id="Vietnamese",
        ),
    ],
)
def test_the_page_says_where_the_view_ends(
    business: httpx.Client, language: str, edge: str, coverage: str
) -> None:
    asked = {"id": ITEM, "lang": language}
    page = business.get("/trace", params=asked, headers={"Accept": "text/html"}).text
    assert edge in page
    assert coverage in page
    assert 'class="red"' not in page


def test_the_page_of_gaps_says_that_what_is_hidden_is_no_gap(business: httpx.Client) -> None:
    page = business.get("/gaps", params={"lang": "en"}, headers={"Accept": "text/html"}).text
    assert "whether there is any or not; it is no gap." in page
