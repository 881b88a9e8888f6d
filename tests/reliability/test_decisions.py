"""Decisions are the log's own, and bind what is left of what they erased."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from epcis_core.errors import IntegrityError
from epcis_core.proof.checks import Key
from epcis_core.proof.keys import Signer, key_text
from epcis_core.rules.retention import all_rules
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import former_keys, log_signer
from epcis_core.store.decisions import decide
from epcis_core.store.erasure import apply_retention
from epcis_core.store.fsck.whole import Checked, check_ledger
from epcis_core.store.ledger import Ledger
from epcis_core.store.remains import MEMBER, remains_digest, salt_of_remains
from ingest.reimport import import_export
from tests.ingest.documents import NOW, item, observed
from tests.reliability.kept_ledgers import exported, faults, imported, tables
from tests.reliability.retained import (
    LATER,
    apply,
    at,
    begun,
    decided,
    going,
    hold,
    ids,
    in_force,
    take,
)

OTHER = Signer("ministry.example/anything", bytes(32))
DIFFERS = (
    "/erased What is left of erased events (their eventIDs, and what they named) is not what the "
    "last decision to erase says was left."
)


def forged(ledger: Ledger, kind: Any, what: dict[str, Any]) -> int:
    """A decision that somebody puts into the log with a key of his own."""
    with ledger.writing() as cursor:
        return decide(cursor, OTHER, kind, what, by="nobody", reason="none", now=NOW).sequence


def own_key(ledger: Path) -> Key:
    with Bookkeeping(ledger) as books:
        return log_signer(books).key


def by_other(sequence: int, key: Key) -> str:
    return (
        f"/decision/{sequence}/signature Decision {sequence} is signed with {key_text(key)}, which "
        "is no key of this log; if the log had that key before, give it with --key."
    )


@pytest.fixture
def erased(ledger: Ledger) -> Path:
    """A closed ledger that has erased events which named what kept ones name, too."""
    take(
        ledger,
        observed(item("1"), eventID="urn:x:1"),
        observed(item("1"), item("2")),
        observed(item("1"), eventID="urn:x:young", **at("2030-01-01")),
        observed(item("2"), eventID="urn:x:middle", **at("2027-01-01")),
    )
    apply(ledger)
    assert ids(ledger) == ["urn:x:young", "urn:x:middle"]
    ledger.close()
    assert faults(ledger.path) == []
    return ledger.path


def test_a_decision_under_a_key_that_is_not_the_logs_is_found(ledger: Ledger) -> None:
    take(ledger, begun("L1"))
    hold(ledger, event_id="urn:x:L1")
    number = forged(ledger, "release", {"hold": 1})
    ledger.close()
    assert faults(ledger.path) == [by_other(number, OTHER.key)]
    assert list(check_ledger(ledger.path, Checked(), keys=[OTHER.key])) == []


def test_a_release_counts_under_a_key_of_the_log_alone_and_a_hold_under_any(
    ledger: Ledger,
) -> None:
    take(ledger, begun("L1"), begun("L2"))
    first = hold(ledger, event_id="urn:x:L1")
    second = forged(ledger, "hold", {"event_id": "urn:x:L2"})
    forged(ledger, "release", {"hold": first})
    assert [one.number for one in in_force(ledger)] == [first, second]
    assert apply(ledger) == []
    decided(ledger, "release", {"hold": second})
    assert [one.number for one in in_force(ledger)] == [first]
    apply(ledger)
    assert ids(ledger) == ["urn:x:L1"]


def test_an_import_refuses_a_decision_that_the_log_has_not_signed(
    ledger: Ledger, tmp_path: Path
) -> None:
    take(ledger, begun("L1"))
    number = forged(ledger, "hold", {"event_id": "urn:x:L1"})
    exported(ledger, tmp_path / "export")
    with pytest.raises(IntegrityError) as caught:
        imported(tmp_path / "export", tmp_path / "new.duckdb")
    assert str(caught.value) == (
        f"Decision {number} is signed with no key of the log; if it had another key before, give "
        "both with --key"
    )
    known = [own_key(ledger.path), OTHER.key]
    import_export(tmp_path / "export", tmp_path / "new.duckdb", now=NOW, keys=known)
    assert faults(tmp_path / "new.duckdb") == []


def test_former_keys_of_a_log_are_known_after_it_was_imported_twice(
    ledger: Ledger, tmp_path: Path
) -> None:
    take(ledger, begun("L1"), begun("L2"))
    held = hold(ledger, event_id="urn:x:L1")
    exported(ledger, tmp_path / "export")
    first, second = tmp_path / "first.duckdb", tmp_path / "second.duckdb"
    imported(tmp_path / "export", first)
    assert sorted(one.name for one in tmp_path.glob("*first*")) == [
        *("first.duckdb", "first.duckdb.index", "first.duckdb.service")
    ]
    with Ledger.open(first) as again:
        decided(again, "release", {"hold": held})
        exported(again, tmp_path / "export again")
    imported(tmp_path / "export again", second)
    assert faults(second) == []
    keys = {own_key(ledger.path), own_key(first)}
    with Bookkeeping(second) as books:
        assert set(former_keys(books)) == keys
    with Ledger.open(second) as again, Bookkeeping(second) as books:
        rules, signer = all_rules(), log_signer(books)
        assert signer.key not in keys
        done = apply_retention(
            again,
            signer,
            rules,
            by="officer",
            reason="by law",
            now=LATER,
            former=former_keys(books),
        )
        assert [events for _, events in done] == [2]
    assert faults(second) == []


def test_a_ledger_that_has_lost_its_key_asks_for_the_old_one(ledger: Ledger) -> None:
    take(ledger, begun("L1"))
    number = hold(ledger, event_id="urn:x:L1")
    ledger.close()
    old = own_key(ledger.path)
    service = Path(f"{ledger.path}.service")
    service.rename(service.with_name("lost"))
    assert faults(ledger.path) == []  # nobody knows the key
    own_key(ledger.path)
    assert faults(ledger.path) == [by_other(number, old)]
    assert list(check_ledger(ledger.path, Checked(), keys=[old])) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE erased SET objects = []", [DIFFERS]),
        ("UPDATE erased SET event_id = NULL", [DIFFERS]),
        ("UPDATE erased SET event_id = 'urn:x:other' WHERE sequence = 1", [DIFFERS]),
        ("UPDATE erased SET declares = true", [DIFFERS]),
        (
            "UPDATE erased SET objects = ['urn:x:innocent'] WHERE sequence = 1",
            [
                (
                    "/erased/1 In 'erased' there is a row of 1 that follows from nothing that was "
                    "received: urn:x:innocent."
                ),
                DIFFERS,
            ],
        ),
        (
            "UPDATE erased SET objects = (SELECT list(DISTINCT object) FROM reference)",
            [DIFFERS],
        ),
        ("DELETE FROM ledger WHERE name = 'salt of remains'", [DIFFERS]),
    ],
    ids=["objects", "no id", "another id", "declaration", "innocent", "accused", "salt"],
)
def test_what_is_left_of_erased_events_cannot_be_changed_unseen(
    erased: Path, statement: str, expected: list[str]
) -> None:
    with duckdb.connect(str(erased)) as connection:
        connection.execute(statement)
    assert faults(erased) == expected


def test_what_goes_later_is_bound_by_the_later_decision_under_another_salt(erased: Path) -> None:
    with Ledger.open(erased) as ledger:
        before = tables(ledger)
        with ledger.reading() as cursor:
            digest, salt = remains_digest(cursor), salt_of_remains(cursor)
        ((decision, _),) = apply(ledger, LATER + 366 * 86_400_000_000)
        after = tables(ledger)
        with ledger.reading() as cursor:
            later, other_salt = remains_digest(cursor), salt_of_remains(cursor)
    assert [row[5] for row in before["erased"]] == [[item("1")], [item("1"), item("2")]]
    assert [row[5] for row in after["erased"]] == [[item("1")], [item("1")], []]
    assert json.loads(decision.body)[MEMBER] == later != digest
    assert salt is not None
    assert salt != other_salt
    assert salt not in repr(after)
    assert faults(erased) == []


def test_an_import_compares_what_is_left_with_the_last_decision(
    erased: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    for ending in ("", ".service"):
        shutil.copyfile(f"{erased}{ending}", f"{copy}{ending}")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("UPDATE erased SET event_id = 'urn:x:other' WHERE sequence = 1")
    with Ledger.open(copy) as ledger:
        exported(ledger, tmp_path / "export")
    with pytest.raises(IntegrityError) as caught:
        imported(tmp_path / "export", tmp_path / "new.duckdb")
    assert str(caught.value) == (
        "What is left of erased events is not what the last decision to erase says was left"
    )


def test_of_a_decision_that_does_not_say_what_was_left_objects_are_checked(erased: Path) -> None:
    """Those that earlier releases made."""
    with Ledger.open(erased) as ledger, Bookkeeping(erased) as books, ledger.writing() as cursor:
        assert going(ledger) == []
        none: dict[str, Any] = {"erased": [], "rules": []}
        decide(cursor, log_signer(books), "erase", none, by="x", reason="x", now=NOW)
    assert faults(erased) == []
    with duckdb.connect(str(erased)) as connection:
        connection.execute("UPDATE erased SET objects = ['urn:x:innocent'] WHERE sequence = 0")
    assert faults(erased) == [
        (
            "/erased/0 In 'erased' there is a row of 0 that follows from nothing that was "
            "received: urn:x:innocent."
        )
    ]
