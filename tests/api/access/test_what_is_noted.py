"""Who sees all leaves a line wherever records are shown, and it says all that they asked."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from api.access.looking import LONGEST
from api.clock import now
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.registry.inspections import items_of
from epcis_core.store.registry.journal import journal
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.looks import looks
from tests.api.access.members import FARM, Members, email_of, members
from tests.api.subscriptions.servers import LOOPBACK
from tests.ingest.documents import document, item, lot, observed
from tests.served import client_of

LOT = lot("SECRET")
LISTED = {"name": "all", "query": {"MATCH_anyEPCClass": [LOT], "EQ_bizStep": ["shipping"]}}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path, Settings(outward=LOOPBACK)) as made:
        yield made


@pytest.fixture
def inspector(site: Members) -> Iterator[httpx.Client]:
    """An inspector's browser, in which they work on a case."""
    with site.browser(Role.INSPECTOR, Accept="application/json") as browser:
        assert browser.post("/cases", data={"number": "1"}).status_code == 201
        yield browser


@pytest.fixture
def connector(site: Members) -> Iterator[httpx.Client]:
    """A machine that sees all, with a named query."""
    key = make_key(site.books, Role.CONNECTOR, None, now())
    with client_of(site.address, Authorization=f"Bearer {key}") as client:
        assert client.post("/epcis/queries", json=LISTED).status_code == 201
        yield client


def newest(site: Members) -> tuple[str, tuple[str, ...]]:
    one = looks(site.books)[0]
    return one.asked, one.about


def test_a_look_says_what_stands_in_the_path_and_every_parameter(
    site: Members, inspector: httpx.Client
) -> None:
    asked = {"MATCH_anyEPCClass": LOT, "id": "decoy"}
    for kind, route in (("", "/events"), ("/eventTypes/ObjectEvent", "/eventTypes/{value}/events")):
        inspector.get(f"/epcis{kind}/events", params=asked)
        told = (f"MATCH_anyEPCClass={LOT}", "decoy")
        path = ("ObjectEvent",) if kind else ()
        assert newest(site) == (f"GET /epcis{route}", (*path, *told))


def test_a_parameter_given_twice_is_told_twice(site: Members, inspector: httpx.Client) -> None:
    inspector.get("/trace.json", params=[("id", LOT), ("id", "decoy")])
    assert newest(site) == ("GET /trace.json", (LOT, "decoy"))


def test_what_says_how_an_answer_is_shown_is_not_what_was_asked(
    site: Members, inspector: httpx.Client
) -> None:
    how = {"perPage": "5", "lang": "vi", "nextPageToken": "x"}
    inspector.get("/epcis/events", params={"EQ_bizStep": "shipping", **how})
    assert newest(site) == ("GET /epcis/events", ("EQ_bizStep=shipping",))


@pytest.mark.parametrize(("path", "name"), [("/trace.json", "id"), ("/search.json", "q")])
def test_blanks_hide_nothing(site: Members, inspector: httpx.Client, path: str, name: str) -> None:
    inspector.get(path, params={name: f"{' ' * 500}{LOT}{' ' * 500}"})
    assert newest(site) == (f"GET {path}", (LOT,))


def test_who_asks_more_than_is_noted_is_shown_nothing(
    site: Members, inspector: httpx.Client
) -> None:
    before = looks(site.books)
    for ending, kind in (("", "text/html"), (".json", "application/json")):
        asked = {"id": "x" * LONGEST + LOT}
        refused = inspector.get(f"/search{ending}", params=asked, headers={"Accept": kind})
        assert refused.status_code == 413
    told = f"it has {LONGEST + len(LOT)} characters, and {LONGEST} are taken."
    assert refused.json()["title"] == f"What you ask is noted whole; {told}"
    assert refused.json()["type"] == "epcisException:QueryTooComplexException"
    assert looks(site.books) == before
    with site.browser(Role.BUSINESS, Accept="application/json") as browser:  # is not noted
        assert browser.get("/search.json", params={"q": "x" * LONGEST}).status_code == 200


def test_an_export_is_kept_with_its_case_whole(site: Members, inspector: httpx.Client) -> None:
    inspector.get("/all-events", params={"lang": "e" * 600, "x": "last"})
    (export,) = items_of(site.books, "1")
    assert export.value == f"/all-events?lang={'e' * 600}&x=last"


