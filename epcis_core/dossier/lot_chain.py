"""Which events and objects of a trace belong to the records of its subject.

The subject, what it was made of, and the items of a lot or the lot of an item. Of what it was made
of, what happened after the last of it went in is no matter of the subject; nor is what came of the
subject.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from epcis_core.dossier.material import Material, Recorded
from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical, parse_identifier
from epcis_core.provenance.result import Link, Trace, Visit
from epcis_core.rules.profiles import Moment
from epcis_core.rules.seen_event import PRODUCT, Subject, Told

_GOODS: Final = frozenset({"lot", "instance", "other"})


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the records.

    Attributes:
        event: its id.
        time: UTC text.
        place: canonical; None where it is not known.
        party: who did it; None where it is not known.
        holder: the same; where it is not known, who did the last thing with the goods before.
        giver: who handed the goods over, where it was a receipt; else None.
        objects: the goods that it is about, and the container in which each was; None for none.
        disputed: the records make it likely but do not prove it.
    """

    event: str
    time: str
    place: str | None
    party: str | None
    holder: str | None
    giver: str | None
    biz_step: str | None
    objects: dict[str, str | None]
    disputed: bool
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods that an event is about.

    Attributes:
        key: canonical.
        subject: them, as the event names them.
        packed: of goods in a container, the event that tells what was packed in it.
    """

    key: str
    subject: Subject
    packed: str | None = None


class LotChain:
    """The records of one lot.

    Args:
        material: what is known of it.
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        self._trace = trace = material.trace
        self._kin = _kin(trace)
        self.own = frozenset({trace.subject, *self._kin[trace.subject]})
        kinds = {one.id: one.kind for one in trace.objects}
        self.chain = self.own | {
            one.id
            for one in trace.objects
            if one.role in {"upstream", "both"} and kinds[one.id] in _GOODS
        }
        self.is_truncated = trace.truncated

    @cached_property
    def happenings(self) -> tuple[Happening, ...]:
        """The events, by time, then id."""
        until = self._until()
        visits: dict[str, list[Visit]] = defaultdict(list)
        for visit in self._trace.visits:
            last = until.get(visit.object)
            if visit.object in self.chain and (last is None or visit.time <= last):
                visits[visit.event].append(visit)
        givers = {one.received: one.from_party for one in self._trace.handovers if one.received}
        holders: dict[str, str | None] = {}
        return tuple(
            self._happening(event, its, givers.get(event), holders)
            for event, its in visits.items()
            if event in self._material.events
        )

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The objects of the chain that were made of nothing that is known, by id."""
        made = {link.to for link in self._trace.links if link.kind == "transformation"}
        items = {
            link.from_
            for link in self._trace.links
            if link.kind == "membership" and link.to in self.chain
        }
        return tuple(
            sorted(
                one
                for one in self.chain
                if one not in items and made.isdisjoint({one, *self._kin[one]})
            )
        )

    def kin(self, one: str) -> frozenset[str]:
        """Return an object with its lot, or with its items, as far as they are of the chain."""
        return frozenset({one, *self._kin[one]}) & self.chain

    def goods(self, moment: Moment, happening: Happening) -> list[Goods]:
        """Return the goods of a happening that a moment means.

        What went in under a number without a lot is among them: it cannot be traced, and is missed.
        """
        seen = happening.recorded.seen
        scope = self.own if moment.scope == "lot" else self.chain
        found = []
        for subject in (*seen.objects(moment), *seen.assets(moment)):
            key = canonical_of(str(subject.name))
            told = {fact.way for fact in subject.facts}
            if key in scope or (moment.objects == "used" and "lot_or_serial" not in told):
                found.append(Goods(key, subject))
        if moment.objects == "named":
            named = {one.key for one in found}
            found += [
                self._inside(one, container)
                for one, container in happening.objects.items()
                if container is not None and one in scope and one not in named
            ]
        return found

    def _happening(
        self, event: str, visits: list[Visit], giver: str | None, holders: dict[str, str | None]
    ) -> Happening:
        """Return what happened; `holders` has who did the last thing with which goods."""
        first, recorded = visits[0], self._material.events[event]
        objects = dict.fromkeys(visit.object for visit in visits if visit.inside is None)
        inside = {v.object: v.inside for v in visits if v.object not in objects}
        # A trace takes the other side where an event names no more; here who sent it is nearer.
        party = first.party or recorded.recorded_by
        if not recorded.seen.names_who_did_it:
            party = recorded.recorded_by or party
        holder = party or next((held for v in visits if (held := holders.get(v.object))), None)
        holders |= dict.fromkeys((visit.object for visit in visits), holder)
        return Happening(
            event=event,
            time=first.time,
            place=first.place,
            party=party,
            holder=holder,
            giver=giver,
            biz_step=first.biz_step,
            objects={**objects, **inside},
            disputed=all(visit.disputed for visit in visits),
            recorded=recorded,
        )

    def _until(self) -> dict[str, str]:
        """Return when the last of what the subject was made of went into it."""
        until: dict[str, str] = {}
        for link in self._trace.links:
            time = link.input_time or link.time
            ends = link.from_ in self.chain and link.from_ not in self.own and link.to in self.chain
            if link.kind == "transformation" and ends and time:
                for one in self.kin(link.from_):
                    until[one] = max(until.get(one, ""), time)
        return until

    @cached_property
    def _packed(self) -> dict[tuple[str, str], Link]:
        """Content and container to the last link between them."""
        return {(link.from_, link.to): link for link in self._trace.links}

    def _inside(self, one: str, container: str) -> Goods:
        """Return goods that an event means by the container they were in."""
        packed = self._packed.get((one, container))
        amount, event = (packed.quantity, packed.event) if packed else (None, None)
        try:
            parsed = parse_identifier(one)
        except IdentifierError:
            parsed = None
        serial, lot = (parsed.serial, parsed.lot) if parsed is not None else (None, None)
        gtin = None if parsed is None else parsed.gtin
        quantity = None if amount is None else " ".join(filter(None, (amount.value, amount.uom)))
        told = {
            "quantity": "1" if serial else quantity,
            "gtin": gtin,
            "lot_or_serial": serial or lot,
        }
        facts = tuple(Told(way, value, "") for way, value in told.items() if value)
        key = None if gtin is None else PRODUCT + gtin
        return Goods(one, Subject(one, "", key, None, facts), event)


def canonical_of(uri: str) -> str:
    """Return the canonical spelling of an identifier; a text that is none as it is."""
    try:
        key: str = canonical(uri)
    except IdentifierError:
        return uri
    return key


def product_of(one: str) -> str:
    """Return the key of the product that an object is of; its own where it has no GTIN."""
    try:
        gtin = parse_identifier(one).gtin
    except IdentifierError:
        return one
    return one if gtin is None else PRODUCT + gtin


def _kin(trace: Trace) -> dict[str, set[str]]:
    """Return object to its lots, and to its items."""
    found: dict[str, set[str]] = defaultdict(set)
    for link in trace.links:
        if link.kind == "membership":
            _join(found, (link.from_, link.to))
    return found


def _join(found: dict[str, set[str]], pair: Iterable[str]) -> None:
    one, other = pair
    found[one].add(other)
    found[other].add(one)
