"""In which spelling identifiers and terms are given out, and which prefixes a caller uses.

References:
    EPCIS 2.0, section 12.4 (GS1-EPC-Format, GS1-CBV-XML-Format, GS1-Extensions)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from fastapi import Header

from api.errors import Refusal
from api.event_documents import Formats
from epcis_core.codecs.xml_writer_shape import CbvFormat
from epcis_core.model.epc_format import EpcFormat

GivenEpcFormat = Literal[
    "No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"
]
GivenCbvFormat = Literal["No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates"]

_EPC_FORMATS: Final[Mapping[GivenEpcFormat, EpcFormat]] = {
    "No_Preference": "digital-link",
    "Always_GS1_Digital_Link": "digital-link",
    "Always_EPC_URN": "urn",
    "Never_Translates": "as-is",
}
_CBV_FORMATS: Final[Mapping[GivenCbvFormat, CbvFormat]] = {
    "No_Preference": "urn",
    "Always_Web_URI": "web-uri",
    "Always_URN": "urn",
    "Never_Translates": "urn",
}


async def asked_formats(
    gs1_epc_format: Annotated[
        GivenEpcFormat, Header(description="How identifiers are spelled.")
    ] = "Always_GS1_Digital_Link",
    gs1_cbv_xml_format: Annotated[
        GivenCbvFormat, Header(description="How terms of the CBV are spelled in XML.")
    ] = "No_Preference",
) -> Formats:
    """Return the formats that the headers of a request ask for."""
    return Formats(_EPC_FORMATS[gs1_epc_format], _CBV_FORMATS[gs1_cbv_xml_format])


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Prefixes of extensions that a caller binds by a header.

    Attributes:
        given: the header as it came, or None.
        by_name: prefix to namespace.
    """

    given: str | None = None
    by_name: Mapping[str, str] = field(default_factory=dict)

    def expanded(self, term: str) -> str:
        """Return a term with its prefix spelled out, where the caller bound that."""
        name, sign, local = term.partition(":")
        return self.by_name[name] + local if sign and name in self.by_name else term

    def compact(self, uri: str) -> str:
        """Return a URI with the prefix that the caller bound to its namespace, if any."""
        fitting = [(len(ns), name) for name, ns in self.by_name.items() if uri.startswith(ns)]
        if not fitting:
            return uri
        length, name = max(fitting)
        return f"{name}:{uri[length:]}"


async def asked_prefixes(
    gs1_extensions: Annotated[
        str | None,
        Header(description="Prefixes of extensions: `ex=https://example.org/ns/, …`."),
    ] = None,
) -> Prefixes:
    """Return the prefixes that a request binds.

    Raises:
        Refusal: 400 where the header is no list of `prefix=URI`.
    """
    by_name: dict[str, str] = {}
    for part in (gs1_extensions or "").split(","):
        name, sign, uri = part.strip().partition("=")
        if not part.strip():
            continue
        if not sign or not name.strip() or ":" not in uri:
            raise Refusal(
                400,
                "ValidationException",
                f"GS1-Extensions: {part.strip()!r} is not a prefix and its URI, "
                "such as ex=https://example.org/ns/.",
            )
        by_name[name.strip()] = uri.strip()
    return Prefixes(gs1_extensions, by_name)
