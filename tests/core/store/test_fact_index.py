"""The fact index gives the answers that the ledger itself gives, and is never trusted over it."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import StoreError
from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store import fact_index
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.fact_index import FactIndex, key_of
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING, View
from tests.core.store.test_stored_evidence import FILES, fill, objects_of
from tests.ingest.documents import NOW, captured, document, item, observed

ITEMS = [item(f"{number:02}") for number in range(12)]
_TEXT = st.one_of(st.none(), st.text(max_size=9))
_TEXTS = st.lists(st.text(max_size=9), max_size=3).map(tuple)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = tmp_path_factory.mktemp("samples") / "ledger.duckdb"
    fill(path, FILES)
    with Ledger.open(path) as ledger:
        yield ledger


def beside(ledger: Ledger) -> Path:
    return ledger.path.with_name(f"{ledger.path.name}.index")


def capture_each(ledger: Ledger, items: list[str]) -> None:
    for one in items:
        captured(ledger, document(observed(one)))


def both(
    ledger: Ledger, view: View = EVERYTHING
) -> Iterator[tuple[StoredEvidence, IndexedEvidence]]:
    with ledger.reading() as cursor, ledger.index() as index:
        assert index is not None
        yield StoredEvidence(cursor, view), IndexedEvidence(cursor, view, index)


def all_facts(ledger: Ledger) -> list[EventFacts]:
    with ledger.reading() as cursor:
        evidence = StoredEvidence(cursor, EVERYTHING)
        return list(evidence.naming(evidence.objects(10_000)))


@pytest.mark.parametrize("up_to", [None, 150])
@pytest.mark.parametrize("viewer", [None, "", "https://id.gs1.org/417/8936099140001"])
def test_every_question_has_the_answer_of_the_ledger(
    samples: Ledger, up_to: int | None, viewer: str | None
) -> None:
    events = all_facts(samples)
    ids = [facts.event_id for facts in events]
    lots = {lot for facts in events for _, lot in facts.memberships}
    runs = {facts.transformation_id for facts in events if facts.transformation_id}
    assert lots
    assert runs
    for plain, indexed in both(samples, View(viewer=viewer, up_to_sequence=up_to)):
        for one in objects_of(events):
            assert indexed.naming([one]) == plain.naming([one])
        assert indexed.naming(objects_of(events)) == plain.naming(objects_of(events))
        assert indexed.transforming(runs) == plain.transforming(runs)
        assert indexed.members(lots) == plain.members(lots)
        assert indexed.declaring(ids) == plain.declaring(ids)
        assert indexed.recorded(ids) == plain.recorded(ids)
        gtins = {one.partition("/01/")[2][:14] for one in lots}
        assert indexed.of_products(gtins) == plain.of_products(gtins)


@given(
    facts=st.builds(
        EventFacts,
        sequence=st.integers(0, 2**40),
        event_id=st.text(max_size=9),
        type=st.text(max_size=9),
        time=st.integers(-(2**60), 2**60),
        offset=st.just("+07:00"),
        action=_TEXT,
        biz_step=_TEXT,
        disposition=_TEXT,
        read_point=_TEXT,
        biz_location=_TEXT,
        transformation_id=_TEXT,
        transactions=_TEXTS,
        sources=_TEXTS,
        destinations=_TEXTS,
        named=st.lists(
            st.builds(Named, st.text(max_size=9), st.sampled_from(Role), _TEXT, _TEXT), max_size=3
        ).map(tuple),
        memberships=st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9))).map(tuple),
        attributes=st.lists(st.tuples(*[st.text(max_size=5)] * 3)).map(tuple),
        organisation=st.text(max_size=9),
        retracts=st.booleans(),
        reason=_TEXT,
        corrective=_TEXTS,
    )
)
def test_facts_come_back_as_they_were(facts: EventFacts) -> None:
    assert fact_index.read(facts.sequence, fact_index.written(facts)) == facts


def test_what_belongs_to_one_product_lies_together() -> None:
    assert len({key_of(one) >> 32 for one in ITEMS}) == 1
    assert key_of(ITEMS[0].replace("/01/0", "/01/1")) >> 32 != key_of(ITEMS[0]) >> 32


def test_names_that_share_a_key_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_index, "key_of", lambda _: 7)
    path = tmp_path / "ledger.duckdb"
    fill(path, FILES[:5])
    with Ledger.open(path) as ledger:
        events = all_facts(ledger)
        for plain, indexed in both(ledger):
            for one in objects_of(events):
                assert indexed.naming([one]) == plain.naming([one])
            ids = [facts.event_id for facts in events]
            assert indexed.declaring(ids) == plain.declaring(ids)


def test_what_the_index_has_not_come_to_is_read_from_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:6])
        monkeypatch.setattr(Ledger, "_bring_index_up", lambda _: None)
        capture_each(ledger, ITEMS[6:])
        for plain, indexed in both(ledger):
            assert indexed.naming(ITEMS) == plain.naming(ITEMS)
            assert len(indexed.naming(ITEMS)) == 12


def test_a_reader_sees_one_state_whatever_is_captured_meanwhile(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:6])
        with ledger.reading() as cursor:
            assert cursor.execute("SELECT count(*) FROM event").fetchall() == [(6,)]
            capture_each(ledger, ITEMS[6:])
            with ledger.index() as index:
                assert index is not None
                assert len(IndexedEvidence(cursor, EVERYTHING, index).naming(ITEMS)) == 6


@pytest.mark.parametrize("harm", ["deleted", "damaged", "of another format", "emptied"])
def test_an_index_that_cannot_be_read_is_made_anew(tmp_path: Path, harm: str) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
    index = beside(ledger)
    if harm == "deleted":
        index.unlink()
    elif harm == "damaged":
        index.write_bytes(b"no database" * 1000)
    elif harm == "emptied":
        index.write_bytes(b"")
    else:
        with sqlite3.connect(index) as connection:
            connection.execute("UPDATE reached SET format = 99")
        connection.close()
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for plain, indexed in both(ledger):
            assert indexed.naming(ITEMS) == plain.naming(ITEMS)


def test_the_index_of_another_ledger_is_made_anew(tmp_path: Path) -> None:
    for name, items in (("one", ITEMS[:6]), ("other", ITEMS[6:])):
        with Ledger.open(tmp_path / f"{name}.duckdb") as ledger:
            capture_each(ledger, items)
    shutil.copy(tmp_path / "one.duckdb.index", tmp_path / "other.duckdb.index")
    with Ledger.open(tmp_path / "other.duckdb") as ledger:
        for _, indexed in both(ledger):
            assert indexed.naming(ITEMS[:6]) == []
            assert len(indexed.naming(ITEMS[6:])) == 6


def test_an_older_copy_of_a_ledger_takes_its_index_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        capture_each(ledger, ITEMS[:6])
    shutil.copy(path, tmp_path / "copy")
    with Ledger.open(path) as ledger:
        capture_each(ledger, ITEMS[6:])
    shutil.copy(tmp_path / "copy", path)
    with Ledger.open(path) as ledger:
        for _, indexed in both(ledger):
            assert len(indexed.naming(ITEMS)) == 6


def test_without_a_place_for_it_the_ledger_is_read(tmp_path: Path) -> None:
    (tmp_path / "ledger.duckdb.index").mkdir()
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
        with ledger.index() as index:
            assert index is None
        assert trace_lot(ledger, EVERYTHING, ITEMS[3]).objects


def test_an_index_that_breaks_while_it_is_read_is_told(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
        with sqlite3.connect(beside(ledger)) as connection:
            connection.execute("DROP TABLE named")
        connection.close()
        with pytest.raises(StoreError, match=r"ledger\.duckdb\.index cannot be read: .*deleted"):
            trace_lot(ledger, EVERYTHING, ITEMS[3], now=NOW)


def test_adding_is_all_or_nothing(tmp_path: Path) -> None:
    index = FactIndex(tmp_path / "index")
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:2])
        events = all_facts(ledger)
    with pytest.raises(sqlite3.IntegrityError):
        index.add([*events, *events], 3, b"leaf")
    index.forget()
    index.keep()
    with index.reading() as reader:
        assert (reader.reached, reader.naming([ITEMS[0]])) == (-1, [])
    index.close()


def test_what_is_added_is_seen_once_it_is_kept(tmp_path: Path) -> None:
    index = FactIndex(tmp_path / "index")
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:2])
        events = all_facts(ledger)
    index.add(events, 3, b"leaf")
    with index.reading() as reader:
        assert (reader.reached, reader.naming([ITEMS[0]])) == (-1, [])
    index.keep()
    with index.reading() as reader:
        assert (reader.reached, reader.naming([ITEMS[0]])) == (3, [events[0].sequence])
    index.close()


def test_a_reader_never_sees_what_the_index_lacks(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:1])
        with ledger.writing() as cursor:
            cursor.execute("CREATE TABLE other (number INTEGER)")
            with ledger.index() as index:
                assert index is not None
                before = index.reached
        with ledger.reading() as cursor, ledger.index() as index:
            assert index is not None
            assert index.reached == before == EVERYTHING.last(cursor)


def test_what_is_rolled_back_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:1])
        with ledger.index() as index:
            assert index is not None
            before = index.reached
        with pytest.raises(ZeroDivisionError), ledger.writing():
            1 / 0  # noqa: B018 - it fails
        capture_each(ledger, ITEMS[1:2])
        with ledger.index() as index:
            assert index is not None
            assert index.reached > before
            assert len(index.naming([ITEMS[1]])) == 1
