"""What HTTP answers: forms where no form belongs, events in XML, hints, counts of master data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from epcis_core.store.ledger import Ledger
from tests.api.test_master_data_on_pages import master_data
from tests.api.test_web_pages import get, serving, upload, words
from tests.conformance.oracles import xml_complaint
from tests.ingest.documents import captured, document, item, lot, observed
from tests.rewriting import read

TYPED = "(01)09506000134359(10)L1"
MEANT = lot("L1")
ASKS = (
    "The check digit of (01)09506000134359(10)L1 should be 2, not 9; "
    "did you mean https://id.gs1.org/01/09506000134352/10/L1?"
)
HINT = {"code": "mistyped_check_digit", "message": ASKS, "id": MEANT}
MADE = observed(
    eventID="urn:x:1", action="ADD", quantityList=[{"epcClass": MEANT}], **{"ex:grade": ["A"]}
)


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    members: dict[str, Any] = {"@context": {"ex": "urn:other:"}}
    own = document(observed(item("7"), eventID="urn:x:2"), **members)
    for data in (document(MADE), own):
        assert captured(ledger, data).status == "accepted"
    with serving(ledger) as opened:
        yield opened


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_a_form_sent_where_the_file_itself_belongs_is_told_how_to_send_it(
    client: httpx.Client, size: int
) -> None:
    form = {"files": ("farm.json", document(observed(), instanceIdentifier="x" * size))}
    answer = client.post("/captures", files=form, headers={"Accept": "application/json"})
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "epcisException:UnsupportedMediaTypeException",
        "title": (
            "Send the file itself as the body of the request, not a form (curl --data-binary "
            "@FILE); a form goes to /upload, its files under the name 'files'."
        ),
        "status": 415,
    }
    assert client.post("/captures", content=form["files"][1]).json()[0]["status"] == "accepted"


def test_what_curl_says_of_a_file_that_is_the_body_does_not_matter(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/captures", content=document(observed(item("9"))), headers=headers)
    assert answer.json()[0]["counts"]["accepted"] == 1


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/xml", "application/xml"),
        ("text/xml, application/json;q=0.5", "text/xml"),
        ("application/json, application/xml", "application/json"),
        ("application/ld+json;q=0.8, application/xml;q=0.9", "application/xml"),
        ("*/*", "application/json"),
    ],
)
def test_events_come_in_the_syntax_that_is_accepted(
    client: httpx.Client, accept: str, kind: str
) -> None:
    answer = get(client, "/epcis/events", Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    asked = answer.headers["vary"].split(", ")
    assert {"Accept", "GS1-EPC-Format", "GS1-EPCIS-Min", "GS1-EPCIS-Max"} <= set(asked)
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_weight_that_is_no_number_accepts_nothing(client: httpx.Client) -> None:
    answer = get(client, "/epcis/events", Accept="application/xml;q=high")
    assert answer.status_code == 406


def test_events_in_xml_are_valid_and_say_what_those_in_json_say(
    client: httpx.Client, gs1_dir: Path
) -> None:
    in_json, in_xml = (
        get(client, "/epcis/events?eventType=ObjectEvent", Accept=f"application/{kind}").content
        for kind in ("json", "xml")
    )
    root = etree.fromstring(in_xml)
    assert xml_complaint(gs1_dir, "2.0", "EPCISQueryDocument", root) is None
    there, here = read(in_json), read(in_xml)
    assert (there.errors, here.errors) == ([], [])
    assert here.meaning["events"] == there.meaning["events"]
    assert [event["eventID"] for event in here.meaning["events"]] == ["urn:x:1", "urn:x:2"]
    nothing = get(client, "/epcis/events?EQ_eventID=urn:x:none", Accept="application/xml").content
    assert xml_complaint(gs1_dir, "2.0", "EPCISQueryDocument", etree.fromstring(nothing)) is None
    assert read(nothing).events == []


def test_too_many_events_are_a_problem_and_no_half_document(client: httpx.Client) -> None:
    answer = get(client, "/epcis/events?maxEventCount=1", Accept="application/xml")
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+xml"
    problem = etree.fromstring(answer.content)
    assert problem.findtext("title") == "More than maxEventCount = 1 match."
    assert get(client, "/epcis/events?maxEventCount=2").status_code == 200


def test_a_mistyped_check_digit_is_asked_about_in_the_trace(client: httpx.Client) -> None:
    answer = get(client, f"/trace.json?id={TYPED}")
    assert answer.status_code == 404
    assert (answer.json()["objects"], answer.json()["near"][0]) == ([], MEANT)
    assert answer.json()["hint"] == HINT
    assert "hint" not in get(client, f"/trace.json?id={MEANT}").json()
    assert "hint" not in get(client, f"/trace.json?id={lot('L2')}").json()


def test_a_mistyped_check_digit_is_asked_about_in_the_search(client: httpx.Client) -> None:
    answer = get(client, f"/search.json?q={TYPED}").json()
    assert answer["hint"] == HINT
    assert MEANT in [hit["id"] for hit in answer["hits"]]
    for right in (MEANT, "(01)09506000134352(10)L1", "L1", "nothing"):
        assert "hint" not in get(client, f"/search.json?q={right}").json()


@pytest.mark.parametrize("page", ["trace?id=", "search?q="])
def test_the_page_asks_in_the_readers_language_and_leads_there(
    client: httpx.Client, page: str
) -> None:
    shown = get(client, f"/{page}{TYPED}", Accept_Language="vi").text
    assert (
        "Số kiểm tra của (01)09506000134359(10)L1 phải là 2, không phải 9; có phải ý bạn là "
        "https://id.gs1.org/01/09506000134352/10/L1? Xem mã đó"
    ) in words(shown)
    assert ASKS in words(get(client, f"/{page}{TYPED}", Accept_Language="en").text)
    assert shown.count('href="/trace?id=https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352') >= 1


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("Master data: places, parties, products", "new", "changed", "already known")),
        (
            "vi",
            ("Dữ liệu chủ: địa điểm, tổ chức, sản phẩm", "mới", "có thay đổi", "đã có từ trước"),
        ),
    ],
)
def test_the_page_of_a_capture_counts_its_master_data(
    client: httpx.Client, language: str, texts: tuple[str, ...]
) -> None:
    changed = master_data().replace("Quầy Bến Gạch".encode(), b"Ben Gach")
    heading, *names = texts
    for data, counts in (
        (master_data(), (3, 0, 0)),
        (changed, (0, 1, 2)),
        (master_data(), (0, 0, 3)),
    ):
        answer = upload(client, ("names.xml", data))
        assert answer.status_code == 303
        address = answer.headers["location"]
        told = " ".join(f"{name} {n}" for name, n in zip(names, counts, strict=True))
        page = words(get(client, address, Accept_Language=language).text)
        assert f"{heading} {told}" in page
        report = get(client, f"{address}.json").json()
        assert report["master_data"] == dict(zip(("new", "changed", "known"), counts, strict=True))


def test_a_document_of_events_alone_says_nothing_of_master_data(client: httpx.Client) -> None:
    answer = upload(client, ("farm.json", document(observed(item("5")))))
    assert "Master data" not in get(client, answer.headers["location"], Accept_Language="en").text
    assert "master_data" not in json.loads(get(client, f"{answer.headers['location']}.json").text)
