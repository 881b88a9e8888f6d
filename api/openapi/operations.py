"""What each operation takes as its body, and every answer that it can have.

Summary, description and most parameters stand with the routes themselves. Here is the rest, by
method and path; a route that is missing here keeps the description from being made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.openapi import answers as a
from api.openapi.answers import JSON, Answers, schema
from api.resolver.choosing import LINKSET
from api.routes.collections import COLLECTIONS
from api.web.answers import STATIC_FILES
from epcis_core.store.registry.products import IMAGE_TYPES


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        answers: those that are no problems, by status.
        problems: statuses of the problems it has beside those that any has.
        body: of its request.
        parameters: names of shared parameters that it takes.
    """

    answers: Answers
    problems: tuple[int, ...] = ()
    body: Mapping[str, Any] | None = None
    parameters: tuple[str, ...] = ()


QUERY: Final = "SimpleEventQuery"
"""Stands for all parameters of that query."""

MASTER_DATA: Final = "SimpleMasterDataQuery"
SOCKET: Final = "WebSocket"
LANGUAGE: Final = "lang"

_EVENTS: Final = a.events("A page of the events.")
_READING: Final = (406,)
_OF_ONE: Final = (404, 406)
_FILES: Final = ("application/octet-stream", "application/gzip", "application/zip")
_FILE: Final = {"type": "string"}
_XML_TEXT: Final = {"type": "string", "description": "By the schemas of EPCIS 1.0 to 2.0."}


def _in_syntaxes(*names: str) -> dict[str, Any]:
    """Return the schemas of one of some documents, in JSON and in XML."""
    one = {"anyOf": [schema(name) for name in names]}
    return dict.fromkeys((JSON, "application/ld+json"), one) | dict.fromkeys(
        ("application/xml", "text/xml"), _XML_TEXT
    )


def _body(content: Mapping[str, Any]) -> dict[str, Any]:
    described = {kind: {"schema": one} for kind, one in content.items()}
    return {"required": True, "content": described}


def _of_interface() -> Iterator[tuple[str, Operation]]:
    """Yield the operations of capture, events and master data."""
    resources = a.in_json("The names of the resources.", schema("Collection"))
    yield "GET /epcis/", Operation(resources, _READING)
    yield "OPTIONS /epcis/", Operation(a.offer(), _READING)
    yield "DELETE /epcis/nextPageToken/{token}", Operation(a.done("Nothing is left."), (403, 406))
    taken = a.answer(
        "The document is on disk, and will be captured.", None, "Location", *a.OF_EPCIS
    )
    yield (
        "POST /epcis/capture",
        Operation(
            {"202": taken},
            (403, 406, 413, 415),
            _body(_in_syntaxes("EPCISDocument", "EPCISQueryDocument")),
        ),
    )
    yield (
        "OPTIONS /epcis/capture",
        Operation(a.offer(*a.LIMITS, "GS1-Capture-Error-Behaviour"), _READING),
    )
    jobs = a.page_of("A page of the jobs.", a.listed("CaptureJob"))
    yield "GET /epcis/capture", Operation(jobs, _READING)
    job = a.epcis("How the job stands.", a.json_or_xml(schema("CaptureJob")))
    yield "GET /epcis/capture/{capture_id}", Operation(job, _OF_ONE)
    yield "OPTIONS /epcis/capture/{capture_id}", Operation(a.offer(), _OF_ONE)
    event = a.in_json(
        "The event as the ledger has it.", schema("BareEvent"), "Location", status=201
    )
    yield (
        "POST /epcis/events",
        Operation(
            event,
            (403, 406, 409, 413, 415),
            _body(_in_syntaxes("BareEvent", "EPCISDocument", "EPCISQueryDocument")),
        ),
    )
    yield "GET /epcis/events", Operation(_EVENTS, (406, 413, 414), parameters=(QUERY,))
    yield "OPTIONS /epcis/events", Operation(a.offer(), _READING)
    one = a.events("The event, and the error declarations about it.", in_pages=False)
    yield "GET /epcis/events/{event_id}", Operation(one, _OF_ONE)
    yield "OPTIONS /epcis/events/{event_id}", Operation(a.offer(), _OF_ONE)
    elements = a.events("A document with a `vocabularyList`.", in_pages=False)
    yield "GET /epcis/masterData", Operation(elements, (406, 413), parameters=(MASTER_DATA,))
    yield "OPTIONS /epcis/masterData", Operation(a.offer(), _READING)


