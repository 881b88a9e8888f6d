"""Every limit can be set, and what is refused for one names it with its value."""

import io
import json
import random
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_core.codecs.limits import Limits
from epcis_core.findings import Finding
from epcis_core.store.events import count_contents
from epcis_core.store.ledger import Ledger
from epcis_core.store.view import EVERYTHING
from ingest.check import check_stream
from ingest.intake import capture_file, check_file
from ingest.limits import IntakeLimits, LimitError, limits_help, read_limits
from ingest.report import MAX_LIKE_FINDINGS
from ingest.seen import Seen
from tests.conftest import TEST_SCALE
from tests.ingest.archives import gzipped, zipped
from tests.ingest.documents import NOW, document, item, observed
from tests.ingest.sheets.sheet_files import harvest

FARM = document(observed())
DEEP = document(observed(**{"ex:a": {"ex:b": {"ex:c": [["x"]]}}}))
NOISE = random.Random(1).randbytes(400)  # noqa: S311 - the same each time
NEARLY_ZEROS = (bytes(2**16) + NOISE) * 600  # packs to a hundredth
EVENT_IN_XML = (
    "<ObjectEvent><eventTime>2026-03-01T08:00:00+07:00</eventTime>"
    "<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList>"
    f"<epc>{item('1')}</epc></epcList><action>OBSERVE</action>{{}}</ObjectEvent>"
)


def in_xml(more: str) -> bytes:
    """A document of EPCIS 2.0 with one event, to which some elements are added."""
    return (
        '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="urn:x:" '
        'schemaVersion="2.0" creationDate="2026-03-01T08:00:00Z"><EPCISBody><EventList>'
        f"{EVENT_IN_XML.format(more)}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def found(data: bytes, *given: str) -> list[Finding]:
    """What a check finds under some limits."""
    reports = check_file(io.BytesIO(data), "sent", limits=read_limits(given))
    return [one for report in reports for one in report.findings]


CASES = {
    "file_size": (FARM, "file_size=100", "The file is larger than 100 bytes (limit file_size); "),
    "unpacked_size": (
        gzipped(FARM),
        "unpacked_size=200",
        "What is in the archive is larger than 200 bytes (limit unpacked_size); ",
    ),
    "ratio": (
        gzipped(NEARLY_ZEROS),
        "ratio=50",
        "The archive unpacks to more than 50 times its size (limit ratio), ",
    ),
    "members": (
        zipped({"a.json": FARM, "b.json": FARM, "c.json": FARM}),
        "members=2",
        "The archive holds more than 2 files (limit members); ",
    ),
    "depth": (DEEP, "depth=4", "Nested too deeply: more than 4 levels (limit depth)."),
    "value_size": (
        document(observed(**{"ex:note": "x" * 5000})),
        "value_size=4000",
        "The value here is larger than 4000 characters (limit value_size); ",
    ),
    "entries": (
        document(observed(*(item(str(number)) for number in range(100)))),
        "entries=50",
        "The value here holds more than 50 members and list entries, or elements and attributes (",
    ),
    "context_size": (
        FARM,
        "context_size=50",
        "The '@context' is larger than 50 characters (limit context_size); ",
    ),
    "number_size": (
        document(json.dumps(observed())[:-1] + ', "ex:n": 1e100}'),
        "number_size=50",
        "A number needs more than 50 digits when written out (limit number_size).",
    ),
    "events_size": (
        document(*(observed(item(str(number))) for number in range(20))),
        "events_size=3000",
        "2048 events in a row, or fewer, are larger than 3000 bytes together (limit events_size); ",
    ),
    "events": (
        document(observed(item("1")), observed(item("2")), observed(item("3"))),
        "events=2",
        "The document holds more than 2 events (limit events); split it up.",
    ),
    "workbook_size": (
        harvest(),
        "workbook_size=5k",
        "The workbook is larger than 5120 bytes, unpacked (limit workbook_size); ",
    ),
    "cells": (
        harvest(),
        "cells=20",
        "Sheet Thu hoạch reaches over more than 20 cells (limit cells); ",
    ),
    "depth in XML": (
        in_xml(f"{'<ex:a>' * 8}x{'</ex:a>' * 8}"),
        "depth=4",
        "Nested too deeply: more than 4 levels (limit depth).",
    ),
    "attributes in XML": (
        in_xml("<ex:a a1='' a2='' a3='' a4='' a5='' a6='' a7='' a8='' a9=''/>"),
        "attributes=8",
        "An element here has more than 8 attributes (limit attributes).",
    ),
    "value_size in XML": (
        in_xml(f"<ex:note>{'x' * 5000}</ex:note>"),
        "value_size=4000",
        "The value here is larger than 4000 characters (limit value_size); ",
    ),
    "context_size in XML": (
        in_xml(""),
        "context_size=20",
        "What the document's prefixes stand for is larger than 20 characters (limit context_size)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_refused_for_a_limit_names_it_and_its_value(name: str) -> None:
    data, setting, message = CASES[name]
    assert [one for one in found(data, setting) if one.message.startswith(message)]
    # The same under the default limits has nothing to do with a limit.
    assert not [one for one in found(data) if "(limit " in one.message]


def test_every_limit_that_refuses_has_a_case_here() -> None:
    assert {name.partition(" ")[0] for name in CASES} == {*IntakeLimits().by_name()} - {"chunk"}


@pytest.mark.parametrize(
    "name", ["file_size", "unpacked_size", "members", "value_size", "events", "events_size"]
)
def test_what_is_refused_for_a_limit_is_not_stored(ledger: Ledger, name: str) -> None:
    data, setting, _ = CASES[name]
    limits = read_limits([setting])
    (report,) = capture_file(ledger, io.BytesIO(data), "sent", now=NOW, limits=limits)
    assert report.status == "rejected"
    assert (report.as_json()["capture_id"] is None) == (name == "file_size")
    assert count_contents(ledger, EVERYTHING)["events"] == 0


@pytest.mark.parametrize("size", [len(FARM), len(FARM) - 1])
def test_a_file_may_be_as_large_as_the_limit(size: int) -> None:
    codes = [one.code for one in found(FARM, f"file_size={size}")]
    assert codes == ([] if size == len(FARM) else ["file_too_large"])


def test_an_archive_may_hold_as_many_files_and_bytes_as_the_limits() -> None:
    data = zipped({"a.json": FARM, "b.json": FARM})
    assert found(data, "members=2", f"unpacked_size={2 * len(FARM)}") == []
    assert [one.code for one in found(data, f"unpacked_size={2 * len(FARM) - 1}")] == [
        "unpacked_too_large"
    ]


def test_a_limit_is_set_by_its_name_and_the_last_one_holds() -> None:
    limits = read_limits(["members=7", "depth=9", "file_size=3k", "members=8"])
    assert limits == IntakeLimits(members=8, file_size=3072, document=Limits(depth=9))
    assert read_limits([]) == IntakeLimits()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "member=5",
            "There is no limit 'member'; expected one of " + ", ".join(IntakeLimits().by_name()),
        ),
        *(
            (text, f"Expected a limit as NAME=VALUE, such as members=500, got {text!r}")
            for text in ("members", "members=", "members=0", "members=-1", "members=1.5", "=5")
        ),
        ("members=5T", "Expected a limit as NAME=VALUE, such as members=500, got 'members=5T'"),
    ],
)
def test_what_is_no_limit_is_refused_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(LimitError) as caught:
        read_limits([text])
    assert str(caught.value) == message


