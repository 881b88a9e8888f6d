"""Conditions on what master data say of the things an event names: `WD_`, `HASATTR_`, `EQATTR_`.

A field counts here whose value is an identifier that a vocabulary may describe. What of versions,
senders and spellings holds is defined in `epcis_core.query.master_data`.

References:
    EPCIS 2.0, section 8.2.7.1
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.errors import QueryError
from epcis_core.model.master_data import CBV_ATTRIBUTES, attribute_name
from epcis_core.model.references import Role
from epcis_core.query.values import spellings, unknown

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


Field = OneValue | TypedValues | Objects


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


def described(name: str, given: list[str]) -> Described | None:
    """Read a parameter of the families `HASATTR_` and `EQATTR_`.

    Args:
        name: `HASATTR_field`, `EQATTR_field_attribute` or `EQ_ATTR_field_attribute`.
        given: attributes, or values of the attribute.

    Returns:
        None for a parameter of no such family.

    Raises:
        QueryError: there is no such field, or none that master data can describe.
    """
    match = _FAMILY.match(name)
    if match is None:
        return None
    rest = name[match.end() :]
    if match["has"]:
        return Described(_field(rest, name, match[0]), has_one_of(given))
    field, _, attribute = rest.partition("_")
    found = _field(field, name, match[0])
    if not attribute:
        raise QueryError(f"{name}: expected an attribute behind the field", parameter=name)
    return Described(found, equals(attribute, given))


def has_one_of(names: list[str]) -> AttributeTest:
    """Return the test that one of some attributes is there."""
    return AttributeTest(tuple(asked_attribute(name) for name in names))


def equals(name: str, values: list[str]) -> AttributeTest:
    """Return the test that an attribute has one of some values, identifiers in any spelling."""
    written = (one for value in values for one in spellings(value))
    return AttributeTest((asked_attribute(name),), tuple(dict.fromkeys(written)))


def asked_attribute(name: str) -> str:
    """Return the one spelling of an attribute; a word alone is one of the CBV.

    >>> asked_attribute("name"), asked_attribute("urn:epcglobal:cbv:mda#name")
    ('urn:epcglobal:cbv:mda:name', 'urn:epcglobal:cbv:mda:name')
    """
    return attribute_name(name) if ":" in name else f"{CBV_ATTRIBUTES}:{name}"


def _field(field: str, name: str, family: str) -> Field:
    if field in FIELDS:
        return FIELDS[field]
    if re.search("[:#/]", field):
        raise QueryError(
            f"{name}: master data of extension fields cannot be asked for in this release",
            parameter=name,
        )
    message = f"{name}: {field!r} is no field that master data describe"
    raise unknown(message, name, f"{family}{field}", [family + one for one in FIELDS])


_FAMILY: Final = re.compile("(?P<has>HASATTR_)|EQ_?ATTR_")
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
