"""One event in XML: from its text to the model, and back to a place in the file.

References:
    EPCIS 2.0, section 9.5; EPCIS 1.2, section 9
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

from lxml.etree import _Element

from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.structure import read_event
from epcis_core.codecs.xml_event_list import CutEvent
from epcis_core.codecs.xml_grammar import event_depths, grammar
from epcis_core.codecs.xml_misfits import written_name
from epcis_core.codecs.xml_names import XmlVersion, epcis_version, split_tag
from epcis_core.codecs.xml_parse import WRAPPER_END, declared_in, parse, wrapper_of
from epcis_core.codecs.xml_places import Places, Source
from epcis_core.codecs.xml_plain import PlainReader
from epcis_core.codecs.xml_prefixes import declarations, schema_prefixes
from epcis_core.codecs.xml_scope import Scope, Surroundings
from epcis_core.codecs.xml_shape import ShapeReader
from epcis_core.codecs.xml_text import Piece
from epcis_core.errors import ParseError
from epcis_core.findings import Finding, Where, capped, finding, has_errors, phrase
from epcis_core.model.events import EVENT_TYPES, EpcisEvent
from epcis_core.model.namespaces import Namespaces

_VERSIONS: Final[tuple[XmlVersion, ...]] = ("2.0", "1.2")


class EventReader:
    """Reads the events of one document.

    Args:
        declared: the prefixes in force around them; None is the default namespace.
        namespaces: what they mean for extension members.
        version: which grammar the events follow; None where only they themselves can tell.
        limits: how much is taken.
    """

    def __init__(
        self,
        declared: Mapping[str | None, str],
        namespaces: Namespaces,
        version: XmlVersion | None,
        limits: Limits,
    ) -> None:
        self._wrapper = wrapper_of(declared)
        self._schema_prefixes = schema_prefixes(declared)
        self._namespaces = namespaces
        self._version = version
        self._limits = limits
        self._around = Surroundings(namespaces)
        self._plain = PlainReader(declared, self._around, version, limits) if version else None

    def read(self, cut: CutEvent, index: int, pointer: str) -> ReadEvent:
        """Read an event.

        Args:
            cut: the event as it stands.
            index: its position among the document's events, from 0.
            pointer: its JSON Pointer in the document.
        """
        piece = cut.piece
        members = self._plain.event(piece.text) if self._plain else None
        if members is not None and not cut.findings:
            event, complaints = read_event(members)
            if not complaints:
                places = EventPlaces(self, piece, pointer)
                text, around = piece.text, self._namespaces
                return ReadEvent(index, pointer, text, event, around, places.where, "xml")
        places = EventPlaces(self, piece, pointer)
        found = [places.placed(one) for one in cut.findings]
        root = self.parse(piece)
        event, namespaces = None, self._namespaces
        if isinstance(root, Finding):
            found.append(replace(root, where=replace(root.where, pointer=pointer)))
        elif wrong := self.wrong_type(root[0]):
            found = [places.placed(wrong)]
        else:
            reader = self.shaped(root[0], piece.text)
            members = reader.event(root[0])
            event, complaints = read_event(members)
            namespaces = Namespaces.of_context(members.get("@context"), namespaces)
            if not reader.is_sound or complaints:
                found += merged(places.findings, map(places.placed, complaints))
        return ReadEvent(
            index=index,
            pointer=pointer,
            text=piece.text,
            event=None if has_errors(found) else event,
            namespaces=namespaces,
            locate=places.where,
            syntax="xml",
            findings=tuple(capped(found)),
        )

    def stored(self, text: str) -> EpcisEvent:
        """Read an event again that was read before, when nothing was wrong with it.

        Raises:
            ParseError: the text is no event.
        """
        root = self.parse(Piece(text, 1, 1))
        if isinstance(root, Finding):
            raise ParseError(f"Expected an event as stored, got: {root.message}")
        element = root[0]
        for version in _VERSIONS:
            if _wrong_type(element, version) is not None:
                continue
            reader = self._shaped(element, text, version)
            event, _ = read_event(reader.event(element))
            if event is not None and not reader.has_errors:
                return event
        raise ParseError(f"Expected an event as stored, got: <{element.tag}>")

    def parse(self, piece: Piece) -> _Element | Finding:
        """Parse a text inside the prefixes in force around it; the event is the first child."""
        return parse(self.source(piece), self._limits)

    def wrong_type(self, element: _Element) -> Finding | None:
        """Return what is wrong with the name of an event's element, without a place."""
        namespace, local = split_tag(element.tag)
        if self._version is not None and epcis_version(namespace):
            return finding("wrong_namespace", name=local, actual=namespace)
        return _wrong_type(element, self._version_of(element))

    def shaped(self, element: _Element, text: str, places: Places | None = None) -> ShapeReader:
        """Return what reads an event.

        Args:
            element: the event.
            text: its characters.
            places: takes the places of its members.
        """
        return self._shaped(element, text, self._version_of(element), places)

    def source(self, piece: Piece) -> Source:
        """Return a text inside the prefixes in force around it."""
        return Source(piece, start=self._wrapper, end=WRAPPER_END)

    def _shaped(
        self, element: _Element, text: str, version: XmlVersion, places: Places | None = None
    ) -> ShapeReader:
        inside = declared_in(element) if "xmlns" in text else []
        scope = Scope(self._around, inside, self._schema_prefixes)
        return ShapeReader(grammar(version), scope, self._limits, places)

    def _version_of(self, element: _Element) -> XmlVersion:
        if self._version is not None:
            return self._version
        named = epcis_version(split_tag(element.tag)[0])
        if named is not None:
            return named
        wrappers = [*element.iterchildren("baseExtension"), *element.iterchildren("extension")]
        is_old = any(child.tag[0] != "{" for wrapper in wrappers for child in wrapper)
        return "1.2" if is_old or element.tag == "QuantityEvent" else "2.0"


