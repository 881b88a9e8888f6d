"""Text that is no JSON, or that two readers would understand differently: all has its place."""

import io
from dataclasses import dataclass

import pytest

from epcis_core.codecs.jsonld import JsonLdReader
from epcis_core.codecs.limits import Limits
from epcis_core.codecs.sniff import open_document
from epcis_core.findings import Finding, Severity

HEAD = (
    '{"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld", {"ex": "urn:x:"}],\n'
    ' "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T08:00:00Z",\n'
    ' "epcisBody": {"eventList": [\n'
)
EVENT = (
    '{"type": "ObjectEvent", "eventTimeZoneOffset": "+07:00", "eventTime": "2026-03-01T08:00:00Z"'
    ",\n"
    ' "action": "OBSERVE", "epcList": []'
)
TAIL = "]}}\n"
WHOLE = f"{HEAD}{EVENT}}}{TAIL}"


def with_member(text: str) -> bytes:
    """A document whose event 0 ends with `text`, which begins at line 6, column 1."""
    return f"{HEAD}{EVENT},\n{text}}}{TAIL}".encode()


def read(data: bytes, limits: Limits | None = None) -> list[Finding]:
    """Everything found in a file, events first."""
    opened = open_document(io.BytesIO(data), limits)
    if isinstance(opened, Finding):
        return [opened]
    found = [one for event in opened.events() for one in event.findings]
    return found + opened.findings


@dataclass(frozen=True)
class Case:
    data: bytes
    code: str
    pointer: str
    line: int
    column: int
    message: str


