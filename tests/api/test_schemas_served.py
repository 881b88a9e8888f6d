"""The JSON Schemas over HTTP: the files as they are, once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.served import client_of, served

FOLDER = Path(__file__).parents[2] / "schemas" / "json"
NAMES = sorted(file.name for file in FOLDER.iterdir())


Get = Callable[..., httpx.Response]


@pytest.fixture
def get(ledger: Ledger) -> Iterator[Get]:
    """Ask a server."""
    with served(create_app(ledger)) as address, client_of(address) as client:

        def ask(path: str, **headers: str) -> httpx.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.get(f"/schemas/json/{path}", headers=named)

        yield ask


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_served_as_it_is(get: Get, name: str) -> None:
    answer = get(name)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.content == (FOLDER / name).read_bytes()


def test_who_has_a_schema_already_gets_no_body(get: Get) -> None:
    first = get(NAMES[0])
    assert first.headers["cache-control"] == "public, max-age=3600"
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(NAMES[0], If_None_Match=held)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_who_has_another_schema_gets_this_one(get: Get) -> None:
    other = get(NAMES[1]).headers["etag"]
    answer = get(NAMES[0], If_None_Match=other)
    assert answer.status_code == 200
    assert answer.headers["etag"] != other


@pytest.mark.parametrize("name", ["no.schema.json", "..%2F__init__.py", "README.md"])
def test_an_unknown_schema_is_a_problem_that_names_the_known_ones(get: Get, name: str) -> None:
    answer = get(name)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_problem_names_what_there_is(get: Get) -> None:
    assert get("x").json() == {
        "type": "epcisException:NoSuchResourceException",
        "title": "There is no schema 'x'; there are epcis-document.schema.json, "
        "epcis-event.schema.json, epcis-query-document.schema.json, epcis.schema.json.",
        "status": 404,
    }
