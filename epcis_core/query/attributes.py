"""Parameters on what master data say: `HASATTR_field`, and `EQATTR_field_attribute`.

The standard's schema of queries spells the second family `EQ_ATTR_`; both are read.

References:
    EPCIS 2.0, sections 8.2.7.1 and 8.2.7.2
"""

import re
from typing import Final

from epcis_core.model.master_data import CBV_ATTRIBUTES, attribute_name
from epcis_core.model.namespaces import Namespaces
from epcis_core.query.fields import FIELDS, AttributeTest, Described, ExtensionField, Field
from epcis_core.query.names import QUALIFIED, field_names, is_field_name, split_attribute
from epcis_core.query.refusal import unknown_parameter
from epcis_core.query.values import spellings

_FAMILY: Final = re.compile("(?P<has>HASATTR_)|EQ_?ATTR_")
_FIELD: Final = f"({'|'.join(FIELDS)}|{QUALIFIED})"
DESCRIBED: Final = f"HASATTR_{_FIELD}|EQ_?ATTR_{_FIELD}_.+"
"""The pattern of the names of both families."""


def described(name: str, given: list[str], namespaces: Namespaces) -> Described | None:
    """Read a parameter of the families `HASATTR_` and `EQATTR_`.

    Args:
        name: `HASATTR_field`, `EQATTR_field_attribute` or `EQ_ATTR_field_attribute`.
        given: attributes, or values of the attribute.
        namespaces: the prefixes that the query knows.

    Returns:
        None for a parameter of no such family.

    Raises:
        ParameterError: there is no such field, or none that master data can describe.
    """
    match = _FAMILY.match(name)
    if match is None:
        return None
    rest = name[match.end() :]
    if match["has"]:
        found = _field(rest, namespaces)
        if found is not None:
            return Described(found, has_one_of(given, namespaces))
        raise unknown_parameter(name, (f"HASATTR_{field}" for field in FIELDS))
    field, attribute = _split(rest)
    found = _field(field, namespaces)
    if found is not None and attribute:
        return Described(found, equals(attribute, given, namespaces))
    right = attribute or "…"
    raise unknown_parameter(name, (f"{match[0]}{field}_{right}" for field in FIELDS))


def has_one_of(names: list[str], namespaces: Namespaces | None = None) -> AttributeTest:
    """Return the test that one of some attributes is there."""
    return AttributeTest(tuple(asked_attribute(name, namespaces) for name in names))


def equals(name: str, values: list[str], namespaces: Namespaces | None = None) -> AttributeTest:
    """Return the test that an attribute has one of some values, identifiers in any spelling."""
    written = (one for value in values for one in spellings(value))
    return AttributeTest((asked_attribute(name, namespaces),), tuple(dict.fromkeys(written)))


def asked_attribute(name: str, namespaces: Namespaces | None = None) -> str:
    """Return the one spelling of an attribute; a word alone is one of the CBV.

    >>> asked_attribute("name"), asked_attribute("urn:epcglobal:cbv:mda#name")
    ('urn:epcglobal:cbv:mda:name', 'urn:epcglobal:cbv:mda:name')
    """
    return attribute_name(name, namespaces) if ":" in name else f"{CBV_ATTRIBUTES}:{name}"


def _split(rest: str) -> tuple[str, str]:
    """Split a field from the attribute behind it; names of the standard have no underscore."""
    field, _, attribute = rest.partition("_")
    if field in FIELDS:
        return field, attribute
    return split_attribute(rest) or (field, attribute)


def _field(field: str, namespaces: Namespaces) -> Field | None:
    if field in FIELDS:
        return FIELDS[field]
    return ExtensionField(field_names(field, namespaces)) if is_field_name(field) else None
