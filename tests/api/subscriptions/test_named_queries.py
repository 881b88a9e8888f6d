"""Named queries over HTTP: kept as given, refused where they are none, listed, asked, removed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from lxml import etree

from epcis_core.store.ledger import Ledger
from tests.api.subscriptions.servers import capture, named, serving, serving_in
from tests.conformance.oracles import MODULAR, json_complaint, xml_complaint
from tests.ingest.documents import captured, document, item, observed

QUERIES = "/epcis/queries"


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with serving(ledger) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server without any query, which refuses all that it is sent."""
    with serving_in(tmp_path_factory.mktemp("refusing")) as opened:
        yield opened


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    members = answer.json()
    assert members["status"] == answer.status_code
    return answer.status_code, members["type"].removeprefix("epcisException:"), members["title"]


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    listed = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return [event["eventID"] for event in listed]


def test_a_query_is_given_back_as_it_was_given(client: httpx.Client) -> None:
    parameters = (
        '{"@context":{"ex":"https://ns.example.com/"},"EQ_ex:grade":["A","B"],'
        '"GE_quantity":1.50,"EXISTS_errorDeclaration":false,"maxEventCount":1000}'
    )
    body = f'{{"name": "Nho đỏ / 1", "query": {parameters}}}'
    made = client.post(QUERIES, content=body.encode(), headers={"Content-Type": "application/json"})
    assert made.status_code == 201
    path = f"{QUERIES}/{quote('Nho đỏ / 1', safe='')}"
    assert made.headers["location"] == path
    assert made.headers["gs1-epcis-version"] == made.headers["gs1-cbv-version"] == "2.0"
    shown = client.get(path)
    assert shown.status_code == 200
    assert shown.text == made.text == f'{{"name":"Nho đỏ / 1","query":{parameters}}}'
    assert client.get(QUERIES).text == f"[{shown.text}]"


def test_a_name_is_given_once_and_may_be_given_again_once_it_is_free(
    client: httpx.Client,
) -> None:
    path = named(client, "one", eventType=["ObjectEvent"])
    again = client.post(QUERIES, json={"name": "one", "query": {}})
    assert problem(again) == (
        409, "ResourceAlreadyExistsException", "There is a query named 'one' already.",
    )  # fmt: skip
    assert client.get(path).json()["query"] == {"eventType": ["ObjectEvent"]}
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE", "OPTIONS"):
        assert problem(client.request(method, path)) == (
            404, "NoSuchNameException", "There is no query named 'one'.",
        )  # fmt: skip
    assert named(client, "one") == path


@pytest.mark.parametrize("name", ["SimpleEventQuery", "SimpleMasterDataQuery"])
def test_the_standards_own_names_are_taken(shared: httpx.Client, name: str) -> None:
    made = shared.post(QUERIES, json={"name": name, "query": {}})
    assert problem(made)[:2] == (409, "ResourceAlreadyExistsException")


def body(query: Any = None, name: Any = "one", **more: Any) -> str:
    return json.dumps({"name": name, "query": {} if query is None else query, **more})


NO_NAME = "QueryValidationException"
NO_PARAMETER = "QueryParameterException"
END = "This is not JSON: expected the end of the file behind the document, got '{'."


@pytest.mark.parametrize(
    ("sent", "kind", "title"),
    [
        ("", NO_NAME, "The file is empty."),
        ("[]", NO_NAME, "Expected a JSON object, got a list."),
        ("{} {}", NO_NAME, END),
        ('{"name": "one", "name": "two", "query": {}}', NO_NAME, None),
        (body(name=None), NO_NAME, "Expected a text as name, got nothing."),
        (body(name=7), NO_NAME, "Expected a text as name, got 7."),
        (body(name=" "), NO_NAME, 'Expected a text as name, got " ".'),
        (body(name="a\nb"), NO_NAME, r'Expected a text as name, got "a\nb".'),
        (body(name=".."), NO_NAME, "'..' cannot be a name: it stands in an address."),
        ('{"name": "one"}', NO_NAME, "Expected an object of parameters as query, got nothing."),
        (body(query=[]), NO_NAME, "Expected an object of parameters as query, got a list."),
        (body(note=""), NO_NAME, "A named query has a name and a query, but no 'note'."),
        (
            body({"EQ_action": []}), NO_NAME,
            "EQ_action: expected at least one value, got an empty list.",
        ),
        (
            body({"EQ_action": {"a": 1}}), NO_NAME,
            "EQ_action: expected a text, a number, true or false, got an object.",
        ),
        (
            body({"@context": 7}), NO_NAME,
            "Expected prefixes or addresses as @context, got 7.",
        ),
        (
            body({"perPage": 3}), NO_NAME,
            "perPage and nextPageToken go with a request, and are no part of a query.",
        ),
        (
            body({"EQ_bizstep": ["shipping"]}), NO_PARAMETER,
            "There is no query parameter EQ_bizstep; did you mean 'EQ_bizStep'?",
        ),
        (
            body({"EQ_action": ["add"]}), NO_PARAMETER,
            "EQ_action: expected one of ADD, OBSERVE, DELETE, got 'add'.",
        ),
        (
            body({"eventCountLimit": 3}), NO_PARAMETER,
            "eventCountLimit needs orderBy beside it.",
        ),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_at_once_with_what_was_expected(
    shared: httpx.Client, sent: str, kind: str, title: str | None
) -> None:
    answer = shared.post(
        QUERIES, content=sent.encode(), headers={"Content-Type": "application/json"}
    )
    status, given, said = problem(answer)
    assert (status, given) == (400, kind)
    assert title is None or said == title
    assert shared.get(QUERIES).json() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/xml"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Accept": "application/xml"}, 406),
        ({"GS1-EPCIS-Version": "9.9"}, 406),
        ({"GS1-EPCIS-Min": "9.9"}, 406),
        ({"GS1-Extensions": "nothing"}, 400),
    ],
)
def test_headers_are_heeded(shared: httpx.Client, headers: dict[str, str], status: int) -> None:
    answer = shared.post(QUERIES, content=body().encode(), headers=headers)
    assert answer.status_code == status


