"""The pictures of a chain: nothing overlaps, nothing is lost, nothing breaks out."""

from collections import Counter
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.answers import environment
from api.web.chain import Chain, chain_of
from api.web.lanes import Box, Picture, columns_of, draw_lanes
from api.web.naming import Namer
from api.web.rail import WIDTH, draw_rail
from api.web.svg import fitted, plain, tall_figure, wide_figure, wrapped
from api.web.texts import Texts
from epcis_core.provenance.result import Trace

DRAWERS = [pytest.param(draw_lanes, id="wide"), pytest.param(draw_rail, id="tall")]
SUBJECT = "https://id.gs1.org/01/08936099141015/10/LOT0"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></svg><svg onload=alert(1)>",
    "O'Neill & Sons",
    "\x00\x1b[2J nul \ud800 half",
    "&lt;already&gt;",
    "{{ 7 * 7 }}{% include 'x' %}",
]


def lot(number: int) -> str:
    return f"https://id.gs1.org/01/08936099141015/10/LOT{number}"


def party(number: int | None) -> str | None:
    return None if number is None else f"https://id.gs1.org/417/893609914{number:04d}"


def time(hour: int) -> str:
    return f"2026-03-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z"


def trace_of(
    homes: list[int | None],
    links: list[tuple[int, int]] = [],  # noqa: B006 - never changed
    handovers: list[tuple[int, int | None, int | None, str]] = [],  # noqa: B006
    **more: Any,
) -> Trace:
    """Make a trace: the party where each lot begins, lot to lot, and (lot, from, to, confirmed)."""
    return Trace.model_validate(
        {
            "subject": SUBJECT,
            "objects": [
                {
                    "id": lot(at),
                    "kind": "lot",
                    "role": "subject" if at == 0 else "downstream",
                    "lot": f"LOT{at}",
                    "gtin": "08936099141015",
                    "steps": at,
                }
                for at in range(len(homes))
            ],
            "visits": [
                {"object": lot(at), "event": f"urn:e:{at}", "time": time(at), "party": party(home)}
                for at, home in enumerate(homes)
            ],
            "links": [
                {"from": lot(a), "to": lot(b), "kind": "transformation", "time": time(b)}
                for a, b in links
            ],
            "handovers": [
                {
                    "objects": [lot(one)],
                    "from_party": party(giver),
                    "to_party": party(taker),
                    "shipped_at": None if confirmed == "receiver" else time(40 + at),
                    "received_at": None if confirmed == "sender" else time(41 + at),
                    "shipped": None if confirmed == "receiver" else f"urn:s:{at}",
                    "received": None if confirmed == "sender" else f"urn:r:{at}",
                    "basis": "owner",
                    "confirmed": confirmed,
                }
                for at, (one, giver, taker, confirmed) in enumerate(handovers)
            ],
            **more,
        }
    )


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    size = draw(st.integers(1, 14))
    parties = st.none() | st.integers(0, 5)
    homes = draw(st.lists(parties, min_size=size, max_size=size))
    some = st.integers(0, size - 1)
    links = draw(st.lists(st.tuples(some, some), max_size=20))
    confirmed = st.sampled_from(["both", "sender", "receiver"])
    handovers = draw(st.lists(st.tuples(some, parties, parties, confirmed), max_size=15))
    return trace_of(homes, links, handovers)


class NoNames:
    """A book that knows nothing, or the same name for everything."""

    def __init__(self, name: str | None = None) -> None:
        self.attributes = {} if name is None else {"name": name}

    def party(self, _key: str) -> dict[str, Any]:
        return self.attributes

    def place(self, _key: str) -> dict[str, Any]:
        return self.attributes

    def product(self, _gtin: str) -> dict[str, Any]:
        return self.attributes

    def owners(self) -> dict[str, str]:
        return {}


