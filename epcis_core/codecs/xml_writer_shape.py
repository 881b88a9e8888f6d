"""From members of JSON to elements of the standard, by the grammar of a version of EPCIS.

The tables are those that the reader reads by, so order and nesting are said once. Whatever the
reader would not read as JSON said it gets a mark; see `epcis_core.codecs.xml_names`.

References:
    EPCIS 2.0, sections 9.5 and 10; EPCIS 1.2, section 9
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal

from epcis_core.codecs.jsonld_writer import json_bytes
from epcis_core.codecs.xml_grammar import Row, Shape
from epcis_core.codecs.xml_types import mark_of, types_in
from epcis_core.codecs.xml_writer_extension import ExtensionWriter, attribute, escaped
from epcis_core.codecs.xml_writer_names import Prefixes
from epcis_core.findings import Finding, Where, escape_pointer, finding
from epcis_core.model.base import Number
from epcis_core.model.namespaces import BUILT_IN, TYPES
from epcis_core.vocabulary import VocabularyList, canonical_term, is_standard, urn

CbvFormat = Literal["urn", "web-uri"]
"""How terms of the CBV are written; those of the GS1 Web vocabulary are CURIEs or Web URIs."""

_OF_XML: Final = "xml:"
_VOCABULARIES: Final = {vocabulary.value: vocabulary for vocabulary in VocabularyList}


def term(vocabulary: VocabularyList, value: str, cbv_format: CbvFormat) -> str:
    """Return a term as XML has it; what is no bare word of the standard stays as it is.

    >>> term(VocabularyList.BIZ_STEP, "shipping", "urn")
    'urn:epcglobal:cbv:bizstep:shipping'
    >>> term(VocabularyList.MEASUREMENT_TYPE, "Temperature", "urn")
    'gs1:Temperature'
    """
    if ":" in value or not is_standard(vocabulary, value):
        return value
    if cbv_format == "web-uri":
        return canonical_term(vocabulary, value)
    written = urn(vocabulary, value)
    web = BUILT_IN["gs1"]
    return f"gs1:{written.removeprefix(web)}" if written.startswith(web) else written


class ShapeWriter(ExtensionWriter):
    """Writes elements of the standard.

    Args:
        prefixes: those in force.
        cbv_format: how terms of the CBV are written.

    Attributes:
        marks: what JSON says where XML has no words for it, by its JSON Pointer.
        without: pointers of members that XML must have and JSON has not.
        findings: what readers of this version do not understand; pointers start at the event, or
            at the document.
    """

    def __init__(self, prefixes: Prefixes, cbv_format: CbvFormat) -> None:
        super().__init__(prefixes)
        self._cbv_format = cbv_format
        self.marks: list[tuple[str, Any]] = []
        self.without: list[str] = []
        self.findings: list[Finding] = []

    def part(
        self,
        head: str,
        members: Mapping[str, Any],
        shape: Shape,
        pointer: str,
        loose: Collection[str] = (),
    ) -> None:
        """Write an element that has parts.

        Args:
            head: its name, and attributes that no member stands for.
            members: what stands in it, and its attributes.
            shape: what the grammar says of it.
            pointer: of the members.
            loose: members named by the grammar that are nothing that it knows.
        """
        own, others = self._own_attributes(members, shape, pointer)
        start = self.begin(f"{head}{own}")
        self._rows(shape, members, pointer, set(loose))
        for name in (*loose, *others):
            self.member(name, members[name], self._tag_among(name, shape), pointer)
        self.end(head, start)

    def begin(self, head: str) -> int:
        """Write a start tag, and return what `end` needs to know."""
        self.out += (f"<{head}", ">")
        return len(self.out)

    def end(self, head: str, start: int) -> None:
        """Write the end tag of an element, or close its start tag where nothing is in it."""
        if len(self.out) == start:
            self.out[-1] = "/>"
        else:
            self.out.append(f"</{head.partition(' ')[0]}>")

    def take_types(self, members: dict[str, Any]) -> None:
        """Take the types of extensions out of an event or document, to write each at its place."""
        types = types_in(members.get(TYPES))
        if types is not None:
            self.types = types
            del members[TYPES]

    def written_marks(self) -> Iterator[str]:
        """Yield the marks as elements."""
        if self.types:
            self.marks.append((f"/{escape_pointer(TYPES)}", mark_of(self.types)))
        for pointer, value in self.marks:
            name = self._prefixes.technical("json", "value")
            text = escaped(json_bytes(value).decode())
            yield f"<{name}{attribute('at', pointer)}>{text}</{name}>"

    def marked_absent(self) -> str:
        """Return the attribute that tells what JSON has not."""
        if not self.without:
            return ""
        return attribute(self._prefixes.technical("json", "without"), " ".join(self.without))

    def qualified(self, tag: str) -> str:
        """Return a name of the grammar as it is written; by default those without a namespace."""
        return tag

    def foreign(self, row: Row, members: Mapping[str, Any]) -> None:
        """Write what another standard defines."""

    def _own_attributes(
        self, members: Mapping[str, Any], shape: Shape, pointer: str
    ) -> tuple[str, list[str]]:
        """Return the attributes of an element, and the members that must become elements in it."""
        texts = [
            attribute(name, self._text(row, members[row.member], f"{pointer}/{row.member}"))
            for name, row in shape.attributes.items()
            if row.member in members
        ]
        others = [name for name in members if name not in shape.known]
        elements = []
        for name in others:
            value, written = members[name], None
            may_be = shape.any_attribute and shape.text is None and isinstance(value, str)
            if may_be and (shape.other is None or name.startswith(_OF_XML)):
                written = self._prefixes.attribute(name)
            if written is not None:
                texts.append(attribute(written, value))
            elif shape.other is not None:
                elements.append(name)
            else:
                self.marks.append((f"{pointer}/{escape_pointer(name)}", value))
        return "".join(texts), elements

    def _rows(self, shape: Shape, members: Mapping[str, Any], pointer: str, done: set[str]) -> None:
        """Write the children that the grammar knows, in its order."""
        for row in shape.rows.values():
            inner, name = row.shape, row.member
            if inner is not None and inner.is_flat:
                start = self.begin(row.tag)
                self._rows(inner, members, pointer, done)
                if len(self.out) == start:
                    del self.out[start - 2 :]
                else:
                    self.end(row.tag, start)
            elif inner is None and row.read is None:
                self.foreign(row, members)
            elif name in done:
                continue
            elif name in members:
                done.add(name)
                if shape.is_later and shape.is_flat:
                    at = Where(pointer=f"{pointer}/{name}")
                    self.findings.append(finding("not_in_epcis_1_2", at=at, name=name))
                self._row(row, members[name], f"{pointer}/{name}")
            elif row.is_required:
                self.out.append(f"<{row.tag}/>")
                self.without.append(f"{pointer}/{name}")
            elif row.is_nillable and any(
                other.after == name and other.member in members for other in shape.rows.values()
            ):
                nil = self._prefixes.technical("xsi", "nil")
                self.out.append(f"<{row.tag}{attribute(nil, 'true')}/>")

    def _row(self, row: Row, value: Any, pointer: str) -> None:
        """Write the value of one member."""
        if not isinstance(value, list | tuple):
            self._one(row, value, pointer)
        elif row.shape is not None and row.shape.item is not None:
            self._list(row, row.shape, row.shape.item, value, pointer)
        elif not value:
            self.marks.append((pointer, value))
        elif row.is_single:
            self._one(row, value[0], pointer)
            self.marks.append((pointer, value))
        else:
            for index, one in enumerate(value):
                self._one(row, one, f"{pointer}/{index}")

    def _list(self, row: Row, shape: Shape, item: Row, value: Any, pointer: str) -> None:
        if shape.needs_item and not value:
            self.marks.append((pointer, value))
            return
        start = self.begin(row.tag)
        for index, one in enumerate(value):
            self._one(item, one, f"{pointer}/{index}")
        self.end(row.tag, start)

    def _one(self, row: Row, value: Any, pointer: str) -> None:
        """Write one element."""
        tag, shape = self.qualified(row.tag), row.shape
        if shape is None:
            self.out.append(f"<{tag}>{escaped(self._text(row, value, pointer))}</{tag}>")
        elif shape.text is None:
            self.part(tag, value, shape, pointer)
        else:
            own, _ = self._own_attributes(value, shape, pointer)
            self._with_text(f"{tag}{own}", value, shape, shape.text, pointer)

    def _with_text(
        self, head: str, value: Mapping[str, Any], shape: Shape, row: Row, pointer: str
    ) -> None:
        """Write an element that has attributes and a value."""
        said = value.get(row.member)
        if row.read is not None:
            text = escaped(self._text(row, said, f"{pointer}/{row.member}"))
            self.out.append(f"<{head}>{text}</{head.partition(' ')[0]}>")
        elif said is None or said == "":
            self._close(head, [] if said is None else ["text"], "")
        else:
            self.content(head, said, f"{pointer}/{row.member}", shape.attributes.keys())

    def _text(self, row: Row, value: Any, pointer: str) -> str:
        """Return a simple value as text; if it would be read as another one, it gets a mark."""
        text = self._spelled(row, value)
        if row.read is not None and row.read(text) != value:
            self.marks.append((pointer, value))
        return text

    def _spelled(self, row: Row, value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case Number():
                has_exponent = "e" in value.text or "E" in value.text
                return f"{value.value:f}" if has_exponent and row.kind == "decimal" else value.text
        text = str(value)
        vocabulary = _VOCABULARIES.get(row.kind)
        return text if vocabulary is None else term(vocabulary, text, self._cbv_format)

    def _tag_among(self, name: str, shape: Shape) -> str | None:
        """Return the name of the element for an extension beside members of the standard."""
        if ":" not in name and (not shape.is_bare or name in shape.rows):
            return None
        return self.tag(name)
