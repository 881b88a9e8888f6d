"""A clock that is set wrong and right again: the order of the log is that of its sequence."""

import io
from itertools import pairwise

import pytest

from epcis_core.proof.checks import is_consistent
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.checkpoints import SignedCheckpoint, sign_checkpoint
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.tree import Tree
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from tests.ingest.documents import NOW, document, item, observed

SECOND = 1_000_000
DAY = 24 * 3600 * SECOND
TEN_YEARS = 3653 * DAY
STEPS = {
    "a day back": [NOW, NOW - DAY, NOW - DAY + SECOND, NOW + SECOND],
    "ten years on and back": [NOW, NOW + TEN_YEARS, NOW + SECOND, NOW + 2 * SECOND],
    "to 1970 and back": [NOW, 0, NOW + SECOND, NOW + SECOND],
}


def run_by(ledger: Ledger, books: Bookkeeping, clock: list[int]) -> list[SignedCheckpoint]:
    """Capture one event at each reading of a clock, and sign a checkpoint after each."""
    made = []
    for number, now in enumerate(clock):
        source = io.BytesIO(document(observed(item(str(number)))))
        report = capture_stream(ledger, source, file_name="one.json", now=now)
        assert report.status == "accepted"
        made.append(sign_checkpoint(ledger, books, now, publish=True))
    return made


@pytest.mark.parametrize("clock", STEPS.values(), ids=STEPS)
def test_record_time_never_runs_back_and_sequence_decides(ledger: Ledger, clock: list[int]) -> None:
    with Bookkeeping(ledger.path) as books:
        run_by(ledger, books, clock)
    entries = list(log_entries(ledger, EVERYTHING))
    assert [one.metadata.sequence for one in entries] == list(range(len(entries)))
    times = [one.metadata.record_time for one in entries]
    assert times == sorted(times)
    latest_of = [max(clock[: number + 1]) for number in range(len(clock))]
    assert times == [latest for latest in latest_of for _ in ("event", "document")]


@pytest.mark.parametrize("clock", STEPS.values(), ids=STEPS)
def test_checkpoints_go_by_sequence_whatever_the_clock_says(
    ledger: Ledger, clock: list[int]
) -> None:
    with Bookkeeping(ledger.path) as books:
        signed = run_by(ledger, books, clock)
        assert sign_checkpoint(ledger, books, 0) == signed[-1]
    assert [one.size for one in signed] == [2, 4, 6, 8]
    with ledger.reading() as cursor:
        tree = Tree(cursor)
        for old, new in pairwise(signed):
            path = tree.consistency(old.size, new.size)
            roots = old.checkpoint.root, new.checkpoint.root
            assert is_consistent(old.size, new.size, list(path), *roots)
