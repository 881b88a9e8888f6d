"""Names of extension fields in parameters, and the prefixes that are known to a query.

A name is `prefix:local`, or the namespace and the local name with `#` between them, as the SOAP
binding writes it: `https://ns.example.com/farm#grade`. Both may hold underscores, so a parameter is
never cut at one without knowing what stands there.

References:
    EPCIS 2.0, section 8.2.7.1 (fieldname)
"""

import re
from typing import Final

from epcis_core.model.master_data import attribute_name
from epcis_core.model.namespaces import Namespaces

QUALIFIED: Final = r"@?[A-Za-z_][\w.+\-]*:\S+"
"""The pattern of names with a namespace."""

_QUALIFIED: Final = re.compile(QUALIFIED)
_INNER: Final = re.compile(r"[#@]?[^\s:#@]+")


def is_field_name(text: str, *, is_inner: bool = False) -> bool:
    """Tell whether a text may name an extension field.

    Args:
        text: `prefix:local`, or a URI.
        is_inner: the field is below another one, where names need no namespace.

    >>> is_field_name("ex:farm_house"), is_field_name("grade")
    (True, False)
    """
    if _QUALIFIED.fullmatch(text) is not None:
        return True
    return is_inner and _INNER.fullmatch(text) is not None


def field_names(text: str, namespaces: Namespaces) -> tuple[str, ...]:
    """Return the names under which a field may be kept that a parameter names.

    Args:
        text: as the parameter writes it.
        namespaces: the prefixes that the query knows. A prefix that it does not know stands for
            itself: the field is found where it is written with the same prefix.

    >>> field_names("ex:grade", Namespaces({"ex": "https://ns.example.com/"}))
    ('https://ns.example.com/grade',)
    >>> field_names("https://ns.example.com/#grade", Namespaces())
    ('https://ns.example.com/#grade', 'https://ns.example.com/grade')
    """
    if namespaces.is_bound(text):
        return (attribute_name(text, namespaces),)
    whole = attribute_name(text)
    namespace, sign, local = text.rpartition("#")
    joined = attribute_name(namespace + local) if sign else whole
    return tuple(dict.fromkeys((whole, joined)))


def split_attribute(text: str) -> tuple[str, str] | None:
    """Split the name of an extension field from the attribute of master data behind it.

    An attribute with a namespace begins at the first underscore, behind the field's own prefix,
    that a prefix or a URI's scheme follows; one without, behind the last underscore.

    Returns:
        None where there are not two names.

    >>> split_attribute("ex:farm_house_cbvmda:name"), split_attribute("ex:farm_house_name")
    (('ex:farm_house', 'cbvmda:name'), ('ex:farm_house', 'name'))
    """
    scheme = text.find(":") + 1
    found = _ATTRIBUTE.search(text, scheme + 1)
    at = found.start() if found else text.rfind("_", scheme)
    field, attribute = text[: max(at, 0)], text[at + 1 :]
    return (field, attribute) if is_field_name(field) and attribute and at > 0 else None


_ATTRIBUTE: Final = re.compile(r"_(?=[A-Za-z][A-Za-z0-9+.\-]*:)")
