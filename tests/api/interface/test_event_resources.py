"""Events, and what they speak of, over the EPCIS interface."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from tests.ingest.documents import ITEM, captured, document, item, lot, observed

PLACE = "https://id.gs1.org/414/9506000134307"
PLACE_URN = "urn:epc:id:sgln:9506000.13430.0"


def whole(value: str) -> str:
    """A value as one segment of a path."""
    return quote(value, safe="")


def events_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["epcisBody"]["queryResults"]["resultsBody"][
        "eventList"
    ]
    return found


def members_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["type"] == "Collection"
    found: list[str] = body["member"]
    return found


def pages(client: httpx.Client, path: str, **options: Any) -> Iterator[httpx.Response]:
    """Every page, by the links that lead from one to the next."""
    answer = client.get(path, **options)
    yield answer
    while (link := answer.links.get("next")) is not None:
        assert answer.headers["gs1-next-page-token-expires"].endswith("Z")
        answer = client.get(str(client.base_url.copy_with(raw_path=link["url"].encode())))
        yield answer


def hours(number: int) -> str:
    return f"2026-03-{1 + number // 24:02d}T{number % 24:02d}:00:00Z"


def observations(*numbers: int, **members: Any) -> list[dict[str, Any]]:
    """One observation an hour, each of an item of its own."""
    return [
        observed(item(f"N{n:04d}"), eventTime=hours(n), eventID=f"urn:event:{n}", **members)
        for n in numbers
    ]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["eventID"].removeprefix("urn:event:")) for event in events]


class TestPages:
    """Each event stands on one page, whatever is captured meanwhile."""

    @pytest.mark.parametrize("direction", ["ASC", "DESC"])
    @pytest.mark.parametrize("per_page", [1, 7, 10, 100])
    def test_every_event_is_on_one_page(
        self, ledger: Ledger, client: httpx.Client, direction: str, per_page: int
    ) -> None:
        captured(ledger, document(*observations(*range(30))))
        order = f"orderBy=eventTime&orderDirection={direction}"
        found = list(pages(client, f"/events?{order}&perPage={per_page}"))
        assert [len(events_of(page)) for page in found[:-1]] == [per_page] * (len(found) - 1)
        told = [number for page in found for number in numbers(events_of(page))]
        assert told == sorted(range(30), reverse=direction == "DESC")

    def test_what_is_captured_meanwhile_is_on_no_page(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        captured(ledger, document(*observations(*range(0, 40, 2))))
        told = []
        for more, page in enumerate(pages(client, "/events?orderBy=eventTime&perPage=3")):
            told += numbers(events_of(page))
            captured(ledger, document(*observations(2 * more + 1)))
        assert sorted(told) == list(range(0, 40, 2))

    def test_thirty_are_given_where_nobody_asks_for_more(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        captured(ledger, document(*observations(*range(31))))
        assert [len(events_of(page)) for page in pages(client, "/events")] == [30, 1]

    def test_a_token_goes_on_with_the_query_it_began_with(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        captured(ledger, document(*observations(*range(9))))
        asked = f"/events?perPage=3&LT_eventTime={hours(5)}"
        link = client.get(asked).links["next"]["url"]
        token = httpx.URL(link).params["nextPageToken"]
        assert len(events_of(client.get("/events", params={"nextPageToken": token}))) == 2
        other = {"nextPageToken": token, "LT_eventTime": hours(6)}
        refused = client.get("/events", params=other)
        assert refused.status_code == 400
        assert refused.json() == {
            "type": "epcisException:QueryParameterException",
            "title": "The nextPageToken goes on with another query than the parameters beside it.",
            "status": 400,
        }

    @pytest.mark.parametrize("spoil", ["first", "last", "half", "empty", "letters"])
    def test_a_token_that_was_changed_is_none(
        self, ledger: Ledger, client: httpx.Client, spoil: str
    ) -> None:
        captured(ledger, document(*observations(*range(4))))
        link = client.get("/events?perPage=1").links["next"]["url"]
        token = httpx.URL(link).params["nextPageToken"]
        other = {
            "first": ("B" if token[0] == "A" else "A") + token[1:],
            "last": token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
            "half": token[: len(token) // 2],
            "empty": "",
            "letters": "quả nho",
        }[spoil]
        refused = client.get("/events", params={"nextPageToken": other})
        assert (refused.status_code, refused.json()["type"]) == (
            400,
            "epcisException:QueryParameterException",
        )

    def test_a_token_of_one_resource_opens_no_other(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        captured(ledger, document(*observations(*range(4), bizStep="shipping")))
        link = client.get("/events?perPage=1").links["next"]["url"]
        token = httpx.URL(link).params["nextPageToken"]
        refused = client.get("/bizSteps/shipping/events", params={"nextPageToken": token})
        assert refused.status_code == 400

    def test_giving_a_token_up_is_taken(self, client: httpx.Client) -> None:
        assert client.delete("/nextPageToken/anything").status_code == 204


class TestCollections:
    """What the events speak of."""

    def test_an_empty_ledger_has_the_types_of_the_standard_and_nothing_else(
        self, client: httpx.Client
    ) -> None:
        found = {path: members_of(client.get(path)) for path in members_of(client.get("/"))[1:-2]}
        assert found == {
            "eventTypes": [
                "AggregationEvent",
                "AssociationEvent",
                "ObjectEvent",
                "TransactionEvent",
                "TransformationEvent",
            ],
            "epcs": [],
            "bizSteps": [],
            "bizLocations": [],
            "readPoints": [],
            "dispositions": [],
        }

    def test_the_root_names_every_resource(self, client: httpx.Client) -> None:
        assert members_of(client.get("/")) == [
            "events",
            "eventTypes",
            "epcs",
            "bizSteps",
            "bizLocations",
            "readPoints",
            "dispositions",
            "capture",
            "queries",
        ]

    def test_values_are_there_once_and_paged(self, ledger: Ledger, client: httpx.Client) -> None:
        captured(ledger, document(*observations(*range(25)), *observations(30, bizStep="packing")))
        found = [members_of(page) for page in pages(client, "/epcs?perPage=10")]
        assert [len(page) for page in found] == [10, 10, 6]
        assert [one for page in found for one in page] == [
            item(f"N{n:04d}") for n in (*range(25), 30)
        ]

    @pytest.mark.parametrize(
        ("path", "spelling", "spelled"),
        [
            ("bizSteps", "shipping", "shipping"),
            ("bizSteps", "urn:epcglobal:cbv:bizstep:shipping", "shipping"),
            ("bizSteps", "https://ref.gs1.org/cbv/BizStep-shipping", "shipping"),
            ("dispositions", "in_transit", "in_transit"),
            ("dispositions", "urn:epcglobal:cbv:disp:in_transit", "in_transit"),
            ("readPoints", PLACE, PLACE),
            ("readPoints", PLACE_URN, PLACE),
            ("bizLocations", f"https://example.org/414/{PLACE[-13:]}", PLACE),
            ("epcs", item("A"), item("A")),
            ("epcs", "urn:epc:id:sgtin:9506000.013435.A", item("A")),
            ("epcs", lot("L1"), lot("L1")),
            ("epcs", ITEM, ITEM),
            ("eventTypes", "ObjectEvent", "ObjectEvent"),
        ],
    )
    def test_a_value_is_found_in_any_spelling(
        self, ledger: Ledger, client: httpx.Client, path: str, spelling: str, spelled: str
    ) -> None:
        shipped = observed(
            item("A"),
            eventID="urn:event:1",
            bizStep="shipping",
            disposition="in_transit",
            readPoint={"id": PLACE},
            bizLocation={"id": PLACE},
            quantityList=[
                {"epcClass": lot("L1"), "quantity": 5},
                {"epcClass": ITEM, "quantity": 1},
            ],
        )
        captured(
            ledger,
            document(shipped, observed(item("B"), eventID="urn:event:2", type="ObjectEvent")),
        )
        assert spelled in members_of(client.get(f"/{path}"))
        assert members_of(client.get(f"/{path}/{whole(spelling)}")) == ["events"]
        found = numbers(events_of(client.get(f"/{path}/{whole(spelling)}/events")))
        assert 1 in found
        assert (2 in found) == (path == "eventTypes")
        assert client.options(f"/{path}/{whole(spelling)}").headers["allow"] == "OPTIONS, GET"

    def test_a_value_that_no_event_has_is_not_there(self, client: httpx.Client) -> None:
        for path in ("bizSteps/x", "epcs/x", "eventTypes/x/events", "readPoints/x", "events/x"):
            for answer in (client.get(path), client.options(path)):
                assert answer.status_code == 404, path
                assert answer.json()["type"] == "epcisException:NoSuchResourceException"

    def test_its_events_are_asked_further(self, ledger: Ledger, client: httpx.Client) -> None:
        captured(ledger, document(*observations(1, 2, 3, bizStep="shipping"), *observations(4)))
        path = "/bizSteps/shipping/events"
        asked = client.get(path, params={"GE_eventTime": hours(2), "perPage": 1})
        assert numbers(events_of(asked)) == [2]
        rest = client.get(
            str(client.base_url.copy_with(raw_path=asked.links["next"]["url"].encode()))
        )
        assert numbers(events_of(rest)) == [3]
        twice = client.get(path, params={"EQ_bizStep": "packing"})
        assert (twice.status_code, twice.json()["title"]) == (
            400,
            "EQ_bizStep is given by the path, and may not be asked too.",
        )

    def test_terms_of_others_may_be_named_by_a_prefix(
        self, ledger: Ledger, client: httpx.Client
    ) -> None:
        event = observed(item("A"), bizStep="ex:drying", eventID="urn:event:1")
        captured(ledger, document(event))
        bound = {"GS1-Extensions": "ex=https://ns.example.com/"}
        assert members_of(client.get("/bizSteps")) == ["https://ns.example.com/drying"]
        named = client.get("/bizSteps", headers=bound)
        assert members_of(named) == ["ex:drying"]
        assert named.headers["gs1-extensions"] == bound["GS1-Extensions"]
        found = client.get("/bizSteps/ex:drying/events", headers=bound)
        assert numbers(events_of(found)) == [1]


class TestSpellings:
    """Identifiers and terms as the caller wants them."""

    @pytest.mark.parametrize(
        ("asked", "spelled"),
        [
            (None, item("A")),
            ("No_Preference", item("A")),
            ("Always_GS1_Digital_Link", item("A")),
            ("Always_EPC_URN", "urn:epc:id:sgtin:9506000.013435.A"),
            ("Never_Translates", "urn:epc:id:sgtin:9506000.013435.A"),
        ],
    )
    def test_identifiers(
        self, ledger: Ledger, client: httpx.Client, asked: str | None, spelled: str
    ) -> None:
        captured(ledger, document(observed("urn:epc:id:sgtin:9506000.013435.A")))
        headers = {"GS1-EPC-Format": asked} if asked else {}
        (event,) = events_of(client.get("/events", headers=headers))
        assert event["epcList"] == [spelled]
        (listed,) = members_of(client.get("/epcs", headers=headers))
        assert listed.startswith("urn:epc:id:sgtin:" if asked == "Always_EPC_URN" else item("A"))

    @pytest.mark.parametrize(
        ("asked", "spelled"),
        [
            ("Always_URN", "urn:epcglobal:cbv:bizstep:shipping"),
            ("Always_Web_URI", "https://ref.gs1.org/cbv/BizStep-shipping"),
        ],
    )
    @pytest.mark.parametrize("kind", ["application/xml", "text/xml"])
    def test_terms_in_xml(
        self, ledger: Ledger, client: httpx.Client, asked: str, spelled: str, kind: str
    ) -> None:
        captured(ledger, document(observed(item("A"), bizStep="shipping")))
        answer = client.get("/events", headers={"Accept": kind, "GS1-CBV-XML-Format": asked})
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert f"<bizStep>{spelled}</bizStep>" in answer.text

    @pytest.mark.parametrize("kind", ["application/json", "application/ld+json"])
    def test_json_is_given_as_the_kind_that_was_asked_for(
        self, client: httpx.Client, kind: str
    ) -> None:
        for path in ("/events", "/bizSteps", "/"):
            answer = client.get(path, headers={"Accept": kind})
            assert answer.headers["content-type"] == kind
            assert "Accept" in answer.headers["vary"]


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
