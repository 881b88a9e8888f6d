from pathlib import Path

from tests.load.page import page
from tests.load.run import put_load


def test_ten_clients_at_once_get_right_answers_and_the_ledger_keeps_each_event_once(
    tmp_path: Path,
) -> None:
    outcome = put_load(tmp_path, clients=10, seconds=15, pause=0.3)
    assert outcome.wrong == []
    assert outcome.tally.acknowledged
    assert "| wrong | 0 |" in page([outcome])
