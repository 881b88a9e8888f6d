"""The ledgers of the benchmarks hold what captures of the same events would have stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pytest

from bench.chains import SIZES, WAYS, Chain, strewn
from bench.large_documents import JSON_END, JSON_HEAD, Members, events
from bench.programs.large_ledger import new_event
from epcis_core.codecs.document import ReadEvent
from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding
from epcis_core.store.derived import derived_from
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
        facts = captured.facts
        if one.event.event_id is None:  # it is minted from the hash
            facts = replace(facts, event_id=made.hash)
        assert made == replace(captured, hash=made.hash, content=made.content, facts=facts)


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
