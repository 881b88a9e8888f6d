"""Master data: what is known of a place, a party or a product beside the events.

References:
    EPCIS 2.0, section 6.1.1; CBV 2.0, section 9
"""

from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from epcis_core.model.base import Extensible, Number
from epcis_core.model.elements import Uri


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
