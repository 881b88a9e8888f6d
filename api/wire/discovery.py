"""Which methods, versions and formats a resource of the interface has: the answer to OPTIONS.

References:
    EPCIS 2.0, section 12.3
"""

from typing import Final

from fastapi import Response

from api.wire.versions import VERSION

SUPPORTED: Final = {
    "GS1-EPCIS-Version": VERSION,
    "GS1-EPCIS-Min": VERSION,
    "GS1-EPCIS-Max": VERSION,
    "GS1-CBV-Version": VERSION,
    "GS1-CBV-Min": VERSION,
    "GS1-CBV-Max": VERSION,
    "GS1-EPC-Format": "No_Preference",
    "GS1-CBV-XML-Format": "No_Preference",
    "GS1-Vendor-Version": "0.1.0",
}


def discovery(*methods: str, **more: str) -> Response:
    """Return the answer to OPTIONS.

    Args:
        *methods: what the resource takes beside OPTIONS.
        **more: further headers, `_` in their names for `-`.
    """
    headers = {"Allow": ", ".join(("OPTIONS", *methods)), **SUPPORTED}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return Response(status_code=204, headers=headers)
