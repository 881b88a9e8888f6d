"""A crate that came back several times is asked for the load of a time: by command, on a page."""

import json
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.api.conftest import GRAPES, Run
from tests.api.test_web_pages import NOW, get, serving, words

CRATE = "https://id.gs1.org/8003/08936099140070SO0001"
TYPED = "(8003)08936099140070SO0001"
FIRST = "https://id.gs1.org/01/08931004017010/10/GC260310-L1"
SECOND = "https://id.gs1.org/01/08931004152018/10/SD260402-B1"
PALLET = "https://id.gs1.org/00/389360991426031110"
LOADS = [
    ("2026-03-09T22:50:00Z", "2026-03-11T01:30:00Z"),
    ("2026-04-01T22:31:00Z", "2026-04-02T02:41:00Z"),
]
NO_TIME = "Expected a time with a zone, such as 2026-03-01T08:00:00+07:00: yesterday"


def content(answer: Any) -> list[str]:
    return [one["id"] for one in answer["objects"] if one["role"] == "content"]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds the grape samples."""
    with Ledger.open(tmp_path_factory.mktemp("loads") / "ledger.duckdb") as ledger:
        for path in sorted(GRAPES.glob("*.jsonld")):
            with path.open("rb") as file:
                assert capture_stream(ledger, file, file_name=path.name, now=NOW).events
        with serving(ledger) as opened:
            yield opened


@pytest.mark.parametrize(
    ("at", "load"),
    [
        pytest.param(None, SECOND, id="no time"),
        pytest.param("", SECOND, id="an empty time"),
        pytest.param("2026-03-10T00:00:00Z", FIRST, id="while it held the first"),
        pytest.param("2026-03-20T00:00:00+07:00", FIRST, id="while it was empty"),
        pytest.param("2026-04-02T00:00:00Z", SECOND, id="while it held the second"),
    ],
)
def test_json_tells_of_the_load_of_a_time_and_of_all_loads(
    client: httpx.Client, at: str | None, load: str
) -> None:
    asked = {"id": TYPED} if at is None else {"id": TYPED, "at": at}
    answer = client.get("/trace.json", params=asked).json()
    assert content(answer) == [load]
    shown = [load == FIRST, load == SECOND]
    assert answer["loads"] == [
        {"time": start, "until": end, "shown": is_shown}
        for (start, end), is_shown in zip(LOADS, shown, strict=True)
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_of_a_crate_offers_its_loads(client: httpx.Client, language: str) -> None:
    days = {"en": ["10 Mar 2026", "2 Apr 2026"], "vi": ["10/03/2026", "02/04/2026"]}[language]
    title = {"en": "What it held", "vi": "Các lượt chứa hàng"}[language]
    path = f"/trace?id={CRATE}&direction=downstream"
    html = get(client, path, Accept_Language=language).text
    _, _, rest = html.partition(f'<nav class="directions" aria-label="{title}">')
    offered = rest.partition("</nav>")[0]
    links = [unescape(part.partition('"')[0]) for part in offered.split('href="')[1:]]
    assert [parse_qs(urlsplit(link).query) for link in links] == [
        {"id": [CRATE], "direction": ["downstream"], "at": [start]} for start, _ in LOADS
    ]
    assert all(day in words(offered) for day in days)
    current = [part for part in offered.split("<a ") if 'aria-current="true"' in part]
    assert [days[1] in part for part in current] == [True]
    older = get(client, links[0], Accept_Language=language).text
    assert "GC260310-L1" in older
    assert "SD260402-B1" not in older


def test_the_page_of_a_pallet_with_one_load_offers_none(client: httpx.Client) -> None:
    answer = client.get("/trace.json", params={"id": PALLET}).json()
    assert len(answer["loads"]) == 1
    page = get(client, f"/trace?id={PALLET}", Accept_Language="en").text
    assert "What it held" not in page


def test_a_time_that_is_none_is_a_bad_request(client: httpx.Client) -> None:
    asked = {"id": TYPED, "at": "yesterday"}
    answer = client.get("/trace.json", params=asked)
    assert (answer.status_code, answer.json()["title"]) == (400, NO_TIME)
    page = client.get("/trace", params=asked)
    assert page.status_code == 400
    assert NO_TIME in words(page.text)


def test_a_command_tells_of_the_load_of_a_time_alone_and_beside_a_server(
    epcis: Run, tmp_path: Path, serving: Callable[[Path], str]
) -> None:
    ledger = tmp_path / "grapes.duckdb"
    assert epcis("capture", GRAPES, "--ledger", ledger).code == 0

    def asked(*more: str) -> Any:
        done = epcis("trace", TYPED, *more, "--ledger", ledger, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    def check() -> None:
        assert content(asked()) == [SECOND]
        assert content(asked("--at", "2026-03-10T00:00:00Z")) == [FIRST]
        refused = epcis("trace", TYPED, "--at", "yesterday", "--ledger", ledger)
        assert refused.code == 2
        assert NO_TIME in refused.err
        told = epcis("trace", TYPED, "--ledger", ledger).out
        assert "2026-03-09 22:50" in told

    check()
    serving(ledger)
    check()