def written(figure: Any) -> ET.Element:
    template = environment().from_string('{% from "_figure.html" import figure %}{{ figure(f) }}')
    return ET.fromstring(template.render(f=figure))  # noqa: S314 - our own text


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@given(traces())
def test_every_object_is_drawn_once(trace: Trace) -> None:
    chain = chain_of(trace)
    drawn = Counter(one.id for node in chain.nodes if not node.is_stop for one in node.members)
    assert drawn == Counter(one.id for one in trace.objects)
    assert chain.hidden == 0


@given(traces(), st.integers(1, 6))
def test_what_is_not_drawn_is_counted(trace: Trace, most: int) -> None:
    chain = chain_of(trace, max_drawn=most)
    boxes = [node for node in chain.nodes if not node.is_stop]
    drawn = {one.id for node in chain.nodes for one in node.members}
    assert len(boxes) <= most
    assert len(drawn) >= min(most, len(trace.objects))  # more where some stand together
    assert chain.hidden == len(trace.objects) - len(drawn)
    assert SUBJECT in drawn


@pytest.mark.parametrize("draw", DRAWERS)
@given(trace=traces())
def test_no_boxes_overlap_and_all_stand_in_their_lane(draw: Any, trace: Trace) -> None:
    chain = chain_of(trace)
    picture: Picture = draw(chain)
    bands = {band.party: band for band in picture.bands}
    assert [pair for pair in combinations(picture.boxes, 2) if overlap(*pair)] == []
    for box in picture.boxes:
        band = bands[chain.nodes[box.node].party]
        assert band.y <= box.y
        assert box.y + box.height <= band.y + band.height <= picture.height
        assert box.x >= 0
        assert box.x + box.width <= picture.width


@pytest.mark.parametrize("draw", DRAWERS)
@given(trace=traces())
def test_lanes_stand_below_each_other_without_a_gap(draw: Any, trace: Trace) -> None:
    picture: Picture = draw(chain_of(trace))
    edge = 0
    for band in picture.bands:
        assert band.y == edge
        edge += band.height
    assert picture.height == edge


@given(traces())
def test_arrows_lead_to_later_columns_unless_in_a_circle(trace: Trace) -> None:
    chain = chain_of(trace)
    columns = columns_of(chain)
    for edge in chain.edges:
        if columns[edge.end] <= columns[edge.start]:
            assert edge.start in reachable(chain, edge.end)


@given(traces())
def test_givers_stand_above_takers_unless_in_a_circle(trace: Trace) -> None:
    chain = chain_of(trace)
    rank = {party: at for at, party in enumerate(chain.parties)}
    moves = {
        (chain.nodes[edge.start].party, chain.nodes[edge.end].party)
        for edge in chain.edges
        if chain.nodes[edge.start].party != chain.nodes[edge.end].party
    }
    for giver, taker in moves:
        if rank[giver] > rank[taker]:
            assert leads_to(moves, taker, giver)


def reachable(chain: Chain, start: int) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        at = todo.pop()
        for edge in chain.edges:
            if edge.start == at and edge.end not in found:
                found.add(edge.end)
                todo.append(edge.end)
    return found


def leads_to(moves: set[tuple[Any, Any]], start: Any, end: Any) -> bool:
    found, todo = {start}, [start]
    while todo:
        at = todo.pop()
        todo += [b for a, b in moves if a == at and b not in found]
        found.update(b for a, b in moves if a == at)
    return end in found


@pytest.mark.parametrize("figure", [wide_figure, tall_figure], ids=["wide", "tall"])
@given(trace=traces())
def test_the_picture_is_well_formed(figure: Any, trace: Trace) -> None:
    svg = written(figure(chain_of(trace), Namer(NoNames(), Texts("vi")), SUBJECT))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("figure", [wide_figure, tall_figure], ids=["wide", "tall"])
