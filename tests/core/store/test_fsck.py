"""A check of a ledger file finds what does not follow from what was received, and says where."""

from pathlib import Path

import duckdb
import pytest

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import entries_between
from epcis_core.store.master_data import stored_version
from epcis_core.store.view import EVERYTHING
from ingest.files import expand
from tests.conftest import ROOT
from tests.core.store.filled import EVENTS, checked, found_in, original, path, tampered
from tests.ingest.documents import NOW, captured, document, item, observed


def test_a_ledger_that_nobody_touched_is_sound(path: Path) -> None:
    before = path.read_bytes()
    seen, found = checked(path)
    assert found == []
    assert (seen.is_readable, seen.events, seen.erased) == (True, EVENTS, 0)
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == [
        "ledger.duckdb",
        "ledger.duckdb.index",
    ]


def test_the_empty_ledger_is_sound(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "empty.duckdb").close()
    seen, found = checked(tmp_path / "empty.duckdb")
    assert (seen.entries, seen.events, found) == (0, 0, [])


def test_the_root_is_that_of_the_ledger(path: Path) -> None:
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        signed = sign_checkpoint(ledger, books, NOW)
    seen, found = checked(path)
    assert (seen.root, seen.entries, seen.checkpoints) == (signed.checkpoint.root, signed.size, 1)
    assert found == []


def test_a_place_cannot_be_made_a_product_by_whoever_works_out_its_digest(path: Path) -> None:
    kind = "urn:epcglobal:epcis:vtype:EPCClass"
    with Ledger.open(path) as ledger, ledger.reading() as cursor:
        entry = entries_between(cursor, EVERYTHING, 5, 5)[0]
    assert entry.reading.vocabulary == "urn:epcglobal:epcis:vtype:Location"
    around, body = entry.reading.namespaces, entry.content or b""
    digest = stored_version(kind, entry.metadata.subject, body, around).digest
    with duckdb.connect(str(path)) as connection:
        change = "UPDATE vocabulary_element SET vocabulary = ?, digest = ?"
        connection.execute(change, [kind, digest])
    assert found_in(path) == [("leaf_differs", "/entry/5/leaf")]


def test_the_samples_make_a_sound_ledger(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "samples.duckdb") as ledger:
        for file in expand([ROOT / "samples"]):
            captured(ledger, file.read_bytes(), file_name=file.name)
    assert found_in(tmp_path / "samples.duckdb") == []


def test_every_official_example_makes_a_sound_ledger(tmp_path: Path, gs1_dir: Path) -> None:
    accepted = 0
    with Ledger.open(tmp_path / "official.duckdb") as ledger:
        for file in expand([gs1_dir]):
            report = captured(
                ledger, file.read_bytes(), file_name=file.name, proceed=True, lenient=True
            )
            accepted += report.counts["accepted"]
    seen, found = checked(tmp_path / "official.duckdb")
    assert found == []
    assert seen.events == accepted > 50


__all__ = ["original", "path"]

INDEX = ("fact_index_differs", None)
TOLD_OTHER = ("row_differs", "/capture/ANOTHER/report/events/0")


def told(old: str, new: str) -> str:
    """What puts something else into the report of the capture that brought most, as SQL."""
    return f"UPDATE capture SET report = replace(report, {old}, {new}) WHERE accepted = 5"  # noqa: S608 - ours


