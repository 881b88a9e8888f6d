"""Random stories: events of every type that six parties send, and whom each event names.

What parties send is about few things that they share, so that records of one bear on those of
another wherever they may. What of a story a party may see stands in `tests.visibility.foreseen`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.visibility.parties import ENDS, PARTIES, PLACES, Owners, Party, Told
from tests.world.chance import Chooser, happens, some

Members = dict[str, Any]

GRAPES: Final = "https://id.gs1.org/01/08936011001014"
BOXES: Final = "https://id.gs1.org/01/08936022001010"
JUICE: Final = "https://id.gs1.org/01/08936044001012"
LOTS: Final = (f"{GRAPES}/10/L1", f"{GRAPES}/10/L2", f"{BOXES}/10/B1", f"{JUICE}/10/J1")
ITEMS: Final = (f"{BOXES}/21/1", f"{BOXES}/10/B1/21/2", f"{JUICE}/21/3")
PALLETS: Final = (
    "https://id.gs1.org/00/089360220000000013",
    "https://id.gs1.org/00/089360220000000020",
    "https://id.gs1.org/00/089360440000000015",
)
DOCUMENTS: Final = ("urn:x:order:1", "urn:x:invoice:2")
MAKINGS: Final = ("urn:x:making:1", "https://id.gs1.org/414/8936022007777/254/press")
CERTIFICATES: Final = ("https://certificates.example/1", "urn:x:certificate:2")
STEPS: Final = ("commissioning", "packing", "shipping", "receiving", "storing", "retail_selling")
DISPOSITIONS: Final = ("active", "in_transit", "in_progress", "recalled")
THINGS: Final = (*LOTS, *ITEMS, *PALLETS, GRAPES)
UNITS: Final = ("KGM", "CA")
SITE: Final = "urn:epc:id:sgln:8936022.00777.0"
"""A place of which parties say that others are parts of it."""

_TYPES: Final = (
    *("ObjectEvent", "ObjectEvent", "AggregationEvent", "TransformationEvent"),
    *("TransactionEvent", "AssociationEvent"),
)
_KINDS: Final = ("owning_party", "possessing_party")
START: Final = 1_735_700_000_000_000
"""When the first document of a story comes, early in 2025: microseconds since 1970 UTC."""

HOUR: Final = 3_600_000_000


@dataclass(frozen=True)
class Sending:
    """One document.

    Attributes:
        sender: who sends it.
        events: in it.
        elements: its master data.
        proceed: what has no errors stays where others have some.
        breaks: the positions of events that are none, as their time is missing.
    """

    sender: Party
    events: tuple[Told, ...]
    elements: tuple[Members, ...] = ()
    proceed: bool = False
    breaks: frozenset[int] = frozenset()

    def document(self) -> bytes:
        """Its bytes."""
        listed = [
            {k: v for k, v in told.members.items() if n not in self.breaks or k != "eventTime"}
            for n, told in enumerate(self.events)
        ]
        members: Members = {
            "@context": [
                "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                {"ex": "https://ns.example.com/"},
            ],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2025-03-04T08:00:00+07:00",
        }
        if self.elements:
            vocabulary = {
                "type": "urn:epcglobal:epcis:vtype:Location",
                "vocabularyElementList": [*self.elements],
            }
            members["epcisHeader"] = {"epcisMasterData": {"vocabularyList": [vocabulary]}}
        return json.dumps(members | {"epcisBody": {"eventList": listed}}).encode()


def story(chooser: Chooser, *, most: int = 14) -> list[Sending]:
    """What some parties send, in the order in which it comes."""
    teller = _Teller(chooser)
    return [teller.sending() for _ in range(chooser.number(3, most))]


@dataclass
class _Teller:
    """Tells a story, and remembers what was told."""

    chooser: Chooser
    told: list[tuple[Party | None, Told]] = field(default_factory=list)
    number: int = 0

    def sending(self) -> Sending:
        """One document of some events, new ones and such as were told before."""
        chooser = self.chooser
        sender = chooser.pick(PARTIES)
        events = [self._event(sender) for _ in range(chooser.number(1, 4))]
        breaks = {chooser.number(0, len(events) - 1)} if happens(chooser, 10) else set[int]()
        # Of a document that may be rejected nobody is sure that it is theirs.
        is_sound = not breaks and not any("ex:differs" in one.members for one in events)
        self.told += [
            (sender if is_sound else None, one)
            for n, one in enumerate(events)
            if n not in breaks and all(one is not known for _, known in self.told)
        ]
        elements: list[Members] = []
        if happens(chooser, 40):
            places = some(chooser, [*PLACES], most=2)
            elements = [_described(one, sender, len(self.told)) for one in places]
            if happens(chooser, 60):
                parts = some(chooser, [one for one in PLACES if one != SITE], most=4)
                whole = _described(SITE, sender, len(self.told))
                elements = [*(one for one in elements if one["id"] != SITE), whole]
                whole["children"] = parts
        return Sending(
            sender, tuple(events), tuple(elements), happens(chooser, 50), frozenset(breaks)
        )

    def _event(self, sender: Party) -> Told:
        chooser = self.chooser
        if self.told and happens(chooser, 30):
            author, before = chooser.pick(self.told)
            has_id = "eventID" in before.members
            if has_id and happens(chooser, 50):
                return self._declared(before)
            if author is sender and has_id and happens(chooser, 30):
                return replace(before, members={**before.members, "ex:differs": "yes"})
            return before
        return self._new()

    def _new(self) -> Told:
        self.number += 1
        chooser, number = self.chooser, self.number
        hour = chooser.number(0, 99)
        when = f"2025-02-{1 + hour // 24:02d}T{hour % 24:02d}:{number // 60:02d}:{number % 60:02d}"
        members: Members = {
            "type": chooser.pick(_TYPES),
            "eventTime": f"{when}+07:00",
            "eventTimeZoneOffset": "+07:00",
        }
        if happens(chooser, 75):
            members["eventID"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
        members |= self._what(members["type"])
        where, named = self._where()
        # The document of a transaction event is its own.
        return Told({**where, **members}, named)

    def _declared(self, before: Told) -> Told:
        """An error declaration about an event; sometimes it names nobody any more."""
        chooser = self.chooser
        reason = chooser.pick(["did_not_occur", "incorrect_data"])
        declaration = {"declarationTime": "2025-03-01T00:00:00Z", "reason": reason}
        members = {**before.members, "errorDeclaration": declaration}
        if happens(chooser, 70):
            return Told(members, before.named)
        silent = ("sourceList", "destinationList", "readPoint", "bizLocation")
        return Told({k: v for k, v in members.items() if k not in silent})

    def _what(self, kind: str) -> Members:
        """What an event is about."""
        chooser = self.chooser
        action = chooser.pick(["ADD", "OBSERVE", "DELETE"])
        if kind == "TransformationEvent":
            found: Members = {
                "inputQuantityList": self._amounts(LOTS),
                "outputQuantityList": self._amounts(LOTS),
            }
            if happens(chooser, 30):
                found["transformationID"] = chooser.pick(MAKINGS)
            return found
        found = {"action": action}
        if kind == "ObjectEvent":
            found["epcList"] = some(chooser, [*ITEMS, *PALLETS], most=2)
            found["quantityList"] = self._amounts(LOTS)
            if action == "ADD" and happens(chooser, 50):
                found["ilmd"] = {"ex:lot": chooser.pick(LOTS), "ex:note": f"n{self.number}"}
            return found
        if kind == "TransactionEvent":
            found["epcList"] = some(chooser, [*ITEMS, *PALLETS], most=2)
            return found | {"bizTransactionList": self._documents()}
        found["parentID"] = chooser.pick(PALLETS)
        found["childEPCs"] = some(chooser, ITEMS, most=2)
        return found | {"childQuantityList": self._amounts(LOTS)}

    def _amounts(self, options: Sequence[str]) -> list[Members]:
        chooser = self.chooser
        return [
            {"epcClass": one, "quantity": chooser.number(1, 90), "uom": chooser.pick(UNITS)}
            for one in some(chooser, options, most=2)
        ]

    def _where(self) -> tuple[Members, Owners]:
        """Where it happened, and between whom, with whoever that names."""
        found, named = self._ends()
        for name in ("readPoint", "bizLocation"):
            if happens(self.chooser, 35):
                place = self.chooser.pick([*PLACES])
                found[name] = {"id": place}
                named |= PLACES[place]
        return {**found, **self._beside()}, named

    def _ends(self) -> tuple[Members, Owners]:
        chooser = self.chooser
        found: Members = {}
        named: Owners = frozenset()
        for name in ("source", "destination"):
            if happens(chooser, 35):
                is_place = happens(chooser, 25)
                known = PLACES if is_place else ENDS
                one = chooser.pick([*known])
                kind = "location" if is_place else chooser.pick(_KINDS)
                found[f"{name}List"] = [{"type": kind, name: one}]
                named |= known[one]
        return found, named

    def _beside(self) -> Members:
        """What else an event says, which names nobody."""
        chooser = self.chooser
        report = {"type": "Temperature", "value": chooser.number(-5, 30), "uom": "CEL"}
        said: tuple[tuple[str, int, Any], ...] = (
            ("bizStep", 80, chooser.pick(STEPS)),
            ("disposition", 40, chooser.pick(DISPOSITIONS)),
            ("bizTransactionList", 20, self._documents()),
            ("certificationInfo", 20, chooser.pick(CERTIFICATES)),
            ("sensorElementList", 20, [{"sensorReport": [report]}]),
            ("ex:about", 30, chooser.pick(THINGS)),
        )
        return {name: value for name, percent, value in said if happens(chooser, percent)}

    def _documents(self) -> list[Members]:
        return [{"type": "po", "bizTransaction": self.chooser.pick(DOCUMENTS)}]


def _described(place: str, sender: Party, number: int) -> Members:
    said = {"name": f"{sender.name} {number}", "latitude": "10.5", "longitude": "106.7"}
    return {
        "id": place,
        "attributes": [
            {"id": f"urn:epcglobal:cbv:mda:{name}", "attribute": value}
            for name, value in said.items()
        ],
    }
