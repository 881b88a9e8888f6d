"""What would be affected if containers or places passed something on, or a step ended it."""

from random import Random
from typing import Final

import pytest

from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.lineage import BEFORE_ALL_TIME
from epcis_core.provenance.what_if import Assumptions, Containers, what_if
from epcis_core.provenance.what_if_result import WhatIf
from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    HOUR,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    SISTER,
    Book,
    World,
)

AT_ONCE: Final = Assumptions(containers="at_once")
AFTER: Final = Assumptions(containers="after")
CLEANING: Final = "https://farm.example/voc/BizStep-cleaning"
COOKING: Final = "https://farm.example/voc/cooking"
COOKED: Final = frozenset({COOKING})


def supposed(world: World, assumptions: Assumptions, *subjects: str, most: int = 10_000) -> WhatIf:
    book = Book({FIELD: FARM, SHED: PACKER, COUNTER: SHOP})
    asked = subjects or (GRAPES,)
    return what_if(EventList(world.events), book, asked, assumptions, max_objects=most)


def told(answer: WhatIf) -> list[tuple[str, int, str, str, str | None]]:
    return [(one.object, one.generation, one.how, one.of, one.by) for one in answer.supposed]


@pytest.fixture
def crated(world: World) -> World:
    """Grapes lie in a crate from hour 1 to 3, others from hour 2 to 4; juice is made of these."""
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, OTHER_GRAPES)
    world.pack(3, CRATE, GRAPES, action="DELETE")
    world.pack(4, CRATE, OTHER_GRAPES, action="DELETE")
    world.transform(5, [OTHER_GRAPES], [JUICE])
    return world


def test_without_an_assumption_nothing_is_supposed(crated: World) -> None:
    answer = supposed(crated, Assumptions())
    assert (answer.supposed, answer.spared, answer.stopped) == ((), (), ())


def test_what_lay_in_one_crate_at_once_is_supposed_and_what_was_made_of_it(
    crated: World,
) -> None:
    answer = supposed(crated, AT_ONCE)
    assert told(answer) == [
        (OTHER_GRAPES, 1, "same_container", GRAPES, CRATE),
        (JUICE, 2, "made_of", OTHER_GRAPES, None),
    ]
    assert [one.since for one in answer.supposed] == [utc_text(2 * HOUR), utc_text(5 * HOUR)]
    assert answer.supposed[1].party == PACKER


def test_what_was_made_before_they_met_is_not_supposed(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [OTHER_GRAPES], [JUICE])
    world.pack(2, CRATE, GRAPES, OTHER_GRAPES)
    assert [one.object for one in supposed(world, AT_ONCE).supposed] == [OTHER_GRAPES]


def one_after_the_other(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES, action="DELETE")
    world.pack(4, CRATE, OTHER_GRAPES)


def test_a_crate_passes_on_to_what_comes_later_only_where_that_is_assumed(world: World) -> None:
    one_after_the_other(world)
    assert told(supposed(world, AT_ONCE)) == []
    assert told(supposed(world, AFTER)) == [(OTHER_GRAPES, 1, "container_after", GRAPES, CRATE)]
    assert told(supposed(world, AFTER, OTHER_GRAPES)) == []  # and never to what came before


@pytest.mark.parametrize("step", [CLEANING, "commissioning"])
def test_a_crate_that_was_cleaned_or_is_new_passes_nothing_on(world: World, step: str) -> None:
    one_after_the_other(world)
    action = "ADD" if step == "commissioning" else "OBSERVE"
    world.see(3, step=step, at=SHED, action=action, named=[Named(CRATE, Role.EPC)])
    assert told(supposed(world, AFTER)) == []


def test_two_crates_on_one_pallet_pass_nothing_on(world: World) -> None:
    other = CRATE.replace("CRATE1", "CRATE2")
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(1, other, OTHER_GRAPES)
    world.pack(2, PALLET, CRATE, other)
    assert told(supposed(world, AFTER)) == []


def test_single_items_in_one_crate_are_supposed(world: World) -> None:
    world.begin(0, ITEM, SISTER)
    world.pack(1, CRATE, ITEM, SISTER)
    assert told(supposed(world, AT_ONCE, ITEM)) == [(SISTER, 1, "same_container", ITEM, CRATE)]


