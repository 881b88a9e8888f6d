"""What was erased is gone for good; all else stays, and is provable."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.proof_report import report_files
from epcis_core.model.times import microseconds, utc_text
from epcis_core.proof.bundle import write_bundle
from epcis_core.proof.checks import is_consistent, is_included
from epcis_core.proof.verdict import verdict_of
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer
from epcis_core.store.decisions import Decision, decisions
from epcis_core.store.events import all_events, find_events
from epcis_core.store.evidence import StoredEvidence
from epcis_core.store.index import delta, writing
from epcis_core.store.index.fact_index import FactIndex
from epcis_core.store.indexed_evidence import IndexedEvidence
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.proofs import prove_events, prove_trace
from epcis_core.store.rewriting import rewrite
from epcis_core.store.trace import trace_lot
from epcis_core.store.tree import Tree
from epcis_core.store.view import EVERYTHING, View
from tests.api.capturing import interface
from tests.conftest import TEST_SCALE
from tests.ingest.documents import (
    CONTEXT,
    NOW,
    captured,
    document,
    item,
    lot,
    made,
    observed,
    packed,
)
from tests.reliability.kept_ledgers import (
    bytes_beside,
    faults,
    objects,
    tables,
)
from tests.reliability.retained import LATER, apply, at, begun, going, ids, take


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """A secret event with everything that can hang on one, one that stays, and a head."""
    secret = observed(
        item("SECRET1"),
        eventID="urn:uuid:6a3b1c9e-0000-4000-8000-00000000abcd",
        action="ADD",
        ilmd={"cbvmda:lotNumber": "SECRET2", "ex:grower": "SECRET3"},
        sensorElementList=[{"sensorReport": [{"type": "Temperature", "stringValue": "SECRET4"}]}],
        **{"ex:note": "SECRET5 lại mật"},
    )
    nameless = observed(item("SECRET6"), **{"ex:note": "SECRET7"})
    wrong = {**secret, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    box = packed("https://id.gs1.org/00/095060001343520017", item("SECRET8"), eventID="urn:x:box")
    stays = observed(item("1"), eventID="urn:x:stays", **at("2029-01-01"))
    take(ledger, secret, nameless, wrong, box, stays)
    take(ledger, secret, nameless, organisation="shop", now=NOW + 1)
    take(ledger, secret, nameless, now=NOW + 2)
    clash = captured(ledger, document({**secret, "ex:note": "SECRET9"}), now=NOW + 3)
    assert clash.status == "rejected"
    return ledger


def test_nothing_that_an_erased_event_said_is_left_in_any_table(told: Ledger) -> None:
    hashes = {one.hash for one in all_events(told, EVERYTHING) if one.event_id != "urn:x:stays"}
    before = repr(tables(told))
    assert all(f"SECRET{n}" in before for n in range(1, 9))
    ((decision, events),) = apply(told)
    after = tables(told)
    assert events == 4
    assert ids(told) == ["urn:x:stays"]
    kept = {name: [row[0] for row in after[name] if name == "event"] for name in ("event",)}
    assert kept == {"event": [4]}
    assert "SECRET" not in repr(after)
    assert [one for one in hashes if one in repr(after)] == []
    sequences = {
        entry.metadata.sequence for entry in log_entries(told, EVERYTHING) if entry.content is None
    }
    assert sequences == {0, 1, 2, 3, 6, 7}
    with told.reading() as cursor:
        salts = cursor.execute("SELECT sequence FROM entry WHERE octet_length(salt) = 0").fetchall()
        assert {row[0] for row in salts} == sequences
        digests = cursor.execute("SELECT DISTINCT octet_length(digest) FROM capture ORDER BY 1")
        assert digests.fetchall() == [(0,)]
    assert json.loads(decision.body)["erased"] == [{"rule": "usual", "sequences": [[0, 3], [6, 7]]}]


def test_after_rewriting_no_file_beside_the_ledger_has_a_trace_of_it(told: Ledger) -> None:
    apply(told)
    told.close()
    rewrite(told.path)
    assert b"SECRET" not in bytes_beside(told.path)
    assert faults(told.path) == []
    with Ledger.open(told.path, create=False) as ledger:
        assert ids(ledger) == ["urn:x:stays"]


def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the disk take no file of the index any more, until what is returned is called."""

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "os", SimpleNamespace(fsync=refuse))
    return monkeypatch.undo


