"""What the first look at a document tells, and what it leaves to the job."""

import io
import json

import pytest

from epcis_core.codecs.limits import Limits
from ingest.first_look import AT_ONCE, FirstLook, first_look
from tests.ingest.documents import document, item, observed
from tests.ingest.test_limits import in_xml

BAD = observed(item("bad"), action="ERASE")
UNRULY = observed(item("unruly"), bizStep="shippping")  # a rule beyond structure
LARGE = [observed(item(str(number))) for number in range(6000)]


def look(data: bytes, **limits: int) -> FirstLook:
    return first_look(io.BytesIO(data), Limits(**limits))


def codes(data: bytes, **limits: int) -> list[str]:
    return [found.code for found in look(data, **limits).refused]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ["empty_file"]),
        (b"lot,date\nDN1,2026", ["unknown_format"]),
        (b'{"type": "EPCISDocument", ', ["truncated"]),
        (document(observed())[:-3], ["truncated"]),
        (b'{"@context": [], "type": "Invoice"}', ["not_a_document"]),
        (b"<html/>", ["not_a_document"]),
        (document(observed(), schemaVersion=2), ["wrong_type"]),
        (document(BAD), ["malformed_value"]),
        (document(BAD, BAD), ["malformed_value"] * 2),
        (in_xml("").replace(b"OBSERVE", b"ERASE"), ["malformed_value"]),
        (in_xml("")[:-9], ["truncated"]),
    ],
    ids=[
        "nothing",
        "a table",
        "JSON broken off",
        "JSON broken off behind its events",
        "JSON of something else",
        "XML of something else",
        "a wrong head",
        "one event that is none",
        "two events that are none",
        "an event in XML that is none",
        "XML broken off",
    ],
)
def test_what_no_job_could_capture_is_refused(data: bytes, expected: list[str]) -> None:
    assert codes(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        document(observed()),
        document(),
        document(observed(), BAD),
        document(UNRULY),
        in_xml(""),
    ],
    ids=["good", "no events", "one of two is bad", "a rule is broken", "XML"],
)
def test_what_is_a_matter_of_single_events_is_left_to_the_job(data: bytes) -> None:
    assert codes(data) == []


def test_too_many_events_are_told_at_once_where_the_document_is_small() -> None:
    data = document(observed(item("1")), observed(item("2")))
    assert codes(data, events=1) == ["too_many_events"]
    assert codes(data, events=2) == []


def test_of_a_large_document_the_start_alone_is_looked_at() -> None:
    data = document(*LARGE)
    assert len(data) > AT_ONCE
    assert look(data) == FirstLook("json", "EPCISDocument")
    assert codes(data[:-5]) == []
    assert codes(data, events=10) == []
    assert codes(data.replace(b'"EPCISDocument"', b'"Invoice"')) == ["not_a_document"]
    assert codes(b"lot,date\n" + data) == ["unknown_format"]


def test_a_large_document_whose_type_stands_behind_its_events_is_not_refused() -> None:
    members = json.loads(document(*LARGE))
    kind = members.pop("type")
    data = json.dumps({**members, "type": kind}).encode()
    assert look(data) == FirstLook("json", None)


def test_a_bare_event_is_known_for_one() -> None:
    data = json.dumps({"@context": [], **observed()}).encode()
    assert look(data) == FirstLook("json", "event")
