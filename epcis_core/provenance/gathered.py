"""The facts of one answer: gathered level by level, each asked for once, what was withdrawn apart.

An error declaration counts whichever arrived first, and only from the organisation that captured
the original. `did_not_occur`, or a corrective event that is here, takes the original out; else the
original stays and is disputed. A declaration is no event of its own, except where its original
never arrived: then it is all that is known of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from epcis_core.provenance.evidence import Evidence, in_time
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of


class Gathered:
    """Facts gathered from evidence.

    Args:
        evidence: what may count.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._events: dict[int, EventFacts] = {}
        self._judged: set[str] = set()
        self._withdrawn: dict[str, EventFacts] = {}
        self._disputed: dict[str, EventFacts] = {}
        self._by_object: dict[str, list[EventFacts]] = {}
        self._withdrawn_of: dict[str, list[EventFacts]] = {}
        self._by_transformation: dict[str, list[EventFacts]] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._lots: dict[str, tuple[str, ...]] = {}

    def events(self) -> list[EventFacts]:
        """Return every event gathered so far that stands, by time, then id."""
        return sorted(self._events.values(), key=in_time)

    def load(self, objects: Iterable[str]) -> None:
        """Gather the events that name any of the objects."""
        asked = {one for one in objects if one not in self._by_object}
        if not asked:
            return
        events = self._evidence.naming(asked)
        found: dict[str, list[EventFacts]] = {one: [] for one in asked}
        gone: dict[str, list[EventFacts]] = {one: [] for one in asked}
        standing = {facts.sequence for facts in self._standing(events)}
        for facts in events:
            stands = facts.sequence in standing
            if not stands and not self._is_withdrawn(facts):
                continue
            for one in {named.object for named in facts.named} & asked:
                (found if stands else gone)[one].append(self._events.get(facts.sequence, facts))
        for one in asked:
            self._by_object[one] = sorted(found[one], key=in_time)
            self._withdrawn_of[one] = sorted(gone[one], key=in_time)

    def naming(self, one: str) -> list[EventFacts]:
        """Return the standing events that name an object, by time, then id."""
        if one not in self._by_object:
            self.load([one])
        return self._by_object[one]

    def is_disputed(self, facts: EventFacts) -> bool:
        """Tell whether an event was declared wrong without being taken out."""
        return facts.event_id in self._disputed

    def retracted(self, objects: Iterable[str]) -> list[EventFacts]:
        """Return the events about any of the objects that were declared wrong, by time."""
        self.load(wanted := set(objects))
        found = {f.event_id: f for one in wanted for f in self._withdrawn_of[one]}
        for facts in self._disputed.values():
            if any(named.object in wanted for named in facts.named):
                found[facts.event_id] = facts
        return sorted(found.values(), key=in_time)

    def load_transformations(self, ids: Iterable[str | None]) -> None:
        """Gather the events that make up the transformations."""
        asked = {one for one in ids if one is not None and one not in self._by_transformation}
        if not asked:
            return
        found: dict[str, list[EventFacts]] = {one: [] for one in asked}
        for facts in self._standing(self._evidence.transforming(asked)):
            found[facts.transformation_id or ""].append(facts)
        self._by_transformation.update(
            {one: sorted(events, key=in_time) for one, events in found.items()}
        )

    def transformation(self, facts: EventFacts) -> list[EventFacts]:
        """Return the events that make up the transformation an event belongs to."""
        if facts.transformation_id is None:
            return [facts]
        self.load_transformations([facts.transformation_id])
        return self._by_transformation[facts.transformation_id]

    def load_sites(self, spans: Collection[tuple[str, int, int]]) -> list[EventFacts]:
        """Return the standing events at sites within spans of time; see `Evidence.at_sites`."""
        return self._standing(self._evidence.at_sites(spans)) if spans else []

    def load_kin(self, objects: Iterable[str]) -> None:
        """Gather the members of lots, the lots of instances, and the events that name either."""
        asked = {one for one in objects if kind_of(one) == "lot" and one not in self._members}
        instances = {one for one in objects if kind_of(one) == "instance"}
        self.load(instances)
        members: dict[str, set[str]] = defaultdict(set)
        if asked:
            for member, lot in self._evidence.members(asked):
                members[lot].add(member)
        self.load(
            {one for found in members.values() for one in found}
            | {lot for one in instances for lot in self.lots(one)}
        )
        for lot in asked:
            # What only a withdrawn event says of a membership does not count.
            self._members[lot] = tuple(sorted(one for one in members[lot] if lot in self.lots(one)))

    def members(self, lot: str) -> tuple[str, ...]:
        """Return the known instances of a lot."""
        if lot not in self._members:
            if kind_of(lot) != "lot":
                return ()
            self.load_kin([lot])
        return self._members[lot]

    def lots(self, instance: str) -> tuple[str, ...]:
        """Return the lots an instance belongs to, as the events that name it say."""
        if instance not in self._lots:
            if kind_of(instance) != "instance":
                return ()
            found = {lot for facts in self.naming(instance) for lot in facts.lots_of(instance)}
            self._lots[instance] = tuple(sorted(found))
        return self._lots[instance]

    def _standing(self, events: Sequence[EventFacts]) -> list[EventFacts]:
        """Judge events that evidence gave, keep those that stand, and return these."""
        fresh = [facts for facts in events if facts.event_id not in self._judged]
        if fresh:
            self._judge(fresh)
        for facts in events:
            if facts.event_id in self._withdrawn or facts.sequence in self._events:
                continue
            known = self._disputed.get(facts.event_id)
            if not facts.retracts or (known is not None and known.sequence == facts.sequence):
                self._events[facts.sequence] = facts
        return [self._events[f.sequence] for f in events if f.sequence in self._events]

    def _is_withdrawn(self, facts: EventFacts) -> bool:
        known = self._withdrawn.get(facts.event_id)
        return known is not None and known.sequence == facts.sequence

    def _judge(self, events: Sequence[EventFacts]) -> None:
        """Decide which events were taken back, and which are in dispute."""
        ids = {facts.event_id for facts in events}
        declarations = defaultdict(list)
        for facts in self._evidence.declaring(ids):
            declarations[facts.event_id].append(facts)
        self._judged |= ids
        if not declarations:
            return
        originals = {facts.event_id: facts for facts in events if not facts.retracts}
        corrective = {one for its in declarations.values() for d in its for one in d.corrective}
        present = set(
            self._evidence.recorded(corrective | (declarations.keys() - originals.keys()))
        )
        for one, its in declarations.items():
            if one not in originals and one in present:
                self._judged.discard(one)  # the original says nothing of the objects asked for
                continue
            subject = originals.get(one, its[0])
            counting = [d for d in its if d.organisation == subject.organisation]
            if any(d.reason == "did_not_occur" or present & {*d.corrective} for d in counting):
                self._withdrawn[one] = subject
            elif counting:
                self._disputed[one] = subject
