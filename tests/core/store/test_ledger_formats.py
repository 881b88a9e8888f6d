"""Ledger files of every release stay readable: their formats, and the way from one to the next."""

import lzma
import shutil
from pathlib import Path

import duckdb
import pytest

from epcis_core.errors import StoreError
from epcis_core.proof.leaf import EntryKind
from epcis_core.query.parameters import parse_query
from epcis_core.store.content import content_of
from epcis_core.store.events import all_events, count_contents
from epcis_core.store.file_format import Migration, shipped_migrations
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.query import query_events
from epcis_core.store.search import search
from epcis_core.store.tables import (
    CONTENT,
    DECISION,
    ELEMENT,
    ELEMENT_ATTRIBUTE,
    ENTRY,
    ENVELOPE,
    ERASED,
    EVENT,
    ILMD,
    MARK,
    MEMBERSHIP,
    RECEIPT,
    REFERENCE,
    Table,
)
from epcis_core.store.trace import trace_lot
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import captured, document
from tests.reliability.kept_ledgers import exported, imported

FIXTURES = Path(__file__).parent / "fixtures"
NEWEST = shipped_migrations()[-1].format
GRADES = Migration(
    NEWEST + 1, "ALTER TABLE event ADD COLUMN grade VARCHAR; UPDATE event SET grade = 'A'"
)
BROKEN = Migration(NEWEST + 2, "DROP TABLE membership; INSERT INTO nowhere VALUES (1)")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of the ledger that release 0.1.0 made: one sample chain of 27 events, format 1."""
    path = tmp_path / "old.duckdb"
    path.write_bytes(lzma.decompress((FIXTURES / "format-1.duckdb.xz").read_bytes()))
    return path


@pytest.fixture
def current(old: Path) -> Path:
    """The same in the newest format, alone in its folder."""
    Ledger.open(old).close()
    for copy in old.parent.glob("*.backup"):
        copy.unlink()
    return old.rename(old.with_name("current.duckdb"))


def test_a_ledger_of_an_older_format_is_sound_once_it_was_brought_up(current: Path) -> None:
    assert list(check_ledger(current, Checked())) == []


def test_master_data_of_earlier_releases_keep_their_leaves_which_tell_no_vocabulary(
    current: Path, tmp_path: Path
) -> None:
    with Ledger.open(current) as ledger:
        found = [one for one in log_entries(ledger, EVERYTHING) if one.metadata.subject]
        elements = [one for one in found if one.metadata.kind == "master_data"]
        assert len(elements) > 5
        assert {one.reading.vocabulary for one in elements} == {None}
        exported(ledger, tmp_path / "export")
    imported(tmp_path / "export", tmp_path / "again.duckdb")
    assert list(check_ledger(tmp_path / "again.duckdb", Checked())) == []


def test_an_event_of_an_older_format_is_known_again(current: Path) -> None:
    with Ledger.open(current) as ledger:
        for stored in list(all_events(ledger, EVERYTHING)):
            report = captured(ledger, document(stored.text), prefixes=stored.reading.prefixes)
            assert [one.status for one in report.events] == ["duplicate"], report


def names_in(folder: Path) -> list[str]:
    """The files in a folder, but for the fact index, which is no part of the ledger."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".index")


def test_a_ledger_of_release_0_1_0_is_read_and_traced(old: Path) -> None:
    with Ledger.open(old, create=False) as ledger:
        assert count_contents(ledger, EVERYTHING) == {
            "events": 27,
            "captures": 3,
            "lots": 12,
            "parties": 3,
            "places": 7,
        }
        answer = trace_lot(
            ledger, EVERYTHING, "(01)08938099550217(10)GL260122", direction="upstream"
        )
        origins = {
            one.lot: one.name for one in answer.objects if one.role == "upstream" and one.lot
        }
        assert origins == {
            "CT260110": "Táo xanh Ninh Thuận xô",
            "CT260117": "Táo xanh Ninh Thuận xô",
            "GL260110-S": "Táo để sấy",
            "GL260117-S": "Táo để sấy",
            "GL260112": "Táo sấy dẻo rời",
            "GL260119": "Táo sấy dẻo rời",
            "GL260112-V": "Vụn táo sấy",
        }
        assert [hit.id for hit in search(ledger, EVERYTHING, "gl26o12o")] == [
            "https://id.gs1.org/01/08938099550217/10/GL260120"
        ]
        first = next(all_events(ledger, EVERYTHING))
        assert first.event.event_time == "2026-01-10T06:00:00+07:00"
        entries = list(log_entries(ledger, EVERYTHING))
    kinds: list[EntryKind] = [entry.metadata.kind for entry in entries]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "event": 27,
        "master_data": 19,
        "document": 3,
    }
    assert all(entry.recomputed() == entry.leaf for entry in entries)


def test_a_ledger_of_release_0_1_0_is_asked_for_what_only_its_events_texts_say(old: Path) -> None:
    with Ledger.open(old, create=False) as ledger:
        events = list(all_events(ledger, EVERYTHING))
        with ledger.reading() as cursor:
            rows = cursor.execute("SELECT * FROM content ORDER BY sequence, position").fetchall()
        lots = [
            (one.sequence, value)
            for one in events
            if (value := (getattr(one.event, "ilmd", None) or {}).get("cbvmda:lotNumber"))
        ]
        asked = {
            value: [
                one.sequence
                for one in query_events(
                    ledger, EVERYTHING, parse_query([("EQ_ILMD_cbvmda:lotNumber", value)])
                )
            ]
            for _, value in lots
        }
    made = [
        (one.sequence, position, *row)
        for one in events
        for position, row in enumerate(content_of(one.event, one.namespaces))
    ]
    assert len(rows) > 20
    assert rows == made
    assert len(asked) == 5
    assert asked == {
        value: [sequence for sequence, other in lots if other == value] for value in asked
    }