def _of_collections() -> Iterator[tuple[str, Operation]]:
    """Yield the operations of what events speak of."""
    values = a.page_of("A page of the values.", schema("Collection"))
    one = a.in_json("What there is of the value: its events.", schema("Collection"))
    for collection in COLLECTIONS:
        path = f"/epcis/{collection.path}"
        yield f"GET {path}", Operation(values, _READING)
        yield f"GET {path}/{{value}}", Operation(one, _OF_ONE)
        yield (
            f"GET {path}/{{value}}/events",
            Operation(_EVENTS, (404, 406, 413, 414), parameters=(QUERY,)),
        )
        yield f"OPTIONS {path}", Operation(a.offer(), _READING)
        yield f"OPTIONS {path}/{{value}}", Operation(a.offer(), _OF_ONE)
        yield f"OPTIONS {path}/{{value}}/events", Operation(a.offer(), _OF_ONE)


def _of_queries() -> Iterator[tuple[str, Operation]]:
    """Yield the operations of named queries and subscriptions."""
    one = "/epcis/queries/{name}"
    query, subscription = schema("NamedQuery"), schema("Subscription")
    yield (
        "POST /epcis/queries",
        Operation(
            a.in_json("The query has its name.", query, "Location", status=201),
            (403, 406, 409, 413, 415),
            _body(dict.fromkeys((JSON, "application/ld+json"), query)),
        ),
    )
    queries = a.page_of("A page of the queries.", a.listed("NamedQuery"))
    yield "GET /epcis/queries", Operation(queries, _READING)
    yield "OPTIONS /epcis/queries", Operation(a.offer(), _READING)
    yield f"GET {one}", Operation(a.in_json("Its name and its parameters.", query), _OF_ONE)
    yield f"DELETE {one}", Operation(a.done("It is gone, with its subscriptions."), (403, *_OF_ONE))
    yield f"OPTIONS {one}", Operation(a.offer(), _OF_ONE)
    opened = a.answer(
        "A WebSocket, to a request with `Upgrade: websocket`: an EPCISQueryDocument in JSON "
        "comes whenever there are events, or as the schedule says.",
        None,
        *("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-Query-Min-Record-Time"),
    )
    yield (
        f"GET {one}/events",
        Operation({**_EVENTS, "101": opened}, (404, 406, 413, 414), parameters=(SOCKET,)),
    )
    yield f"OPTIONS {one}/events", Operation(a.offer(), _OF_ONE)
    several, single = f"{one}/subscriptions", f"{one}/subscriptions/{{subscription_id}}"
    yield (
        f"POST {several}",
        Operation(
            a.in_json("The subscription.", subscription, "Location", status=201),
            (403, 404, 406, 409, 413, 415),
            _body(dict.fromkeys((JSON, "application/ld+json"), schema("NewSubscription"))),
        ),
    )
    subscriptions = a.page_of("A page of the subscriptions.", a.listed("Subscription"))
    yield f"GET {several}", Operation(subscriptions, _OF_ONE)
    yield f"OPTIONS {several}", Operation(a.offer(), _OF_ONE)
    yield f"GET {single}", Operation(a.in_json("How it stands.", subscription), _OF_ONE)
    yield f"DELETE {single}", Operation(a.done("Nothing more is sent."), (403, *_OF_ONE))
    yield f"OPTIONS {single}", Operation(a.offer("GS1-Query-Min-Record-Time"), _OF_ONE)


