"""Master data: what is known of a place, a party or a product beside the events.

References:
    EPCIS 2.0, section 6.1.1; CBV 2.0, section 9
"""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.model.base import Extensible, Number
from epcis_core.model.elements import Uri
from epcis_core.model.namespaces import Namespaces
from epcis_core.vocabulary import VocabularyList, canonical_term

CBV_ATTRIBUTES: Final = "urn:epcglobal:cbv:mda"
"""The namespace of the CBV's attributes, without the `:` or `#` at its end."""

BLANKS: Final = " \t\r\n"
"""What around a value says nothing: the white space of XML, in which values are often laid out."""


def _check_attribute(value: Any) -> Any:
    if not isinstance(value, str | Number | dict):
        raise PydanticCustomError("number_text_or_object", "expected text, a number or an object")
    return value


AttributeValue = Annotated[
    Any, AfterValidator(_check_attribute), WithJsonSchema({"type": ["string", "number", "object"]})
]
"""What master data says under one attribute: text, a number, or an object of members."""


class Attribute(Extensible):
    """One statement about an element, such as its name.

    Attributes:
        id: which attribute, such as `urn:epcglobal:cbv:mda:name`.
        attribute: its value; absent where nothing is said.
    """

    id: Uri
    attribute: AttributeValue = None


class VocabularyElement(Extensible):
    """A place, party, product or term, its attributes and what lies below it.

    Attributes:
        id: the identifier that events use.
        attributes: statements; one `id` may stand several times.
        children: identifiers of elements directly below this one.
    """

    id: Uri
    attributes: tuple[Attribute, ...] = ()
    children: tuple[Uri, ...] = ()


class Vocabulary(Extensible):
    """Elements of one vocabulary type, such as `urn:epcglobal:epcis:vtype:Location`."""

    type: Uri
    vocabulary_element_list: tuple[VocabularyElement, ...] = ()


def attribute_name(written: str, namespaces: Namespaces | None = None) -> str:
    """Return the one spelling of an attribute's id: a URI, with `:` in the namespace of the CBV.

    The standard's own files write `urn:epcglobal:cbv:mda:name` and `urn:epcglobal:cbv:mda#name`,
    and in XML the prefix stands for `urn:epcglobal:cbv:mda` alone.

    Args:
        written: a URI, or a name with a prefix.
        namespaces: the prefixes in force; those of the EPCIS context if None.

    >>> {attribute_name(a) for a in ("urn:epcglobal:cbv:mda#name", "cbvmda:name")}
    {'urn:epcglobal:cbv:mda:name'}
    """
    namespace, local = (namespaces or Namespaces()).expand(written)
    if namespace.rstrip(":#") == CBV_ATTRIBUTES:
        return f"{CBV_ATTRIBUTES}:{local}"
    name = namespace + local
    if name.startswith(f"{CBV_ATTRIBUTES}#"):
        return f"{CBV_ATTRIBUTES}:{name[len(CBV_ATTRIBUTES) + 1 :]}"
    return name


def element_key(uri: str) -> str:
    """Return the one spelling of an element's id.

    GS1 keys become canonical, terms of the CBV their Web URI. Any other URI stays as it is, and one
    that claims to be a GS1 key and is none.

    >>> element_key("urn:epc:id:sgln:4012345.00005.0")
    'https://id.gs1.org/414/4012345000054'
    >>> element_key("urn:epcglobal:cbv:bizstep:shipping")
    'https://ref.gs1.org/cbv/BizStep-shipping'
    """
    try:
        key: str = canonical(uri)
    except IdentifierError:
        return uri
    if key == uri and ":" in uri:  # a word alone means something only in its own list
        return next((t for v in VocabularyList if (t := canonical_term(v, uri)) != uri), uri)
    return key


def value_text(value: AttributeValue) -> str | None:
    """Return an attribute's value as text, a number as written; None for an object or nothing."""
    if isinstance(value, Number):
        return value.text
    return value if isinstance(value, str) else None


def compared_text(value: AttributeValue) -> str | None:
    """Return an attribute's value as queries compare it: as text, without blanks around it."""
    text = value_text(value)
    return None if text is None else text.strip(BLANKS)
