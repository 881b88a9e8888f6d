"""Extensions: from elements of other namespaces to members of JSON.

The conventions are those of `epcis_core.codecs.xml_names`.

References:
    EPCIS 2.0, section 9.5
"""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, Final

from lxml.etree import _Element

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_faults import Faults
from epcis_core.codecs.xml_mixed import inner_xml, is_mixed
from epcis_core.codecs.xml_names import (
    INNER_XML,
    IS,
    ITEM,
    JSON,
    KEYWORDS,
    MEMBER,
    NO_KEYWORD,
    TEXT,
    XSI,
    epcis_version,
    split_tag,
)
from epcis_core.codecs.xml_parse import attributes_of
from epcis_core.codecs.xml_places import Places, Trail, pointer_of
from epcis_core.codecs.xml_scope import Scope
from epcis_core.codecs.xml_types import add_types, schema_type, usual_type
from epcis_core.codecs.xml_values import (
    BLANKS,
    BUILT_IN_TYPES,
    SCHEMA_TYPES,
    Simple,
    is_of_schema_type,
    written_size,
)
from epcis_core.findings import Finding, Severity, catalogue, phrase
from epcis_core.model.base import Number
from epcis_core.model.namespaces import TYPES

XSI_TYPE: Final = f"{{{XSI}}}type"
XSI_NIL: Final = f"{{{XSI}}}nil"
_OF_EPCIS: Final = "{urn:epcglobal:epcis"
_TRUE: Final = frozenset({"true", "1"})
_PLAIN_NUMBER_SIZE: Final = 40
_SUGGESTIONS: Final = 20
_MARKED_TYPES: Final = frozenset({"number", "boolean"})


