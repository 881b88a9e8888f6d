"""From elements to members of JSON, by the grammar of their version of EPCIS.

What comes out is what the JSON of the same event would hold, for `read_event` to read. Only what
JSON knows nothing of is judged here: order, repetition, text between elements, wrong namespaces.

References:
    EPCIS 2.0, sections 9.5 and 10; EPCIS 1.2, section 9
"""

from typing import Any, Final, NamedTuple

from lxml.etree import _Element

from epcis_core.codecs import xml_misfits as misfits
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_extension import XSI_NIL, ExtensionReader
from epcis_core.codecs.xml_grammar import EMPTY, Grammar, Row, Shape
from epcis_core.codecs.xml_marks import apply_absence, apply_mark, mark_value
from epcis_core.codecs.xml_names import (
    IS,
    JSON,
    MEMBER,
    VALUE,
    WITHOUT,
    XSI,
    epcis_version,
    split_tag,
)
from epcis_core.codecs.xml_parse import attributes_of
from epcis_core.codecs.xml_places import Places, Trail
from epcis_core.codecs.xml_scope import Scope
from epcis_core.codecs.xml_values import Simple, is_not_finite, is_of_schema_type, token
from epcis_core.findings import phrase
from epcis_core.model.base import Number

_SILENT: Final = frozenset({XSI, JSON})


class _Part(NamedTuple):
    """A part of an event or document that is being read, with all wrappers in it.

    Attributes:
        trail: the way to it.
        members: its members so far.
        foreign: extensions in it, which become members when all of it has been read.
    """

    trail: Trail | None
    members: dict[str, Any]
    foreign: list[_Element]