def _wrong_type(element: _Element, version: XmlVersion) -> Finding | None:
    namespace, local = split_tag(element.tag)
    is_standard = not namespace or epcis_version(namespace) is not None
    if (local if is_standard else "#other") in event_depths(version):
        return None
    if not is_standard:
        return finding("event_not_in_epcis_1_2", event=written_name(element))
    expected = phrase("one_of", choices=", ".join(EVENT_TYPES))
    return finding("unknown_event_type", actual=repr(local), expected=expected)


class EventPlaces:
    """The places of one event's members in the file, found when they are asked for.

    Args:
        reader: what read the event.
        piece: its text.
        pointer: its JSON Pointer in the document.
    """

    def __init__(self, reader: EventReader, piece: Piece, pointer: str) -> None:
        self._reader = reader
        self._piece = piece
        self._pointer = pointer

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the shape of the event."""
        return self._read[1]

    def where(self, pointer: str) -> Where:
        """Return the place of a member by its pointer from the event."""
        places = self._read[0]
        if places is None:
            whole = f"{self._pointer}{pointer}"
            return Where(pointer=whole, line=self._piece.line, column=self._piece.column)
        return places.where(pointer)

    def placed(self, found: Finding) -> Finding:
        """Return a finding about the event with its place in the file."""
        return replace(found, where=self.where(found.where.pointer or ""))

    @cached_property
    def _read(self) -> tuple[Places | None, list[Finding]]:
        """Read the event once more, keeping in mind where everything comes from."""
        root = self._reader.parse(self._piece)
        if isinstance(root, Finding) or self._reader.wrong_type(root[0]):
            return None, []
        places = Places(self._reader.source(self._piece), root, self._pointer)
        reader = self._reader.shaped(root[0], self._piece.text, places)
        reader.event(root[0])
        return places, reader.findings


def merged(found: list[Finding], complaints: Iterable[Finding]) -> list[Finding]:
    """Return what the grammar and then what the model found, each once."""
    told = {_subject(one) for one in found}
    return [*found, *(one for one in complaints if _subject(one) not in told)]


def _subject(found: Finding) -> tuple[str, str | None, str]:
    """Return what a finding is about; XML and JSON may differ in the case of a field."""
    return found.code, found.where.pointer, str(found.values.get("field", "")).casefold()


def read_xml_event(text: str, namespaces: Namespaces) -> EpcisEvent:
    """Read one event from the text that the ledger keeps.

    Args:
        text: the event exactly as received.
        namespaces: the prefixes in force around it.

    Raises:
        ParseError: the text is no event.
    """
    return EventReader(declarations(namespaces), namespaces, None, Limits()).stored(text)
