"""The latest lots of products, however their identifiers begin; all names are invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from epcis_core.store.dossier import latest_lots
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import ITEM, captured, document, observed

GOODS = "tag:epcis-ledger.org,2026:goods:9506000911007"
LOTS = (f"{GOODS}:N:L1", f"{GOODS}:N:L2", f"{GOODS}:N:L3", f"{GOODS}:NHO:L1", f"{ITEM}/10/A")
BEGINNINGS = (f"{GOODS}:N:", f"{GOODS}:NHO:", f"{GOODS}:TAO:", f"{ITEM}/10/", f"{GOODS}:N")


def seen(one: str, day: int) -> dict[str, Any]:
    amount = [{"epcClass": one, "quantity": 1}]
    return observed(quantityList=amount, eventTime=f"2026-03-{day:02d}T08:00:00+07:00")


def test_of_each_beginning_the_latest_are_found_and_the_ledger_is_looked_through_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    captured(ledger, document(*map(seen, LOTS, (3, 9, 5, 7, 1)), seen(f"{GOODS}:N:", 2)))
    asked: list[str] = []
    reading = ledger.reading

    @contextmanager
    def counted() -> Iterator[Any]:
        with reading() as cursor:

            class Counting:
                def execute(self, text: str) -> Any:
                    asked.append(text)
                    return cursor.execute(text)

            yield Counting()

    monkeypatch.setattr(ledger, "reading", counted)
    assert latest_lots(ledger, EVERYTHING, BEGINNINGS, 2) == {
        f"{GOODS}:N:": [f"{GOODS}:N:L2", f"{GOODS}:N:L3"],
        f"{GOODS}:NHO:": [f"{GOODS}:NHO:L1"],
        f"{ITEM}/10/": [f"{ITEM}/10/A"],
        f"{GOODS}:N": [f"{GOODS}:N:L2", f"{GOODS}:NHO:L1"],
    }
    assert latest_lots(ledger, EVERYTHING, [], 2) == {}
    assert len(asked) == 1
