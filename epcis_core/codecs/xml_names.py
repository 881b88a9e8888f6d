"""Namespaces of EPCIS in XML, and how JSON that XML has no words for is written in XML.

EPCIS events say the same in JSON and in XML, but JSON can say more about extensions: an array of
one, an empty object, a name that is no XML name. So that JSON → XML → JSON loses nothing, marks in
the namespace `JSON` (prefix `json`) stand in the XML. Everybody else sees them as an extension
like any other.

Extension members, by the rules that XML 2.0 readers expect:

- A member is an element of its name, `ex:grade`; one without a prefix, inside another extension,
  is an element without a namespace. Characters of a name that a URI cannot have are percent-encoded
  in JSON (`ex:t%C3%AAn` is `<ex:tên>`).
- Text is text, to the last blank. `xsi:type` of a number or a boolean of XML Schema makes it one;
  `xsi:nil="true"` is null. Any other type leaves the value as it is and is told beside it, in a
  mark of JSON: see `epcis_core.codecs.xml_types`. A text that is not of its type is refused.
- Repeated elements of one name are an array.
- An attribute is a member `@name`, and text beside attributes the member `#text`. Where `@name`
  would be a keyword of JSON-LD, a full stop keeps them apart: `id="7"` is `"@.id": "7"`. No name in
  XML begins with one.
- Text between child elements makes the value `{"#xml": "…"}`, all of the content as XML.
- On `sensorMetadata`, `sensorReport` and the standard's other elements, an attribute of another
  namespace is an extension member: `ex:grade`, without `@`. Where elements of that name stand there
  too, it is the first value of the array that they are.
- An element without a namespace where the standard waits for its own future members (1.2:
  `extension/extension`) has the namespace `LOCAL`.

Marks:

- Attribute `json:is`, a list of words. `item`: an entry of an array, though it stands alone.
  `array`: the value is an array with an entry per child `json:item`; without children it is empty.
  `object`: the value is an object although it has no members, or nothing but `#text`. `text`,
  `number`, `boolean`, `null`: the type of the value, where `xsi:type` may not stand.
- `<json:member name="…">`: a member whose name is no XML name or has no bound prefix.
- `<json:value at="/quantityList/0/quantity">1e2</json:value>`, at the end of an event or of the
  document: what JSON says at that pointer, as JSON, where XML says it in another way (`100`) or not
  at all. It must not contradict what XML says; see `epcis_core.codecs.xml_marks`.
- Attribute `json:without` of an event or of the root, a list of pointers: members that XML must
  have and JSON does not, such as the empty `epcList` of 1.2.
- Attribute `json:context` of the root: the `@context` as JSON, where it says more than declarations
  of prefixes can, such as the address of another context.

Prefixes of the document are those of the `@context` around the events; prefixes declared inside an
event are the event's own `@context`. An element in a default namespace gets a prefix, and one whose
prefix means something else outside, or in JSON, another one: see `epcis_core.codecs.xml_prefixes`.

References:
    EPCIS 2.0, sections 9.2 to 9.5 (XML bindings and extensions)
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
SBDH: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

JSON: Final = "https://epcis-ledger.org/ns/json#"
"""The namespace of the marks."""

LOCAL: Final = "https://epcis-ledger.org/ns/local#"
"""The namespace that members without one have in JSON."""

IS: Final = f"{{{JSON}}}is"
MEMBER: Final = f"{{{JSON}}}member"
ITEM: Final = f"{{{JSON}}}item"
VALUE: Final = f"{{{JSON}}}value"
WITHOUT: Final = f"{{{JSON}}}without"
CONTEXT: Final = f"{{{JSON}}}context"

TEXT: Final = "#text"
"""Member for the text of an element that has attributes."""

NO_KEYWORD: Final = "."
"""Stands in the name of the member for an attribute that is named like a keyword of JSON-LD."""

_KEYWORDS: Final = (
    "base container context direction graph id import included index json language list nest none "
    "prefix propagate protected reverse set type value version vocab"
)
KEYWORDS: Final = frozenset(_KEYWORDS.split())
"""The keywords of JSON-LD without their `@` (JSON-LD 1.1, section 1.7)."""

INNER_XML: Final = "#xml"
"""Member for content in which text and elements are mixed."""

XmlVersion = Literal["1.2", "2.0"]
"""Which grammar a document follows; 1.0 and 1.1 are read as 1.2."""

_EPCIS: Final = re.compile(r"urn:epcglobal:epcis(?:-query|-masterdata)?:xsd:(?P<major>[12])")

TECHNICAL: Final[Mapping[str, str]] = MappingProxyType(
    {"xsi": XSI, "xsd": XSD, "xs": XSD, "json": JSON}
)
"""Prefixes that stand for themselves around every event, declared or not."""

USUAL_PREFIXES: Final[Mapping[str, str]] = MappingProxyType({SBDH: "sbdh", LOCAL: "local"})
"""Prefixes for namespaces that came without one."""


def epcis_version(namespace: str) -> XmlVersion | None:
    """Return the version whose namespace this is, or None for any other namespace.

    >>> epcis_version("urn:epcglobal:epcis-query:xsd:1")
    '1.2'
    """
    match = _EPCIS.fullmatch(namespace)
    if match is None:
        return None
    return "2.0" if match["major"] == "2" else "1.2"


def split_tag(tag: str) -> tuple[str, str]:
    """Return namespace and local name of a tag as lxml spells it.

    >>> split_tag("{urn:x}a"), split_tag("a")
    (('urn:x', 'a'), ('', 'a'))
    """
    if tag[0] != "{":
        return "", tag
    namespace, _, local = tag[1:].rpartition("}")
    return namespace, local