def test_a_query_that_is_too_large_is_not_read_to_its_end(shared: httpx.Client) -> None:
    large = body({"EQ_eventID": ["x" * 2**20]})
    answer = shared.post(
        QUERIES, content=large.encode(), headers={"Content-Type": "application/json"}
    )
    assert problem(answer) == (
        413, "QueryTooComplexException", "The body has more than 1048576 bytes.",
    )  # fmt: skip


def test_its_events_come_page_by_page_and_say_whose_they_are(
    client: httpx.Client, gs1_dir: Path
) -> None:
    sent = capture(client, *(f"{number}" for number in range(5)), bizStep="shipping")
    capture(client, "other")
    path = f"{named(client, 'shipped', EQ_bizStep=['shipping'])}/events"
    page = client.get(path, params={"perPage": 2})
    assert page.headers["gs1-next-page-token-expires"]
    found = ids(page)
    capture(client, "later", bizStep="shipping")
    while (link := page.links.get("next")) is not None:
        page = client.get(link["url"])
        found += ids(page)
    assert found == sent
    whole = client.get(path)
    assert "link" not in whole.headers
    results = whole.json()["epcisBody"]["queryResults"]
    assert results["queryName"] == "shipped"
    assert "subscriptionID" not in results
    assert json_complaint(gs1_dir, MODULAR, whole.json()) is None
    in_xml = client.get(path, headers={"Accept": "application/xml"})
    root = etree.fromstring(in_xml.content)
    assert xml_complaint(gs1_dir, "2.0", "EPCISQueryDocument", root) is None
    assert root.findtext(".//queryName") == "shipped"


def test_parameters_of_a_named_query_are_its_own(client: httpx.Client) -> None:
    path = f"{named(client, 'all')}/events"
    assert problem(client.get(path, params={"EQ_action": "ADD"})) == (
        400,
        "QueryParameterException",
        "There is no 'EQ_action' here; parameters of a named query are its own.",
    )


@pytest.mark.parametrize("where", ["in the query", "in the header"])
def test_prefixes_are_bound_in_the_query_or_by_the_header(
    ledger: Ledger, client: httpx.Client, where: str
) -> None:
    members: dict[str, Any] = {"@context": {"farm": "https://ns.example.com/"}}
    graded = observed(item("1"), eventID="urn:x:1", **{"farm:grade": "A"}, **members)
    assert captured(ledger, document(graded, observed(item("2")))).status == "accepted"
    query: dict[str, Any] = {"EQ_mine:grade": ["A"]}
    headers = {}
    if where == "in the query":
        query["@context"] = {"mine": "https://ns.example.com/"}
    else:
        headers["GS1-Extensions"] = "mine=https://ns.example.com/"
    made = client.post(QUERIES, json={"name": "graded", "query": query}, headers=headers)
    assert made.status_code == 201
    assert client.get(made.headers["location"]).json()["query"] == query
    assert ids(client.get(f"{made.headers['location']}/events")) == ["urn:x:1"]


def test_queries_are_listed_page_by_page_in_the_order_in_which_they_were_made(
    client: httpx.Client,
) -> None:
    names = [f"query {number}" for number in (3, 1, 2)]
    for name in names:
        named(client, name)
    first = client.get(QUERIES, params={"perPage": 2})
    second = client.get(first.links["next"]["url"])
    assert "next" not in second.links
    assert [one["name"] for one in (*first.json(), *second.json())] == names
    assert problem(client.get(QUERIES, params={"nextPageToken": "abc"}))[:2] == (
        400,
        "QueryParameterException",
    )


def test_every_resource_says_what_it_offers(client: httpx.Client) -> None:
    path = named(client, "all")
    for resource, methods in (
        (QUERIES, "OPTIONS, GET, POST"),
        (path, "OPTIONS, GET, DELETE"),
        (f"{path}/events", "OPTIONS, GET"),
        (f"{path}/subscriptions", "OPTIONS, GET, POST"),
    ):
        answer = client.options(resource)
        assert (answer.status_code, answer.headers["allow"]) == (204, methods)
        for header in ("GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-CBV-Max", "GS1-EPC-Format"):
            assert header in answer.headers


def test_named_queries_outlive_the_server(ledger: Ledger) -> None:
    with serving(ledger) as client:
        path = named(client, "all", eventType=["ObjectEvent"])
        shown = client.get(path).text
    with serving(ledger) as client:
        assert client.get(path).text == shown
