"""A served ledger in which there is something under every path, and requests that find it.

The description says what may be asked; what there is to be found only a ledger knows. So examples
of values stand in a copy of the description, and ids that are known late under names of their own.
"""

import copy
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from schemathesis import Case

from api.app import create_app, routed
from api.openapi.document import document_of
from api.outward import Allowed
from api.settings import Settings
from api.web.public_content import Origin, PublicContent
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.publications import Photo, keep_image, publish
from tests.api.subscriptions.receivers import receiving
from tests.ingest.documents import (
    CONTEXT,
    ITEM,
    NOW,
    SITE,
    captured,
    document,
    item,
    lot,
    made,
    observed,
    packed,
    place,
)
from tests.queries.in_xml import as_xml
from tests.served import served

CAPTURE, SUBSCRIPTION, RECEIVER = "CAPTURE-ID", "SUBSCRIPTION-ID", "http://127.0.0.1:1/receiver"
PALLET = "https://id.gs1.org/00/095060001000000012"
QUERY = {"name": "shipped", "query": {"EQ_bizStep": ["shipping"]}}
EVENTS: tuple[dict[str, Any], ...] = (
    observed(
        item("A"),
        eventID="urn:event:1",
        bizStep="shipping",
        disposition="in_transit",
        readPoint={"id": SITE},
        bizLocation={"id": SITE},
        **{"ex:grade": "A"},
    ),
    made([lot("1")], [lot("2")], eventID="urn:event:2", bizStep="creating_class_instance"),
    packed(PALLET, item("A"), eventID="urn:event:3", bizStep="packing"),
)
PAGE = PublicContent(
    name_vi="Nho đỏ", name_en="Red grapes", maker="Vườn nho", address="Ninh Phước", origin=Origin()
)
PHOTO = hashlib.sha256(b"photo").hexdigest()
BARE = {"@context": CONTEXT, **observed(item("C"), eventID="urn:event:4")}
FOUND: dict[str, str] = {
    "event_id": "urn:event:1",
    "capture_id": CAPTURE,
    "subscription_id": SUBSCRIPTION,
    "name": "shipped",
    "token": "anything",
    "id": lot("1"),
    "q": "DN",
    "/epcis/eventTypes": "ObjectEvent",
    "/epcis/epcs": item("A"),
    "/epcis/bizSteps": "shipping",
    "/epcis/bizLocations": SITE,
    "/epcis/readPoints": SITE,
    "/epcis/dispositions": "in_transit",
    "/event": "urn:event:1",
    "/about": SITE,
    "/schemas/json": "epcis-event.schema.json",
    "/static": "style.css",
    "key": "01",
    "rest": ITEM.removeprefix("https://id.gs1.org/01/"),
    "digest": PHOTO,
}
BODIES: dict[str, Any] = {
    "/captures": json.loads(document(EVENTS[0])),
    "/epcis/capture": json.loads(document(EVENTS[0])),
    "/epcis/events": BARE,
    "/epcis/queries": QUERY,
    "/epcis/queries/{name}/subscriptions": {"dest": RECEIVER, "stream": True},
    "/upload": {"files": [document(EVENTS[0]).decode()], "proceed": "true"},
    "/upload.json": {"files": [document(EVENTS[0]).decode()]},
}
OF_EVENTS = ("/captures", "/epcis/capture", "/epcis/events")
"""Paths that take documents: what these may be is asked by other tests, so they are drawn here."""


def with_examples() -> dict[str, Any]:
    """The description of the server, with values that are found."""
    described = copy.deepcopy(document_of(routed()))
    files = described["components"]["schemas"]["Upload"]["properties"]["files"]
    del files["maxItems"]  # hundreds of files at once are another test's
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                _exemplify(path.partition("/{")[0], parameter)
            if method == "post" and path in BODIES:
                for kind, content in operation["requestBody"]["content"].items():
                    _exemplify_body(path, kind, content)
    return described


def _exemplify(base: str, parameter: dict[str, Any]) -> None:
    is_own = parameter.get("in") == "path" or base.startswith(("/event", "/about"))
    value = FOUND.get(base.removesuffix(".json")) if is_own else None
    value = value or FOUND.get(parameter.get("name", ""))
    if value is not None:
        parameter["example"] = [value] if base.startswith("/recall") else value


def _exemplify_body(path: str, kind: str, content: dict[str, Any]) -> None:
    content["example"] = BODIES[path]
    if path in OF_EVENTS:
        in_bytes = {"type": "string", "format": "binary"}
        content["schema"] = {"type": "object"} if kind.endswith("json") else in_bytes
    if kind.endswith("xml"):
        content["example"] = as_xml(document(EVENTS[0])).decode()


@dataclass(frozen=True)
class Served:
    """A ledger that is served.

    Attributes:
        address: of the server.
        ids: what stands for the names of ids in the examples.
    """

    address: str
    ids: dict[str, str]

    def found(self, case: Case[Any]) -> None:
        """Put ids into a request, and let it name no address beyond this machine."""
        for name, value in (case.path_parameters or {}).items():
            case.path_parameters[name] = self.ids.get(value, value)
        if isinstance(case.body, dict) and isinstance(dest := case.body.get("dest"), str):
            case.body["dest"] = self._here(dest)

    def restore(self) -> None:
        """Make the query and the subscription again that a request may have removed."""
        with httpx.Client(base_url=f"{self.address}/epcis", timeout=60) as client:
            assert client.post("/queries", json=QUERY).status_code in {201, 409}
            asked = {"dest": self.ids[RECEIVER], "schedule": {"month": "1"}}
            answer = client.post("/queries/shipped/subscriptions", json=asked)
            assert answer.status_code == 201, answer.text
            self.ids[SUBSCRIPTION] = answer.json()["subscriptionID"]

    def _here(self, dest: str) -> str:
        try:
            host = urlsplit(dest).hostname
        except ValueError:
            return dest
        return self.ids[RECEIVER] if host else dest


@contextmanager
def described_server(folder: Path) -> Iterator[Served]:
    """Serve a ledger in a folder, with something of everything in it."""
    settings = Settings(outward=Allowed.read(("127.0.0.1/32",)))
    path = folder / "ledger.duckdb"
    with Ledger.open(path) as ledger, Bookkeeping(path) as books, receiving() as receiver:
        publish(books, ITEM, "", PAGE.model_dump_json(), NOW)
        keep_image(books, Photo("image/png", b"photo"))
        report = captured(ledger, document(*EVENTS, elements=[place(SITE, name="Kho")]))
        assert report.status == "accepted", report
        with served(create_app(ledger, settings)) as address:
            here = Served(address, {CAPTURE: report.capture_id, RECEIVER: receiver.url})
            here.restore()
            yield here
