"""What became of what; DESIGN's rules of lineage, one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.provenance.result import Trace
from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PALLET,
    SHED,
    SISTER,
    Book,
    World,
    gap_codes,
    roles,
)

PRODUCT = "https://id.gs1.org/01/08930001001060"
YEAR = 365 * 24


def test_a_product_without_a_lot_is_never_walked(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [PRODUCT])
    world.transform(2, [PRODUCT], [JUICE])
    world.ship(3, "https://id.gs1.org/417/1", "https://id.gs1.org/417/2", PRODUCT)
    assert roles(world.trace(JUICE)) == {PRODUCT: "upstream", JUICE: "subject"}
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject", PRODUCT: "downstream"}
    assert roles(world.trace(PRODUCT)) == {PRODUCT: "subject"}
    answer = world.trace(JUICE)
    assert gap_codes(answer) == ["no_lot"]
    assert answer.handovers == ()
    assert [visit.biz_step for visit in answer.visits if visit.object == PRODUCT] == [None]


def test_a_lot_reworked_in_a_run_takes_nothing_that_was_added_later(world: World) -> None:
    run = {"transformation_id": "urn:vat:1"}
    world.transform(1, [BOXES], [BOXES], **run)
    world.transform(2, [GRAPES], [], **run)
    assert roles(world.trace(BOXES)) == {BOXES: "subject"}
    assert roles(world.trace(GRAPES)) == {GRAPES: "subject"}


def test_a_use_before_its_object_was_made_is_joined_to_every_maker_disputed(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES, BOXES)  # to commission is not to make
    world.transform(1, [BOXES], [JUICE])
    world.transform(2, [GRAPES], [BOXES])
    world.transform(3, [OTHER_GRAPES], [BOXES])
    answer = world.trace(JUICE)
    assert roles(answer) == {
        GRAPES: "upstream",
        OTHER_GRAPES: "upstream",
        BOXES: "upstream",
        JUICE: "subject",
    }
    assert {(link.from_, link.to): link.disputed for link in answer.links} == {
        (BOXES, JUICE): True,
        (GRAPES, BOXES): False,
        (OTHER_GRAPES, BOXES): False,
    }
    assert {one.id for one in answer.objects if one.disputed} == {GRAPES, OTHER_GRAPES, BOXES}
    assert roles(world.trace(GRAPES)) == {
        GRAPES: "subject",
        BOXES: "downstream",
        JUICE: "downstream",
    }


def test_beyond_a_disputed_use_the_bound_is_that_of_its_own_links(world: World) -> None:
    world.transform(1, [BOXES], [JUICE])
    world.transform(2, [GRAPES], [BOXES])
    world.transform(1.5, [ITEM], [GRAPES])
    world.transform(3, [OTHER_GRAPES], [GRAPES])  # after GRAPES went into BOXES
    answer = world.trace(JUICE)
    assert set(roles(answer)) == {ITEM, GRAPES, BOXES, JUICE}
    assert [(late.from_, late.to) for late in answer.excluded_by_time] == [(OTHER_GRAPES, GRAPES)]


def test_what_is_in_the_answer_is_not_excluded_from_it(world: World) -> None:
    # BOXES is reached downstream too early for its second use, and upstream of nothing.
    world.transform(1, [GRAPES], [BOXES])
    world.transform(2, [BOXES], [JUICE])
    world.transform(3, [JUICE], [BOXES])
    world.transform(4, [BOXES], [ITEM])
    for subject in (GRAPES, BOXES, JUICE, ITEM):
        answer = world.trace(subject)
        shown = {(link.from_, link.to, link.event) for link in answer.links}
        late = {(link.from_, link.to, link.event) for link in answer.excluded_by_time}
        assert not shown & late


def test_a_crate_of_unknown_content_brings_its_nearest_load_disputed(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, OTHER_GRAPES)
    world.pack(2, CRATE, action="DELETE")
    world.transform(8, [CRATE], [JUICE])
    world.pack(10, CRATE, GRAPES)
    answer = world.trace(JUICE)
    assert roles(answer) == {CRATE: "upstream", GRAPES: "upstream", JUICE: "subject"}
    assert {link.from_: link.disputed for link in answer.links if link.to == JUICE} == {
        CRATE: False,
        GRAPES: True,
    }
    (gap,) = answer.gaps
    assert (gap.code, gap.objects) == ("unknown_content", (CRATE,))
    assert roles(world.trace(GRAPES))[JUICE] == "downstream"
    assert JUICE not in roles(world.trace(OTHER_GRAPES))


def test_a_crate_inside_a_pallet_that_is_used_up_is_opened_too(world: World) -> None:
    world.begin(0, GRAPES, OTHER_GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, PALLET, CRATE, OTHER_GRAPES)
    world.transform(3, [PALLET], [JUICE])
    assert roles(world.trace(JUICE)) == {
        GRAPES: "upstream",
        OTHER_GRAPES: "upstream",
        JUICE: "subject",
        CRATE: "carrier",
        PALLET: "carrier",
    }


def test_a_container_that_was_made_is_an_object_of_lineage(world: World) -> None:
    world.begin(0, GRAPES)
    world.transform(1, [GRAPES], [PALLET])
    world.transform(2, [PALLET], [JUICE])
    answer = world.trace(JUICE)
    assert roles(answer) == {GRAPES: "upstream", PALLET: "upstream", JUICE: "subject"}
    assert gap_codes(answer) == []


@pytest.mark.parametrize(
    ("until", "at"),
    [
        pytest.param(YEAR + 2, SHED, id="more than a year"),
        pytest.param(2, COUNTER, id="two parties"),
    ],
)
def test_a_transformation_too_wide_to_be_one_is_reported_and_not_cut(
    world: World, until: int, at: str
) -> None:
    world.begin(0, GRAPES)
    events = [
        world.transform(1, [GRAPES], [], transformation_id="urn:vat:1"),
        world.transform(until, [], [JUICE], transformation_id="urn:vat:1", at=at),
    ]
    answer = world.trace(JUICE)
    assert set(roles(answer)) == {GRAPES, JUICE}
    gap = next(gap for gap in answer.gaps if gap.code == "wide_transformation")
    assert gap.events == tuple(facts.event_id for facts in events)


def test_a_lot_made_at_two_places_is_one_and_is_reported(world: World) -> None:
    first = world.begin(0, GRAPES, at=FIELD)
    second = world.begin(1, GRAPES, at=COUNTER)
    (gap,) = world.trace(GRAPES).gaps
    assert (gap.code, gap.objects) == ("made_twice", (GRAPES,))
    assert gap.events == (first.event_id, second.event_id)


def test_a_party_that_used_what_it_never_received_is_told_what_it_may_have_meant(
    world: World,
) -> None:
    true, mistyped = (f"{GRAPES.rpartition('/')[0]}/{lot}" for lot in ("DN26-O1", "dn2601"))
    book = Book({FIELD: "urn:farm", SHED: "urn:packer"})
    world.begin(0, true)
    world.ship(1, "urn:farm", "urn:packer", true, at=FIELD)
    used = world.transform(2, [mistyped], [JUICE])
    answer = world.trace(JUICE, book=book)
    gap = next(gap for gap in answer.gaps if gap.code == "used_not_received")
    assert (gap.objects, gap.events, gap.candidates) == ((mistyped,), (used.event_id,), (true,))
    assert true not in roles(answer)


def test_a_lot_made_elsewhere_and_never_handed_over_is_used_and_not_received(world: World) -> None:
    book = Book({FIELD: "urn:farm", SHED: "urn:packer"})
    world.begin(0, GRAPES)
    world.transform(2, [GRAPES], [JUICE])
    assert gap_codes(world.trace(JUICE, book=book)) == ["used_not_received"]
    assert gap_codes(world.trace(JUICE)) == []  # a party that is only presumed may be the same


def test_nobody_says_where_a_lot_was_or_in_whose_hands(world: World) -> None:
    event = world.see(0, GRAPES, step="inspecting", action="ADD")
    gaps = world.trace(GRAPES).gaps
    assert [(gap.code, gap.objects, gap.events) for gap in gaps] == [
        ("unknown_place", (GRAPES,), (event.event_id,)),
        ("unknown_party", (GRAPES,), (event.event_id,)),
    ]


class TestMembers:
    """What happens to a member counts for the lot, and never for sister instances."""

    def serials(self, world: World) -> None:
        world.begin(0, ITEM, SISTER, memberships=((ITEM, JUICE), (SISTER, JUICE)))

    def test_a_lot_known_only_by_its_serials_has_an_origin(self, world: World) -> None:
        self.serials(world)
        assert gap_codes(world.trace(JUICE)) == []
        assert gap_codes(world.trace(ITEM)) == []

    def test_the_handovers_of_a_member_are_the_lots(self, world: World) -> None:
        self.serials(world)
        giver, taker = "https://id.gs1.org/417/1", "https://id.gs1.org/417/2"
        world.ship(1, giver, taker, ITEM)
        world.receive(2, giver, taker, ITEM)
        answer = world.trace(JUICE)
        assert [(each.objects, each.confirmed) for each in answer.handovers] == [((ITEM,), "both")]
        steps = {one.party: one for one in answer.one_step}
        assert [(n.party, n.objects) for n in steps[giver].forward] == [(taker, (JUICE,))]
        assert [(n.party, n.objects) for n in steps[taker].back] == [(giver, (JUICE,))]
        upstream = world.trace(JUICE, direction="upstream")
        assert [each.objects for each in upstream.handovers] == [(JUICE,)]

    def test_the_visits_of_a_member_are_the_lots_and_not_its_sisters(self, world: World) -> None:
        self.serials(world)
        stop = world.see(1, ITEM, step="storing", at=COUNTER)
        seen = {(visit.object, visit.event) for visit in world.trace(JUICE).visits}
        assert {(JUICE, stop.event_id), (ITEM, stop.event_id)} <= seen
        assert stop.event_id not in {visit.event for visit in world.trace(SISTER).visits}

    def test_who_made_the_members_made_the_lot(self, world: World) -> None:
        farm, packer = "https://id.gs1.org/417/1", SHED.replace("/414/", "/417/")
        world.begin(0, GRAPES)
        world.ship(1, farm, packer, GRAPES)
        world.transform(2, [GRAPES], [ITEM], memberships=((ITEM, JUICE),))
        answer = world.trace(JUICE)
        assert roles(answer)[GRAPES] == "upstream"
        steps = {one.party: one for one in answer.one_step}
        assert [(n.party, n.objects) for n in steps[packer].back] == [(farm, (GRAPES,))]

    def test_what_was_made_of_a_member_is_not_of_its_sisters(self, world: World) -> None:
        world.transform(1, [GRAPES], [ITEM], memberships=((ITEM, JUICE),))
        world.transform(1, [OTHER_GRAPES], [SISTER], memberships=((SISTER, JUICE),))
        world.transform(2, [SISTER], [BOXES])
        assert set(roles(world.trace(BOXES))) == {OTHER_GRAPES, SISTER, JUICE, BOXES}
        assert set(roles(world.trace(GRAPES))) == {GRAPES, ITEM, JUICE}
        assert set(roles(world.trace(JUICE))) == {GRAPES, OTHER_GRAPES, ITEM, SISTER, JUICE, BOXES}


LOTS = [f"https://id.gs1.org/01/08930001001008/10/{letter}" for letter in "ABCDE"]
SERIALS = [f"https://id.gs1.org/01/08930001001008/21/{number}" for number in (1, 2, 3)]
CRATES = [f"https://id.gs1.org/8003/08930001001046C{number}" for number in (1, 2)]
MEMBERSHIPS = ((SERIALS[0], LOTS[0]), (SERIALS[1], LOTS[0]), (SERIALS[2], LOTS[1]))


@st.composite
def histories(draw: st.DrawFn) -> World:
    """Lots, serials and crates, used, made, packed and reworked in any order, some in long runs."""
    world = World()
    things = st.lists(st.sampled_from([*LOTS, *SERIALS, *CRATES]), max_size=3, unique=True)
    hours = st.integers(0, 5)
    for _ in range(draw(st.integers(1, 8))):
        match draw(st.sampled_from(["transform", "run", "pack", "unpack", "members"])):
            case "transform":
                world.transform(draw(hours), draw(things), draw(things))
            case "run":
                name = draw(st.sampled_from(["urn:run:1", "urn:run:2"]))
                world.transform(draw(hours), draw(things), draw(things), transformation_id=name)
            case "members":
                world.begin(draw(hours), *SERIALS, memberships=MEMBERSHIPS)
            case act:
                action = "ADD" if act == "pack" else "DELETE"
                goods = [one for one in draw(things) if one not in CRATES]
                if goods or action == "DELETE":
                    world.pack(draw(hours), draw(st.sampled_from(CRATES)), *goods, action=action)
    return world


def made_of(answer: Trace, source: str, target: str) -> set[tuple[Any, ...]]:
    """The transformation links that lead from one object straight to another."""
    return {
        (link.input_event, link.event, link.disputed)
        for link in answer.links
        if (link.from_, link.to, link.kind) == (source, target, "transformation")
    }


@given(histories())
def test_one_is_upstream_of_another_exactly_when_that_is_downstream_of_it(world: World) -> None:
    """The same links, seen from either end."""
    things = [*LOTS, *SERIALS]
    up = {one: world.trace(one, direction="upstream") for one in things}
    down = {one: world.trace(one, direction="downstream") for one in things}
    for one in things:
        for other in things:
            if one != other:
                is_up = roles(up[one]).get(other) in {"upstream", "both"}
                is_down = roles(down[other]).get(one) in {"downstream", "both"}
                assert is_up == is_down, (one, other)
                if is_up:
                    assert made_of(up[one], other, one) == made_of(down[other], other, one)


def test_the_amount_of_an_input_in_a_crate_is_what_was_put_in(world: World) -> None:
    world.begin(0, GRAPES)
    world.pack(1, CRATE, GRAPES)
    world.pack(2, CRATE, GRAPES)
    world.transform(3, [CRATE], [JUICE])
    link = next(link for link in world.trace(JUICE).links if link.kind == "transformation")
    assert link.quantity is not None
    assert (link.quantity.value, link.quantity.uom) == ("20", "KGM")
