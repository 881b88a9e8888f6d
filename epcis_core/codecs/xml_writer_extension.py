"""Extensions: from members of JSON to elements of other namespaces.

The conventions are those of `epcis_core.codecs.xml_names`; what is written here is read by
`epcis_core.codecs.xml_extension`.

References:
    EPCIS 2.0, section 9.5
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.xml_mixed import inner_xml, is_mixed
from epcis_core.codecs.xml_names import INNER_XML, KEYWORDS, NO_KEYWORD, TEXT
from epcis_core.codecs.xml_parse import declared_in, parse
from epcis_core.codecs.xml_places import Source
from epcis_core.codecs.xml_text import Piece
from epcis_core.codecs.xml_types import may_hold, schema_type, usual_type
from epcis_core.codecs.xml_writer_names import Prefixes, is_name
from epcis_core.findings import Finding, escape_pointer
from epcis_core.model.base import Number

_NAME: Final = frozenset({"name"})
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


def escaped(text: str) -> str:
    """Return a text as the content of an element."""
    return text.translate(_TEXT)


def attribute(name: str, text: str) -> str:
    """Return an attribute, with a blank in front."""
    return f' {name}="{text.translate(_ATTRIBUTE)}"'


class ExtensionWriter:
    """Writes extensions, piece by piece.

    Args:
        prefixes: those in force; takes in what must be declared.

    Attributes:
        out: what has been written so far.
        types: the types of values that are to come, by their JSON Pointers; see
            `epcis_core.codecs.xml_types`. Those that could not be written stay.
    """

    def __init__(self, prefixes: Prefixes) -> None:
        self._prefixes = prefixes
        self.out: list[str] = []
        self.types: dict[str, str] = {}

    def member(self, name: str, value: Any, tag: str | None, pointer: str) -> None:
        """Write a member as one element, or several.

        Args:
            name: its name in JSON.
            value: what it says.
            tag: the name of the element; None where a mark must tell the name.
            pointer: of what the member is in.
        """
        pointer = f"{pointer}/{escape_pointer(name)}"
        head, taken = tag or "", frozenset[str]()
        if tag is None:
            head, taken = (
                f"{self._prefixes.technical('json', 'member')}{attribute('name', name)}",
                _NAME,
            )
        if not isinstance(value, list | tuple) or not value:
            self._element(head, value, pointer, taken=taken)
        elif len(value) == 1:
            self._element(head, value[0], f"{pointer}/0", ["item"], taken)
        else:
            for number, one in enumerate(value):
                self._element(head, one, f"{pointer}/{number}", taken=taken)

    def tag(self, name: str) -> str | None:
        """Return the name of the element for a member inside an extension."""
        if ":" in name:
            return self._prefixes.element(name)
        return name if is_name(name) else None

    def content(self, head: str, value: Any, pointer: str, taken: Collection[str] = ()) -> None:
        """Write an element that may have attributes of its own.

        Args:
            head: its name and its own attributes.
            value: what it says beside them.
            pointer: of the value.
            taken: names of its own attributes.
        """
        self._element(head, value, pointer, taken=taken)

    def _element(
        self,
        head: str,
        value: Any,
        pointer: str,
        marks: Collection[str] = (),
        taken: Collection[str] = (),
    ) -> None:
        if pointer in self.types and (named := self._named_type(head, value, pointer, marks)):
            head += attribute(self._prefixes.technical("xsi", "type"), named)
            del self.types[pointer]
            if isinstance(value, Number):
                self._close(head, marks, value.text)
                return
        self._value(head, value, pointer, marks, taken)

    def _named_type(
        self, head: str, value: Any, pointer: str, marks: Collection[str]
    ) -> str | None:
        """Return the type of a value as XML names it; None where it cannot stand on the element."""
        name = self.types[pointer]
        local = schema_type(name)
        if local is None:
            is_told = value is None or isinstance(value, str | dict)
            return self._prefixes.element(name) if is_told and ":" in name else None
        if not may_hold(local, value, is_plain=not marks and " " not in head):
            return None
        return self._prefixes.technical("xsd", local)

    def _value(
        self,
        head: str,
        value: Any,
        pointer: str,
        marks: Collection[str],
        taken: Collection[str] = (),
    ) -> None:
        match value:
            case str():
                self._close(head, marks, escaped(value))
            case bool():
                self._typed(head, marks, "boolean", "boolean", "true" if value else "false")
            case Number():
                self._typed(head, marks, "number", usual_type(value.text), value.text)
            case None:
                self._null(head, marks)
            case list() | tuple():
                self._array(head, value, pointer, marks)
            case _:
                self._object(head, value, pointer, marks, taken)

    def _typed(self, head: str, marks: Collection[str], mark: str, name: str, text: str) -> None:
        """Write an element whose type must be told; one of XML Schema allows no attributes."""
        if marks or " " in head:
            self._close(head, [*marks, mark], text)
            return
        typed = self._prefixes.technical("xsi", "type")
        head += attribute(typed, self._prefixes.technical("xsd", name))
        self._close(head, (), text)

    def _null(self, head: str, marks: Collection[str]) -> None:
        if marks:
            self._close(head, [*marks, "null"], "")
        else:
            self._close(head + attribute(self._prefixes.technical("xsi", "nil"), "true"), (), "")

    def _array(
        self, head: str, value: Collection[Any], pointer: str, marks: Collection[str]
    ) -> None:
        self._open(head, [*marks, "array"])
        for number, one in enumerate(value):
            self._element(self._prefixes.technical("json", "item"), one, f"{pointer}/{number}")
        self._end(head)

    def _object(
        self,
        head: str,
        value: Mapping[str, Any],
        pointer: str,
        marks: Collection[str],
        taken: Collection[str],
    ) -> None:
        own, rest = self._attributes(value, taken)
        head += "".join(own)
        marks = marks if own or rest.keys() - {TEXT} else [*marks, "object"]
        if not rest:
            self._close(head, marks, "")
        elif rest.keys() == {INNER_XML} and self._is_inner_xml(rest[INNER_XML]):
            self._open(head, marks)
            self.out.append(rest[INNER_XML])
            self._end(head)
        elif rest.keys() == {TEXT} and rest[TEXT] != "" and _is_scalar(rest[TEXT]):
            self._value(head, rest[TEXT], pointer, marks)
        else:
            self._open(head, [mark for mark in marks if mark != "object"])
            for name, inner in rest.items():
                self.member(name, inner, self.tag(name), pointer)
            self._end(head)

    def _attributes(
        self, value: Mapping[str, Any], taken: Collection[str]
    ) -> tuple[list[str], dict[str, Any]]:
        """Return the attributes that an object has as an element, and its other members."""
        own, rest = [], {}
        for name, inner in value.items():
            written = None
            if name[:1] == "@" and isinstance(inner, str):
                written = self._attribute(name[1:], taken)
            if written is None:
                rest[name] = inner
            else:
                own.append(attribute(written, inner))
        return own, rest

    def _attribute(self, name: str, taken: Collection[str]) -> str | None:
        if ":" in name:
            return self._prefixes.attribute(name)
        plain = name.removeprefix(NO_KEYWORD)
        if (plain in KEYWORDS) != (plain != name):
            return None
        return plain if is_name(plain) and plain != "xmlns" and plain not in taken else None

    def _is_inner_xml(self, text: Any) -> bool:
        """Tell whether a text is mixed content of which a reader makes the same text again."""
        if not isinstance(text, str):
            return False
        root = parse(Source(Piece(f"<_>{text}</_>", 1, 1)), Limits())
        if isinstance(root, Finding) or len(root) == 0 or not is_mixed(root):
            return False
        if inner_xml(root) != text:
            return False
        return all(self._prefixes.is_declared(*one) for one in declared_in(root))

    def _open(self, head: str, marks: Collection[str]) -> None:
        self.out.append(f"<{head}{self._marked(marks)}>")

    def _end(self, head: str) -> None:
        self.out.append(f"</{head.partition(' ')[0]}>")

    def _close(self, head: str, marks: Collection[str], text: str) -> None:
        """Write a whole element with nothing but text."""
        if text:
            self.out.append(f"<{head}{self._marked(marks)}>{text}</{head.partition(' ')[0]}>")
        else:
            self.out.append(f"<{head}{self._marked(marks)}/>")

    def _marked(self, marks: Collection[str]) -> str:
        return attribute(self._prefixes.technical("json", "is"), " ".join(marks)) if marks else ""


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | Number)
