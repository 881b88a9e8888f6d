"""A check of a ledger file compares it with what stands beside it and what was kept outside."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from epcis_core.rules.retention import all_rules
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import log_signer, sign_checkpoint
from epcis_core.store.erasure import apply_retention
from epcis_core.store.index.fact_index import segments_of
from epcis_core.store.index.stretch import entry_of
from epcis_core.store.index.writing import merge, write_segment
from epcis_core.store.jobs import CaptureJob, add_job
from epcis_core.store.ledger import Ledger
from tests.core.store.filled import checked, found_in, original, path, tampered
from tests.ingest.documents import NOW, captured, document, item, observed

__all__ = ["original", "path"]

EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""The root of a log without entries."""


def signed(path: Path) -> str:
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        return sign_checkpoint(ledger, books, NOW, publish=True).note


def grown(path: Path, *serials: str) -> None:
    with Ledger.open(path) as ledger:
        captured(ledger, document(*map(observed, map(item, serials))), now=NOW + 1)


def messages(path: Path, **notes: str) -> list[str]:
    return [one.message for one in checked(path, notes=notes)[1]]


def test_a_ledger_that_was_set_back_contradicts_what_was_kept_outside(
    path: Path, original: Path
) -> None:
    signed(path)
    grown(path, "5", "6")
    note = signed(path)
    assert messages(path, monday=note) == []
    shutil.copyfile(original, path)
    told = "The log has 12 entries, and a checkpoint in {} was signed of 15: the ledger was set "
    assert messages(path, monday=note) == [
        f"{told.format(where)}back to an older copy."
        for where in ("ledger.duckdb.service", "monday")
    ]


def test_two_histories_of_one_ledger_contradict_each_other(path: Path, tmp_path: Path) -> None:
    signed(path)
    other = tmp_path / "other.duckdb"
    for ending in ("", ".service"):
        shutil.copyfile(f"{path}{ending}", f"{other}{ending}")
    grown(path, "5")
    grown(other, "6")
    note = signed(other)
    assert messages(other, monday=note) == []
    assert messages(path, monday=note) == [
        (
            "The first 14 entries of the log are not those that a checkpoint in monday was signed "
            "of: they were changed, or there are two histories."
        )
    ]


def test_a_history_of_checkpoints_is_one_file(path: Path) -> None:
    first = signed(path)
    grown(path, "5")
    history = f"{first}\n{signed(path)}\n"
    seen, found = checked(path, notes={"history": history})
    assert (found, seen.checkpoints) == ([], 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("thank you", "{} holds something else than signed checkpoints."),
        ("", "{} holds something else than signed checkpoints."),
        (
            f"log.example\n0\n{EMPTY}\n\n— log.example AAAAAAA=\n",
            (
                "A checkpoint in {} is not signed with a key of this log; if the log has a new "
                "key, give the old one with --key."
            ),
        ),
    ],
    ids=["words", "nothing", "another log's"],
)
def test_what_is_no_checkpoint_of_the_log_is_told(path: Path, text: str, told: str) -> None:
    signed(path)
    assert messages(path, photo=text) == [told.format("photo")]


def test_a_saved_checkpoint_that_somebody_changed_is_told(path: Path) -> None:
    signed(path)
    with closing(sqlite3.connect(f"{path}.service")) as books:
        books.execute("UPDATE checkpoint SET size = 3")
        books.commit()
    assert messages(path) == [
        (
            "A checkpoint in ledger.duckdb.service, 3 is not signed with a key of this log; if the "
            "log has a new key, give the old one with --key."
        )
    ]


def test_a_fact_index_that_somebody_changed_is_to_be_made_anew(path: Path) -> None:
    """Whether its sums are right, as only somebody who knows the format makes them, or not."""
    folder = path.with_name("ledger.duckdb.index")
    for harm, why in (
        (_without_an_event, "entries 0 to 11"),
        (_without_a_name, "what events are found by"),
        (_overwritten, "a damaged file"),
    ):
        Ledger.open(path).close()
        harm(folder)
        assert messages(path) == [
            (
                f"The fact index is not the one that the ledger gives ({why}). "
                "Delete ledger.duckdb.index; it is made anew when the ledger is opened."
            )
        ]
        shutil.rmtree(folder)
    assert messages(path) == []


def _without_an_event(folder: Path) -> None:
    (segment,) = segments_of(folder)
    merge(folder, [segment], gone=[entry_of(2, segment.record(2) or b"")]).path.replace(
        segment.path
    )


def _without_a_name(folder: Path) -> None:
    (segment,) = segments_of(folder)
    entries = [
        entry_of(number, record)
        for number in range(segment.last + 1)
        if (record := segment.record(number)) is not None
    ]
    entries[1] = entries[1]._replace(keys=[*entries[1].keys][1:])
    write_segment(
        folder, entries, first=0, last=segment.last, leaf=segment.extent.leaf
    ).path.replace(segment.path)


def _overwritten(folder: Path) -> None:
    (file,) = folder.iterdir()
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def test_what_was_promised_and_is_lost_is_told(path: Path) -> None:
    with Bookkeeping(path) as books:
        add_job(books, CaptureJob("lost", "x", "farm", NOW, proceed=False, size=1))
        add_job(books, CaptureJob("waits", "x", "farm", NOW, proceed=False, size=1))
    jobs = path.with_name("ledger.duckdb.jobs")
    jobs.mkdir()
    (jobs / "waits").write_bytes(b"{")
    assert messages(path) == [
        (
            "Capture lost was promised and is not done, and its document is not in "
            "ledger.duckdb.jobs any more."
        )
    ]


def erased_by_law(path: Path) -> None:
    years_later = NOW + 20 * 365 * 86_400_000_000
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        rules = [*all_rules([])]
        done = apply_retention(
            ledger, log_signer(books), rules, by="officer", reason="by law", now=years_later
        )
        assert [count for _, count in done] == [7]


def test_what_was_erased_by_a_decision_is_counted_and_no_fault(path: Path) -> None:
    erased_by_law(path)
    seen, found = checked(path)
    assert found == []
    assert (seen.entries, seen.events, seen.erased) == (13, 0, 8)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE decision SET signature = 'x'",
            [("decision_not_signed", "/decision/12/signature")],
        ),
        ("UPDATE decision SET kind = 'hold'", [("row_differs", "/decision/12/kind")]),
        (
            "DELETE FROM erased WHERE sequence = 1",
            [
                ("row_missing", "/event/1"),
                ("row_differs", "/entry/1/salt"),
                ("row_missing", "/erased/1"),
            ],
        ),
        (
            "INSERT INTO erased SELECT * REPLACE (6 AS sequence) FROM erased WHERE sequence = 1",
            [("row_unexpected", "/erased/6")],
        ),
    ],
    ids=["signature", "kind", "erased in silence", "erased and there"],
)
def test_an_erasure_that_the_log_did_not_decide_is_found(
    path: Path, statement: str, expected: list[tuple[str, str]]
) -> None:
    erased_by_law(path)
    tampered(path, statement)
    found = found_in(path)
    assert [one for one in expected if one not in found] == []


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "photo.duckdb"
    other.write_bytes(b"%PDF-1.7 " * 1000)
    seen, (told,) = checked(other)
    assert (seen.is_readable, told.code) == (False, "ledger_unreadable")
    assert told.message == f"photo.duckdb cannot be read: {other} is not a ledger file."
    with Ledger.open(path):
        pass
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    seen, found = checked(path)
    assert not seen.is_readable
    assert "ledger_unreadable" in {one.code for one in found}
