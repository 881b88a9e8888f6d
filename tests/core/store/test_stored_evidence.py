"""The ledger answers provenance exactly as a plain list of the events in memory does."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from epcis_core.errors import QueryError
from epcis_core.model.times import utc_text
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.facts import EventFacts, facts_of
from epcis_core.provenance.kinds import key_of
from epcis_core.provenance.trace import trace
from epcis_core.store.events import all_events
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import Names
from epcis_core.store.trace import as_known, trace_lot
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_stream
from ingest.files import expand
from tests.conftest import TEST_SCALE
from tests.ingest.documents import NOW, captured, document, lot, made, observed

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = list(expand([SAMPLES]))
SECOND = 1_000_000


def fill(path: Path, files: list[Path]) -> None:
    """Capture files one after the other, a second apart."""
    with Ledger.open(path) as ledger:
        for index, file in enumerate(files):
            with file.open("rb") as source:
                capture_stream(ledger, source, file_name=file.name, now=NOW + index * SECOND)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """All sample chains, in an order that is not theirs."""
    path = tmp_path_factory.mktemp("samples") / "ledger.duckdb"
    fill(path, random.Random(37).sample(FILES, len(FILES)))  # noqa: S311 - no secret
    with Ledger.open(path) as ledger:
        yield ledger


def facts_in_memory(ledger: Ledger) -> list[EventFacts]:
    """The facts of all events, made from their bodies and not from the rows beside them."""
    return [
        facts_of(
            stored.event,
            stored.namespaces,
            event_id=stored.event_id,
            sequence=stored.sequence,
            organisation=stored.organisation,
        )
        for stored in all_events(ledger, EVERYTHING)
    ]


def objects_of(events: list[EventFacts]) -> list[str]:
    return sorted({named.object for facts in events for named in facts.named})


def test_facts_come_back_as_they_were(samples: Ledger) -> None:
    events = facts_in_memory(samples)
    assert len(events) == 280
    with samples.reading() as cursor:
        assert StoredEvidence(cursor, EVERYTHING).naming(objects_of(events)) == events


def test_every_question_has_the_answer_that_memory_gives(samples: Ledger) -> None:
    events = facts_in_memory(samples)
    memory = EventList(events)
    objects = objects_of(events)
    transformations = sorted({e.transformation_id for e in events if e.transformation_id})
    lots = sorted({pair[1] for facts in events for pair in facts.memberships})
    spans = [
        (site, facts.time, facts.time + 3600 * SECOND)
        for facts in events[::9]
        if (site := facts.site) is not None
    ]
    assert spans
    assert transformations
    assert lots
    with samples.reading() as cursor:
        stored = StoredEvidence(cursor, EVERYTHING)
        for one in objects:
            assert stored.naming([one]) == memory.naming([one])
        for one in transformations:
            assert stored.transforming([one]) == memory.transforming([one])
        assert stored.transforming(transformations) == memory.transforming(transformations)
        assert stored.members(lots) == memory.members(lots)
        assert stored.at_sites(spans) == memory.at_sites(spans)
        assert len(stored.at_sites(spans)) >= len(spans)
        ids = [facts.event_id for facts in events]
        assert memory.declaring(ids)
        assert stored.declaring(ids) == memory.declaring(ids)
        assert stored.recorded([*ids, "urn:x:nothing"]) == memory.recorded(ids)
        gtins = {key.gtin for one in objects if (key := key_of(one)) and key.gtin}
        assert len(gtins) > 10
        assert stored.of_products(gtins) == memory.of_products(gtins)
        for nothing in ([], ["urn:x:nobody"], ["it's"], ["a\0b"]):
            assert stored.naming(nothing) == []
            assert stored.transforming(nothing) == []
            assert stored.members(nothing) == []
            assert stored.at_sites([(one, 0, 1) for one in nothing]) == []
            assert stored.declaring(nothing) == []
            assert stored.recorded(nothing) == set()
            assert stored.of_products(nothing) == []


def test_traces_are_equal_as_of_any_sequence(samples: Ledger) -> None:
    events = facts_in_memory(samples)
    objects = objects_of(events)
    chance = random.Random(2026)  # noqa: S311 - no secret
    seen = 0
    with samples.reading() as cursor:
        for _ in range(max(3, int(40 * TEST_SCALE))):
            subject = chance.choice(objects)
            last = chance.choice([None, chance.randrange(-1, events[-1].sequence + 2)])
            view = View(up_to_sequence=last)
            known = [facts for facts in events if last is None or facts.sequence <= last]
            names = Names(cursor, view)
            from_ledger = trace(StoredEvidence(cursor, view), names, subject)
            assert from_ledger == trace(EventList(known), names, subject), (subject, last)
            seen += bool(from_ledger.objects)
    assert seen


def test_a_long_chain_shows_no_more_than_the_view(ledger: Ledger) -> None:
    steps = [made([lot(f"C{n}")], [lot(f"C{n + 1}")], eventID=f"urn:x:{n}") for n in range(60)]
    wrong = {"declarationTime": "2026-01-05T00:00:00Z", "reason": "did_not_occur"}
    captured(ledger, document(*steps))
    captured(ledger, document(steps[5] | {"errorDeclaration": wrong}), now=NOW + SECOND)
    events = facts_in_memory(ledger)
    for last, reached in ((None, 55), (59, 61), (50, 52)):
        view = View(up_to_sequence=last)
        known = [facts for facts in events if last is None or facts.sequence <= last]
        subject = lot("C60") if last is None else lot(f"C{min(last + 1, 60)}")
        with ledger.reading() as cursor:
            names = Names(cursor, view)
            from_ledger = trace(StoredEvidence(cursor, view), names, subject)
        assert from_ledger == trace(EventList(known), names, subject)
        assert len(from_ledger.objects) == reached


def test_as_of_then_equals_a_ledger_that_holds_no_more(samples: Ledger, tmp_path: Path) -> None:
    """Names and near matches are those of then, too."""
    files = random.Random(37).sample(FILES, len(FILES))  # noqa: S311 - the order in `samples`
    subjects = objects_of(facts_in_memory(samples))
    for count in (1, 9, 20):
        path = tmp_path / f"{count}.duckdb"
        fill(path, files[:count])
        as_of = utc_text(NOW + (count - 1) * SECOND)
        with Ledger.open(path) as shorter:
            held = set(objects_of(facts_in_memory(shorter)))
            for subject in [*sorted(held)[::20], *[s for s in subjects if s not in held][::50]]:
                then = trace_lot(samples, EVERYTHING, subject, as_of=as_of)
                alone = trace_lot(shorter, EVERYTHING, subject, as_of=as_of)
                assert then == alone
                assert bool(then.objects) == (subject in held)


def test_as_of_counts_the_instant_itself(ledger: Ledger) -> None:
    for index in range(3):
        data = document(observed(quantityList=[{"epcClass": lot(f"L{index}")}]))
        captured(ledger, data, now=NOW + index * SECOND)

    def known(moment: int, view: View = EVERYTHING) -> int | None:
        with ledger.reading() as cursor:
            return as_known(cursor, view, utc_text(moment)).up_to_sequence

    assert [known(NOW - 1), known(NOW), known(NOW + 1)] == [-1, 1, 1]
    assert [known(NOW + SECOND), known(NOW + 9 * SECOND)] == [3, 5]
    assert known(NOW + SECOND, View(up_to_sequence=0)) == 0
    with ledger.reading() as cursor:
        narrowed = as_known(cursor, View(viewer="farm"), utc_text(NOW))
    assert narrowed == View(viewer="farm", up_to_sequence=1)
    with pytest.raises(QueryError, match="Expected a time with a zone") as caught:
        trace_lot(ledger, EVERYTHING, lot("L1"), as_of="yesterday")
    assert caught.value.parameter == "as_of"


@pytest.mark.parametrize(
    "text",
    [
        "https://id.gs1.org/01/09506000134352/10/L1",
        "  https://shop.example/p/01/09506000134352/10/L1 ",
        "urn:epc:class:lgtin:9506000.013435.L1",
        "(01)09506000134352(10)L1",
        "010950600013435210L1",
    ],
)
def test_any_spelling_of_a_lot_is_traced(ledger: Ledger, text: str) -> None:
    captured(ledger, document(made([lot("L0")], [lot("L1")])))
    answer = trace_lot(ledger, EVERYTHING, text)
    assert (answer.subject, [one.lot for one in answer.objects]) == (lot("L1"), ["L0", "L1"])


@pytest.mark.parametrize("text", ["it's", "100%", "a\0b", "", "Nho đỏ", "\udcff"])
def test_what_is_nothing_gives_an_empty_trace(ledger: Ledger, text: str) -> None:
    captured(ledger, document(observed()))
    assert trace_lot(ledger, EVERYTHING, text).objects == ()


def test_an_unknown_lot_comes_with_those_near_it(ledger: Ledger) -> None:
    captured(ledger, document(made([lot("DN260311")], [lot("DN260312")])))
    answer = trace_lot(ledger, EVERYTHING, lot("DN26O311"))
    assert answer.objects == ()
    assert answer.near == (lot("DN260311"), lot("DN260312"))