def _of_machines() -> Iterator[tuple[str, Operation]]:
    """Yield the operations for the commands of the server's machine, and for its operator."""
    reports = a.listed("CaptureReport")
    lines = {
        "type": "string",
        "description": 'A line is `{"file", "size", "read", "events"}`, `{"report"}` with a '
        'CaptureReport, or `{"title"}` of what went wrong.',
    }
    yield (
        "POST /captures",
        Operation(
            {
                "200": a.answer(
                    "The report of each document in the file; as lines while the work goes on.",
                    {JSON: reports, "application/x-ndjson": lines},
                )
            },
            (401, 403, 413, 415),
            _body(
                _in_syntaxes("EPCISDocument", "EPCISQueryDocument", "BareEvent")
                | dict.fromkeys(_FILES, _FILE)
            ),
        ),
    )
    whole = {JSON: schema("EPCISQueryDocument"), "application/xml": {"type": "string"}}
    yield (
        "GET /all-events",
        Operation(
            {"200": a.answer("Every event, as captured.", whole, "Vary")},
            (413,),
            parameters=(QUERY,),
        ),
    )
    yield "GET /health", Operation(a.own("It lives.", schema("Health")))
    numbers = a.answer("The numbers.", {"text/plain": {"type": "string"}})
    yield "GET /metrics", Operation({"200": numbers})
    description = a.answer("The description.", {JSON: {"type": "object"}})
    yield "GET /openapi.json", Operation({"200": description})
    yield (
        "GET /schemas/json/{name}",
        Operation(
            {
                "200": a.answer(
                    "The schema.",
                    {"application/schema+json": {"type": "object"}},
                    *("ETag", "Cache-Control"),
                ),
                "304": a.answer("The asker has it already.", None, "ETag", "Cache-Control"),
            },
            (404,),
        ),
    )


def _of_proofs() -> Iterator[tuple[str, Operation]]:
    """Yield the operations that prove what is in the log."""
    text = {"text/plain": {"type": "string"}}
    checkpoint = a.answer("A checkpoint, as a signed note of the C2SP.", text)
    yield "GET /checkpoint", Operation({"200": checkpoint})
    key = a.answer("A verifier key of the C2SP.", text)
    yield "GET /checkpoint/key", Operation({"200": key})
    grown = a.shown("The proof.", schema("ConsistencyProof"), is_page=False)
    yield "GET /checkpoint/consistency", Operation(grown)
    proof = a.answer(
        "The event's records; as text, the proof of one by the C2SP.",
        {JSON: schema("EventProof"), **text},
        *("Vary", "Cache-Control"),
    )
    yield "GET /proof/{event_id}", Operation({"200": proof}, (404,))
    bundle = a.answer(
        "A zip that is verified without the ledger.",
        {"application/zip": _FILE},
        "Content-Disposition",
    )
    yield "GET /proof.zip", Operation({"200": bundle}, (404,))


def _of_resolver() -> Iterator[tuple[str, Operation]]:
    """Yield the operations of GS1 Digital Links, open to everybody."""
    path, of_led = "/{key}/{rest}", ("Location", "Link", "Vary", "Cache-Control")
    of_page = ("Vary", "Cache-Control", "ETag", "Content-Location", "Content-Language")
    kinds = {a.HTML: {"type": "string"}, LINKSET: schema("Linkset")}
    found = {
        "200": a.answer("The public page, or all links.", kinds, "Link", *of_page, *a.TO_ALL),
        "300": a.answer(
            "Several links that suit alike.",
            {LINKSET: schema("Linkset")},
            "Link",
            "Vary",
            *a.TO_ALL,
        ),
        "304": a.answer("The asker has it already.", None, "Link", *of_page, *a.TO_ALL),
        "307": a.answer("Where the key's owner leads to.", None, *of_led, *a.TO_ALL),
    }
    yield f"GET {path}", Operation(found, (404,), parameters=(LANGUAGE,))
    offered = a.answer(
        "What may be asked.", None, "Allow", "Access-Control-Allow-Headers", *a.TO_ALL
    )
    yield f"OPTIONS {path}", Operation({"204": offered}, (404,))
    described = a.own("What it can do.", {"type": "object"}, "Vary", "Cache-Control", *a.TO_ALL)
    yield "GET /.well-known/gs1resolver", Operation(described)
    photos = dict.fromkeys(IMAGE_TYPES, _FILE)
    photo = a.answer("The photo.", photos, "Cache-Control")
    yield "GET /public-images/{digest}", Operation({"200": photo}, (404,))


