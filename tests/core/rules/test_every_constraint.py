"""Every constraint of the standard on JSON and XML: an event that breaks it, one that keeps it."""

import io
from pathlib import Path

import pytest

from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, catalogue, in_mode
from epcis_core.store.events import all_events
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_bytes
from ingest.check import check_stream
from ingest.prepare import findings_of
from tests.core.rules.both_syntaxes import (
    OBJECT,
    TIME,
    changed,
    json_document,
    xml_document,
    xml_of,
)
from tests.core.rules.constraints import CONSTRAINTS, SYNTAXES

NOW = 1_772_500_000_000_000
NUMBERS = {f"C{number}" for number in range(1, 27)}
OF_SEVERAL_EVENTS = {"C2", "C20"}
"""What a single event cannot break; they have tests of their own below."""

each_syntax = pytest.mark.parametrize("syntax", SYNTAXES)
each_constraint = pytest.mark.parametrize("name", list(CONSTRAINTS))


def found_in(data: bytes) -> list[tuple[str, str, str, str, str]]:
    """Code, pointer from the event, sentence and both weights of all that is found."""
    reader = open_document(io.BytesIO(data))
    assert not isinstance(reader, Finding)
    found = [one for read in reader.events() for one in findings_of(read, lenient=False)]
    found += reader.findings
    return [
        (
            one.code,
            (one.where.pointer or "").removeprefix("/epcisBody/eventList/0"),
            one.message,
            one.severity.value,
            in_mode([one], lenient=True)[0].severity.value,
        )
        for one in found
    ]


@each_syntax
@each_constraint
def test_the_event_that_breaks_it_is_told_so_and_nothing_else(name: str, syntax: str) -> None:
    constraint = CONSTRAINTS[name]
    assert found_in(constraint.document(syntax, keeping=False)) == [
        (told.code, told.pointer, told.says, told.strict, told.lenient)
        for told in constraint.expected(syntax)
    ]


@each_syntax
@each_constraint
def test_the_event_that_only_just_keeps_it_is_right(name: str, syntax: str) -> None:
    assert found_in(CONSTRAINTS[name].document(syntax, keeping=True)) == []


def test_no_constraint_is_left_out() -> None:
    named = {name.split()[0] for name in CONSTRAINTS if name.startswith("C")}
    assert (named & NUMBERS) | OF_SEVERAL_EVENTS == NUMBERS


def test_what_is_told_of_one_syntax_alone_the_catalogue_says_so() -> None:
    of_one = {
        told.code
        for constraint in CONSTRAINTS.values()
        if constraint.expected("xml") == ()
        for told in constraint.told
    }
    in_catalogue = {code for code, entry in catalogue().items() if entry.syntax is not None}
    assert of_one == in_catalogue


@each_syntax
def test_c2_the_ledger_sets_the_record_time(syntax: str, ledger: Ledger) -> None:
    event = changed(OBJECT, recordTime="1999-01-01T00:00:00Z")
    data = json_document(event) if syntax == "json" else xml_document(xml_of(event))
    report = capture_bytes(ledger, data, file_name="x", now=NOW)
    assert (report.status, report.findings) == ("accepted", [])
    (stored,) = all_events(ledger, EVERYTHING)
    assert stored.record_time == NOW


@each_syntax
def test_c20_two_events_of_one_id_conflict_but_for_an_error_declaration(syntax: str) -> None:
    named = changed(OBJECT, eventID="urn:uuid:00000000-0000-4000-8000-000000000001")
    other = changed(named, action="DELETE")
    declared = changed(named, errorDeclaration={"declarationTime": TIME})

    def codes(*events: dict[str, object]) -> list[str]:
        data = json_document(*events) if syntax == "json" else xml_document(*map(xml_of, events))
        report = check_stream(io.BytesIO(data), file_name="x")
        return [f"{one.code} {one.where.pointer}" for one in report.findings]

    assert codes(named, other) == ["event_id_conflict /epcisBody/eventList/1/eventID"]
    assert codes(named, declared) == []
    assert codes(named, named) == []


def test_every_case_is_one_that_the_page_of_decisions_names() -> None:
    page = Path(__file__).parents[3] / "docs" / "adr"
    text = next(page.glob("0011-*.md")).read_text(encoding="utf-8")
    contradicting = {
        name.split()[0]
        for name, one in CONSTRAINTS.items()
        if name[0] == "C" and len(one.refused_by) not in {0, 3}
    }
    assert sorted(number for number in contradicting if f"| {number} |" not in text) == []
