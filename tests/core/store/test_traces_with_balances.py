"""A trace and the balances beside it are those that are asked for alone."""

from pathlib import Path

import pytest

from epcis_core.provenance.trace import balanced
from epcis_core.store.ledger import Ledger
from epcis_core.store.trace import balance_of, trace_and_balances, trace_lot
from epcis_core.store.view import EVERYTHING, View
from ingest.capture import capture_stream

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = 1_790_000_000_000_000
CASE = "https://id.gs1.org/01/08935097702013/21/JP0001"
PACKHOUSE = "https://id.gs1.org/417/8936099140001"


@pytest.mark.parametrize("viewer", [None, PACKHOUSE], ids=["all", "a business"])
def test_a_trace_and_its_balances_are_those_that_are_asked_for_alone(
    ledger: Ledger, viewer: str | None
) -> None:
    for folder, sender in (("fresh_grapes", PACKHOUSE), ("fish_sauce", "somebody")):
        for path in sorted((SAMPLES / folder).glob("*.jsonld")):
            with path.open("rb") as file:
                capture_stream(ledger, file, file_name=path.name, now=NOW, organisation=sender)
    view = EVERYTHING if viewer is None else View(viewer)
    whole = trace_lot(ledger, view, "https://id.gs1.org/01/08936099141015/10/DN260311")
    asked = [one.id for one in whole.objects] + [CASE]
    compared = 0
    for one in asked:
        answer, balances = trace_and_balances(ledger, view, one)
        assert answer == trace_lot(ledger, view, one)
        alone = [balance_of(ledger, view, lot) for lot in balanced(answer)]
        assert balances == tuple(balance for balance in alone if balance.rows)
        compared += len(balances)
    assert compared >= (6 if viewer is None else 5)


def test_what_nobody_knows_has_no_balance(ledger: Ledger) -> None:
    answer, balances = trace_and_balances(ledger, EVERYTHING, "(01)08936099141015(10)NOWHERE")
    assert (answer.objects, balances) == ((), ())
