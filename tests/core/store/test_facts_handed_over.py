"""What an append hands to the fact index is what a reader finds in the ledger's rows afterwards."""

from pathlib import Path

import pytest

from epcis_core.store.fact_rows import read_facts
from epcis_core.store.index.stretch import Stretch
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.core.store.test_stored_evidence import FILES, fill


def test_facts_that_are_handed_over_are_those_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Stretch] = []
    monkeypatch.setattr(Ledger, "hand_over", lambda _, stretch: handed.append(stretch))
    path = tmp_path / "ledger.duckdb"
    fill(path, FILES)
    with Ledger.open(path) as ledger, ledger.reading() as cursor:
        facts = read_facts(cursor, EVERYTHING, "true")
        leaves = dict(cursor.execute("SELECT sequence, leaf FROM entry").fetchall())
        receipts = cursor.execute(
            "SELECT sequence, event_sequence, organisation FROM receipt ORDER BY sequence"
        ).fetchall()
    assert [number for one in handed for number in one.entries] == [*range(len(leaves))]
    assert [said for one in handed for said in one.facts] == facts
    assert [receipt for one in handed for receipt in one.receipts] == receipts
    assert all(leaves[one.entries[-1]] == one.leaf for one in handed)
