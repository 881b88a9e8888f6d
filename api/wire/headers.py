"""Media types that a caller accepts, and the headers that every answer carries.

References:
    EPCIS 2.0, sections 12.4 and 12.5; RFC 9110, section 12.5.1
"""

from typing import Final

from fastapi import Request

from api.errors import Refusal
from api.negotiation import wanted_syntax, weights
from api.wire.formats import Prefixes
from api.wire.versions import VERSION
from epcis_core.findings import Syntax

_JSON: Final = ("application/json", "application/ld+json")
_XML: Final = ("application/xml", "text/xml")
_ANY: Final = ("*/*", "application/*")

VARIES: Final = (
    "Accept, GS1-EPC-Format, GS1-CBV-XML-Format, GS1-Extensions, "
    "GS1-EPCIS-Min, GS1-EPCIS-Max, GS1-CBV-Min, GS1-CBV-Max"
)


def answer_headers(prefixes: Prefixes) -> dict[str, str]:
    """Return the headers that say in which versions an answer is, and how it depends on a request.

    Args:
        prefixes: those that the request bound, which are said back.
    """
    headers = {"GS1-EPCIS-Version": VERSION, "GS1-CBV-Version": VERSION, "Vary": VARIES}
    if prefixes.given is not None:
        headers["GS1-Extensions"] = prefixes.given
    return headers


def json_only(request: Request) -> str:
    """Return the media type of JSON that a caller would have.

    Raises:
        Refusal: 406 where it would have none.
    """
    return _accepted(request, _JSON)


def json_or_xml(request: Request) -> tuple[Syntax, str]:
    """Return the syntax in which a caller would have events, and its media type.

    Raises:
        Refusal: 406 where it would have none.
    """
    if wanted_syntax(request) == "xml":
        return "xml", _accepted(request, _XML)
    return "json", _accepted(request, _JSON)


def _accepted(request: Request, ours: tuple[str, ...]) -> str:
    """Return the one of our media types that weighs most to a caller."""
    asked = weights(request.headers.get("accept") or "*/*")
    best = max(ours, key=lambda kind: asked.get(kind, 0.0))
    if asked.get(best, 0.0) > 0:
        return best
    if any(asked.get(kind, 0.0) > 0 for kind in (*_ANY, "text/*" if best in _XML else "*/*")):
        return ours[0]
    raise Refusal(
        406,
        "NotAcceptableException",
        f"The answer is {' or '.join(ours)}, and Accept names neither.",
    )