class ExtensionReader:
    """Reads extensions, and gathers what is wrong.

    Args:
        scope: the prefixes in force.
        limits: how much is taken.
        places: where members come from. Without it, whatever is wrong is only noticed: to say it
            and to place it, the element is read once more with it.

    Attributes:
        is_sound: there is nothing to say.
        has_errors: something was wrong, and not only doubtful.
    """

    def __init__(self, scope: Scope, limits: Limits, places: Places | None = None) -> None:
        self._scope = scope
        self._limits = limits
        self._places = places
        self._depth = 0
        self._types: dict[str, str] = {}
        self.is_sound = True
        self.has_errors = False
        self._faults = Faults()

    def fault(
        self,
        code: str,
        element: _Element,
        trail: Trail | None,
        attribute: str | None = None,
        **values: object,
    ) -> None:
        """Take in that something is wrong with an element, or with one of its attributes."""
        self.is_sound = False
        self.has_errors |= catalogue()[code].severity is Severity.ERROR
        if self._places is not None:
            at = partial(self._places.at, trail, element, attribute)
            self._faults.add(code, at, **values)

    def no_text(
        self, text: str | None, element: _Element, trail: Trail | None, *, is_behind: bool = False
    ) -> None:
        """Make sure that among elements, in one or behind it, is nothing but white space."""
        if text is None or not (found := text.strip(BLANKS)):
            return
        self.is_sound, self.has_errors = False, True
        if self._places is not None:
            at = partial(self._places.at_text, trail, element, is_behind=is_behind)
            self._faults.add("unexpected_text", at, actual=repr(found))

    @property
    def findings(self) -> list[Finding]:
        """What was wrong, placed; empty without `places`."""
        return self._faults.findings()

    @property
    def suggests(self) -> bool:
        """Whether it is worth while to look for the right name: not in what nobody will read."""
        return self._places is not None and self._faults.count < _SUGGESTIONS

    def note(self, trail: Trail | None, element: _Element, attribute: str | None = None) -> None:
        """Take in where a member comes from."""
        if self._places is not None:
            self._places.note(trail, element, attribute)

    def check_number(
        self, value: Any, element: _Element, trail: Trail, attribute: str | None = None
    ) -> None:
        """Make sure that a number is not too long to be worked with."""
        if isinstance(value, Number) and (
            len(value.text) > _PLAIN_NUMBER_SIZE or not value.text.lstrip("-").isdigit()
        ):
            limit = self._limits.number_size
            if written_size(value) > limit:
                self.fault("number_too_long", element, trail, attribute, limit=limit)

    def gather(
        self, named: Iterable[tuple[str, _Element]], trail: Trail | None, members: dict[str, Any]
    ) -> None:
        """Add extension elements to the members they stand beside.

        Args:
            named: each with its name in JSON.
            trail: the way to where they stand.
            members: takes them; names that repeat become an array. An attribute of another
                namespace that stands there already under one of the names is its first value.
        """
        grouped: dict[str, list[_Element]] = {}
        for name, element in named:
            grouped.setdefault(name, []).append(element)
        for name, elements in grouped.items():
            here: Trail = (trail, name)
            first = elements[0]
            before = [members[name]] if name in members else []
            if before and (":" not in name or name[0] == "@"):
                self.fault("element_repeated", first, here, field=name)
            elif before or len(elements) > 1 or "item" in _marks(first):
                self.note(here, first)
                numbered = enumerate(elements, len(before))
                members[name] = before + [self.value(one, (here, n)) for n, one in numbered]
            else:
                members[name] = self.value(first, here)

    def value(self, element: _Element, trail: Trail, skipped: Collection[str] = ()) -> Any:
        """Return what an extension element says.

        Args:
            element: the element.
            trail: the way to it.
            skipped: attributes that say something else.
        """
        self.note(trail, element)
        if len(element) == 0 and not element.attrib:
            if element.tag.startswith(_OF_EPCIS):
                self._check_foreign(element, trail)
            return element.text or ""
        if self._depth >= self._limits.depth:
            self.fault("too_deep", element, trail, limit=self._limits.depth)
            return ""
        self._depth += 1
        try:
            value = self._parts(element, trail, skipped)
        finally:
            self._depth -= 1
        if XSI_TYPE in element.attrib and not isinstance(value, bool):
            name = self._type(element) or ""
            if not isinstance(value, Number) or name != f"xsd:{usual_type(value.text)}":
                self._types[pointer_of(trail)] = name
        return value

    def add_types(self, element: _Element, members: dict[str, Any]) -> None:
        """Put in, as a mark, the types that values keep only in XML.

        Args:
            element: the event, or the root of a document.
            members: what was read from it.
        """
        if not add_types(members, self._types):
            self.fault("contradicting_mark", element, None, at_pointer=TYPES)

    def _parts(self, element: _Element, trail: Trail, skipped: Collection[str]) -> Any:
        marks = _marks(element)
        if "array" in marks:
            items = element.iterchildren(ITEM)
            return [self.value(item, (trail, number)) for number, item in enumerate(items)]
        if XSI_TYPE in element.attrib:
            self._check_type(element, trail)
        if element.get(XSI_NIL, "").strip() in _TRUE and (element.text or len(element)):
            actual = repr(f"<{self.name(element[0])}>" if len(element) else element.text)
            expected = phrase("no_content")
            self.fault("malformed_value", element, trail, expected=expected, actual=actual)
        members = self._attributes(element, trail, skipped)
        if len(element) == 0:
            content = self._content(element, trail, marks)
            if not members and "object" not in marks:
                return content
            if content != "":
                members[TEXT] = content
        elif is_mixed(element):
            members[INNER_XML] = inner_xml(element, self._scope.prefix_of)
            for inner in element.iterdescendants():
                self._check_foreign(inner, (trail, INNER_XML))
        else:
            self.gather([(self.name(child), child) for child in element], trail, members)
        return members

    def _check_foreign(self, element: _Element, trail: Trail) -> None:
        """Make sure that neither an element nor an attribute takes a namespace of EPCIS.

        They are not kept among the prefixes of an event, which could not be read again.
        """
        namespace, local = split_tag(element.tag)
        if epcis_version(namespace):
            self.fault("wrong_namespace", element, trail, name=local, actual=namespace)
        for tag, _ in attributes_of(element):
            namespace, local = split_tag(tag)
            if epcis_version(namespace):
                self.fault("unknown_attribute", element, trail, tag, name=local)

    def name(self, element: _Element) -> str:
        """Return the name in JSON of an element inside an extension."""
        tag = element.tag
        if tag == MEMBER:
            return element.get("name", "")
        return self._scope.key(element.prefix, tag) if tag[0] == "{" else tag

    def _attributes(
        self, element: _Element, trail: Trail, skipped: Collection[str]
    ) -> dict[str, Any]:
        self._check_foreign(element, trail)
        members: dict[str, Any] = {}
        for tag, text in attributes_of(element):
            namespace, name = split_tag(tag)
            if (
                tag in skipped
                or namespace in {XSI, JSON}
                or (element.tag == MEMBER and tag == "name")
            ):
                continue
            if name in KEYWORDS and not namespace:
                name = f"{NO_KEYWORD}{name}"
            member = f"@{self._scope.attribute_key(tag) if namespace else name}"
            members[member] = text
            self.note((trail, member), element, tag)
        return members

    def _content(self, element: _Element, trail: Trail, marks: Collection[str]) -> Simple | None:
        """Return the value of an element without children."""
        text = element.text or ""
        if "null" in marks or element.get(XSI_NIL, "").strip() in _TRUE:
            return None
        marked = next((name for name in marks if name in _MARKED_TYPES), None)
        name = marked or self._schema_type(element)
        if name is None:
            return text
        if not is_of_schema_type(name, text):
            expected = phrase("true_or_false" if name == "boolean" else "of_xml_type", name=name)
            self.fault("malformed_value", element, trail, expected=expected, actual=repr(text))
            return text
        read = SCHEMA_TYPES.get(name)
        value: Simple = read(text) if read is not None else text
        self.check_number(value, element, trail)
        return value

    def _check_type(self, element: _Element, trail: Trail) -> None:
        """Make sure that `xsi:type` names a type, and that a simple one stands on text alone."""
        named, known = element.get(XSI_TYPE, "").strip(), self._type(element)
        if known is None:
            expected, actual = phrase("a_schema_type"), repr(named)
            self.fault(
                "malformed_value", element, trail, XSI_TYPE, expected=expected, actual=actual
            )
        elif schema_type(known) not in {None, "anyType"} and (
            len(element)
            or any(split_tag(tag)[0] not in {XSI, JSON} for tag, _ in attributes_of(element))
        ):
            self.fault("more_than_its_type", element, trail, XSI_TYPE, name=named)
        elif known == "xsd:QName":
            self._check_qname(element, trail)

    def _check_qname(self, element: _Element, trail: Trail) -> None:
        """Make sure that a value with a prefix means the same under the prefixes of JSON."""
        text = (element.text or "").strip()
        prefix, colon, _ = text.partition(":")
        namespace = element.nsmap.get(prefix if colon else None)
        if namespace and not (colon and self._scope.keeps(prefix, namespace)):
            self.fault("prefix_in_value", element, trail, actual=repr(text), namespace=namespace)

    def _schema_type(self, element: _Element) -> str | None:
        """Return the built-in type of XML Schema that an element says it has."""
        prefix, colon, local = element.get(XSI_TYPE, "").strip().partition(":")
        return local if colon and self._scope.is_schema(prefix) else None

    def _type(self, element: _Element) -> str | None:
        """Return the type that an element says it has, as the mark names it; None for no type."""
        prefix, _, local = element.get(XSI_TYPE, "").strip().partition(":")
        if local and self._scope.is_schema(prefix):
            return f"xsd:{local}" if local in BUILT_IN_TYPES else None
        namespace = element.nsmap.get(prefix)
        if not local or namespace is None or epcis_version(namespace):
            return None
        return self._scope.key(prefix, f"{{{namespace}}}{local}")


def _marks(element: _Element) -> list[str]:
    return element.get(IS, "").split()
