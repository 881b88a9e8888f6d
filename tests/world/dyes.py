"""Dye tracing: every label's goods are stained in a colour of their own; look where it shows.

This is how the simulated world knows its own truth. Colours are mixed while the acts happen, in the
order in which they happen; nothing is ever walked backwards, and no event is looked at.

A label is one thing (DESIGN §4: “One identifier is one object”): the grams of one lot are stained
alike wherever they are, since a recall names the lot and not the gram. An item shows its lot's
colour, and a lot those of its items that something was made into; never one item its sister's. All
items of a lot are made in one act and the lot has no goods but them, so that it does not matter
when a label is looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.world.acts import Amount, Party
from tests.world.keys import Key


@dataclass(frozen=True, slots=True)
class Link:
    """One label went into another, or is an item of it.

    Attributes:
        source: what went in; the item.
        target: what came out; the lot.
        used: the number of the act that took it; None of an item and its lot.
        made: the number of the act that gave it; the same, except for a vat; None likewise.
    """

    source: Key
    target: Key
    used: int | None = None
    made: int | None = None

    def __str__(self) -> str:
        return f"{self.source} → {self.target} (acts {self.used}, {self.made})"


@dataclass(frozen=True, slots=True)
class Handing:
    """A party handed a label to whoever holds it now, or what it was made of.

    Attributes:
        shipment: the number of the shipment if it had not arrived yet: who is named as its receiver
            holds it as far as anybody can know, unless it arrives later.
    """

    giver: Party
    label: Key
    shipment: int | None = None


@dataclass(frozen=True, slots=True)
class Pour:
    """Goods at the moment they are used: what they are stained with then.

    Attributes:
        amount: which label, how much.
        act: the number of the act that uses them.
        colours: the labels whose colour they show, with the least number of links on the way.
        trail: the links by which those colours came.
        handings: who handed the user these goods, or what they were made of in the house.
    """

    amount: Amount
    act: int
    colours: dict[Key, int]
    trail: frozenset[Link]
    handings: frozenset[Handing]


@dataclass(slots=True)
class Dyes:
    """The colours of every label.

    Attributes:
        stains: per label, the labels it was stained with and the least number of links between.
        trails: per label, the links by which stains came into it.
        carried: per link, the colours that went along it, that of its source among them.
        handings: per party and label, who handed it over, or what it was made of in the house.
        makers: the parties that made a label.
        lots: per item, its lot.
        items: per lot, its items that were made of something.
    """

    stains: dict[Key, dict[Key, int]] = field(default_factory=dict)
    trails: dict[Key, set[Link]] = field(default_factory=dict)
    carried: dict[Link, set[Key]] = field(default_factory=dict)
    handings: defaultdict[tuple[Party, Key], set[Handing]] = field(
        default_factory=lambda: defaultdict(set)
    )
    makers: dict[Key, set[Party]] = field(default_factory=dict)
    lots: dict[Key, Key] = field(default_factory=dict)
    items: defaultdict[Key, list[Key]] = field(default_factory=lambda: defaultdict(list))

    @property
    def labels(self) -> list[Key]:
        """All labels there are."""
        return sorted({*self.stains, *self.lots.values()})

    def colours(self, label: Key) -> dict[Key, int]:
        """Return what a label shows, with the least number of links on the way."""
        found = dict(self.stains.get(label, {}))
        for link in self._kin(label):
            kin = link.target if link.source == label else link.source
            for colour, steps in [(kin, 0), *self.stains.get(kin, {}).items()]:
                found[colour] = min(steps + 1, found.get(colour, steps + 1))
        return found

    def trail(self, label: Key) -> set[Link]:
        """Return the links by which a label's colours came."""
        found = set(self.trails.get(label, ()))
        for link in self._kin(label):
            kin = link.target if link.source == label else link.source
            found |= {link, *self.trails.get(kin, ())}
        return found

    def along(self) -> dict[Link, set[Key]]:
        """Return the colours that go along each link, those between items and lots among them.

        The lot's colour goes to the item; if the item was made, what it shows goes to the lot.
        """
        found = dict(self.carried)
        for item, lot in self.lots.items():
            is_made = item in self.items[lot]
            found[Link(item, lot)] = {lot, *([item, *self.stains[item]] if is_made else ())}
        return found

    def _kin(self, label: Key) -> Iterator[Link]:
        """Yield the links from an item to its lot, or to a lot from its items that were made."""
        if label in self.lots:
            yield Link(label, self.lots[label])
        for item in self.items.get(label, ()):
            yield Link(item, label)

    def enrol(self, item: Key, lot: Key, *, is_made: bool) -> None:
        """Let an item belong to a lot, before it comes into being."""
        self.lots[item] = lot
        if is_made:
            self.items[lot].append(item)

    def pour(self, amount: Amount, act: int, user: Party) -> Pour:
        """Take goods as they are stained now."""
        label = amount.label
        handed = frozenset(self.handings[user, label])
        return Pour(amount, act, self.colours(label), frozenset(self.trail(label)), handed)

    def stain(self, target: Key, pours: Iterable[Pour], act: int, maker: Party) -> None:
        """Let goods come out of what was poured; a label does not stain itself (rework)."""
        stains = self.stains.setdefault(target, {})
        trail = self.trails.setdefault(target, set())
        for label in self._and_lot(target):
            self.makers.setdefault(label, set()).add(maker)
        for poured in pours:
            for label in self._and_lot(target):
                self.handings[maker, label] |= poured.handings
            source = poured.amount.label
            if source == target:
                continue
            link = Link(source, target, poured.act, act)
            trail |= {*poured.trail, link}
            self.carried.setdefault(link, set()).update({source, *poured.colours})
            for colour, steps in [(source, 0), *poured.colours.items()]:
                if colour != target:
                    stains[colour] = min(steps + 1, stains.get(colour, steps + 1))

    def hand(self, giver: Party, taker: Party, label: Key, *, shipment: int | None = None) -> None:
        """Let a label change hands, or set out on a shipment; with an item its lot does."""
        for one in self._and_lot(label):
            self.handings[taker, one].add(Handing(giver, one, shipment))

    def _and_lot(self, label: Key) -> tuple[Key, ...]:
        return (label, self.lots[label]) if label in self.lots else (label,)
