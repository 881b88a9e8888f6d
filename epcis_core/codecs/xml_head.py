"""What an XML document says beside its events: header, master data, which query it answers.

References:
    EPCIS 2.0, sections 9.3 and 9.5
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml.etree import _Element

from epcis_core.codecs.document import Envelope
from epcis_core.codecs.jsonld_writer import context_of
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.structure import read_model
from epcis_core.codecs.xml_event import merged
from epcis_core.codecs.xml_grammar import grammar
from epcis_core.codecs.xml_marks import marked_context
from epcis_core.codecs.xml_names import CONTEXT, XmlVersion
from epcis_core.codecs.xml_parse import declared_in, parse
from epcis_core.codecs.xml_places import Places, Source
from epcis_core.codecs.xml_scope import Scope, Surroundings, namespaces_of
from epcis_core.codecs.xml_shape import ShapeReader
from epcis_core.codecs.xml_text import Piece
from epcis_core.findings import Finding
from epcis_core.model.documents import (
    DocumentHead,
    DocumentOfEvents,
    DocumentOfMasterData,
    DocumentOfResults,
    EpcisHeader,
)
from epcis_core.model.master_data import Vocabulary
from epcis_core.model.namespaces import Namespaces


class _XmlResults(DocumentOfResults):
    """An `EPCISQueryDocument`, which in XML may have a header."""

    epcis_header: EpcisHeader | None = None

    @property
    def vocabularies(self) -> tuple[Vocabulary, ...]:
        """The master data among the results and in the header, by vocabulary."""
        data = self.epcis_header.epcis_master_data if self.epcis_header else None
        return super().vocabularies + (data.vocabulary_list if data else ())


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
        closing: from the end tag of the list to the end.
    """

    prolog: str
    opening: Piece
    version: XmlVersion
    limits: Limits
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
        members, reader = self._members(root, envelope.kind)
        head, complaints = read_model(_MODELS[envelope.kind], members)
        if complaints or not reader.is_sound:  # it is read once more, to know where things stand
            places = Places(source, root, "")
            _, reader = self._members(root, envelope.kind, places)
            where = (places.where(one.where.pointer or "") for one in complaints)
            placed = [replace(one, where=at) for one, at in zip(complaints, where, strict=True)]
            findings += merged(reader.findings, placed)
        return replace(envelope, head=head)

    def _members(
        self, root: _Element, kind: str, places: Places | None = None
    ) -> tuple[dict[str, Any], ShapeReader]:
        around, marked = namespaces_of(root.nsmap), root.get(CONTEXT)
        context: Any = None
        if marked is not None:
            with suppress(ValueError):  # it was told when the document was opened
                context = marked_context(marked, around, self.limits)
                around = Namespaces.of_context(context)
        scope = Scope(Surroundings(around, root.nsmap), declared_in(root))
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
