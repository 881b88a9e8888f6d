"""Every operation of GS1's OpenAPI file is driven, and each answer is one that the file allows."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from lxml import etree

from api.app import create_app
from api.outward import Allowed
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from tests.conformance.openapi_contract import Contract, read_contract
from tests.conformance.oracles import MODULAR, json_complaint, xml_schema
from tests.ingest.documents import CONTEXT, SITE, captured, document, item, observed
from tests.served import client_of, served

JSON = {"Content-Type": "application/json"}
IN_XML = {"Accept": "application/xml"}
UNACCEPTABLE = {"Accept": "image/png"}
TOO_NEW = {"GS1-EPCIS-Min": "9"}
EVENT = observed(
    item("A"),
    eventID="urn:event:1",
    bizStep="shipping",
    disposition="in_transit",
    readPoint={"id": SITE},
    bizLocation={"id": SITE},
)
BARE = {"@context": CONTEXT, **observed(item("C"), eventID="urn:event:3")}
COLLECTIONS = {
    "eventTypes": ("eventType", "ObjectEvent"),
    "epcs": ("epc", item("A")),
    "bizSteps": ("bizStep", "shipping"),
    "bizLocations": ("bizLocation", SITE),
    "readPoints": ("readPoint", SITE),
    "dispositions": ("disposition", "in_transit"),
}
QUERY = {"name": "shipped", "query": {"EQ_bizStep": ["shipping"]}}


@dataclass(frozen=True)
class Step:
    """A request, and the status that it is meant to get.

    Attributes:
        path: as GS1's file has it.
        values: what stands in it.
    """

    method: str
    path: str
    status: int
    values: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def send(self, client: httpx.Client, kept: dict[str, str]) -> httpx.Response:
        """Send the request; `kept` are values that earlier answers gave."""
        values = {**kept, **self.values}
        path = re.sub(r"{(\w+)}", lambda name: quote(values[name[1]], safe=""), self.path)
        options = {
            name: value(kept) if callable(value) else value for name, value in self.options.items()
        }
        return client.request(self.method.upper(), path, **options)


def reading(path: str, *, xml: bool, pages: bool, **values: str) -> Iterator[Step]:
    """What may be asked of a resource that is only read."""
    yield Step("options", path, 204, values)
    yield Step("get", path, 200, values)
    yield Step("get", path, 406, values, {"headers": UNACCEPTABLE})
    yield Step("get", path, 406, values, {"headers": TOO_NEW})
    if xml:
        yield Step("get", path, 200, values, {"headers": IN_XML})
    if pages:
        yield Step("get", path, 200, values, {"params": {"perPage": 1}})


def steps(receiver: str) -> Iterator[Step]:
    """Every request, in an order in which each finds what it needs."""
    yield from reading("/", xml=False, pages=False)
    yield from reading("/events", xml=True, pages=True)
    yield Step("get", "/events", 400, {}, {"params": {"EQ_bizstep": "x"}})
    yield Step("get", "/events", 414, {}, {"params": {"EQ_eventID": "urn:x:" + "1" * 20_000}})
    yield Step("post", "/events", 201, {}, {"json": BARE})
    yield Step("post", "/events", 409, {}, {"json": BARE})
    yield Step("post", "/events", 400, {}, {"json": {"type": "ObjectEvent"}})
    yield Step(
        "post", "/events", 415, {}, {"content": b"a;b", "headers": {"Content-Type": "text/csv"}}
    )
    yield from reading("/events/{eventID}", xml=True, pages=False, eventID="urn:event:1")
    for method in ("get", "options"):
        yield Step(method, "/events/{eventID}", 404, {"eventID": "urn:event:0"})
    yield Step("get", "/events/{eventID}", 404, {"eventID": "urn:event:0"}, {"headers": IN_XML})
    for name, (parameter, value) in COLLECTIONS.items():
        one = f"/{name}/{{{parameter}}}"
        yield from reading(f"/{name}", xml=False, pages=True)
        yield from reading(one, xml=False, pages=False, **{parameter: value})
        yield from reading(f"{one}/events", xml=True, pages=True, **{parameter: value})
        for path in (one, f"{one}/events"):
            yield Step("get", path, 404, {parameter: "urn:nothing"})
            yield Step("options", path, 404, {parameter: "urn:nothing"})
    yield Step("options", "/capture", 204)
    yield Step(
        "post", "/capture", 202, {}, {"content": document(observed(item("D"))), "headers": JSON}
    )
    yield Step("post", "/capture", 400, {}, {"content": b"{", "headers": JSON})
    yield Step(
        "post", "/capture", 415, {}, {"content": b"a;b", "headers": {"Content-Type": "text/csv"}}
    )
    yield Step(
        "post",
        "/capture",
        406,
        {},
        {"content": b"{}", "headers": {**JSON, "GS1-EPCIS-Version": "9"}},
    )
    yield Step("get", "/capture", 200)
    yield Step("get", "/capture", 200, {}, {"params": {"perPage": 1}})
    yield Step("get", "/capture", 406, {}, {"headers": UNACCEPTABLE})
    yield Step("options", "/capture/{captureID}", 204)
    yield Step("get", "/capture/{captureID}", 200)
    for method in ("get", "options"):
        yield Step(method, "/capture/{captureID}", 404, {"captureID": "none"})
    yield from queries()
    yield from subscriptions(receiver)
    yield Step("delete", "/queries/{queryName}", 204, {"queryName": "shipped"})
    yield Step("delete", "/queries/{queryName}", 404, {"queryName": "shipped"})
    yield Step("delete", "/nextPageToken/{token}", 204, {"token": "anything"})


def queries() -> Iterator[Step]:
    named = {"queryName": "shipped"}
    yield Step("post", "/queries", 201, {}, {"json": QUERY})
    yield Step("post", "/queries", 409, {}, {"json": QUERY})
    yield Step("post", "/queries", 400, {}, {"json": {"name": "x", "query": {"EQ_bizstep": ["x"]}}})
    yield Step(
        "post", "/queries", 415, {}, {"content": b"a", "headers": {"Content-Type": "text/csv"}}
    )
    yield from reading("/queries", xml=False, pages=True)
    yield from reading("/queries/{queryName}", xml=False, pages=False, **named)
    yield from reading("/queries/{queryName}/events", xml=True, pages=True, **named)
    for path in ("/queries/{queryName}", "/queries/{queryName}/events"):
        for method in ("get", "options"):
            yield Step(method, path, 404, {"queryName": "none"})


def subscriptions(receiver: str) -> Iterator[Step]:
    named = {"queryName": "shipped"}
    path = "/queries/{queryName}/subscriptions"
    asked = {"dest": receiver, "signatureToken": "a secret", "stream": True}
    yield Step("post", path, 201, named, {"json": asked})
    yield Step("post", path, 400, named, {"json": {"dest": receiver}})
    yield Step("post", path, 404, {"queryName": "none"}, {"json": asked})
    yield Step("post", path, 415, named, {"content": b"a", "headers": {"Content-Type": "text/csv"}})
    yield from reading(path, xml=False, pages=True, **named)
    yield from reading(f"{path}/{{subscriptionID}}", xml=False, pages=False, **named)
    yield Step("delete", f"{path}/{{subscriptionID}}", 204, named)
    for method in ("get", "options", "delete"):
        yield Step(method, f"{path}/{{subscriptionID}}", 404, {**named, "subscriptionID": "none"})
    for method in ("get", "options"):
        yield Step(method, path, 404, {"queryName": "none"})


class _Receiver(BaseHTTPRequestHandler):
    """Takes what subscriptions send."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def driven(ledger: Ledger, receiver: str) -> Iterator[tuple[Step, httpx.Response]]:
    """Every step with its answer."""
    captured(ledger, document(EVENT, observed(item("B"), eventID="urn:event:2", bizStep="packing")))
    kept: dict[str, str] = {}
    settings = Settings(outward=Allowed.read(("127.0.0.1/32",)))
    with (
        served(create_app(ledger, settings)) as address,
        client_of(f"{address}/epcis") as client,
    ):
        for step in steps(receiver):
            answer = step.send(client, kept)
            yield step, answer
            last = answer.headers.get("location", "").rpartition("/")[2]
            if answer.status_code == 202:
                kept["captureID"] = last
            elif answer.status_code == 201 and step.path.endswith("subscriptions"):
                kept["subscriptionID"] = last


