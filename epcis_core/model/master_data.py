"""Master data: what is known of a place, a party or a product beside the events.

References:
    EPCIS 2.0, section 6.1.1; CBV 2.0, section 9
"""

from typing import Annotated, Any

from pydantic import Field

from epcis_core.model.base import Extensible
from epcis_core.model.elements import Uri


class Attribute(Extensible):
    """One statement about an element, such as its name.

    Attributes:
        id: which attribute, such as `urn:epcglobal:cbv:mda:name`.
        attribute: its value: text, a number, or an object.
    """

    id: str
    attribute: Any = None


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
    vocabulary_element_list: Annotated[
        tuple[VocabularyElement, ...], Field(alias="vocabularyElementList")
    ] = ()