WINDOWS = with_member('"ex:a": "Phí"').decode().encode("cp1258")
IN_EVENT = "/epcisBody/eventList/0"
CASES = {
    "no bytes": Case(b"", "empty_file", "", 1, 1, "The file is empty."),
    "white space only": Case(b" \r\n\t ", "empty_file", "", 2, 3, "The file is empty."),
    "byte order mark only": Case(b"\xef\xbb\xbf", "empty_file", "", 1, 1, "The file is empty."),
    "a word": Case(
        b"hello",
        "unknown_format",
        "",
        1,
        1,
        "This file is no EPCIS document: expected EPCIS in JSON-LD or XML, as it is, as a gzip "
        "file or in a zip archive; got a file that begins with 'hello'.",
    ),
    "an array": Case(
        b" [1]",
        "not_a_document",
        "",
        1,
        2,
        "Expected an EPCISDocument, an EPCISQueryDocument, an event or, in XML, an "
        "EPCISMasterDataDocument, got a list.",
    ),
    "an object without a type": Case(
        b"{}",
        "not_a_document",
        "",
        1,
        1,
        "Expected an EPCISDocument, an EPCISQueryDocument, an event or, in XML, an "
        "EPCISMasterDataDocument, got no 'type'.",
    ),
    "another kind of document": Case(
        b'{"type":\n"Invoice"}',
        "not_a_document",
        "/type",
        2,
        1,
        "Expected an EPCISDocument, an EPCISQueryDocument, an event or, in XML, an "
        'EPCISMasterDataDocument, got "Invoice".',
    ),
    "UTF-16 with a mark": Case(
        WHOLE.encode("utf-16"),
        "not_utf8",
        "",
        1,
        1,
        "The file is not UTF-8 (wrong byte at 0, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "UTF-16, little end first": Case(
        WHOLE.encode("utf-16-le"),
        "not_utf8",
        "",
        1,
        1,
        "The file is not UTF-8 (wrong byte at 1, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "UTF-16, big end first": Case(
        WHOLE.encode("utf-16-be"),
        "not_utf8",
        "",
        1,
        1,
        "The file is not UTF-8 (wrong byte at 0, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "UTF-32": Case(
        WHOLE.encode("utf-32-be"),
        "not_utf8",
        "",
        1,
        1,
        "The file is not UTF-8 (wrong byte at 0, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "Windows-1258": Case(
        WINDOWS,
        "not_utf8",
        f"{IN_EVENT}/ex:a",
        6,
        12,
        f"The file is not UTF-8 (wrong byte at {WINDOWS.index(0xED)}, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "a wrong byte behind the document": Case(
        WHOLE.encode() + b"\xff",
        "not_utf8",
        "",
        6,
        1,
        f"The file is not UTF-8 (wrong byte at {len(WHOLE)}, counted from 0). "
        "Save it as UTF-8 and send it again.",
    ),
    "a byte 0 between members": Case(
        with_member('\0"ex:a": 1'),
        "malformed_json",
        IN_EVENT,
        6,
        1,
        "This is not JSON: expected a member's name in double quotes, got '\\x00'.",
    ),
    "a byte 0 in a text": Case(
        with_member('"ex:a": "\0"'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        10,
        "This is not JSON: expected a control character in a text to be escaped, such as \\t, "
        "got '\\x00'.",
    ),
    "an escaped 0 in a text": Case(
        with_member('"ex:a": ["\\u0000"]'),
        "forbidden_character",
        f"{IN_EVENT}/ex:a/0",
        6,
        10,
        "Character U+0000 may not stand in a text, since XML cannot write it.",
    ),
    "an escaped backspace": Case(
        with_member('"ex:a": "\\b"'),
        "forbidden_character",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "Character U+0008 may not stand in a text, since XML cannot write it.",
    ),
    "the last code point of the plane": Case(
        with_member('"ex:a": "\uffff"'),
        "forbidden_character",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "Character U+FFFF may not stand in a text, since XML cannot write it.",
    ),
    "a line break in a text": Case(
        with_member('"ex:a": "open,\n"ex:b": 1'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        15,
        "This is not JSON: expected the closing '\"' of a text before the end of the line "
        "(a line break inside is written \\n), got '\\n'.",
    ),
    "a tab in a text": Case(
        with_member('"ex:a": "\t"'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        10,
        "This is not JSON: expected a control character in a text to be escaped, such as \\t, "
        "got '\\t'.",
    ),
    "an escape that does not exist": Case(
        with_member('"ex:a": "C:\\data"'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        12,
        "This is not JSON: expected one of \" \\ / b f n r t behind '\\', "
        "or u with four hexadecimal digits, got '\\\\'.",
    ),
    "half a surrogate pair": Case(
        with_member('"ex:a": "\\ud83d!\\ude00"'),
        "lone_surrogate",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "Half a surrogate pair (\\ud800 to \\udfff alone) is no character.",
    ),
    "half a surrogate pair in a name": Case(
        with_member('"ex:\\udc00": 1'),
        "lone_surrogate",
        f"{IN_EVENT}/ex:\ufffd",
        6,
        1,
        "Half a surrogate pair (\\ud800 to \\udfff alone) is no character.",
    ),
    "NaN": Case(
        with_member('"ex:a": [1, NaN]'),
        "not_a_json_constant",
        f"{IN_EVENT}/ex:a/1",
        6,
        13,
        "NaN is not a JSON value; expected a number, text in double quotes, true, false or null.",
    ),
    "minus infinity": Case(
        with_member('"ex:a": {"b": -Infinity}'),
        "not_a_json_constant",
        f"{IN_EVENT}/ex:a/b",
        6,
        15,
        "-Infinity is not a JSON value; "
        "expected a number, text in double quotes, true, false or null.",
    ),
    "a word of Python": Case(
        with_member('"ex:a": None'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "This is not JSON: expected a value: text in double quotes, a number, true, false, null, "
        "a list or an object, got 'None'.",
    ),
    "a leading zero": Case(
        with_member('"ex:a": 01'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        10,
        "This is not JSON: expected ',' or '}', got '1'.",
    ),
    "a leading plus": Case(
        with_member('"ex:a": [+1]'),
        "malformed_json",
        f"{IN_EVENT}/ex:a/0",
        6,
        10,
        "This is not JSON: expected a value: text in double quotes, a number, true, false, null, "
        "a list or an object, got '+'.",
    ),
    "a missing comma": Case(
        with_member('"ex:a": ["b" "c"]'),
        "malformed_json",
        f"{IN_EVENT}/ex:a/0",
        6,
        14,
        "This is not JSON: expected ',' or ']', got '\"'.",
    ),
    "a missing colon": Case(
        with_member('"ex:a" 1'),
        "malformed_json",
        IN_EVENT,
        6,
        8,
        "This is not JSON: expected ':' behind the member's name, got '1'.",
    ),
    "a comma too many": Case(
        with_member('"ex:a": 1,'),
        "malformed_json",
        IN_EVENT,
        6,
        11,
        "This is not JSON: expected a member's name in double quotes, got '}'.",
    ),
    "an unquoted name": Case(
        with_member('"ex:a": {b: 1}'),
        "malformed_json",
        f"{IN_EVENT}/ex:a",
        6,
        10,
        "This is not JSON: expected a member's name in double quotes, or '}', got 'b'.",
    ),
    "single quotes": Case(
        with_member("'ex:a': 1"),
        "malformed_json",
        IN_EVENT,
        6,
        1,
        "This is not JSON: expected a member's name in double quotes, got \"'\".",
    ),
    "a comment": Case(
        with_member("// none\n"),
        "malformed_json",
        IN_EVENT,
        6,
        1,
        "This is not JSON: expected a member's name in double quotes, got '/'.",
    ),
    "two documents": Case(
        (WHOLE + WHOLE).encode(),
        "malformed_json",
        "",
        6,
        1,
        "This is not JSON: expected the end of the file behind the document, got '{'.",
    ),
    "cut behind the head": Case(
        HEAD.encode(),
        "truncated",
        f"{IN_EVENT}",
        4,
        1,
        "The file ends too early: expected a value: text in double quotes, a number, true, false, "
        "null, a list or an object.",
    ),
    "cut inside a text": Case(
        (HEAD + EVENT).partition("SERVE")[0].encode(),
        "truncated",
        f"{IN_EVENT}/action",
        5,
        15,
        "The file ends too early: expected the closing '\"' of a text.",
    ),
    "cut inside a character": Case(
        with_member('"ex:a": "ố"').partition("ố".encode())[0] + "ố".encode()[:2],
        "truncated",
        f"{IN_EVENT}/ex:a",
        6,
        10,
        "The file ends too early: expected the closing '\"' of a text.",
    ),
    "cut inside an escape": Case(
        with_member('"ex:a": "\\u12').removesuffix(b"}]}}\n"),
        "truncated",
        f"{IN_EVENT}/ex:a",
        6,
        14,
        "The file ends too early: expected the closing '\"' of a text.",
    ),
    "cut behind a name": Case(
        b'{"type"',
        "truncated",
        "",
        1,
        8,
        "The file ends too early: expected ':' behind the member's name.",
    ),
    "cut behind an event": Case(
        f"{HEAD}{EVENT}}}".encode(),
        "truncated",
        "/epcisBody/eventList",
        5,
        37,
        "The file ends too early: expected ',' or ']'.",
    ),
    "cut before the last brace": Case(
        WHOLE[:-2].encode(),
        "truncated",
        "",
        5,
        39,
        "The file ends too early: expected ',' or '}'.",
    ),
    "100 levels": Case(
        with_member('"ex:a": ' + "[" * 99 + "]" * 99),
        "too_deep",
        f"{IN_EVENT}/ex:a" + "/0" * 63,
        6,
        72,
        "Nested too deeply: more than 64 levels (limit depth).",
    ),
    "100,000 levels": Case(
        with_member('"ex:a": ' + "[" * 100_000 + "]" * 100_000),
        "too_deep",
        f"{IN_EVENT}/ex:a" + "/0" * 63,
        6,
        72,
        "Nested too deeply: more than 64 levels (limit depth).",
    ),
    "100,000 objects that never close": Case(
        b'{"a":' * 100_000,
        "too_deep",
        "/a" * 65,
        1,
        326,
        "Nested too deeply: more than 64 levels (limit depth).",
    ),
    "a number of 10 MB": Case(
        with_member(f'"ex:a": {"7" * 10_000_000}'),
        "number_too_long",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "A number needs more than 400 digits when written out (limit number_size).",
    ),
    "a number of 10 MB behind the point": Case(
        with_member(f'"ex:a": [0.{"7" * 10_000_000}]'),
        "number_too_long",
        f"{IN_EVENT}/ex:a/0",
        6,
        10,
        "A number needs more than 400 digits when written out (limit number_size).",
    ),
    "a short number of a billion digits": Case(
        with_member('"ex:a": 1e-1000000000'),
        "number_too_long",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "A number needs more than 400 digits when written out (limit number_size).",
    ),
    "an exponent of 10 MB": Case(
        with_member(f'"ex:a": 1e{"9" * 10_000_000}'),
        "number_too_long",
        f"{IN_EVENT}/ex:a",
        6,
        9,
        "A number needs more than 400 digits when written out (limit number_size).",
    ),
    "a key twice": Case(
        with_member('"action": "ADD"'),
        "duplicate_key",
        f"{IN_EVENT}/action",
        6,
        1,
        "Member 'action' is given twice; it must stand once.",
    ),
    "a key twice in an extension": Case(
        with_member('"ex:a": [{"b": 1, "\\u0062": 1}]'),
        "duplicate_key",
        f"{IN_EVENT}/ex:a/0/b",
        6,
        19,
        "Member 'b' is given twice; it must stand once.",
    ),
    "a key twice in the document": Case(
        WHOLE.replace(
            ' "type": "EPCISDocument",', ' "type": "EPCISDocument", "type": "EPCISDocument",'
        ).encode(),
        "duplicate_key",
        "/type",
        2,
        27,
        "Member 'type' is given twice; it must stand once.",
    ),
    "an event list twice": Case(
        f'{HEAD}{EVENT}}}], "eventList": []}}}}'.encode(),
        "duplicate_key",
        "/epcisBody/eventList",
        5,
        40,
        "Member 'eventList' is given twice; it must stand once.",
    ),
}
SHORT = {name: case for name, case in CASES.items() if len(case.data) < 10_000}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_fault_has_its_code_place_and_sentence(case: Case) -> None:
    (found,) = [one for one in read(case.data) if one.severity is Severity.ERROR][:1]
    where = found.where
    assert (found.code, where.pointer, where.line, where.column, found.message) == (
        case.code,
        case.pointer,
        case.line,
        case.column,
        case.message,
    )


@pytest.mark.parametrize("case", SHORT.values(), ids=SHORT.keys())
def test_the_same_is_found_however_the_bytes_arrive(case: Case) -> None:
    """A chunk ends at every byte: between the bytes of a character, in numbers, in escapes."""
    by_bytes = Limits(chunk=1)
    assert read(case.data, by_bytes) == read(case.data)


def test_vietnamese_sentences_say_the_same_in_vietnamese() -> None:
    sentences = {
        name: read(CASES[name].data)[0].message_in("vi")
        for name in ("a missing comma", "cut inside a text", "an array", "a leading plus")
    }
    assert sentences == {
        "a missing comma": "Đây không phải JSON: cần ',' hoặc ']', nhưng gặp '\"'.",
        "cut inside a text": "Tệp bị cắt cụt: còn thiếu dấu '\"' đóng chuỗi.",
        "an array": (
            "Cần EPCISDocument, EPCISQueryDocument, một sự kiện hoặc, trong XML, "
            "EPCISMasterDataDocument, nhưng gặp một danh sách."
        ),
        "a leading plus": "Đây không phải JSON: cần một giá trị: chuỗi trong dấu ngoặc kép, "
        "con số, true, false, null, danh sách hoặc đối tượng, nhưng gặp '+'.",
    }


def test_a_byte_order_mark_is_a_warning_and_skipped() -> None:
    (found,) = read(b"\xef\xbb\xbf" + WHOLE.encode())
    assert (found.code, found.severity, found.where.line, found.where.column) == (
        "byte_order_mark",
        Severity.WARNING,
        1,
        1,
    )
    assert found.message == (
        "The file begins with a byte order mark, which JSON should not have; it is skipped."
    )


def test_an_event_id_given_twice_is_a_warning_and_the_last_one_counts() -> None:
    data = with_member('"eventID": "urn:x:1", "eventID": "urn:x:2"')
    reader = JsonLdReader(io.BytesIO(data))
    (event,) = reader.events()
    assert event.event is not None
    assert event.event.event_id == "urn:x:2"
    (found,) = event.findings
    assert (found.code, found.severity, found.where.pointer) == (
        "duplicate_event_id",
        Severity.WARNING,
        f"{IN_EVENT}/eventID",
    )
    assert found.message == "'eventID' is given twice; the last one is the event's name."


def test_a_document_without_fault_has_no_findings() -> None:
    assert read(WHOLE.encode()) == []


def test_one_broken_event_leaves_the_others() -> None:
    data = f'{HEAD}{EVENT}, "ex:a": NaN}},\n{EVENT}}}{TAIL}'.encode()
    first, second = JsonLdReader(io.BytesIO(data)).events()
    assert (first.event, [one.code for one in first.findings]) == (None, ["not_a_json_constant"])
    assert second.event is not None
    assert (second.index, second.pointer, second.findings) == (1, "/epcisBody/eventList/1", ())


def test_events_before_a_syntax_error_are_still_read() -> None:
    data = f"{HEAD}{EVENT}}},\n{EVENT}}} x".encode()
    reader = JsonLdReader(io.BytesIO(data))
    assert [event.index for event in reader.events()] == [0, 1]
    assert [one.code for one in reader.findings] == ["malformed_json"]


def test_events_before_a_wrong_byte_are_still_read() -> None:
    data = f"{HEAD}{EVENT}}},\n".encode() + b"\xff"
    reader = JsonLdReader(io.BytesIO(data))
    assert [event.index for event in reader.events()] == [0]
    (found,) = reader.findings
    assert (found.code, found.where.pointer, found.where.line) == (
        "not_utf8",
        "/epcisBody/eventList/1",
        6,
    )


@pytest.mark.parametrize(
    ("limits", "code", "message"),
    [
        (
            Limits(value_size=900),
            "value_too_large",
            "The value here is larger than 900 characters (limit value_size); split it up.",
        ),
        (
            Limits(value_size=900, chunk=100),
            "value_too_large",
            "The value here is larger than 900 characters (limit value_size); split it up.",
        ),
        (
            Limits(entries=8),
            "too_many_entries",
            (
                "The value here holds more than 8 members and list entries, or elements and "
                "attributes (limit entries); split it up."
            ),
        ),
        (Limits(depth=3), "too_deep", "Nested too deeply: more than 3 levels (limit depth)."),
        (
            Limits(number_size=3),
            "number_too_long",
            "A number needs more than 3 digits when written out (limit number_size).",
        ),
    ],
    ids=["size", "size, in chunks", "entries", "depth", "digits"],
)
def test_an_event_beyond_a_limit_is_refused(limits: Limits, code: str, message: str) -> None:
    data = with_member(f'"ex:a": {{"b": [[{"1" * 41}, "{"x" * 900}"]]}}')
    (found,) = read(data, limits)
    assert (found.code, found.message) == (code, message)
    assert (found.where.pointer or "").startswith(IN_EVENT)


def test_a_context_beyond_its_limit_is_refused() -> None:
    (found,) = read(WHOLE.encode(), Limits(context_size=50))
    assert (found.code, found.where.pointer, found.message) == (
        "value_too_large",
        "/@context",
        "The '@context' is larger than 50 characters (limit context_size); split it up.",
    )


def test_a_head_beyond_its_limit_is_refused() -> None:
    members = "".join(f'"ex:{n}": "{"x" * 90}",' for n in range(20))
    data = WHOLE.replace('"type": "EPCISDocument",', f'"type": "EPCISDocument", {members}')
    (found,) = read(data.encode(), Limits(value_size=1000))
    assert (found.code, found.message) == (
        "value_too_large",
        (
            "What the document says beside its events is larger than 1000 characters "
            "(limit value_size); split it up."
        ),
    )
