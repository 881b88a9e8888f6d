"""A story being told: its world, its cast, and what can be chosen from at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.world.acts import Act, Amount, Commission, Pack, Party, Receive, Site, Transform, Unpack
from tests.world.acts import in_words as act_in_words
from tests.world.chance import Chooser, happens, some
from tests.world.keys import Key
from tests.world.physics import World
from tests.world.reporters import Silences, Teller, Telling, is_told

BEGINNING: Final = int(datetime(2026, 1, 5, 1, tzinfo=UTC).timestamp())
DAY: Final = 86_400
_LOT_NAMES: Final = ("L{}", "0{}", "2026-{}", "A/{}", "100%{}", "N.{}_x")


@dataclass(slots=True)
class Story:
    """A world, and how it was told.

    Attributes:
        number: sets its identifiers apart from those of other worlds in the same ledger.
        silences: which deliveries one side alone reports.
        serial: counts lots, items and containers, so that each gets a name of its own.
        vats: name of a vat's run to where it stands.
        untold: the numbers of acts that nobody reports, whatever their habits.
        spent: containers that were unpacked and nobody reported it: to go by the records they are
            full, so nobody uses them until they have come somewhere else.
        last_at: the site at which each container was last received, packed or opened on record.
    """

    chooser: Chooser
    level: int
    number: int
    tellers: list[Teller]
    silences: Silences
    world: World = field(default_factory=lambda: World(BEGINNING))
    telling: Telling = field(default_factory=Telling)
    serial: int = 0
    vats: dict[str, Site] = field(default_factory=dict)
    untold: set[int] = field(default_factory=set)
    spent: set[Key] = field(default_factory=set)
    last_at: dict[Key, str] = field(default_factory=dict)

    @property
    def sites(self) -> list[Site]:
        """All places of all businesses."""
        return [site for teller in self.tellers for site in teller.sites]

    @property
    def labels(self) -> list[Key]:
        """All labels that ever were on goods."""
        return self.world.dyes.labels

    @property
    def lots(self) -> list[Key]:
        """All lots that are weighed; those of items are counted."""
        dyes = self.world.dyes
        return [one for one in dyes.labels if not one.is_item and one not in dyes.lots.values()]

    @property
    def salt(self) -> str:
        """What makes the eventIDs of this world its own."""
        return str(self.number)

    def teller(self, party: Party) -> Teller:
        """Return who reports for a business."""
        return next(each for each in self.tellers if each.party == party)

    def in_words(self) -> str:
        """Tell the story so that a person can check the answer by hand."""
        cast = [f"{teller.party}: {teller.party.key} {teller.habits}" for teller in self.tellers]
        silent = [
            f"of deliveries from {giver} to {taker} the {side.name.lower()} reports nothing"
            for (giver, taker), side in self.silences.items()
        ]
        acts = [
            act_in_words(act) + ("" if self.telling.of(act.number) else " (nobody reports it)")
            for act in self.world.acts
        ]
        order = [
            " ".join(report.name for report in document) for document in self.telling.documents
        ]
        return "\n".join([*cast, *silent, *acts, "uploads: " + " | ".join(order)])

    # --- what is there ----------------------------------------------------------------------------

    def is_told(self, act: Act) -> bool:
        """Tell whether the business at whose place it happens reports an act."""
        by = self.teller(act.site.party)
        return act.number not in self.untold and is_told(act, by, self.silences)

    def stocked(self) -> list[Site]:
        """Return the sites with loose goods."""
        return [site for site in self.sites if self.world.loose(site.key)]

    def movable(self) -> list[Site]:
        """Return the sites with anything that can be packed or shipped."""
        world = self.world
        return [site for site in self.sites if world.loose(site.key) or self.standing(site)]

    def standing(self, site: Site) -> list[Key]:
        """Return the containers at a site that can be used."""
        return [box for box in self.world.inside(site.key) if box not in self.spent]

    def full(self) -> list[tuple[Site, Key]]:
        """Return the containers that stand at sites and hold something."""
        standing = [(site, box) for site in self.sites for box in self.standing(site)]
        return [(site, box) for site, box in standing if self.is_full(box)]

    def is_full(self, box: Key) -> bool:
        """Tell whether a container holds anything."""
        return bool(self.world.loose(box) or self.world.inside(box))

    def full_of_goods(self) -> list[tuple[Site, Key]]:
        """Return the containers at sites that hold goods and no other container."""
        return [(site, box) for site, box in self.full() if not self.world.inside(box)]

    def laden(self) -> list[tuple[Site, Key]]:
        """Return the containers at sites in which, however deep, no container is empty."""
        found = self.full()
        return [
            (site, box) for site, box in found if all(map(self.is_full, self.world.boxes_in(box)))
        ]

    def is_known_at(self, box: Key, site: Site) -> bool:
        """Tell whether the records show a container where it is."""
        return self.last_at.get(box) in {None, site_of(site)}

    # --- choices ----------------------------------------------------------------------------------

    def part(self, amounts: Sequence[Amount], *, most: int) -> list[Amount]:
        """Choose some labels, and of each lot all or a part."""
        return [
            Amount(amount.label, self.chooser.number(1, amount.grams))
            if not amount.label.is_item and happens(self.chooser, 60)
            else amount
            for amount in some(self.chooser, amounts, most=most)
        ]

    def new_lot(self, site: Site) -> Key:
        """Return a lot of a business that was not there before."""
        self.serial += 1
        name = self.chooser.pick(_LOT_NAMES).format(self.serial)
        return site.party.prefix.lot(self.chooser.number(1, 3), name)

    def new_items(self, site: Site, grams: int) -> tuple[Key, list[Amount]]:
        """Return a new lot and its items, at most four, that share some grams."""
        self.serial += 1
        product, name = self.chooser.number(4, 6), f"IT{self.serial}"
        count = self.chooser.number(1, min(4, grams))
        prefix = site.party.prefix
        items = [prefix.item(product, name, f"{self.serial}/{place}") for place in range(count)]
        return prefix.lot(product, name), [Amount(item, grams // count) for item in items]

    def new_container(self, site: Site) -> list[Key]:
        """Return a new logistic unit and a new returnable asset to choose from."""
        self.serial += 1
        prefix = site.party.prefix
        return [prefix.pallet(self.serial), prefix.crate(7, f"SO{self.serial}")]

    def same_lot(self, site: Site) -> list[Key]:
        """Return the lots of a site's party that can be made more of.

        All that is left of them is loose here, nobody else ever made any, and the last was made
        more than a day ago: what is commissioned and made in a day is one production.
        """
        world = self.world
        return [
            amount.label
            for amount in world.loose(site.key)
            if not amount.label.is_item
            and amount.grams == sum(stock[amount.label] for stock in world.stock.values())
            and world.dyes.makers[amount.label] == {site.party}
            and self._last_made(amount.label) < world.now - DAY
        ]

    def _last_made(self, label: Key) -> int:
        return max(
            act.at
            for act in self.world.acts
            if isinstance(act, Commission | Transform) and label in {a.label for a in act.made}
        )

    # --- what the records will show ---------------------------------------------------------------

    def note(self) -> None:
        """Take note of where the last act leaves containers, to go by what is reported of it."""
        act = self.world.acts[-1]
        here = site_of(act.site)
        if isinstance(act, Unpack) and not self.is_told(act):
            self.spent.add(act.parent)
        elif self.is_told(act):
            self.last_at.update(dict.fromkeys(self._shown(act), here))

    def _shown(self, act: Act) -> Sequence[Key]:
        """Return the containers that an act shows to be where it happens."""
        match act:
            case Pack(parent=parent) | Unpack(parent=parent):
                return [parent]
            case Transform(boxes=boxes) if self.teller(act.site.party).habits.unpacks:
                return boxes
            case Receive(boxes=boxes):
                return [box for outer in boxes for box in self.world.boxes_in(outer)]
        return []


def site_of(site: Site) -> str:
    """Return a site's place without the part of the site."""
    return site.key.path.partition("/254/")[0]
