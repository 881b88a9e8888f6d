"""What the server answers with can be captured again: it is what it takes, and nothing is new."""

import json
from typing import Any

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from tests.ingest.documents import CONTEXT, captured, document, item, made, observed

PLAIN = CONTEXT[0]
CONTEXTS: dict[str, Any] = {
    "an address": PLAIN,
    "a list of an address": [PLAIN],
    "prefixes": CONTEXT,
}
OWN: dict[str, dict[str, Any]] = {
    "none": {},
    "prefixes": {"@context": {"own": "https://own.example/"}, "own:grade": "A"},
    "an empty list": {"@context": []},
}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
def test_an_answer_brings_nothing_new(
    ledger: Ledger, client: httpx.Client, context: Any, own: dict[str, Any], accept: str
) -> None:
    events = [observed(item("A"), **own), made(["urn:x:in"], ["urn:x:out"])]
    sent = json.loads(document(*events)) | {"@context": context}
    assert captured(ledger, json.dumps(sent).encode()).status == "accepted"
    answer = client.get("/events", headers={"Accept": accept})
    report = captured(ledger, answer.content)
    assert (report.status, report.counts["duplicate"], report.findings) == ("accepted", 2, [])


def test_an_event_without_prefixes_of_its_own_has_no_context(
    ledger: Ledger, client: httpx.Client
) -> None:
    sent = json.loads(document(observed(item("A")))) | {"@context": PLAIN}
    captured(ledger, json.dumps(sent).encode())
    (event,) = client.get("/events").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert "@context" not in event
