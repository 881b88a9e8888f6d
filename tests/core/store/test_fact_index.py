"""The fact index gives the answers that the ledger itself gives, and is never trusted over it."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.index import delta, fact_index, reader, stretch
from epcis_core.store.index.keys import key_of
from epcis_core.store.index.records import read, written
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
    assert read(facts.sequence, written(facts)) == facts


def test_what_belongs_to_one_product_lies_together() -> None:
    assert len({key_of(one) >> 32 for one in ITEMS}) == 1
    assert key_of(ITEMS[0].replace("/01/0", "/01/1")) >> 32 != key_of(ITEMS[0]) >> 32


def test_names_that_share_a_key_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "key_of", lambda _: 7)
    monkeypatch.setattr(stretch, "keys_of", lambda _: {7})
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


@pytest.mark.parametrize("harm", ["deleted", "damaged", "an SQLite file", "emptied", "cut short"])
def test_an_index_that_cannot_be_read_is_made_anew(tmp_path: Path, harm: str) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
    index = beside(ledger)
    (file,) = index.iterdir()
    if harm == "damaged":
        file.write_bytes(b"no index" * 1000)
    elif harm == "emptied":
        file.write_bytes(b"")
    elif harm == "cut short":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        shutil.rmtree(index)
    if harm == "an SQLite file":  # as an older release has left it
        for ending in ("", "-wal", "-shm"):
            index.with_name(f"{index.name}{ending}").write_bytes(b"SQLite format 3")
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for plain, indexed in both(ledger):
            assert indexed.naming(ITEMS) == plain.naming(ITEMS)
    assert [one.name for one in index.iterdir()] == ["000000000000-000000000023"]
    assert {one.name for one in tmp_path.iterdir()} == {"ledger.duckdb", "ledger.duckdb.index"}


def test_the_index_of_another_ledger_is_made_anew(tmp_path: Path) -> None:
    for name, items in (("one", ITEMS[:6]), ("other", ITEMS[6:])):
        with Ledger.open(tmp_path / f"{name}.duckdb") as ledger:
            capture_each(ledger, items)
    shutil.rmtree(tmp_path / "other.duckdb.index")
    shutil.copytree(tmp_path / "one.duckdb.index", tmp_path / "other.duckdb.index")
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
    (tmp_path / "ledger.duckdb.index-wal").mkdir()  # where an older release had a file
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
        with ledger.index() as index:
            assert index is None
        assert trace_lot(ledger, EVERYTHING, ITEMS[3]).objects


def test_whatever_byte_is_damaged_no_answer_is_wrong(samples: Ledger) -> None:
    """What is damaged is noticed when it is read, and the ledger answers instead."""
    with samples.reading() as cursor, samples.index() as whole:
        assert whole is not None
        plain = StoredEvidence(cursor, EVERYTHING)
        answers = {one: plain.naming([one]) for one in plain.objects(10_000)}
        noticed = 0
        for number in range(12):
            chance = random.Random(number)  # noqa: S311 - no secret
            copied = samples.path.with_name(f"copy-{number}.index")
            shutil.copytree(beside(samples), copied)
            for file in copied.iterdir():
                _damage(file, chance)
            index = fact_index.FactIndex(copied)
            damaged = IndexedEvidence(cursor, EVERYTHING, index.reading())
            assert all(damaged.naming([one]) == answer for one, answer in answers.items())
            noticed += damaged.is_damaged or index.reached < whole.reached
        assert noticed > 9  # the rest has met nothing that is read, such as sums of documents


def _damage(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data))
    for place in range(start, min(start + chance.choice([1, 1000]), len(data))):
        data[place] ^= chance.randrange(1, 256)
    file.write_bytes(data)


def test_an_index_that_breaks_while_it_is_read_is_made_anew_beside(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
        before = trace_lot(ledger, EVERYTHING, ITEMS[3], now=NOW)
    (file,) = beside(ledger).iterdir()
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        with file.open("r+b") as damaged:
            damaged.seek(-100, 2)
            damaged.write(bytes(100))
            damaged.seek(128)
            damaged.write(bytes(100))
        capture_each(ledger, [item("later")])
        with ledger.reading() as cursor, ledger.index() as index:
            assert index is not None
            evidence = IndexedEvidence(cursor, EVERYTHING, index)
            assert len(evidence.naming([*ITEMS, item("later")])) == 13
            assert len(evidence.declaring(["urn:x:none"])) == 0
            assert evidence.is_damaged
        assert trace_lot(ledger, EVERYTHING, ITEMS[3], now=NOW) == before
        more: list[str] = []
        is_there = False
        while not is_there:  # captured meanwhile
            more.append(item(f"more-{len(more)}"))
            capture_each(ledger, more[-1:])
            with ledger.index() as index:
                is_there = index is not None
        capture_each(ledger, [item("latest")])
        names = [*ITEMS, *more, item("later"), item("latest")]
        for plain, indexed in both(ledger):
            assert indexed.naming(names) == plain.naming(names)
            assert not indexed.is_damaged
            assert len(indexed.naming(names)) == len(names)
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for plain, indexed in both(ledger):
            assert indexed.naming(names) == plain.naming(names)


def test_a_ledger_is_closed_while_its_index_is_made_anew(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS)
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger, ledger.index() as index:
        assert index is not None
        index.give_up()
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for plain, indexed in both(ledger):
            assert indexed.naming(ITEMS) == plain.naming(ITEMS)


def test_what_is_added_is_seen_once_it_is_kept(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:1])
        with ledger.index() as index:
            assert index is not None
            before = index.reached
        with ledger.writing() as cursor:
            cursor.execute("CREATE TABLE other (number INTEGER)")
            with ledger.index() as index:
                assert index is not None
                assert index.reached == before
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
        report = captured(ledger, document(observed(ITEMS[2]), observed(ITEMS[3]))[:-9])
        assert report.status == "rejected"
        with ledger.index() as index:
            assert index is not None
            assert (index.reached, index.naming(ITEMS[2:])) == (before, [])
        capture_each(ledger, ITEMS[1:2])
        with ledger.index() as index:
            assert index is not None
            assert index.reached > before
            assert len(index.naming([ITEMS[1]])) == 1


def test_what_was_in_memory_when_a_process_died_is_read_from_the_ledger(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[:6])
    shutil.copytree(beside(ledger), tmp_path / "before")
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        capture_each(ledger, ITEMS[6:])
    shutil.rmtree(beside(ledger))
    (tmp_path / "before").replace(beside(ledger))
    (beside(ledger) / ".unfinished-000000000012-000000000023").write_bytes(b"half")
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for plain, indexed in both(ledger):
            assert indexed.naming(ITEMS) == plain.naming(ITEMS)
            assert len(indexed.naming(ITEMS)) == 12
    assert not [one for one in beside(ledger).iterdir() if one.name.startswith(".unfinished")]


_SENDERS = ("farm", "shop", "mill")
_GLN = "8936099140001"
_VIEWS = st.builds(
    View,
    viewer=st.sampled_from([None, *_SENDERS]),
    up_to_sequence=st.one_of(st.none(), st.integers(0, 20)),
    owned=st.sampled_from([(), (_GLN,), ("89360991",)]),
    shared=st.sampled_from([(), (("farm", ITEMS[0]),), (("mill", ITEMS[1]), ("farm", ITEMS[3]))]),
)


@settings(max_examples=4, deadline=None)
@given(
    data=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(_SENDERS), st.booleans(), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    ),
    views=st.lists(_VIEWS, min_size=6, max_size=6),
)
def test_whoever_asks_and_whenever_it_came_the_answer_is_that_of_the_ledger(
    tmp_path_factory: pytest.TempPathFactory,
    data: list[tuple[int, str, bool, int]],
    views: list[View],
) -> None:
    """Events of several senders, some sent twice; parts of the index full at any moment."""
    path = tmp_path_factory.mktemp("any") / "ledger.duckdb"
    names = ITEMS[:6]
    with pytest.MonkeyPatch.context() as patched, Ledger.open(path) as ledger:
        for number, sender, names_viewer, fullness in data:
            patched.setattr(delta, "_ENTRIES", (1, 2, 5, 100)[fullness])
            when = f"2026-03-0{number + 1}T00:00:00Z"
            members: dict[str, Any] = {"eventID": f"urn:x:{number}", "eventTime": when}
            if number % 2:
                members["readPoint"] = {"id": f"urn:epc:id:sgln:8936099.1400{number}.0"}
            if names_viewer:
                end = f"https://id.gs1.org/417/{_GLN}"
                members["sourceList"] = [{"type": "possessing_party", "source": end}]
            captured(ledger, document(observed(names[number], **members)), organisation=sender)
        for view in views:
            for plain, indexed in both(ledger, view):
                assert indexed.naming(names) == plain.naming(names)
                assert [indexed.naming([one]) for one in names] == [
                    plain.naming([one]) for one in names
                ]
