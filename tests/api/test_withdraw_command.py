"""Withdrawing by command, with the file alone and beside a running server."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.api.conftest import Run
from tests.ingest.documents import document, observed

ONE, TWO = "urn:x:withdraw:1", "urn:x:withdraw:2"


def test_an_event_is_withdrawn_by_command_once(
    epcis: Run, serving: Callable[[Path], str], tmp_path: Path
) -> None:
    (tmp_path / "d.json").write_bytes(document(observed(eventID=ONE), observed(eventID=TWO)))
    assert epcis("capture", "d.json").code == 0
    done = epcis("withdraw", ONE, "--reason", "incorrect_data", "--json")
    assert done.code == 0, done.err
    (report,) = json.loads(done.out)
    assert (report["status"], report["events"][0]["event_id"]) == ("accepted", ONE)
    again = epcis("withdraw", ONE)
    assert again.code == 2
    assert "This record was corrected or withdrawn already." in again.err
    unknown = epcis("withdraw", "urn:x:nobody")
    assert unknown.code == 2
    assert "The ledger holds no event 'urn:x:nobody'." in unknown.err
    serving(tmp_path / "ledger.duckdb")
    done = epcis("withdraw", TWO)
    assert (done.code, done.out.splitlines()[0]) == (
        0,
        "accepted withdrawal: 1 accepted, 0 duplicate, 0 rejected, 0 warnings",
    )
    again = epcis("withdraw", TWO)
    assert again.code == 2
    assert "This record was corrected or withdrawn already." in again.err
