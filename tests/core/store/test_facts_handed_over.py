"""What an append hands to the fact index is what a reader finds in the ledger's rows afterwards."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from epcis_core.proof.leaf import Digest
from epcis_core.provenance.facts import EventFacts
from epcis_core.store.fact_rows import read_facts
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.core.store.test_stored_evidence import FILES, fill


def test_facts_that_are_handed_over_are_those_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[tuple[range, Sequence[EventFacts], Digest]] = []
    monkeypatch.setattr(Ledger, "hand_over", lambda _, *given: handed.append(given))
    path = tmp_path / "ledger.duckdb"
    fill(path, FILES)
    with Ledger.open(path) as ledger, ledger.reading() as cursor:
        facts = read_facts(cursor, EVERYTHING, "true")
        leaves = dict(cursor.execute("SELECT sequence, leaf FROM entry").fetchall())
    entries = [number for numbers, _, _ in handed for number in numbers]
    assert entries == [*range(len(leaves))]
    assert [one for _, some, _ in handed for one in some] == facts
    assert all(leaves[numbers[-1]] == leaf for numbers, _, leaf in handed)