@pytest.mark.parametrize("is_given_up_before", [True, False])
def test_where_the_disk_is_full_the_index_goes_with_what_is_erased(
    told: Ledger, monkeypatch: pytest.MonkeyPatch, *, is_given_up_before: bool
) -> None:
    told.close()
    folder = told.path.with_name(f"{told.path.name}.index")
    with Ledger.open(told.path) as ledger:
        assert b"SECRET" in b"".join(one.read_bytes() for one in folder.iterdir())
        monkeypatch.setattr(delta, "_ENTRIES", 1)
        undo = refusing(monkeypatch)
        number = 0
        while is_given_up_before:
            take(ledger, observed(item(f"more{number}"), **at("2029-01-01")))
            number += 1
            with ledger.index() as index:
                is_given_up_before = index is not None
        if number:
            undo()
            assert b"SECRET" in b"".join(one.read_bytes() for one in folder.iterdir())
        ((_, events),) = apply(ledger)
        assert events == 4
        assert b"SECRET" not in b"".join(one.read_bytes() for one in folder.iterdir())
        undo()
    with Ledger.open(told.path) as ledger, ledger.index() as index:
        assert index is not None
        assert index.naming([item("SECRET1")]) == []
        assert len(index.naming([item("1")])) == 1


def test_files_of_the_index_never_stay_those_of_before_a_decision(told: Ledger) -> None:
    told.close()
    with Ledger.open(told.path) as ledger:
        ((decision, _),) = apply(ledger)
        assert ledger._index._index is not None
        ledger._index._index.settle()
        folder = told.path.with_name(f"{told.path.name}.index")
        assert f"{decision.sequence:012}" in max(one.name for one in folder.iterdir())


def test_what_a_link_leads_to_is_rewritten_and_the_link_stays(told: Ledger) -> None:
    apply(told)
    told.close()
    folder = told.path.with_name("data")
    folder.mkdir()
    real = told.path.rename(folder / "real.duckdb")
    told.path.symlink_to(real)
    rewrite(told.path)
    assert told.path.readlink() == real
    assert b"SECRET" not in real.read_bytes()
    assert [one.name for one in folder.iterdir()] == ["real.duckdb"]


def test_a_rewritten_file_has_the_same_rows_in_the_same_order_and_goes_on(ledger: Ledger) -> None:
    captured(ledger, document(observed(eventID="urn:x:1"), observed(item("2"))))
    before, order = tables(ledger), ids(ledger)
    ledger.close()
    rewrite(ledger.path)
    with Ledger.open(ledger.path, create=False) as new:
        assert (tables(new), ids(new)) == (before, order)
        again = captured(new, document(observed(eventID="urn:x:1"), observed(item("3"))))
        assert [one.status for one in again.events] == ["duplicate", "accepted"]
    assert faults(ledger.path) == []


def test_the_decision_is_an_entry_of_the_log_and_signed(told: Ledger) -> None:
    size = len(list(log_entries(told, EVERYTHING)))
    apply(told)
    *_, entry = log_entries(told, EVERYTHING)
    (decision,) = decisions(told, EVERYTHING)
    assert entry.metadata.kind == "decision"
    assert (entry.metadata.sequence, entry.metadata.organisation) == (size, "Data officer")
    assert entry.recomputed() == entry.leaf
    assert entry.content == decision.body.encode()
    assert decision.is_signed
    said = json.loads(decision.body)
    assert (said["by"], said["reason"], said["time"]) == (
        "Data officer",
        "yearly review",
        utc_text(LATER),
    )
    assert [rule["id"] for rule in said["rules"]] == ["after_expiry", "usual"][::-1]
    forged = decision.body.replace("yearly", "early")
    changed = Decision(decision.sequence, "erase", LATER, decision.by, forged, decision.signature)
    assert not changed.is_signed


def test_what_stays_is_proven_and_the_log_still_grows_out_of_what_it_was(told: Ledger) -> None:
    with told.reading() as cursor:
        tree = Tree(cursor)
        roots = {size: tree.root(size) for size in range(1, tree.size + 1)}
    apply(told)
    assert_provable(told, roots)


def five_years_after(time: datetime) -> datetime:
    day = min(time.day, 28) if time.month == 2 else time.day
    return time.replace(year=time.year + 5, day=day)


def assert_provable(ledger: Ledger, roots: dict[int, Any]) -> None:
    entries = list(log_entries(ledger, EVERYTHING))
    with ledger.reading() as cursor:
        tree = Tree(cursor)
        size, root = tree.size, tree.root(tree.size)
        paths = tree.inclusion(range(size), size)
        ways = {first: tree.consistency(first, size) for first in roots}
    assert [entry.metadata.sequence for entry in entries] == list(range(size))
    for entry in entries:
        number = entry.metadata.sequence
        assert is_included(entry.leaf, number, size, [*paths[number]], root)
        assert entry.recomputed() in {None, entry.leaf}
    for first, way in ways.items():
        assert is_consistent(first, size, [*way], roots[first], root)


