"""What the ledger should answer, where nothing is missing: the physical truth.

Everything here is read off the world: colours, stays, shipments. No event is looked at, except for
the name under which an act was told.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.world.acts import Commission, Load, Party, Receive, Remove, Ship, Transform
from tests.world.answers import Answer, Lines
from tests.world.dyes import Link
from tests.world.keys import Key
from tests.world.physics import Stay, World
from tests.world.reporters import Telling


def moment(at: int) -> str:
    """Write a time as answers do."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        colours = self.world.dyes.colours
        self.up = colours[self.subject]
        self.down = {
            label: shown[self.subject] for label, shown in colours.items() if self.subject in shown
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

    def _event(self, act: int) -> str | None:
        report = self.telling.of(act)
        return None if report is None else report.name

    def _objects(self, related: set[Key]) -> None:
        for label in related:
            steps = [side[label] for side in (self.up, self.down) if label in side]
            role = "both" if len(steps) > 1 else "upstream" if label in self.up else "downstream"
            if label == self.subject:
                role, steps = "subject", [0]
            self.lines.object(label.path, "lot", role, min(steps), disputed=False)

    def _links(self) -> None:
        dyes = self.world.dyes
        behind = dyes.trails[self.subject]
        ahead = {link for link, colours in dyes.carried.items() if self.subject in colours}
        for link in behind | ahead:
            events = self._event(link.used), self._event(link.made)
            self.lines.link("transformation", (link.source.path, link.target.path), events)
        shown = {(link.source, link.target, link.made) for link in behind | ahead}
        for link in (dyes.carried.keys() | self._too_late()) - behind - ahead:
            # Of two fillings of a vat one may count and one may be too late: that is no exclusion.
            known = (link.source, link.target, link.made) in shown
            behind_it = {self.subject, *self.up} if link.used > link.made else self.up
            ahead_of_it = {self.subject, *self.down} if link.used > link.made else self.down
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
        shown: list[Stay] = []
        open_ended = len(self.world.acts)
        spans = [(label, -1, open_ended) for label in related]
        while spans:
            child, start, end = spans.pop()
            for stay in self.world.stays:
                closed = open_ended if stay.closed is None else stay.closed
                if stay.child != child or closed < start or end < stay.opened:
                    continue
                spans.append((stay.parent, max(start, stay.opened), min(end, closed)))
                if stay not in shown:
                    shown.append(stay)
        for stay in shown:
            closed_by = None if stay.closed is None else self.world.act(stay.closed)
            ends = stay.child.path, stay.parent.path
            until = None if closed_by is None else moment(closed_by.at)
            self.lines.link("containment", ends, (None, self._event(stay.opened)), until=until)
        for box in {stay.parent for stay in shown}:
            self.lines.object(box.path, "container", "carrier", None, disputed=False)

    def _handovers(self, related: set[Key]) -> None:
        confirmed = 0
        handed = 0
        for ship, receive, cargo in handings(self.world):
            moved = [load for load in cargo if load.label in related]
            if not moved or ship.site.party == ship.to.party:
                continue
            handed += 1
            confirmed += receive is not None
            labels = {load.label.path for load in moved}
            self.lines.handover(
                labels,
                {load.boxes[0].path for load in moved if load.boxes},
                (ship.site.party.key.path, ship.to.party.key.path),
                (
                    self._event(ship.number),
                    None if receive is None else self._event(receive.number),
                ),
            )
            if receive is None:
                self.lines.gap("shipped_not_received", labels, [self._event(ship.number) or ""])
        for sale in self._sales():
            labels = {amount.label.path for amount in sale.goods if amount.label in related}
            if labels:
                ends = sale.site.party.key.path, None
                self.lines.handover(labels, (), ends, (self._event(sale.number), None))
        self.lines.coverage(handed, confirmed)

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

    def _sold(self) -> None:
        """Show what the seller of the subject gave to consumers."""
        for sale in self._sales():
            if self.subject in {amount.label for amount in sale.goods}:
                seller = sale.site.party.key.path
                self.lines.step(seller, "forward", None, {self.subject.path})

    def _one_step(self) -> None:
        dyes = self.world.dyes
        back: dict[Party, dict[Party, set[Key]]] = {
            party: {} for party in dyes.makers[self.subject]
        }
        for (holder, label), known in dyes.handings.items():
            if label == self.subject:
                for handing in known:
                    if handing.shipment not in {None, *self.world.under_way}:
                        continue  # it arrived, and counts from then on
                    giver = back.setdefault(holder, {}).setdefault(handing.giver, set())
                    giver.add(handing.label)
        for ship, receive, cargo in handings(self.world):
            is_handed = receive is None and ship.site.party != ship.to.party
            if is_handed and self.subject in {load.label for load in cargo}:
                given = back.setdefault(ship.to.party, {}).setdefault(ship.site.party, set())
                given.add(self.subject)
        self._sold()
        for holder, givers in back.items():
            self.lines.holder(holder.key.path)
            for party, labels in givers.items():
                ends = holder.key.path, party.key.path
                self.lines.step(ends[0], "back", ends[1], {label.path for label in labels})
                if self.subject in labels:
                    self.lines.step(ends[1], "forward", ends[0], {self.subject.path})


def handings(world: World) -> list[tuple[Ship, Receive | None, tuple[Load, ...]]]:
    """Return each shipment with each receipt of it, and what is still under way, alone."""
    arrived = [(act.shipment, act, act.cargo) for act in world.acts if isinstance(act, Receive)]
    under_way: list[tuple[Ship, Receive | None, tuple[Load, ...]]] = []
    for ship in world.under_way.values():
        loose = [Load(amount.label, amount.grams, ()) for amount in world.loose(ship.number)]
        inner = [load for box in world.inside(ship.number) for load in world.cargo(box)]
        under_way.append((ship, None, (*loose, *inner)))
    return [*arrived, *under_way]
