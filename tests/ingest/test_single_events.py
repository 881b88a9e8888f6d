"""Documents of one event that are stored together are told, each, what it would be told alone."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.limits import Limits
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from ingest.report import CaptureReport
from ingest.single import SingleEvent, capture_single, read_single
from tests.ingest.documents import NOW, captured, document, item, observed

LIMITS = Limits(events=1)
VOCABULARY = {
    "epcisMasterData": {
        "vocabularyList": [
            {
                "type": "urn:epcglobal:epcis:vtype:Location",
                "vocabularyElementList": [{"id": "https://id.gs1.org/414/9506000134307"}],
            }
        ]
    }
}


def with_master_data(event: dict[str, Any]) -> bytes:
    whole = json.loads(document(event))
    return json.dumps({**whole, "epcisHeader": VOCABULARY}).encode()


KINDS = {
    "an event": document(observed(item("1"), eventID="urn:x:1")),
    "another": document(observed(item("2"), eventID="urn:x:2")),
    "other content under its id": document(observed(item("3"), eventID="urn:x:1")),
    "a declaration that differs": document(
        observed(
            item("4"),
            eventID="urn:x:1",
            errorDeclaration={"declarationTime": "2026-03-02T08:00:00+07:00"},
        )
    ),
    "master data beside": with_master_data(observed(item("5"), eventID="urn:x:5")),
    "two events": document(observed(item("6")), observed(item("7"))),
    "no document": b"{",
}


def ready(data: bytes, organisation: str = "farm", now: int = NOW) -> SingleEvent:
    return read_single(
        io.BytesIO(data), file_name="one", now=now, organisation=organisation, limits=LIMITS
    )


def together(ledger: Ledger, singles: list[SingleEvent]) -> list[CaptureReport]:
    """Bring all while another writes, one after the other, and return what each is told."""
    with ThreadPoolExecutor(len(singles)) as pool:
        with ledger.writing():
            brought = []
            for number, single in enumerate(singles):
                brought.append(pool.submit(capture_single, ledger, single))
                while len(ledger.together._waiting) <= number:
                    pass
        return [one.result().report for one in brought]


def told(report: CaptureReport) -> dict[str, Any]:
    return {**report.as_json(), "capture_id": ""}


def held(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What the ledger holds, but for what differs by chance or by the order of refusals."""
    with ledger.reading() as cursor:
        kept = cursor.execute(
            "SELECT status, accepted, duplicate, rejected, warnings, organisation, digest, "
            "head_digest FROM capture ORDER BY ALL"
        ).fetchall()
    entries = [
        (one.metadata.kind, one.metadata.subject, one.metadata.organisation, one.content)
        for one in log_entries(ledger, EVERYTHING)
    ]
    events = [(one.sequence, one.event_id, one.hash) for one in all_events(ledger, EVERYTHING)]
    return [*kept, *entries, *events]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ledgers")


@settings(max_examples=8)
@given(
    sent=st.lists(
        st.tuples(st.sampled_from([*KINDS]), st.sampled_from(["farm", "shop"])),
        min_size=2,
        max_size=7,
    )
)
def test_what_comes_together_is_told_and_kept_as_if_each_came_alone(
    folder: Path, sent: list[tuple[str, str]]
) -> None:
    held_by = []
    for is_together in (True, False):
        path = folder / f"{len(list(folder.iterdir()))}.duckdb"
        singles = [ready(KINDS[kind], organisation) for kind, organisation in sent]
        with Ledger.open(path) as ledger:
            if is_together:
                reports = together(ledger, singles)
            else:
                reports = [capture_single(ledger, single).report for single in singles]
            held_by.append(([told(report) for report in reports], held(ledger)))
            assert all(
                entry.recomputed() == entry.leaf for entry in log_entries(ledger, EVERYTHING)
            )
    assert held_by[0] == held_by[1]


def test_all_that_stand_share_one_commit_and_keep_their_own_captures(ledger: Ledger) -> None:
    captured(ledger, KINDS["an event"], organisation="farm")
    before = ledger.commits
    kinds = ["an event", "another", "other content under its id"]
    reports = together(ledger, [ready(KINDS[kind]) for kind in kinds])
    assert ledger.commits - before == 2  # the writer that was busy, and all three
    assert [report.status for report in reports] == ["accepted", "accepted", "rejected"]
    assert [report.events[0].status for report in reports] == ["duplicate", "accepted", "rejected"]
    assert [found.code for found in reports[2].events[0].findings] == ["event_id_conflict"]
    with ledger.reading() as cursor:
        rows = cursor.execute("SELECT capture_id, status FROM capture").fetchall()
    assert {(report.capture_id, report.status) for report in reports} <= {*rows}


def test_record_time_never_runs_backwards_within_one_transaction(ledger: Ledger) -> None:
    times = [NOW, NOW - 5, NOW + 7]
    events = (observed(item(str(n)), eventID=f"urn:x:{n}") for n in range(3))
    singles = [ready(document(event), now=time) for event, time in zip(events, times, strict=True)]
    together(ledger, singles)
    found = [stored.record_time for stored in all_events(ledger, EVERYTHING)]
    assert found == [NOW, NOW, NOW + 7]
