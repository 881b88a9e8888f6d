"""The five event types of EPCIS 2.0, and events of an extension type.

An event is kept as written: identifiers in the sender's spelling, times with their offset, numbers
with their digits, extension members with their prefix. What they mean is computed, never stored in
place of what was said.

References:
    EPCIS 2.0, section 7.4
"""

from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag

from epcis_core.model.base import Extensible
from epcis_core.model.elements import (
    BusinessTransaction,
    Destination,
    ErrorDeclaration,
    Ilmd,
    Location,
    PersistentDisposition,
    QuantityElement,
    SensorElement,
    Source,
    Term,
    Uri,
)
from epcis_core.model.namespaces import Context
from epcis_core.model.times import Offset, Timestamp

Action = Literal["ADD", "OBSERVE", "DELETE"]


def _one_or_several(value: object) -> str | None:
    match value:
        case str():
            return "one"
        case list() | tuple():
            return "several"
    return None


CertificationInfo = Annotated[
    Annotated[Uri, Tag("one")] | Annotated[tuple[Uri, ...], Tag("several")],
    Discriminator(
        _one_or_several,
        custom_error_type="uri_or_list",
        custom_error_message="expected a URI or a list of URIs",
    ),
]
"""Where the proof of a certification is found: one URI, or a list."""


class EpcisEvent(Extensible):
    """What events of every type have: when, which, why, where, and who.

    Attributes:
        context: the event's own JSON-LD `@context`, as written; the document's is kept beside.
        event_time: when it happened, with the zone it was written in.
        event_time_zone_offset: the offset in force where it happened.
        record_time: when the sender's repository recorded it; ours sets its own.
        certification_info: one URI, or several.
    """

    context: Annotated[Context | None, Field(alias="@context")] = None
    type: str
    event_id: Uri | None = None
    event_time: Timestamp
    event_time_zone_offset: Offset
    record_time: Timestamp | None = None
    error_declaration: ErrorDeclaration | None = None
    certification_info: CertificationInfo | None = None


class _BusinessContext(EpcisEvent):
    biz_step: Term | None = None
    disposition: Term | None = None
    persistent_disposition: PersistentDisposition | None = None
    read_point: Location | None = None
    biz_location: Location | None = None
    biz_transaction_list: tuple[BusinessTransaction, ...] | None = None
    source_list: tuple[Source, ...] | None = None
    destination_list: tuple[Destination, ...] | None = None
    sensor_element_list: tuple[SensorElement, ...] | None = None


class ObjectEvent(_BusinessContext):
    """Something happened to one or more objects.

    References:
        EPCIS 2.0, section 7.4.2
    """

    type: Literal["ObjectEvent"]
    action: Action
    epc_list: tuple[Uri, ...] | None = None
    quantity_list: tuple[QuantityElement, ...] | None = None
    ilmd: Ilmd | None = None


class AggregationEvent(_BusinessContext):
    """Objects were put into, seen in, or taken out of a parent.

    References:
        EPCIS 2.0, section 7.4.3
    """

    type: Literal["AggregationEvent"]
    action: Action
    parent_id: Uri | None = None
    child_epcs: tuple[Uri, ...] | None = None
    child_quantity_list: tuple[QuantityElement, ...] | None = None


class TransactionEvent(_BusinessContext):
    """Objects became part of, or left, one or more business transactions.

    References:
        EPCIS 2.0, section 7.4.4
    """

    type: Literal["TransactionEvent"]
    action: Action
    parent_id: Uri | None = None
    epc_list: tuple[Uri, ...] | None = None
    quantity_list: tuple[QuantityElement, ...] | None = None
    biz_transaction_list: Annotated[tuple[BusinessTransaction, ...], Field(min_length=1)]


class TransformationEvent(_BusinessContext):
    """Inputs were wholly or partly used up, and outputs made.

    References:
        EPCIS 2.0, section 7.4.5
    """

    type: Literal["TransformationEvent"]
    input_epc_list: tuple[Uri, ...] | None = None
    input_quantity_list: tuple[QuantityElement, ...] | None = None
    output_epc_list: tuple[Uri, ...] | None = None
    output_quantity_list: tuple[QuantityElement, ...] | None = None
    transformation_id: Uri | None = None
    ilmd: Ilmd | None = None


class AssociationEvent(_BusinessContext):
    """Objects, such as a sensor, were attached to or detached from another object or place.

    References:
        EPCIS 2.0, section 7.4.6
    """

    type: Literal["AssociationEvent"]
    action: Action
    parent_id: Uri
    child_epcs: tuple[Uri, ...] | None = None
    child_quantity_list: tuple[QuantityElement, ...] | None = None


class ExtensionEvent(EpcisEvent):
    """An event whose type another vocabulary defines: only what all events share is known of it.

    Its other members stay as written, whatever their names, in `extensions`.
    """


EVENT_TYPES: Final[dict[str, type[EpcisEvent]]] = {
    "ObjectEvent": ObjectEvent,
    "AggregationEvent": AggregationEvent,
    "TransactionEvent": TransactionEvent,
    "TransformationEvent": TransformationEvent,
    "AssociationEvent": AssociationEvent,
}
"""The standard's event types by the word that `type` carries."""
