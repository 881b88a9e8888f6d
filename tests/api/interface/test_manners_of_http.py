"""What any address of the server does by HTTP itself: hosts, origins, methods."""

import re

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from tests.ingest.documents import captured, document, observed


def at_root(client: httpx.Client, path: str) -> str:
    return str(client.base_url.join(path))


@pytest.mark.parametrize("host", ["ledger.example", "127.0.0.1.example", "x@127.0.0.1", "", "["])
def test_a_request_to_another_host_is_a_problem(client: httpx.Client, host: str) -> None:
    answer = client.get("/events", headers={"Host": host})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "epcisException:ValidationException",
        "title": f"Expected this machine as Host, such as 127.0.0.1, got {host!r}.",
        "status": 400,
    }
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:65535", "[::1]:80"])
def test_a_request_to_this_machine_is_answered(client: httpx.Client, host: str) -> None:
    assert client.get("/events", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://other.example", "null", "http://[", ""])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_page_of_another_site_writes_nothing(
    client: httpx.Client, method: str, origin: str
) -> None:
    answer = client.request(method, "/queries/x", headers={"Origin": origin})
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "type": "epcisException:SecurityException",
            "title": "A page of another site may not write here.",
            "status": 403,
        },
    )


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/epcis/events", "OPTIONS, GET, POST"),
        ("/epcis/queries", "OPTIONS, GET, POST"),
        ("/epcis/queries/x", "OPTIONS, GET, DELETE"),
        ("/epcis/epcs/x/events", "OPTIONS, GET"),
        ("/upload", "GET, POST"),
        ("/captures", "POST"),
        ("/captures/x", "GET"),
        ("/static/page.js", "GET"),
    ],
)
def test_a_method_that_an_address_has_not_is_told_all_that_it_has(
    client: httpx.Client, path: str, methods: str
) -> None:
    answer = client.request("PUT", at_root(client, path))
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("path", ["/", "/epcis/events", "/health", "/docs", "/static/style.css"])
def test_head_answers_what_get_answers_without_its_content(
    ledger: Ledger, client: httpx.Client, path: str
) -> None:
    captured(ledger, document(observed()))
    for _ in range(9):
        head, got = (client.request(method, at_root(client, path)) for method in ("HEAD", "GET"))
        # A document says when it was written, and the digits of some moments are fewer.
        if head.headers["content-length"] == got.headers["content-length"]:
            break
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length"):
        assert head.headers[name] == got.headers[name]


def test_head_of_nothing_is_not_found(client: httpx.Client) -> None:
    assert client.head("/events/urn:event:0").status_code == 404


def test_the_page_of_the_operations_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get(at_root(client, "/docs"))
    loaded = re.findall(r"(?:src|href|action)=\"([^\"#]+)", page.text)
    assert loaded
    assert all(re.match(r"/(?!/)", one) for one in loaded)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("GET /epcis/events", "MATCH_anyEPC", "GS1-EPC-Format", "nextPageToken"):
        assert name in page.text
    assert "`" not in page.text


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect"])
def test_there_is_no_page_that_would(client: httpx.Client, path: str) -> None:
    assert client.get(at_root(client, path)).status_code == 404