def test_a_text_that_is_no_event_leaves_the_file_as_it_was(old: Path) -> None:
    with duckdb.connect(str(old)) as connection:
        connection.execute("UPDATE event SET body = '{' WHERE sequence = 0")
    before = old.read_bytes()
    with pytest.raises(StoreError) as caught:
        Ledger.open(old)
    assert str(caught.value).startswith(
        f"{old} could not be brought to format 3 and is as it was: "
    )
    assert old.read_bytes() == before


def columns_of(path: Path) -> dict[str, list[tuple[str, str]]]:
    with duckdb.connect(str(path)) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "ORDER BY table_name, ordinal_position"
        ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows:
        found.setdefault(table, []).append((column, kind))
    return found


def test_the_file_of_release_0_1_0_has_the_columns_of_format_1(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.duckdb"
    Ledger.open(new, migrations=shipped_migrations()[:1]).close()
    assert columns_of(old) == columns_of(new)


@pytest.mark.parametrize(
    "table",
    [
        EVENT,
        REFERENCE,
        MARK,
        MEMBERSHIP,
        ILMD,
        CONTENT,
        ENTRY,
        RECEIPT,
        ELEMENT,
        ELEMENT_ATTRIBUTE,
        ENVELOPE,
        DECISION,
        ERASED,
    ],
    ids=lambda table: str(table.name),
)
def test_rows_are_written_with_every_column_of_their_table(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "new.duckdb"
    Ledger.open(path).close()
    assert table.columns.names == [name for name, _ in columns_of(path)[table.name]]


def test_an_older_file_is_backed_up_and_brought_up(current: Path) -> None:
    backup = current.with_name(f"current.duckdb.format-{NEWEST}.backup")
    with Ledger.open(current, migrations=[*shipped_migrations(), GRADES]) as ledger:
        with ledger.reading() as cursor:
            assert cursor.execute("SELECT DISTINCT grade FROM event").fetchall() == [("A",)]
            rows = cursor.execute("SELECT value FROM ledger WHERE name = 'format'").fetchall()
            assert rows == [(str(NEWEST + 1),)]
        assert count_contents(ledger, EVERYTHING)["events"] == 27
    with Ledger.open(backup) as before:
        assert count_contents(before, EVERYTHING)["events"] == 27
    assert ("grade", "VARCHAR") not in columns_of(backup)["event"]
    assert names_in(current.parent) == ["current.duckdb", backup.name]


def test_a_file_of_the_newest_format_is_not_copied(current: Path) -> None:
    Ledger.open(current).close()
    assert names_in(current.parent) == ["current.duckdb"]


def test_a_file_left_behind_by_a_crash_is_copied_whole(tmp_path: Path, current: Path) -> None:
    """What a crash has left in the write-ahead log is in the copy."""
    crashed = tmp_path / "crashed" / "current.duckdb"
    crashed.parent.mkdir()
    with Ledger.open(current) as ledger:
        with ledger.writing() as cursor:
            cursor.execute("INSERT INTO ledger VALUES ('late', 'news')")
        for path in (current, current.with_name("current.duckdb.wal")):
            shutil.copy2(path, crashed.parent)
    assert (crashed.parent / "current.duckdb.wal").stat().st_size
    Ledger.open(crashed, migrations=[*shipped_migrations(), GRADES]).close()
    with duckdb.connect(str(crashed.with_name(f"current.duckdb.format-{NEWEST}.backup"))) as backup:
        assert backup.execute("SELECT value FROM ledger WHERE name = 'late'").fetchall() == [
            ("news",)
        ]


def test_a_step_that_fails_leaves_the_file_as_it_was(current: Path) -> None:
    before = current.read_bytes()
    with pytest.raises(StoreError) as caught:
        Ledger.open(current, migrations=[*shipped_migrations(), GRADES, BROKEN])
    assert str(caught.value).startswith(
        f"{current} could not be brought to format {NEWEST + 2} and is as it was: Catalog Error: "
    )
    assert current.read_bytes() == before
    assert current.with_name(f"current.duckdb.format-{NEWEST}.backup").read_bytes() == before
    with Ledger.open(current) as ledger:
        assert count_contents(ledger, EVERYTHING)["events"] == 27


def test_without_a_copy_no_step_is_taken(current: Path) -> None:
    before = current.read_bytes()
    taken = current.with_name(f"current.duckdb.format-{NEWEST}.backup")
    taken.mkdir()
    with pytest.raises(StoreError) as caught:
        Ledger.open(current, migrations=[*shipped_migrations(), GRADES])
    assert str(caught.value) == (
        f"{current} has format {NEWEST} and needs a newer one, but no copy could be made "
        "before that: Is a directory"
    )
    assert current.read_bytes() == before
    assert names_in(current.parent) == ["current.duckdb", taken.name]


def test_a_newer_file_is_refused(current: Path) -> None:
    Ledger.open(current, migrations=[*shipped_migrations(), GRADES]).close()
    before = current.read_bytes()
    with pytest.raises(StoreError) as caught:
        Ledger.open(current)
    assert str(caught.value) == (
        f"{current} was written by a newer release (format {NEWEST + 1}); this one reads up to "
        f"format {NEWEST}. Please update epcis-ledger."
    )
    assert current.read_bytes() == before