@given(
    days=st.lists(st.integers(0, 3000), min_size=1, max_size=12),
    reviews=st.lists(st.integers(0, 4000), min_size=1, max_size=3).map(sorted),
    most=st.integers(1, 4),
)
@settings(max_examples=max(1, int(10 * TEST_SCALE)))
def test_whenever_it_is_applied_all_that_is_left_can_be_proven(
    tmp_path_factory: pytest.TempPathFactory, days: list[int], reviews: list[int], most: int
) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    path = tmp_path_factory.mktemp("any") / "ledger.duckdb"
    times = {f"urn:x:{n}": start + timedelta(days=day) for n, day in enumerate(days)}
    with Ledger.open(path) as ledger:
        for number, (event_id, time) in enumerate(times.items()):
            text = time.isoformat().replace("+00:00", "Z")
            event = observed(item(str(number % 3)), eventID=event_id, eventTime=text)
            captured(ledger, document(event), now=NOW + number)
        roots: dict[int, Any] = {}
        for review in reviews:
            with ledger.reading() as cursor:
                tree = Tree(cursor)
                roots[tree.size] = tree.root(tree.size)
            moment = start + timedelta(days=review)
            apply(ledger, microseconds(moment.isoformat().replace("+00:00", "Z")), most=most)
            left = [one for one, time in times.items() if five_years_after(time) > moment]
            assert ids(ledger) == left
            assert_provable(ledger, roots)
            with ledger.reading() as cursor, ledger.index() as index:
                assert index is not None
                indexed = IndexedEvidence(cursor, EVERYTHING, index)
                named = [item(str(n)) for n in range(3)]
                assert indexed.naming(named) == StoredEvidence(cursor, EVERYTHING).naming(named)
    assert faults(path) == []


def test_an_index_that_a_crash_has_left_behind_shows_nothing_that_was_erased(told: Ledger) -> None:
    """The ledger has committed, and the index has not: it is followed up when it is opened."""
    named = [item("SECRET1"), item("SECRET6"), item("1")]
    told.close()
    index = told.path.with_name(f"{told.path.name}.index")
    behind = told.path.with_name("behind")
    shutil.copytree(index, behind)
    with Ledger.open(told.path) as ledger:
        apply(ledger)
        stale = FactIndex(behind).reading()
        with ledger.reading() as cursor:
            indexed = IndexedEvidence(cursor, EVERYTHING, stale)
            assert stale.naming(named) == [0, 1, 2, 4]
            assert [facts.event_id for facts in indexed.naming(named)] == ["urn:x:stays"]
        with ledger.index() as reader:
            assert reader is not None
            assert reader.naming(named) == [4]
        assert not any(b"SECRET" in file.read_bytes() for file in index.iterdir())
    shutil.rmtree(index)
    behind.replace(index)
    with Ledger.open(told.path, create=False) as ledger, ledger.index() as reader:
        assert reader is not None
        assert reader.naming(named) == [4]
    assert not any(b"SECRET" in file.read_bytes() for file in index.iterdir())
    assert faults(told.path) == []


def test_a_proof_of_an_erased_event_says_that_only_its_place_is_left(told: Ledger) -> None:
    apply(told)
    size = len(list(log_entries(told, EVERYTHING)))
    records = prove_events(
        told, EVERYTHING, ["urn:uuid:6a3b1c9e-0000-4000-8000-00000000abcd"], size
    )
    assert [(one.metadata.sequence, one.content, one.salt, one.declares) for one in records] == [
        (0, None, b"", False),
        (2, None, b"", True),
        (6, None, b"", False),
    ]


