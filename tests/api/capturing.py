"""A server of the EPCIS interface in a thread, and what a client does who captures."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from api.app import create_app
from api.settings import Settings
from epcis_core.store.ledger import Ledger
from ingest.limits import IntakeLimits
from tests.served import client_of, served

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}
OLD_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" '
    b'creationDate="2026-03-04T08:00:00Z"><EPCISBody><EventList><ObjectEvent>'
    b"<eventTime>2026-03-01T08:00:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
    b"<baseExtension><eventID>urn:uuid:5e1f2b1e-7f9b-4c65-9d8a-0f1f6a3a9d10</eventID></baseExtension>"
    b"<epcList><epc>urn:epc:id:sgtin:9506000.013435.old</epc></epcList><action>OBSERVE</action>"
    b"</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"
)
"""A document of EPCIS 1.2 with one event."""


@contextmanager
def interface(ledger: Ledger, limits: IntakeLimits | None = None) -> Iterator[httpx.Client]:
    """Serve a ledger in a thread of its own, jobs and all."""
    app = create_app(ledger, Settings(limits=limits or IntakeLimits()))
    with (
        served(app) as address,
        client_of(address) as client,
    ):
        yield client


def posted(client: httpx.Client, data: bytes, **headers: str) -> httpx.Response:
    """The answer to a document, JSON unless a header says otherwise; `_` in their names is `-`."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/epcis/capture", content=data, headers={**JSON, **given})


def promised(client: httpx.Client, data: bytes, **headers: str) -> str:
    """The address of the job of a document that was taken."""
    answer = posted(client, data, **headers)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


def ended(client: httpx.Client, address: str, patience: float = 120) -> dict[str, Any]:
    """A job once it is done."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        job: dict[str, Any] = client.get(address).raise_for_status().json()
        if not job["running"]:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job is not done: {job}")
