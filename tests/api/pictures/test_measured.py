"""What was measured is told as JSON, to whoever may see the events."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from epcis_core.access.roles import Role
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.ingest.documents import document, lot

LOGGER = "https://id.gs1.org/8004/89350991TL0042"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("measured")) as site:
        yield site


def warm(number: int, clock: str, degrees: float) -> dict[str, Any]:
    """The farm's logger says how warm a lot was."""
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:x:{number}",
        "eventTime": f"2026-03-12T{clock}:00Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "quantityList": [{"epcClass": lot("W1")}],
        "readPoint": {"id": f"https://id.gs1.org/414/{FARM[-13:]}"},
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "deviceID": LOGGER,
                    "bizRules": "https://ns.example.vn/rules/cold-chain-grapes-0-8-cel",
                },
                "sensorReport": [{"type": "Temperature", "value": degrees, "uom": "CEL"}],
            }
        ],
    }


def asked(browser: httpx.Client, **more: str) -> httpx.Response:
    return browser.get(f"/trace/readings.json?{urlencode({'id': lot('W1'), **more})}")


def test_readings_and_times_outside_the_limits_are_told_to_whoever_may_see_the_events(
    site: Members,
) -> None:
    events = [warm(1, "01:00", 4), warm(2, "02:00", 12), warm(3, "03:00", 4)]
    with site.browser(Role.BUSINESS) as farm, site.browser(Role.BUSINESS, RIVAL) as rival:
        sent = farm.post(
            "/captures", content=document(*events), headers={"Content-Type": "application/json"}
        )
        assert sent.status_code == 200, sent.text
        (told,) = asked(farm).json()["measured"]
        nothing = farm.get("/trace/readings.json?id=urn:x:none")
        assert asked(rival).status_code == nothing.status_code == 404
        assert asked(rival).json()["measured"] == nothing.json()["measured"] == []
        past = asked(farm, as_of="2020-01-01T00:00:00Z")
        assert past.json()["measured"] == []
    assert [(one["event"], one["value"], one["start"]) for one in told["readings"]] == [
        ("urn:x:1", "4", "2026-03-12T01:00:00Z"),
        ("urn:x:2", "12", "2026-03-12T02:00:00Z"),
        ("urn:x:3", "4", "2026-03-12T03:00:00Z"),
    ]
    assert told["excursions"] == [
        {
            "side": "above",
            "start": "2026-03-12T01:30:00Z",
            "end": "2026-03-12T02:30:00Z",
            "peak": "12",
            "degree_hours": 2.0,
            "complete": True,
        }
    ]
    assert (told["device"], told["uom"], told["objects"]) == (LOGGER, "CEL", [lot("W1")])
    assert (told["limit"]["id"], told["limit"]["high"]) == ("fresh_grapes", "8")
