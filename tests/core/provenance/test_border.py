"""Where an answer ends for an organisation that sees a part of the records."""

from collections.abc import Collection, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.provenance.border import Reader, balance_for, recall_for, trace_for
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.overview import all_gaps, all_gaps_for
from epcis_core.provenance.result import Edge, Trace
from tests.conftest import TEST_SCALE
from tests.core.provenance.histories import (
    CRATE,
    FARM,
    GRAPES,
    JUICE,
    OTHER_GRAPES,
    PACKER,
    PALLET,
    SHED,
    SHOP,
    Book,
    World,
    gap_codes,
    told,
)

PARTIES = (FARM, PACKER, SHOP)


BOOK = Book({party.replace("/417/", "/414/"): party for party in PARTIES})


def site(party: str) -> str:
    return party.replace("/417/", "/414/")


def reader(party: str, events: Sequence[EventFacts]) -> Reader:
    """A party that sent what happened at its site."""
    sent = {facts.event_id for facts in events if facts.place == site(party)}

    def which(event_ids: Collection[str]) -> Collection[str]:
        return sent.intersection(event_ids)

    return Reader(lambda one: one == party, which)


def shown(party: str, world: World, subject: str) -> Trace:
    """The trace that a party gets: of what happened at its site, and of what names it."""
    seen = World()
    seen.events = [facts for facts in world.events if concerns(party, facts)]
    return trace_for(reader(party, world.events), seen.trace(subject))


def concerns(party: str, facts: EventFacts) -> bool:
    ends = (*facts.sources, *facts.destinations)
    return facts.place == site(party) or any(end.endswith(party) for end in ends)


def test_what_was_received_comes_from_beyond_whether_its_origin_is_recorded_or_not() -> None:
    expected = (Edge(side="upstream", party=FARM, objects=(GRAPES,)),)
    bare, shipped, begun = World(), World(), World()
    begun.begin(0, GRAPES, destinations=(f"owning_party {PACKER}",))
    for world in (shipped, begun):
        world.ship(1, FARM, PACKER, GRAPES)
    for world in (bare, shipped, begun):
        world.receive(2, FARM, PACKER, GRAPES)
        answer = shown(PACKER, world, GRAPES)
        assert (answer.gaps, answer.edges) == ((), expected)
    assert gap_codes(bare.trace(GRAPES)) == ["no_origin", "received_not_shipped"]


def test_what_was_shipped_goes_beyond_whether_its_receipt_is_recorded_or_not() -> None:
    expected = (Edge(side="downstream", party=SHOP, objects=(GRAPES,)),)
    world = World()
    world.begin(0, GRAPES, at=SHED)
    world.ship(1, PACKER, SHOP, GRAPES)
    answer = shown(PACKER, world, GRAPES)
    assert (answer.gaps, answer.edges) == ((), expected)
    assert [told(one) for one in answer.handovers if one.unseen] == [(PACKER, SHOP, "sender")]
    assert (answer.coverage.handovers, answer.coverage.confirmed_by_both) == (0, 0)
    world.receive(2, PACKER, SHOP, GRAPES)
    answer = shown(PACKER, world, GRAPES)
    assert (answer.gaps, answer.edges) == ((), expected)
    assert not answer.handovers[0].unseen
    assert (answer.coverage.handovers, answer.coverage.confirmed_by_both) == (1, 1)


def test_what_it_did_not_record_itself_stays_a_gap() -> None:
    receipt, shipment = World(), World()
    receipt.ship(1, FARM, PACKER, GRAPES)
    assert gap_codes(shown(PACKER, receipt, GRAPES)) == ["shipped_not_received"]
    shipment.begin(0, GRAPES, at=SHED)
    shipment.receive(1, PACKER, SHOP, GRAPES)
    assert gap_codes(shown(PACKER, shipment, GRAPES)) == ["received_not_shipped"]


def test_what_records_contradict_stays_a_gap() -> None:
    world = World()
    world.receive(1, FARM, PACKER, GRAPES)
    world.ship(2, FARM, PACKER, GRAPES)
    assert gap_codes(shown(PACKER, world, GRAPES)) == ["time_reversed"]


def test_a_crate_that_came_filled_has_content_that_is_not_shown_and_an_own_one_a_gap() -> None:
    own = World()
    own.transform(1, [CRATE], [JUICE], sources=(f"possessing_party {PACKER}",))
    assert gap_codes(shown(PACKER, own, JUICE)) == ["unknown_content"]
    came = World()
    came.receive(0, FARM, PACKER, CRATE)
    came.transform(1, [CRATE], [JUICE], sources=(f"possessing_party {PACKER}",))
    answer = shown(PACKER, came, JUICE)
    assert "unknown_content" not in gap_codes(answer)
    assert CRATE in {one for edge in answer.edges for one in edge.objects}