def test_every_operation_is_driven_and_answers_as_it_may(
    ledger: Ledger, receiver: str, gs1_dir: Path
) -> None:
    contract = read_contract(gs1_dir)
    seen: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for step, answer in driven(ledger, receiver):
        seen.add((step.method, step.path))
        where = f"{step.method} {step.path} {step.options}"
        if answer.status_code != step.status:
            wrong.append(f"{where}: {answer.status_code} for {step.status}: {answer.text[:300]}")
        wrong += [
            f"{where}: {line}" for line in contract.complaints(step.method, step.path, answer)
        ]
    assert not wrong, "\n".join(wrong)
    assert contract.operations - seen == set()
    assert len(contract.operations) == 63


def test_documents_of_events_are_valid_by_the_official_schemas(
    ledger: Ledger, receiver: str, gs1_dir: Path
) -> None:
    in_json = in_xml = problems = 0
    for _, answer in driven(ledger, receiver):
        kind = answer.headers.get("content-type", "")
        if kind == "application/json" and b"EPCISQueryDocument" in answer.content[:400]:
            assert json_complaint(gs1_dir, MODULAR, answer.json()) is None, answer.text
            in_json += 1
        elif kind.startswith("application/xml") and b"EPCISQueryDocument" in answer.content[:400]:
            xml_schema(gs1_dir, "2.0", "EPCISQueryDocument").assertValid(
                etree.fromstring(answer.content)
            )
            in_xml += 1
        elif kind == "application/problem+xml":
            schema = xml_schema(gs1_dir, "2.0", "EPCISDocument")  # which has problems too
            schema.assertValid(etree.fromstring(answer.content))
            problems += 1
    assert problems == 1
    assert in_json > 10
    assert in_xml > 8


def test_the_contract_complains() -> None:
    """The oracle is no rubber stamp."""
    document: dict[str, Any] = {
        "paths": {
            "/x": {
                "get": {
                    "responses": {
                        "200": {
                            "headers": {"GS1-EPCIS-Version": {"schema": {"type": "string"}}},
                            "content": {
                                "application/json": {
                                    "schema": {"type": "array", "items": {"type": "string"}}
                                }
                            },
                        }
                    }
                }
            }
        },
        "components": {"schemas": {"RFC7807ProblemResponseBody": {"required": ["type", "title"]}}},
    }
    contract = Contract(document)
    good = httpx.Response(200, json=["a"], headers={"GS1-EPCIS-Version": "2.0"})
    assert contract.complaints("get", "/x", good) == []
    for bad in (
        httpx.Response(201, json=["a"], headers={"GS1-EPCIS-Version": "2.0"}),
        httpx.Response(200, json=["a"]),
        httpx.Response(200, json=[1], headers={"GS1-EPCIS-Version": "2.0"}),
        httpx.Response(200, text="a", headers={"GS1-EPCIS-Version": "2.0"}),
    ):
        assert contract.complaints("get", "/x", bad)
