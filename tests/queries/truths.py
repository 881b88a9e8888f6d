"""Parameters that are true of an event by the way it was made.

What is true is worked out from the members as they were drawn, without the code under test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tests.ingest.documents import SITE
from tests.queries import things
from tests.queries.happening import Members
from tests.queries.things import (
    BELOW,
    CLASS_PATTERNS,
    CLASSES,
    DEVICES,
    DOCUMENTS,
    EX,
    INSTANCES,
    OTHER_EX,
    PARTIES,
    PATTERNS,
    PLACES,
    TIMES,
    Spellings,
    digits_of,
    key_of,
    spell,
)
from tests.world.chance import Chooser, happens

Pair = tuple[str, str]
COMPARISONS: Final = ("EQ", "GT", "GE", "LT", "LE")
_LISTS: Final[dict[str, tuple[tuple[str, ...], Spellings]]] = {
    "epcList": (("MATCH_epc", "MATCH_anyEPC"), INSTANCES),
    "childEPCs": (("MATCH_epc", "MATCH_anyEPC"), INSTANCES),
    "inputEPCList": (("MATCH_inputEPC", "MATCH_anyEPC"), INSTANCES),
    "outputEPCList": (("MATCH_outputEPC", "MATCH_anyEPC"), INSTANCES),
    "quantityList": (("MATCH_epcClass", "MATCH_anyEPCClass"), CLASSES),
    "childQuantityList": (("MATCH_epcClass", "MATCH_anyEPCClass"), CLASSES),
    "inputQuantityList": (("MATCH_inputEPCClass", "MATCH_anyEPCClass"), CLASSES),
    "outputQuantityList": (("MATCH_outputEPCClass", "MATCH_anyEPCClass"), CLASSES),
}
MATCHES: Final = tuple(dict.fromkeys(name for names, _ in _LISTS.values() for name in names))
_TO_KILOGRAMS: Final = {"KGM": Decimal(1), "GRM": Decimal("0.001")}
_PARTS: Final = {
    "ILMD": "ilmd",
    "ERROR_DECLARATION": "errorDeclaration",
    "readPoint": "readPoint",
    "bizLocation": "bizLocation",
}
_STANDARD: Final = frozenset(
    {"id", "declarationTime", "reason", "correctiveEventIDs", "sensorReport", "sensorMetadata"}
)
_SAME: Final = (("12", "12.0", "1.2e1"), ("0", "-0.0"))


@dataclass(frozen=True)
class Teller:
    """Says what is true of one event.

    Attributes:
        chooser: of spellings.
        event: its members as drawn.
        is_bound: the query knows what `ex` stands for.
    """

    chooser: Chooser
    event: Members
    is_bound: bool

    @property
    def namespace(self) -> str:
        """What `ex` stands for in the event."""
        return OTHER_EX if "@context" in self.event else EX

    def truths(self) -> list[Pair]:
        """Parameters that the event passes, each alone and all together."""
        event = self.event
        own = event["eventID"]
        rare = [
            ("EQ_eventID", own.upper() if own.startswith("urn:uuid:") else own),
            ("LT_recordTime", "2099-01-01T00:00:00Z"),
        ]
        found = rare if happens(self.chooser, 20) else []
        found += [("eventType", self.term(event["type"])), ("GE_eventTime", event["eventTime"])]
        found += [("EQ_action", event["action"])] if "action" in event else []
        for name in ("bizStep", "disposition"):
            found += (
                [(f"EQ_{name}", self.term(event[name], things.URNS[name]))] if name in event else []
            )
        for name in ("readPoint", "bizLocation"):
            found += self.place(name)
        for which, words in event.get("persistentDisposition", {}).items():
            word = self.chooser.pick(words)
            found.append((f"EQ_persistentDisposition_{which}", self.term(word)))
        if "transformationID" in event:
            found.append(("EQ_transformationID", self.other(DOCUMENTS, event["transformationID"])))
        return [
            *found,
            *self.objects(),
            *self.entries(),
            *self.declared(),
            *self.extended(),
            *self.sensed(),
        ]

    def term(self, word: str, urn: str | None = None) -> str:
        """A term in some spelling that the query means it by."""
        if word.startswith("ex:"):
            whole = self.namespace + word[3:]
            own = self.namespace == EX or not self.is_bound
            return self.chooser.pick([whole, word]) if own else whole
        return self.chooser.pick([word, urn + word]) if urn and ":" not in word else word

    def other(self, known: Spellings, spelling: str) -> str:
        """A thing in any of its spellings."""
        return spell(self.chooser, known, key_of(known, spelling))

    def place(self, name: str) -> Iterator[Pair]:
        """What is true of a place of the event."""
        if name not in self.event:
            return
        key = key_of(PLACES, self.event[name]["id"])
        yield f"EQ_{name}", spell(self.chooser, PLACES, key)
        above = self.chooser.pick([one for one, below in BELOW.items() if key in below])
        yield f"WD_{name}", spell(self.chooser, PLACES, above)
        if key == SITE:
            yield f"HASATTR_{name}", self.chooser.pick(["name", "urn:epcglobal:cbv:mda#name"])
            yield f"EQATTR_{name}_name", "Vườn"

    def objects(self) -> Iterator[Pair]:
        """What is true of the objects that the event names."""
        if "parentID" in self.event:
            parent = self.other(INSTANCES, self.event["parentID"])
            yield self.chooser.pick(["MATCH_parentID", "MATCH_anyEPC"]), parent
        for member, (names, known) in _LISTS.items():
            for one in self.event.get(member, ()):
                uri = one["epcClass"] if isinstance(one, dict) else one
                name, key = self.chooser.pick(names), key_of(known, uri)
                yield name, spell(self.chooser, known, key)
                for pattern in patterns_of(key, is_class=known is CLASSES):
                    yield name, pattern
                if isinstance(one, dict) and "quantity" in one:
                    yield from self.amount(one["quantity"], one.get("uom"))

    def amount(self, quantity: str, uom: str | None) -> Iterator[Pair]:
        """What is true of a quantity."""
        digits = digits_of(quantity) or ""
        for sign in ("EQ", "GE", "LE"):
            yield f"{sign}_quantity", self.same(digits)
            if uom is not None:
                yield f"{sign}_quantity_{uom}", self.same(digits)
            if uom in _TO_KILOGRAMS:
                to = self.chooser.pick([*_TO_KILOGRAMS])
                with_all_digits = _divided(Decimal(digits) * _TO_KILOGRAMS[uom], _TO_KILOGRAMS[to])
                yield f"{sign}_quantity_{to}", with_all_digits

    def same(self, digits: str) -> str:
        """A number, perhaps written in another way."""
        return self.chooser.pick(next((one for one in _SAME if digits in one), (digits,)))

    def entries(self) -> Iterator[Pair]:
        """What is true of transactions, sources and destinations."""
        for entry in self.event.get("bizTransactionList", ()):
            if "type" in entry:
                kind = self.term(entry["type"], "urn:epcglobal:cbv:btt:")
                yield f"EQ_bizTransaction_{kind}", self.other(DOCUMENTS, entry["bizTransaction"])
        for name in ("source", "destination"):
            for entry in self.event.get(f"{name}List", ()):
                known = PLACES if entry["type"] == "location" else PARTIES
                kind = self.term(entry["type"], "urn:epcglobal:cbv:sdt:")
                yield f"EQ_{name}_{kind}", self.other(known, entry[name])

    def declared(self) -> Iterator[Pair]:
        """What is true of the error declaration."""
        declaration = self.event.get("errorDeclaration")
        if declaration is None:
            return
        yield self.chooser.pick(["EXISTS_errorDeclaration", "EXISTS_ERROR_DECLARATION"]), "true"
        yield "GE_errorDeclarationTime", declaration["declarationTime"]
        if "reason" in declaration:
            yield "EQ_errorReason", self.term(declaration["reason"], "urn:epcglobal:cbv:er:")
        for one in declaration.get("correctiveEventIDs", ()):
            yield "EQ_correctiveEventID", one

    def extended(self) -> Iterator[Pair]:
        """What is true of extensions."""
        own = {name: one for name, one in self.event.items() if ":" in name}
        yield from self.fields("", own)
        for part, member in _PARTS.items():
            members = self.event.get(member, {})
            yield from self.fields(
                f"{part}_", {name: one for name, one in members.items() if name not in _STANDARD}
            )
        for element in self.event.get("sensorElementList", ()):
            outside = {name: one for name, one in element.items() if name not in _STANDARD}
            yield from self.fields("SENSORELEMENT_", outside)
            said = [("SENSORMETADATA_", element.get("sensorMetadata", {}))]
            said += [("SENSORREPORT_", report) for report in element["sensorReport"]]
            for part, members in said:
                with_prefix = {name: one for name, one in members.items() if ":" in name}
                yield from self.fields(part, with_prefix)

    def fields(self, part: str, members: Members) -> Iterator[Pair]:
        """What is true of the extensions in one part of the event."""
        for name, one in members.items():
            yield from self.field(part, self.name(name), one)
            yield from self.inner(f"INNER_{part}", one)

    def inner(self, part: str, outer: Any) -> Iterator[Pair]:
        """What is true of what lies below an extension."""
        if isinstance(outer, list):
            for one in outer:
                yield from self.inner(part, one)
        elif isinstance(outer, dict):
            for name, one in outer.items():
                if name != "#text":
                    yield from self.field(part, self.name(name), one)
                    yield from self.inner(part, one)

    def field(self, part: str, name: str, said: Any) -> Iterator[Pair]:
        """What is true of one extension field."""
        for one in _flat(said):
            plain = one.get("#text", {}) if isinstance(one, dict) else one
            if one not in (None, "", [], {}):
                yield f"EXISTS_{part}{name}", self.chooser.pick(["", "true", "1"])
            digits = digits_of(plain)
            if digits is not None:
                sign = self.chooser.pick(["EQ", "GE", "LE"])
                yield f"{sign}_{part}{name}", self.same(digits)
            elif isinstance(plain, bool):
                yield f"EQ_{part}{name}", str(plain).lower()
            elif isinstance(plain, str):
                is_thing = plain.startswith(("urn:", "https:")) and plain not in TIMES
                yield f"EQ_{part}{name}", self.other(INSTANCES, plain) if is_thing else plain
                if plain == "12":
                    yield f"{self.chooser.pick(['GE', 'LE'])}_{part}{name}", self.same(plain)
                if plain in TIMES:
                    yield f"{self.chooser.pick(['GE', 'LE'])}_{part}{name}", plain

    def name(self, written: str) -> str:
        """The name of an extension field as a parameter may write it."""
        if written.startswith("ex:"):
            spellings = [f"{self.namespace}#{written[3:]}", self.namespace + written[3:]]
            if self.namespace == EX or not self.is_bound:
                spellings.append(written)
            return self.chooser.pick(spellings)
        if written.startswith("cbvmda:"):
            return self.chooser.pick([written, f"urn:epcglobal:cbv:mda#{written[7:]}"])
        return written

    def sensed(self) -> Iterator[Pair]:
        """What is true of what sensors reported."""
        for element in self.event.get("sensorElementList", ()):
            yield "EXISTS_sensorElementList", "true"
            for name, one in element.get("sensorMetadata", {}).items():
                if name in ("time", "startTime", "endTime"):
                    yield f"GE_{name}", one
                elif ":" not in name:
                    yield f"EQ_{name}", self.other(DEVICES, one)
            for report in element["sensorReport"]:
                yield "EQ_type", self.term(report["type"], "https://gs1.org/voc/")
                yield from self.report(report)

    def report(self, report: Members) -> Iterator[Pair]:
        """What is true of one report beside its type."""
        for name in ("microorganism", "chemicalSubstance", "uriValue"):
            if name in report:
                yield f"EQ_{name}", self.other(DEVICES, report[name])
        if "stringValue" in report:
            yield "EQ_stringValue", report["stringValue"]
        if "booleanValue" in report:
            yield "EQ_booleanValue", str(report["booleanValue"]).lower()
        if "hexBinaryValue" in report:
            yield (
                "EQ_hexBinaryValue",
                self.chooser.pick(["F0a1", "f0A1"] if report["hexBinaryValue"] != "00" else ["00"]),
            )
        for name, one in report.items():
            digits = digits_of(one) if name not in ("type", "uom") and ":" not in name else None
            if digits is not None:
                sign = self.chooser.pick(["EQ", "GE", "LE"])
                if name == "percRank":
                    yield f"{sign}_percRank", self.same(digits)
                elif "uom" in report:
                    yield f"{sign}_{name}_{report['uom']}", self.same(digits)


def _flat(said: Any) -> Iterator[Any]:
    """What a list holds, and the lists in it; or the one value."""
    if isinstance(said, list):
        for one in said:
            yield from _flat(one)
    else:
        yield said


def patterns_of(key: str, *, is_class: bool) -> Iterator[str]:
    """The patterns that an object, or a class of objects, is of."""
    if is_class:
        yield from (pattern for pattern, keys in CLASS_PATTERNS.items() if key in keys)
        return
    for pattern, starts in PATTERNS.items():
        if any(f"{key}$".startswith(start) for start in starts):
            yield pattern


def _divided(number: Decimal, by: Decimal) -> str:
    """A number divided by a power of ten, with all its digits."""
    return str(number.scaleb(-by.adjusted()))
