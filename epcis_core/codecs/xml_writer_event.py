"""One event as XML, inside the prefixes that its document declares.

References:
    EPCIS 2.0, section 9.5; EPCIS 1.2, section 9
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from epcis_core.codecs.jsonld_writer import members
from epcis_core.codecs.xml_grammar import Row, Shape, event_depths, grammar
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_writer_extension import attribute
from epcis_core.codecs.xml_writer_names import Prefixes
from epcis_core.codecs.xml_writer_shape import CbvFormat, ShapeWriter
from epcis_core.findings import Finding, Where, finding
from epcis_core.model.base import Number
from epcis_core.model.events import EVENT_TYPES, EpcisEvent

_NUMBERS: Final = frozenset({"decimal", "double", "integer"})


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """An event as bytes.

    Attributes:
        data: its XML in UTF-8, with the wrappers that it stands in; empty where its document
            cannot hold it.
        findings: what other readers of this version of EPCIS do not understand; pointers start at
            the event.
    """

    data: bytes
    findings: tuple[Finding, ...] = ()


class EventWriter:
    """Writes the events of one document.

    Args:
        prefixes: those in force around them.
        version: which grammar they follow.
        cbv_format: how terms of the CBV are written.
    """

    def __init__(self, prefixes: Prefixes, version: XmlVersion, cbv_format: CbvFormat) -> None:
        self._prefixes = prefixes
        self._version = version
        self._grammar = grammar(version)
        self._cbv_format = cbv_format

    def write(self, event: EpcisEvent, *, is_bare: bool = False) -> WrittenEvent:
        """Write an event.

        Args:
            event: the event.
            is_bare: it is a document of its own and stands in no wrappers.
        """
        given = members(event)
        name, context = given.pop("type"), given.pop("@context", None)
        is_own = name not in EVENT_TYPES
        depth = event_depths(self._version).get("#other" if is_own else name)
        if depth is None:
            found = finding("event_not_in_epcis_1_2", at=Where(pointer="/type"), event=name)
            return WrittenEvent(b"", (found,))
        prefixes = self._prefixes.inside(context)
        shape = self._grammar["ExtensionEvent" if is_own else name]
        writer = ShapeWriter(prefixes, self._cbv_format)
        if context is not None and not prefixes.declares(context):
            writer.marks.append(("/@context", context))
        writer.take_types(given)
        head = name
        if is_own and (tag := prefixes.element(name)):
            head = tag
        elif is_own:
            head = f"{prefixes.technical('json', 'member')}{attribute('name', name)}"
        loose = [
            row.member
            for row in (shape.rows.values() if is_own else ())
            if row.member in shape.known & given.keys() and not fits(row, given[row.member])
        ]
        writer.part(head, given, shape, "", loose)
        text = self._with_marks(writer, prefixes)
        if not is_bare:
            text = f"{'<extension>' * depth}{text}{'</extension>' * depth}"
        if shape.is_later:  # and so all that is in it
            at = Where(pointer="/type")
            writer.findings = [finding("not_in_epcis_1_2", at=at, name=name)]
        return WrittenEvent(text.encode(), tuple(writer.findings))

    @staticmethod
    def _with_marks(writer: ShapeWriter, prefixes: Prefixes) -> str:
        """Put the marks and the declarations into an event that has been written."""
        start, *content = writer.out
        content[-1:-1] = writer.written_marks()
        start += writer.marked_absent()
        start += "".join(
            attribute(f"xmlns:{prefix}", uri) for prefix, uri in prefixes.needed.items()
        )
        return start + "".join(content)


def fits(row: Row, value: Any) -> bool:
    """Tell whether the value of an event that the model does not know is what the grammar knows.

    An event of another vocabulary may give a standard name another meaning.
    """
    shape = row.shape
    if shape is None:
        return _is_of_kind(row.kind, value)
    if shape.item is not None:
        item = shape.item
        return isinstance(value, list | tuple) and all(fits(item, one) for one in value)
    return isinstance(value, dict) and _fits_parts(shape, value)


def _fits_parts(shape: Shape, value: Mapping[str, Any]) -> bool:
    """Tell whether an object has the parts that the grammar knows, and others only beside them."""
    rows = [*shape.rows.values(), *shape.attributes.values()]
    rows += [] if shape.text is None else [shape.text]
    is_open = shape.other is not None or shape.any_attribute
    wrappers = {row.member for row in rows} - shape.known
    if wrappers & value.keys() or not (is_open or value.keys() <= shape.known):
        return False
    return all(
        _fits_often(row, value[row.member]) if row.member in value else not row.is_required
        for row in rows
    )


def _fits_often(row: Row, value: Any) -> bool:
    if row.is_single:
        return fits(row, value)
    return isinstance(value, list | tuple) and all(fits(row, one) for one in value)


def _is_of_kind(kind: str, value: Any) -> bool:
    if kind in _NUMBERS:
        return isinstance(value, Number)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str)
