"""Events, and what they speak of, over the EPCIS interface."""

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from tests.api.interface.answered import (
    events_of,
    hours,
    members_of,
    numbers,
    observations,
    pages,
    whole,
)
from tests.ingest.documents import ITEM, captured, document, item, lot, observed

PLACE = "https://id.gs1.org/414/9506000134307"
PLACE_URN = "urn:epc:id:sgln:9506000.13430.0"


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


class TestLists:
    """A list by repeating its name, or with `|` between."""

    @pytest.mark.parametrize(
        "query",
        [
            "EQ_bizStep=shipping&EQ_bizStep=packing",
            "EQ_bizStep=shipping|packing",
            "EQ_bizStep=shipping%7Cpacking",
            "EQ_bizStep=urn:epcglobal:cbv:bizstep:shipping|packing",
            "EQ_eventID=urn:event:1|urn:event:2",
            f"MATCH_anyEPC={whole(item('N0001'))}%7C{whole(item('N0002'))}",
            "EQ_action=OBSERVE|ADD&EQ_bizStep=shipping|packing",
        ],
    )
    def test_any_of_the_values_will_do(
        self, ledger: Ledger, client: httpx.Client, query: str
    ) -> None:
        events = [
            *observations(1, bizStep="shipping"),
            *observations(2, bizStep="packing"),
            *observations(3, bizStep="receiving"),
        ]
        captured(ledger, document(*events))
        address = str(client.base_url.copy_with(raw_path=f"/epcis/events?{query}".encode()))
        assert numbers(events_of(client.get(address))) == [1, 2]


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
