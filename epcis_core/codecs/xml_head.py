"""What an XML document says beside its events: header, master data, which query it answers.

References:
    EPCIS 2.0, sections 9.3 and 9.5
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml.etree import _Element

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import context_of
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.structure import read_model
from epcis_core.codecs.xml_event import merged
from epcis_core.codecs.xml_grammar import grammar
from epcis_core.codecs.xml_names import XmlVersion
from epcis_core.codecs.xml_parse import declared_in, parse
from epcis_core.codecs.xml_places import Places, Source
from epcis_core.codecs.xml_scope import Scope, Surroundings
from epcis_core.codecs.xml_shape import ShapeReader
from epcis_core.codecs.xml_text import Piece
from epcis_core.findings import Finding, Where
from epcis_core.model.documents import (
    DocumentHead,
    DocumentOfEvents,
    DocumentOfMasterData,
    DocumentOfResults,
    EpcisHeader,
    header_lists,
)
from epcis_core.model.master_data import Vocabulary


class _XmlResults(DocumentOfResults):
    """An `EPCISQueryDocument`, which in XML may have a header."""

    epcis_header: EpcisHeader | None = None

    @property
    def vocabulary_lists(self) -> dict[str, tuple[Vocabulary, ...]]:
        """The master data among the results and in the header."""
        return super().vocabulary_lists | header_lists(self.epcis_header)


_MODELS: Final[dict[str, type[DocumentHead]]] = {
    "EPCISDocument": DocumentOfEvents,
    "EPCISQueryDocument": _XmlResults,
    "EPCISMasterDataDocument": DocumentOfMasterData,
}
"""Documents by the name of their root element."""

_NOTHING: Final = Piece("", 1, 1)


@dataclass(slots=True)
class XmlHead:
    """The parts of a document around its events.

    Attributes:
        prolog: what stands before the root element.
        opening: from the root's start tag to that of the list of events, or the whole root.
        version: which grammar it follows.
        limits: how much is taken.
        context: the `@context` that a mark on the root gives; None for none.
        closing: from the end tag of the list to the end.
    """

    prolog: str
    opening: Piece
    version: XmlVersion
    limits: Limits
    context: Any = None
    closing: Piece = _NOTHING

    def completed(self, envelope: Envelope, findings: list[Finding]) -> Envelope:
        """Read the head, and return the envelope with it.

        Args:
            envelope: what is known of the document so far.
            findings: takes what is wrong.
        """
        text = f"{self.prolog}{self.opening.text}{self.closing.text}"
        envelope = replace(envelope, head_text=text)
        source = Source(self.opening, self.closing)
        root = parse(source, self.limits)
        if isinstance(root, Finding):
            findings.append(root)
            return envelope
        members, reader = self._members(root, envelope)
        head, complaints = read_model(_MODELS[envelope.kind], members)
        if complaints or not reader.is_sound:  # it is read once more, to know where things stand
            places = Places(source, root, "")
            _, reader = self._members(root, envelope, places)
            where = (places.where(one.where.pointer or "") for one in complaints)
            placed = [replace(one, where=at) for one, at in zip(complaints, where, strict=True)]
            findings += merged(reader.findings, placed)
        return replace(envelope, head=head)

    def places(self, envelope: Envelope) -> Callable[[str], Where]:
        """Return what turns a pointer from the document into a place in the file.

        Args:
            envelope: of the document, once the head has been read.
        """
        source = Source(self.opening, self.closing)
        root = parse(source, self.limits)
        if isinstance(root, Finding):
            return lambda pointer: Where(pointer=pointer)
        places = Places(source, root, "")
        self._members(root, envelope, places)
        return places.where

    def _members(
        self, root: _Element, envelope: Envelope, places: Places | None = None
    ) -> tuple[dict[str, Any], ShapeReader]:
        kind, around, context = envelope.kind, envelope.namespaces, self.context
        scope = Scope(Surroundings(around), declared_in(root))
        reader = ShapeReader(grammar(self.version), scope, self.limits, places)
        reader.note(None, root)
        read = reader.part(root, grammar(self.version)[kind], None)
        if context is None:
            context = context_of({**around.prefixes, **scope.context()})
        elif own := scope.context():
            context = [*(context if isinstance(context, list) else [context]), own]
        members = {"@context": context, "type": kind, **read}
        _with_empty_list(members)
        reader.apply_marks(root, members)
        reader.add_types(root, members)
        return members, reader


def _with_empty_list(members: dict[str, Any]) -> None:
    """Put in the list of events, which XML may leave out and JSON may not."""
    body = members.get("epcisBody")
    if members["type"] == "EPCISDocument" and isinstance(body, dict):
        body.setdefault("eventList", [])
    elif members["type"] == "EPCISQueryDocument" and isinstance(body, dict):
        results = body.get("queryResults", {}).get("resultsBody")
        if isinstance(results, dict):
            results.setdefault("eventList", [])
