"""Conditions on what master data say of the things an event names: `WD_`, `HASATTR_`, `EQATTR_`.

A field counts here whose value is an identifier that a vocabulary may describe. What of versions,
senders and spellings holds is defined in `epcis_core.query.master_data`; how parameters are read,
in `epcis_core.query.attributes`.

References:
    EPCIS 2.0, section 8.2.7.1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.model.references import Role

Place = Literal["read_point", "biz_location"]


@dataclass(frozen=True, slots=True)
class OneValue:
    """A field with one value.

    Attributes:
        name: of the model's field, and of the store's column.
    """

    name: Literal["read_point", "biz_location", "biz_step", "disposition", "transformation_id"]


@dataclass(frozen=True, slots=True)
class TypedValues:
    """A list of values that have a type each.

    Attributes:
        list: of the model.
        member: of an entry of the list, which holds the value.
    """

    list: Literal["biz_transaction_list", "source_list", "destination_list"]
    member: Literal["biz_transaction", "source", "destination"]


@dataclass(frozen=True, slots=True)
class Objects:
    """A list of objects, or the parent.

    Attributes:
        roles: the parts they may play.
        is_class: they stand in a list of quantities.
    """

    roles: tuple[Role, ...]
    is_class: bool


@dataclass(frozen=True, slots=True)
class ExtensionField:
    """A field of another namespace that stands directly in the event, and holds an identifier.

    Attributes:
        names: of the field, of which any will do; see `epcis_core.query.names`.
    """

    names: tuple[str, ...]


Field = OneValue | TypedValues | Objects | ExtensionField


@dataclass(frozen=True, slots=True)
class Within:
    """A place of the event is one of some places, or lies somewhere below one of them.

    Attributes:
        field: which of its places.
        keys: canonical identifiers.
    """

    field: Place
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """Master data say something under one of some attributes.

    Attributes:
        names: the attributes, in the spelling of `attribute_name`.
        values: of which it must be one, as text without blanks around it; None for any.
    """

    names: tuple[str, ...]
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """Master data of something that the event has in a field pass a test."""

    field: Field
    test: AttributeTest


_QUANTITIES: Final = (Role.EPC, Role.CHILD, Role.INPUT, Role.OUTPUT)
_TRANSACTIONS: Final = TypedValues("biz_transaction_list", "biz_transaction")
_SOURCES: Final = TypedValues("source_list", "source")
_DESTINATIONS: Final = TypedValues("destination_list", "destination")

FIELDS: Final[Mapping[str, Field]] = {
    "readPoint": OneValue("read_point"),
    "bizLocation": OneValue("biz_location"),
    "bizStep": OneValue("biz_step"),
    "disposition": OneValue("disposition"),
    "transformationID": OneValue("transformation_id"),
    "bizTransaction": _TRANSACTIONS,
    "bizTransactionList": _TRANSACTIONS,
    "source": _SOURCES,
    "sourceList": _SOURCES,
    "destination": _DESTINATIONS,
    "destinationList": _DESTINATIONS,
    "parentID": Objects((Role.PARENT,), is_class=False),
    "epcList": Objects((Role.EPC,), is_class=False),
    "childEPCs": Objects((Role.CHILD,), is_class=False),
    "inputEPCList": Objects((Role.INPUT,), is_class=False),
    "outputEPCList": Objects((Role.OUTPUT,), is_class=False),
    "epcClass": Objects(_QUANTITIES, is_class=True),
    "quantityList": Objects((Role.EPC,), is_class=True),
    "childQuantityList": Objects((Role.CHILD,), is_class=True),
    "inputQuantityList": Objects((Role.INPUT,), is_class=True),
    "outputQuantityList": Objects((Role.OUTPUT,), is_class=True),
}
"""Fields by the standard's name; a list also by the name that `EQ_` parameters give its values."""
