"""Which right each route asks for, by method and path.

A route that is not here lets nobody in. `None`: it is open to everybody.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from api.access.exports import DOCUMENTS
from api.resolver.addresses import ADDRESS
from api.routes.collections import COLLECTIONS
from epcis_core.access.roles import Right

_QUERY: Final = "/epcis/queries/{name}"
_SUBSCRIPTION: Final = f"{_QUERY}/subscriptions/{{subscription_id}}"
_PAGES: Final = (
    *("/", "/search", "/about", "/trace", "/trace/list"),
    *("/event", "/recall", "/balance", "/gaps"),
)

UNDER_A_CASE: Final = frozenset(
    {
        *(
            f"GET {path}{ending}"
            for path in (
                *("/common-sources", "/what-if", "/cases/{number}/later"),
                *("/recalls", "/recalls/{number}"),
            )
            for ending in ("", ".json")
        ),
        *("POST /recalls", "POST /recalls/{number}", "GET /recalls/{number}/report"),
        "GET /recalls/{number}/report.pdf",
    }
)
"""What inspectors alone may ask that shows records: under a case, and each look is noted."""


def _rights() -> Iterator[tuple[str, Right | None]]:
    yield from _open()
    yield from _of_interface()
    yield from _of_stamps()
    yield from _of_lists()
    yield from _of_documents()
    yield from _of_sending()
    yield from _of_authority()
    yield from _of_portals()
    yield from _of_desk()
    yield from _of_notices()
    for path in _PAGES:
        yield f"GET {path}", Right.READ
        yield f"GET {'/index' if path == '/' else path}.json", Right.READ
    for ending in ("", ".json", ".csv", ".xlsx"):
        yield f"GET /parties/{{party}}/balance{ending}", Right.READ
    for path in ("/parties/{party}", "/parties/{party}.json", "/balance.csv", "/balance.xlsx"):
        yield f"GET {path}", Right.READ
    yield "GET /all-events", Right.READ
    yield "GET /proof/{event_id}", Right.READ
    yield "GET /proof.zip", Right.READ
    yield "POST /backups", Right.OPERATE
    yield "GET /metrics", Right.OPERATE


def _of_sending() -> Iterator[tuple[str, Right]]:
    """Yield the rights of what is sent in, and of what becomes of it."""
    for ending in ("", ".json"):
        yield f"GET /captures/{{capture_id}}{ending}", Right.READ
        yield f"GET /captures/{{capture_id}}/receipt{ending}", Right.READ
        yield f"GET /uploads{ending}", Right.READ
        yield f"POST /upload{ending}", Right.CAPTURE
    yield "GET /captures/{capture_id}/to-mend", Right.READ
    yield "GET /event/photo", Right.READ
    for path in ("/completeness", "/lot-record"):
        for ending in ("", ".json"):
            yield f"GET {path}{ending}", Right.READ
    yield "GET /trace/readings.json", Right.READ
    yield "GET /upload", Right.CAPTURE
    yield "POST /withdraw", Right.CAPTURE
    for path in ("/steps", "/steps/worker.js", "/steps/done/{capture_id}", "/steps/{key}"):
        yield f"GET {path}", Right.CAPTURE
    yield "POST /steps/{key}", Right.CAPTURE
    yield "POST /scan", Right.CAPTURE
    yield "GET /label", Right.READ
    yield "POST /label", Right.READ
    for method in ("GET", "POST"):
        yield f"{method} /correct", Right.CAPTURE
    yield "GET /upload/progress/{token}.json", Right.CAPTURE
    yield "POST /captures", Right.CAPTURE


def _of_authority() -> Iterator[tuple[str, Right]]:
    """Yield the rights of those who manage, inspect and oversee, and of what all decide to show."""
    for method in ("GET", "POST"):
        yield f"{method} /people", Right.MANAGE
        yield f"{method} /capture-rights", Right.MANAGE
        yield f"{method} /certificates", Right.MANAGE
        yield f"{method} /shares", Right.CAPTURE
        yield f"{method} /publications", Right.PUBLISH
        yield f"{method} /links", Right.PUBLISH
        yield f"{method} /cases", Right.INSPECT
        yield f"{method} /cases/{{number}}", Right.INSPECT
    for path in ("/cases", "/cases/{number}"):
        yield f"GET {path}.json", Right.INSPECT
    yield from ((route, Right.INSPECT) for route in UNDER_A_CASE)
    for ending in ("", ".json", ".csv"):
        yield f"GET /looks{ending}", Right.AUDIT
        yield f"GET /journal{ending}", Right.AUDIT
        yield f"GET /anomalies{ending}", Right.AUDIT
    yield "GET /certificates.json", Right.MANAGE
    yield "POST /anomalies", Right.AUDIT


def _of_desk() -> Iterator[tuple[str, Right]]:
    """Yield the rights of the province's desk, its reports, and classes for practice."""
    for path in ("/practice", "/practice.json"):
        yield f"GET {path}", Right.READ
    for path in ("/practice.csv", "/practice/training.csv"):
        yield f"GET {path}", Right.AUDIT
    yield "POST /practice", Right.CAPTURE
    for path in ("/conformity", "/conformity.{ending}"):
        yield f"GET {path}", Right.AUDIT
    for path in ("/desk", "/desk.json", "/desk/{key}", "/desk/{key}.{ending}"):
        yield f"GET {path}", Right.AUDIT
    for path in ("/reports/{name}", "/reports/{name}.{ending}"):
        yield f"GET {path}", Right.AUDIT
    for path in ("/desk/{key}", "/reports/{name}"):
        yield f"POST {path}", Right.MANAGE


