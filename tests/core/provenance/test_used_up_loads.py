"""What ends a load without being unpacked: a use or the destruction of its container."""

from typing import Any

import pytest

from tests.core.provenance.histories import (
    BOXES,
    COUNTER,
    CRATE,
    FARM,
    FIELD,
    GRAPES,
    ITEM,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHOP,
    TRUCK,
    World,
    gap_codes,
    hour,
    inside,
    roles,
    told,
)

OTHER_PALLET = "https://id.gs1.org/00/189300010000000022"
RUN = "urn:example:run:1"


def in_crate(world: World, *lots: str) -> None:
    """Lots come into being, and are in the crate from hour 1 on."""
    world.begin(0, *lots)
    world.pack(1, CRATE, *lots)


def until(world: World, one: str = GRAPES, container: str = CRATE) -> list[str | None]:
    """Return when the stays of an object in a container ended."""
    stays = inside(world.trace(one))
    return [end for inner, outer, _, end, _ in stays if (inner, outer) == (one, container)]


class TestUse:
    """A use of a container consumes what it holds."""

    def test_what_was_used_up_travels_with_its_crate_no_more(self, world: World) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.ship(3, PACKER, SHOP, CRATE)
        world.receive(4, PACKER, SHOP, CRATE)
        answer = world.trace(GRAPES)
        assert roles(answer) == {GRAPES: "subject", CRATE: "carrier", JUICE: "downstream"}
        assert inside(answer) == [(GRAPES, CRATE, hour(1), hour(2), False)]
        assert answer.handovers == ()
        assert gap_codes(answer) == []

    def test_a_second_use_is_of_unknown_content_perhaps_of_the_nearest_load(
        self, world: World
    ) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.transform(9, [CRATE], [BOXES])
        answer = world.trace(BOXES)
        assert roles(answer) == {GRAPES: "upstream", CRATE: "upstream", BOXES: "subject"}
        assert {one.id: one.disputed for one in answer.objects} == {
            GRAPES: True,
            CRATE: False,
            BOXES: False,
        }
        assert gap_codes(answer) == ["unknown_content"]
        assert BOXES in roles(world.trace(GRAPES))
        assert gap_codes(world.trace(JUICE)) == []

    def test_two_uses_at_one_instant_are_of_one_load(self, world: World) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.transform(2, [CRATE], [BOXES])
        for one in (JUICE, BOXES):
            answer = world.trace(one)
            assert roles(answer)[GRAPES] == "upstream"
            assert gap_codes(answer) == []
            assert not any(link.disputed for link in answer.links)

    def test_a_run_of_several_events_uses_a_load_up_at_its_last(self, world: World) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [], transformation_id=RUN)
        world.transform(4, [CRATE], [], transformation_id=RUN)
        world.transform(6, [], [JUICE], transformation_id=RUN)
        assert until(world) == [hour(4)]
        answer = world.trace(JUICE)
        used = [link.input_time for link in answer.links if link.kind == "transformation"]
        assert used == [hour(2), hour(4)]
        assert gap_codes(answer) == []
        for time in (7, 8):
            world.transform(time, [CRATE], [BOXES], transformation_id="urn:example:run:2")
        answer = world.trace(BOXES)
        assert gap_codes(answer) == ["unknown_content"]
        assert {one.disputed for one in answer.objects if one.id == GRAPES} == {True}

    def test_what_is_packed_between_two_uses_of_a_run_is_another_load(self, world: World) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [], transformation_id=RUN)
        world.begin(2, OTHER_GRAPES)
        world.pack(3, CRATE, OTHER_GRAPES)
        world.transform(4, [CRATE], [JUICE], transformation_id=RUN)
        assert until(world) == [hour(2)]
        assert until(world, OTHER_GRAPES) == [hour(4)]
        assert set(roles(world.trace(JUICE))) == {GRAPES, OTHER_GRAPES, CRATE, JUICE}

    @pytest.mark.parametrize(
        ("action", "named", "ends"),
        [
            pytest.param("DELETE", [], {GRAPES: 5, OTHER_GRAPES: 5}, id="all is taken out"),
            pytest.param("DELETE", [GRAPES], {GRAPES: 5, OTHER_GRAPES: 2}, id="one is taken out"),
            pytest.param("OBSERVE", [GRAPES], {GRAPES: None, OTHER_GRAPES: 2}, id="one is seen"),
            pytest.param("OBSERVE", [], {GRAPES: 2, OTHER_GRAPES: 2}, id="nothing is seen"),
        ],
    )
    def test_what_is_said_to_be_in_it_later_was_not_used_up(
        self, world: World, action: str, named: list[str], ends: dict[str, int | None]
    ) -> None:
        in_crate(world, GRAPES, OTHER_GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.pack(5, CRATE, *named, action=action)
        assert {one: until(world, one) for one in ends} == {
            one: [None if end is None else hour(end)] for one, end in ends.items()
        }

    @pytest.mark.parametrize("named", [[], [GRAPES]], ids=["all", "one lot"])
    def test_what_is_said_after_the_next_packing_is_of_that_load(
        self, world: World, named: list[str]
    ) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.pack(3, CRATE, OTHER_GRAPES, GRAPES)
        world.pack(5, CRATE, *named, action="DELETE")
        assert until(world) == [hour(2), hour(5)]

    @pytest.mark.parametrize("first", ["ADD", "DELETE"])
    def test_what_is_said_at_the_instant_of_the_next_packing_is_of_that_load(
        self, world: World, first: str
    ) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [JUICE])
        world.begin(2, OTHER_GRAPES)
        for action in ("ADD", "DELETE") if first == "ADD" else ("DELETE", "ADD"):
            world.pack(24, CRATE, *[OTHER_GRAPES] * (action == "ADD"), action=action)
        assert until(world) == [hour(2)]
        assert until(world, OTHER_GRAPES) == [hour(24)]

    def test_what_is_packed_and_used_at_one_instant_is_used_up(self, world: World) -> None:
        world.begin(0, GRAPES)
        world.pack(24, CRATE, GRAPES)
        world.transform(24, [CRATE], [JUICE])
        assert until(world) == [hour(24)]
        assert roles(world.trace(JUICE))[GRAPES] == "upstream"

    def test_what_is_put_to_a_load_at_the_instant_of_its_use_may_be_left(
        self, world: World
    ) -> None:
        in_crate(world, GRAPES)
        world.begin(0, OTHER_GRAPES)
        world.transform(24, [CRATE], [JUICE])
        world.pack(24, CRATE, OTHER_GRAPES)
        assert inside(world.trace(GRAPES)) == [(GRAPES, CRATE, hour(1), hour(24), False)]
        assert inside(world.trace(OTHER_GRAPES)) == [(OTHER_GRAPES, CRATE, hour(24), None, True)]
        disputed = {one.id: one.disputed for one in world.trace(JUICE).objects}
        assert disputed == {GRAPES: False, OTHER_GRAPES: True, CRATE: False, JUICE: False}

    def test_a_container_that_comes_out_again_keeps_what_it_holds(self, world: World) -> None:
        in_crate(world, GRAPES)
        world.transform(2, [CRATE], [CRATE, JUICE])
        assert until(world) == [None]

    def test_an_item_that_holds_others_is_used_up_with_them(self, world: World) -> None:
        world.begin(0, ITEM, GRAPES)
        world.pack(1, ITEM, GRAPES)
        world.transform(2, [ITEM], [BOXES])
        assert until(world, GRAPES, ITEM) == [hour(2)]

    def test_a_use_that_was_declared_wrong_makes_it_likely_only(self, world: World) -> None:
        in_crate(world, GRAPES)
        use = world.transform(2, [CRATE], [JUICE])
        world.declare(use)
        assert inside(world.trace(GRAPES)) == [
            (GRAPES, CRATE, hour(1), hour(2), False),
            (GRAPES, CRATE, hour(2), None, True),
        ]

    def test_a_use_that_did_not_occur_ends_nothing(self, world: World) -> None:
        in_crate(world, GRAPES)
        use = world.transform(2, [CRATE], [JUICE])
        world.declare(use, reason="did_not_occur")
        assert until(world) == [None]


