"""Pages of other sites read nothing here, and listen to nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served

ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with (
        Ledger.open(tmp_path / "ledger.duckdb") as ledger,
        served(create_app(ledger)) as address,
    ):
        yield address


@pytest.mark.parametrize("path", ["/", "/epcis/events", "/health", "/openapi.json", "/checkpoint"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_site_may_read_an_answer(address: str, path: str, method: str) -> None:
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    with client_of(address) as client:
        answer = client.request(method, path, headers=asked)
    assert [name for name in answer.headers if name.startswith("access-control")] == []
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_no_page_of_another_site_listens(address: str) -> None:
    query = {"name": "all", "query": {"eventType": ["ObjectEvent"]}}
    with client_of(address) as client:
        client.post("/epcis/queries", json=query).raise_for_status()
    to = f"ws{address.removeprefix('http')}/epcis/queries/all/events?stream=true"
    with connect(to, additional_headers={"Origin": address}):
        pass
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(to, additional_headers={"Origin": ELSEWHERE}),
    ):
        pass
    assert refused.value.response.status_code == 403
