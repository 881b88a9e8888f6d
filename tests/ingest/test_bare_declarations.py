"""An error declaration that comes as an event alone is read back as it came."""

import json
from pathlib import Path
from typing import Any

from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from tests.ingest.documents import captured


def test_an_error_declaration_that_comes_as_an_event_alone_is_read_back(tmp_path: Path) -> None:
    event: dict[str, Any] = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "eventID": "urn:uuid:11111111-1111-4111-8111-111111111111",
        "eventTime": "2026-01-01T00:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "epcList": ["urn:epc:id:sscc:9506000.0000000001"],
        "action": "OBSERVE",
    }
    declared = {**event, "errorDeclaration": {"declarationTime": "2026-01-02T00:00:00Z"}}
    with Ledger.open(tmp_path / "ledger.duckdb") as ledger:
        for one in (event, declared):
            assert captured(ledger, json.dumps(one).encode()).status == "accepted"
        assert [json.loads(one.text) for one in all_events(ledger, EVERYTHING)] == [event, declared]
