"""Histories written as facts, event by event, and asked for a trace; what all cases share."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.balance import balance
from epcis_core.provenance.balance_result import Balance
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.provenance.recall import recall
from epcis_core.provenance.recall_result import Recall
from epcis_core.provenance.result import Handover, Trace
from epcis_core.provenance.trace import trace

HOUR = 3_600_000_000
GRAPES = "https://id.gs1.org/01/08930001001008/10/L0"
OTHER_GRAPES = "https://id.gs1.org/01/08930001001015/10/L1"
BOXES = "https://id.gs1.org/01/08930001001022/10/L2"
JUICE = "https://id.gs1.org/01/08930001001039/10/L3"
ITEM = "https://id.gs1.org/01/08930001001039/21/S1"
SISTER = "https://id.gs1.org/01/08930001001039/21/S2"
CRATE = "https://id.gs1.org/8003/08930001001046CRATE1"
PALLET = "https://id.gs1.org/00/189300010000000015"
FARM, PACKER, SHOP, TRUCK = (f"https://id.gs1.org/417/89300010{n:05d}" for n in (18, 25, 32, 49))
FIELD, SHED, COUNTER = (party.replace("/417/", "/414/") for party in (FARM, PACKER, SHOP))


class Book:
    """Master data that say whose places are, and nothing else."""

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners

    def party(self, _: str) -> Mapping[str, Any]:
        return {}

    def place(self, _: str) -> Mapping[str, Any]:
        return {}

    def product(self, _: str) -> Mapping[str, Any]:
        return {}

    def owners(self) -> Mapping[str, str]:
        return self._owners


class World:
    """Writes events one after the other."""

    def __init__(self) -> None:
        self.events: list[EventFacts] = []

    def _add(self, kind: str, hour: float, named: list[Named], **more: Any) -> EventFacts:
        sequence = len(self.events)
        fields: dict[str, Any] = {
            "action": None,
            "biz_step": None,
            "disposition": None,
            "read_point": None,
            "biz_location": None,
            "transformation_id": None,
            "transactions": (),
            "sources": (),
            "destinations": (),
            "memberships": (),
            "attributes": (),
            "organisation": "",
        }
        facts = EventFacts(
            sequence=sequence,
            event_id=more.pop("event_id", f"urn:event:{sequence}"),
            type=kind,
            time=int(hour * HOUR),
            offset="+07:00",
            named=tuple(named),
            **{**fields, **more},
        )
        self.events.append(facts)
        return facts

    def begin(self, hour: float, *objects: str, at: str = FIELD, **more: Any) -> EventFacts:
        """Objects come into being, 100 kg of each."""
        named = [Named(one, Role.EPC, "100", "KGM") for one in objects]
        return self._add(
            "ObjectEvent",
            hour,
            named,
            action="ADD",
            biz_step="commissioning",
            read_point=at,
            **more,
        )

    def see(
        self, hour: float, *objects: str, step: str, at: str | None = None, **more: Any
    ) -> EventFacts:
        """An event about 10 kg of each object, or about the amounts named."""
        named = [Named(one, Role.EPC, "10", "KGM") for one in objects]
        named += more.pop("named", [])
        fields: dict[str, Any] = {"action": "OBSERVE", "biz_step": step, "read_point": at}
        return self._add("ObjectEvent", hour, named, **{**fields, **more})

    def transform(
        self, hour: float, inputs: list[str], outputs: list[str], **more: Any
    ) -> EventFacts:
        named = [Named(one, Role.INPUT, "10", "KGM") for one in inputs]
        named += [Named(one, Role.OUTPUT, "10", "KGM") for one in outputs]
        return self._add(
            "TransformationEvent", hour, named, read_point=more.pop("at", SHED), **more
        )

    def pack(
        self, hour: float, container: str, *contents: str, action: str = "ADD", **more: Any
    ) -> EventFacts:
        named = [Named(container, Role.PARENT)]
        named += [Named(one, Role.CHILD, "10", "KGM") for one in contents]
        fields: dict[str, Any] = {"action": action, "read_point": SHED}
        return self._add("AggregationEvent", hour, named, **{**fields, **more})

    def take_out(self, hour: float, container: str, *amounts: Named) -> EventFacts:
        """Amounts are taken out of a container."""
        named = [Named(container, Role.PARENT), *amounts]
        return self._add("AggregationEvent", hour, named, action="DELETE", read_point=SHED)

    def attach(self, hour: float, to: str, *things: str, action: str = "ADD") -> EventFacts:
        """Things are attached to another, or taken off."""
        named = [Named(to, Role.PARENT), *(Named(one, Role.CHILD) for one in things)]
        return self._add("AssociationEvent", hour, named, action=action, read_point=SHED)

    def arriving(self, events: Iterable[EventFacts]) -> "World":
        """The same history with its events captured in another order."""
        other = World()
        other.events = [replace(facts, sequence=n) for n, facts in enumerate(events)]
        return other

    def trace(self, subject: str, *, book: Book | None = None, **options: Any) -> Trace:
        return trace(EventList(self.events), book or Book({}), subject, **options)

    def balance(self, subject: str, *, book: Book | None = None) -> Balance:
        return balance(EventList(self.events), book or Book({}), subject)

    def recall(self, *subjects: str, book: Book | None = None) -> Recall:
        return recall(EventList(self.events), book or Book({}), list(subjects))

    def ship(self, hour: float, giver: str, taker: str, *objects: str, **more: Any) -> EventFacts:
        """A giving step at the giver's, by the owners."""
        return self._moves(hour, giver, taker, objects, more, step="shipping", at=giver)

    def receive(
        self, hour: float, giver: str, taker: str, *objects: str, **more: Any
    ) -> EventFacts:
        """A taking step at the taker's, by the owners."""
        return self._moves(hour, giver, taker, objects, more, step="receiving", at=taker)

    def _moves(
        self,
        hour: float,
        giver: str,
        taker: str,
        objects: tuple[str, ...],
        more: dict[str, Any],
        **where: str,
    ) -> EventFacts:
        fields: dict[str, Any] = {
            "step": where["step"],
            "at": where["at"].replace("/417/", "/414/"),
            "sources": (f"owning_party {giver}",),
            "destinations": (f"owning_party {taker}",),
        }
        return self.see(hour, *objects, **{**fields, **more})

    def declare(self, original: EventFacts, **more: Any) -> EventFacts:
        """An error declaration about an event."""
        facts = replace(
            original,
            sequence=len(self.events),
            retracts=True,
            **{"reason": "incorrect_data", **more},
        )
        self.events.append(facts)
        return facts


def roles(answer: Trace) -> dict[str, str]:
    return {one.id: one.role for one in answer.objects}


def gap_codes(answer: Trace) -> list[str]:
    return [gap.code for gap in answer.gaps]


def inside(answer: Trace) -> list[tuple[str, str, str | None, str | None, bool]]:
    """Stays of an answer: content, container, from, until, disputed."""
    return [
        (link.from_, link.to, link.time, link.until, link.disputed)
        for link in answer.links
        if link.kind == "containment"
    ]


def hour(number: float) -> str:
    """An hour of a history as answers write it."""
    return utc_text(int(number * HOUR))


def told(handover: Handover) -> tuple[str | None, str | None, str]:
    return handover.from_party, handover.to_party, handover.confirmed