class TestInnerLoads:
    """What happens to an outer container happens to what lies in the inner ones."""

    @staticmethod
    def stack(world: World) -> None:
        """Grapes in a crate, on a pallet, in a truck, by hour 3."""
        in_crate(world, GRAPES)
        world.pack(2, PALLET, CRATE)
        world.pack(3, TRUCK, PALLET)

    @pytest.mark.parametrize("used", [CRATE, PALLET, TRUCK])
    def test_using_a_container_uses_up_what_lies_inside_however_deep(
        self, world: World, used: str
    ) -> None:
        self.stack(world)
        world.transform(4, [used], [JUICE])
        world.ship(5, FARM, SHOP, CRATE)
        world.receive(6, FARM, SHOP, CRATE)
        answer = world.trace(GRAPES)
        assert until(world) == [hour(4)]
        assert roles(answer)[JUICE] == "downstream"
        assert answer.handovers == ()
        assert gap_codes(answer) == []

    @pytest.mark.parametrize("content", [GRAPES, ITEM], ids=["a lot", "an item"])
    def test_what_lies_in_a_pallet_and_in_a_crate_on_it_is_known_in_both(
        self, world: World, content: str
    ) -> None:
        world.begin(0, content)
        world.pack(1, CRATE, content)
        world.pack(2, PALLET, CRATE)
        world.pack(3, PALLET, content)
        world.transform(4, [PALLET], [BOXES])
        answer = world.trace(BOXES)
        assert roles(answer) == {
            content: "upstream",
            CRATE: "carrier",
            PALLET: "carrier",
            BOXES: "subject",
        }
        assert gap_codes(answer) == []

    @pytest.mark.parametrize("destroyed", [CRATE, PALLET, TRUCK])
    def test_destroying_a_container_destroys_what_lies_inside_however_deep(
        self, world: World, destroyed: str
    ) -> None:
        self.stack(world)
        end = world.see(4, destroyed, step="destroying", action="DELETE", at=COUNTER)
        answer = world.trace(GRAPES)
        assert until(world) == [hour(4)]
        gaps = [gap for gap in answer.gaps if gap.code == "unclosed_packing"]
        assert GRAPES in {one for gap in gaps for one in gap.objects}
        assert {gap.events[1] for gap in gaps} == {end.event_id}

    @pytest.mark.parametrize("step", ["decommissioning", "commissioning"])
    def test_an_inner_crate_keeps_its_load_when_the_pallet_begins_or_ends(
        self, world: World, step: str
    ) -> None:
        self.stack(world)
        if step == "commissioning":
            world.begin(4, PALLET)
        else:
            world.see(4, PALLET, step=step, action="DELETE")
        assert until(world) == [None]
        assert until(world, CRATE, PALLET) == [hour(4)]

    @pytest.mark.parametrize(
        ("container", "more"),
        [
            pytest.param(PALLET, {"action": "DELETE"}, id="all was taken out"),
            pytest.param(OTHER_PALLET, {}, id="it was packed elsewhere"),
        ],
    )
    @pytest.mark.parametrize("ends", ["used", "destroyed"])
    def test_a_crate_that_was_moved_out_before_keeps_its_load(
        self, world: World, container: str, more: dict[str, Any], ends: str
    ) -> None:
        self.stack(world)
        world.pack(4, container, CRATE, **more)
        if ends == "used":
            world.transform(5, [PALLET], [JUICE])
        else:
            world.see(5, PALLET, step="destroying", action="DELETE")
        assert until(world) == [None]

    def test_a_crate_that_is_unpacked_on_the_day_its_pallet_is_destroyed_keeps_its_load(
        self, world: World
    ) -> None:
        self.stack(world)
        world.pack(24, PALLET, CRATE, action="DELETE")
        world.see(24, PALLET, step="destroying", action="DELETE")
        assert until(world) == [None]

    @pytest.mark.parametrize(
        ("container", "content"),
        [(PALLET, CRATE), (CRATE, GRAPES)],
        ids=["by the pallet", "by the crate"],
    )
    def test_what_is_said_to_be_in_it_later_was_not_used_up_with_the_pallet(
        self, world: World, container: str, content: str
    ) -> None:
        self.stack(world)
        world.transform(4, [PALLET], [JUICE])
        world.pack(5, container, content, action="OBSERVE")
        assert until(world) == [None]

    def test_a_pallet_that_is_only_likely_to_hold_a_crate_makes_it_likely_only(
        self, world: World
    ) -> None:
        in_crate(world, GRAPES)
        world.pack(2, PALLET, CRATE, action="OBSERVE")
        world.transform(3, [PALLET], [JUICE])
        assert inside(world.trace(GRAPES))[-1] == (GRAPES, CRATE, hour(3), None, True)

    def test_what_is_in_a_crate_after_it_was_emptied_with_its_pallet_is_another_load(
        self, world: World
    ) -> None:
        """The crate is in the pallet no longer, though nobody recorded that it was taken out."""
        self.stack(world)
        world.begin(3, OTHER_GRAPES)
        world.transform(4, [TRUCK], [JUICE])
        world.pack(5, CRATE, OTHER_GRAPES, GRAPES)
        world.transform(6, [PALLET], [BOXES])
        assert until(world) == [hour(4), None]
        assert until(world, OTHER_GRAPES) == [None]
        assert until(world, CRATE, PALLET) == [hour(4)]
        assert set(roles(world.trace(JUICE))) == {GRAPES, CRATE, PALLET, TRUCK, JUICE}

    @pytest.mark.parametrize("used", [CRATE, PALLET])
    def test_containers_that_were_packed_into_each_other_are_used_up_together(
        self, world: World, used: str
    ) -> None:
        in_crate(world, GRAPES)
        world.pack(2, PALLET, CRATE)
        world.pack(3, CRATE, PALLET)
        world.transform(4, [used], [JUICE])
        expected = world.trace(JUICE)
        assert until(world) == [hour(4)]
        assert roles(expected)[GRAPES] == "upstream"
        assert world.arriving(reversed(world.events)).trace(JUICE) == expected

    def test_a_crate_that_held_the_pallet_before_is_used_up_with_it(self, world: World) -> None:
        world.pack(1, CRATE, PALLET)
        world.pack(2, CRATE, PALLET, action="DELETE")
        world.begin(2, GRAPES)
        world.pack(3, CRATE, GRAPES)
        world.pack(4, PALLET, CRATE)
        world.transform(5, [PALLET], [JUICE])
        assert until(world) == [hour(5)]

    def test_no_order_of_arrival_changes_the_answer(self, world: World) -> None:
        self.stack(world)
        world.transform(4, [TRUCK], [JUICE])
        world.pack(5, CRATE, OTHER_GRAPES, read_point=FIELD)
        world.see(6, CRATE, step="storing", at=FIELD)
        expected = world.trace(JUICE)
        assert world.arriving(reversed(world.events)).trace(JUICE) == expected


def test_a_returned_crate_brings_nothing_of_what_was_used_up(world: World) -> None:
    """Filled at a farm, used at a packhouse that reports no unpacking, and filled at the farm."""
    in_crate(world, GRAPES)
    world.ship(2, FARM, PACKER, CRATE)
    world.receive(3, FARM, PACKER, CRATE)
    world.transform(4, [CRATE], [JUICE])
    world.ship(5, PACKER, FARM, CRATE)
    world.receive(6, PACKER, FARM, CRATE)
    world.begin(7, OTHER_GRAPES)
    world.pack(8, CRATE, OTHER_GRAPES, read_point=FIELD)
    world.ship(9, FARM, SHOP, CRATE)
    world.receive(10, FARM, SHOP, CRATE)
    first, second = world.trace(GRAPES), world.trace(OTHER_GRAPES)
    assert [told(one) for one in first.handovers] == [(FARM, PACKER, "both")]
    assert [told(one) for one in second.handovers] == [(FARM, SHOP, "both")]
    assert gap_codes(first) == []
    assert gap_codes(second) == []