CHANGED: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "what an event says": (
        "UPDATE event SET body = replace(body, 'inspecting', 'picking') WHERE sequence = 1",
        [
            ("leaf_differs", "/entry/1/leaf"),
            ("row_differs", "/event/1/biz_step"),
            ("row_differs", "/event/1/hash"),
            ("row_differs", "/event/1/content"),
        ],
    ),
    "a text that is no event": (
        "UPDATE event SET body = 'x' || body WHERE sequence = 0",
        [("entry_unreadable", "/entry/0")],
    ),
    "a column of an event": (
        "UPDATE event SET biz_step = 'selling' WHERE sequence = 0",
        [("row_differs", "/event/0/biz_step"), INDEX],
    ),
    "a list of an event": (
        "UPDATE event SET parties = ['urn:x'] WHERE sequence = 0",
        [("row_differs", "/event/0/parties")],
    ),
    "its place in its document": (
        "UPDATE event SET position = 0 WHERE sequence = 1",
        [("row_differs", "/event/1/position")],
    ),
    "when it came": (
        "UPDATE event SET record_time = record_time + INTERVAL 1 SECOND WHERE sequence = 0",
        [
            ("row_differs", "/entry/0/record_time"),
            ("leaf_differs", "/entry/0/leaf"),
            ("row_differs", "/event/0/record_time"),
        ],
    ),
    "a quantity": (
        "UPDATE reference SET quantity = '9' WHERE quantity = '1'",
        [("row_differs", "/reference/0/quantity"), INDEX],
    ),
    "a reference deleted": (
        "DELETE FROM reference WHERE role = 'output'",
        [("row_missing", "/reference/2"), INDEX],
    ),
    "a reference twice": (
        "INSERT INTO reference SELECT * FROM reference WHERE role = 'output'",
        [("row_unexpected", "/reference/2"), INDEX],
    ),
    "a reference of no event": (
        "INSERT INTO reference SELECT * REPLACE (9999 AS sequence) FROM reference LIMIT 1",
        [("row_unexpected", "/reference/9999")],
    ),
    "marks": ("DELETE FROM mark", [("row_missing", "/mark/3")] * 2),
    "a membership": (
        "UPDATE membership SET lot = 'urn:x'",
        [("row_differs", "/membership/0/lot"), INDEX],
    ),
    "master data of a lot": (
        "UPDATE ilmd SET value = 'L9' WHERE position = 0",
        [("row_differs", "/ilmd/0/value"), INDEX],
    ),
    "a reading": (
        "UPDATE content SET value = 'Humidity' WHERE value = 'Temperature'",
        [("row_differs", "/content/0/value")],
    ),
    "a name": (
        "UPDATE vocabulary_element SET body = replace(body, 'Gió', 'Mưa')",
        [
            ("leaf_differs", "/entry/5/leaf"),
            ("row_differs", "/vocabulary_element/5/digest"),
            ("row_differs", "/vocabulary_element/5/names"),
            ("row_differs", "/element_attribute/5/value"),
        ],
    ),
    "the type of master data": (
        "UPDATE vocabulary_element SET vocabulary = 'urn:x'",
        [("leaf_differs", "/entry/5/leaf"), ("row_differs", "/vocabulary_element/5/digest")],
    ),
    "an attribute": (
        "UPDATE element_attribute SET value = 'Vườn Khác'",
        [("row_differs", "/element_attribute/5/value")],
    ),
    "what a receipt is for": (
        "UPDATE receipt SET event_sequence = 1",
        [
            ("leaf_differs", "/entry/7/leaf"),
            ("row_differs", "/receipt/7/event_sequence"),
            TOLD_OTHER,
            INDEX,
        ],
    ),
    "what a witness sent": (
        "UPDATE receipt SET body = body || ' '",
        [("leaf_differs", "/entry/7/leaf")],
    ),
    "a salt": (
        "UPDATE entry SET salt = 'x'::BLOB WHERE sequence = 0",
        [("row_differs", "/entry/0/salt"), ("leaf_differs", "/entry/0/leaf")],
    ),
    "a kind": (
        "UPDATE entry SET kind = 'rumour' WHERE sequence = 6",
        [
            ("row_differs", "/entry/6/kind"),
            ("leaf_differs", "/entry/6/leaf"),
            ("row_differs", "/envelope/envelope 0/sequence"),
        ],
    ),
    "a time": (
        "UPDATE entry SET record_time = record_time - INTERVAL 1 DAY WHERE kind = 'master_data'",
        [
            ("time_runs_back", "/entry/5"),
            ("leaf_differs", "/entry/5/leaf"),
            ("row_differs", "/capture/CAPTURE/of entry 5"),
        ],
    ),
    "the tree": (
        "UPDATE entry SET nodes = NULL WHERE sequence = 3",
        [("tree_differs", "/entry/3/nodes")],
    ),
    "an entry deleted": (
        "DELETE FROM entry WHERE sequence = 4",
        [
            ("entry_missing", "/entry/4"),
            ("row_unexpected", "/event/4"),
            ("row_unexpected", "/reference/4"),
            ("row_differs", "/capture/CAPTURE/accepted"),
            ("row_differs", "/capture/CAPTURE/report/events/4"),
        ],
    ),
    "an entry twice": (
        "INSERT INTO entry SELECT * FROM entry WHERE sequence = 6",
        [("entry_twice", "/entry/6")],
    ),
    "an entry far away": (
        "INSERT INTO entry SELECT * REPLACE (10000000000 AS sequence) FROM entry LIMIT 1",
        [
            ("entry_missing", "/entry/12"),
            ("row_missing", "/event/10000000000"),
            ("row_differs", "/capture/CAPTURE/accepted"),
        ],
    ),
    "an event deleted": (
        "DELETE FROM event WHERE sequence = 1",
        [
            ("row_missing", "/event/1"),
            ("row_unexpected", "/reference/1"),
            ("row_differs", "/capture/CAPTURE/report/events/1"),
            INDEX,
        ],
    ),
    "two events in each other's place": (
        "UPDATE event SET sequence = 19 - sequence WHERE sequence IN (9, 10)",
        [
            ("leaf_differs", "/entry/9/leaf"),
            ("leaf_differs", "/entry/10/leaf"),
            ("row_differs", "/reference/9/object"),
            ("row_differs", "/reference/10/object"),
            ("row_differs", "/event/10/position"),
            TOLD_OTHER,
            ("row_differs", "/capture/ANOTHER/report/events/1"),
            INDEX,
        ],
    ),
    "the version of a document": (
        "UPDATE envelope SET version = '1.2' WHERE envelope = 0",
        [("row_differs", "/envelope/envelope 0/version")],
    ),
    "a head deleted": (
        "DELETE FROM envelope WHERE envelope = 2",
        [
            ("leaf_differs", "/entry/9/leaf"),
            ("leaf_differs", "/entry/10/leaf"),
            ("row_missing", "/envelope/11"),
            ("row_differs", "/event/9/envelope"),
            ("row_differs", "/event/10/envelope"),
        ],
    ),
    "a count": (
        "UPDATE capture SET accepted = 9 WHERE accepted = 5",
        [("row_differs", "/capture/CAPTURE/accepted")] * 2,
    ),
    "the name of a file": (
        "UPDATE capture SET file_name = 'else' WHERE accepted = 5",
        [("row_differs", "/capture/CAPTURE/file_name")],
    ),
    "a report": (
        "UPDATE capture SET report = '{' WHERE accepted = 5",
        [("report_unreadable", "/capture/CAPTURE/report")],
    ),
    "what a sender was told an event is": (
        told("'urn:x:1'", "'urn:x:9'"),
        [("row_differs", "/capture/CAPTURE/report/events/0")],
    ),
    "what a sender was told the hash of an event is": (
        told("'256;1e61'", "'256;1e62'"),
        [("row_differs", f"/capture/CAPTURE/report/events/{index}") for index in (1, 4)],
    ),
    "which entry a sender was told of": (
        told("""'"sequence":0,'""", """'"sequence":1,'"""),
        [("row_differs", "/capture/CAPTURE/report/events/0")],
    ),
    "an entry that is not there in a report": (
        told("""'"sequence":0,'""", """'"sequence":9223372036854775808,'"""),
        [("row_differs", "/capture/CAPTURE/report/events/0")],
    ),
    "what a sender was told became of an event": (
        told("""'"accepted","sequence":3'""", """'"duplicate","sequence":3'"""),
        [
            ("row_differs", "/capture/CAPTURE/report/counts/accepted"),
            ("row_differs", "/capture/CAPTURE/report/counts/duplicate"),
        ],
    ),
    "an event that a sender was told was rejected": (
        told("""'"accepted","sequence":3'""", """'"rejected","sequence":null'"""),
        [
            ("row_differs", "/capture/CAPTURE/report/counts/accepted"),
            ("row_differs", "/capture/CAPTURE/report/counts/rejected"),
        ],
    ),
    "a report without its events": (
        (
            r"""UPDATE capture SET report = regexp_replace(report, '\[{"index.*\],', '[],') """
            "WHERE accepted = 5"
        ),
        [("row_differs", "/capture/CAPTURE/report/events")],
    ),
    "a report whose events are none": (
        told("""'"sequence":0,'""", "''"),
        [("report_unreadable", "/capture/CAPTURE/report")],
    ),
    "a capture deleted": (
        "DELETE FROM capture WHERE accepted = 5",
        [
            *(("row_differs", f"/capture/CAPTURE/of entry {entry}") for entry in range(7)),
            ("row_differs", "/envelope/envelope 0/head"),
        ],
    ),
    "an erasure that nobody decided": (
        "UPDATE event SET body = NULL WHERE sequence = 1",
        [("row_unexpected", "/event/1"), ("row_unexpected", "/reference/1")],
    ),
    "a column more": (
        "ALTER TABLE event ADD COLUMN note VARCHAR",
        [("shape_differs", "/column event.note")],
    ),
    "an index less": ("DROP INDEX event_identity", [("shape_differs", "/index event_identity")]),
    "a view": (
        "CREATE VIEW v AS SELECT 1 AS one",
        [("shape_differs", "/column v.one"), ("shape_differs", "/view v")],
    ),
}