def test_what_may_have_come_in_a_container_of_unknown_content_has_no_gap() -> None:
    world = World()
    world.ship(1, FARM, PACKER, PALLET)
    world.receive(2, FARM, PACKER, PALLET)
    world.ship(3, PACKER, SHOP, GRAPES)
    assert gap_codes(world.trace(GRAPES)) == ["no_origin", "shipped_not_received"]
    answer = shown(PACKER, world, GRAPES)
    assert answer.gaps == ()
    assert [(edge.side, edge.party) for edge in answer.edges] == [
        ("upstream", None),
        ("downstream", SHOP),
    ]


def test_more_than_there_was_is_a_gap_at_a_place_of_ones_own_alone() -> None:
    world = World()
    world.begin(0, GRAPES, at=SHED)
    for at in range(1, 12):
        world.see(at, GRAPES, step="destroying", at=SHED, action="DELETE")
    assert gap_codes(shown(PACKER, world, GRAPES)) == ["quantity_exceeds"]
    answer = trace_for(reader(FARM, world.events), world.trace(GRAPES))
    assert gap_codes(answer) == []


def test_nobody_is_told_that_a_supplier_gave_what_it_never_got() -> None:
    world = World()
    world.begin(0, GRAPES, at=site(FARM))
    world.ship(1, SHOP, PACKER, GRAPES)
    world.receive(2, SHOP, PACKER, GRAPES)
    assert gap_codes(world.trace(GRAPES)) == ["used_not_received"]
    assert gap_codes(shown(PACKER, world, GRAPES)) == []


def test_a_recall_ends_where_its_trace_ends() -> None:
    world = World()
    world.begin(0, GRAPES, at=SHED)
    world.ship(1, PACKER, SHOP, GRAPES)
    answer = recall_for(reader(PACKER, world.events), world.recall(GRAPES))
    assert answer.gaps == ()
    assert answer.trace == trace_for(reader(PACKER, world.events), world.recall(GRAPES).trace)


def test_a_balance_tells_of_places_of_others_what_came_and_went_on_record() -> None:
    world = World()
    world.begin(0, GRAPES, at=SHED)
    world.ship(1, PACKER, SHOP, GRAPES)
    partly = balance_for(reader(PACKER, world.events), world.balance(GRAPES))
    assert [(one.party, one.unaccounted) for one in partly.rows] == [(PACKER, None)]
    world.ship(3, SHOP, FARM, GRAPES)
    world.ship(4, SHOP, FARM, GRAPES)
    answer = balance_for(reader(PACKER, world.events), world.balance(GRAPES))
    rows = {row.party: row for row in answer.rows}
    assert (rows[PACKER].produced, rows[PACKER].on_hand) == ("100", "90")
    other = rows[SHOP]
    assert (other.shipped, other.produced, other.on_hand) == ("20", None, None)
    assert answer.gaps == ()
    assert [gap.code for gap in world.balance(GRAPES).gaps] == ["quantity_exceeds"]


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "hand over", "ship", "receive", "see", "make", "pack"]),
        st.permutations(PARTIES),
        st.sampled_from([GRAPES, OTHER_GRAPES]),
    ),
    max_size=8,
)


def history(happenings: Sequence[tuple[str, Sequence[str], str]]) -> World:
    world = World()
    for at, (kind, (one, other, _), lot) in enumerate(happenings):
        if kind == "begin":
            world.begin(at, lot, at=site(one))
        if kind in {"hand over", "ship"}:
            world.ship(at, one, other, lot)
        if kind in {"hand over", "receive"}:
            world.receive(at + 0.5, one, other, lot)
        if kind == "see":
            world.see(at, lot, step="inspecting", at=site(one))
        if kind == "make":
            world.transform(at, [lot], [JUICE], at=site(one))
        if kind == "pack":
            world.pack(at, CRATE, lot, read_point=site(one))
    return world


@given(HAPPENINGS)
@settings(max_examples=max(20, int(40 * TEST_SCALE)), deadline=None)
def test_a_gap_that_an_organisation_is_told_of_is_there_for_who_sees_all(
    happenings: list[tuple[str, Sequence[str], str]],
) -> None:
    world = history(happenings)
    everything = {(gap.code, gap.objects) for gap in all_gaps(EventList(world.events), BOOK)}
    for party in PARTIES:
        seen = [facts for facts in world.events if concerns(party, facts)]
        gaps = all_gaps_for(reader(party, world.events), EventList(seen), BOOK)
        for gap in gaps:
            assert (gap.code, gap.objects) in everything
