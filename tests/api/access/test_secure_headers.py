"""Every answer says what browsers may not do with it, an error's too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.access.secure_headers import ANY_ANSWER, OVER_TLS
from api.app import create_app
from api.base_address import BaseAddress, read_networks
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served

PATHS = (
    *("/", "/upload", "/search?q=x", "/trace?id=nothing", "/epcis/events", "/epcis/queries/none"),
    *("/health", "/metrics", "/openapi.json", "/static/style.css", "/nowhere", "/proof/none"),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("headers") / "ledger.duckdb"
    with Ledger.open(path) as ledger, served(create_app(ledger)) as address:
        yield address


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_answer_says_what_browsers_may_not_do(address: str, path: str, accept: str) -> None:
    with client_of(address, Accept=accept) as client:
        answer = client.get(path)
    assert {name.lower() for name in ANY_ANSWER} <= {*answer.headers}
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    # What is no page is shown as none, and cannot act as one of this site.
    assert ("sandbox" in policy) != answer.headers["content-type"].startswith("text/html")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in answer.headers


def test_an_answer_by_https_asks_to_come_by_https_again(tmp_path: Path) -> None:
    base, proxies = BaseAddress.read("https://so-cai.example"), read_networks(["127.0.0.1"])
    with (
        Ledger.open(tmp_path / "ledger.duckdb") as ledger,
        served(create_app(ledger, Settings(base=base, proxies=proxies))) as address,
        client_of(address, Host="so-cai.example", X_Forwarded_Proto="https") as client,
    ):
        assert client.get("/health").headers["strict-transport-security"] == OVER_TLS