@pytest.mark.parametrize("name", HOSTILE, ids=[repr(name[:12]) for name in HOSTILE])
def test_hostile_names_stay_text(figure: Any, name: str) -> None:
    trace = trace_of([0, 1], [(0, 1)], [(0, 0, 1, "both")])
    named = trace.model_copy(
        update={
            "objects": tuple(
                one.model_copy(update={"name": name, "lot": name}) for one in trace.objects
            )
        }
    )
    namer = Namer(NoNames(name), Texts("en"))
    svg = written(figure(chain_of(named), namer, SUBJECT))
    expected = {"svg", "rect", "text", "g", "path", "a", "title", "circle"}
    assert {element.tag.rpartition("}")[2] for element in svg.iter()} <= expected
    assert [key for element in svg.iter() for key in element.attrib if key.startswith("on")] == []
    titles = [element.text or "" for element in svg.iter() if element.tag.endswith("title")]
    assert all(plain(name) in title for title in titles)


@given(st.text(max_size=60), st.integers(10, 300))
def test_texts_are_cut_to_fit(text: str, width: int) -> None:
    cut = fitted(text, width)
    assert cut == plain(text) or (cut.endswith("…") or "…" in cut)
    assert len(cut) <= max(len(text), 1)
    assert len(wrapped(text, width)) <= 2


def chain_words(chain: Chain) -> list[tuple[str, str, str | None]]:
    """Return the arrows as (kind, object@party, object@party)."""

    def said(at: int) -> str:
        node = chain.nodes[at]
        return f"{node.object.lot}@{node.party[-1] if node.party else '?'}"

    return [(edge.kind, said(edge.start), said(edge.end)) for edge in chain.edges]


def test_what_was_made_of_goods_starts_where_they_came_to() -> None:
    trace = trace_of([0, 1], [(0, 1)], [(0, 0, 1, "both")])
    assert chain_words(chain_of(trace)) == [
        ("handover", "LOT0@0", "LOT0@1"),
        ("transformation", "LOT0@1", "LOT1@1"),
    ]


def test_several_handovers_between_two_parties_are_one_arrow() -> None:
    trace = trace_of([0], [], [(0, 0, 1, "both"), (0, 0, 1, "sender")])
    (edge,) = chain_of(trace).edges
    assert (edge.count, edge.confirmed) == (2, False)


def test_a_receipt_that_nobody_recorded_shows_at_its_stop() -> None:
    chain = chain_of(trace_of([0], [], [(0, 0, 1, "sender")]))
    assert [(node.is_stop, node.arrived) for node in chain.nodes] == [(False, True), (True, False)]


def test_an_object_first_seen_on_receipt_begins_with_its_sender() -> None:
    trace = trace_of([1], [], [(0, 0, 1, "receiver")])
    seen = trace.visits[0].model_copy(update={"time": trace.handovers[0].received_at})
    chain = chain_of(trace.model_copy(update={"visits": (seen,)}))
    found = [(node.party, node.is_stop) for node in chain.nodes]
    assert found == [(party(0), False), (party(1), True)]


def test_carriers_are_not_drawn() -> None:
    trace = trace_of([0])
    crate = trace.objects[0].model_copy(
        update={"id": "https://id.gs1.org/00/389360991426031110", "role": "carrier"}
    )
    chain = chain_of(trace.model_copy(update={"objects": (*trace.objects, crate)}))
    assert [node.object.id for node in chain.nodes] == [SUBJECT]


def test_single_items_that_went_the_same_way_stand_in_one_box() -> None:
    trace = trace_of([0, 0, 0, 0, 0], [(0, 1), (0, 2), (0, 3), (0, 4)])
    items = tuple(
        one.model_copy(update={"kind": "instance"}) if one.role != "subject" else one
        for one in trace.objects
    )
    alike = trace.model_copy(update={"objects": items})
    assert [len(node.members) for node in chain_of(alike).nodes] == [1, 4]
    apart = alike.model_copy(update={"links": alike.links[1:]})
    assert sorted(len(node.members) for node in chain_of(apart).nodes) == [1, 1, 3]


def test_the_phone_picture_is_as_wide_as_a_small_phone() -> None:
    trace = trace_of([0] * 12, [(a, b) for a in range(12) for b in range(a + 1, 12)])
    picture = draw_rail(chain_of(trace))
    assert picture.width == WIDTH
    assert min(box.width for box in picture.boxes) >= 200
