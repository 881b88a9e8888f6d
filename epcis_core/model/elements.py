"""The parts events are made of: quantities, places, parties, transactions, sensors, errors.

Every field carries the standard's name in snake_case; JSON and XML spell it as the standard does.

References:
    EPCIS 2.0, section 7.3
"""

import re
from ipaddress import IPv6Address
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from epcis_core.model.base import Extensible, Frozen, Number
from epcis_core.model.times import Timestamp

# RFC 3986, appendix A. Possessive, since the parts overlap and the text may be a file of garbage.
_PLAIN: Final = r"A-Za-z0-9\-._~!$&'()*+,;="
_ESCAPE: Final = "%[0-9A-Fa-f]{2}"
_URI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*+:"
    rf"(?://(?:(?:[{_PLAIN}:]|{_ESCAPE})*+@)?"
    rf"(?:\[(?P<address>[^\]]*+)\]|(?:[{_PLAIN}]|{_ESCAPE})*+)(?::[0-9]*+)?(?=[/?#]|\Z)|(?!//))"
    rf"(?:[{_PLAIN}:@/]|{_ESCAPE})*+"
    rf"(?:\?(?:[{_PLAIN}:@/?]|{_ESCAPE})*+)?"
    rf"(?:#(?:[{_PLAIN}:@/?]|{_ESCAPE})*+)?"
)
PLAIN_URI: Final = rf"(?:https?://[a-z0-9.\-]+/|urn:[{_PLAIN}:@])[{_PLAIN}:@/]*"
"""What most URIs look like, and are found so four times as fast; pydantic knows the pattern too."""

_PLAIN_URI: Final = re.compile(PLAIN_URI)
_FUTURE_ADDRESS: Final = re.compile(rf"v[0-9A-Fa-f]++\.[{_PLAIN}:]++")
LONGEST_URI: Final = 4096
"""Characters of the longest URI that is taken."""

_UOM: Final = re.compile(r"[A-Z0-9]{2,3}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def is_uri(text: str) -> bool:
    """Tell whether a text is an absolute URI (RFC 3986) of at most 4,096 characters.

    >>> [
    ...     is_uri(t)
    ...     for t in ("urn:epc:id:sscc:8930001.0000000001", "ex:grade", "my farm", "http://[")
    ... ]
    [True, True, False, False]
    """
    if len(text) > LONGEST_URI:
        return False
    if _PLAIN_URI.fullmatch(text):
        return True
    match = _URI.fullmatch(text)
    if match is None:
        return False
    address = match["address"]
    return address is None or _is_ip_address(address)


def _is_ip_address(text: str) -> bool:
    if _FUTURE_ADDRESS.fullmatch(text):
        return True
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone, which RFC 3986 does not know


def check_uri(text: str) -> str:
    """Return a URI as it is.

    Raises:
        PydanticCustomError: it is none.
    """
    if not is_uri(text):
        raise PydanticCustomError("malformed_uri", "expected a URI")
    return text


def _check_uom(text: str) -> str:
    if _UOM.fullmatch(text) is None:
        raise PydanticCustomError("malformed_unit", "expected two or three of A-Z and 0-9")
    return text


def _check_hex(text: str) -> str:
    if _HEX.fullmatch(text) is None:
        raise PydanticCustomError("malformed_hex", "expected pairs of hexadecimal digits")
    return text


Uri = Annotated[str, AfterValidator(check_uri), WithJsonSchema({"type": "string", "format": "uri"})]
"""An absolute URI as written: EPC URN, GS1 Digital Link or any other."""

Term = str
"""A vocabulary term as written: a bare word of the CBV, or a URI (checked by the rules)."""

Hex = Annotated[
    str,
    AfterValidator(_check_hex),
    WithJsonSchema({"type": "string", "pattern": "^([0-9A-Fa-f]{2})+$"}),
]
"""Bytes as pairs of hexadecimal digits."""

Unit = Annotated[
    str,
    AfterValidator(_check_uom),
    WithJsonSchema({"type": "string", "pattern": f"^{_UOM.pattern}$"}),
]
"""A UN/ECE Rec 20 code, as a quantity has it."""


class QuantityElement(Frozen):
    """An amount of a class of objects.

    Attributes:
        epc_class: the class: GTIN, GTIN with lot, or another class URI.
        quantity: how much; absent means an amount that was not stated.
        uom: UN/ECE Rec 20 code of the unit; absent means a count of items.
    """

    epc_class: Uri
    quantity: Number | None = None
    uom: Unit | None = None


class Location(Extensible):
    """A read point or business location: its identifier, and extensions."""

    id: Uri


class BusinessTransaction(Frozen):
    """A business document the event belongs to, such as a purchase order."""

    type: Term | None = None
    biz_transaction: Uri


class Source(Frozen):
    """Where a transfer starts: a party or a place, by the kind of source it is."""

    type: Term
    source: Uri


class Destination(Frozen):
    """Where a transfer ends: a party or a place, by the kind of destination it is."""

    type: Term
    destination: Uri


class PersistentDisposition(Frozen):
    """Dispositions that hold until they are unset; at least one of the two is given."""

    set: Annotated[tuple[Term, ...], Field(min_length=1)] | None = None
    unset: Annotated[tuple[Term, ...], Field(min_length=1)] | None = None


class ErrorDeclaration(Extensible):
    """A statement that an event recorded before is wrong as of `declaration_time`.

    References:
        EPCIS 2.0, section 7.4.1.2
    """

    declaration_time: Timestamp
    reason: Term | None = None
    corrective_event_ids: tuple[Uri, ...] | None = None


class SensorMetadata(Extensible):
    """What holds for all reports of one sensor element."""

    time: Timestamp | None = None
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    device_id: Uri | None = None
    device_metadata: Uri | None = None
    raw_data: Uri | None = None
    data_processing_method: Uri | None = None
    biz_rules: Uri | None = None


class SensorReport(Extensible):
    """One reading, or statistics of readings.

    Attributes:
        type: the kind of property measured, such as `Temperature`; only XML may leave it out.
        value: the reading in `uom`, as its minimum, maximum, mean and deviation are.
        uom: UN/ECE Rec 20 code.
    """

    type: Term | None = None
    exception: Term | None = None
    device_id: Uri | None = None
    device_metadata: Uri | None = None
    raw_data: Uri | None = None
    data_processing_method: Uri | None = None
    biz_rules: Uri | None = None
    time: Timestamp | None = None
    microorganism: Uri | None = None
    chemical_substance: Uri | None = None
    coordinate_reference_system: Uri | None = None
    value: Number | None = None
    component: Term | None = None
    string_value: str | None = None
    boolean_value: StrictBool | None = None
    hex_binary_value: Hex | None = None
    uri_value: Uri | None = None
    min_value: Number | None = None
    max_value: Number | None = None
    mean_value: Number | None = None
    s_dev: Number | None = None
    perc_rank: Number | None = None
    perc_value: Number | None = None
    uom: str | None = None


class SensorElement(Extensible):
    """What one sensor, or several at once, reported.

    References:
        EPCIS 2.0, section 7.3.7
    """

    sensor_metadata: SensorMetadata | None = None
    sensor_report: Annotated[tuple[SensorReport, ...], Field(min_length=1)]


Ilmd = dict[str, Any]
"""Instance or lot master data: members of other namespaces, as written."""
