"""An organisation keeps so many queries and subscriptions, and then no more; others go on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.clock import now
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.named_queries import MOST_QUERIES, add_named_query
from epcis_core.store.registry.journal import What, journal
from epcis_core.store.registry.keys import make_key
from epcis_core.store.subscriptions import (
    MOST_SUBSCRIPTIONS,
    Position,
    Progress,
    Subscription,
    add_subscription,
)
from tests.api.access.members import FARM, RIVAL, Members, members
from tests.api.subscriptions.servers import LOOPBACK
from tests.served import client_of

QUERIES = "/epcis/queries"
RECEIVER = "http://127.0.0.1:9/"
WISH = {"dest": RECEIVER, "stream": True}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Members]:
    with members(tmp_path, Settings(outward=LOOPBACK)) as made:
        yield made


def client(site: Members, party: str | None) -> httpx.Client:
    """A client with a key of a firm, or of the server itself."""
    role = Role.CONNECTOR if party is None else Role.BUSINESS
    key = make_key(site.books, role, party, now())
    return client_of(site.address, Authorization=f"Bearer {key}")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_a_firm_keeps_so_many_queries(site: Members) -> None:
    with site.books.transaction():
        for owner in (FARM, ""):
            for number in range(MOST_QUERIES):
                add_named_query(site.books, f"q{number}", "{}", {}, now(), owner=owner)
    one = {"name": "one more", "query": {}}
    with client(site, FARM) as farm, client(site, RIVAL) as rival, client(site, None) as server:
        full = "Your organisation has 200 named queries, as many as it may; remove one."
        assert refusal(farm.post(QUERIES, json=one)) == (409, full)
        assert rival.post(QUERIES, json=one).status_code == 201
        assert server.post(QUERIES, json=one).status_code == 201
        assert farm.delete(f"{QUERIES}/q7").status_code == 204
        assert farm.post(QUERIES, json=one).status_code == 201


def test_a_firm_has_so_many_subscriptions_to_all_its_queries(site: Members) -> None:
    numbers: list[int] = []
    for owner in (FARM, FARM, RIVAL, ""):
        name = f"q{len(numbers)}"
        made = add_named_query(site.books, name, "{}", {}, now(), owner=owner)
        assert made is not None
        numbers.append(made.number)
    first, second, _, servers = numbers
    progress = Progress(Position(-1), 0)
    with site.books.transaction():
        for query in [first, second] * (MOST_SUBSCRIPTIONS // 2) + [servers] * MOST_SUBSCRIPTIONS:
            new = Subscription(
                str(uuid4()), query, RECEIVER, None, "urn", None, False, None, 0, progress
            )  # fmt: skip
            assert add_subscription(site.books, new) is not None
    with client(site, FARM) as farm, client(site, RIVAL) as rival, client(site, None) as server:
        refused = farm.post(f"{QUERIES}/q1/subscriptions", json=WISH)
        full = "Your organisation has 200 subscriptions, as many as it may; remove one."
        assert refusal(refused) == (409, full)
        assert journal(site.books, what=What.SUBSCRIBED) == []
        assert rival.post(f"{QUERIES}/q2/subscriptions", json=WISH).status_code == 201
        assert server.post(f"{QUERIES}/q3/subscriptions", json=WISH).status_code == 201
        assert farm.delete(f"{QUERIES}/q0").status_code == 204
        assert farm.post(f"{QUERIES}/q1/subscriptions", json=WISH).status_code == 201
