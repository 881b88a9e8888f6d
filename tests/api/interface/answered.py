"""What answers of the EPCIS interface hold, and small events to ask for."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from tests.ingest.documents import item, observed


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
