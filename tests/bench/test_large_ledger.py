"""The ledgers of the benchmarks hold what captures of the same events would have stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from bench.chains import LOT, SIZES, WAYS, Chain, strewn
from bench.environments import Environments
from bench.large_documents import JSON_END, JSON_HEAD, Members, events
from bench.parts import trace
from bench.programs.large_ledger import build, new_event
from bench.programs.trace_ours import walk
from bench.recorder import Recorder
from bench.workplace import Workplace
from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding
from epcis_core.store.derived import derived_from
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from ingest.prepare import findings_of, opened


def read(some: list[Members]) -> Iterator[ReadEvent]:
    """The events as the codec reads them."""
    text = f"{JSON_HEAD}{','.join(map(json.dumps, some))}{JSON_END}"
    reader = opened(BytesIO(text.encode()), Limits(), None)
    assert not isinstance(reader, Finding)
    return reader.events()


def test_an_event_is_appended_as_a_capture_would_but_for_its_hashes() -> None:
    some = [*events(4, 1), *Chain("upstream", 20, 0).events(), *Chain("downstream", 20, 1).events()]
    for position, (members, one) in enumerate(zip(some, read(some), strict=True)):
        assert findings_of(one, lenient=False) == ()
        assert one.event is not None
        made = new_event(members, position, one.namespaces)
        captured = derived_from(
            one.event, one.namespaces, text=made.text, position=position, organisation="operator"
        )
        assert made == replace(captured, hash=made.hash, content=made.content)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", SIZES)
def test_a_chain_has_about_as_many_events_as_it_says(way: str, size: int) -> None:
    (chain,) = (Chain(one, size, 0) for one in WAYS if one == way)
    assert len([*chain.events()]) == pytest.approx(size, rel=0.25)


def test_chains_are_strewn_evenly_among_the_other_events() -> None:
    some = [Chain("upstream", 20, number) for number in range(5)]
    places = [place for place, _ in strewn(some, 1_000)]
    assert places[0] == 0
    assert {after - before for before, after in pairwise(places)} <= {9, 10}
    assert places[-1] >= 990


def test_what_was_appended_is_read_back_and_traced(tmp_path: Path) -> None:
    chain = Chain("upstream", 20, 3)
    some = [*events(40, 5), *chain.events()]
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        build(ledger, iter(some))
        stored = [json.loads(one.text) for one in all_events(ledger, EVERYTHING)]
        found = trace_lot(ledger, EVERYTHING, chain.subject)
        its = walk(ledger, chain)
    assert stored == some
    lots = {f"{LOT}U20-3-{number}" for number in range(5)}
    assert {one.id for one in found.objects if one.kind == "lot"} == lots
    assert [one.code for one in found.gaps] == []
    assert set(its.steps) == lots
    assert {(link.source, link.target) for link in its.links} == {
        (f"{LOT}U20-3-{child}", f"{LOT}U20-3-{parent}")
        for child, parent in ((1, 0), (2, 0), (3, 0), (4, 1))
    }


def test_what_needs_a_larger_ledger_than_was_asked_for_is_told_as_not_run(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "unfinished.json", "none")
    place = Workplace(
        tmp_path, tmp_path, Environments(tmp_path), recorder, is_quick=True, largest=1_000
    )
    trace.measure(place)
    assert recorder.figures == ()
    assert {(one.case, one.why) for one in recorder.missing} == {
        ("2,000 other events", "Ledgers of more than 1,000 events were left out."),
        ("20,000 other events", "Ledgers of more than 1,000 events were left out."),
    }
    trace.prepare(place)
    assert not any(tmp_path.glob("ledger-*"))
