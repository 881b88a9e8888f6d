"""An export says all that a ledger holds, is read without it, and becomes the same ledger."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from epcis_core.errors import EpcisError, QueryError
from epcis_core.proof.checks import (
    is_consistent,
    is_included,
    read_checkpoint,
    read_note,
)
from epcis_core.provenance.evidence import EventList
from epcis_core.provenance.trace import trace
from epcis_core.store.events import all_events
from epcis_core.store.exported_log import COLUMNS
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.names import Names
from epcis_core.store.part import part_of
from epcis_core.store.tree import Tree
from epcis_core.store.view import EVERYTHING
from tests.conftest import TEST_SCALE
from tests.core.proof import naive_tree
from tests.ingest.documents import NOW, captured, document, item, observed
from tests.reliability.kept_ledgers import (
    again,
    exported,
    faults,
    fill_with_samples,
    fill_with_world,
    imported,
    objects,
    tables,
    traces,
)

FARM = "8931004017003"


SEEDS = range(max(1, int(2 * TEST_SCALE)))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with something of everything."""
    with Ledger.open(tmp_path_factory.mktemp("samples") / "old.duckdb") as ledger:
        fill_with_samples(ledger)
        yield ledger


@pytest.fixture(scope="module")
def whole(samples: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole export of it."""
    folder = tmp_path_factory.mktemp("whole") / "export"
    exported(samples, folder)
    return folder


@pytest.fixture(scope="module")
def remade(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """The ledger that was made of it."""
    with again(whole, tmp_path_factory.mktemp("new") / "new.duckdb") as ledger:
        yield ledger


def test_a_ledger_made_of_its_export_has_the_same_rows_in_every_table(
    samples: Ledger, remade: Ledger
) -> None:
    old, new = tables(samples), tables(remade)
    assert all(rows for name, rows in old.items() if name not in {"decision", "erased"})
    assert new == old


def test_a_ledger_made_of_its_export_is_clean(whole: Path, tmp_path: Path) -> None:
    made = imported(whole, tmp_path / "new.duckdb")
    assert made.is_same
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.duckdb", "new.duckdb.index"]
    assert faults(tmp_path / "new.duckdb") == []


@pytest.fixture(scope="module")
def answers(samples: Ledger) -> dict[str, dict[str, Any]]:
    """The trace of every object of the samples."""
    return traces(samples, objects(samples))


def test_a_ledger_made_of_its_export_gives_the_same_traces(
    remade: Ledger, answers: dict[str, dict[str, Any]]
) -> None:
    assert len(answers) > 100
    assert traces(remade, objects(remade)) == answers


def test_proofs_that_the_old_ledger_gave_hold_against_the_new_root(
    samples: Ledger, remade: Ledger
) -> None:
    entries = list(log_entries(samples, EVERYTHING))
    size = len(entries)
    with samples.reading() as old, remade.reading() as new:
        paths, root = Tree(old).inclusion(range(size), size), Tree(new).root(size)
        older = {first: Tree(old).root(first) for first in range(1, size)}
        ways = {first: Tree(old).consistency(first, size) for first in older}
    for at, entry in enumerate(entries):
        assert is_included(entry.leaf, at, size, [*paths[at]], root)
    for first, way in ways.items():
        assert is_consistent(first, size, [*way], older[first], root)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_simulated_businesses_wrote_is_the_same_ledger_again(
    seed: int, ledger: Ledger
) -> None:
    fill_with_world(ledger, seed)
    folder = ledger.path.with_name("export")
    exported(ledger, folder)
    with again(folder, ledger.path.with_name("new.duckdb")) as new:
        assert tables(new) == tables(ledger)
        subjects = objects(ledger)
        assert traces(new, subjects) == traces(ledger, subjects)


def test_an_export_is_read_without_this_project(whole: Path) -> None:
    """By DuckDB, hashlib and the tree as RFC 9162 defines it, as the README tells."""
    rows = duckdb.execute(
        "SELECT sequence, kind, subject, epoch_us(record_time) AS record_time, organisation, "
        "capture_id, leaf, salt, content, syntax, prefixes, contexts, vocabulary "
        "FROM read_parquet(?) ORDER BY sequence",
        [str(whole / "log.parquet")],
    ).fetchall()
    leaves = []
    for *told, leaf, salt, content, syntax, prefixes, contexts, vocabulary in rows:
        names = ("sequence", "kind", "subject", "record_time", "organisation", "capture_id")
        metadata = dict(zip(names, told, strict=True))
        reading = {"contexts": contexts, "prefixes": json.loads(prefixes), "syntax": syntax}
        reading |= {} if vocabulary is None else {"vocabulary": vocabulary}
        parts = [plain(reading), content.encode()]
        digest = hashlib.sha256(b"".join(len(one).to_bytes(8, "big") + one for one in parts))
        found = hashlib.sha256(b"\0" + salt + digest.digest() + plain(metadata)).digest()
        assert found == leaf
        leaves.append(leaf)
    checkpoint = read_checkpoint(read_note((whole / "checkpoint.txt").read_text("utf-8"))[0])
    assert naive_tree.root(leaves) == checkpoint.root
    assert len(leaves) == checkpoint.size > 400


def plain(members: dict[str, Any]) -> bytes:
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def test_the_readme_explains_every_column_and_file(whole: Path) -> None:
    readme = (whole / "README.md").read_text(encoding="utf-8")
    assert pq.read_schema(whole / "log.parquet").names == list(COLUMNS)
    assert [name for name in COLUMNS if f"| `{name}` | " not in readme] == []
    listed = {path.name for path in whole.iterdir()} - {"README.md"}
    assert {name for name in listed if f"`{name}" not in readme} == set()


def test_the_manifest_has_the_digest_of_every_file(whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_bytes())
    found = {
        str(path.relative_to(whole)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in whole.rglob("*")
        if path.is_file() and path.name not in {"manifest.json", "manifest.note"}
    }
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == found


def test_an_export_of_epcis_alone_is_captured_and_gives_the_same_traces(
    samples: Ledger, answers: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    exported(samples, tmp_path / "plain", formats=frozenset({"epcis"}))
    assert not list(tmp_path.rglob("*.parquet"))
    with again(tmp_path / "plain", tmp_path / "new.duckdb") as new:
        assert traces(new, objects(new)) == answers
        with samples.reading() as old, new.reading() as cursor:
            sql = "SELECT organisation, count(*) FROM receipt GROUP BY ALL ORDER BY ALL"
            receipts = old.execute(sql).fetchall()
            assert receipts == [("shop", 1)]
            assert cursor.execute(sql).fetchall() == receipts


def test_a_part_holds_what_a_party_sent_or_is_named_in(samples: Ledger, tmp_path: Path) -> None:
    """The oracle looks for its GLNs in the text of events, in either spelling.

    Those of its fields and its shed are the farm's by the samples' master data alone.
    """
    exported(samples, tmp_path / "part", parties=[FARM])
    urns = ("pgln:8931004017.00", "sgln:8931004017.00.", "sgln:8931004017.10.")
    spellings = (f"/{FARM}", "/8931004017102", *(f"urn:epc:id:{urn}" for urn in urns))
    expected = {
        one.event_id
        for one in all_events(samples, EVERYTHING)
        if any(spelling in one.text for spelling in spellings)
    }
    rows = pq.read_table(tmp_path / "part" / "log.parquet", columns=["kind", "subject"]).to_pylist()
    found = {row["subject"] for row in rows if row["kind"] == "event"}
    assert 0 < len(found) < 100
    assert found == expected


def test_a_part_gives_the_traces_that_its_events_give(samples: Ledger, tmp_path: Path) -> None:
    exported(samples, tmp_path / "part", parties=[FARM])
    with again(tmp_path / "part", tmp_path / "part.duckdb") as part:
        ids = {one.event_id for one in all_events(part, EVERYTHING)}
        with samples.reading() as cursor, part.reading() as other:
            facts = [f for f in read_facts(cursor, EVERYTHING, "true") if f.event_id in ids]
            evidence, names = EventList(facts), Names(other, EVERYTHING)
            as_of = traces(part, objects(part)[:1]).popitem()[1]["as_of"]
            expected = {
                one: trace(evidence, names, one, direction="both", as_of=as_of).as_json()
                for one in objects(part)
            }
        assert len(expected) > 5
        assert traces(part, [*expected]) == expected
        key = f"https://id.gs1.org/417/{FARM}"
        named = {one["parties"][key]["name"] for one in expected.values() if key in one["parties"]}
        assert named == {"Trang trại nho Gió Cát"}


def test_a_part_of_a_sender_without_gln_is_what_it_sent(samples: Ledger, tmp_path: Path) -> None:
    exported(samples, tmp_path / "part", parties=["shop"])
    rows = pq.read_table(tmp_path / "part" / "log.parquet").to_pylist()
    assert [(row["kind"], row["organisation"]) for row in rows if row["kind"] != "master_data"] == [
        ("event", "farm"),  # it was witnessed
        ("event", "farm"),  # and declared wrong
        ("receipt", "shop"),
        ("document", "shop"),
        ("event", "shop"),
        ("document", "shop"),
    ]


def test_a_number_that_is_no_gln_is_refused(samples: Ledger) -> None:
    with samples.reading() as cursor:
        with pytest.raises(QueryError) as caught:
            part_of(cursor, EVERYTHING, ["8936099140011"])
        assert str(caught.value) == "8936099140011 is no GLN: its check digit is wrong."
        urn = part_of(cursor, EVERYTHING, ["urn:epc:id:pgln:8931004017.00"])
        assert urn == part_of(cursor, EVERYTHING, [FARM])
        assert urn.parties == (f"https://id.gs1.org/417/{FARM}",)


def test_an_empty_ledger_is_exported_and_made_again(ledger: Ledger) -> None:
    folder = ledger.path.with_name("export")
    assert exported(ledger, folder)["entries"] == 0
    assert imported(folder, ledger.path.with_name("new.duckdb")).entries == 0


@given(
    splits=st.lists(
        st.tuples(st.sampled_from(["farm", "shop"]), st.lists(st.integers(0, 9), max_size=5)),
        max_size=5,
    )
)
@settings(max_examples=max(1, int(10 * TEST_SCALE)), suppress_health_check=[HealthCheck.too_slow])
def test_however_events_are_split_into_documents_the_root_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, splits: list[tuple[str, list[int]]]
) -> None:
    folder = tmp_path_factory.mktemp("split")
    with Ledger.open(folder / "old.duckdb") as ledger:
        for now, (organisation, numbers) in enumerate(splits):
            events = [observed(item(str(n)), eventID=f"urn:x:{n}") for n in numbers]
            captured(ledger, document(*events), organisation=organisation, now=NOW + now)
        made = exported(ledger, folder / "export", formats=frozenset({"parquet"}))
        with again(folder / "export", folder / "new.duckdb") as new, new.reading() as cursor:
            tree = Tree(cursor)
            assert (tree.size, tree.root(tree.size).hex()) == (
                made["entries_of_log"],
                made["root"],
            )
            assert tables(new) == tables(ledger)


def test_by_command(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    with Ledger.open(path) as ledger:
        captured(ledger, document(observed(eventID="urn:x:1")), organisation="farm")
    run = CliRunner()
    done = run.invoke(app, ["export", str(path), "-o", str(tmp_path / "e")])
    assert (done.exit_code, done.stdout.replace("\n", "")) == (
        0,
        f"{tmp_path / 'e'}: 2 entries of the log, 1 events in 1 documents.",
    )
    done = run.invoke(app, ["import", str(tmp_path / "e"), "-o", str(tmp_path / "new.duckdb")])
    assert done.exit_code == 0, done.output
    done = run.invoke(
        app,
        ["export", str(path), "-o", str(tmp_path / "p"), "--party", "farm", "--format", "epcis"],
    )
    assert done.exit_code == 0, done.output
    done = run.invoke(app, ["import", str(tmp_path / "p"), "-o", str(tmp_path / "part.duckdb")])
    assert done.exit_code == 0, done.output
    with Ledger.open(tmp_path / "part.duckdb") as part:
        (event,) = all_events(part, EVERYTHING)
        assert (event.event_id, event.organisation) == ("urn:x:1", "farm")
    done = run.invoke(app, ["import", str(tmp_path / "p"), "-o", str(tmp_path / "part.duckdb")])
    assert isinstance(done.exception, EpcisError)
