"""The physical world: portions of goods, containers, places, and what truly happens to them.

Nothing here knows of events or of reports. Amounts are whole grams, times whole seconds since 1970
UTC, strictly increasing from act to act. Goods lie at a spot: a place, a container, or a shipment
under way. An act that is impossible raises `ImpossibleActError`: the story is wrong, not the world.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.world.acts import (
    Act,
    Amount,
    Commission,
    Load,
    Pack,
    Receive,
    Remove,
    Ship,
    Site,
    Transform,
    Unpack,
)
from tests.world.dyes import Dyes, Pour
from tests.world.keys import Key

A = TypeVar("A", bound=Act)

Spot = Key | int
"""A place, a container, or the number of a shipment under way."""


class ImpossibleActError(Exception):
    """Goods were to be taken from where they are not."""


@dataclass(slots=True)
class Stay:
    """A label's goods, or a container, inside a container, from one act until another.

    Attributes:
        amount: the most grams that were inside at once; 0 for containers.
        closed: the number of the act that ended it, or None while it lasts.
    """

    child: Key
    parent: Key
    opened: int
    amount: int = 0
    closed: int | None = None


@dataclass(slots=True)
class World:
    """Everything there is, and everything that happened.

    Attributes:
        now: the time of the last act.
        stock: grams per label, per spot.
        boxes: where each container is.
        acts: what happened, in order.
        stays: what was inside what.
        runs: what was poured into each vat.
        under_way: shipments that have not arrived in full.
    """

    now: int
    stock: defaultdict[Spot, Counter[Key]] = field(default_factory=lambda: defaultdict(Counter))
    boxes: dict[Key, Spot] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    dyes: Dyes = field(default_factory=Dyes)
    runs: dict[str, list[Pour]] = field(default_factory=dict)
    under_way: dict[int, Ship] = field(default_factory=dict)

    # --- looking around -----------------------------------------------------------------------

    def loose(self, spot: Spot) -> list[Amount]:
        """Return the goods that lie at a spot itself, by label."""
        return [Amount(label, grams) for label, grams in sorted(self.stock[spot].items()) if grams]

    def inside(self, spot: Spot) -> list[Key]:
        """Return the containers that stand at a spot itself."""
        return sorted(box for box, where in self.boxes.items() if where == spot)

    def boxes_in(self, box: Key) -> Iterator[Key]:
        """Yield a container and all those inside it, however deep."""
        yield box
        for inner in self.inside(box):
            yield from self.boxes_in(inner)

    def cargo(self, box: Key, around: tuple[Key, ...] = ()) -> Iterator[Load]:
        """Yield all grams inside a container, however deep."""
        boxes = (*around, box)
        for amount in self.loose(box):
            yield Load(amount.label, amount.grams, boxes)
        for inner in self.inside(box):
            yield from self.cargo(inner, boxes)

    def act(self, number: int) -> Act:
        """Return an act by its number."""
        return self.acts[number]

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds

    # --- what can happen ------------------------------------------------------------------------

    def commission(self, site: Site, made: Sequence[Amount], lot: Key | None = None) -> Commission:
        """Let goods come into being; items of a lot, or lots."""
        act = Commission(*self._next(site), tuple(made), lot)
        self._enrol(act)
        for amount in made:
            self.stock[site.key][amount.label] += amount.grams
            self.dyes.stain(amount.label, (), act.number, site.party)
        return self._done(act)

    def transform(
        self,
        site: Site,
        used: Sequence[Amount],
        made: Sequence[Amount],
        boxes: Sequence[Key] = (),
        *,
        run: str | None = None,
        lot: Key | None = None,
    ) -> Transform:
        """Turn goods of a site, loose or in containers, into others; a vat by its `run`."""
        number, at, _ = self._next(site)
        poured = [load for box in boxes for load in self.cargo(box)]
        content = tuple(Amount(load.label, load.grams) for load in poured)
        act = Transform(number, at, site, tuple(used), tuple(boxes), content, tuple(made), run, lot)
        self._enrol(act)
        for amount in used:
            self._take(site.key, amount)
        for load in poured:
            self._leave(number, load.boxes[-1], Amount(load.label, load.grams))
        for box in boxes:
            self._take_apart(number, box, site.key)
        for amount in made:
            self.stock[site.key][amount.label] += amount.grams
        self._colour(act, [*used, *content])
        return self._done(act)

    def pack(
        self, site: Site, parent: Key, goods: Sequence[Amount], boxes: Sequence[Key] = ()
    ) -> Pack:
        """Put goods and containers of a site into a container that stands there, or appears."""
        act = Pack(*self._next(site), parent, tuple(goods), tuple(boxes))
        if self.boxes.setdefault(parent, site.key) != site.key:
            raise ImpossibleActError(f"{parent} is not at {site}")
        for amount in goods:
            self._take(site.key, amount)
            self._enter(act.number, parent, amount)
        for box in boxes:
            self._move(box, site.key, parent)
            self.stays.append(Stay(box, parent, act.number))
        return self._done(act)

    def unpack(
        self,
        site: Site,
        parent: Key,
        goods: Sequence[Amount] | None = None,
        boxes: Sequence[Key] | None = None,
    ) -> Unpack:
        """Take goods and containers out of a container; all of them where none are named."""
        whole = goods is None and boxes is None
        out = tuple(self.loose(parent) if whole else goods or ())
        inner = tuple(self.inside(parent) if whole else boxes or ())
        act = Unpack(*self._next(site), parent, out, inner, whole)
        for amount in out:
            self._leave(act.number, parent, amount)
            self.stock[site.key][amount.label] += amount.grams
        for box in inner:
            self._move(box, parent, site.key)
            self._close(act.number, box, parent)
        return self._done(act)

    def ship(
        self, site: Site, to: Site, goods: Sequence[Amount], boxes: Sequence[Key] = ()
    ) -> Ship:
        """Send loose goods and containers away."""
        number, at, _ = self._next(site)
        act = Ship(number, at, site, to, tuple(goods), tuple(boxes), self._all_of(goods, boxes))
        for amount in goods:
            self._take(site.key, amount)
            self.stock[number][amount.label] += amount.grams
        for box in boxes:
            self._move(box, site.key, number)
        for load in act.cargo if site.party != to.party else ():
            self.dyes.hand(site.party, to.party, load.label, shipment=number)
        self.under_way[number] = act
        return self._done(act)

    def receive(
        self,
        shipment: Ship,
        goods: Sequence[Amount] | None = None,
        boxes: Sequence[Key] | None = None,
    ) -> Receive:
        """Let a shipment arrive; all that is still under way where nothing is named."""
        spot = shipment.number
        whole = goods is None and boxes is None
        landed = tuple(self.loose(spot) if whole else goods or ())
        inner = tuple(self.inside(spot) if whole else boxes or ())
        giver, taker = shipment.site.party, shipment.to.party
        head = self._next(shipment.to)
        act = Receive(*head, shipment, landed, inner, self._all_of(landed, inner))
        if giver != taker:
            for load in act.cargo:
                self.dyes.hand(giver, taker, load.label)
        for amount in landed:
            self._take(spot, amount)
            self.stock[shipment.to.key][amount.label] += amount.grams
        for box in inner:
            self._move(box, spot, shipment.to.key)
        if not self.loose(spot) and not self.inside(spot):
            del self.under_way[spot]
        return self._done(act)

    def remove(
        self, site: Site, goods: Sequence[Amount], boxes: Sequence[Key] = (), *, sold: bool
    ) -> Remove:
        """Let goods end, and containers with all that is in them."""
        cargo = self._all_of(goods, boxes)
        act = Remove(*self._next(site), sold, tuple(goods), tuple(boxes), cargo)
        for amount in goods:
            self._take(site.key, amount)
        for load in cargo:
            if load.boxes:
                self._leave(act.number, load.boxes[-1], Amount(load.label, load.grams))
        for box in boxes:
            self._end(act.number, box)
        return self._done(act)

    # --- how it happens -------------------------------------------------------------------------

    def _next(self, site: Site) -> tuple[int, int, Site]:
        return len(self.acts), self.now, site

    def _done(self, act: A) -> A:
        self.acts.append(act)
        return act

    def _enrol(self, act: Commission | Transform) -> None:
        """Let items belong to their lot from the beginning."""
        if act.lot is not None:
            for amount in act.made:
                self.dyes.enrol(amount.label, act.lot, is_made=isinstance(act, Transform))

    def _colour(self, act: Transform, used: Sequence[Amount]) -> None:
        """Stain what comes out with what goes in, and with what the vat holds.

        Twice, since an act is one instant: a lot that goes in and comes out again is stained by the
        others that go in, and what it is stained with then goes into the rest as well.
        """
        before = self.runs.setdefault(act.run, []) if act.run else []
        for _ in range(2):
            now = [self.dyes.pour(amount, act.number, act.site.party) for amount in used]
            for amount in act.made:
                self.dyes.stain(amount.label, [*before, *now], act.number, act.site.party)
        before += now

    def _all_of(self, goods: Iterable[Amount], boxes: Iterable[Key]) -> tuple[Load, ...]:
        loose = [Load(amount.label, amount.grams, ()) for amount in goods]
        return (*loose, *(load for box in boxes for load in self.cargo(box)))

    def _take(self, spot: Spot, amount: Amount) -> None:
        if not 0 < amount.grams <= self.stock[spot][amount.label]:
            raise ImpossibleActError(f"{amount} is not at {spot}")
        self.stock[spot][amount.label] -= amount.grams

    def _enter(self, number: int, parent: Key, amount: Amount) -> None:
        self.stock[parent][amount.label] += amount.grams
        stay = self._open(amount.label, parent)
        if stay is None:
            stay = Stay(amount.label, parent, number)
            self.stays.append(stay)
        stay.amount = max(stay.amount, self.stock[parent][amount.label])

    def _leave(self, number: int, parent: Key, amount: Amount) -> None:
        self._take(parent, amount)
        if not self.stock[parent][amount.label]:
            self._close(number, amount.label, parent)

    def _move(self, box: Key, start: Spot, end: Spot) -> None:
        if self.boxes[box] != start:
            raise ImpossibleActError(f"{box} is not at {start}")
        self.boxes[box] = end

    def _take_apart(self, number: int, box: Key, place: Key) -> None:
        """Let the containers inside one stand at a place."""
        for inner in self.inside(box):
            self._take_apart(number, inner, place)
            self._move(inner, box, place)
            self._close(number, inner, box)

    def _end(self, number: int, box: Key) -> None:
        for inner in self.inside(box):
            self._end(number, inner)
            self._close(number, inner, box)
        del self.boxes[box]

    def _open(self, child: Key, parent: Key) -> Stay | None:
        stays = (s for s in reversed(self.stays) if (s.child, s.parent) == (child, parent))
        return next((stay for stay in stays if stay.closed is None), None)

    def _close(self, number: int, child: Key, parent: Key) -> None:
        stay = self._open(child, parent)
        if stay is None:
            raise ImpossibleActError(f"{child} is not in {parent}")
        stay.closed = number
