"""GS1's own 47 JSON documents: each alone, all into one ledger, and all again.

Together they contradict each other in two places, which are reviewed here; each entry says why.
"""

from pathlib import Path

import pytest

from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from ingest.report import CaptureReport
from tests.ingest.documents import NOW

COUNT = 47

REVIEWED: dict[str, tuple[list[str], str]] = {
    "Example-Type-sourceOrDestination,measurement,bizTransaction.jsonld": (
        ["conflict"],
        (
            "has the eventID of AssociationEvent/AssociationEvent-f.jsonld, which it extends by "
            "two business transactions and an extension field"
        ),
    ),
    "Example_9.6.1-ObjectEvent-with-pseudo-SBDH-headers.jsonld": (
        ["duplicate", "duplicate"],
        "holds the two events of EPCISQueryDocument.jsonld",
    ),
    "Example_9.6.1-ObjectEvent.jsonld": (
        ["duplicate", "duplicate"],
        "holds the two events of EPCISQueryDocument.jsonld",
    ),
    "WithErrorDeclaration/Example_9.6.1-ObjectEvent-with-error-declaration.jsonld": (
        ["stored", "duplicate"],
        "its second event is the second of EPCISQueryDocument.jsonld",
    ),
    "WithSensorData/SensorDataExample17.jsonld": (
        ["conflict"],
        (
            "has the eventID of WithSensorData/SensorDataExample13.jsonld, but reports masses "
            "where that reports temperatures"
        ),
    ),
}
"""What becomes of a document's events after those before it by name, where not all are stored."""


@pytest.fixture
def documents(gs1_dir: Path) -> dict[str, Path]:
    """The documents in order of name, from the folder of JSON examples."""
    folder = gs1_dir / "gs1-epcis" / "JSON"
    found = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.jsonld"))}
    assert len(found) == COUNT
    return found


def capture(ledger: Ledger, path: Path, now: int = NOW) -> CaptureReport:
    with path.open("rb") as source:
        return capture_stream(ledger, source, file_name=path.name, now=now)


def fates(report: CaptureReport) -> list[str]:
    named = {"accepted": "stored"}
    return [
        "conflict"
        if any(found.code == "event_id_conflict" for found in event.findings)
        else named.get(event.status, event.status)
        for event in report.events
    ]


def test_each_document_is_accepted_by_an_empty_ledger(
    documents: dict[str, Path], tmp_path: Path
) -> None:
    for index, (name, path) in enumerate(documents.items()):
        with Ledger.open(tmp_path / f"{index}.duckdb") as ledger:
            report = capture(ledger, path)
            assert (name, report.status, set(fates(report))) == (name, "accepted", {"stored"})
            texts = [stored.text for stored in all_events(ledger, EVERYTHING)]
            assert len(texts) == report.total
            whole = path.read_bytes().decode()
            assert all(text in whole for text in texts), name
            entries = list(log_entries(ledger, EVERYTHING))
            assert all(entry.recomputed() == entry.leaf for entry in entries)


def test_all_documents_go_into_one_ledger_but_for_what_is_reviewed(
    documents: dict[str, Path], ledger: Ledger
) -> None:
    found = {name: fates(capture(ledger, path)) for name, path in documents.items()}
    assert {name: told for name, told in found.items() if set(told) != {"stored"}} == {
        name: told for name, (told, _) in REVIEWED.items()
    }


def test_a_second_run_stores_nothing(documents: dict[str, Path], ledger: Ledger) -> None:
    for path in documents.values():
        capture(ledger, path)
    before = list(log_entries(ledger, EVERYTHING))
    for name, path in documents.items():
        report = capture(ledger, path, NOW + 1)
        told = {"conflict"} if "conflict" in REVIEWED.get(name, ([], ""))[0] else {"duplicate"}
        assert (name, set(fates(report))) == (name, told)
        assert report.counts["accepted"] == 0
    assert list(log_entries(ledger, EVERYTHING)) == before
