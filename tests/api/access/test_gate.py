"""Who is let in, to what: every route, for nobody and for each role."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute

from api.access.rights import RIGHTS_OF_ROUTES
from api.app import create_app, routed
from api.resolver.addresses import ADDRESS
from epcis_core.access.roles import RIGHTS, Right, Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.inspections import open_inspection
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from tests.ingest.documents import NOW
from tests.served import client_of, served

FARM = "https://id.gs1.org/417/8936099140001"
OPEN = {
    "GET /health",
    "GET /static/{name}",
    "GET /docs",
    "GET /openapi.json",
    "GET /schemas/json/{name}",
    "GET /checkpoint",
    "GET /checkpoint/key",
    "GET /checkpoint/consistency",
    "POST /log-out",
    f"GET {ADDRESS}",
    f"OPTIONS {ADDRESS}",
    "GET /.well-known/gs1resolver",
    "GET /public-images/{digest}",
    "GET /log-in/open-id",
    "GET /log-in/open-id/back",
    *(
        f"{method} {path}"
        for path in (
            "/log-in",
            "/set-up/{secret}",
            "/password",
            "/password/{secret}",
            "/account",
            "/check-stamp",
            "/recalled/{secret}",
        )
        for method in ("GET", "POST")
    ),
}
"""What everybody may have."""


def served_by(routes: Iterable[BaseRoute]) -> Iterator[str]:
    """Every method and path of some routes, those of routers within them too."""
    for one in routes:
        if isinstance(one, APIRoute):
            yield from (f"{method} {one.path}" for method in one.methods or ())
        elif isinstance(one, APIWebSocketRoute):
            yield f"WEBSOCKET {one.path}"
        else:
            yield from served_by(getattr(one, "original_router").routes)  # noqa: B009 - FastAPI's own, without a type


def test_every_route_says_which_right_it_asks_for() -> None:
    assert set(served_by(routed().routes)) == set(RIGHTS_OF_ROUTES)


@dataclass
class Site:
    client: httpx.Client
    keys: dict[Role, str]
    books: Bookkeeping

    def ask(self, route: str, role: Role | None, **headers: str) -> httpx.Response:
        method, _, path = route.partition(" ")
        path = path.replace("{key:primary_key}", "01").replace("{rest:path}", "x")
        for name in (
            "digest",
            "capture_id",
            "event_id",
            "value",
            "name",
            "subscription_id",
            "token",
        ):
            path = path.replace(f"{{{name}}}", "x")
        if role is not None:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.request(method, path, headers=headers)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("gate") / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, "Vườn nho"), NOW)
        open_inspection(books, "2026/17", NOW, title="", by="", as_of=-1)
        keys = {
            role: make_key(books, role, FARM if role is Role.BUSINESS else None, NOW)
            for role in Role
        }
        with served(create_app(ledger)) as address, client_of(address) as client:
            yield Site(client, keys, books)


HTTP = sorted(one for one in RIGHTS_OF_ROUTES if not one.startswith("WEBSOCKET"))


@pytest.mark.parametrize("route", HTTP)
def test_nobody_is_let_in_but_to_what_is_open(site: Site, route: str) -> None:
    answer = site.ask(route, None)
    assert (answer.status_code != 401) == (route in OPEN), answer.text


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("route", HTTP)
def test_a_role_is_let_in_to_what_it_has_a_right_to(site: Site, route: str, role: Role) -> None:
    right = RIGHTS_OF_ROUTES[route]
    answer = site.ask(route, role, **{"Case-Number": "2026/17"})
    refused = answer.status_code == 403 and "may not do this" in answer.text
    assert refused == (right is not None and right not in RIGHTS[role]), answer.text
    assert answer.status_code != 401


def test_an_inspector_looks_under_an_open_case_alone(site: Site) -> None:
    for case, status in ((None, 403), ("no such", 403), ("2026/17", 200)):
        headers = {} if case is None else {"Case-Number": case}
        answer = site.ask("GET /epcis/events", Role.INSPECTOR, **headers)
        assert answer.status_code == status


def test_a_page_leads_whoever_is_not_let_in_to_the_log_in(site: Site) -> None:
    answer = site.ask("GET /trace", None, Accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in?next=%2Ftrace")


def test_a_right_names_what_is_there() -> None:
    assert set(RIGHTS_OF_ROUTES.values()) <= {None, *Right}
