"""A long append takes little memory, has room for large events, and gives the rest back."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.store import memory
from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.memory import Together
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from tests.ingest.documents import NOW, captured, document, item, observed

USUAL = "1.0 GiB"


def limit(ledger: Ledger) -> str:
    """What the database may take, as it says it."""
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT current_setting('memory_limit')").fetchall()
    return str(rows[0][0])


def of_size(count: int, size: int) -> bytes:
    """A document of events of some size."""
    return document(*(observed(item(str(n)), **{"ex:n": f"{n:0{size}}"}) for n in range(count)))


def test_a_short_append_leaves_the_databases_memory_as_it_is(ledger: Ledger) -> None:
    assert limit(ledger) == USUAL
    told: list[str] = []
    captured(ledger, of_size(1500, 100), progress=lambda *_: told.append(limit(ledger)))
    assert told == [USUAL, USUAL]


@pytest.mark.parametrize("proceed", [False, True])
def test_a_long_append_has_less_and_gives_it_back(ledger: Ledger, proceed: bool) -> None:  # noqa: FBT001 - both
    told: list[str] = []
    data = of_size(400, 100_000)[: None if proceed else -10]  # cut, it is rolled back
    report = captured(ledger, data, progress=lambda *_: told.append(limit(ledger)))
    assert report.status == ("accepted" if proceed else "rejected")
    assert told[0] == USUAL
    # 128 MiB, five quarters of the 40 MB of events, which are fewer than 2,048, and a small index.
    assert 128 + 47 <= float(told[-1].removesuffix(" MiB")) <= 128 + 50
    assert limit(ledger) == USUAL


def test_large_events_in_a_row_find_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the database itself fails: with 40 MiB, and 80 MB that it works on together."""
    monkeypatch.setattr(memory, "_IN_LONG_APPEND", 40)
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        source = io.BytesIO(of_size(20, 4_000_000))
        report = capture_stream(ledger, source, file_name="large", now=NOW)
        assert report.counts["accepted"] == 20
        assert count_contents(ledger, EVERYTHING)["events"] == 20


@given(sizes=st.lists(st.integers(0, 9), max_size=60), rows=st.integers(1, 8))
def test_rows_together_are_the_last_ones(sizes: list[int], rows: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "ROWS_TOGETHER", rows)
        together = Together()
        windows = [0]
        for number, size in enumerate(sizes, start=1):
            together.add(size)
            windows.append(sum(sizes[max(0, number - rows) : number]))
            assert together.size == windows[-1]
        assert together.most == max(windows)
