"""Stories: which acts happen to which goods, and how they are told, as a chooser chooses.

A story is made act by act; each choice is among what is possible now, so that no story is ever
thrown away. What is chosen last shrinks first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.world.acts import Amount, Party, Ship, Site, Transform, in_words
from tests.world.chance import Chooser, happens, shuffled, some
from tests.world.keys import Key, Prefix, Spelling
from tests.world.physics import World
from tests.world.reporters import Habits, Report, Teller, Telling, reports_of

BEGINNING: Final = int(datetime(2026, 1, 5, 1, tzinfo=UTC).timestamp())
DAY: Final = 86_400
_NAMES: Final = ("Aster", "Birch", "Cedar", "Dahlia", "Elder", "Fern")
_LOT_NAMES: Final = ("L{}", "0{}", "2026-{}", "A/{}", "100%{}", "N.{}_x")
_OFFSETS: Final = (420, 0, 540, -480, 345, 765)
_LISTS: Final = (
    ("owning_party",),
    ("possessing_party",),
    ("location",),
    ("owning_party", "location"),
    ("owning_party", "possessing_party", "location"),
)


@dataclass(slots=True)
class Story:
    """A world, and how it was told.

    Attributes:
        serial: counts lots and pallets, so that each gets a name of its own.
        vats: name of a vat's run to where it stands.
    """

    chooser: Chooser
    level: int
    world: World = field(default_factory=lambda: World(BEGINNING))
    telling: Telling = field(default_factory=Telling)
    tellers: list[Teller] = field(default_factory=list)
    serial: int = 0
    vats: dict[str, Site] = field(default_factory=dict)

    @property
    def sites(self) -> list[Site]:
        """All places of all businesses."""
        return [site for teller in self.tellers for site in teller.sites]

    @property
    def labels(self) -> list[Key]:
        """All labels that ever were on goods."""
        return sorted(self.world.dyes.colours)

    def in_words(self) -> str:
        """Tell the story so that a person can check the answer by hand."""
        cast = [f"{teller.party}: {teller.party.key} {teller.habits}" for teller in self.tellers]
        acts = [in_words(act) for act in self.world.acts]
        order = [
            " ".join(report.name for report in document) for document in self.telling.documents
        ]
        return "\n".join([*cast, *acts, "uploads: " + " | ".join(order)])

    # --- the cast -------------------------------------------------------------------------------

    def cast(self) -> None:
        """Let two to six businesses appear, each with its places and habits."""
        for number in range(self.chooser.number(2, len(_NAMES))):
            digits = f"893{number + 2}" + "471962"[: self.chooser.number(3, 6)]
            prefix = Prefix(digits)
            party = Party(_NAMES[number], prefix.party(0), prefix)
            own = [prefix.place(0), prefix.place(0, "GATE"), prefix.place(7), prefix.place(8, "A")]
            sites = tuple(Site(key, party) for key in some(self.chooser, own, most=2))
            self.tellers.append(Teller(party, sites, self._habits(number)))

    def _habits(self, number: int) -> Habits:
        choose = self.chooser
        return Habits(
            spelling=choose.pick(list(Spelling)),
            domain=f"https://tem{number}.example.vn",
            offset=choose.pick(_OFFSETS),
            unit=choose.pick(("KGM", "GRM")),
            named=not happens(choose, 20),
            cites=not happens(choose, 30),
            lists=choose.pick(_LISTS),
            lists_content=not happens(choose, 40),
        )

    # --- what happens ---------------------------------------------------------------------------

    def act(self) -> None:
        """Let one thing happen that can happen now."""
        possible: list[Callable[[], None]] = [self._harvest]
        if self._stocked():
            possible += [self._transform] * 3 + [self._ship] * 2 + [self._fill, self._remove]
        if self._emptiable():
            possible += [self._empty] * 2
        if self.vats:
            possible += [self._draw] * 2
        if self._stocked() or self._yards():
            possible += [self._pack] * 3 + [self._ship]
        if self._full():
            possible += [self._unpack] * 3
        if self.world.under_way:
            possible += [self._receive] * 4
        self.world.wait(self.chooser.number(1, 3 * DAY))
        self.chooser.pick(possible)()

    def arrive(self) -> None:
        """Let everything that is under way arrive."""
        while self.world.under_way:
            self.world.wait(3600)
            self.world.receive(self._oldest())

    def _stocked(self) -> list[Site]:
        return [site for site in self.sites if self.world.loose(site.key)]

    def _yards(self) -> list[Site]:
        return [site for site in self.sites if self.world.inside(site.key)]

    def _full(self) -> list[tuple[Site, Key]]:
        standing = [(site, box) for site in self.sites for box in self.world.inside(site.key)]
        return [(site, box) for site, box in standing if self._content(box)]

    def _content(self, box: Key) -> bool:
        return bool(self.world.loose(box) or self.world.inside(box))

    def _part(self, amounts: Sequence[Amount], *, most: int) -> list[Amount]:
        """Choose some labels, and of each all or a part."""
        chosen = some(self.chooser, amounts, most=most)
        return [
            Amount(amount.label, self.chooser.number(1, amount.grams))
            if happens(self.chooser, 60)
            else amount
            for amount in chosen
        ]

    def _new_lot(self, site: Site) -> Key:
        self.serial += 1
        name = self.chooser.pick(_LOT_NAMES).format(self.serial)
        return site.party.prefix.lot(self.chooser.number(1, 3), name)

    def _same_lot(self, site: Site) -> list[Key]:
        """Return the lots that can be added to: all that is left of them is loose here."""
        here = self.world.loose(site.key)
        return [
            amount.label
            for amount in here
            if amount.grams == sum(stock[amount.label] for stock in self.world.stock.values())
        ]

    def _harvest(self) -> None:
        site = self.chooser.pick(self.sites)
        old = [label for label in self._same_lot(site) if self._is_own(site, label)]
        label = self.chooser.pick(old) if old and happens(self.chooser, 15) else self._new_lot(site)
        self.world.commission(site, [Amount(label, self.chooser.number(1000, 50_000))])

    def _is_own(self, site: Site, label: Key) -> bool:
        return self.world.dyes.makers[label] == {site.party}

    def _transform(self) -> None:
        site = self.chooser.pick(self._stocked())
        used = self._part(self.world.loose(site.key), most=4)
        self.world.transform(site, used, self._outputs(site, sum(a.grams for a in used)))

    def _outputs(self, site: Site, grams: int) -> list[Amount]:
        """Share out some grams, with a loss, among one to three lots, some of them old ones."""
        made: dict[Key, int] = {}
        for _ in range(self.chooser.number(1, 3)):
            if grams < 1:
                break
            old = [
                label
                for label in self._same_lot(site)
                if self._is_own(site, label) and self._was_made(label) and label not in made
            ]
            again = old and happens(self.chooser, 20)
            label = self.chooser.pick(old) if again else self._new_lot(site)
            made[label] = self.chooser.number(1, grams)
            grams -= made[label]
        return [Amount(label, share) for label, share in made.items()]

    def _was_made(self, label: Key) -> bool:
        """Tell whether a lot was made of others, so that no part of it was used before it was."""
        return bool(self.world.dyes.colours[label])

    def _emptiable(self) -> list[tuple[Site, Key]]:
        """Return the containers that hold goods and no other container."""
        return [(site, box) for site, box in self._full() if not self.world.inside(box)]

    def _empty(self) -> None:
        """Process all that is in a container, and perhaps loose goods with it."""
        site, box = self.chooser.pick(self._emptiable())
        loose = self.world.loose(site.key)
        used = self._part(loose, most=2) if loose and happens(self.chooser, 50) else []
        grams = sum(amount.grams for amount in [*used, *self.world.loose(box)])
        self.world.transform(site, used, self._outputs(site, grams), [box])

    def _fill(self) -> None:
        """Fill goods into a new vat, or one that stands at the place."""
        site = self.chooser.pick(self._stocked())
        standing = [run for run, where in self.vats.items() if where == site]
        run = self.chooser.pick([f"https://vats.example.vn/{len(self.vats)}", *standing])
        self.vats[run] = site
        self.world.transform(site, self._part(self.world.loose(site.key), most=2), [], run=run)

    def _draw(self) -> None:
        """Draw a new lot from a vat."""
        run = self.chooser.pick(sorted(self.vats))
        site = self.vats[run]
        made = [Amount(self._new_lot(site), self.chooser.number(1, 5000))]
        self.world.transform(site, [], made, run=run)

    def _remove(self) -> None:
        """Sell goods to consumers, or destroy them."""
        site = self.chooser.pick(self._stocked())
        goods = self._part(self.world.loose(site.key), most=2)
        self.world.remove(site, goods, sold=self.chooser.pick([True, False]))

    def _pack(self) -> None:
        site = self.chooser.pick(sorted({*self._keys(self._stocked()), *self._keys(self._yards())}))
        here = next(each for each in self.sites if each.key == site)
        loose, standing = self.world.loose(site), self.world.inside(site)
        parent = self.chooser.pick([self._new_pallet(here), self._new_crate(here), *standing])
        others = [box for box in standing if box != parent]
        goods = self._part(loose, most=2) if loose and not happens(self.chooser, 20) else []
        boxes = some(self.chooser, others, most=3) if others and happens(self.chooser, 50) else []
        if goods or boxes:
            self.world.pack(here, parent, goods, boxes)

    @staticmethod
    def _keys(sites: Sequence[Site]) -> list[Key]:
        return [site.key for site in sites]

    def _new_pallet(self, site: Site) -> Key:
        self.serial += 1
        return site.party.prefix.pallet(self.serial)

    def _new_crate(self, site: Site) -> Key:
        self.serial += 1
        return site.party.prefix.crate(7, f"SO{self.serial}")

    def _unpack(self) -> None:
        site, box = self.chooser.pick(self._full())
        if happens(self.chooser, 40):
            goods, inner = self.world.loose(box), self.world.inside(box)
            some_goods = self._part(goods, most=2) if goods else []
            some_boxes = some(self.chooser, inner, most=2) if inner and not some_goods else []
            self.world.unpack(site, box, some_goods, some_boxes)
        else:
            self.world.unpack(site, box)

    def _ship(self) -> None:
        starts = sorted({*self._keys(self._stocked()), *self._keys(self._yards())})
        start = self.chooser.pick(starts)
        site = next(each for each in self.sites if each.key == start)
        to = self.chooser.pick([each for each in self.sites if each.party != site.party])
        loose, standing = self.world.loose(start), self.world.inside(start)
        boxes = some(self.chooser, standing, most=3) if standing else []
        goods = self._part(loose, most=2) if loose and happens(self.chooser, 50) else []
        if not boxes and loose:
            goods = goods or self._part(loose, most=2)
        self.world.ship(site, to, goods, boxes)

    def _oldest(self) -> Ship:
        """Choose a shipment to arrive: of those between two businesses the oldest.

        Where no paper is cited, nothing else tells two deliveries of one lot apart.
        """
        first: dict[tuple[Party, Party], Ship] = {}
        for ship in self.world.under_way.values():
            first.setdefault((ship.site.party, ship.to.party), ship)
        return self.chooser.pick(list(first.values()))

    def _receive(self) -> None:
        self.world.receive(self._oldest())

    # --- how it is told -------------------------------------------------------------------------

    def tell(self) -> None:
        """Let every business report what happened at its places, and upload it in some order."""
        told = self.telling
        teller_of = {teller.party: teller for teller in self.tellers}
        for act in self.world.acts:
            told.reports += reports_of(act, teller_of[act.site.party])
        for teller in self.tellers:
            told.reports += self._mistake(teller)
            own = [report for report in told.reports if report.teller is teller]
            if not own:
                continue
            cut = self.chooser.number(0, len(own) - 1)
            own = shuffled(self.chooser, own) if happens(self.chooser, 50) else own
            told.documents += [part for part in (own[cut:], own[:cut]) if part]
        told.documents = shuffled(self.chooser, told.documents)

    def _mistake(self, teller: Teller) -> list[Report]:
        """Let a business report, now and then, what never happened, and declare it wrong."""
        labels = self.labels
        if not labels or not happens(self.chooser, 30):
            return []
        act = self.chooser.pick(self.world.acts)
        used, made = ([Amount(self.chooser.pick(labels), 1000)] for _ in range(2))
        site = self.chooser.pick(teller.sites)
        wrong = Transform(act.number, act.at, site, tuple(used), (), (), tuple(made), None)
        name = f"w{teller.party}{act.number}"
        return [Report(name, teller, wrong, wrong=True, declared=told) for told in (False, True)]


def tell_story(chooser: Chooser, level: int, *, acts: tuple[int, int] = (5, 60)) -> Story:
    """Make a story of a level of difficulty.

    Args:
        chooser: makes all choices.
        level: 1 is free of faults.
        acts: how many acts at least and at most.
    """
    story = Story(chooser, level)
    story.cast()
    for _ in range(chooser.number(*acts)):
        story.act()
    if happens(chooser, 70):
        story.arrive()
    story.tell()
    return story


def names_of(reports: Sequence[Report], event_ids: Sequence[str]) -> dict[str, str]:
    """Map the eventIDs of one document to the names of its reports."""
    return {event: report.name for report, event in zip(reports, event_ids, strict=True)}