@pytest.mark.parametrize(
    ("hour", "step", "is_supposed"),
    [
        pytest.param(4, "holding", True, id="afterwards, within the span"),
        pytest.param(6, "holding", False, id="afterwards, too late"),
        pytest.param(2, "holding", True, id="before, and not gone on record"),
        pytest.param(2, "shipping", False, id="before, and shipped"),
        pytest.param(0.5, "holding", False, id="before, too early"),
    ],
)
def test_what_was_seen_at_one_site_within_some_hours_is_supposed(
    world: World, hour: float, step: str, *, is_supposed: bool
) -> None:
    world.see(3, GRAPES, step="receiving", at=f"{SHED}/254/7")
    world.see(hour, OTHER_GRAPES, step=step, at=SHED)
    answer = supposed(world, Assumptions(hours=2))
    assert told(answer) == [(OTHER_GRAPES, 1, "same_place", GRAPES, SHED)] * is_supposed


def test_what_came_to_the_site_in_a_crate_is_supposed(world: World) -> None:
    world.begin(0, OTHER_GRAPES, at=FIELD)
    world.pack(1, CRATE, OTHER_GRAPES, read_point=FIELD)
    world.see(3, step="receiving", at=SHED, named=[Named(CRATE, Role.EPC)])
    world.see(4, GRAPES, step="holding", at=SHED)
    assert told(supposed(world, Assumptions(hours=2))) == [
        (OTHER_GRAPES, 1, "same_place", GRAPES, SHED)
    ]


def test_a_kill_step_spares_what_was_made_by_it(world: World) -> None:
    world.begin(0, GRAPES)
    cooked = world.transform(1, [GRAPES], [JUICE], biz_step=COOKING)
    world.transform(2, [JUICE], [BOXES])
    answer = supposed(world, Assumptions(kill_steps=COOKED))
    assert (answer.spared, answer.supposed) == ((BOXES, JUICE), ())
    assert [(one.object, one.event) for one in answer.stopped] == [(GRAPES, cooked.event_id)]


@pytest.mark.parametrize(
    "kill",
    [
        pytest.param(Assumptions(kill_places=frozenset({SHED})), id="a place"),
        pytest.param(Assumptions(kill_parties=frozenset({PACKER})), id="a party"),
    ],
)
def test_what_has_come_to_a_place_or_party_that_kills_passes_nothing_on(
    world: World, kill: Assumptions
) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [OTHER_GRAPES], at=FIELD)
    world.see(2, GRAPES, step="receiving", at=SHED)
    world.transform(3, [GRAPES], [JUICE], at=FIELD)
    assert supposed(world, kill).spared == (JUICE,)


def test_what_was_killed_may_be_affected_anew(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [GRAPES], [JUICE])
    world.see(2, JUICE, step=COOKING, at=SHED)
    world.pack(3, CRATE, JUICE, GRAPES)
    world.pack(4, CRATE, action="DELETE")
    world.transform(5, [JUICE], [BOXES])
    assert supposed(world, Assumptions(kill_steps=COOKED)).spared == (BOXES,)
    anew = supposed(world, Assumptions(containers="at_once", kill_steps=COOKED))
    assert anew.spared == ()


@pytest.mark.parametrize("others", [(), (OTHER_GRAPES,)], ids=["alone", "beside others"])
def test_what_was_killed_gets_nothing_from_itself_at_a_place_but_from_others(
    world: World, others: tuple[str, ...]
) -> None:
    world.begin(0, GRAPES, *others, at=SHED)
    world.see(1, GRAPES, step=COOKING, at=SHED)
    world.see(2, GRAPES, step="holding", at=SHED)
    world.transform(3, [GRAPES], [BOXES], at=FIELD)
    answer = supposed(world, Assumptions(hours=5, kill_steps=COOKED))
    assert (BOXES in answer.spared) == (not others)


def test_more_than_there_is_room_for_says_so(crated: World) -> None:
    assert supposed(crated, AT_ONCE, most=2).truncated
    assert not supposed(crated, AT_ONCE).truncated


def test_what_nobody_knows_is_told(crated: World) -> None:
    answer = supposed(crated, AT_ONCE, GRAPES, BOXES)
    assert (answer.subjects, answer.unknown) == ((GRAPES,), (BOXES,))


LOTS: Final = [f"https://id.gs1.org/01/08930001001008/10/W{one:02d}" for one in range(20)]
CRATES: Final = [CRATE, CRATE.replace("CRATE1", "CRATE2")]