def test_the_help_names_every_limit_with_its_default() -> None:
    told = dict(one.split("=") for one in limits_help().split(", "))
    own = {one.name: getattr(IntakeLimits(), one.name) for one in fields(IntakeLimits)}
    document = {one.name: getattr(Limits(), one.name) for one in fields(Limits)}
    del own["document"]
    assert {name: int(value) for name, value in told.items()} == own | document
    assert read_limits(f"{name}={value}" for name, value in told.items()) == IntakeLimits()


def test_a_long_report_of_a_check_counts_what_it_does_not_list() -> None:
    bad = observed(action="ERASE")
    more = 5
    events = [bad] * (MAX_LIKE_FINDINGS + more)
    report = check_stream(io.BytesIO(document(*events)), file_name="x")
    assert (report.events, report.valid) == (MAX_LIKE_FINDINGS + more, False)
    assert [one.code for one in report.findings] == [
        *["malformed_value"] * MAX_LIKE_FINDINGS,
        "more_findings",
    ]
    assert report.findings[-1].message == (
        "There are 5 more findings 'malformed_value' like this one."
    )


@settings(max_examples=max(1, int(100 * TEST_SCALE)))
@given(
    brought=st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.binary(min_size=16, max_size=16)), max_size=60
    )
)
def test_an_identity_with_other_content_is_noticed(brought: list[tuple[str, bytes]]) -> None:
    """The oracle is a dictionary that keeps everything."""
    seen, known = Seen(), dict[str, bytes]()
    for identity, content in brought:
        differs = known.setdefault(identity, content) != content
        assert seen.differs(identity, content) is differs


def test_identities_that_share_a_bucket_are_told_apart() -> None:
    """Of 200,000 identities about three share each of the 65,536 buckets."""
    seen = Seen()
    contents = [number.to_bytes(16, "big") for number in range(200_000)]
    assert not any(seen.differs(f"urn:x:{n}", content) for n, content in enumerate(contents))
    assert not any(seen.differs(f"urn:x:{n}", content) for n, content in enumerate(contents))
    assert all(seen.differs(f"urn:x:{n}", bytes(15) + b"\xff") for n in range(1000, 2000))
