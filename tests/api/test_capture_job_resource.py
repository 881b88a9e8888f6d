"""Capture jobs as a resource: the list and its pages, and the form that GS1 gives a job."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from lxml import etree

from epcis_core.store.ledger import Ledger
from tests.api.capturing import ended, interface, promised
from tests.api.test_capture_interface import BAD, GOOD, problem
from tests.conformance.oracles import xml_complaint
from tests.ingest.documents import captured, document, item, observed


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with interface(ledger) as opened:
        yield opened


def test_jobs_are_listed_the_newest_first_page_by_page(
    client: httpx.Client, ledger: Ledger
) -> None:
    captured(ledger, document(observed(item("by command"))), now=1)
    sent = [promised(client, document(observed(item(str(n))))) for n in range(7)]
    for location in sent:
        ended(client, location)
    whole = client.get("/epcis/capture")
    assert "link" not in whole.headers
    listed = whole.json()
    assert [f"/epcis/capture/{job['captureID']}" for job in listed[:-1]] == sent[::-1]
    assert listed[-1]["createdAt"] == "1970-01-01T00:00:00.000001Z"
    paged: list[Any] = []
    address = "/epcis/capture?perPage=3"
    pages = 0
    while address:
        answer = client.get(address).raise_for_status()
        pages += 1
        if pages == 1:  # what comes later is on no later page
            ended(client, promised(client, document(observed(item("later")))))
        paged += answer.json()
        following = answer.links.get("next", {})
        assert ("GS1-Next-Page-Token-Expires" in answer.headers) == bool(following)
        address = following.get("url", "")
    assert (pages, paged) == (3, listed)


def test_what_is_no_page_or_no_job_is_refused(client: httpx.Client) -> None:
    answer = client.get("/epcis/capture?nextPageToken=abc")
    title = "The nextPageToken is none of this server's for this resource."
    assert answer.json() == problem("QueryParameterException", title, 400)
    for ask in (client.get, client.options):
        answer = ask("/epcis/capture/none")
        title = "There is no capture job 'none'."
        assert answer.json() == problem("NoSuchResourceException", title, 404)
    answer = client.get("/epcis/capture", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.json()["type"]) == (
        406,
        "epcisException:NotAcceptableException",
    )
    answer = client.get("/epcis/capture", headers={"GS1-EPCIS-Min": "3.0"})
    assert answer.status_code == 406


def test_jobs_in_json_follow_the_official_description(client: httpx.Client, gs1_dir: Path) -> None:
    """It lets `errors` match both of what it says are alternatives, so that no job would be one."""
    described = gs1_dir / "gs1-epcis" / "REST Bindings" / "openapi.json"
    schemas = json.loads(described.read_text(encoding="utf-8"))["components"]["schemas"]
    (alternatives,) = (part for part in schemas["CaptureJob"]["allOf"] if "oneOf" in part)
    alternatives["anyOf"] = alternatives.pop("oneOf")
    used = ("CaptureJob", "RFC7807ProblemResponseBody")
    jobs = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/CaptureJob"},
        "uniqueItems": True,
        "components": {"schemas": {name: schemas[name] for name in used}},
    }
    ended(client, promised(client, GOOD))
    ended(client, promised(client, document(observed(), BAD)))
    listed = client.get("/epcis/capture").json()
    assert [len(job["errors"]) for job in listed] == [1, 0]
    validator = jsonschema_rs.validator_for(jobs, validate_formats=True)
    assert [error.message for error in validator.iter_errors(listed)] == []
    assert not validator.is_valid([{**listed[0], "createdAt": "today"}])


def test_jobs_in_xml_follow_the_official_schema(client: httpx.Client, gs1_dir: Path) -> None:
    data = document(observed(item("<&>")), observed(item("1"), bizStep="<&>"))
    for sent in (GOOD, data):
        location = promised(client, sent, GS1_Capture_Error_Behaviour="proceed")
        job = ended(client, location)
        answer = client.get(location, headers={"Accept": "application/xml"})
        assert answer.headers["content-type"].startswith("application/xml")
        root = etree.fromstring(answer.content)
        assert xml_complaint(gs1_dir, "2.0", "EPCISDocument", root) is None
        assert root.get("captureID") == job["captureID"]
        assert root.get("success") == str(job["success"]).lower()
        titles = [title.text for title in root.iterfind("errors/error/title")]
        assert titles == [error["title"] for error in job["errors"]]
    assert titles
