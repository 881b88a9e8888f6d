"""What the EPCIS interface refuses, and one event by its id."""

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from tests.api.interface.answered import events_of, hours, observations, whole
from tests.ingest.documents import captured, document, item, observed


class TestRefusals:
    """What cannot be answered is refused by the names of the standard."""

    @pytest.mark.parametrize("path", ["/events", "/bizSteps", "/", "/eventTypes/ObjectEvent"])
    @pytest.mark.parametrize(
        "headers",
        [
            {"Accept": "text/csv"},
            {"Accept": "application/xml;q=0, application/json;q=0"},
            {"GS1-EPCIS-Min": "2.1"},
            {"GS1-EPCIS-Max": "1.2"},
            {"GS1-CBV-Min": "3"},
            {"GS1-CBV-Max": "1.9.9"},
        ],
    )
    def test_what_a_caller_does_not_accept(
        self, client: httpx.Client, path: str, headers: dict[str, str]
    ) -> None:
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (
            406,
            "epcisException:NotAcceptableException",
        )

    @pytest.mark.parametrize(
        "headers",
        [
            {"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0.0"},
            {"GS1-EPCIS-Min": "2.0.1"},
            {"GS1-CBV-Max": "2"},
        ],
    )
    def test_versions_that_hold_ours(self, client: httpx.Client, headers: dict[str, str]) -> None:
        answer = client.get("/events", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["gs1-epcis-version"] == "2.0"
        assert answer.headers["gs1-cbv-version"] == "2.0"

    def test_a_problem_is_xml_where_the_answer_would_have_been(self, client: httpx.Client) -> None:
        answer = client.get("/events?EQ_bizzStep=a<b", headers={"Accept": "application/xml"})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+xml"
        assert answer.text == (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<epcis:EPCISException xmlns:epcis="urn:epcglobal:epcis:xsd:2">'
            "<type>epcisException:QueryParameterException</type>"
            "<title>There is no query parameter EQ_bizzStep; did you mean 'EQ_bizStep'?</title>"
            "<status>400</status></epcis:EPCISException>"
        )

    def test_an_address_that_is_too_long(self, client: httpx.Client) -> None:
        answer = client.get("/events", params={"EQ_eventID": "urn:event:" + "1" * 20_000})
        assert (answer.status_code, answer.json()["type"]) == (
            414,
            "epcisException:URITooLongException",
        )

    def test_more_events_than_were_wanted(self, ledger: Ledger, client: httpx.Client) -> None:
        captured(ledger, document(*observations(1, 2, 3)))
        answer = client.get("/events?maxEventCount=2")
        assert (answer.status_code, answer.json()["type"]) == (
            413,
            "epcisException:QueryTooLargeException",
        )

    def test_prefixes_that_are_none(self, client: httpx.Client) -> None:
        answer = client.get("/events", headers={"GS1-Extensions": "ex"})
        assert answer.status_code == 400


class TestOneEvent:
    """An event by its id."""

    def test_it_comes_with_what_was_declared_about_it(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        event = observed(item("A"), eventID="urn:event:1")
        declared = {"declarationTime": hours(90), "reason": "did_not_occur"}
        captured(ledger, document(event))
        captured(ledger, document({**event, "errorDeclaration": declared}))
        found = events_of(client.get(f"/events/{whole('urn:event:1')}"))
        assert ["errorDeclaration" in one for one in found] == [False, True]
        assert client.options(f"/events/{whole('urn:event:1')}").headers["allow"] == "OPTIONS, GET"

    def test_a_uuid_is_the_same_in_capitals(self, ledger: Ledger, client: httpx.Client) -> None:
        name = "urn:uuid:819b9c6d-03cd-4d36-8d23-8bd103b1aba7"
        captured(ledger, document(observed(item("A"), eventID=name)))
        assert (
            len(
                events_of(
                    client.get(f"/events/{whole(name.upper().replace('URN:UUID', 'urn:uuid'))}")
                )
            )
            == 1
        )


@pytest.mark.parametrize("name", ["perPage", "nextPageToken"])
def test_one_document_of_all_events_has_no_pages(client: httpx.Client, name: str) -> None:
    answer = client.get(str(client.base_url.join("/all-events")), params={name: "3"})
    assert (answer.status_code, answer.json()["title"]) == (
        400,
        f"{name}: this answer has no pages; eventCountLimit asks for its first events.",
    )
