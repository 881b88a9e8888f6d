"""XML that is none, or no EPCIS: each finding with its place and its whole sentence."""

import io
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
HEAD: Final = (
    DECLARATION
    + """<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="urn:x:ex#"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    schemaVersion="2.0" creationDate="2026-03-04T08:00:00Z">
<EPCISBody><EventList>
"""
)
EVENT: Final = """<ObjectEvent>
  <eventTime>2026-03-01T08:00:00Z</eventTime>
  <eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
  <epcList><epc>urn:epc:id:sscc:8930001.0000000001</epc></epcList>
  <action>OBSERVE</action>
"""
END: Final = "</ObjectEvent>\n"
TAIL: Final = "</EventList></EPCISBody>\n</epcis:EPCISDocument>\n"
WHOLE: Final = HEAD + EVENT + END + TAIL
EVENT_0: Final = "/epcisBody/eventList/0"


PARTS: Final[dict[str, str]] = {
    "declaration": DECLARATION,
    "root": HEAD.partition("<EPCISBody>")[0],
    "head": HEAD,
    "old": HEAD.replace("xsd:2", "xsd:1").replace('"2.0"', '"1.2"'),
    "event": EVENT,
    "end": END,
    "tail": TAIL,
    "whole": WHOLE,
}


def within(more: str) -> str:
    """The document with something at the end of its event."""
    return HEAD + EVENT + more + END + TAIL


def built(case: dict[str, Any]) -> str:
    """The file of a case of the table."""
    if "within" in case:
        return within(str(case["within"]))
    if "among" in case:
        return HEAD + str(case["among"]) + EVENT + END + TAIL
    if "file" in case:
        return re.sub(r"@(\w+)@", lambda part: PARTS[part[1]], str(case["file"]))
    data, pairs = WHOLE, iter(case["instead"])
    for old, new in zip(pairs, pairs, strict=True):
        assert data.count(old) == 1
        data = data.replace(old, new)
    return data


def found(data: str | bytes, limits: Limits | None = None) -> list[Finding]:
    """Everything found in a file, events first."""
    opened = open_document(io.BytesIO(data.encode() if isinstance(data, str) else data), limits)
    if isinstance(opened, Finding):
        return [opened]
    in_events = [one for event in opened.events() for one in event.findings]
    return in_events + opened.findings


def told(data: str | bytes, limits: Limits | None = None) -> list[str]:
    """What the sender is told: code, place and sentence of each finding."""
    return [f"{one.code} {one.where}: {one.message}" for one in found(data, limits)]


TABLE: Final = tomllib.loads((Path(__file__).parent / "bad_xml.toml").read_text(encoding="utf-8"))
each_case = pytest.mark.parametrize("case", TABLE.values(), ids=TABLE.keys())


def test_the_document_that_is_spoilt_is_sound() -> None:
    assert told(WHOLE) == []


@each_case
def test_what_is_wrong_is_told_with_its_place(case: dict[str, Any]) -> None:
    expected = case["told"] if isinstance(case["told"], list) else [case["told"]]
    assert told(built(case)) == expected


@each_case
def test_it_is_told_alike_however_the_file_arrives(case: dict[str, Any]) -> None:
    data = built(case)
    assert told(data, Limits(chunk=7)) == told(data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@each_case
def test_it_is_told_alike_in_another_encoding(case: dict[str, Any], encoding: str) -> None:
    data = built(case)
    if data.startswith("<") and "encoding" not in case.get("instead", [""])[0]:
        plain = data.replace(' encoding="UTF-8"', " " * len(' encoding="UTF-8"'))
        assert told(plain.encode(encoding)) == told(data)


def test_bytes_that_are_no_characters_are_told_with_their_place() -> None:
    plain = within("<ex:a>Ngọt</ex:a>").replace(DECLARATION, "\n")
    data = plain.replace("ọ", "ô").encode("cp1258")
    (sentence,) = told(data)
    assert sentence == (
        f"undecodable (11:9): Byte {data.index(0xF4)}, counted from 0, is no character of UTF-8."
        " Save the file as UTF-8 and send it again."
    )


def test_a_document_cut_anywhere_is_refused_at_its_end() -> None:
    whole = within("<!-- Đã <a> --><ex:a b='c'><![CDATA[<d>]]></ex:a><?e f?>\n").rstrip()
    for size in range(1, len(whole)):
        (one,) = found(whole[:size])
        lines = whole[:size].split("\n")
        assert one.code == "truncated"
        assert (one.where.line, one.where.column) == (len(lines), len(lines[-1]) + 1)
        assert one.message.startswith("The file ends too early: expected ")


def test_of_each_code_the_first_are_told_and_the_rest_counted() -> None:
    some = found(within("<a/>\n" * 30))
    assert [one.where.line for one in some] == [*range(11, 31), 31]
    assert {one.code for one in some[:-1]} == {"unknown_element"}
    assert some[-1].message == "There are 10 more findings 'unknown_element' like this one."


def test_one_broken_event_does_not_hide_the_others() -> None:
    broken, sound = EVENT + "<ex:a></ex:b>" + END, EVENT + END
    opened = open_document(io.BytesIO((HEAD + sound + broken + sound + TAIL).encode()))
    assert not isinstance(opened, Finding)
    assert [event.event is None for event in opened.events()] == [False, True, False]


def test_an_event_too_large_ends_the_reading() -> None:
    (sentence,) = told(within("x" * 500), Limits(value_size=600, chunk=100))
    assert sentence == (
        "value_too_large (6:1): The value here is larger than 600 characters (limit value_size);"
        " split it up."
    )
