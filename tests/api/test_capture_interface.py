"""Capturing over the EPCIS interface: what is taken, what is refused, and how a job is told."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from epcis_core.codecs.limits import Limits
from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.limits import IntakeLimits
from tests.api.capturing import OLD_XML, XML, ended, interface, posted, promised
from tests.ingest.documents import SITE, document, item, observed, place
from tests.ingest.test_limits import in_xml

BAD = observed(item("bad"), action="ERASE")
GOOD = document(observed())
QUERY_DOCUMENT = json.dumps(
    {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-04T08:00:00Z",
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": [observed(item("found"))]},
            }
        },
    }
).encode()


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    limits = IntakeLimits(file_size=100_000, document=Limits(events=50))
    with interface(ledger, limits) as opened:
        yield opened


def problem(kind: str, title: str, status: int) -> dict[str, Any]:
    return {"type": f"epcisException:{kind}", "title": title, "status": status}


def events_in(ledger: Ledger) -> int:
    return count_contents(ledger, EVERYTHING)["events"]


def test_a_document_is_taken_and_its_job_found_at_once(
    client: httpx.Client, ledger: Ledger
) -> None:
    answer = posted(client, GOOD, GS1_EPCIS_Version="2.0.1", GS1_CBV_Version="2.0")
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["GS1-EPCIS-Version"] == answer.headers["GS1-CBV-Version"] == "2.0"
    location = answer.headers["Location"]
    first = client.get(location)
    assert first.status_code == 200
    assert first.headers["GS1-EPCIS-Version"] == "2.0"
    job = ended(client, location)
    assert location == f"/epcis/capture/{job['captureID']}"
    assert job.pop("createdAt") <= job.pop("finishedAt")
    assert job == {
        "captureID": first.json()["captureID"],
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
        "errorsLeftOut": 0,
        "counts": {"accepted": 1, "duplicate": 0, "rejected": 0, "warnings": 0},
        "progress": {"events": 1, "bytesRead": len(GOOD), "size": len(GOOD)},
    }
    assert events_in(ledger) == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (GOOD, "application/json; charset=utf-8"),
        (GOOD, "application/ld+json"),
        (QUERY_DOCUMENT, "application/json"),
        (in_xml(""), "application/xml"),
        (in_xml(""), "text/xml; charset=UTF-8"),
        (OLD_XML, "application/xml"),
    ],
    ids=["JSON", "JSON-LD", "query document", "XML", "text/xml", "XML 1.2"],
)
def test_documents_of_every_form_are_captured(
    client: httpx.Client, ledger: Ledger, data: bytes, kind: str
) -> None:
    job = ended(client, promised(client, data, Content_Type=kind))
    assert (job["success"], job["counts"]["accepted"]) == (True, 1)
    again = ended(client, promised(client, data, Content_Type=kind))
    assert (again["success"], again["counts"]["duplicate"]) == (True, 1)
    assert events_in(ledger) == 1


def test_the_bytes_tell_where_no_media_type_does(client: httpx.Client) -> None:
    request = client.build_request("POST", "/epcis/capture", content=OLD_XML)
    assert "content-type" not in request.headers
    assert ended(client, client.send(request).headers["location"])["success"]


def test_master_data_alone_are_captured(client: httpx.Client, ledger: Ledger) -> None:
    job = ended(client, promised(client, document(elements=[place(SITE, name="Kho")])))
    assert job["success"]
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT count(*) FROM vocabulary_element").fetchall()
    assert rows == [(1,)]


@pytest.mark.parametrize(
    ("behaviour", "stored"), [("rollback", 0), ("proceed", 2)], ids=["rollback", "proceed"]
)
def test_what_an_error_in_one_event_means_for_the_others_is_the_senders_to_say(
    client: httpx.Client, ledger: Ledger, behaviour: str, stored: int
) -> None:
    data = document(observed(item("1")), BAD, observed(item("2")))
    job = ended(client, promised(client, data, GS1_Capture_Error_Behaviour=behaviour))
    assert job["captureErrorBehaviour"] == behaviour
    assert (job["running"], job["success"]) == (False, False)
    assert job["counts"] == {
        "accepted": stored,
        "duplicate": 0,
        "rejected": 3 - stored,
        "warnings": 0,
    }
    column = data.decode().index('"ERASE"') + 1
    assert job["errors"] == [
        {
            **problem(
                "ValidationException", "Expected one of ADD, OBSERVE, DELETE, got 'ERASE'.", 400
            ),
            "detail": f"At /epcisBody/eventList/1/action, line 1, column {column}.",
            "code": "malformed_value",
            "where": {"pointer": "/epcisBody/eventList/1/action", "line": 1, "column": column},
            "reference": "EPCIS 2.0, section 7.3",
            "eventIndex": 1,
        }
    ]
    assert events_in(ledger) == stored


def test_an_event_id_of_another_event_is_a_409_among_the_errors(client: httpx.Client) -> None:
    ended(client, promised(client, document(observed(item("1"), eventID="urn:x:1"))))
    job = ended(client, promised(client, document(observed(item("2"), eventID="urn:x:1"))))
    (error,) = job["errors"]
    assert (error["type"], error["status"], error["eventID"]) == (
        "epcisException:ResourceAlreadyExistsException",
        409,
        "urn:x:1",
    )


REFUSED = {
    "no JSON": (b"lot,date", {}, 400, ["unknown_format"]),
    "broken JSON": (GOOD[:-2], {}, 400, ["truncated"]),
    "broken XML": (OLD_XML[:-4], XML, 400, ["truncated"]),
    "nothing": (b"", {}, 400, ["empty_file"]),
    "another type": (b'{"@context": [], "type": "Invoice"}', {}, 400, ["not_a_document"]),
    "a head without a version": (
        GOOD.replace(b'"schemaVersion": "2.0", ', b""),
        {},
        400,
        ["missing_field"],
    ),
    "no event that is one": (document(BAD), {}, 400, ["malformed_value"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_job_could_capture_is_refused_at_once_with_its_findings(
    client: httpx.Client, ledger: Ledger, name: str
) -> None:
    data, headers, status, codes = REFUSED[name]
    answer = posted(client, data, **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    members = answer.json()
    assert [found["code"] for found in members["findings"]] == codes
    assert all(found["message"] for found in members.pop("findings"))
    title = "The document cannot be captured; `findings` says what is wrong."
    assert members == problem("ValidationException", title, 400)
    assert client.get("/epcis/capture").json() == []
    assert [*ledger.path.with_name("ledger.duckdb.jobs").iterdir()] == []


TYPES = "application/json, application/ld+json, application/xml, text/xml"
HEADERS = {
    "a form": (
        {"Content-Type": "multipart/form-data; boundary=x"},
        problem(
            "UnsupportedMediaTypeException",
            f"Expected a Content-Type of {TYPES}, got 'multipart/form-data'.",
            415,
        ),
    ),
    "another media type": (
        {"Content-Type": "text/csv"},
        problem(
            "UnsupportedMediaTypeException",
            f"Expected a Content-Type of {TYPES}, got 'text/csv'.",
            415,
        ),
    ),
    "the other syntax": (
        {"Content-Type": "application/xml"},
        problem(
            "UnsupportedMediaTypeException", "The Content-Type says XML, but the body is JSON.", 415
        ),
    ),
    "a packed body": (
        {"Content-Encoding": "gzip"},
        problem(
            "UnsupportedMediaTypeException",
            "Expected a body without Content-Encoding, got 'gzip'.",
            415,
        ),
    ),
    "a later version": (
        {"GS1-EPCIS-Version": "3.0"},
        problem(
            "NotAcceptableException", "EPCIS 3.0 cannot be read; versions from 1.0 to 2.0 can.", 406
        ),
    ),
    "a version that is none": (
        {"GS1-CBV-Version": "two"},
        problem(
            "ValidationException",
            "header.gs1-cbv-version: String should match pattern '^\\d{1,9}(\\.\\d{1,9}){0,9}$'",
            400,
        ),
    ),
    "an unknown behaviour": (
        {"GS1-Capture-Error-Behaviour": "all"},
        problem(
            "ValidationException",
            "header.gs1-capture-error-behaviour: Input should be 'rollback' or 'proceed'",
            400,
        ),
    ),
    "extensions that are none": (
        {"GS1-Extensions": "ex"},
        problem(
            "ValidationException",
            "GS1-Extensions: 'ex' is not a prefix and its URI, such as ex=https://example.org/ns/.",
            400,
        ),
    ),
}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *(("/epcis/capture", name) for name in HEADERS),
        *(("/epcis/events", name) for name in HEADERS if name != "an unknown behaviour"),
    ],
)
def test_headers_that_do_not_fit_are_refused(client: httpx.Client, path: str, name: str) -> None:
    headers, expected = HEADERS[name]
    data = json.dumps({"@context": {}, **observed()}).encode()
    data = GOOD if path == "/epcis/capture" else data
    given = {"Content-Type": "application/json", **headers}
    answer = client.post(path, content=data, headers=given)
    assert (answer.status_code, answer.json()) == (expected["status"], expected)


def test_a_single_event_is_told_where_it_goes(client: httpx.Client) -> None:
    answer = posted(client, json.dumps({"@context": {}, **observed()}).encode())
    title = "A single event goes to /epcis/events; here a document of events is taken."
    assert answer.json() == problem("ValidationException", title, 400)


@pytest.mark.parametrize("is_told", [True, False], ids=["length told", "in pieces"])
@pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events"])
def test_more_bytes_than_are_taken_are_refused_with_the_limits(
    client: httpx.Client, ledger: Ledger, path: str, *, is_told: bool
) -> None:
    data = document(observed(**{"ex:note": "x" * 200_000}))
    content = (
        data if is_told else (data[start : start + 4096] for start in range(0, len(data), 4096))
    )
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == "50"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == "100000"
    titles = {
        True: f"The body has {len(data)} bytes; 100000 are taken (limit file_size).",
        False: "The file is larger than 100000 bytes (limit file_size); split it up.",
    }
    assert answer.json() == problem("CaptureLimitExceededException", titles[is_told], 413)
    assert [*ledger.path.with_name("ledger.duckdb.jobs").iterdir()] == []


def test_more_events_than_are_taken_are_refused_with_the_limits(client: httpx.Client) -> None:
    answer = posted(client, document(*(observed(item(str(number))) for number in range(51))))
    title = "The document holds more than 50 events (limit events); split it up."
    assert answer.json() == problem("CaptureLimitExceededException", title, 413)
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == "50"
    fitting = document(*(observed(item(str(number))) for number in range(50)))
    assert ended(client, promised(client, fitting))["counts"]["accepted"] == 50


def test_a_problem_comes_in_xml_to_whom_would_rather_have_it(client: httpx.Client) -> None:
    answer = posted(client, b"lot,date", Accept="application/xml")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+xml"


def test_extensions_that_a_header_binds_are_said_back_and_hold(
    client: httpx.Client, ledger: Ledger
) -> None:
    data = document(observed(**{"own:grade": "A"}))
    answer = posted(client, data, GS1_Extensions="own=https://own.example/")
    assert answer.headers["GS1-Extensions"] == "own=https://own.example/"
    job = ended(client, answer.headers["location"])
    assert job["counts"] == {"accepted": 1, "duplicate": 0, "rejected": 0, "warnings": 0}
    with ledger.reading() as cursor:
        (prefixes,) = cursor.execute("SELECT prefixes FROM envelope").fetchall()[0]
    assert json.loads(prefixes)["own"] == "https://own.example/"


def test_options_tell_what_is_taken(client: httpx.Client) -> None:
    answer = client.options("/epcis/capture")
    assert answer.status_code == 204
    told = {
        "Allow": "OPTIONS, GET, POST",
        "GS1-EPCIS-Version": "2.0",
        "GS1-EPCIS-Capture-Limit": "50",
        "GS1-EPCIS-Capture-File-Size-Limit": "100000",
        "GS1-Capture-Error-Behaviour": "all",
    }
    assert {name: answer.headers[name] for name in told} == told
    answer = client.options(promised(client, GOOD))
    assert (answer.status_code, answer.headers["Allow"]) == (204, "OPTIONS, GET")
    assert client.options("/epcis/events").headers["Allow"] == "OPTIONS, GET, POST"


def test_a_sender_that_goes_away_leaves_nothing(client: httpx.Client, ledger: Ledger) -> None:
    spool = ledger.path.with_name("ledger.duckdb.jobs")
    address = (client.base_url.host, client.base_url.port or 80)
    with socket.create_connection(address) as half:
        half.sendall(
            b"POST /epcis/capture HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + GOOD
        )
        while not [*spool.iterdir()]:
            time.sleep(0.01)
    for _ in range(1000):
        if not [*spool.iterdir()]:
            break
        time.sleep(0.01)
    assert [*spool.iterdir()] == []
    assert client.get("/epcis/capture").json() == []
