"""What the ledger should answer: the physical truth, as far as anybody reported it.

Everything here is read off the world: colours, stays, shipments. No event is looked at, except for
the name under which an act was told, and whether it was.
"""

from dataclasses import dataclass, field

from tests.world.acts import Commission, Load, Party, Receive, Remove, Ship, Transform, moment
from tests.world.answers import Answer, Lines
from tests.world.dyes import Link
from tests.world.keys import Key
from tests.world.physics import World
from tests.world.recorded import RecordedStay, recorded_stays
from tests.world.reporters import Telling


@dataclass(slots=True)
class Truth:
    """The true answer for one subject.

    Attributes:
        up: labels whose colour the subject shows, with the least number of links between.
        down: labels that show the subject's colour, likewise.
    """

    world: World
    telling: Telling
    subject: Key
    lines: Lines = field(default_factory=Lines)
    up: dict[Key, int] = field(init=False)
    down: dict[Key, int] = field(init=False)

    def __post_init__(self) -> None:
        dyes = self.world.dyes
        self.up = dyes.colours(self.subject)
        shown = {label: dyes.colours(label) for label in dyes.labels}
        self.down = {
            label: colours[self.subject]
            for label, colours in shown.items()
            if self.subject in colours
        }

    def answer(self) -> Answer:
        """Put the whole answer together."""
        related = {self.subject, *self.up, *self.down}
        self._objects(related)
        self._links()
        self._stays(related)
        self._handovers(related)
        self._one_step()
        self._mistakes(related)
        self._made_twice(related)
        return self.lines.answer()

    def _event(self, act: int | None) -> str | None:
        report = None if act is None else self.telling.of(act)
        return None if report is None else report.name

    def _objects(self, related: set[Key]) -> None:
        for label in related:
            steps = [side[label] for side in (self.up, self.down) if label in side]
            role = "both" if len(steps) > 1 else "upstream" if label in self.up else "downstream"
            if label == self.subject:
                role, steps = "subject", [0]
            kind = "instance" if label.is_item else "lot"
            self.lines.object(label.path, kind, role, min(steps), disputed=False)

    def _links(self) -> None:
        along = self.world.dyes.along()
        behind = self.world.dyes.trail(self.subject)
        ahead = {link for link, colours in along.items() if self.subject in colours}
        for link in behind | ahead:
            events = self._event(link.used), self._event(link.made)
            kind = "membership" if link.made is None else "transformation"
            self.lines.link(kind, (link.source.path, link.target.path), events)
        shown = {(link.source, link.target, link.made) for link in behind | ahead}
        for link in (self.world.dyes.carried.keys() | self._too_late()) - behind - ahead:
            # Of two fillings of a vat one may count and one may be too late: that is no exclusion.
            known = (link.source, link.target, link.made) in shown
            is_late = (link.used or 0) > (link.made or 0)
            behind_it = {self.subject, *self.up} if is_late else self.up
            ahead_of_it = {self.subject, *self.down} if is_late else self.down
            if not known and (link.target in behind_it or link.source in ahead_of_it):
                event = self._event(link.made)
                self.lines.excluded(link.source.path, link.target.path, event or "")

    def _too_late(self) -> set[Link]:
        """Return what was filled into a vat after something was drawn from it, as if it were in."""
        runs = [act for act in self.world.acts if isinstance(act, Transform) and act.run]
        return {
            Link(filled.label, drawn.label, later.number, act.number)
            for act in runs
            for later in runs
            if later.run == act.run and later.number > act.number
            for drawn in act.made
            for filled in (*later.used, *later.poured)
            if filled.label != drawn.label
        }

    def _stays(self, related: set[Key]) -> None:
        """Show each stay of a related label, and of the containers around it while it was there."""
        shown: dict[RecordedStay, None] = {}
        stays = recorded_stays(self.world, self.telling)
        spans = [(label, -1, len(self.world.acts)) for label in related]
        while spans:
            child, start, end = spans.pop()
            for stay in stays:
                last = len(self.world.acts) if stay.closed is None else stay.closed
                if stay.child != child or last < start or end < stay.opened:
                    continue
                spans.append((stay.parent, max(start, stay.opened), min(end, last)))
                shown[stay] = None
        unclosed: dict[tuple[int, int], set[str]] = {}
        for stay in shown:
            until = None if stay.closed is None else moment(self.world.act(stay.closed).at)
            ends = stay.child.path, stay.parent.path
            self.lines.link("containment", ends, (None, self._event(stay.opened)), until=until)
            self.lines.object(stay.parent.path, "container", "carrier", None, disputed=False)
            if stay.unclosed and stay.closed is not None:
                unclosed.setdefault((stay.opened, stay.closed), set()).add(stay.child.path)
        for acts, paths in unclosed.items():
            events = [self._event(act) or "" for act in acts]
            self.lines.gap("unclosed_packing", paths, events)

    def _handovers(self, related: set[Key]) -> None:
        confirmed = 0
        handed = 0
        for ship, receive, cargo in handings(self.world):
            moved = [load for load in cargo if load.label in related]
            if not moved or ship.site.party == ship.to.party:
                continue
            shipped = self._event(ship.number)
            received = None if receive is None else self._event(receive.number)
            if shipped is None and received is None:
                continue  # it is under way, and who sent it says nothing
            handed += 1
            confirmed += shipped is not None and received is not None
            labels = {load.label.path for load in moved}
            self.lines.handover(
                labels,
                {load.boxes[0].path for load in moved if load.boxes},
                (ship.site.party.key.path, ship.to.party.key.path),
                (shipped, received),
            )
            self._handover_gap(labels, ship, receive)
        for sale in self._sales():
            labels = {amount.label.path for amount in sale.goods if amount.label in related}
            if labels:
                ends = sale.site.party.key.path, None
                self.lines.handover(labels, (), ends, (self._event(sale.number), None))
        self.lines.coverage(handed, confirmed)

    def _handover_gap(self, labels: set[str], ship: Ship, receive: Receive | None) -> None:
        """Say what is missing of a handover, or that its receipt seems to be the earlier."""
        shipped = self.telling.of(ship.number)
        received = None if receive is None else self.telling.of(receive.number)
        if shipped and received:
            if received.time < shipped.time:
                self.lines.gap("time_reversed", labels, [shipped.name, received.name])
        elif shipped:
            self.lines.gap("shipped_not_received", labels, [shipped.name])
        elif received:
            self.lines.gap("received_not_shipped", labels, [received.name])

    def _mistakes(self, related: set[Key]) -> None:
        """List what was reported and never happened."""
        for report in self.telling.reports:
            if report.declared and isinstance(report.act, Transform):
                named = {amount.label for amount in (*report.act.used, *report.act.made)}
                if named & related:
                    self.lines.retracted(report.name)
                    paths = {label.path for label in named & related}
                    self.lines.gap("retracted", paths, [report.name])

    def _made_twice(self, related: set[Key]) -> None:
        """List the lots that were made at two sites; to the records they are one all the same."""
        for label in related:
            makings = [
                act
                for act in self.world.acts
                if isinstance(act, Commission | Transform)
                and label in {amount.label for amount in act.made}
                and not (isinstance(act, Transform) and label in {a.label for a in act.used})
            ]
            sites = {act.site.key.path.partition("/254/")[0] for act in makings}
            if len(sites) > 1:
                events = [self._event(act.number) or "" for act in makings]
                self.lines.gap("made_twice", {label.path}, events)

    def _sales(self) -> list[Remove]:
        """Return the sales to consumers, which nobody has to receive."""
        return [act for act in self.world.acts if isinstance(act, Remove) and act.sold]

    def _is_subject(self, label: Key) -> bool:
        """Tell whether what happens to a label happens to the subject: to it, or to its lot."""
        return self.subject in {label, self.world.dyes.lots.get(label)}

    def _sold(self) -> None:
        """Show what the seller of the subject gave to consumers."""
        for sale in self._sales():
            if any(self._is_subject(amount.label) for amount in sale.goods):
                seller = sale.site.party.key.path
                self.lines.step(seller, "forward", None, {self.subject.path})

    def _one_step(self) -> None:
        dyes = self.world.dyes
        back: dict[Party, dict[Party, set[Key]]] = {
            party: {} for party in dyes.makers[self.subject]
        }
        only_shipped = {
            (ship.number, label)
            for ship, receive, cargo in handings(self.world)
            if self._event(ship.number) and (receive is None or not self._event(receive.number))
            for load in cargo
            for label in (load.label, dyes.lots.get(load.label))
        }
        for (holder, label), known in dyes.handings.items():
            if label == self.subject:
                for handing in known:
                    on_the_way = (handing.shipment, handing.label)
                    if handing.shipment is not None and on_the_way not in only_shipped:
                        continue  # it arrived, and counts from then on
                    giver = back.setdefault(holder, {}).setdefault(handing.giver, set())
                    giver.add(handing.label)
        self._sold()
        for holder, givers in back.items():
            self.lines.holder(holder.key.path)
            for party, labels in givers.items():
                ends = holder.key.path, party.key.path
                self.lines.step(ends[0], "back", ends[1], {label.path for label in labels})
                if self.subject in labels:
                    self.lines.step(ends[1], "forward", ends[0], {self.subject.path})


def handings(world: World) -> list[tuple[Ship, Receive | None, tuple[Load, ...]]]:
    """Return each shipment with each receipt of it, and what is still under way, alone.

    What is missing of an amount that arrived in part is no shipment of its own.
    """
    arrived = [(act.shipment, act, act.cargo) for act in world.acts if isinstance(act, Receive)]
    under_way: list[tuple[Ship, Receive | None, tuple[Load, ...]]] = []
    for ship in world.under_way.values():
        came = {a.label for sent, act, _ in arrived if sent == ship for a in act.goods}
        loose = [Load(a.label, a.grams, ()) for a in world.loose(ship.number)]
        rest = [load for load in loose if load.label not in came]
        inner = [load for box in world.inside(ship.number) for load in world.cargo(box)]
        under_way.append((ship, None, (*rest, *inner)))
    return [*arrived, *under_way]
