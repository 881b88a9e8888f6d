"""The files of the fact index hold what was added, however they are written, merged and damaged."""

import resource
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.model.references import Role
from epcis_core.provenance.facts import EventFacts, Named
from epcis_core.store.index import delta, upkeep, writing
from epcis_core.store.index.fact_index import FactIndex
from epcis_core.store.index.reader import IndexReader
from epcis_core.store.index.records import Receipt
from epcis_core.store.index.segment import DamagedIndexError, Segment
from epcis_core.store.index.stretch import Stretch, kept_of
from epcis_core.store.index.upkeep import _Taken
from epcis_core.store.ledger import Ledger
from tests.ingest.documents import captured, document, item, observed

NAMES = [item(f"{number}") for number in range(9)]
GTIN = "09506000134352"
_STEPS = st.sampled_from(["add", "spill", "erase", "open again", "wait"])


def event(sequence: int) -> EventFacts:
    """An event that names two or three things."""
    places = {sequence % 9, sequence * sequence % 9, sequence // 2 % 9}
    named = tuple(Named(NAMES[place], Role.EPC) for place in sorted(places))
    texts = ("ObjectEvent", sequence, "+07:00", "ADD", None, None, None, None, None, (), (), ())
    return EventFacts(sequence, f"urn:x:{sequence}", *texts, named, (), (), "farm")


def stretch(first: int, count: int) -> Stretch:
    """Entries of which every fifth is a document, and every seventh a receipt for the first."""
    numbers = range(first, first + count)
    receipts = [Receipt(one, 0, "shop") for one in numbers if one % 7 == 6]
    facts = [event(one) for one in numbers if one % 5 != 4 and one % 7 != 6]
    return Stretch(numbers, bytes([numbers[-1] % 256]) * 32, facts, receipts)


def answers(reader: IndexReader) -> tuple[object, ...]:
    """What a reader says of everything."""
    found = [reader.naming([name]) for name in NAMES]
    everything = sorted({number for some in found for number in some})
    return (
        reader.reached,
        found,
        list(reader.facts(everything)),
        reader.of_product(GTIN, 1000),
        reader.of_product(GTIN, 4),
        list(reader.receipts([0])),
    )


def truth(reached: int, erased: set[int]) -> tuple[object, ...]:
    """The same, told by going through all entries."""
    whole = stretch(0, reached + 1) if reached >= 0 else Stretch(range(0), b"", [], [])
    facts = [one for one in whole.facts if one.sequence not in erased]
    product = [one.sequence for one in facts]
    return (
        reached,
        [[one.sequence for one in facts if one.of(name)] for name in NAMES],
        facts,
        product,
        product[-4:],
        [one for one in whole.receipts if one.sequence not in erased],
    )


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.tuples(_STEPS, st.integers(1, 12)), max_size=14), full=st.integers(1, 9))
def test_whatever_is_written_and_merged_when_readers_see_what_was_added(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], full: int
) -> None:
    folder = tmp_path_factory.mktemp("any") / "index"
    erased: set[int] = set()
    readers: list[tuple[IndexReader, tuple[object, ...]]] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(delta, "_ENTRIES", full)
        patched.setattr(writing, "_CHUNK", 1)
        patched.setattr(writing, "_PIECE", 64)
        index = FactIndex(folder)
        for step, number in steps:
            new = stretch(index.reached + 1, number)
            if step == "add":
                index.add(kept_of(new), new.entries[-1], new.leaf)
            elif step == "spill":
                spilled = index.spill(
                    kept_of(new), first=new.entries[0], last=new.entries[-1], leaf=new.leaf
                )
                index.publish([spilled])
            elif step == "erase":
                gone = {one for one in range(index.reached + 1) if one % number == 0}
                index.erase(gone)
                erased |= gone
            elif step == "open again":
                index.close()
                index = FactIndex(folder)
            else:
                index.settle()
            expected = truth(index.reached, erased)
            readers.append((index.reading(), expected))
            assert answers(readers[-1][0]) == expected
        for reader, expected in readers:  # also those from before something was erased
            assert answers(reader) == expected
        index.close()
        again = FactIndex(folder)
        assert answers(again.reading()) == truth(index.reached, erased)
        again.close()


def test_many_small_parts_become_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "_ENTRIES", 4)
    index = FactIndex(tmp_path / "index")
    for number in range(200):
        new = stretch(number * 5, 5)
        index.add(kept_of(new), new.entries[-1], new.leaf)
        if number % 20 == 0:
            index.settle()
    index.close()
    assert len(list((tmp_path / "index").iterdir())) < 9
    assert answers(FactIndex(tmp_path / "index").reading()) == truth(999, set())


