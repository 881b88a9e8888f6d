"""An organisation records for what belongs to it, by whichever way it sends: over HTTP."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from epcis_core.access.ownership import Strictness
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.choices import choose_strictness, strictness
from epcis_core.store.registry.delegations import delegations
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import CONTEXT, NOW, document, item, observed
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
OWNER = "https://id.gs1.org/417/9506000134307"
PRODUCT = "https://id.gs1.org/01/09506000134352"
EVENT = observed(item("1"), action="ADD")


@dataclass
class Site:
    address: str
    ledger: Ledger
    books: Bookkeeping

    def client(self, role: Role, **headers: str) -> httpx.Client:
        key = make_key(self.books, role, FARM if role is Role.BUSINESS else None, NOW)
        return client_of(self.address, Authorization=f"Bearer {key}", **headers)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), NOW)
        add_organisation(books, Organisation(OWNER, "Chủ mã", owned=("9506000",)), NOW)
        with served(create_app(ledger)) as address:
            yield Site(address, ledger, books)


def as_file(client: httpx.Client, **asked: str) -> list[dict[str, Any]]:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/captures", params=asked, content=document(EVENT), headers=headers)
    (report,) = answer.json()
    found: list[dict[str, Any]] = report["events"][0]["findings"]
    return found


def as_upload(client: httpx.Client) -> list[dict[str, Any]]:
    answer = client.post("/upload.json", files={"files": ("a.json", document(EVENT))})
    found: list[dict[str, Any]] = answer.json()[0]["events"][0]["findings"]
    return found


def as_event(client: httpx.Client) -> httpx.Response:
    return client.post("/epcis/events", json={"@context": CONTEXT, **EVENT})


def as_job(client: httpx.Client) -> dict[str, Any]:
    taken = client.post(
        "/epcis/capture", content=document(EVENT), headers={"Content-Type": "application/json"}
    )
    assert taken.status_code == 202, taken.text
    for _ in range(200):
        job: dict[str, Any] = client.get(taken.headers["location"]).json()
        if not job["running"]:
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def test_by_every_way_a_foreign_key_is_refused_where_the_province_rejects(site: Site) -> None:
    choose_strictness(site.books, Strictness.REJECT)
    with site.client(Role.BUSINESS) as client:
        for told in (as_file(client), as_file(client, lenient="true"), as_upload(client)):
            assert [(one["code"], one["severity"]) for one in told] == [("foreign_key", "error")]
        refused = as_event(client)
        assert refused.status_code == 400
        assert [one["code"] for one in refused.json()["findings"]] == ["foreign_key"]
        job = as_job(client)
        assert (job["success"], "foreign_key" in json.dumps(job)) == (False, True)
    assert count_contents(site.ledger, EVERYTHING)["events"] == 0


def test_it_is_taken_with_a_warning_where_the_province_has_not_chosen(site: Site) -> None:
    with site.client(Role.BUSINESS) as client:
        told = as_file(client)
    assert [(one["code"], one["severity"]) for one in told] == [("foreign_key", "warning")]
    assert count_contents(site.ledger, EVERYTHING)["events"] == 1


def test_who_is_no_organisation_records_for_everybody(site: Site) -> None:
    choose_strictness(site.books, Strictness.REJECT)
    with site.client(Role.ADMIN) as client:
        assert as_file(client) == []


def test_the_province_chooses_delegates_and_withdraws_on_a_page(site: Site) -> None:
    with site.client(Role.PROVINCE, Accept="text/html", Accept_Language="en") as province:
        chosen = {"action": "choose", "strictness": "reject"}
        assert province.post("/capture-rights", data=chosen).status_code == 303
        assert strictness(site.books) is Strictness.REJECT
        given = {"giver": OWNER, "taker": FARM, "value": "09506000134352"}
        done = province.post("/capture-rights", data={"action": "delegate", **given})
        assert done.status_code == 303
        assert [one.value for one in delegations(site.books)] == [PRODUCT]
        with site.client(Role.BUSINESS) as client:
            assert as_file(client) == []
        page = province.get("/capture-rights").text
        assert "Chủ mã to Vườn nho" in page
        province.post("/capture-rights", data={"action": "withdraw", **given, "value": PRODUCT})
        assert delegations(site.books) == []
        wrong = {"action": "delegate", **given, "giver": FARM, "taker": OWNER}
        refused = province.post("/capture-rights", data=wrong)
        assert refused.status_code == 422
        assert "That cannot be delegated" in refused.text
        for form in ({"action": "burn"}, {"action": "choose", "strictness": "perhaps"}):
            assert province.post("/capture-rights", data=form).status_code == 400


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR, Role.CONNECTOR])
def test_who_does_not_manage_chooses_nothing(site: Site, role: Role) -> None:
    with site.client(role) as client:
        assert client.get("/capture-rights").status_code == 403
        form = {"action": "choose", "strictness": "off"}
        assert client.post("/capture-rights", data=form).status_code == 403
    assert strictness(site.books) is Strictness.WARN