@pytest.mark.parametrize(("statement", "expected"), CHANGED.values(), ids=list(CHANGED))
def test_what_was_changed_is_found_where_it_was_changed(
    path: Path, statement: str, expected: list[tuple[str, str | None]]
) -> None:
    with duckdb.connect(str(path)) as connection:
        captures = dict(
            connection.execute(
                "SELECT capture_id, if(accepted = 5, 'CAPTURE', 'ANOTHER') FROM capture"
            ).fetchall()
        )
    tampered(path, statement)
    found = [
        (code, at and "/".join(captures.get(step, step) for step in at.split("/")))
        for code, at in found_in(path)
    ]
    assert found == expected


def test_a_finding_says_what_is_there_and_what_follows(path: Path) -> None:
    tampered(path, "UPDATE event SET biz_step = 'selling' WHERE sequence = 1")
    told = checked(path)[1][0]
    assert told.message == (
        "In 'event', 1, the column biz_step is selling; from what was received follows inspecting."
    )
    assert told.message_in("vi") == (
        "Trong 'event', 1, cột biz_step là selling; theo dữ liệu đã nhận thì phải là inspecting."
    )


def test_a_finding_about_a_report_says_what_was_told_and_what_the_log_has(path: Path) -> None:
    tampered(path, "UPDATE capture SET report = replace(report, 'witness', 'duplicate')")
    with duckdb.connect(str(path)) as connection:
        ((shop, digest),) = connection.execute(
            "SELECT n.capture_id, e.hash FROM entry n, event e "
            "WHERE n.sequence = 7 AND e.sequence = 0"
        ).fetchall()
    at = f"In 'capture', {shop}, the column report/events"
    count, row = (one.message for one in checked(path)[1])
    assert count == f"{at} is 0 witness; from what was received follows 1 witness."
    said = f"{at}/0 is duplicate 7 urn:x:1 {digest}; from what was received follows "
    assert row.startswith(f"{said}receipt {shop} urn:x:1 ni:///")


def test_an_event_that_another_brought_was_not_accepted(path: Path) -> None:
    tampered(
        path,
        "UPDATE capture SET report = replace(report, 'duplicate\",', 'accepted\",'), "
        "accepted = duplicate, duplicate = 0 WHERE duplicate = 1",
    )
    assert sum(str(at).endswith("/report/events/0") for _, at in found_in(path)) == 1


def test_of_many_alike_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        captured(ledger, document(*(observed(item(str(one))) for one in range(150))))
    tampered(path, "DELETE FROM reference")
    *_, last = [one for one in checked(path)[1] if one.code != "fact_index_differs"]
    assert last.message == "There are 50 more findings 'row_missing' like this one."
