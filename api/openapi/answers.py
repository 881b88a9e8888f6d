"""How the answers of an operation are described: media types, headers, schemas, problems."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from api.openapi.schemas import PREFIX

Answers = dict[str, Any]
"""Answers by their status."""

JSON: Final = "application/json"
HTML: Final = "text/html"
_JSON_LD: Final = "application/ld+json"
_XML: Final = ("application/xml", "text/xml")
_TEXT: Final = {"type": "string"}

_OF_PAGE: Final = (
    *("Content-Language", "Content-Security-Policy", "Referrer-Policy"),
    *("X-Content-Type-Options", "Set-Cookie"),
)
OF_EPCIS: Final = ("GS1-EPCIS-Version", "GS1-CBV-Version", "Vary", "GS1-Extensions")
_OF_LIST: Final = (*OF_EPCIS, "Link", "GS1-Next-Page-Token-Expires")
_OF_OFFER: Final = (
    *("Allow", "GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max"),
    *("GS1-CBV-Version", "GS1-CBV-Min", "GS1-CBV-Max"),
    *("GS1-EPC-Format", "GS1-CBV-XML-Format", "GS1-Vendor-Version"),
)
_OF_PROBLEM: Final = (*_OF_PAGE, "Vary", "Cache-Control")
TO_ALL: Final = (
    *("Access-Control-Allow-Origin", "Access-Control-Allow-Methods"),
    *("Access-Control-Expose-Headers",),
)
"""Headers by which pages of any site may read an answer."""

LIMITS: Final = ("GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit")
_PROBLEMS: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
    400: ("The request is none: a parameter, a header or the body is wrong.", ()),
    401: ("No key was shown, or one that is not known, was revoked or has expired.", ()),
    403: ("Whoever asks has no right to this, or a page of another site sent the request.", ()),
    404: ("There is no such thing.", ()),
    406: ("The answer cannot be in a form or a version that the caller accepts.", ()),
    409: ("It is there already, its name belongs to another, or there are as many as may be.", ()),
    413: ("More was sent, or asked for, than is taken or given.", ()),
    414: ("The address is too long.", ()),
    415: (
        "The body has a media type or an encoding that is not taken.",
        ("Accept", "Accept-Encoding"),
    ),
    500: ("The server failed; its log tells why, under the id of the request.", ()),
    503: ("It cannot be done now; after the disk failed, until the server is started again.", ()),
    507: ("The disk has no room; nothing was kept. Send it again once there is some.", ()),
}
_OF_RESOLVER: Final = frozenset({400, 404})
EVERYWHERE: Final = (400, 413, 500, 503, 507)
"""Statuses of problems that any operation may have."""

ON_WRITING: Final = 403
"""The status of a problem that any operation may have that changes something."""


def schema(name: str) -> dict[str, Any]:
    """Return the reference to a schema of the components."""
    return {"$ref": PREFIX + name}


def listed(name: str) -> dict[str, Any]:
    """Return the schema of a list of things."""
    return {"type": "array", "items": schema(name)}


def answer(
    description: str, content: Mapping[str, Any] | None = None, *headers: str
) -> dict[str, Any]:
    """Return the description of an answer.

    Args:
        description: what it is.
        content: its schemas by media type; None for an answer without content.
        *headers: names of those that it carries, beside the id of the request.
    """
    described: dict[str, Any] = {"description": description, "headers": header_references(headers)}
    if content is not None:
        described["content"] = {kind: {"schema": one} for kind, one in content.items()}
    return described


def header_references(names: tuple[str, ...]) -> dict[str, Any]:
    """Return references to headers, and to that which every answer has."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "X-Request-ID")}


def offer(*headers: str) -> Answers:
    """Return the answer to OPTIONS."""
    return {"204": answer("Methods, versions and formats.", None, *_OF_OFFER, *headers)}


def done(description: str) -> Answers:
    """Return the answer to what has been done and needs no content."""
    return {"204": answer(description)}


def epcis(
    description: str, content: Mapping[str, Any], *headers: str, status: int = 200
) -> Answers:
    """Return an answer of the EPCIS interface."""
    return {str(status): answer(description, content, *OF_EPCIS, *headers)}


def in_json(description: str, one: Mapping[str, Any], *headers: str, status: int = 200) -> Answers:
    """Return an answer of the EPCIS interface that is JSON alone."""
    return epcis(description, dict.fromkeys((JSON, _JSON_LD), one), *headers, status=status)


def page_of(description: str, one: Mapping[str, Any]) -> Answers:
    """Return a page of a list that is JSON alone."""
    return {
        "200": answer(description, dict.fromkeys((JSON, _JSON_LD), one), *_OF_LIST),
    }


def json_or_xml(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return content that is JSON, or XML by the schemas of EPCIS 2.0."""
    return dict.fromkeys((JSON, _JSON_LD), one) | dict.fromkeys(_XML, _TEXT)


def events(description: str, *, in_pages: bool = True) -> Answers:
    """Return an EPCISQueryDocument."""
    headers = _OF_LIST if in_pages else OF_EPCIS
    return {"200": answer(description, json_or_xml(schema("EPCISQueryDocument")), *headers)}


def own(description: str, one: Mapping[str, Any], *headers: str) -> Answers:
    """Return JSON of the ledger's own."""
    return {"200": answer(description, {JSON: one}, *headers)}


def shown(
    description: str, one: Mapping[str, Any], *headers: str, is_page: bool, status: int = 200
) -> Answers:
    """Return what is JSON, and where a browser asks for it a page."""
    content = {JSON: one} | ({HTML: _TEXT} if is_page else {})
    more = _OF_PAGE if is_page else ()
    return {str(status): answer(description, content, "Vary", "Cache-Control", *more, *headers)}


def page(description: str) -> Answers:
    """Return what is a page alone."""
    return {"200": _page(description)}


def missing_page(description: str) -> Answers:
    """Return the page where JSON would be an empty list."""
    return {"404": _page(description)}


def _page(description: str) -> dict[str, Any]:
    return answer(description, {HTML: _TEXT}, "Vary", "Cache-Control", *_OF_PAGE)


def problems(*statuses: int, in_xml: bool) -> Answers:
    """Return problems by their statuses, as references.

    Args:
        *statuses: those that an operation has.
        in_xml: it belongs to the EPCIS interface, where problems may be XML.
    """
    kind = "Epcis" if in_xml else "Own"
    return {
        str(status): {"$ref": f"#/components/responses/{kind}{status}"}
        for status in sorted(set(statuses))
    }


def problem_components() -> dict[str, Any]:
    """Return every problem that `problems` refers to."""
    found = {}
    for kind, further in (("Own", ()), ("Epcis", ("application/problem+xml",))):
        for status, (description, headers) in _PROBLEMS.items():
            content = {"application/problem+json": schema("Problem")}
            content |= dict.fromkeys((*further, HTML), _TEXT)
            told = f"{HTTPStatus(status).phrase}. {description}"
            more: tuple[str, ...] = LIMITS if (kind, status) == ("Epcis", 413) else ()
            if kind == "Own" and status in _OF_RESOLVER:
                more = (*TO_ALL, "Link")
            found[f"{kind}{status}"] = answer(told, content, *headers, *more, *_OF_PROBLEM)
    return found
