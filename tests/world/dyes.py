"""Dye tracing: every label's goods are stained in a colour of their own; look where it shows.

This is how the simulated world knows its own truth. Colours are mixed while the acts happen, in the
order in which they happen; nothing is ever walked backwards, and no event is looked at.

A label is one thing (DESIGN §4: “One identifier is one object”): the grams of one lot are stained
alike wherever they are, since a recall names the lot and not the gram.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.world.acts import Amount, Party
from tests.world.keys import Key


@dataclass(frozen=True, slots=True)
class Link:
    """One label went into another.

    Attributes:
        source: what went in.
        target: what came out.
        used: the number of the act that took it.
        made: the number of the act that gave it; the same, except for a vat.
    """

    source: Key
    target: Key
    used: int
    made: int

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
        colours: per label, the labels whose colour it shows and the least number of links between.
        trails: per label, the links by which colours came into it.
        carried: per link, the colours that went along it, that of its source among them.
        handings: per party and label, who handed it over, or what it was made of in the house.
        makers: the parties that made a label.
    """

    colours: dict[Key, dict[Key, int]] = field(default_factory=dict)
    trails: dict[Key, set[Link]] = field(default_factory=dict)
    carried: dict[Link, set[Key]] = field(default_factory=dict)
    handings: dict[tuple[Party, Key], set[Handing]] = field(default_factory=dict)
    makers: dict[Key, set[Party]] = field(default_factory=dict)

    def pour(self, amount: Amount, act: int, user: Party) -> Pour:
        """Take goods as they are stained now."""
        label = amount.label
        return Pour(
            amount,
            act,
            dict(self.colours.get(label, {})),
            frozenset(self.trails.get(label, ())),
            frozenset(self.handings.get((user, label), ())),
        )

    def stain(self, target: Key, pours: Iterable[Pour], act: int, maker: Party) -> None:
        """Let goods come out of what was poured; a label does not stain itself (rework)."""
        colours = self.colours.setdefault(target, {})
        trail = self.trails.setdefault(target, set())
        handings = self.handings.setdefault((maker, target), set())
        self.makers.setdefault(target, set()).add(maker)
        for poured in pours:
            source = poured.amount.label
            handings |= poured.handings
            if source == target:
                continue
            link = Link(source, target, poured.act, act)
            trail |= {*poured.trail, link}
            self.carried.setdefault(link, set()).update({source, *poured.colours})
            for colour, steps in [(source, 0), *poured.colours.items()]:
                if colour != target:
                    colours[colour] = min(steps + 1, colours.get(colour, steps + 1))

    def hand(self, giver: Party, taker: Party, label: Key, *, shipment: int | None = None) -> None:
        """Let a label change hands, or set out on a shipment."""
        self.handings.setdefault((taker, label), set()).add(Handing(giver, label, shipment))