def test_a_trace_that_reaches_an_erased_event_says_so(ledger: Ledger) -> None:
    wine = made([lot("GRAPES")], [lot("WINE")], eventID="urn:x:made", **at("2029-01-01"))
    take(ledger, begun("GRAPES"), wine)
    grapes = lot("GRAPES")
    before = trace_lot(ledger, EVERYTHING, lot("WINE"))
    assert [gap.code for gap in before.gaps if gap.code in {"erased", "no_origin"}] == []
    apply(ledger)
    for as_of in (None, "2030-01-01T00:00:00Z"):  # also as of a time before the decision
        answer = trace_lot(ledger, EVERYTHING, lot("WINE"), as_of=as_of)
        assert "urn:x:GRAPES" not in answer.events
        told = [gap for gap in answer.gaps if gap.code == "erased"]
        assert [(gap.message, gap.objects, gap.events) for gap in told] == [
            (
                f"Records that named {grapes} were erased when the time to keep them was over.",
                (grapes,),
                ("urn:x:GRAPES",),
            )
        ]
    assert find_events(ledger, View(up_to_sequence=0), "urn:x:GRAPES") == []
    assert not trace_lot(ledger, View(viewer="somebody else"), lot("WINE")).gaps
    apply(ledger, LATER * 2)
    assert objects(ledger) == []
    with ledger.reading() as cursor:  # nothing names the grapes any more, so nothing tells of them
        assert cursor.execute("SELECT DISTINCT objects FROM erased").fetchall() == [([],)]
    assert trace_lot(ledger, EVERYTHING, lot("WINE")).objects == ()


def test_the_proof_of_a_lot_tells_what_cannot_be_proven_any_more(ledger: Ledger) -> None:
    wine = made([lot("GRAPES")], [lot("WINE")], eventID="urn:x:made", **at("2029-01-01"))
    take(ledger, begun("GRAPES"), wine)
    apply(ledger)
    file = ledger.path.with_name("wine.zip")
    with Bookkeeping(ledger.path) as books, file.open("wb") as target:
        _, proof = prove_trace(ledger, books, EVERYTHING, lot("WINE"), now=LATER)
        write_bundle(target, proof, log_signer(books), report_files(proof))
    verdict = verdict_of(file)
    assert (verdict.is_proven, verdict.unchanged, verdict.erased) == (True, [1], [0])
    assert "1 cannot be proven: its text was erased, only its place is left." in verdict.sentences(
        "en"
    )


def test_a_proof_has_every_erased_record_of_the_lot_also_one_without_an_id_of_its_own(
    ledger: Ledger,
) -> None:
    pallet = item("7")
    named = [observed(pallet, eventID=f"urn:x:{number}") for number in range(25)]
    nameless = [observed(pallet, **{"ex:n": number}) for number in range(4)]
    take(ledger, *named, *nameless, observed(pallet, eventID="urn:x:young", **at("2029-01-01")))
    take(ledger, named[7], now=NOW + 1, organisation="shop")
    apply(ledger)
    with Bookkeeping(ledger.path) as books:
        answer, proof = prove_trace(ledger, books, EVERYTHING, pallet, now=LATER)
    (gap,) = (gap for gap in answer.gaps if gap.code == "erased")
    assert len(gap.events) == 20
    assert [one.metadata.sequence for one in proof.records if one.content is None] == [
        *range(29),
        31,
    ]


def test_an_erased_event_that_is_sent_again_is_refused_by_its_id(told: Ledger) -> None:
    apply(told)
    event_id = "urn:uuid:6A3B1C9E-0000-4000-8000-00000000ABCD"
    event = observed(eventID=event_id)
    wrong = {**event, "errorDeclaration": {"declarationTime": "2026-03-05T08:00:00Z"}}
    data = document(event, wrong, observed(item("3")))
    report = captured(told, data, proceed=True)
    assert [one.status for one in report.events] == ["rejected", "rejected", "accepted"]
    for number, one in enumerate(report.events[:2]):
        (found,) = one.findings
        assert found.code == "event_erased"
        assert found.where.pointer == f"/epcisBody/eventList/{number}/eventID"
        assert found.message == (
            f"An event with the eventID {event_id} was here, and its content was erased when the "
            "time to keep it was over; it is not taken again."
        )


def test_an_erased_event_that_is_posted_alone_is_refused_and_told_why(told: Ledger) -> None:
    apply(told)
    event = observed(eventID="urn:uuid:6a3b1c9e-0000-4000-8000-00000000abcd")
    with interface(told) as client:
        answer = client.post("/epcis/events", json={"@context": CONTEXT, **event})
    assert answer.status_code == 409
    assert answer.json()["title"] == (
        "The event 'urn:uuid:6a3b1c9e-0000-4000-8000-00000000abcd' was here until its time was up, "
        "and was erased."
    )


def test_an_erased_event_without_an_id_of_its_own_is_taken_as_new(told: Ledger) -> None:
    apply(told)
    report = captured(told, document(observed(item("SECRET6"), **{"ex:note": "SECRET7"})))
    assert [one.status for one in report.events] == ["accepted"]
    assert going(told) == [report.events[0].sequence]