def test_who_reads_a_named_query_is_noted_with_what_it_asks(
    site: Members, connector: httpx.Client
) -> None:
    asked = (f"MATCH_anyEPCClass={LOT}", "EQ_bizStep=shipping")
    assert connector.get("/epcis/queries/all/events").status_code == 200
    assert newest(site) == ("GET /epcis/queries/{name}/events", ("all", *asked))
    address = f"ws{site.address[4:]}/epcis/queries/all/events?stream=true"
    shown = {"Authorization": connector.headers["Authorization"]}
    with connect(address, additional_headers=shown):
        told = ("all", "stream=true", *asked)
        assert newest(site) == ("WEBSOCKET /epcis/queries/{name}/events", told)
    wish = {"dest": "http://127.0.0.1:9/", "stream": True}
    assert connector.post("/epcis/queries/all/subscriptions", json=wish).status_code == 201
    assert newest(site) == ("POST /epcis/queries/{name}/subscriptions", ("all", *asked))


def test_a_named_query_is_noted_whole_or_not_shown(site: Members, connector: httpx.Client) -> None:
    many = {"name": "many", "query": {"MATCH_epc": [item(str(n)) for n in range(1000)]}}
    assert connector.post("/epcis/queries", json=many).status_code == 201
    for path in ("", "/events"):
        assert connector.get(f"/epcis/queries/many{path}").status_code == 413
    assert newest(site)[0] == "POST /epcis/queries"
    assert connector.delete("/epcis/queries/many").status_code == 204


def test_reports_of_captures_are_looks(site: Members) -> None:
    key = make_key(site.books, Role.BUSINESS, FARM, now())
    with client_of(site.address, Authorization=f"Bearer {key}") as client:
        client.post("/captures", content=document(observed(item("1"))))
        assert [one["success"] for one in client.get("/epcis/capture").json()] == [True]
    assert looks(site.books) == []  # a business sees its own
    with site.browser(Role.ADMIN, Accept="application/json") as browser:
        (found,) = browser.get("/epcis/capture").json()
        assert newest(site) == ("GET /epcis/capture", ())
        browser.get(f"/epcis/capture/{found['captureID']}")
        assert newest(site) == ("GET /epcis/capture/{capture_id}", (found["captureID"],))
        browser.get("/upload")
    assert {one.who for one in looks(site.books)} == {email_of(Role.ADMIN)}
    assert len(looks(site.books)) == 2


def test_what_a_change_of_a_case_tells_of_it_is_a_look(
    site: Members, inspector: httpx.Client
) -> None:
    told = inspector.post("/cases/1", data={"action": "lot", "value": LOT}).json()
    assert told["lots"] == [{"id": LOT, "later": 0}]
    assert newest(site) == ("POST /cases/{number}", ("1",))
    assert len(looks(site.books)) == 1
    page = {"Accept": "text/html"}
    assert inspector.post("/cases/1", data={"action": "lot"}, headers=page).status_code == 422
    assert len(looks(site.books)) == 2
    inspector.post("/cases/1", data={"action": "note", "value": "x"}, headers=page)  # led away
    assert len(looks(site.books)) == 2


def test_who_subscribes_and_ends_it_stands_in_the_journal_without_what_may_be_secret(
    site: Members, connector: httpx.Client
) -> None:
    wish = {"dest": "http://127.0.0.1:9/hook?token=s3cret", "stream": True}
    path = "/epcis/queries/all/subscriptions"
    ids = [connector.post(path, json=wish).json()["subscriptionID"] for _ in range(2)]
    assert connector.delete(f"{path}/{ids[0]}").status_code == 204
    assert connector.delete(f"{path}/{ids[0]}").status_code == 404
    assert connector.delete("/epcis/queries/all").status_code == 204
    assert [(one.what, one.about) for one in reversed(journal(site.books))] == [
        *(("subscribed", f"all → http://127.0.0.1:9, {one}") for one in ids),
        *(("unsubscribed", f"all, {one}") for one in ids),
    ]
    assert {one.who for one in journal(site.books)} == {looks(site.books)[0].who}
