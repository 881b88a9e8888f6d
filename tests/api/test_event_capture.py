"""One event over the EPCIS interface, while its sender waits."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.api.capturing import JSON, OLD_XML, XML, interface
from tests.conformance.oracles import MODULAR, json_complaint
from tests.ingest.documents import captured, document, item, observed
from tests.ingest.test_limits import EVENT_IN_XML, in_xml

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
ID = "urn:uuid:7a1e0b3c-58f1-4d5f-9d3c-0d4f0b0a1c11"


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    with interface(ledger) as opened:
        yield opened


def sent(client: httpx.Client, event: Any, **headers: str) -> httpx.Response:
    """The answer to an event; `_` in the names of headers is `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    return client.post("/epcis/events", content=data, headers={**JSON, **given})


def bare(*epcs: str, **members: Any) -> dict[str, Any]:
    return {"@context": [CONTEXT], **observed(*epcs, **members)}


def events_in(ledger: Ledger) -> int:
    return count_contents(ledger, EVERYTHING)["events"]


def test_an_event_is_stored_and_given_back_with_its_address(
    client: httpx.Client, ledger: Ledger
) -> None:
    event = bare(eventID=ID, **{"ex:grade": "A"})
    event["@context"] = [CONTEXT, {"ex": "https://ns.example.com/"}]
    answer = sent(client, event)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/epcis/events/{quote(ID, safe='')}"
    assert answer.headers["GS1-EPCIS-Version"] == answer.headers["GS1-CBV-Version"] == "2.0"
    stored = answer.json()
    assert stored.pop("recordTime").endswith("Z")
    assert stored == event
    assert events_in(ledger) == 1
    found = client.get(answer.headers["Location"]).raise_for_status().json()
    (listed,) = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert listed["eventID"] == ID


def test_an_event_without_an_id_gets_one(client: httpx.Client) -> None:
    answer = sent(client, bare())
    assert answer.status_code == 201
    event_id = answer.json()["eventID"]
    assert event_id.startswith("ni:///sha-256;")
    assert answer.headers["Location"] == f"/epcis/events/{quote(event_id, safe='')}"
    assert client.get(answer.headers["Location"]).status_code == 200


def test_what_is_given_back_follows_the_official_schema(
    client: httpx.Client, gs1_dir: Path
) -> None:
    example = gs1_dir / "gs1-epcis" / "JSON-Schema" / "test" / "ObjectEvent.json"
    answer = sent(client, example.read_bytes())
    assert answer.status_code == 201
    stored = answer.json()
    whole = json.loads(document())
    whole["@context"] = stored.pop("@context")
    whole["epcisBody"]["eventList"] = [stored]
    assert json_complaint(gs1_dir, MODULAR, whole) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (in_xml(""), XML),
        (OLD_XML, XML),
        (document(observed()), JSON),
        (EVENT_IN_XML.format("").encode(), XML),
    ],
    ids=["XML 2.0", "XML 1.2", "JSON document", "bare XML"],
)
def test_a_document_of_one_event_is_that_event(
    client: httpx.Client, ledger: Ledger, data: bytes, kind: dict[str, str]
) -> None:
    answer = client.post("/epcis/events", content=data, headers=kind)
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert (stored["type"], stored["action"]) == ("ObjectEvent", "OBSERVE")
    assert stored["@context"][0] == CONTEXT
    assert events_in(ledger) == 1


def test_the_same_event_again_is_there_already(client: httpx.Client, ledger: Ledger) -> None:
    assert sent(client, bare(eventID=ID)).status_code == 201
    answer = sent(client, bare(eventID=ID))
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "epcisException:ResourceAlreadyExistsException",
        "title": f"The event '{ID}' has been captured before.",
        "status": 409,
        "eventID": ID,
    }
    assert events_in(ledger) == 1


def test_another_event_of_the_same_id_is_refused(client: httpx.Client, ledger: Ledger) -> None:
    assert sent(client, bare(eventID=ID)).status_code == 201
    answer = sent(client, bare(item("2"), eventID=ID))
    assert answer.status_code == 409
    members = answer.json()
    assert [found["code"] for found in members.pop("findings")] == ["event_id_conflict"]
    assert members == {
        "type": "epcisException:ResourceAlreadyExistsException",
        "title": f"The eventID '{ID}' belongs to another event.",
        "status": 409,
    }
    assert events_in(ledger) == 1


def test_an_event_that_another_has_sent_is_witnessed(client: httpx.Client, ledger: Ledger) -> None:
    captured(ledger, document(observed(eventID=ID)), organisation="another")
    answer = sent(client, bare(eventID=ID))
    assert (answer.status_code, answer.json()["eventID"]) == (201, ID)
    assert sent(client, bare(eventID=ID)).status_code == 409


def test_an_error_declaration_repeats_the_id_of_its_event(client: httpx.Client) -> None:
    event = bare(eventID=ID)
    assert sent(client, event).status_code == 201
    declaration = {
        "declarationTime": "2026-03-02T08:00:00+07:00",
        "reason": "did_not_occur",
    }
    answer = sent(client, {**event, "errorDeclaration": declaration})
    assert answer.status_code == 201
    assert answer.json()["errorDeclaration"] == declaration
    assert answer.headers["Location"] == f"/epcis/events/{quote(ID, safe='')}"


def test_what_is_wrong_is_told_with_its_place_in_what_was_sent(
    client: httpx.Client, ledger: Ledger
) -> None:
    text = json.dumps(bare(action="ERASE"), indent=1)
    answer = sent(client, text.encode())
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "ERASE" in line)
    assert answer.status_code == 400
    assert answer.json() == {
        "type": "epcisException:ValidationException",
        "title": "The event cannot be captured; `findings` says what is wrong.",
        "status": 400,
        "findings": [
            {
                "code": "malformed_value",
                "severity": "error",
                "message": "Expected one of ADD, OBSERVE, DELETE, got 'ERASE'.",
                "where": {"pointer": "/action", "line": line, "column": 12},
                "reference": "EPCIS 2.0, section 7.3",
            }
        ],
    }
    with ledger.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM capture").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (json.dumps(observed()).encode(), "missing_field"),
        (b"[]", "not_a_document"),
        (b"{", "truncated"),
        (b"lot", "unknown_format"),
        (document(), "no_events"),
    ],
    ids=["no context", "a list", "broken off", "no JSON", "a document of nothing"],
)
def test_what_is_no_event_is_refused(client: httpx.Client, data: bytes, code: str) -> None:
    answer = sent(client, data)
    assert answer.status_code == 400
    assert [found["code"] for found in answer.json()["findings"]] == [code]


def test_several_events_are_told_where_they_go(client: httpx.Client, ledger: Ledger) -> None:
    answer = sent(client, document(observed(item("1")), observed(item("2"))))
    assert (answer.status_code, answer.json()["title"]) == (
        400,
        "Here one event is taken; several go to /epcis/capture in one document.",
    )
    assert events_in(ledger) == 0


def test_a_header_binds_prefixes_that_the_event_does_not(client: httpx.Client) -> None:
    event = bare(**{"own:grade": "A"})
    answer = sent(client, event, GS1_Extensions="own=https://own.example/")
    assert answer.status_code == 201
    assert answer.headers["GS1-Extensions"] == "own=https://own.example/"
    assert answer.json()["@context"] == [CONTEXT, {"own": "https://own.example/"}]


def test_what_an_event_binds_itself_goes_before_the_header(client: httpx.Client) -> None:
    event = bare(**{"own:grade": "A"})
    event["@context"] = [CONTEXT, {"own": "https://itself.example/"}]
    answer = sent(client, event, GS1_Extensions="own=https://own.example/")
    assert answer.json()["@context"] == [CONTEXT, {"own": "https://itself.example/"}]


def test_xml_alone_is_no_answer_to_an_event(client: httpx.Client, ledger: Ledger) -> None:
    answer = sent(client, bare(), Accept="application/xml")
    assert (answer.status_code, events_in(ledger)) == (406, 0)
