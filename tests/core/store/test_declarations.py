"""Error declarations beside the events they are about: what differs is said when both are here."""

import io
from typing import Any, cast

import duckdb
import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding
from epcis_core.store.append import Append
from epcis_core.store.declarations import Declarations
from epcis_core.store.events import find_events
from epcis_core.store.growing_log import CaptureHead
from epcis_core.store.ledger import Ledger
from epcis_core.store.reading import Reading
from epcis_core.store.view import EVERYTHING
from ingest.prepare import prepare
from tests.core.rules.both_syntaxes import xml_document, xml_of
from tests.ingest.documents import NOW, captured, codes, document, item, observed

ID = "urn:uuid:0b5b6a2e-8d4f-4a0c-9a57-3a1f0e6c0001"
EVENT = observed(eventID=ID, bizStep="shipping")
DECLARED = {"declarationTime": "2026-03-04T08:00:00+07:00", "reason": "incorrect_data"}
WRONG = {**EVENT, "bizStep": "receiving", "ex:note": "x", "errorDeclaration": DECLARED}
RIGHT = {**EVENT, "errorDeclaration": DECLARED}
SAYS = (
    f"The error declaration of event {ID} must repeat the event but for errorDeclaration and "
    "recordTime, and differs from it in /bizStep, /ex:note."
)


def said(ledger: Ledger, *events: dict[str, Any], **options: Any) -> list[tuple[int, str, str]]:
    """Index of the event, pointer in it and sentence of all that is said of a document."""
    report = captured(ledger, document(*events), **options)
    assert report.status == "accepted"
    found = [(event.index, one) for event in report.events for one in event.findings]
    assert report.counts["warnings"] == len(found)
    assert {one.code for _, one in found} <= {"declaration_differs"}
    return [
        (n, (one.where.pointer or "").removeprefix(f"/epcisBody/eventList/{n}"), one.message)
        for n, one in found
    ]


def test_a_declaration_that_differs_from_its_event_in_the_ledger_is_told_so(
    ledger: Ledger,
) -> None:
    assert said(ledger, EVENT) == []
    assert said(ledger, WRONG) == [(0, "/errorDeclaration", SAYS)]
    kept = find_events(ledger, EVERYTHING, ID)
    assert [one.event.error_declaration is not None for one in kept] == [False, True]
    assert said(ledger, WRONG) == [(0, "/errorDeclaration", SAYS)]  # a duplicate, as each time


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_it_is_told_so_in_one_document_whichever_stands_first(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("ingest.capture._BATCH", batch)
    other = observed(item("2"))
    assert said(ledger, other, EVENT, WRONG) == [(2, "/errorDeclaration", SAYS)]
    there = {**EVENT, "eventID": "urn:x:2"}
    here = {**WRONG, "eventID": "urn:x:2"}
    (told,) = said(ledger, here, observed(item("3")), there)
    together = batch > 2
    assert told == (
        (0, "/errorDeclaration", SAYS.replace(ID, "urn:x:2"))
        if together
        else (2, "/eventID", SAYS.replace(ID, "urn:x:2"))
    )


@pytest.mark.parametrize(
    "declaration",
    [
        RIGHT,
        {**RIGHT, "recordTime": "2026-03-05T08:00:00Z"},
        {**RIGHT, "eventTime": "2026-03-01T01:00:00Z", "eventID": ID.upper().replace("URN", "urn")},
        {**RIGHT, "epcList": ["urn:epc:id:sgtin:9506000.013435.1"]},
    ],
    ids=["as sent", "with a record time", "in other spelling", "as URN"],
)
def test_one_that_repeats_its_event_is_right(ledger: Ledger, declaration: dict[str, Any]) -> None:
    if declaration["eventID"] != ID:
        declaration["eventID"] = f"urn:uuid:{ID.removeprefix('urn:uuid:').upper()}"
    assert said(ledger, EVENT) == []
    assert said(ledger, declaration) == []
    assert said(ledger, {**declaration, "errorDeclaration": {**DECLARED, "ex:by": "Hoa"}}) == []


def test_it_is_right_in_the_other_syntax_too(ledger: Ledger) -> None:
    assert captured(ledger, xml_document(xml_of(EVENT))).status == "accepted"
    assert said(ledger, RIGHT) == []
    assert said(ledger, WRONG) == [(0, "/errorDeclaration", SAYS)]


def test_what_another_sender_said_is_not_given_away(ledger: Ledger) -> None:
    assert said(ledger, EVENT, organisation="farm") == []
    assert said(ledger, WRONG, organisation="shop") == []
    assert said(ledger, WRONG, organisation="farm") == [(0, "/errorDeclaration", SAYS)]


def test_without_its_event_nothing_is_said(ledger: Ledger) -> None:
    assert said(ledger, WRONG) == []


def test_a_rejected_document_leaves_nothing_to_compare_with(ledger: Ledger) -> None:
    report = captured(ledger, document(WRONG, observed(action="ERASE")))
    assert "malformed_value" in codes(report)
    assert said(ledger, EVENT) == []


class _Counting:
    """A cursor that counts how often it is asked."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.asked = 0

    def execute(self, *arguments: Any) -> duckdb.DuckDBPyConnection:
        self.asked += 1
        return self._cursor.execute(*arguments)


@pytest.mark.parametrize("count", [1, 300])
def test_a_batch_needs_the_same_few_look_ups_however_many_declarations_are_in_it(
    ledger: Ledger, count: int
) -> None:
    events = [{**EVENT, "eventID": f"urn:x:{n}"} for n in range(count)]
    wrong = [{**WRONG, "eventID": one["eventID"]} for one in events]
    reader = open_document(io.BytesIO(document(*events, *wrong)))
    assert not isinstance(reader, Finding)
    prepared = [prepare(one, organisation="farm").new for one in reader.events()]
    new = [one for one in prepared if one is not None]
    with ledger.writing() as cursor:
        append = Append(cursor, CaptureHead("c", "farm", NOW))
        append.read_with(reader.envelope)
        outcomes = append.events(new)
        counting = _Counting(cursor)
        declarations = Declarations(cast("duckdb.DuckDBPyConnection", counting), "farm")
        declarations.reading = Reading.of(reader.envelope)
        batch = [(one, o.sequence, True) for one, o in zip(new, outcomes, strict=True)]
        compared = declarations.compare(batch)
    assert counting.asked == 3
    assert compared == dict.fromkeys(range(count, 2 * count), ("/bizStep", "/ex:note"))
    assert [one.differing for one in outcomes] == [()] * count + [("/bizStep", "/ex:note")] * count
