"""What several cases of illness have in common, impossible dates left out."""

from random import Random

import pytest

from epcis_core.model.references import Role
from epcis_core.model.times import utc_text
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import Named
from epcis_core.provenance.incidents import CommonOrigin, Incident, common_origin
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
    SHED,
    SHOP,
    SISTER,
    Book,
    World,
)


def asked(world: World, *cases: Incident, most: int = 10_000) -> CommonOrigin:
    book = Book({FIELD: FARM, SHED: PACKER, COUNTER: SHOP})
    return common_origin(EventList(world.events), book, cases, max_objects=most)


def told(answer: CommonOrigin) -> list[tuple[str, tuple[int, ...], tuple[int, ...], int]]:
    return [(one.object, one.explains, one.excluded, one.steps) for one in answer.sources]


@pytest.fixture
def pressed(world: World) -> World:
    """Grapes went into juice at hour 1 and into boxes at hour 5, others into both at hour 2."""
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.transform(1, [GRAPES], [JUICE])
    world.transform(2, [OTHER_GRAPES], [JUICE, BOXES])
    world.transform(5, [GRAPES], [BOXES])
    return world


def test_without_dates_every_source_explains_its_cases_nearest_first(pressed: World) -> None:
    answer = asked(pressed, Incident(JUICE), Incident(BOXES))
    assert told(answer) == [(GRAPES, (0, 1), (), 1), (OTHER_GRAPES, (0, 1), (), 1)]
    assert answer.impossible == ()
    assert [(one.party, one.explains) for one in answer.parties] == [
        (FARM, (0, 1)),
        (PACKER, (0, 1)),
    ]


def test_what_went_in_after_the_finding_cannot_explain_it(pressed: World) -> None:
    answer = asked(pressed, Incident(JUICE), Incident(BOXES, found=3 * HOUR))
    assert told(answer) == [(OTHER_GRAPES, (0, 1), (), 1)]
    (late,) = answer.impossible
    assert (late.object, late.explains, late.excluded, late.share) == (GRAPES, (0,), (1,), 0.5)
    source = answer.sources[0]
    assert (source.first_used, source.last_used) == (utc_text(2 * HOUR), utc_text(2 * HOUR))


def test_what_went_in_at_the_very_time_of_the_finding_can(pressed: World) -> None:
    answer = asked(pressed, Incident(JUICE), Incident(BOXES, found=5 * HOUR))
    assert answer.impossible == ()
    assert len(answer.sources) == 2


def test_a_way_through_goods_that_were_made_too_late_does_not_count(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [JUICE])
    world.transform(4, [JUICE], [BOXES])
    world.transform(2, [GRAPES], [OTHER_GRAPES])
    world.transform(3, [OTHER_GRAPES], [BOXES])
    answer = asked(world, Incident(BOXES, found=3 * HOUR), Incident(JUICE))
    assert told(answer) == [(GRAPES, (0, 1), (), 2)]
    assert [(one.object, one.excluded) for one in answer.impossible] == [(JUICE, (0,))]


def test_goods_made_after_the_finding_are_explained_by_nothing(pressed: World) -> None:
    answer = asked(pressed, Incident(JUICE), Incident(JUICE), Incident(BOXES, found=HOUR))
    assert [one.doubt for one in answer.cases] == [None, None, "made_later"]
    # The goods of two cases are one lot, which explains both, the nearest of all.
    assert told(answer)[0] == (JUICE, (0, 1), (), 0)
    assert {one.object: one.excluded for one in answer.sources[1:]} == {
        GRAPES: (2,),
        OTHER_GRAPES: (2,),
    }


def test_goods_that_came_to_the_place_after_the_finding_are_explained_by_nothing(
    pressed: World,
) -> None:
    pressed.ship(6, PACKER, SHOP, JUICE)
    pressed.see(8, JUICE, step="receiving", at=COUNTER)
    for place in (COUNTER, SHOP):
        answer = asked(pressed, Incident(JUICE, 7 * HOUR, place), Incident(BOXES))
        assert answer.cases[0].doubt == "came_later"
        assert answer.sources == ()
    assert asked(pressed, Incident(JUICE, 8 * HOUR, SHOP)).cases[0].doubt is None
    assert asked(pressed, Incident(JUICE, 7 * HOUR, FIELD)).cases[0].doubt is None  # not on record


def test_goods_that_nobody_knows_are_told_and_count_among_the_cases(pressed: World) -> None:
    answer = asked(pressed, Incident(JUICE), Incident(SISTER), Incident(BOXES))
    assert [one.doubt for one in answer.cases] == [None, "unknown", None]
    assert answer.sources[0].share == pytest.approx(2 / 3)


def test_a_single_item_comes_of_what_its_lot_was_made_of(pressed: World) -> None:
    pressed.begin(3, ITEM, memberships=((ITEM, JUICE),))
    answer = asked(pressed, Incident(ITEM, 4 * HOUR), Incident(BOXES, 4 * HOUR))
    assert told(answer) == [(OTHER_GRAPES, (0, 1), (), 2)]


def test_a_crate_that_only_carried_them_is_no_source(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES, OTHER_GRAPES)
    answer = asked(world, Incident(GRAPES), Incident(OTHER_GRAPES))
    assert (answer.sources, answer.impossible) == ((), ())


def test_an_origin_that_is_too_great_says_so(pressed: World) -> None:
    assert asked(pressed, Incident(JUICE), Incident(BOXES), most=2).truncated
    assert not asked(pressed, Incident(JUICE), Incident(BOXES)).truncated


@pytest.mark.parametrize("seed", range(60))
def test_sources_are_those_whose_dye_was_in_the_goods_by_then(seed: int) -> None:
    """Dye each source in turn, and let the events happen one after the other."""
    chance = Random(seed)  # noqa: S311 - no secret
    world = World()
    lots = [f"https://id.gs1.org/01/08930001001008/10/R{one}" for one in range(9)]
    here = lots[:3]
    world.begin(0, *here)
    made = dict.fromkeys(here, 0)
    recipes = []
    for hour in range(1, 13):
        inputs = chance.sample(here, min(len(here), chance.choice([1, 2])))
        output = chance.choice([one for one in lots[3:] if one not in inputs])
        world.transform(hour, inputs, [output])
        recipes.append((hour, inputs, output))
        made.setdefault(output, hour)
        if output not in here:
            here.append(output)
    chance.shuffle(world.events)
    cases = [
        Incident(chance.choice(here), chance.choice([None, chance.randrange(14) * HOUR]))
        for _ in range(4)
    ]
    expected = {}
    for source in here:
        dyed = {source: made[source]}
        for hour, inputs, output in recipes:
            if dyed.keys() & {*inputs} and output != source:
                dyed.setdefault(output, hour)
        ends = [99 if one.found is None else one.found // HOUR for one in cases]
        expected[source] = tuple(
            at
            for at, (one, end) in enumerate(zip(cases, ends, strict=True))
            if dyed.get(one.object, 100) <= end and made[one.object] <= end
        )
    answer = asked(world, *cases)
    assert {one.object: one.explains for one in answer.sources} == {
        one: its for one, its in expected.items() if len(its) > 1
    }


def test_an_amount_without_a_lot_is_no_source(world: World) -> None:
    water = "https://id.gs1.org/01/08930001001046"
    world.see(0, step="commissioning", at=FIELD, named=[Named(water, Role.EPC, "9", "LTR")])
    world.transform(1, [water], [JUICE])
    world.transform(1, [water], [BOXES])
    assert asked(world, Incident(JUICE), Incident(BOXES)).sources == ()
