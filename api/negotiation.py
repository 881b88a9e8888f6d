"""What a caller would rather have, by the `Accept` of a request.

References:
    RFC 9110, section 12.5.1; EPCIS 2.0, section 12.5
"""

import hashlib
from typing import Final

from fastapi import Request

from epcis_core.findings import Syntax

_XML: Final = ("application/xml", "text/xml")


def weights(accept: str) -> dict[str, float]:
    """Return the media types that an `Accept` names with their weights, in its order.

    >>> weights("text/html, application/json;q=0.5")
    {'text/html': 1.0, 'application/json': 0.5}
    """
    found: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        try:
            found[kind] = float(quality)
        except ValueError:
            found[kind] = 0.0
    return found


def tag_of(content: bytes) -> str:
    """Return the name of content, as `ETag` gives it."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_held(if_none_match: str, tag: str) -> bool:
    """Tell whether a caller has what it asks for already, by its `If-None-Match`.

    References:
        RFC 9110, section 13.1.2

    >>> is_held('"a", W/"b"', '"b"'), is_held('"a"', '"b"'), is_held("*", '"b"')
    (True, False, True)
    """
    held = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in held or "*" in held


def wanted_syntax(request: Request) -> Syntax:
    """Return the syntax of a document of events that a caller would rather have; else JSON."""
    asked = weights(request.headers.get("accept", ""))
    xml = max((asked.get(kind, 0.0) for kind in _XML), default=0.0)
    others = [weight for kind, weight in asked.items() if kind.endswith(("/json", "+json"))]
    return "xml" if xml > max(others, default=0.0) else "json"