def _of_portals() -> Iterator[tuple[str, Right]]:
    """Yield the rights of those who look after how lots get to portals."""
    for route in ("GET /portal", "GET /portal.json", "POST /portal", "POST /portal/exports"):
        yield route, Right.CARRY
    for method, ending in (("GET", ""), ("GET", ".json"), ("GET", ".zip"), ("POST", "")):
        yield f"{method} /portal/exports/{{target}}/{{number}}{ending}", Right.CARRY


def _of_documents() -> Iterator[tuple[str, Right]]:
    """Yield the rights of what is issued of a recall; who may issue is asked beside."""
    for name in DOCUMENTS:
        yield f"GET /recall/{name}", Right.READ
    yield "GET /recall/notice", Right.READ
    yield "POST /recall/notice", Right.READ
    yield "GET /recall/notices/{number}", Right.READ
    yield "GET /recall/notices/{number}/{version}.pdf", Right.READ


def _of_lists() -> Iterator[tuple[str, Right]]:
    """Yield the rights of what an organisation keeps for its records: lists, sheets, headings."""
    for key in ("products", "places", "partners"):
        for ending in ("", ".json", ".xlsx", ".csv", "/new", "/{number}"):
            yield f"GET /{key}{ending}", Right.KEEP
        yield f"POST /{key}", Right.KEEP
    yield "GET /products/{number}/image", Right.KEEP
    for path in (
        *("/templates", "/templates.json", "/templates/{name}.xlsx", "/templates/{name}.csv"),
        *("/headings", "/headings.json", "/headings/{capture_id}"),
    ):
        yield f"GET {path}", Right.CAPTURE
    yield "POST /headings", Right.CAPTURE


def _of_notices() -> Iterator[tuple[str, Right | None]]:
    """Yield the rights of notices of recalls: whoever was given a secret needs none."""
    yield "GET /recalled", Right.READ
    for method in ("GET", "POST"):
        yield f"{method} /recalled/{{secret}}", None
        yield f"{method} /recalled/by/{{number}}", Right.READ


def _open() -> Iterator[tuple[str, None]]:
    """Yield what everybody may have: what the server is, and what is published."""
    for path in (
        *("/health", "/static/{name}", "/docs", "/openapi.json", "/schemas/json/{name}"),
        *("/checkpoint", "/checkpoint/key", "/checkpoint/consistency"),
        *(ADDRESS, "/.well-known/gs1resolver", "/public-images/{digest}"),
    ):
        yield f"GET {path}", None
    for path in (
        "/log-in",
        "/set-up/{secret}",
        "/password",
        "/password/{secret}",
        "/account",
        "/check-stamp",
    ):
        yield f"GET {path}", None
        yield f"POST {path}", None
    for path in ("/log-in/open-id", "/log-in/open-id/back"):
        yield f"GET {path}", None
    yield "POST /log-out", None
    yield f"OPTIONS {ADDRESS}", None


def _of_stamps() -> Iterator[tuple[str, Right]]:
    """Yield the rights of runs of stamps, and of what is unusual about their scans."""
    for path in ("/stamps", "/stamps/{number}"):
        yield f"GET {path}", Right.CAPTURE
        yield f"POST {path}", Right.CAPTURE
    for file in ("label.svg", "label.png", "labels.pdf", "labels.zip", "links.csv"):
        yield f"GET /stamps/{{number}}/{file}", Right.CAPTURE
    for ending in ("", ".json"):
        yield f"GET /unusual-scans{ending}", Right.AUDIT


def _of_interface() -> Iterator[tuple[str, Right]]:
    """Yield the rights of the standard's interface."""
    for path in ("/epcis/", "/epcis/events", "/epcis/events/{event_id}", "/epcis/masterData"):
        yield f"GET {path}", Right.READ
        yield f"OPTIONS {path}", Right.READ
    yield "POST /epcis/events", Right.CAPTURE
    yield "POST /epcis/capture", Right.CAPTURE
    for path in ("/epcis/capture", "/epcis/capture/{capture_id}"):
        yield f"GET {path}", Right.CAPTURE
        yield f"OPTIONS {path}", Right.CAPTURE
    yield "DELETE /epcis/nextPageToken/{token}", Right.READ
    for collection in COLLECTIONS:
        for ending in ("", "/{value}", "/{value}/events"):
            yield f"GET /epcis/{collection.path}{ending}", Right.READ
            yield f"OPTIONS /epcis/{collection.path}{ending}", Right.READ
    for path in ("/epcis/queries", _QUERY, f"{_QUERY}/events", f"{_QUERY}/subscriptions"):
        yield f"GET {path}", Right.WATCH
        yield f"OPTIONS {path}", Right.WATCH
    yield f"WEBSOCKET {_QUERY}/events", Right.WATCH
    yield "POST /epcis/queries", Right.WATCH
    yield f"DELETE {_QUERY}", Right.WATCH
    yield f"POST {_QUERY}/subscriptions", Right.WATCH
    for method in ("GET", "DELETE", "OPTIONS"):
        yield f"{method} {_SUBSCRIPTION}", Right.WATCH


RIGHTS_OF_ROUTES: Final[Mapping[str, Right | None]] = dict(_rights())
"""The right that each route asks for."""