class Kitchen:
    """A world that knows at every hour what is tainted, and writes the events down."""

    def __init__(self, seed: int, containers: Containers) -> None:
        self.chance = Random(seed)  # noqa: S311 - no secret
        self.containers = containers
        self.world = World()
        self.here = LOTS[:5]
        self.inside: dict[str, list[str]] = {crate: [] for crate in CRATES}
        self.dirty: set[str] = set()
        self.tainted = {LOTS[0]}
        self.since = {LOTS[0]: BEFORE_ALL_TIME}
        self.world.begin(0, *self.here)

    def loose(self) -> list[str]:
        packed = {one for its in self.inside.values() for one in its}
        return [one for one in self.here if one not in packed]

    def taint(self, one: str, hour: int) -> None:
        self.tainted.add(one)
        self.since.setdefault(one, hour * HOUR)

    def settle(self, hour: int) -> None:
        for crate, its in self.inside.items():
            if self.containers != "no" and (self.tainted & {*its} or (crate in self.dirty and its)):
                for one in its:
                    self.taint(one, hour)
                if self.containers == "after":
                    self.dirty.add(crate)

    def act(self, hour: int) -> None:
        crate, loose = self.chance.choice(CRATES), self.loose()
        match self.chance.choice(["pack", "pack", "unpack", "unpack", "make", "clean", "cook"]):
            case "pack" if loose:
                put = self.chance.sample(loose, min(len(loose), 2))
                self.world.pack(hour, crate, *put)
                self.inside[crate] += put
            case "unpack" if self.inside[crate]:
                self.world.pack(hour, crate, *self.inside[crate], action="DELETE")
                self.inside[crate] = []
            case "make" if loose:
                source, target = self.chance.choice(loose), LOTS[len(self.here)]
                kills = self.chance.random() < 0.3
                step = COOKING if kills else "commissioning"
                self.world.transform(hour, [source], [target], biz_step=step)
                self.here = [*self.here, target]
                if source in self.tainted and not kills:
                    self.taint(target, hour)
            case "clean":
                named = [Named(crate, Role.EPC)]
                self.world.see(hour, step=CLEANING, at=SHED, named=named)
                self.dirty.discard(crate)
            case "cook" if loose:
                cooked = self.chance.choice(loose)
                self.world.see(hour, cooked, step=COOKING, at=SHED)
                self.tainted.discard(cooked)
        self.settle(hour)


@pytest.mark.parametrize("containers", ["no", "at_once", "after"])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_supposed_is_what_a_kitchen_would_have_tainted(
    seed: int, containers: Containers
) -> None:
    kitchen = Kitchen(seed, containers)
    for hour in range(1, 16):
        kitchen.act(hour)
    world = kitchen.world
    kitchen.chance.shuffle(world.events)
    asked = Assumptions(containers=containers, kill_steps=COOKED)
    answer = supposed(world, asked, LOTS[0])
    recalled = supposed(world, Assumptions(kill_steps=frozenset({"all"})), LOTS[0])
    assert recalled.spared == ()
    every = {one.object for one in answer.supposed}
    proven = downstream(world, LOTS[0])
    assert every == kitchen.since.keys() - proven
    assert {*answer.spared} == proven - kitchen.since.keys()
    assert {one.object: one.since for one in answer.supposed} == {
        one: utc_text(kitchen.since[one]) for one in every
    }


def downstream(world: World, one: str) -> set[str]:
    """What was made of an object, looked up by hand: here nothing is used before it is made."""
    found = {one}
    for facts in sorted(world.events, key=lambda its: its.time):
        if found & {named.object for named in facts.objects(Role.INPUT)}:
            found |= {named.object for named in facts.objects(Role.OUTPUT)}
    return found


@pytest.mark.parametrize("seed", range(40))
def test_what_is_supposed_by_places_is_what_somebody_there_would_have_seen(seed: int) -> None:
    chance, world, span = Random(seed), World(), 3  # noqa: S311 - no secret
    sites = [FIELD, SHED, COUNTER]
    lots = LOTS[:6]
    last: dict[str, tuple[int, str, bool]] = {}
    dirty: dict[str, list[int]] = {site: [] for site in sites}
    since = {lots[0]: 0}
    for hour in range(1, 15):
        site = chance.choice(sites)
        named = chance.sample(lots, chance.choice([1, 1, 2]))
        leaves = chance.random() < 0.3
        world.see(hour, *named, step="shipping" if leaves else "holding", at=site)
        was_there = [
            one
            for one, (at, where, left) in last.items()
            if where == site and not left and hour - at <= span and one not in named
        ]
        arriving = any(hour - at <= span for at in dirty[site])
        if arriving or since.keys() & {*named}:
            dirty[site].append(hour)
            for one in (*named, *was_there):
                since.setdefault(one, hour)
        last.update((one, (hour, site, leaves)) for one in named)
    chance.shuffle(world.events)
    answer = supposed(world, Assumptions(hours=span), lots[0])
    expected = {} if not world.events else {o: utc_text(t * HOUR) for o, t in since.items()}
    expected.pop(lots[0])
    assert {one.object: one.since for one in answer.supposed} == expected
