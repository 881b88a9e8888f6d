"""The same events as EPCIS documents in XML, of version 2.0 or 1.2.

What is said is decided in `tests.world.emit`; here it gets its elements, their order, and the words
of the CBV in full. Written from GS1's schemas for XML alone.

References:
    EPCIS 2.0, section 9.5; EPCIS 1.2, section 9.5 (what came with 1.1 or later is in `extension`)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from tests.world.emit import event, master_data
from tests.world.reporters import Report, Syntax

_EPCIS: Final = "urn:epcglobal:epcis:xsd:"
_SBDH: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_MDA: Final = "urn:epcglobal:cbv:mda"
_ORDER: Final = (
    *("epcList", "parentID", "childEPCs", "inputEPCList", "inputQuantityList", "outputEPCList"),
    *("outputQuantityList", "transformationID", "action", "bizStep", "disposition", "readPoint"),
    *("bizTransactionList", "quantityList", "childQuantityList", "sourceList", "destinationList"),
    "ilmd",
)
"""Members of all types of event but what stands before them, in the order of the schemas."""

_EXTENDED: Final = _ORDER[_ORDER.index("quantityList") :]
"""Those that version 1.2 has in an `extension`, except in a TransformationEvent."""

_WORDS: Final = {
    "bizStep": ("bizstep", "BizStep"),
    "disposition": ("disp", "Disp"),
    "bizTransaction": ("btt", "BTT"),
    "source": ("sdt", "SDT"),
    "destination": ("sdt", "SDT"),
    "reason": ("er", "ER"),
}
"""Which vocabulary of the CBV a member takes its words from, in URNs and in web addresses."""

register_namespace("cbvmda", _MDA)
register_namespace("sbdh", _SBDH)


def document(reports: Sequence[Report], *, salt: str) -> bytes:
    """Write reports of one business as one EPCISDocument.

    Args:
        reports: at least one, all of one teller, in the order wanted in the document.
        salt: makes the eventIDs of this world its own.
    """
    habits = reports[0].teller.habits
    is_old = habits.syntax is Syntax.XML_1_2
    namespace = _EPCIS + ("1" if is_old else "2")
    register_namespace("epcis", namespace)
    root = Element(f"{{{namespace}}}EPCISDocument")
    root.set("schemaVersion", "1.2" if is_old else "2.0")
    root.set("creationDate", "2026-12-31T00:00:00Z")
    header = SubElement(root, "EPCISHeader")
    if is_old:
        _business_header(header)
    _master_data(SubElement(SubElement(header, "extension"), "EPCISMasterData"), reports)
    events = SubElement(SubElement(root, "EPCISBody"), "EventList")
    writer = _Writer(is_old=is_old, in_urns=is_old or habits.has_urns)
    for report in reports:
        writer.event(events, event(report, salt=salt))
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _business_header(header: Element) -> None:
    """Add the header that version 1.2 demands before everything else."""
    top = SubElement(header, f"{{{_SBDH}}}StandardBusinessDocumentHeader")
    _sbdh(top, "HeaderVersion", "1.0")
    for end in ("Sender", "Receiver"):
        _sbdh(_sbdh(top, end), "Identifier", "anybody").set("Authority", "invented")
    about = _sbdh(top, "DocumentIdentification")
    _sbdh(about, "Standard", "EPCglobal")
    _sbdh(about, "TypeVersion", "1.0")
    _sbdh(about, "InstanceIdentifier", "1")
    _sbdh(about, "Type", "Events")
    _sbdh(about, "CreationDateAndTime", "2026-12-31T00:00:00Z")


def _sbdh(parent: Element, name: str, text: str | None = None) -> Element:
    child = SubElement(parent, f"{{{_SBDH}}}{name}")
    child.text = text
    return child


def _master_data(parent: Element, reports: Sequence[Report]) -> None:
    top = SubElement(parent, "VocabularyList")
    for vocabulary in master_data(reports):
        its = SubElement(top, "Vocabulary", type=vocabulary["type"])
        elements = SubElement(its, "VocabularyElementList")
        for one in vocabulary["vocabularyElementList"]:
            element = SubElement(elements, "VocabularyElement", id=one["id"])
            for attribute in one["attributes"]:
                SubElement(element, "attribute", id=attribute["id"]).text = attribute["attribute"]


class _Writer:
    """Writes events of one document.

    Args:
        is_old: as version 1.2 does.
        in_urns: words of the CBV are URNs, not web addresses.
    """

    def __init__(self, *, is_old: bool, in_urns: bool) -> None:
        self._is_old = is_old
        self._in_urns = in_urns

    def event(self, events: Element, told: Mapping[str, Any]) -> None:
        """Add one event, told as JSON, to an EventList."""
        is_made = told["type"] == "TransformationEvent"
        around = SubElement(events, "extension") if self._is_old and is_made else events
        element = SubElement(around, told["type"])
        _add(element, "eventTime", told["eventTime"])
        _add(element, "eventTimeZoneOffset", told["eventTimeZoneOffset"])
        base = element
        if self._is_old and told.keys() & {"eventID", "errorDeclaration"}:
            base = SubElement(element, "baseExtension")
        if "eventID" in told:
            _add(base, "eventID", told["eventID"])
        if "errorDeclaration" in told:
            self._declaration(base, told["errorDeclaration"])
        if not self._is_old or is_made:
            self._members(element, told, _ORDER)
            return
        self._members(element, told, [name for name in _ORDER if name not in _EXTENDED])
        if told.keys() & set(_EXTENDED):
            self._members(SubElement(element, "extension"), told, _EXTENDED)

    def _members(self, parent: Element, told: Mapping[str, Any], names: Iterable[str]) -> None:
        is_needed = {"ObjectEvent": "epcList", "AggregationEvent": "childEPCs"}.get(told["type"])
        for name in names:
            if name in told:
                self._member(SubElement(parent, name), name, told[name])
            elif self._is_old and name == is_needed:
                SubElement(parent, name)

    def _member(self, element: Element, name: str, value: Any) -> None:
        if name in {"bizStep", "disposition"}:
            element.text = self._word(name, value)
        elif name == "readPoint":
            _add(element, "id", value["id"])
        elif name == "ilmd":
            for key, text in value.items():
                _add(element, f"{{{_MDA}}}{key.removeprefix('cbvmda:')}", text)
        elif isinstance(value, list):
            self._list(element, name, value)
        else:
            element.text = value

    def _list(self, element: Element, name: str, value: Sequence[Any]) -> None:
        kind = name.removesuffix("List")
        for one in value:
            if isinstance(one, str):
                _add(element, "epc", one)
            elif "type" in one:
                _add(element, kind, one[kind]).set("type", self._word(kind, one["type"]))
            else:
                amount = SubElement(element, "quantityElement")
                for part in ("epcClass", "quantity", "uom"):
                    _add(amount, part, str(one[part]))

    def _declaration(self, parent: Element, told: Mapping[str, str]) -> None:
        element = SubElement(parent, "errorDeclaration")
        _add(element, "declarationTime", told["declarationTime"])
        _add(element, "reason", self._word("reason", told["reason"]))

    def _word(self, member: str, word: str) -> str:
        urn, address = _WORDS[member]
        if self._in_urns:
            return f"urn:epcglobal:cbv:{urn}:{word}"
        return f"https://ref.gs1.org/cbv/{address}-{word}"


def _add(parent: Element, name: str, text: str) -> Element:
    child = SubElement(parent, name)
    child.text = text
    return child
