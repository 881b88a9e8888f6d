"""What goes wrong is answered without a word about the machine: no path, SQL, version or stack."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request, Response

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import captured, document, item, observed
from tests.served import client_of, served

SECRET = "what a variable held"  # noqa: S105 - a phrase that an error quotes
WORDS = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|duckdb|sqlite|pydantic|starlette|fastapi|uvicorn"
    r"|h11|httptools|orjson|lxml|libxml|jinja|python|[a-z]Error\b"
    r"|\b(?:SELECT|INSERT|UPDATE|PRAGMA)\b|\b0x[0-9a-f]{6,}",
    re.IGNORECASE,
)
"""What shows of which parts a server is made, or how it is going on inside of it."""

BROKEN = b'{"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"], "type": '
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
FORM = b'--x\r\nContent-Disposition: form-data; name="fi'
ASKED = {
    "an unknown route": (b"GET /nowhere HTTP/1.1", b"", b""),
    "a path that is no UTF-8": (b"GET /epcis/events/%ff%fe HTTP/1.1", b"", b""),
    "a path with a NUL": (b"GET /event?id=%00 HTTP/1.1", b"", b""),
    "a path with raw bytes": (b"GET /\xff\xfe HTTP/1.1", b"", b""),
    "a way out of the static files": (b"GET /static/..%2f..%2fpages HTTP/1.1", b"", b""),
    "a way out of the schemas": (b"GET /schemas/json/../../../etc/passwd HTTP/1.1", b"", b""),
    "a proof of a way out": (b"GET /proof/..%2f..%2fledger HTTP/1.1", b"", b""),
    "a quote for SQL": (b"GET /epcis/events?EQ_bizStep=%27%20OR%201=1;-- HTTP/1.1", b"", b""),
    "a field for SQL": (b"GET /epcis/events?EQ_x%27%22;--=1 HTTP/1.1", b"", b""),
    "no such parameter": (b"GET /epcis/events?nothing=1 HTTP/1.1", b"", b""),
    "a page token of one's own": (b"GET /epcis/events?nextPageToken=e30 HTTP/1.1", b"", b""),
    "a number that is none": (b"GET /epcis/events?perPage=1e999 HTTP/1.1", b"", b""),
    "a time that is none": (b"GET /trace?id=x&as_of=0000-99-99T00:00Z HTTP/1.1", b"", b""),
    "a language that is none": (b"GET /captures/none.json?lang=__class__ HTTP/1.1", b"", b""),
    "a template": (b"GET /search?q={{7*7}}{%25+for+x+in+().__class__+%25} HTTP/1.1", b"", b""),
    "a long query": (b"GET /epcis/events?MATCH_epc=" + b"x" * 9000 + b" HTTP/1.1", b"", b""),
    "a huge header": (b"GET / HTTP/1.1", b"X-Large: " + b"x" * 200_000, b""),
    "many headers": (b"GET / HTTP/1.1", b"\r\n".join([b"A: b"] * 2000), b""),
    "a key that is none": (b"GET /epcis/events HTTP/1.1", b"Authorization: Bearer \xff\xc3", b""),
    "a length that is none": (b"POST /captures HTTP/1.1", b"Content-Length: -1", b""),
    "a length and chunks": (
        b"POST /captures HTTP/1.1",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"",
    ),
    "a version that is none": (b"GET / HTTP/9.9", b"", b""),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01", b"", b""),
    "TRACE": (b"TRACE / HTTP/1.1", b"", b""),
    "a method of one's own": (b"FETCH /epcis/events HTTP/1.1", b"", b""),
    "broken JSON as a document": (b"POST /epcis/capture HTTP/1.1", b"json", BROKEN),
    "broken JSON as an event": (b"POST /epcis/events HTTP/1.1", b"json", BROKEN),
    "broken JSON as a query": (b"POST /epcis/queries HTTP/1.1", b"json", BROKEN),
    "no query": (
        b"POST /epcis/queries HTTP/1.1",
        b"json",
        b'{"name": [], "query": 1}',
    ),
    "deep JSON": (b"POST /epcis/queries HTTP/1.1", b"json", b"[" * 50_000),
    "JSON that is no UTF-8": (b"POST /epcis/events HTTP/1.1", b"json", b'{"type": "\xff"}'),
    "broken XML": (b"POST /epcis/capture HTTP/1.1", b"xml", b"<a><b></a>"),
    "XML with an entity": (b"POST /epcis/capture HTTP/1.1", b"xml", ENTITY),
    "broken XML to upload": (b"POST /captures HTTP/1.1", b"xml", ENTITY),
    "a form that breaks off": (b"POST /upload HTTP/1.1", b"form", FORM),
    "a form without its border": (b"POST /upload HTTP/1.1", b"form?", FORM),
    "a backup to somewhere": (b"POST /backups HTTP/1.1", b"json", b'{"folder": "/etc"}'),
}
KINDS = {
    b"json": b"Content-Type: application/json\r\nGS1-EPCIS-Version: 2.0",
    b"xml": b"Content-Type: application/xml",
    b"form": b"Content-Type: multipart/form-data; boundary=x",
    b"form?": b"Content-Type: multipart/form-data",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with Ledger.open(folder / "ledger.duckdb") as ledger:
        captured(ledger, document(observed(item("1"))))
        with served(with_a_defect(create_app(ledger))) as address:
            yield address


def with_a_defect(app: FastAPI) -> FastAPI:
    """Return an application with a further route, at which the server itself fails."""

    def defect(_: Request) -> Response:
        raise RuntimeError(SECRET)

    app.add_route("/defect", defect)
    return app


def exchanged(address: str, sent: bytes) -> str:
    """Send bytes, and return all that comes back until the server closes."""
    to = urlsplit(address)
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=60) as connection:
        connection.sendall(sent)
        parts = list(iter(lambda: connection.recv(65536), b""))
    return b"".join(parts).decode("utf-8", "replace")


@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/xml"])
@pytest.mark.parametrize("what", ASKED)
def test_an_error_tells_nothing_of_the_machine(
    address: str, folder: Path, what: str, accept: str
) -> None:
    line, headers, body = ASKED[what]
    head = [
        *(line, b"Host: 127.0.0.1", b"Connection: close", f"Accept: {accept}".encode()),
        *([KINDS.get(headers, headers)] if headers else []),
        *([f"Content-Length: {len(body)}".encode()] if body else []),
    ]
    told = exchanged(address, b"\r\n".join(head) + b"\r\n\r\n" + body)
    told = re.sub(r"^server: uvicorn\r\n", "", told, flags=re.MULTILINE)  # not of `epcis serve`
    assert re.match("HTTP/1.1 (?:200|30|40|41)", told)
    found = [match.group() for match in WORDS.finditer(told)]
    assert found == [], told
    assert str(folder) not in told
    assert "root:" not in told


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_defect_of_the_server_tells_nothing_of_it(
    address: str, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    with client_of(address, Accept=accept, Accept_Language="en", X_Request_ID="asked-1") as client:
        answer = client.get("/defect")
    assert answer.status_code == 500
    assert "The server failed; its log tells why, under asked-1." in answer.text
    assert SECRET not in answer.text
    assert WORDS.findall(answer.text) == []
    assert SECRET in caplog.text