def _of_pages() -> Iterator[tuple[str, Operation]]:
    """Yield the pages, and the same as JSON under an address of its own."""
    for is_page in (True, False):
        for path, operation in _pages(is_page=is_page):
            name = path if is_page else f"{'GET /index' if path == 'GET /' else path}.json"
            yield name, operation


def _pages(*, is_page: bool) -> Iterator[tuple[str, Operation]]:
    language = (LANGUAGE,)
    elsewhere = {"303": a.answer("A page with the answer.", None, "Location")} if is_page else {}

    def told(description: str, one: Mapping[str, Any]) -> Answers:
        return a.shown(description, one, is_page=is_page)

    def unknown(one: Mapping[str, Any]) -> Answers:
        return a.shown(
            "The ledger knows nothing of it; what is like it is named.",
            one,
            is_page=is_page,
            status=404,
        )

    contents = told("What the ledger holds.", schema("Contents"))
    yield "GET /", Operation(contents, parameters=language)
    found = told("What the text may mean.", schema("SearchResult")) | elsewhere
    none = a.missing_page("Nothing was found.") if is_page else {}
    yield "GET /search", Operation(found | none, parameters=language)
    about = told("What is recorded of it.", schema("About"))
    yield "GET /about", Operation(about | elsewhere, (404,), parameters=language)
    flows = ("X-Accel-Buffering",) if is_page else ()
    trace = a.shown("The trace.", schema("Trace"), *flows, is_page=is_page)
    trace |= unknown(schema("NoTrace"))
    yield "GET /trace", Operation(trace, parameters=language)
    event = told("What was received under the id.", schema("EventRecords"))
    yield "GET /event", Operation(event, (404,), parameters=language)
    recall = told("The recall.", schema("Recall")) | unknown(schema("Recall")) | elsewhere
    yield "GET /recall", Operation(recall, parameters=language)
    balance = told("The balance.", schema("Balance")) | a.shown(
        "The ledger knows nothing of it.", schema("Balance"), is_page=False, status=404
    )
    yield "GET /balance", Operation(balance | elsewhere, parameters=language)
    gaps = told("The gaps.", a.listed("Gap")) | unknown({"type": "null"})
    yield "GET /gaps", Operation(gaps, parameters=language)
    report = told("The report, as it was given.", schema("CaptureReport"))
    yield "GET /captures/{capture_id}", Operation(report, (404,), parameters=language)
    history = told("What was uploaded, the newest first.", schema("UploadHistory"))
    yield "GET /uploads", Operation(history, (404,), parameters=language)
    receipt = told("The receipt.", schema("Receipt"))
    yield "GET /captures/{capture_id}/receipt", Operation(receipt, (404,), parameters=language)
    if is_page:
        yield "GET /upload", Operation(a.page("The form."), parameters=language)
        files = dict.fromkeys(STATIC_FILES.values(), _FILE)
        given = a.answer("A style sheet, a script or a picture.", files, "Cache-Control")
        yield "GET /static/{name}", Operation({"200": given}, (404,))
        yield "GET /docs", Operation(a.page("The operations."))
    reports = a.listed("CaptureReport")
    done = told("What became of each document.", reports) | elsewhere
    done |= a.shown("Every document was rejected.", reports, is_page=is_page, status=422)
    yield (
        "POST /upload",
        Operation(done, (403, 413), _body({"multipart/form-data": schema("Upload")}), language),
    )


OPERATIONS: Final[Mapping[str, Operation]] = dict(
    one
    for source in (
        *(_of_interface, _of_collections, _of_queries, _of_machines),
        *(_of_proofs, _of_resolver, _of_pages),
    )
    for one in source()
)
"""Every operation, by method and path."""