def test_readers_go_on_while_parts_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "_ENTRIES", 3)
    index = FactIndex(tmp_path / "index")
    wrong: list[object] = []

    def read_on() -> None:
        while index.reached < 400:
            reader = index.reading()
            if answers(reader) != truth(reader.reached, set()):
                wrong.append(reader.reached)

    threads = [threading.Thread(target=read_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    while index.reached < 400:
        new = stretch(index.reached + 1, 3)
        index.add(kept_of(new), new.entries[-1], new.leaf)
    for thread in threads:
        thread.join()
    index.close()
    assert wrong == []


def test_a_damaged_part_is_neither_read_nor_written_anew(tmp_path: Path) -> None:
    index = FactIndex(tmp_path / "index")
    new = stretch(0, 40)
    index.add(kept_of(new), 39, new.leaf)
    index.close()
    (file,) = (tmp_path / "index").iterdir()
    data = bytearray(file.read_bytes())
    data[128] ^= 1  # of the first key
    file.write_bytes(data)
    index = FactIndex(tmp_path / "index")
    with pytest.raises(DamagedIndexError, match=r"index/000000000000-000000000039 is damaged$"):
        index.reading().naming(NAMES)
    with pytest.raises(DamagedIndexError, match=r"index/000000000000-000000000039 is damaged$"):
        index.erase({2})


@pytest.mark.parametrize("harm", ["zeros", "ones", "the next"])
def test_an_event_whose_record_is_lost_is_not_taken_for_none(tmp_path: Path, harm: str) -> None:
    index = FactIndex(tmp_path / "index")
    new = stretch(0, 40)
    index.add(kept_of(new), 39, new.leaf)
    index.close()
    (file,) = (tmp_path / "index").iterdir()
    data = bytearray(file.read_bytes())
    at = Segment(file).extent.offsets + 8 * 20  # where the records of some entries begin
    after = bytes(data[at + 8 : at + 16])
    data[at : at + 24] = {"zeros": bytes(24), "ones": b"\xff" * 24, "the next": after * 3}[harm]
    file.write_bytes(data)
    reader = FactIndex(tmp_path / "index").reading()
    found = reader.naming(NAMES)
    assert 21 in found
    with pytest.raises(DamagedIndexError):
        list(reader.facts(found))
    with pytest.raises(DamagedIndexError):
        list(reader.facts([21]))


def test_what_was_full_before_something_was_erased_is_written_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = FactIndex(tmp_path / "index")
    new, more = stretch(0, 5), stretch(5, 5)
    index.add(kept_of(new), new.entries[-1], new.leaf)
    with monkeypatch.context() as patched:
        patched.setattr(FactIndex, "_work", lambda _: None)  # it has no time yet
        index.publish([index.spill(kept_of(more), first=5, last=9, leaf=more.leaf)])
        index.erase({1})
    index._work()
    index.settle()
    found = sorted(one.name for one in (tmp_path / "index").iterdir())
    assert found == ["000000000000-000000000004", "000000000005-000000000009"]


def test_a_long_run_of_which_nothing_is_kept_waits_in_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_RUN", 10)
    index, taken = FactIndex(tmp_path / "index"), _Taken(-1)
    for first in range(0, 45, 5):
        taken.take(index, Stretch(range(first, first + 5), bytes(32), [], []))
    files = sorted(one.name for one in (tmp_path / "index").iterdir())
    assert files == [f".unfinished-{first:012}-{first + 14:012}" for first in (0, 15, 30)]
    taken.keep(index)
    assert index.reached == 44
    index.close()
    assert FactIndex(tmp_path / "index").reached == 44


def test_a_file_that_does_not_fit_is_taken_away(tmp_path: Path) -> None:
    new = stretch(0, 400)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            writing.write_segment(tmp_path, kept_of(new), first=0, last=399, leaf=new.leaf)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_have_put_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index" / "@eaDir").mkdir(parents=True)
    (tmp_path / "index" / "left").touch()
    index = FactIndex(tmp_path / "index")
    new = stretch(0, 5)
    index.add(kept_of(new), new.entries[-1], new.leaf)
    index.close()
    found = sorted(one.name for one in (tmp_path / "index").iterdir())
    assert found == ["000000000000-000000000004", "@eaDir"]


def test_a_disk_that_refuses_takes_the_index_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(delta, "_ENTRIES", 1)
    count = 0
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        monkeypatch.setattr(writing, "os", SimpleNamespace(fsync=refuse))
        is_there = True
        while is_there:
            assert captured(ledger, document(observed(item(f"{count}")))).status == "accepted"
            count += 1
            with ledger.index() as index:
                is_there = index is not None
        monkeypatch.undo()
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger, ledger.index() as index:
        assert index is not None
        assert len(index.naming(item(f"{number}") for number in range(count))) == count
