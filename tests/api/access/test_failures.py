"""Who is told why the server fails: those who run it. Others are told where its log tells."""

import logging
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.requests import HTTPConnection

from api.access.failures import told_of
from api.app import create_app, new_token
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.errors import (
    DiskFullError,
    IntegrityError,
    QueryError,
    StoppedError,
    StoreError,
)
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.ingest.documents import CONTEXT, NOW, captured, document, item, observed
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
TOKEN = new_token()
IN_GENERAL = "The server cannot use its ledger; its log tells why, under asked-1."
LEAKS = re.compile(
    r"/[\w.-]+/[\w.-]+\.(?:py|duckdb)|\.duckdb|Traceback|site-packages|sqlite|no such table"
    r"|\b(?:SELECT|INSERT|PRAGMA)\b|Connection Error",
    re.IGNORECASE,
)
"""What a path of the machine, its databases, their SQL or a stack of calls would show."""
QUERY = {"name": "all", "query": {"eventType": ["ObjectEvent"]}}
DOCUMENT = document(observed(item("2")))


@dataclass
class Failing:
    """A server whose ledger can be taken from under it, and keys to it."""

    ledger: Ledger
    address: str
    business: str
    boss: str

    @contextmanager
    def client(self, key: str | None, **headers: str) -> Iterator[httpx.Client]:
        """A client that shows a key, and names its requests."""
        shown = {} if key is None else {"Authorization": f"Bearer {key}"}
        with client_of(self.address, X_Request_ID="asked-1", **shown, **headers) as client:
            yield client


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        captured(ledger, document(observed(item("1"))))
        add_organisation(books, Organisation(FARM, "Vườn nho"), NOW)
        business = make_key(books, Role.BUSINESS, FARM, NOW)
        boss = make_key(books, Role.ADMIN, None, NOW)
        with served(create_app(ledger, Settings(token=TOKEN))) as address:
            yield Failing(ledger, address, business, boss)


def asked(client: httpx.Client) -> Iterator[httpx.Response]:
    """Ask for what reads the ledger, and send something."""
    for path in ("/trace", "/recall", "/gaps", "/event", "/search", "/", "/proof/urn:uuid:1"):
        for kind in ("text/html", "application/json"):
            asked_for = {"id": item("1"), "q": "x1"}
            yield client.get(path, params=asked_for, headers={"Accept": kind})
    for path in ("/epcis/events", "/epcis/queries/all/events"):
        for kind in ("application/json", "application/xml"):
            yield client.get(path, headers={"Accept": kind})
    for path in ("/epcis/epcs", "/balance.json?id=x", "/checkpoint", "/health"):
        yield client.get(path)
    yield client.post("/captures", content=DOCUMENT)
    yield client.post("/captures", content=DOCUMENT, headers={"Accept": "application/x-ndjson"})
    yield client.post("/upload", files={"files": ("two.jsonld", DOCUMENT)})
    yield client.post("/epcis/events", json={"@context": CONTEXT, **observed(item("2"))})


def test_whoever_does_not_run_the_server_is_told_where_to_ask(failing: Failing) -> None:
    with failing.client(failing.business) as client:
        client.post("/epcis/queries", json=QUERY).raise_for_status()
        client.post("/captures", content=DOCUMENT).raise_for_status()
        failing.ledger.close()
        answers = list(asked(client))
    others = [answer.url.path for answer in answers if answer.status_code != 500]
    assert others == ["/captures"]  # line by line: it had begun to answer
    for answer in answers:
        assert LEAKS.search(answer.text) is None, (answer.url, answer.text)
        assert IN_GENERAL in answer.text, (answer.url, answer.text)


@pytest.mark.parametrize("who", ["the admin", "a command of the machine"])
def test_whoever_runs_the_server_is_told_why(failing: Failing, who: str) -> None:
    failing.ledger.close()
    why = f"{failing.ledger.path} cannot be read: Connection Error: Connection already closed!"
    with failing.client(failing.boss if who == "the admin" else TOKEN) as client:
        assert client.get("/epcis/events").json() == {
            "type": "epcisException:ImplementationException",
            "title": why,
            "status": 500,
        }


def test_the_log_tells_why_under_the_id_of_the_request(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    failing.ledger.close()
    with failing.client(failing.business) as client:
        answer = client.get("/epcis/events")
    assert answer.headers["x-request-id"] == "asked-1"
    said = [one for one in caplog.records if one.name == "epcis.requests" and one.msg == "refused"]
    assert [(one.levelno, one.__dict__["route"]) for one in said] == [
        (logging.ERROR, "/epcis/events")
    ]
    assert str(failing.ledger.path) in said[0].__dict__["reason"]


def test_whoever_cannot_be_recognised_is_told_where_to_ask(failing: Failing) -> None:
    books = Bookkeeping(failing.ledger.path)
    with closing(books), books.transaction() as tables:
        tables.execute("DROP TABLE api_key")
    for key in (failing.boss, failing.business, None):
        with failing.client(key) as client:
            answer = client.get("/epcis/events", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["title"]) == (500, IN_GENERAL)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DiskFullError, "The server has no room for what was sent, and keeps nothing of it"),
        (StoppedError, "The ledger cannot be used until the server is started again"),
        (IntegrityError, "The server cannot use its ledger"),
    ],
)
def test_a_listener_has_no_id_of_a_request_to_be_told(kind: type[StoreError], told: str) -> None:
    listener = HTTPConnection({"type": "websocket", "path": "/", "headers": []})
    error = kind("/srv/farm.duckdb cannot be read: EIO")
    assert told_of(listener, error) == f"{told}; its log tells why."


def test_what_is_wrong_with_a_request_is_told_to_anybody() -> None:
    asked_by = HTTPConnection({"type": "http", "path": "/", "headers": []})
    error = QueryError("There is no parameter 'EQ_x'", parameter="EQ_x")
    assert told_of(asked_by, error) == "There is no parameter 'EQ_x'"
