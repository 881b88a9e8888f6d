"""Identifiers in the format that somebody asks for: EPC URNs or GS1 Digital Links.

Only the spelling changes: an event in another format names the same objects, places and parties. A
GS1 key that the other format cannot spell without loss stays as it is, and a finding says so: the
URN needs the length of the company prefix, and has no room for a lot beside a serial number. What
is no GS1 key has one spelling alone.

References:
    EPCIS 2.0, section 12 (GS1-EPC-Format)
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar

from epcis_core.errors import IdentifierError
from epcis_core.findings import Finding, Where, finding
from epcis_core.identifiers import parse_identifier
from epcis_core.model.base import Extensible
from epcis_core.model.events import EpcisEvent

EpcFormat = Literal["as-is", "urn", "digital-link"]
"""How identifiers are spelled."""

_Part = TypeVar("_Part", bound=Extensible)
_Held = Mapping[str, Any]
_CACHE_SIZE: Final = 2**14

_HERE: Final = None
_AMOUNT: Final[_Held] = {"epcClass": _HERE}
_PLACE: Final[_Held] = {"id": _HERE}
_SENSED: Final[_Held] = {"deviceID": _HERE}
_OF_EVENTS: Final[_Held] = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), _HERE),
    **dict.fromkeys(("parentID", "transformationID"), _HERE),
    **dict.fromkeys(("quantityList", "childQuantityList"), _AMOUNT),
    **dict.fromkeys(("inputQuantityList", "outputQuantityList"), _AMOUNT),
    **dict.fromkeys(("readPoint", "bizLocation"), _PLACE),
    "bizTransactionList": {"bizTransaction": _HERE},
    "sourceList": {"source": _HERE},
    "destinationList": {"destination": _HERE},
    "sensorElementList": {"sensorMetadata": _SENSED, "sensorReport": _SENSED},
}
_MASTER_DATA: Final[_Held] = {
    "vocabularyList": {"vocabularyElementList": {"id": _HERE, "children": _HERE}}
}
_OF_HEADS: Final[_Held] = {
    "epcisHeader": {"epcisMasterData": _MASTER_DATA},
    "epcisBody": {**_MASTER_DATA, "queryResults": {"resultsBody": _MASTER_DATA}},
}


def in_epc_format(part: _Part, to: EpcFormat) -> tuple[_Part, list[Finding]]:
    """Return an event, or the head of a document, with its identifiers in a format.

    Args:
        part: the event or head.
        to: the format.

    Returns:
        The part, and an information for each GS1 key that stays as it is because of what the
        format cannot say; pointers start at the part.
    """
    if to == "as-is":
        return part, []
    found: list[Finding] = []
    members = part.model_dump(by_alias=True, exclude_unset=True)
    held = _OF_EVENTS if isinstance(part, EpcisEvent) else _OF_HEADS
    return type(part).model_validate(_walked(members, held, to, "", found)), found


@lru_cache(_CACHE_SIZE)
def translated(uri: str, to: EpcFormat) -> str | None:
    """Return an identifier in a format; None for a GS1 key that it cannot spell without loss.

    >>> translated("urn:epc:id:sgtin:4012345.011111.9876", "digital-link")
    'https://id.gs1.org/01/04012345111118/21/9876'
    >>> translated("https://id.gs1.org/01/04012345111118/10/L1", "urn")
    'urn:epc:class:lgtin:4012345.011111.L1'
    >>> translated("https://id.gs1.org/01/04012345111118/10/L1/21/9876", "urn") is None
    True
    """
    if to == "as-is" or uri[:4].lower() == ("urn:" if to == "urn" else "http"):
        return uri
    try:
        identifier = parse_identifier(uri)
        if to == "digital-link":
            return identifier.digital_link()
        urn = identifier.epc_uri()
        if urn is None or "?" in uri or "#" in uri or parse_identifier(urn) != identifier:
            return None
    except IdentifierError:
        return uri
    return urn


def _walked(value: Any, held: _Held | None, to: EpcFormat, at: str, found: list[Finding]) -> Any:
    """Return JSON members with the identifiers translated that stand where `held` says."""
    if isinstance(value, list | tuple):
        return [_walked(one, held, to, f"{at}/{n}", found) for n, one in enumerate(value)]
    if held is not None and isinstance(value, dict):
        return {
            name: _walked(one, held[name], to, f"{at}/{name}", found) if name in held else one
            for name, one in value.items()
        }
    if held is not None or not isinstance(value, str):
        return value
    other = translated(value, to)
    if other is None:
        found.append(finding("not_translated", at=Where(pointer=at), actual=value))
    return value if other is None else other