class ShapeReader(ExtensionReader):
    """Reads elements of the standard.

    Args:
        grammar: the shapes of the version.
        scope: the prefixes in force.
        limits: how much is taken.
        places: where members come from; see `ExtensionReader`.
    """

    def __init__(
        self, grammar: Grammar, scope: Scope, limits: Limits, places: Places | None = None
    ) -> None:
        super().__init__(scope, limits, places)
        self._grammar = grammar

    def event(self, element: _Element) -> dict[str, Any]:
        """Return the members of an event, whatever namespace its element has."""
        namespace, local = split_tag(element.tag)
        is_own = bool(namespace) and epcis_version(namespace) is None
        name = self.name(element) if is_own else local
        shape = self._grammar["ExtensionEvent" if is_own else local]
        self.note(None, element)
        members = {"type": name, **self.part(element, shape, None)}
        if name == "QuantityEvent":
            members = self._quantity_event(members, element)
        if context := self._scope.context():
            members["@context"] = context
        self.apply_marks(element, members)
        self.add_types(element, members)
        return members

    def apply_marks(self, element: _Element, members: dict[str, Any]) -> None:
        """Put in, and take out, what the marks of an event or of a document say."""
        for mark in element.iterchildren(VALUE):
            self._mark(mark, members)
        for pointer in element.get(WITHOUT, "").split():
            if not apply_absence(members, pointer):
                self.fault("contradicting_mark", element, None, WITHOUT, at_pointer=pointer)

    def part(self, element: _Element, shape: Shape, trail: Trail | None) -> dict[str, Any]:
        """Return the members of an element that has parts."""
        part = _Part(trail, {}, [])
        self._read(element, shape, part)
        if part.foreign:
            named = [(self._name(one, shape), one) for one in part.foreign if one.tag != VALUE]
            kept = misfits.without_standard_names(self, named, shape, trail)
            self.gather(kept, trail, part.members)
        return part.members

    def _read(self, element: _Element, shape: Shape, part: _Part) -> None:
        """Read an element into the part that it is or belongs to."""
        trail, foreign = part.trail, part.foreign
        if element.attrib or shape.required_attributes:
            self._read_attributes(element, shape, trail, part.members)
        self.no_text(element.text, element, trail)
        rank, placed, seen = -1, len(foreign), set[str]()
        for child in element:
            row = shape.rows.get(child.tag)
            if row is None:
                misfits.beyond(self, child, shape, trail, foreign)
            else:
                if shape.in_order and len(foreign) > placed:
                    misfits.too_early(self, foreign[placed:], child, trail)
                rank = self._place(child, row, part, rank, seen)
                placed = len(foreign)
            self.no_text(child.tail, child, trail, is_behind=True)
        for row in shape.required:
            if row.member not in seen:
                self.fault("missing_field", element, trail, field=split_tag(row.tag)[1])
        if shape.needs_child and len(element) == 0:
            self.fault("empty_list", element, trail, field=element.tag)
        if shape.is_choice and len(seen) != 1:
            misfits.not_one(self, element, shape, trail)

    def _place(self, child: _Element, row: Row, part: _Part, rank: int, seen: set[str]) -> int:
        """Read a child that the grammar names, and return how far the order has come."""
        if row.rank < rank or (row.is_single and row.member in seen):
            misfits.misplaced(self, child, row, part.trail, seen)
            if row.member not in seen:
                self._take(child, row, part)
        else:
            rank = row.rank
            if row.after and row.after not in seen:
                self.fault("missing_field", child, (part.trail, row.member), field=row.after)
            self._take(child, row, part)
        seen.add(row.member)
        return rank

    def _take(self, child: _Element, row: Row, part: _Part) -> None:
        """Read a child that stands where it may."""
        shape, members = row.shape, part.members
        if shape is not None and shape.is_flat:
            self._read(child, shape, part)
        elif shape is None and row.read is None:
            part.foreign.append(child)
            if row.inside is not None:
                self._read(child, row.inside, _Part((part.trail, row.member), {}, []))
        elif row.is_single:
            value = self._value_of(child, row, (part.trail, row.member))
            if value is not None:
                members[row.member] = value
        else:
            here: Trail = (part.trail, row.member)
            values = members.setdefault(row.member, [])
            if not values:
                self.note(here, child)
            values.append(self._value_of(child, row, (here, len(values))))

    def _value_of(self, element: _Element, row: Row, trail: Trail) -> Any:
        """Return what a standard element says; None where it says that it has no value."""
        self.note(trail, element)
        shape = row.shape
        if shape is None:
            return self._simple(element, row, trail)
        if shape.item is not None:
            return self._list(element, shape, shape.item, trail)
        if shape.text is None:
            return self.part(element, shape, trail)
        members: dict[str, Any] = {}
        self._read_attributes(element, shape, trail, members)
        if shape.text.read is None:
            value = self.value(element, (trail, shape.text.member), skipped=members.keys())
        else:
            value = self._simple(element, shape.text, trail, shape)
        if value != "" or shape.text.read is not None or "text" in element.get(IS, "").split():
            members[shape.text.member] = value
        return members

    def _simple(self, element: _Element, row: Row, trail: Trail, shape: Shape | None = None) -> Any:
        for child in element:
            misfits.unknown(self, child, (), trail)
        if element.attrib and shape is None:
            for tag, _ in attributes_of(element):
                if tag != XSI_NIL or not row.is_nillable:
                    self._other_attribute(element, tag, EMPTY, trail)
            if row.is_nillable and element.get(XSI_NIL, "").strip() in {"true", "1"}:
                if text := element.text:
                    expected, actual = phrase("no_content"), repr(text)
                    self.fault("malformed_value", element, trail, expected=expected, actual=actual)
                return None
        return self._text(element.text or "", row, element, trail)

    def _text(
        self, text: str, row: Row, element: _Element, trail: Trail, attribute: str | None = None
    ) -> Simple:
        """Return what the text of an element or attribute says."""
        assert row.read is not None  # noqa: S101 - only called for text
        value = row.read(text)
        if type(value) is Number:
            self.check_number(value, element, trail, attribute)
        elif row.schema_type and not is_of_schema_type(row.schema_type, text):
            expected = phrase("of_xml_type", name=row.schema_type)
            actual = repr(text)
            self.fault(
                "malformed_value", element, trail, attribute, expected=expected, actual=actual
            )
        return value

    def _list(self, element: _Element, shape: Shape, item: Row, trail: Trail) -> list[Any]:
        if element.attrib:
            lost: dict[str, Any] = {}
            self._read_attributes(element, shape, trail, lost)
            for name in lost:
                self.fault("ignored_attribute", element, trail, name=name)
        self.no_text(element.text, element, trail)
        values: list[Any] = []
        for child in element:
            if child.tag == item.tag:
                values.append(self._value_of(child, item, (trail, len(values))))
            else:
                misfits.unknown(self, child, (item.tag,), trail)
            self.no_text(child.tail, child, trail, is_behind=True)
        if shape.needs_item and not values:
            self.fault("empty_list", element, trail, field=element.tag)
        return values

    def _read_attributes(
        self, element: _Element, shape: Shape, trail: Trail | None, members: dict[str, Any]
    ) -> None:
        for tag, text in attributes_of(element):
            row = shape.attributes.get(tag)
            if row is None or row.read is None:
                key = self._other_attribute(element, tag, shape, trail)
                if key is not None:
                    members[key] = text
                    self.note((trail, key), element, tag)
                continue
            here: Trail = (trail, tag)
            if row.kind == "double" and is_not_finite(text):
                self.fault(
                    "not_a_finite_number", element, here, tag, field=tag, actual=repr(token(text))
                )
                continue
            members[tag] = self._text(text, row, element, here, tag)
            self.note(here, element, tag)
        for row in shape.required_attributes:
            if row.member not in members:
                self.fault("missing_field", element, trail, field=row.member)

    def _other_attribute(
        self, element: _Element, tag: str, shape: Shape, trail: Trail | None
    ) -> str | None:
        """Return the member that an attribute is which the grammar does not name; None for none."""
        namespace, _ = split_tag(tag)
        here: Trail | None = trail if namespace else (trail, tag)
        if namespace in _SILENT or (element.tag == MEMBER and tag == "name"):
            if tag == XSI_NIL:
                self.fault("unknown_attribute", element, here, tag, name="xsi:nil")
        elif not shape.any_attribute or epcis_version(namespace):
            name = misfits.attribute_name(element, tag)
            self.fault("unknown_attribute", element, here, tag, name=name)
        elif shape.text is not None:
            pass  # it is part of the value
        elif not namespace:
            self.fault("ignored_attribute", element, here, tag, name=tag)
        else:
            return self._scope.attribute_key(tag)
        return None

    def _name(self, element: _Element, shape: Shape) -> str:
        """Return the name in JSON of an extension among standard members."""
        if element.tag == MEMBER or element.tag[0] == "{" or shape.is_bare:
            return self.name(element)
        return self._scope.local_key(element.tag)

    def _quantity_event(self, members: dict[str, Any], element: _Element) -> dict[str, Any]:
        """Return a QuantityEvent of EPCIS 1.0 as the ObjectEvent that says the same."""
        self.fault("quantity_event", element, None)
        names = ("epcClass", "quantity")
        for name in names:
            for child in element.iterchildren(name):
                self.note((((None, "quantityList"), 0), name), child)
        amount = {name: members.pop(name) for name in names if name in members}
        return {**members, "type": "ObjectEvent", "action": "OBSERVE", "quantityList": [amount]}

    def _mark(self, mark: _Element, members: dict[str, Any]) -> None:
        """Put in what a mark says of a member that XML has no words for."""
        pointer, text = mark.get("at", ""), mark.text or ""
        try:
            is_right = apply_mark(members, pointer, mark_value(text, self._limits))
        except ValueError:
            is_right = False
        if not is_right:
            self.fault("contradicting_mark", mark, None, at_pointer=pointer)
